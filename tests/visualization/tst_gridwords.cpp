// SPDX-License-Identifier: GPL-3.0-or-later
// What the rank grid says in words: its legend beside the colours, and what names, bars and sums stand for.
#include "tests/visualization/GridStates.h"
#include "visualization/Fonts.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridWords.h"
#include "visualization/RunTags.h"

#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::SampleRun;
using spectune::test::stateOf;

namespace {

RankGridGeometry geometry(int layers, QSize size, bool transposed = false)
{
    return RankGridGeometry::compute(
        {.size = size, .layers = layers, .kinds = 7, .attentionKinds = 4, .transposed = transposed});
}

double widthOf(const QString& words)
{
    return tabularWidth(Fonts::caption(), words);
}

/// Where the words of @p state's legend begin, from the legend's left.
double wordsFrom(const RankGridState& state)
{
    if (state.mode != GridMode::Rank)
        return state.legendBar().right() - state.geometry.legend().left() + legendWordsGap;
    const int ranks = static_cast<int>(state.layout->initRank) + 1;
    return ranks * legendBoxWidth(state, ranks) + legendWordsGap;
}

} // namespace

class TestGridWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void legendsSayWhatColoursMean_data();
    void legendsSayWhatColoursMean();
    void narrowLegendsKeepTheirColours();
    void legendsHaveFiguresAtBothEnds();
    void largeDifferencesStayInside();
    void aDifferenceNamesItsRuns();
    void sumsHaveAsManyFiguresAsFit();
    void namesSayWhatTheyStandFor();
    void sumsOfDifferencesAreSaid();
};

void TestGridWords::legendsSayWhatColoursMean_data()
{
    QTest::addColumn<GridMode>("mode");
    QTest::addColumn<QString>("colours");
    QTest::addColumn<QString>("more"); // where there is room for it
    QTest::newRow("ranks") << GridMode::Rank << "kept triplets"
                           << "kept triplets, init rank 12";
    QTest::newRow("importance") << GridMode::Importance << "Σ S of kept"
                                << "log scale";
    QTest::newRow("lambda") << GridMode::LambdaSum << "Σ |λ|"
                            << "no unit";
    QTest::newRow("orthogonality") << GridMode::Orthogonality << "orthogonality error"
                                   << "";
    QTest::newRow("revivals") << GridMode::Revivals << "came back"
                              << "triplets";
}

void TestGridWords::legendsSayWhatColoursMean()
{
    QFETCH(GridMode, mode);
    QFETCH(QString, colours);
    QFETCH(QString, more);
    for (const int layers : {22, 80, 126}) {
        const SampleRun run {.layers = layers};
        for (const int width : {404, 470, 656}) { // in windows 1280, 1440 and 1920 wide
            for (const bool transposed : {false, true}) {
                const RankGridState state = stateOf(run, mode, geometry(layers, {width, 560}, transposed));
                const double room = state.geometry.legend().width() - wordsFrom(state);
                const LegendWords words = legendWords(state, room);
                const QString all = words.bars + " | " + words.colours;
                QVERIFY2(words.bars.contains("matrices"), qPrintable(all));
                QVERIFY2(words.colours.contains(colours), qPrintable(all));
                QVERIFY2(width < 470 || words.colours.contains(more), qPrintable(all));
                for (const QString& line : {words.bars, words.colours})
                    QVERIFY2(widthOf(line) <= room, qPrintable(line));
            }
        }
    }
}

/// Seven maps beside each other leave no room for words: then the colours have it all, and nothing is cut.
void TestGridWords::narrowLegendsKeepTheirColours()
{
    const SampleRun run;
    for (int width = 150; width < 500; width += 7) {
        const RankGridState state = stateOf(run, GridMode::Rank, geometry(22, {width, 560}));
        const double area = state.geometry.legend().width();
        const double from = wordsFrom(state);
        QVERIFY2(from - legendWordsGap <= area + 1e-9, qPrintable(QString::number(width)));
        QVERIFY2(13.0 * legendBoxWidth(state, 13) >= 0.4 * area || legendBoxWidth(state, 13) >= 22.0,
            qPrintable(QString::number(width)));
        const LegendWords words = legendWords(state, area - from);
        QVERIFY(words.colours.isEmpty() || from + widthOf(words.colours) <= area);
    }
    QVERIFY(legendWords(stateOf(run, GridMode::Rank, geometry(22, {150, 560})), 0.0).bars.isEmpty());
    const LegendWords whole = legendWords(stateOf(run, GridMode::Rank, geometry(22, {656, 560})), 400.0);
    QCOMPARE(whole.bars, QStringLiteral("bars: matrices per rank"));
    QCOMPARE(whole.colours, QStringLiteral("colour: kept triplets, init rank 12"));
}

void TestGridWords::legendsHaveFiguresAtBothEnds()
{
    for (const int last : {1, 4, 8, 12, 13, 16, 31, 64, 128}) {
        for (const double step : {2.0, 3.0, 5.0, 8.0, 11.0, 18.0, 22.0}) {
            const double wide = widthOf(QString::number(last));
            if (last * step < 2.0 * wide + 9.0)
                continue; // narrower than any legend
            const std::vector<int> figures = legendFigures(last, step);
            QCOMPARE(figures.front(), 0);
            QCOMPARE(figures.back(), last);
            for (std::size_t i = 1; i < figures.size(); ++i)
                QVERIFY2((figures[i] - figures[i - 1]) * step >= wide + 4.0,
                    qPrintable(QStringLiteral("%1 of %2 at %3 px").arg(figures[i]).arg(last).arg(step)));
        }
    }
    QCOMPARE(legendFigures(8, 22.0).size(), std::size_t {9});
    QCOMPARE(legendFigures(0, 22.0), std::vector<int> {0});
}

void TestGridWords::largeDifferencesStayInside()
{
    const SampleRun run;
    for (const int most : {1, 2, 12, 64, 128}) {
        for (const int width : {150, 290, 404}) {
            RankGridState state = stateOf(run, GridMode::Rank, geometry(22, {width, 560}));
            state.view = GridView::Difference;
            state.largestDifference = most;
            const int boxes = 2 * most + 1;
            const double area = state.geometry.legend().width();
            const double end = boxes * legendBoxWidth(state, boxes);
            const QByteArray where = QByteArray::number(most) + " in " + QByteArray::number(width);
            QVERIFY2(end <= area || boxes > 200, where);
            const LegendWords words = legendWords(state, area - end - legendWordsGap);
            if (width >= 290 && most <= 12) {
                QVERIFY2(words.bars.startsWith(QStringLiteral("A has more")), where);
                QVERIFY2(words.colours == QStringLiteral("B has more"), where);
            }
        }
    }
}

void TestGridWords::aDifferenceNamesItsRuns()
{
    const SampleRun run;
    RankGridState state = stateOf(run, GridMode::Rank, geometry(22, {404, 560}));
    state.view = GridView::Difference;
    for (const int other : {1, 2, 5}) {
        state.otherRun = other;
        const LegendWords words = legendWords(state, 400.0);
        QCOMPARE(words.bars, QStringLiteral("A has more triplets"));
        QCOMPARE(words.colours, RunTag::letter(other) + QStringLiteral(" has more"));
        QCOMPARE(
            legendWords(state, widthOf(words.colours) - 1.0).colours, RunTag::letter(other) + QStringLiteral(" more"));
    }
}

void TestGridWords::sumsHaveAsManyFiguresAsFit()
{
    RankGridState state;
    state.mode = GridMode::LambdaSum;
    QCOMPARE(state.sumText(3.12), QStringLiteral("3.12"));
    QCOMPARE(state.sumText(3.12, 1), QStringLiteral("3.1")); // where the whole has no room
    QCOMPARE(state.sumText(3.12, 2), QStringLiteral("3"));
    QCOMPARE(state.sumText(63.3, 1), QStringLiteral("63"));
    QCOMPARE(state.sumText(63.3, 2), QStringLiteral("63"));
    state.mode = GridMode::Rank;
    QCOMPARE(state.sumText(1982.0, 2), QStringLiteral("1,982"));
}

/// A shortened name has its whole one under the pointer, with what its line sums up.
void TestGridWords::namesSayWhatTheyStandFor()
{
    const SampleRun run {.layers = 80};
    RankGrid grid;
    grid.resize(530, 634);
    grid.setSnapshot(run.snapshot(1106));
    for (const bool transposed : {false, true}) {
        grid.setTransposed(transposed);
        const RankGridGeometry& g = grid.gridGeometry();
        const int last = g.blocks - 1;
        const QString matrix = grid.marginText(g.columnLabel(last, 6).center());
        QVERIFY2(matrix.contains("down_proj") && matrix.contains(transposed ? "80 matrices" : "40 matrices"),
            qPrintable(matrix));
        QVERIFY2(matrix.contains("mean rank"), qPrintable(matrix));
        QCOMPARE(grid.marginText(g.kindSum(last, 6).center()), matrix);
        const QString layer = grid.marginText(g.rowLabel(56).center());
        QVERIFY2(layer.contains("Layer 56") && layer.contains("7 matrices"), qPrintable(layer));
        QVERIFY(grid.marginText(g.cell(56, 2).center()).isEmpty());
        const QString cell = grid.cellDetails(ModuleIndex {56 * 7 + 2});
        QVERIFY2(cell.contains("ayer 56") && cell.contains("v_proj"), qPrintable(cell));
    }
    grid.zoomBy(3.0, 40.0);
    const RankGridGeometry& g = grid.gridGeometry();
    for (int layer = 0; layer < 80; ++layer) { // those out of view lie under nothing
        const QString words = grid.marginText(g.rowLabel(layer).center());
        QVERIFY(!g.hasLabel(layer, {}) || words.contains(QStringLiteral("Layer %1,").arg(layer)));
    }
}

void TestGridWords::sumsOfDifferencesAreSaid()
{
    const SampleRun run;
    RankGrid grid;
    grid.resize(404, 560);
    std::vector<std::int32_t> difference(run.layout()->modules.size(), 0);
    difference[3 * 7 + 1] = 4;
    difference[5 * 7] = 1;
    difference[5 * 7 + 1] = -1;
    grid.setDifference(run.layout(), difference, 2);
    QCOMPARE(grid.accessibleName(), QStringLiteral("Difference of ranks, run C minus run A"));
    const RankGridGeometry& g = grid.gridGeometry();
    const QString layer = grid.marginText(g.layerSum(3).center());
    QVERIFY2(layer.contains("Layer 3") && layer.contains("4 triplets more than in run A"), qPrintable(layer));
    const QString none = grid.marginText(g.layerSum(5).center());
    QVERIFY2(none.contains("as many triplets in both runs"), qPrintable(none));
    QVERIFY(grid.marginText(g.columnLabel(0, 1).center()).contains("k_proj"));
    QVERIFY(grid.cellText(ModuleIndex {5 * 7}).contains("1 triplet more than in run A"));
}

QTEST_MAIN(TestGridWords)
#include "tst_gridwords.moc"
