// SPDX-License-Identifier: GPL-3.0-or-later
// What stands beside compared curves: the sums of the difference map, sparklines, and the tags of runs.
#include "visualization/RankGridState.h"
#include "visualization/RunTags.h"
#include "visualization/Sparkline.h"
#include "visualization/Theme.h"

#include <QTest>

#include <cmath>

using namespace spectune;

class TestCompareLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sumsOfADifference();
    void theLegendSaysWhereColoursEnd();
    void sparklinesAreShort();
    void tagsAreToldApart();
    void shortLinesShowTheirDashes();
};

void TestCompareLook::sumsOfADifference()
{
    RankGridState state;
    auto layout = std::make_shared<ModuleLayout>();
    layout->kinds = {"q_proj", "down_proj"};
    layout->layerCount = 2;
    for (std::int32_t layer = 0; layer < 2; ++layer)
        for (std::int32_t kind = 0; kind < 2; ++kind)
            layout->modules.push_back(
                {"m" + std::to_string(layer * 2 + kind), LayerIndex {layer}, KindIndex {kind}, 0, 0});
    state.setLayout(layout);
    state.difference = {3, -5, 0, 1};
    QCOMPARE(state.layerDifference(0), -2);
    QCOMPARE(state.layerDifference(1), 1);
    QCOMPARE(state.kindDifference(0, 0, 2), 3);
    QCOMPARE(state.kindDifference(1, 0, 2), -4);
}

/// A map among others reaches to the largest rank of all of them, which its own matrices may not start with.
void TestCompareLook::theLegendSaysWhereColoursEnd()
{
    RankGridState state;
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 12;
    state.setLayout(layout);
    QCOMPARE(state.lastRankText(), "up to init rank 12");
    layout->ranks = {8, 8};
    QCOMPARE(state.lastRankText(), "up to rank 12");
}

void TestCompareLook::sparklinesAreShort()
{
    const std::vector<double> values {5.0, std::nan(""), 4.0, 3.0, 2.0, 1.0};
    QCOMPARE(thinned(values, 3), std::vector<float>({5.0F, 3.0F, 1.0F}));
    QCOMPARE(thinned(values, 10).size(), 5U);
    const QPolygonF line = sparkline(std::vector<float> {3.0F, 1.0F, 2.0F}, {0, 0, 60, 20}, 0.5);
    QCOMPARE(line, QPolygonF({{0, 0}, {15, 20}, {30, 10}}));
    QVERIFY(sparkline({}, {0, 0, 60, 20}).isEmpty());
    QCOMPARE(sparkline(std::vector<float> {1.0F}, {0, 0, 60, 20}).size(), 1);
}

void TestCompareLook::tagsAreToldApart()
{
    QCOMPARE(RunTag::letter(5), "F");
    for (const bool dark : {true, false}) {
        Theme::setCurrent(dark);
        for (int a = 0; a < mostComparedRuns; ++a) {
            QVERIFY(Theme::contrast(RunTag::color(a), Theme::current().panel) >= 4.5);
            for (int b = 0; b < a; ++b) // neither colour alone nor dashes alone
                QVERIFY(RunTag::color(a) != RunTag::color(b)
                    && RunTag::pen(a, 2).dashPattern() != RunTag::pen(b, 2).dashPattern());
        }
    }
}

/// The line beside a value at a curve's end is 13 px long: its first gap lies within it.
void TestCompareLook::shortLinesShowTheirDashes()
{
    QVERIFY(RunTag::pen(0, comparedLineWidth).dashPattern().isEmpty());
    for (int run = 1; run < mostComparedRuns; ++run) {
        const QPen pen = RunTag::pen(run, comparedLineWidth);
        const double gapEnds = pen.dashPattern().at(0) - pen.dashOffset() + pen.dashPattern().at(1);
        QVERIFY2(gapEnds * pen.widthF() <= 13.0, qPrintable(RunTag::letter(run)));
    }
}

QTEST_MAIN(TestCompareLook)
#include "tst_comparelook.moc"
