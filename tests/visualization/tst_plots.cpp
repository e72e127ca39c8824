// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/visualization/SampleRun.h"
#include "visualization/CurvePoints.h"
#include "visualization/RunPlots.h"

#include <QElapsedTimer>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;

/// The whole of @p run at the size that Live gives its curves.
static void showRun(RunPlots& plots, const SampleRun& run)
{
    plots.resize(428, 668);
    plots.setPlan(run.plan());
    plots.setHistory(run.history());
    plots.replotNow();
}

/// 200 steps with a loss far above all before them.
static void appendHigh(RunPlots& plots)
{
    std::vector<MetricPoint> points(200);
    for (std::size_t i = 0; i < points.size(); ++i) {
        points[i].step = 1107 + static_cast<std::int64_t>(i);
        points[i].loss = 5.0;
        points[i].orth = 0.1;
    }
    plots.append(points);
}

class TestPlots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void appendedPointsAreInTheCurves()
    {
        const SampleRun run;
        RunPlots plots;
        plots.setPlan(run.plan());
        const RunHistory history = run.history();
        plots.append(std::span(history.metrics).first(500));
        plots.append(std::span(history.metrics).subspan(500));
        for (const EvalPoint& point : history.evaluations) {
            plots.append(point);
        }
        const RunCurves& curves = plots.curves();
        QCOMPARE(curves.loss().size(), history.metrics.size());
        QCOMPARE(curves.smooth().size(), history.metrics.size());
        QCOMPARE(curves.lastStep(), 1106);
        QCOMPARE(curves.evaluations().size(), std::size_t {11});
        QCOMPARE(curves.loss().y()[10], history.metrics[10].loss);
    }

    void keptTripletsFallAtEventsOnly()
    {
        const SampleRun run;
        RunCurves curves;
        curves.setPlan(run.plan());
        curves.append(run.history().metrics);
        QCOMPARE(curves.keptAt(160.0), 1848.0);
        QCOMPARE(curves.keptAt(180.0), 1848.0); // b(t) has fallen, but no mask was chosen yet
        QCOMPARE(curves.keptAt(181.0), static_cast<double>(run.budgetAt(180)));
        QCOMPARE(curves.keptAt(1106.0), static_cast<double>(run.budgetAt(1100)));
        QCOMPARE(curves.kept().size(), std::size_t {1 + 2 * 47});
    }

    void aResumedRunTakesThePlaceOfWhatItRepeats()
    {
        const SampleRun run;
        RunCurves once;
        RunCurves twice;
        once.setPlan(run.plan());
        twice.setPlan(run.plan());
        const RunHistory history = run.history();
        once.append(history.metrics);
        twice.append(history.metrics);
        twice.append(std::span(history.metrics).subspan(900));
        QCOMPARE(twice.loss().size(), once.loss().size());
        QCOMPARE(twice.smooth().y().back(), once.smooth().y().back());
        QCOMPARE(twice.kept().size(), once.kept().size());
    }

    void skippedStepsLeaveAGap()
    {
        RunCurves curves;
        MetricPoint good;
        good.step = 1;
        good.loss = 2.0;
        MetricPoint skipped;
        skipped.step = 2;
        skipped.loss = skipped.orth = std::nan("");
        MetricPoint next = good;
        next.step = 3;
        next.loss = 1.5;
        curves.append(std::vector {good, skipped, next});
        QCOMPARE(curves.lastStep(), 3);
        QCOMPARE(curves.smooth().valueAt(2.0), 2.0);
        const CurvePoints drawn = curvePoints(curves.loss(), 0.0, 10.0, 300, ColumnDetail::Extremes);
        QCOMPARE(drawn.x, (QVector<double> {1.0, 2.0, 3.0}));
        QCOMPARE(drawn.y.first(), 2.0);
        QVERIFY(std::isnan(drawn.y[1])); // the line from step 1 to step 3 is not drawn
        QCOMPARE(drawn.y.last(), 1.5);
    }

    void automaticRangeWidensAtTenPercent()
    {
        SampleRun run;
        RunPlots plots;
        plots.resize(428, 668);
        plots.setPlan(run.plan());
        QSignalSpy spy(&plots, &RunPlots::effectiveRangeChanged);
        run.now = 150;
        plots.append(run.history().metrics);
        QCOMPARE(plots.effectiveRange(), PlotRange::SoFar);
        plots.replotNow();
        QVERIFY(plots.stepRange().y() < 400.0);
        run.now = 200;
        plots.setHistory(run.history());
        QCOMPARE(plots.effectiveRange(), PlotRange::WholeRun);
        plots.replotNow();
        QCOMPARE(plots.stepRange(), QPointF(0.0, 2000.0));
        QVERIFY(spy.count() >= 1);
        plots.setRange(PlotRange::Last200);
        QCOMPARE(plots.effectiveRange(), PlotRange::Last200); // the user's own choice stays
    }

    void theLossAxisHoldsTheCurve()
    {
        const SampleRun run;
        RunPlots plots;
        plots.resize(428, 668);
        plots.grab();
        plots.setPlan(run.plan());
        plots.setHistory(run.history());
        plots.replotNow();
        QVERIFY(plots.lossRange().x() > 0.3); // need not start at 0
        for (const double value : plots.curves().smooth().y()) {
            QVERIFY(value >= plots.lossRange().x() && value <= plots.lossRange().y());
        }
    }

    void axesDoNotMoveWithEveryPoint()
    {
        const SampleRun run;
        RunPlots plots;
        showRun(plots, run);
        const QPointF before = plots.lossRange();
        MetricPoint point;
        point.step = 1107;
        point.loss = 5.0;
        plots.append(std::span(&point, 1));
        plots.replotNow();
        QCOMPARE(plots.lossRange(), before);
    }

    /// A curve that leaves its axes within two seconds of their last move is followed, though no further point comes.
    void theAxesFollowTheLastPoint()
    {
        const SampleRun run;
        RunPlots plots;
        plots.show(); // hidden, nothing is followed
        showRun(plots, run);
        appendHigh(plots);
        plots.replotNow();
        QVERIFY(plots.lossRange().y() < 5.0); // not so soon again
        QTRY_VERIFY_WITH_TIMEOUT(plots.lossRange().y() > 5.0, 6000);
    }

    void aRunThatRestsIsSeenWhole()
    {
        const SampleRun run;
        RunPlots plots;
        showRun(plots, run);
        appendHigh(plots);
        plots.fitAxes();
        plots.replotNow();
        QVERIFY(plots.lossRange().y() > 5.0);
    }

    /// A masking event a step: more corners of the staircase than pixels.
    void theStaircaseCostsAWidth()
    {
        SampleRun run;
        RunPlots plots;
        plots.resize(428, 668);
        PlotPlan plan = run.plan();
        plan.totalSteps = 200000;
        plots.setPlan(plan);
        RunHistory history;
        history.metrics.resize(200000);
        for (std::size_t i = 0; i < history.metrics.size(); ++i) {
            history.metrics[i].step = static_cast<std::int64_t>(i) + 1;
            history.metrics[i].loss = 1.0;
            history.metrics[i].budget = 300000 - static_cast<std::int64_t>(i);
            MaskEvent event;
            event.step = history.metrics[i].step;
            event.budget = history.metrics[i].budget;
            history.events.push_back(event);
        }
        plots.setHistory(history);
        plots.grab();
        plots.replotNow();
        QVERIFY2(plots.pointsDrawn() < 428 * 7 + 300, qPrintable(QString::number(plots.pointsDrawn())));
        QCOMPARE(plots.curves().keptAt(100000.0), 200001.0);
    }

    void aMillionStepsStayFluent()
    {
        SampleRun run;
        run.totalSteps = 1000000;
        RunPlots plots;
        plots.resize(428, 668);
        plots.setPlan(run.plan());
        std::vector<MetricPoint> points(1000000);
        for (std::size_t i = 0; i < points.size(); ++i) {
            points[i].step = static_cast<std::int64_t>(i) + 1;
            points[i].loss = 1.0 + std::sin(static_cast<double>(i) * 0.7);
            points[i].orth = 0.1;
            points[i].budget = 1848;
        }
        plots.append(points);
        QElapsedTimer clock;
        clock.start();
        for (int i = 0; i < 10; ++i) {
            plots.replotNow();
            plots.grab();
        }
        QVERIFY2(clock.elapsed() < 2000, qPrintable(QString::number(clock.elapsed())));
    }

    void hiddenPlotsDrawNothing()
    {
        const SampleRun run;
        RunPlots hidden;
        RunPlots seen;
        QSignalSpy ranges(&hidden, &RunPlots::effectiveRangeChanged);
        for (RunPlots* plots : {&hidden, &seen}) {
            plots->resize(428, 668);
            plots->setPlan(run.plan());
            plots->setHistory(run.history());
            plots->setRange(PlotRange::Last200);
        }
        seen.show();
        QTRY_VERIFY(seen.pointsDrawn() > 0);
        QCOMPARE(hidden.pointsDrawn(), std::size_t {0}); // it was changed first, and would have been drawn first
        QCOMPARE(ranges.count(), 0);
        hidden.show();
        QTRY_VERIFY(hidden.pointsDrawn() > 0);
        QCOMPARE(hidden.stepRange(), seen.stepRange());
        QCOMPARE(ranges.count(), 1);
    }

    void anotherRunBeginsWithTheWholeView()
    {
        const SampleRun run;
        RunPlots plots;
        showRun(plots, run);
        plots.showSteps(400.0, 500.0);
        QTest::keyClick(&plots, Qt::Key_Right);
        QVERIFY(plots.crosshairStep() > 0);
        plots.setHistory(run.history()); // the same run, which was resumed
        QCOMPARE(plots.effectiveRange(), PlotRange::Custom);
        QVERIFY(plots.crosshairStep() > 0);
        plots.clear();
        QCOMPARE(plots.effectiveRange(), PlotRange::WholeRun);
        QCOMPARE(plots.crosshairStep(), -1);
    }

    void keysZoomTheLoss()
    {
        const SampleRun run;
        RunPlots plots;
        showRun(plots, run);
        const QPointF steps = plots.stepRange();
        const QPointF before = plots.lossRange();
        QTest::keyClick(&plots, Qt::Key_Plus, Qt::ControlModifier);
        plots.replotNow();
        const double span = before.y() - before.x();
        QVERIFY(std::abs(plots.lossRange().y() - plots.lossRange().x() - 0.8 * span) < 1e-3 * span);
        QVERIFY(plots.lossRange().x() > before.x() && plots.lossRange().y() < before.y()); // around the middle
        QCOMPARE(plots.stepRange(), steps);
        QTest::keyClick(&plots, Qt::Key_Minus, Qt::ControlModifier);
        QTest::keyClick(&plots, Qt::Key_Minus, Qt::ControlModifier | Qt::KeypadModifier);
        plots.replotNow();
        QVERIFY(plots.lossRange().y() > before.y());
        QTest::keyClick(&plots, Qt::Key_0);
        plots.replotNow();
        QCOMPARE(plots.lossRange(), before);
    }

    void theCrosshairGoesWithItsStep()
    {
        SampleRun run;
        RunPlots plots;
        showRun(plots, run);
        QTest::keyClick(&plots, Qt::Key_Right); // to the last step
        QCOMPARE(plots.crosshairStep(), 1106);
        run.now = 300; // resumed from an earlier checkpoint
        plots.setHistory(run.history());
        QCOMPARE(plots.crosshairStep(), -1);
    }

    void theLastStepOfARunIsItsEnd()
    {
        RunPlots plots;
        showRun(plots, SampleRun {});
        QCOMPARE(plots.nowText(), QStringLiteral("now, step 1,106"));
        plots.setEnded(true);
        plots.replotNow();
        QCOMPARE(plots.nowText(), QStringLiteral("end, step 1,106"));
        plots.clear(); // another run's
        QVERIFY2(plots.nowText().startsWith(QStringLiteral("now")), qPrintable(plots.nowText()));
    }

    void aStepIsDrawnWithTheBarThatTellsIt()
    {
        std::int64_t time = 5000;
        RunPlots plots;
        plots.setClock([&time] { return time; });
        showRun(plots, SampleRun {});
        plots.show();
        QVERIFY(QTest::qWaitForWindowExposed(&plots));
        plots.replotNow();
        time += 100; // the last picture is older than a frame
        MetricPoint point;
        point.step = 1107;
        point.loss = 0.5;
        plots.append(std::vector<MetricPoint> {point});
        QCoreApplication::processEvents(); // not a frame later
        QVERIFY2(plots.accessibleDescription().startsWith("step 1,107,"), qPrintable(plots.accessibleDescription()));
        QCOMPARE(plots.nowText(), QStringLiteral("now, step 1,107"));
    }

    void wordsOfEditsKeepOffTheCurvesOwn_data()
    {
        QTest::addColumn<qint64>("shown");
        QTest::addColumn<qint64>("failure");
        QTest::newRow("live") << qint64 {-1} << qint64 {-1};
        QTest::newRow("a step is shown") << qint64 {700} << qint64 {-1};
        QTest::newRow("failed") << qint64 {-1} << qint64 {1107};
    }

    void wordsOfEditsKeepOffTheCurvesOwn()
    {
        QFETCH(qint64, shown);
        QFETCH(qint64, failure);
        RunPlots plots;
        showRun(plots, SampleRun {});
        plots.setMarks({{600, "lr 0.002"}, {600, "γ 0.3"}, {1107, "target rank 2"}}); // one beside the curve's end
        plots.setShownStep(shown);
        plots.setFailure(failure, failure >= 0 ? QStringLiteral("Out of memory") : QString());
        QVERIFY(!plots.grab().isNull()); // a plot that was never shown has no places yet
        const std::vector<QRectF> own = plots.lossLabels();
        QVERIFY(own.size() >= 4); // three at the curve's end, one at least at the last step
        const std::vector<PlacedMark> marks = plots.placedMarks();
        QCOMPARE(marks.size(), std::size_t {2});
        for (const PlacedMark& mark : marks) {
            QVERIFY2(!mark.text.isEmpty(), qPrintable(QString::number(mark.step)));
            for (const QRectF& label : own)
                QVERIFY2(!mark.label.intersects(label), qPrintable(mark.text));
        }
        QVERIFY(!marks[0].label.intersects(marks[1].label));
        QVERIFY(!plots.grab().isNull());
    }

    void everyStatePaints()
    {
        RunPlots plots;
        plots.resize(300, 300);
        plots.grab();
        plots.replotNow();
        plots.setPlan(SampleRun {}.plan());
        plots.setEmptyText(QStringLiteral("The curve begins with step 1"));
        plots.replotNow();
        plots.setHistory(SampleRun {}.history());
        plots.setShownStep(600);
        plots.setFailure(1106, QStringLiteral("out of memory"));
        plots.replotNow();
        QVERIFY(!plots.grab().isNull());
        plots.clear();
        plots.replotNow();
        QVERIFY(plots.curves().loss().isEmpty());
    }
};

QTEST_MAIN(TestPlots)
#include "tst_plots.moc"
