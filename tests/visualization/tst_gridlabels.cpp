// SPDX-License-Identifier: GPL-3.0-or-later
// What is written on and around the rank grid: labels that never meet, figures that fit, marks that leave them free, a
// legend in the cells' own colours, and margins that say what they sum up.
#include "tests/ui/MarkingTranslator.h"
#include "tests/visualization/GridStates.h"
#include "visualization/Fonts.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QImage>
#include <QPixmap>
#include <QTest>

#include <algorithm>
#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;
using spectune::test::stateOf;

namespace {

constexpr QSize narrow {404, 560}; ///< of the grid in a window 1280 wide

RankGridRequest request(int layers, int kinds, QSize size, bool transposed, double zoom = 1.0)
{
    return {.size = size,
        .layers = layers,
        .kinds = kinds,
        .attentionKinds = kinds / 2,
        .transposed = transposed,
        .zoom = zoom,
        .firstLayer = zoom > 1.0 ? layers * 0.37 : 0.0};
}

/// From where to where a layer's figure is painted, along the layers.
std::pair<double, double> extent(const RankGridGeometry& g, int layer, bool chosen)
{
    const QPointF middle = g.rowLabel(layer).center();
    const QFont font = chosen ? Fonts::captionBold() : Fonts::caption();
    const double half = g.request.transposed ? tabularWidth(font, QString::number(layer)) / 2.0 : 4.0;
    const double at = g.request.transposed ? middle.x() : middle.y();
    return {at - half, at + half};
}

} // namespace

class TestGridLabels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void layersNeverMeet_data();
    void layersNeverMeet();
    void matricesNeverMeet();
    void importanceFitsItsCells();
    void sumsHaveTwoDigits();
    void marksLeaveFiguresFree_data();
    void marksLeaveFiguresFree();
    void scalesGoThereAndBack();
    void legendsHaveTheCellsColours_data();
    void legendsHaveTheCellsColours();
    void countsHaveABoxEach();
    void marginsSayWhatTheySumUp();
    void barsLeaveTheirFiguresRoom_data();
    void barsLeaveTheirFiguresRoom();
    void headsAndTotalsOfManyLayers();
    void headsStandOffTheLegend_data();
    void headsStandOffTheLegend();
    void theLegendIsTranslated();
};

void TestGridLabels::layersNeverMeet_data()
{
    QTest::addColumn<int>("layers");
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("transposed");
    for (const int layers : {6, 22, 32, 80, 126})
        for (const QSize size : {QSize(280, 200), narrow, QSize(486, 668), QSize(656, 900)})
            for (const bool transposed : {false, true})
                QTest::addRow("%d in %dx%d %s", layers, size.width(), size.height(), transposed ? "across" : "down")
                    << layers << size << transposed;
}

void TestGridLabels::layersNeverMeet()
{
    QFETCH(int, layers);
    QFETCH(QSize, size);
    QFETCH(bool, transposed);
    const double most = RankGridGeometry::mostZoom(request(layers, 7, size, transposed));
    for (double zoom = 1.0; zoom <= most; zoom *= 1.13) { // at every zoom that a wheel comes to, nearly
        const RankGridGeometry g = RankGridGeometry::compute(request(layers, 7, size, transposed, zoom));
        QVERIFY(g.labelEvery > 0 && (g.labelEvery & (g.labelEvery - 1)) == 0); // 1, 2, 4, 8, …
        QVERIFY(g.labelEvery == 1 || g.layerPitch() * g.labelEvery / 2 < g.labelRoom); // and no sparser than needed
        for (const int chosen : {-1, 0, layers / 2 + 1, layers - 1}) {
            const std::optional<int> own = chosen < 0 ? std::nullopt : std::optional(chosen);
            int written = 0;
            int block = -1;
            double end = 0.0;
            for (int layer = 0; layer < layers; ++layer) {
                if (!g.hasLabel(layer, own))
                    continue;
                ++written;
                const auto [from, to] = extent(g, layer, layer == chosen);
                const QString where = QStringLiteral("layer %1 at zoom %2, chosen %3").arg(layer).arg(zoom).arg(chosen);
                if (block == g.blockOf(layer))
                    QVERIFY2(from >= end + 1.0, qPrintable(where));
                if (transposed) // the axes' names end 7 px before and begin 9 px behind the cells
                    QVERIFY2(from >= g.left - 6.0 && to <= g.right(0) + 8.0, qPrintable(where));
                block = g.blockOf(layer);
                end = to;
            }
            QVERIFY(written > 0);
        }
    }
}

void TestGridLabels::matricesNeverMeet()
{
    const RankGridGeometry low = RankGridGeometry::compute(request(22, 16, {486, 200}, true));
    QVERIFY(low.kindEvery > 1);
    QVERIFY(low.kindEvery * low.pitchY >= 12.0);
    QCOMPARE(RankGridGeometry::compute(request(22, 7, {486, 668}, true)).kindEvery, 1);
    QCOMPARE(RankGridGeometry::compute(request(22, 7, narrow, false)).kindEvery, 1);
}

void TestGridLabels::importanceFitsItsCells()
{
    const SampleRun run;
    for (const int width : {404, 486, 656}) {
        const RankGridGeometry g = RankGridGeometry::compute(request(22, 7, {width, 560}, false));
        const RankGridState state = stateOf(run, GridMode::Importance, g);
        int decimals = 0;
        for (const CellLook& look : state.looks) {
            const double room = g.pitchX - g.gap - 2.0 * cellInset;
            QVERIFY2(tabularWidth(state.cellFont(), look.text) <= room, qPrintable(look.text));
            decimals += look.text.contains('.') ? 1 : 0;
        }
        QVERIFY(width < 600 || decimals > 0); // with room for it, a digit more
    }
}

void TestGridLabels::sumsHaveTwoDigits()
{
    RankGridState state;
    state.mode = GridMode::Importance;
    QCOMPARE(state.sumText(4.24e-5), QStringLiteral("4.2e−5"));
    QCOMPARE(state.sumText(4.24e-5, 1), QStringLiteral("4e−5"));
    state.mode = GridMode::LambdaSum;
    QCOMPARE(state.sumText(0.356), QStringLiteral("0.36"));
    QCOMPARE(state.sumText(63.31), QStringLiteral("63.3"));
    QCOMPARE(state.sumText(354.2), QStringLiteral("354"));
    state.mode = GridMode::Rank;
    QCOMPARE(state.sumText(1982.0), QStringLiteral("1,982"));
}

void TestGridLabels::marksLeaveFiguresFree_data()
{
    QTest::addColumn<QSizeF>("cell");
    QTest::addColumn<double>("figure");
    QTest::addColumn<double>("least");
    QTest::newRow("rank at 1280") << QSizeF(38, 38) << 8.0 << 12.0;
    QTest::newRow("rank of two digits, 22 layers") << QSizeF(38, 22) << 15.0 << 10.0;
    QTest::newRow("importance at 1280") << QSizeF(38, 38) << 28.0 << 12.0;
    QTest::newRow("orthogonality at 1280") << QSizeF(38, 38) << 31.0 << 12.0;
    QTest::newRow("importance, 22 layers") << QSizeF(38, 22) << 28.0 << 7.0;
    QTest::newRow("importance from edge to edge") << QSizeF(43, 43) << 40.0 << 7.0;
    QTest::newRow("no figure") << QSizeF(20, 20) << 0.0 << 10.0;
}

void TestGridLabels::marksLeaveFiguresFree()
{
    QFETCH(QSizeF, cell);
    QFETCH(double, figure);
    QFETCH(double, least);
    const double size = RankGridPainter::flagSize(QRectF({}, cell), figure);
    QVERIFY2(size >= least, qPrintable(QString::number(size)));
    // A corner's edge runs at 45°: it passes the figure where their ways along both sides add up to more than its leg.
    const double aside = (cell.width() - figure) / 2.0 + cell.height() / 2.0 - 4.5;
    QVERIFY(figure == 0.0 || size <= std::max(7.0, aside));
    QVERIFY(size <= cell.height() / 2.0 + 1e-9); // both marks have room in one cell
    QVERIFY(figure <= 0.85 * cell.width() || size <= 9.0);
}

void TestGridLabels::scalesGoThereAndBack()
{
    for (const ValueScale& scale : {ValueScale {1e-6, 1e-2, true}, ValueScale {0.0, 4.0, false}})
        for (const double place : {0.0, 0.3, 1.0})
            QVERIFY(std::abs(scale.place(scale.at(place)) - place) < 1e-9);
}

void TestGridLabels::legendsHaveTheCellsColours_data()
{
    QTest::addColumn<int>("mode");
    QTest::addColumn<bool>("dark");
    for (const bool dark : {true, false})
        for (const GridMode mode :
            {GridMode::Importance, GridMode::LambdaSum, GridMode::Orthogonality, GridMode::Revivals})
            QTest::addRow("%d %s", static_cast<int>(mode), dark ? "dark" : "light") << static_cast<int>(mode) << dark;
}

void TestGridLabels::legendsHaveTheCellsColours()
{
    QFETCH(int, mode);
    QFETCH(bool, dark);
    Theme::setCurrent(dark);
    const SampleRun run;
    RankGrid grid;
    grid.resize(486, 668);
    grid.setMode(static_cast<GridMode>(mode));
    grid.setSnapshot(run.snapshot(1106));
    const QImage picture = grid.grab().toImage();
    const double ratio = picture.devicePixelRatio();
    const auto pixel = [&](QPointF at) { return picture.pixelColor((at * ratio).toPoint()); };
    const RankGridState state = stateOf(run, static_cast<GridMode>(mode), grid.gridGeometry());
    const QRectF bar = state.legendBar();
    QVERIFY(grid.rect().contains(bar.toAlignedRect()));
    int compared = 0;
    for (int layer = 0; layer < run.layers; ++layer) {
        for (int kind = 0; kind < run.kinds; ++kind) {
            const CellLook& look = state.looks[state.slot({layer, kind})];
            if (look.hatched)
                continue;
            const double value = state.valueOf(state.moduleAt({layer, kind}));
            QCOMPARE(look.fill, state.colorOf(value));
            const QColor cell = pixel(grid.gridGeometry().cell(layer, kind).topLeft() + QPointF(2.0, 2.0));
            QCOMPARE(cell.name(), look.fill.name());
            const int boxes = state.legendBoxes();
            const double share = boxes > 0 ? (value + 0.5) / boxes : state.scale.place(value);
            const double x = bar.left() + std::clamp(share * bar.width(), 1.0, bar.width() - 2.0);
            const QColor key = pixel({x, bar.center().y()});
            const int off = std::max({std::abs(key.red() - cell.red()), std::abs(key.green() - cell.green()),
                std::abs(key.blue() - cell.blue())});
            QVERIFY2(off <= (boxes > 0 ? 0 : 10),
                qPrintable(QStringLiteral("%1: %2, legend %3").arg(value).arg(cell.name(), key.name())));
            ++compared;
        }
    }
    QVERIFY(compared > 50);
    Theme::setCurrent(true);
}

void TestGridLabels::countsHaveABoxEach()
{
    const SampleRun run;
    const RankGridGeometry g = RankGridGeometry::compute(request(22, 7, {486, 668}, false));
    RankGridState state = stateOf(run, GridMode::Revivals, g);
    QCOMPARE(state.legendBoxes(), static_cast<int>(state.scale.high) + 1);
    QVERIFY(state.legendBoxes() >= 5);
    QCOMPARE(state.colorOf(0.0), Theme::current().sunken);
    QVERIFY(state.colorOf(1.0) != state.colorOf(0.0));
    state.scale.high = 60.0; // of so many the legend is continuous
    QCOMPARE(state.legendBoxes(), 0);
    QVERIFY(state.legendBar().right() <= g.legend().right());
}

void TestGridLabels::marginsSayWhatTheySumUp()
{
    const SampleRun run;
    RankGrid grid;
    grid.resize(narrow);
    grid.setSnapshot(run.snapshot(1106));
    const RankGridGeometry& g = grid.gridGeometry();
    const QPointF beside = g.layerSum(3).center();
    const QPointF below = g.kindSum(0, 2).center();
    const QString layer = grid.marginText(beside);
    QVERIFY2(layer.contains("Layer 3") && layer.contains("7 matrices") && layer.contains("of 84"), qPrintable(layer));
    const QString matrix = grid.marginText(below);
    QVERIFY2(matrix.contains("v_proj") && matrix.contains("22 matrices"), qPrintable(matrix));
    QVERIFY(grid.marginText(g.cell(3, 2).center()).isEmpty());
    QVERIFY(grid.marginText({1.0, 1.0}).isEmpty());
    grid.setMode(GridMode::Importance);
    QVERIFY2(grid.marginText(beside).contains(QStringLiteral("e−")), qPrintable(grid.marginText(beside)));
    grid.setTransposed(true);
    QVERIFY(grid.marginText(grid.gridGeometry().layerSum(5).center()).contains("Layer 5"));
    QVERIFY(grid.marginText(grid.gridGeometry().kindSum(0, 6).center()).contains("down_proj"));
}

void TestGridLabels::barsLeaveTheirFiguresRoom_data()
{
    QTest::addColumn<GridMode>("mode");
    QTest::newRow("ranks") << GridMode::Rank;
    QTest::newRow("importance") << GridMode::Importance;
    QTest::newRow("Σ |λ|") << GridMode::LambdaSum;
}

void TestGridLabels::barsLeaveTheirFiguresRoom()
{
    QFETCH(GridMode, mode);
    const SampleRun run;
    RankGrid grid;
    grid.setReducedMotion(true);
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    grid.setTransposed(true);
    grid.setMode(mode);
    const RankGridGeometry& g = grid.gridGeometry();
    const QImage image = grid.grab().toImage();
    int checked = 0;
    for (int kind = 0; kind < 7; ++kind) {
        const QRectF bar = g.kindBar(0, kind);
        const int from = qRound(bar.left());
        for (int y = static_cast<int>(std::ceil(bar.top())) + 1; y < bar.bottom() - 2.0; ++y) {
            const QRgb ground = image.pixel(from - 4, y); // between the cells and the bar
            const QRgb ink = image.pixel(from, y);
            if (ink == ground)
                continue; // too short a bar to be seen
            int end = from;
            while (end < image.width() - 6 && image.pixel(end, y) == ink)
                ++end;
            for (int x = end; x < end + 4; ++x)
                QVERIFY2(image.pixel(x, y) == ground, qPrintable(QStringLiteral("%1, %2").arg(kind).arg(x)));
            ++checked;
        }
    }
    QVERIFY(checked > 0);
    for (const double figure : {0.0, 30.0, 50.0, 90.0})
        QVERIFY(g.barRoom(figure) == 0.0 || g.kindSum(0, 0).width() - g.barRoom(figure) - figure >= 6.0 - 1e-9);
}

/// Transposed, many layers have no sums of their own: the total stands beside their bars, the numbers off the legend.
void TestGridLabels::headsAndTotalsOfManyLayers()
{
    const SampleRun run {.layers = 126};
    RankGrid grid;
    grid.setReducedMotion(true);
    grid.resize(486, 668);
    grid.setSnapshot(run.snapshot(1106));
    grid.setTransposed(true);
    const RankGridGeometry& g = grid.gridGeometry();
    QVERIFY(!g.layerSums);
    const double figures = g.legend().top() + legendBarTop + legendBarHeight + 14.0; // the legend's own end there
    QVERIFY2(g.rowLabel(0).top() >= figures + 4.0, qPrintable(QString::number(g.rowLabel(0).top() - figures)));
    const QImage image = grid.grab().toImage();
    const auto inks = [&](const QRectF& row) {
        const QRect place = QRectF(g.right(0) + 9.0, row.top(), g.marginWidth - 9.0, row.height()).toAlignedRect();
        int count = 0;
        for (int y = place.top(); y <= place.bottom(); ++y)
            for (int x = place.left(); x <= place.right() && x < image.width(); ++x)
                count += image.pixel(x, y) != image.pixel(place.left() - 4, y) ? 1 : 0;
        return count;
    };
    const QRectF bars = g.layerBar(0);
    QVERIFY(inks(bars) > 20);
    QCOMPARE(inks(g.layerSum(0).adjusted(0.0, 2.0, 0.0, 0.0)), 0);
}

void TestGridLabels::headsStandOffTheLegend_data()
{
    QTest::addColumn<int>("layers");
    QTest::addColumn<bool>("transposed");
    for (const int layers : {6, 22, 80, 126}) // in one block, in two, without numbers
        for (const bool transposed : {false, true})
            QTest::addRow("%d%s", layers, transposed ? " across" : "") << layers << transposed;
}

void TestGridLabels::headsStandOffTheLegend()
{
    QFETCH(int, layers);
    QFETCH(bool, transposed);
    const RankGridGeometry g = RankGridGeometry::compute(request(layers, 7, narrow, transposed));
    const double figure = g.legend().top() + legendBarTop + legendBarHeight + 1.0 + 13.0 / 2.0; // their middle
    const double lower = figure + QFontMetricsF(Fonts::caption()).capHeight() / 2.0;
    const QRectF head = transposed ? g.rowLabel(0) : g.columnLabel(0, 0);
    const double upper = head.center().y() - QFontMetricsF(Fonts::bodyMedium()).capHeight() / 2.0;
    QVERIFY2(upper - lower >= 8.0, qPrintable(QString::number(upper - lower)));
}

void TestGridLabels::theLegendIsTranslated()
{
    RankGrid grid;
    grid.resize(486, 668);
    const SampleRun run;
    const auto legend = [&grid](const QRectF& part) { return grid.grab(part.toAlignedRect()).toImage(); };
    const auto changes = [&legend](const QRectF& part) {
        const QImage before = legend(part);
        const test::MarkingTranslator marks;
        return legend(part) != before;
    };
    grid.setDifference(run.layout(), std::vector<std::int32_t>(run.layout()->modules.size(), 1));
    QVERIFY(changes(grid.gridGeometry().legend())); // "A has more"
    grid.setMode(GridMode::Importance);
    grid.setSnapshot(run.snapshot(1106));
    const QRectF bar = stateOf(run, GridMode::Importance, grid.gridGeometry()).legendBar();
    QVERIFY(changes(QRectF(bar.right() + 12.0, bar.top(), 80.0, 12.0))); // beside the scale
}

QTEST_MAIN(TestGridLabels)
#include "tst_gridlabels.moc"
