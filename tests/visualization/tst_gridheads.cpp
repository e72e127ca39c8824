// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid's column names, whole where they fit, and the scale of few revivals.
#include "tests/visualization/GridStates.h"
#include "visualization/Fonts.h"
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPainter>
#include <QTest>

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

QTEST_MAIN(TestGridHeads)
#include "tst_gridheads.moc"
