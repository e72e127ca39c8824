// SPDX-License-Identifier: GPL-3.0-or-later
// The axes of compared curves under the pointer, and what stands beside them: the sums of the difference map,
// sparklines, and the tags of runs.
#include "tests/visualization/Ink.h"
#include "visualization/ComparePlot.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridState.h"
#include "visualization/RunTags.h"
#include "visualization/Sparkline.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QTest>
#include <QWheelEvent>

#include <cmath>
#include <utility>

using namespace spectune;

namespace {

/// A run of 1,000 steps that begins at a loss of 10 and stays at about 1 from its hundredth step on.
void showFall(ComparePlot& plot)
{
    auto history = std::make_shared<RunHistory>();
    for (std::int64_t step = 1; step <= 1000; ++step) {
        MetricPoint point;
        point.step = step;
        point.loss = step < 100 ? 10.0 : 1.0 + 0.1 * std::sin(static_cast<double>(step));
        history->metrics.push_back(point);
    }
    CompareCurves curves;
    curves.add("fall", history);
    plot.resize(700, 300);
    plot.setCurves(std::move(curves));
    plot.show();
    QTRY_COMPARE(plot.shownX().high, 1000.0);
}

/// A step of a run whose values all differ.
MetricPoint everything(std::int64_t step)
{
    const auto t = static_cast<double>(step);
    return {step, 1.0 + 3.0 / t + 0.1 * std::sin(3.0 * t), 0.01 * t + 0.004 * std::cos(2.0 * t), 1e-5 * t, 80 - step,
        2.0 + std::sin(t), 50, 0.5 * t, {}};
}

CompareCurves twoOfEverything()
{
    CompareCurves curves;
    for (const char* name : {"first", "second"}) {
        auto history = std::make_shared<RunHistory>();
        for (std::int64_t step = 1; step <= 20; ++step)
            history->metrics.push_back(everything(step));
        history->evaluations.push_back({10, 1.1, {}});
        curves.add(name, history);
    }
    return curves;
}

void turnWheel(ComparePlot& plot, double x, int delta, Qt::KeyboardModifiers held)
{
    const QPointF place(x, 150.0);
    QWheelEvent wheel(place, plot.mapToGlobal(place), {}, {0, delta}, Qt::NoButton, held, Qt::NoScrollPhase, false);
    QApplication::sendEvent(plot.findChildren<QWidget*>().front(), &wheel);
}

} // namespace

class TestCompareLook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void sumsOfADifference();
    void sumsOfADifferenceStandInOneColumn();
    void theLegendSaysWhereColoursEnd();
    void sparklinesAreShort();
    void tagsAreToldApart();
    void shortLinesShowTheirDashes();
    void runsThatAgreeAreBothSeen();
    void aMarkAtTheEndIsItsLabelsToo();
    void theLossFollowsWhatIsShown();
    void otherValuesAreCompared();
    void anotherValueHasAnAxisOfItsOwn();
    void aDragPansAsInLive();
    void figuresSuitTheHeightAtOnce();
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

/// As those of the two maps that it stands beside, whatever their signs and bars; with the sum of all below.
void TestCompareLook::sumsOfADifferenceStandInOneColumn()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->kinds = {"q_proj", "down_proj"};
    layout->layerCount = 3;
    layout->initRank = 12;
    for (std::int32_t layer = 0; layer < 3; ++layer)
        for (std::int32_t kind = 0; kind < 2; ++kind)
            layout->modules.push_back(
                {"m" + std::to_string(layer * 2 + kind), LayerIndex {layer}, KindIndex {kind}, 0, 0});
    RankGrid grid;
    grid.resize(360, 300);
    grid.setDifference(layout, {-1, -1, 7, 4, -12, 0});
    const RankGridGeometry& g = grid.gridGeometry();
    const QImage image = grid.grab().toImage();
    constexpr double digit = 7.0; // what the last one of a figure takes
    for (int layer = 0; layer < 3; ++layer) {
        const QRectF row = g.layerSum(layer);
        QVERIFY(test::hasInk(image, QRectF(row.right() - digit, row.top() + 2.0, digit, row.height() - 4.0)));
    }
    const QRectF below = g.kindSum(0, 0);
    QVERIFY(test::hasInk(image, QRectF(g.layerSum(0).right() - digit, below.top(), digit, below.height())));
    QVERIFY(test::hasInk(image, QRectF(g.left - 20.0, below.top(), 15.0, below.height()))); // "Σ"
}

/// A map among others reaches to the largest rank of all of them, which its own matrices may not start with.
void TestCompareLook::theLegendSaysWhereColoursEnd()
{
    RankGridState state;
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 12;
    state.setLayout(layout);
    QCOMPARE(state.lastRankText(), "init rank 12");
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

/// One line and one row of evaluations, which both runs have: neither hides the other.
void TestCompareLook::runsThatAgreeAreBothSeen()
{
    ComparePlot plot;
    plot.resize(700, 300);
    plot.setCurves(twoOfEverything());
    plot.setPartShown(ComparePart::Raw, false);
    plot.show();
    QTRY_COMPARE(plot.shownX().high, 20.0);
    const auto pixelsOf = [&plot](int run) {
        const QImage image = plot.grab().toImage();
        const double scale = image.devicePixelRatio();
        const QColor of = RunTag::color(run);
        int found = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < static_cast<int>(590 * scale); ++x) { // without the labels at the right
                const QColor at = image.pixelColor(x, y);
                found += std::abs(at.red() - of.red()) + std::abs(at.green() - of.green())
                            + std::abs(at.blue() - of.blue())
                        < 60
                    ? 1
                    : 0;
            }
        return found;
    };
    for (const ComparePart hidden : {ComparePart::Evaluation, ComparePart::Smooth}) {
        plot.setPartShown(hidden, false);
        QTRY_VERIFY(pixelsOf(0) > 8);
        QTRY_VERIFY(pixelsOf(1) > 8);
        plot.setPartShown(hidden, true);
    }
}

/// Two marks beside each other at one height would be read as two values.
void TestCompareLook::aMarkAtTheEndIsItsLabelsToo()
{
    const auto marked = [](std::int64_t lastEvaluated) {
        auto history = std::make_shared<RunHistory>();
        for (std::int64_t step = 1; step <= 20; ++step)
            history->metrics.push_back(everything(step));
        history->evaluations.push_back({lastEvaluated, 1.3, {}});
        CompareCurves curves;
        curves.add("only", history);
        ComparePlot plot;
        plot.resize(700, 300);
        plot.setCurves(std::move(curves));
        plot.setPartShown(ComparePart::Smooth, false); // nor is there another label that would move this one
        plot.show();
        const bool shown = QTest::qWaitFor([&plot] { return plot.shownX().high == 20.0; });
        return shown && test::hasInk(plot.grab().toImage(), QRectF(604.0, 8.0, 16.0, 280.0)); // left of the words
    };
    QVERIFY(marked(10));
    QVERIFY(!marked(20));
}

/// Late values are not squeezed by the first steps' loss, nor is a zoomed axis taken back.
void TestCompareLook::theLossFollowsWhatIsShown()
{
    ComparePlot plot;
    showFall(plot);
    QVERIFY(plot.shownLoss().high > 5.0);
    turnWheel(plot, 590, 1200, Qt::NoModifier);
    QVERIFY(plot.shownX().low > 100.0);
    QTRY_VERIFY(plot.shownLoss().high < 2.0);
    turnWheel(plot, 300, 240, Qt::ControlModifier);
    const AxisBounds zoomed = plot.shownLoss();
    turnWheel(plot, 300, -240, Qt::NoModifier);
    QCoreApplication::processEvents();
    QCOMPARE(plot.shownLoss().high, zoomed.high);
    QTest::mouseDClick(plot.findChildren<QWidget*>().front(), Qt::LeftButton, {}, QPoint(300, 150));
    QTRY_VERIFY(plot.shownLoss().high > 5.0);
}

/// A rate and a budget are set: they are drawn as they are.
void TestCompareLook::otherValuesAreCompared()
{
    CompareCurves curves = twoOfEverything();
    curves.setSmoothing(0.9);
    const QStringList heads {
        "loss,loss_smoothed,eval_loss", "orth,orth_smoothed", "grad_norm,grad_norm_smoothed", "lr", "budget"};
    for (const CompareValue value : allCompareValues) {
        curves.setValue(value);
        QCOMPARE(curves.value(), value);
        const ComparedCurve& first = curves.curves().front();
        bool same = true;
        for (std::size_t i = 0; i < first.raw.size(); ++i) {
            QCOMPARE(first.raw.y()[i], compareNumber(value, everything(static_cast<std::int64_t>(i) + 1)));
            same = same && first.raw.y()[i] == first.smooth.y()[i];
        }
        QVERIFY2(same != isNoisy(value), qPrintable(compareName(value)));
        QCOMPARE(first.evaluations.empty(), value != CompareValue::TaskLoss);
        const QString head = curves.csv().section('\n', 0, 0);
        QCOMPARE(head, "run,step,tokens,seconds," + heads.at(static_cast<int>(value)));
        QCOMPARE(curves.csv().section('\n', 1, 1).count(','), head.count(','));
    }
    curves.setAxis(CompareAxis::Tokens);
    curves.setSmoothing(0.99);
    QCOMPARE(curves.curves()[0].raw.y()[9], 70.0); // the budget still
    QCOMPARE(curves.curves()[0].smooth.y()[9], 70.0);
    QCOMPARE(crosshairText(curves, 500.0).lines[0].smooth, QString("70"));
    QVERIFY(crosshairText(curves, 500.0).lines[0].eval.isEmpty());
    curves.setValue(CompareValue::LearningRate);
    QCOMPARE(crosshairText(curves, 500.0).lines[0].smooth, QString("1.00e−4"));
}

void TestCompareLook::anotherValueHasAnAxisOfItsOwn()
{
    ComparePlot plot;
    plot.resize(700, 300);
    plot.setCurves(twoOfEverything());
    plot.show();
    QTRY_VERIFY(plot.shownX().high > 19.0); // it has fitted its axes
    QVERIFY(plot.shownLoss().high > 2.0 && plot.shownLoss().high < 10.0);
    QVERIFY2(plot.accessibleName().startsWith("Task loss"), qPrintable(plot.accessibleName()));
    turnWheel(plot, 300, 240, Qt::NoModifier);
    turnWheel(plot, 300, 240, Qt::ControlModifier);
    QTRY_VERIFY(plot.shownX().high < 19.0);
    const AxisBounds steps = plot.shownX();
    plot.setPartShown(ComparePart::Smooth, false);
    plot.setValue(CompareValue::Budget);
    QTRY_VERIFY(plot.shownLoss().high > 40.0);
    QCOMPARE(plot.shownX().low, steps.low); // one looks at the same steps
    QCOMPARE(plot.shownX().high, steps.high);
    QVERIFY2(plot.accessibleName().startsWith("Budget"), qPrintable(plot.accessibleName()));
    QTRY_VERIFY2(plot.accessibleDescription().contains("A 60"), qPrintable(plot.accessibleDescription()));
    QImage with(plot.size(), QImage::Format_RGB32);
    plot.paintOn(with, plot.size());
    plot.setRunShown(0, false);
    plot.setRunShown(1, false);
    QImage without(plot.size(), QImage::Format_RGB32);
    plot.paintOn(without, plot.size());
    QVERIFY(with != without); // the only line cannot be left out
    plot.setCurves(twoOfEverything()); // other runs: what is compared stays
    QCOMPARE(plot.curves().value(), CompareValue::Budget);
    plot.setValue(CompareValue::TaskLoss);
    QTRY_VERIFY(plot.shownLoss().high < 10.0);
}

void TestCompareLook::aDragPansAsInLive()
{
    ComparePlot plot;
    showFall(plot);
    QWidget* canvas = plot.findChildren<QWidget*>().front();
    const auto drag = [canvas](QPoint way) {
        QTest::mousePress(canvas, Qt::LeftButton, {}, QPoint(300, 150));
        QTest::mouseMove(canvas, QPoint(300, 150) + way / 2);
        QTest::mouseMove(canvas, QPoint(300, 150) + way);
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, QPoint(300, 150) + way);
    };
    const AxisBounds loss = plot.shownLoss();
    drag({-60, 40});
    QCOMPARE(plot.shownX().low, 0.0); // all of it is in sight
    QCOMPARE(plot.shownX().high, 1000.0);
    QCOMPARE(plot.shownLoss().high, loss.high);
    turnWheel(plot, 300, 480, Qt::NoModifier);
    const AxisBounds before = plot.shownX();
    drag({-60, 0});
    QVERIFY(plot.shownX().low > before.low + 1.0);
    QVERIFY(std::abs(plot.shownX().high - plot.shownX().low - (before.high - before.low)) < 1e-6);
    drag({5000, 0}); // to its end, and no further
    QCOMPARE(plot.shownX().low, 0.0);
    turnWheel(plot, 300, 240, Qt::ControlModifier);
    const AxisBounds zoomed = plot.shownLoss();
    drag({0, 40}); // of an axis that was zoomed
    QVERIFY(plot.shownLoss().high > zoomed.high);
    QVERIFY(std::abs(plot.shownLoss().high - plot.shownLoss().low - (zoomed.high - zoomed.low)) < 1e-6);
}

void TestCompareLook::figuresSuitTheHeightAtOnce()
{
    auto history = std::make_shared<RunHistory>(); // seven powers of ten
    for (std::int64_t step = 1; step <= 1000; ++step) {
        MetricPoint point;
        point.step = step;
        point.loss = 10.0 * std::exp(-static_cast<double>(step) / 60.0);
        history->metrics.push_back(point);
    }
    const auto show = [&history](ComparePlot& plot, int height) {
        CompareCurves curves;
        curves.add("decay", history);
        plot.resize(700, height);
        plot.setCurves(std::move(curves));
        plot.show();
        plot.setLogarithmic(true);
        QTRY_VERIFY(plot.shownLoss().low > 1e-8 && plot.shownLoss().low < 1e-5);
        QCoreApplication::processEvents(); // it is drawn
    };
    const auto figures = [](ComparePlot& plot) { return plot.grab(QRect(0, 0, 48, plot.height())).toImage(); };
    ComparePlot small;
    show(small, 90);
    ComparePlot plot;
    show(plot, 300);
    QVERIFY(figures(plot) != figures(small));
    plot.resize(700, 90);
    QCOMPARE(figures(plot), figures(small)); // in the first picture of this height
    plot.resize(700, 300);
    const QImage before = figures(plot);
    QImage other(500, 100, QImage::Format_RGB32);
    plot.paintOn(other, other.size());
    QCoreApplication::processEvents();
    QCOMPARE(figures(plot), before);
}

QTEST_MAIN(TestCompareLook)
#include "tst_comparelook.moc"
