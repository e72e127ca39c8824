// SPDX-License-Identifier: GPL-3.0-or-later
// The plots under a pointer: wheel, drag, double click, crosshair;
// log axis, smoothing, hidden curves, a million points.
#include "tests/support/CpuTime.h"
#include "tests/visualization/SampleRun.h"
#include "visualization/RunPlots.h"

#include <QElapsedTimer>
#include <QImage>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

/// The plots of the sample run, drawn once, and their canvas.
class Bench {
public:
    Bench()
    {
        const SampleRun run;
        plots.resize(428, 660);
        plots.setPlan(run.plan());
        plots.setHistory(run.history());
        plots.show();
        plots.replotNow();
        canvas = plots.findChild<QWidget*>();
    }
    void wheel(QPointF at, int notches, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QWheelEvent event(at, canvas->mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, modifiers,
            Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(canvas, &event);
        plots.replotNow();
    }
    void drag(QPoint from, QPoint to)
    {
        QTest::mousePress(canvas, Qt::LeftButton, {}, from);
        QTest::mouseMove(canvas, from + (to - from) / 2);
        QTest::mouseMove(canvas, to);
        QTest::mouseRelease(canvas, Qt::LeftButton, {}, to);
        plots.replotNow();
    }
    [[nodiscard]] double span() const { return plots.stepRange().y() - plots.stepRange().x(); }

    RunPlots plots;
    QWidget* canvas = nullptr;
};

} // namespace

class TestPlotViews : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theWheelZoomsAroundThePointer();
    void draggingPansAndIsNoClick();
    void aDoubleClickGoesBack();
    void aDoubleClickKeepsTheShownStep_data();
    void aDoubleClickKeepsTheShownStep();
    void curvesLeadOutOfSight();
    void theLossAxisZoomsAlone();
    void aLogarithmicAxisHoldsTheLoss();
    void smoothingKeepsTheRawValues();
    void hiddenCurvesAreNotDrawn();
    void theCrosshairReadsAllPlots();
    void keysDoWhatThePointerDoes();
    void thePointerIsAnsweredAtOnce();
    void csvHasEveryStep();
    void aMillionPointsCostAWidth();
};

void TestPlotViews::theWheelZoomsAroundThePointer()
{
    Bench bench;
    QSignalSpy ranges(&bench.plots, &RunPlots::effectiveRangeChanged);
    const double whole = bench.span();
    const QPointF at(250, 100);
    bench.wheel(at, 4);
    QVERIFY(std::abs(bench.span() / whole - std::pow(0.8, 4)) < 0.01);
    QCOMPARE(bench.plots.effectiveRange(), PlotRange::Custom);
    QCOMPARE(ranges.count(), 1);
    bench.wheel(at, 60); // as near as it goes
    QVERIFY(bench.span() >= 5.0);
    QVERIFY(bench.plots.stepRange().x() >= 0.0);
    bench.wheel(at, -80);
    QCOMPARE(bench.span(), whole);
    QCOMPARE(bench.plots.effectiveRange(), PlotRange::WholeRun);
}

void TestPlotViews::draggingPansAndIsNoClick()
{
    Bench bench;
    bench.plots.showSteps(400.0, 800.0);
    bench.plots.replotNow();
    QSignalSpy clicks(&bench.plots, &RunPlots::stepActivated);
    bench.drag({300, 100}, {200, 100});
    QVERIFY(bench.plots.stepRange().x() > 440.0);
    QVERIFY(std::abs(bench.span() - 400.0) < 1e-6);
    QCOMPARE(clicks.count(), 0);
    bench.drag({200, 100}, {420, 100});
    bench.drag({60, 100}, {420, 100});
    bench.drag({60, 100}, {420, 100});
    QCOMPARE(bench.plots.stepRange().x(), 0.0); // there is nothing before the beginning
    QTest::mouseClick(bench.canvas, Qt::LeftButton, {}, {200, 100});
    QCOMPARE(clicks.count(), 1);
    QVERIFY(clicks.first().first().toLongLong() > 0);
}

void TestPlotViews::aDoubleClickGoesBack()
{
    Bench bench;
    bench.plots.setRange(PlotRange::SoFar);
    bench.plots.replotNow();
    const QPointF before = bench.plots.stepRange();
    bench.wheel({250, 100}, 5);
    QVERIFY(bench.plots.stepRange() != before);
    QSignalSpy clicks(&bench.plots, &RunPlots::stepActivated);
    QTest::mouseClick(bench.canvas, Qt::LeftButton, {}, {200, 100});
    QTest::mouseDClick(bench.canvas, Qt::LeftButton, {}, {200, 100});
    bench.plots.replotNow();
    QCOMPARE(bench.plots.stepRange(), before);
    QCOMPARE(bench.plots.effectiveRange(), PlotRange::SoFar);
    QCOMPARE(clicks.last().first().toLongLong(), -1); // the click before it is taken back
}

void TestPlotViews::aDoubleClickKeepsTheShownStep_data()
{
    QTest::addColumn<Qt::MouseButton>("button");
    QTest::addColumn<QPoint>("at");
    QTest::addColumn<bool>("chooses");
    QTest::newRow("on the curve") << Qt::LeftButton << QPoint(200, 100) << true;
    QTest::newRow("behind the last step") << Qt::LeftButton << QPoint(410, 100) << false;
    QTest::newRow("another button") << Qt::RightButton << QPoint(200, 100) << false;
}

void TestPlotViews::aDoubleClickKeepsTheShownStep()
{
    QFETCH(Qt::MouseButton, button);
    QFETCH(QPoint, at);
    QFETCH(bool, chooses);
    Bench bench;
    std::int64_t shown = -1;
    QObject::connect(&bench.plots, &RunPlots::stepActivated, &bench.plots, [&](qint64 step) { // as Live does
        shown = step;
        bench.plots.setShownStep(step);
    });
    QTest::mouseClick(bench.canvas, Qt::LeftButton, {}, {150, 100});
    QVERIFY(shown > 0);
    shown = 500; // and then another by the timeline
    bench.plots.setShownStep(shown);
    QTest::mouseClick(bench.canvas, button, {}, at);
    QCOMPARE(shown != 500, chooses);
    QMouseEvent second(QEvent::MouseButtonDblClick, at, bench.canvas->mapToGlobal(at), button, button, Qt::NoModifier);
    QCoreApplication::sendEvent(bench.canvas, &second);
    QCOMPARE(shown, std::int64_t {500});
}

/// Zoomed in, a curve goes on to the edges of its plot:
/// to the step before the first shown, and the one behind the last.
void TestPlotViews::curvesLeadOutOfSight()
{
    Bench bench;
    for (const PlotCurve curve : {PlotCurve::Smooth, PlotCurve::Orthogonality, PlotCurve::Kept, PlotCurve::Plan})
        bench.plots.setCurveShown(curve, false);
    bench.plots.showSteps(400.5, 500.5);
    bench.plots.replotNow();
    QCOMPARE(bench.plots.stepRange(), QPointF(400.5, 500.5));
    QCOMPARE(bench.plots.pointsDrawn(), std::size_t {102});
}

void TestPlotViews::theLossAxisZoomsAlone()
{
    Bench bench;
    const QPointF steps = bench.plots.stepRange();
    const QPointF loss = bench.plots.lossRange();
    bench.wheel({10, 100}, 3); // over the axis
    QCOMPARE(bench.plots.stepRange(), steps);
    const QPointF nearer = bench.plots.lossRange();
    QVERIFY(nearer.y() - nearer.x() < 0.6 * (loss.y() - loss.x()));
    bench.wheel({250, 100}, 2, Qt::ControlModifier);
    QVERIFY(bench.plots.lossRange().y() - bench.plots.lossRange().x() < nearer.y() - nearer.x());
    bench.plots.resetView();
    bench.plots.replotNow();
    QCOMPARE(bench.plots.lossRange(), loss);
}

void TestPlotViews::aLogarithmicAxisHoldsTheLoss()
{
    Bench bench;
    bench.plots.setLogarithmic(true);
    bench.plots.replotNow();
    QVERIFY(bench.plots.isLogarithmic());
    QVERIFY(bench.plots.lossRange().x() > 0.0);
    for (const double value : bench.plots.curves().loss().y())
        QVERIFY(value >= bench.plots.lossRange().x() && value <= bench.plots.lossRange().y());
}

void TestPlotViews::smoothingKeepsTheRawValues()
{
    Bench bench;
    const std::vector<double> raw(bench.plots.curves().loss().y().begin(), bench.plots.curves().loss().y().end());
    const double usual = bench.plots.curves().smooth().y()[600];
    bench.plots.setSmoothing(0.0);
    for (std::size_t i = 0; i < raw.size(); ++i)
        QCOMPARE(bench.plots.curves().smooth().y()[i], raw[i]);
    bench.plots.setSmoothing(Smoother::usualWeight);
    QCOMPARE(bench.plots.curves().smooth().y()[600], usual);
    MetricPoint next;
    next.step = 1107;
    next.loss = 0.7;
    bench.plots.append(std::vector<MetricPoint> {next});
    QCOMPARE(bench.plots.curves().smooth().size(), raw.size() + 1); // and goes on where it was
}

void TestPlotViews::hiddenCurvesAreNotDrawn()
{
    Bench bench;
    const std::size_t all = bench.plots.pointsDrawn();
    bench.plots.setCurveShown(PlotCurve::Raw, false);
    bench.plots.replotNow();
    QVERIFY(bench.plots.pointsDrawn() < all);
    QVERIFY(!bench.plots.isCurveShown(PlotCurve::Raw));
    bench.plots.setCurveShown(PlotCurve::Raw, true);
    bench.plots.replotNow();
    QCOMPARE(bench.plots.pointsDrawn(), all);
}

void TestPlotViews::theCrosshairReadsAllPlots()
{
    const SampleRun run;
    Bench bench;
    const QStringList words = bench.plots.readoutsAt(600);
    QCOMPARE(words.size(), 3);
    QVERIFY(words[0].startsWith("step 600, raw "));
    QVERIFY(words[0].contains("smooth ") && words[0].contains("eval "));
    QVERIFY(!words[1].isEmpty());
    QVERIFY(words[2].contains(QString("mean rank")));
}

void TestPlotViews::keysDoWhatThePointerDoes()
{
    Bench bench;
    RunPlots& plots = bench.plots;
    QCOMPARE(plots.focusPolicy(), Qt::StrongFocus);
    const auto press = [&](int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(&plots, static_cast<Qt::Key>(key), modifiers);
        plots.replotNow();
    };
    QSignalSpy chosen(&plots, &RunPlots::stepActivated);
    press(Qt::Key_Return);
    QVERIFY(chosen.isEmpty()); // there is no crosshair yet
    press(Qt::Key_Left);
    const std::int64_t last = plots.curves().lastStep();
    QCOMPARE(plots.crosshairStep(), last);
    press(Qt::Key_Left);
    const std::int64_t before = plots.crosshairStep();
    QVERIFY(before < last);
    QVERIFY2(plots.accessibleDescription().contains("kept"), qPrintable(plots.accessibleDescription()));
    press(Qt::Key_Right);
    press(Qt::Key_Right);
    QCOMPARE(plots.crosshairStep(), last); // there is nothing behind it
    press(Qt::Key_Left);
    press(Qt::Key_Return);
    QCOMPARE(chosen.last().first().toLongLong(), before);
    const double whole = bench.span();
    press(Qt::Key_Plus, Qt::ShiftModifier);
    press(Qt::Key_Plus);
    QVERIFY(std::abs(bench.span() / whole - 0.64) < 0.01);
    const double from = plots.stepRange().x();
    press(Qt::Key_PageDown);
    QVERIFY(plots.stepRange().x() < from);
    press(Qt::Key_Minus);
    QVERIFY(std::abs(bench.span() / whole - 0.8) < 0.01);
    press(Qt::Key_Home);
    QCOMPARE(bench.span(), whole);
    plots.showSteps(400.0, 500.0);
    plots.replotNow();
    press(Qt::Key_Left); // the crosshair is behind the view, which goes along
    QVERIFY(plots.stepRange().x() <= static_cast<double>(plots.crosshairStep()));
    QVERIFY(plots.stepRange().y() >= static_cast<double>(plots.crosshairStep()));
    press(Qt::Key_0);
    QCOMPARE(bench.span(), whole);
}

/// A drag is seen within one picture of 60 a second; the quickest of many, as other programs run, too.
void TestPlotViews::thePointerIsAnsweredAtOnce()
{
    Bench bench;
    bench.plots.showSteps(400.0, 800.0);
    bench.plots.replotNow();
    QTest::mousePress(bench.canvas, Qt::LeftButton, {}, {300, 100});
    qint64 quickest = 1000;
    for (int move = 1; move <= 20; ++move) {
        const double before = bench.plots.stepRange().x();
        QElapsedTimer clock;
        clock.start();
        QTest::mouseMove(bench.canvas, {300 - 6 * move, 100});
        while (bench.plots.stepRange().x() == before && clock.elapsed() < 1000)
            QCoreApplication::processEvents();
        quickest = std::min(quickest, clock.elapsed());
    }
    QTest::mouseRelease(bench.canvas, Qt::LeftButton, {}, {180, 100});
    QVERIFY2(quickest < 25, qPrintable(QString::number(quickest)));
}

void TestPlotViews::csvHasEveryStep()
{
    Bench bench;
    const QStringList lines = bench.plots.curves().toCsv().split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.size(), 1 + 1106);
    const QStringList values = lines.at(100).split(',');
    QCOMPARE(values.at(0), QStringLiteral("100"));
    for (qsizetype row = 1; row < lines.size(); ++row) // not a digit less than reads back as the same
        QVERIFY(lines.at(row).split(',').at(1).toDouble() == bench.plots.curves().loss().y()[row - 1]);
    QVERIFY(!values.at(5).isEmpty()); // an evaluation
    QVERIFY(lines.at(101).split(',').at(5).isEmpty());
}

void TestPlotViews::aMillionPointsCostAWidth()
{
    constexpr std::int64_t count = 1'000'000;
    PlotPlan plan = SampleRun {}.plan();
    plan.totalSteps = count;
    std::vector<MetricPoint> points;
    points.reserve(count);
    MetricPoint point;
    for (point.step = 1; point.step <= count; ++point.step) {
        point.loss = 1.0 + 0.2 * std::sin(static_cast<double>(point.step));
        point.orth = 0.1 + 0.08 * std::sin(0.7 * static_cast<double>(point.step));
        points.push_back(point);
    }
    RunPlots plots;
    plots.resize(900, 660);
    plots.setPlan(plan);
    plots.append(points);
    plots.show();
    plots.replotNow();
    const std::size_t most = 900 * (2 + 1 + 2) + 300; // raw: low and high; smooth: one; R: low and high; the plan
    QVERIFY2(plots.pointsDrawn() <= most, qPrintable(QString::number(plots.pointsDrawn())));
    QVERIFY(plots.pointsDrawn() > 1000);
    for (const double width : {500'000.0, 20'000.0, 900.0, 50.0}) {
        plots.showSteps(300'000.0, 300'000.0 + width);
        plots.replotNow();
        QVERIFY(plots.pointsDrawn() <= most);
    }
    constexpr double frameMilliseconds = 16.0; // 60 a second
    int frame = 0;
    const double cost = spectune::testing::quickestCpu(60, frameMilliseconds, [&] {
        plots.showSteps(100'000.0 + 1000.0 * frame, 600'000.0 + 1000.0 * frame);
        plots.replotNow();
        (void)plots.grab();
        ++frame;
    });
    qInfo("10^6 points: %zu drawn, a panned frame in %.1f ms", plots.pointsDrawn(), cost);
    QVERIFY(cost <= frameMilliseconds);
    // At 200 %: four times the pixels, of no more points.
    QImage sharp(2 * plots.size(), QImage::Format_RGB32);
    sharp.setDevicePixelRatio(2.0);
    const double sharpCost
        = spectune::testing::quickestCpu(60, frameMilliseconds, [&] { plots.paintOn(sharp, plots.size()); });
    qInfo("10^6 points at 200 %%: %zu drawn, a frame in %.1f ms", plots.pointsDrawn(), sharpCost);
    QVERIFY(plots.pointsDrawn() <= most);
    QVERIFY(sharpCost <= frameMilliseconds);
}

QTEST_MAIN(TestPlotViews)
#include "tst_plotviews.moc"
