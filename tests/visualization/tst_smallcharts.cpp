// SPDX-License-Identifier: GPL-3.0-or-later
// The small charts: their numbers as CSV, pictures without the keyboard's frame, and the lens' plot from nearer.
#include "tests/visualization/SampleRun.h"
#include "visualization/BoundCurve.h"
#include "visualization/CsvNumber.h"
#include "visualization/EventTimeline.h"
#include "visualization/PlotInput.h"
#include "visualization/SpectrumBars.h"
#include "visualization/SpectrumPlot.h"
#include "visualization/StartsPlot.h"
#include "visualization/TripletHistory.h"
#include "visualization/TripletList.h"

#include <QApplication>
#include <QImage>
#include <QMouseEvent>
#include <QTest>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <limits>

using namespace spectune;
using spectune::test::SampleRun;

class TestSmallCharts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbersReadBack();
    void plotsTellTheirNumbers();
    void tripletsTellWhatIsKnown();
    void theHistoryTellsEveryTriplet();
    void theTimelineTellsItsEvents();
    void theHistorysPictureHasNoFrame();
    void theWheelComesCloser_data();
    void theWheelComesCloser();
    void aDragGoesAside();
    void keysZoomToo();
    void ticksFollowTheView();
    void otherValuesAreShownWhole();

private:
    static void wheel(SpectrumPlot& plot, QPointF at, int notches, Qt::KeyboardModifiers held = Qt::NoModifier)
    {
        QWheelEvent event(
            at, plot.mapToGlobal(at), {}, QPoint(0, 120 * notches), Qt::NoButton, held, Qt::NoScrollPhase, false);
        QCoreApplication::sendEvent(&plot, &event);
    }
    static void fill(SpectrumPlot& plot, int count)
    {
        std::vector<double> values;
        for (int i = 0; i < count; ++i)
            values.push_back(1.0 / (1.0 + i));
        plot.resize(420, 240);
        plot.setValues(std::move(values));
    }
};

void TestSmallCharts::numbersReadBack()
{
    QCOMPARE(csvNumber(0.1), QString("0.1"));
    QCOMPARE(csvNumber(0.1F), QString("0.1"));
    QCOMPARE(csvNumber(1.0 / 3.0).toDouble(), 1.0 / 3.0);
    QCOMPARE(csvNumber(-2.5e-30).toDouble(), -2.5e-30);
    QVERIFY(csvNumber(std::numeric_limits<double>::infinity()).isEmpty());
    QVERIFY(csvNumber(std::numeric_limits<float>::quiet_NaN()).isEmpty());
}

void TestSmallCharts::plotsTellTheirNumbers()
{
    SpectrumPlot curve(SpectrumPlot::Kind::ErrorCurve);
    QCOMPARE(curve.toCsv(), QString("rank,error\n"));
    curve.setValues({0.5, 0.25});
    QCOMPARE(curve.toCsv(), QString("rank,error\n1,0.5\n2,0.25\n"));
    SpectrumPlot bars(SpectrumPlot::Kind::SingularValues);
    bars.setValues({3.5, 0.125});
    QCOMPARE(bars.toCsv(), QString("index,sigma\n1,3.5\n2,0.125\n"));
    SpectrumBars pairs;
    pairs.setValues({-0.5, 2.0, 1.0}, {1.5, 1.25});
    QCOMPARE(pairs.toCsv(), QString("index,abs_lambda,sigma\n1,2,1.5\n2,1,1.25\n3,0.5,\n"));
    StartsPlot starts;
    starts.clear(3, 2);
    starts.add(1, 0.5);
    starts.add(3, 0.25);
    QCOMPARE(starts.toCsv(), QString("rank,start,loss,stuck\n1,1,0.5,1\n3,1,0.25,0\n"));
    BoundCurve bound;
    bound.setCurve({{1.0, 2.0}, {3.0, 3.0}}, "x", "y");
    QCOMPARE(bound.toCsv(), QString("kn,rank\n1,2\n3,3\n"));
}

void TestSmallCharts::tripletsTellWhatIsKnown()
{
    const auto snapshot = std::make_shared<RankSnapshot>(*SampleRun {}.snapshot(1106));
    const ModuleIndex module {69};
    TripletList list;
    list.resize(294, 60); // fewer rows than there are triplets
    list.setModule(snapshot, module);
    QStringList lines = list.toCsv().split('\n', Qt::SkipEmptyParts);
    QCOMPARE(lines.takeFirst(), QString("triplet,lambda,score,kept,pruned_at,revived_at"));
    QCOMPARE(static_cast<std::size_t>(lines.size()), list.rows().size());
    for (std::size_t row = 0; row < list.rows().size(); ++row) {
        const TripletState& state = snapshot->tripletsOf(module)[list.rows()[row]];
        const QStringList cells = lines.at(static_cast<qsizetype>(row)).split(',');
        QCOMPARE(cells.size(), 6);
        QCOMPARE(cells.at(0).toInt(), list.rows()[row]);
        QCOMPARE(cells.at(1).toFloat(), state.lambda);
        QCOMPARE(cells.at(2).toFloat(), state.score);
        QCOMPARE(cells.at(3), QString(state.kept ? "1" : "0"));
        QCOMPARE(cells.at(4), state.prunedAt < 0 ? QString() : QString::number(state.prunedAt));
    }
    const auto scoreless = std::make_shared<RankSnapshot>(*snapshot);
    scoreless->hasScores = false;
    list.setModule(scoreless, module);
    QVERIFY(list.toCsv().split('\n').at(1).split(',').at(2).isEmpty()); // never 0
    list.setModule(nullptr, {});
    QCOMPARE(list.toCsv().count('\n'), 1);
}

void TestSmallCharts::theHistoryTellsEveryTriplet()
{
    TripletHistory view;
    const TripletMoment kept {.kept = true, .changed = false, .hasScore = true, .lambda = 0.5F, .score = 0.25F};
    const TripletMoment fell {.kept = false, .changed = true};
    view.setHistory({kept, fell, kept, kept}, {100, 200}, {0.125F, 0.0625F}, 2, 800);
    const std::function<QString()> work = view.csvWork();
    view.setHistory({}, {}, {}, 0, 1); // what it took along stays
    QCOMPARE(work(),
        QString("step,triplet,kept,changed,lambda,score,threshold\n100,0,1,0,0.5,0.25,0.125\n100,1,0,1,,,0.125\n"
                "200,0,1,0,0.5,0.25,0.0625\n200,1,1,0,0.5,0.25,0.0625\n"));
}

void TestSmallCharts::theTimelineTellsItsEvents()
{
    EventTimeline timeline;
    QCOMPARE(timeline.toCsv(), QString("step,budget,pruned,revived\n"));
    timeline.append({100, 80, {}, 4, 1});
    timeline.append({120, 76, {}, 5, 0});
    QCOMPARE(timeline.toCsv(), QString("step,budget,pruned,revived\n100,80,4,1\n120,76,5,0\n"));
}

void TestSmallCharts::theHistorysPictureHasNoFrame()
{
    TripletHistory view;
    view.setHistory(std::vector<TripletMoment>(4), {100, 200}, {0.1F, 0.1F}, 2, 800);
    view.setShownStep(200);
    view.resize(300, view.sizeHint().height());
    view.show();
    view.activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&view));
    const auto picture = [&view] {
        QImage image(view.size(), QImage::Format_RGB32);
        view.paintOn(image);
        return image;
    };
    view.clearFocus();
    const QImage before = picture();
    const QImage onScreen = view.grab().toImage();
    view.setFocus();
    QVERIFY(view.hasFocus());
    QCOMPARE(picture(), before);
    QVERIFY(view.grab().toImage() != onScreen);
    QVERIFY(before.pixelColor(30, 3) != before.pixelColor(2, before.height() - 2)); // it is not empty
}

void TestSmallCharts::theWheelComesCloser_data()
{
    QTest::addColumn<int>("kind");
    QTest::newRow("curve") << static_cast<int>(SpectrumPlot::Kind::ErrorCurve);
    QTest::newRow("bars") << static_cast<int>(SpectrumPlot::Kind::SingularValues);
}

void TestSmallCharts::theWheelComesCloser()
{
    QFETCH(int, kind);
    SpectrumPlot plot(static_cast<SpectrumPlot::Kind>(kind));
    wheel(plot, {200.0, 100.0}, 1);
    QVERIFY(!plot.isZoomed()); // there is nothing to come closer to
    fill(plot, 64);
    const double near = plot.xOf(20);
    const double apart = plot.xOf(21) - near;
    const double values = plot.yOf(0.25) - plot.yOf(0.5);
    wheel(plot, {near, 100.0}, 2);
    QVERIFY(plot.isZoomed());
    QVERIFY(std::abs(plot.xOf(20) - near) < 1e-6); // what is under the pointer stays there
    QVERIFY(std::abs((plot.xOf(21) - near) / apart - zoomPerNotch * zoomPerNotch) < 1e-6);
    QVERIFY(std::abs(plot.yOf(0.25) - plot.yOf(0.5) - values) < 1e-6);
    const double half = plot.yOf(0.5);
    wheel(plot, {near, half}, 1, Qt::ControlModifier);
    QVERIFY(std::abs(plot.yOf(0.5) - half) < 1e-6);
    QVERIFY(std::abs((plot.yOf(0.25) - half) / values - zoomPerNotch) < 1e-6);
    QVERIFY(!plot.grab().isNull());
    QTest::mouseDClick(&plot, Qt::LeftButton, {}, QPoint(200, 100));
    QVERIFY(!plot.isZoomed());
    QVERIFY(std::abs(plot.xOf(20) - near) < 1e-6);
    QVERIFY(std::abs(plot.yOf(0.25) - plot.yOf(0.5) - values) < 1e-6);
    wheel(plot, {near, 100.0}, 1);
    wheel(plot, {near, 100.0}, -3); // no further than the whole
    QVERIFY(!plot.isZoomed());
    wheel(plot, {near, 100.0}, 400);
    QVERIFY(plot.xOf(20.1) - plot.xOf(20.0) < 100.0); // and no closer than is of use
    QVERIFY(!plot.grab().isNull());
}

void TestSmallCharts::aDragGoesAside()
{
    SpectrumPlot plot(SpectrumPlot::Kind::SingularValues);
    fill(plot, 64);
    const auto drag = [&plot](QPoint from, QPoint way) {
        QTest::mousePress(&plot, Qt::LeftButton, {}, from);
        QTest::mouseMove(&plot, from + way / 2);
        QTest::mouseMove(&plot, from + way);
        QTest::mouseRelease(&plot, Qt::LeftButton, {}, from + way);
    };
    const double whole = plot.xOf(32);
    drag({200, 100}, {-40, 0});
    QCOMPARE(plot.xOf(32), whole); // all of it is in sight
    wheel(plot, {whole, 100.0}, 4);
    const double before = plot.xOf(32);
    drag({200, 100}, {-40, 0});
    QVERIFY2(std::abs(plot.xOf(32) - (before - 40.0)) < 1e-6, qPrintable(QString::number(plot.xOf(32))));
    drag({50, 100}, {360, 0}); // to its end, and no further
    QVERIFY(plot.xOf(0.5) < 60.0 && plot.xOf(0.5) > 0.0);
    drag({200, 100}, {-30, 0});
    const double end = plot.xOf(1);
    QMouseEvent move(QEvent::MouseMove, QPointF(10.0, 100.0), plot.mapToGlobal(QPointF(10.0, 100.0)), Qt::NoButton,
        Qt::NoButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&plot, &move); // nothing is held any more
    QCOMPARE(plot.xOf(1), end);
}

void TestSmallCharts::keysZoomToo()
{
    SpectrumPlot plot(SpectrumPlot::Kind::ErrorCurve);
    fill(plot, 100);
    QVERIFY(plot.focusPolicy() & Qt::TabFocus);
    const double apart = plot.xOf(20) - plot.xOf(10);
    const double values = plot.yOf(0.25) - plot.yOf(0.5);
    QTest::keyClick(&plot, Qt::Key_Plus, Qt::ShiftModifier);
    QVERIFY(std::abs((plot.xOf(20) - plot.xOf(10)) / apart - zoomPerNotch) < 1e-6);
    QTest::keyClick(&plot, Qt::Key_Plus, Qt::ControlModifier);
    QVERIFY(std::abs((plot.yOf(0.25) - plot.yOf(0.5)) / values - zoomPerNotch) < 1e-6);
    const double before = plot.xOf(10);
    QTest::keyClick(&plot, Qt::Key_PageDown); // back, as in the other plots
    QVERIFY(plot.xOf(10) > before + 1.0);
    QTest::keyClick(&plot, Qt::Key_PageUp);
    QVERIFY(plot.xOf(10) < before - 1.0); // half a view is more than is out of sight
    QTest::keyClick(&plot, Qt::Key_Minus);
    QVERIFY(std::abs((plot.xOf(20) - plot.xOf(10)) - apart) < 1e-6);
    QVERIFY(plot.isZoomed()); // along the values
    QTest::keyClick(&plot, Qt::Key_0);
    QVERIFY(!plot.isZoomed());
}

void TestSmallCharts::ticksFollowTheView()
{
    for (const auto kind : {SpectrumPlot::Kind::ErrorCurve, SpectrumPlot::Kind::SingularValues}) {
        SpectrumPlot plot(kind);
        fill(plot, 192);
        const std::vector<int> whole = plot.ticks();
        wheel(plot, {plot.xOf(120), 100.0}, 8);
        const std::vector<int> close = plot.ticks();
        QVERIFY(close.size() >= 2 && close != whole);
        QVERIFY(std::ranges::is_sorted(close));
        for (const int rank : close)
            QVERIFY(rank >= 1 && rank <= 192 && plot.xOf(rank) >= 40.0 && plot.xOf(rank) <= plot.width());
        plot.resetView();
        QCOMPARE(plot.ticks(), whole);
    }
}

void TestSmallCharts::otherValuesAreShownWhole()
{
    SpectrumPlot plot(SpectrumPlot::Kind::SingularValues);
    fill(plot, 64);
    wheel(plot, {200.0, 100.0}, 3);
    QVERIFY(plot.isZoomed());
    fill(plot, 64); // the same matrix, a checkpoint later
    QVERIFY(plot.isZoomed());
    fill(plot, 32);
    QVERIFY(!plot.isZoomed());
}

QTEST_MAIN(TestSmallCharts)
#include "tst_smallcharts.moc"
