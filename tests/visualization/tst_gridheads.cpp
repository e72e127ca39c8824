// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid's column names, whole where they fit, its legend's place, and few revivals.
#include "tests/visualization/GridStates.h"
#include "visualization/Fonts.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

using namespace spectune;
using spectune::test::SampleRun;
using spectune::test::stateOf;

namespace {

RankGridRequest request(QSize size)
{
    return {.size = size, .layers = 22, .kinds = 7, .attentionKinds = 3};
}

} // namespace

class TestGridHeads : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void columnNamesAreWholeWhereTheyFit();
    void oneRevivalIsNoExtreme();
    void whatNeverCameBackIsQuiet_data();
    void whatNeverCameBackIsQuiet();
    void theLegendBeginsWithTheCells();
};

void TestGridHeads::columnNamesAreWholeWhereTheyFit()
{
    const SampleRun run;
    QImage image(8, 8, QImage::Format_RGB32);
    QPainter painter(&image);
    int whole = 0;
    int shortened = 0;
    RankGridState state = stateOf(run, GridMode::Rank, RankGridGeometry::compute(request({486, 668})));
    for (int width = 180; width < 520; ++width) {
        state.geometry = RankGridGeometry::compute(request({width, 668}));
        for (const int chosen : {-1, 4, 6}) {
            state.cursor = chosen >= 0 ? std::optional(GridCell {0, chosen}) : std::nullopt;
            const QRegion region;
            const RankGridPainter grid(painter, state, region);
            const QStringList names = grid.columnNames();
            const auto wide = [&](int kind, const QString& name) {
                return QFontMetricsF(grid.columnFont(kind)).horizontalAdvance(name);
            };
            const double cell = state.geometry.pitchX - state.geometry.gap;
            const QByteArray where = QByteArray::number(width) + " px: " + names.join(' ').toUtf8();
            if (wide(6, QStringLiteral("down")) <= cell) // as it is painted, not as a heading would be
                QVERIFY2(names[6] == QStringLiteral("down"), where);
            for (int kind = 1; kind < 7 && names[6].size() > 1; ++kind) {
                const double apart = state.geometry.columnX(0, kind) - state.geometry.columnX(0, kind - 1);
                QVERIFY2(apart - (wide(kind, names[kind]) + wide(kind - 1, names[kind - 1])) / 2.0 >= -1.0, where);
            }
            whole += names[6] == QStringLiteral("down") ? 1 : 0;
            shortened += names[6] == QStringLiteral("dn") ? 1 : 0;
        }
    }
    QVERIFY(whole > 0 && shortened > 0);
    // Wider than its cell, but "up" beside it is short.
    state.cursor.reset();
    const QFontMetricsF metrics(Fonts::bodyMedium());
    state.geometry.gap = 1.0;
    state.geometry.pitchX = std::ceil(metrics.horizontalAdvance(QStringLiteral("down"))) - 2.0;
    const QRegion region;
    QCOMPARE(RankGridPainter(painter, state, region).columnNames().last(), QStringLiteral("down"));
}

void TestGridHeads::oneRevivalIsNoExtreme()
{
    const SampleRun run;
    RankGridState state = stateOf(run, GridMode::Revivals, RankGridGeometry::compute(request({486, 668})));
    auto one = std::make_shared<RankSnapshot>(*run.snapshot(1106));
    for (TripletState& triplet : one->triplets)
        triplet.revivedAt = -1;
    one->triplets.front().revivedAt = 500;
    state.snapshot = one;
    state.updateScale();
    QCOMPARE(state.legendBoxes(), 5);
    QCOMPARE(state.colorOf(1.0), Theme::current().rampColor(0.25));
}

void TestGridHeads::whatNeverCameBackIsQuiet_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("dark") << true;
    QTest::newRow("light") << false;
}

/// Most matrices have no revival: their zeros stand behind the figures that say something.
void TestGridHeads::whatNeverCameBackIsQuiet()
{
    QFETCH(bool, dark);
    Theme::setCurrent(dark);
    const SampleRun run;
    auto snapshot = std::make_shared<RankSnapshot>(*run.snapshot(1106));
    for (TripletState& triplet : snapshot->triplets)
        triplet.revivedAt = -1;
    snapshot->triplets.front().revivedAt = 500;
    for (ModuleState& module : snapshot->modules) {
        module.rank = 6;
        module.lostAtLastEvent = module.backAtLastEvent = 0;
    }
    RankGrid grid;
    grid.resize(486, 668);
    grid.setMode(GridMode::Revivals);
    grid.setSnapshot(snapshot);
    const QImage picture = grid.grab().toImage();
    const double ratio = picture.devicePixelRatio();
    const auto strongest = [&](const GridCell& cell) {
        const QRectF place = grid.gridGeometry().cell(cell.layer, cell.kind).adjusted(3.0, 3.0, -3.0, -3.0);
        const QColor ground = picture.pixelColor((place.topLeft() * ratio).toPoint());
        double most = 1.0;
        for (double y = place.top(); y < place.bottom(); y += 1.0 / ratio)
            for (double x = place.left(); x < place.right(); x += 1.0 / ratio)
                most = std::max(most, Theme::contrast(ground, picture.pixelColor((QPointF(x, y) * ratio).toPoint())));
        return most;
    };
    const Theme& theme = Theme::current();
    const double zero = strongest({10, 3});
    QVERIFY2(zero > 2.0, qPrintable(QString::number(zero))); // it is there
    QVERIFY2(zero < Theme::contrast(theme.sunken, theme.text3) + 0.1, qPrintable(QString::number(zero)));
    Theme::setCurrent(true);
}

/// In all modes: that of the ranks is a row of boxes right above them.
void TestGridHeads::theLegendBeginsWithTheCells()
{
    for (const bool transposed : {false, true}) {
        RankGridRequest wanted = request({486, 668});
        wanted.transposed = transposed;
        const RankGridGeometry g = RankGridGeometry::compute(wanted);
        QCOMPARE(g.legend().left(), g.cell(0, 0).left());
        QVERIFY(g.legend().right() <= 486.0);
    }
}

QTEST_MAIN(TestGridHeads)
#include "tst_gridheads.moc"
