// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/visualization/Ink.h"
#include "tests/visualization/PaintCount.h"
#include "tests/visualization/SampleRun.h"
#include "visualization/BudgetCurve.h"
#include "visualization/EventTimeline.h"
#include "visualization/ProgressLine.h"
#include "visualization/ScaleGauge.h"
#include "visualization/Theme.h"
#include "visualization/TokenView.h"
#include "visualization/TripletList.h"

#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;

class TestWidgets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tripletsSortByScoreLambdaOrIndex()
    {
        const auto snapshot = SampleRun {}.snapshot(1106);
        const ModuleIndex module {69};
        TripletList list;
        list.resize(294, 300);
        list.setModule(snapshot, module);
        const TripletState* states = snapshot->tripletsOf(module);
        QCOMPARE(list.rows().size(), std::size_t {12});
        QCOMPARE(list.keptRows(), snapshot->modules[69].rank);
        for (std::size_t row = 1; row < 12; ++row) {
            QVERIFY(states[list.rows()[row - 1]].score >= states[list.rows()[row]].score);
        }
        list.setOrder(TripletOrder::Lambda);
        for (std::size_t row = 1; row < 12; ++row) {
            QVERIFY(std::abs(states[list.rows()[row - 1]].lambda) >= std::abs(states[list.rows()[row]].lambda));
        }
        list.setOrder(TripletOrder::Index);
        QCOMPARE(list.rows()[7], 7);
        QSignalSpy spy(&list, &TripletList::tripletActivated);
        QTest::mouseClick(list.viewport(), Qt::LeftButton, {}, QPoint(40, 18 + 3 * 20 + 10));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(list.selected(), 3);
        QTest::keyClick(&list, Qt::Key_Down);
        QCOMPARE(list.selected(), 4);
        list.setModule(nullptr, {});
        QVERIFY(list.rows().empty());
    }

    void withoutScoresTripletsSortByLambda()
    {
        auto snapshot = std::make_shared<RankSnapshot>(*SampleRun {}.snapshot(1106));
        snapshot->hasScores = false;
        const ModuleIndex module {69};
        TripletList list;
        list.resize(294, 300);
        list.setModule(snapshot, module);
        QVERIFY(list.order() == TripletOrder::Score);
        const TripletState* states = snapshot->tripletsOf(module);
        QCOMPARE(list.rows().size(), std::size_t {12});
        for (std::size_t row = 1; row < 12; ++row) {
            QVERIFY(std::abs(states[list.rows()[row - 1]].lambda) >= std::abs(states[list.rows()[row]].lambda));
        }
        const QImage image = list.grab().toImage();
        QVERIFY(test::hasInk(image, QRectF(0.0, 18.0, 280.0, 20.0))
            && test::hasInk(image, QRectF(0.0, 238.0, 280.0, 20.0)));
    }

    void timelineTurnsPixelsIntoSteps()
    {
        const SampleRun run;
        EventTimeline timeline;
        timeline.resize(1232, 86);
        timeline.setPlan(run.plan());
        const RunHistory history = run.history();
        timeline.setEvents(history.events);
        timeline.setNow(1106);
        QCOMPARE(timeline.stepAt(timeline.xOf(600.0)), 600);
        QCOMPARE(timeline.eventBefore(1106), 1101);
        QCOMPARE(timeline.eventBefore(1101), 1081);
        QCOMPARE(timeline.eventAfter(181), 201);
        QCOMPARE(timeline.eventAfter(1101), -1);
        QSignalSpy steps(&timeline, &EventTimeline::stepRequested);
        QSignalSpy live(&timeline, &EventTimeline::liveRequested);
        QTest::mouseClick(&timeline, Qt::LeftButton, {}, QPoint(static_cast<int>(timeline.xOf(600.0)), 40));
        QCOMPARE(steps.count(), 1);
        QVERIFY(std::abs(steps[0][0].toLongLong() - 600) <= 1);
        QTest::mouseClick(&timeline, Qt::LeftButton, {}, QPoint(static_cast<int>(timeline.xOf(1900.0)), 40));
        QCOMPARE(live.count(), 1); // beyond now is live
        timeline.setShownStep(600);
        QTest::keyClick(&timeline, Qt::Key_Left);
        QCOMPARE(steps.last()[0].toLongLong(), 599);
        QTest::keyClick(&timeline, Qt::Key_BracketRight);
        QCOMPARE(steps.last()[0].toLongLong(), 601);
        QTest::keyClick(&timeline, Qt::Key_End);
        QCOMPARE(live.count(), 2);
    }

    void anEmptyTimelineAsksForNothing()
    {
        EventTimeline timeline;
        timeline.resize(600, 86);
        timeline.setPlan(SampleRun {}.plan());
        QSignalSpy steps(&timeline, &EventTimeline::stepRequested);
        QTest::mouseClick(&timeline, Qt::LeftButton, {}, QPoint(300, 40));
        QTest::keyClick(&timeline, Qt::Key_Left);
        QCOMPARE(steps.count(), 0);
    }

    void budgetHandlesAskForTheirValue()
    {
        BudgetCurve curve;
        curve.resize(416, 420);
        curve.setCurve(SampleRun {}.plan(), BudgetValues::of(SampleRun {}.plan()));
        QSignalSpy init(&curve, &BudgetCurve::initRankEdited);
        QSignalSpy target(&curve, &BudgetCurve::targetRankEdited);
        QSignalSpy warm(&curve, &BudgetCurve::warmUpEndEdited);
        QSignalSpy end(&curve, &BudgetCurve::finalStartEdited);
        const auto drag = [&](BudgetCurve::Handle handle, QPoint by) {
            const QPoint from = curve.handlePosition(handle).toPoint();
            QTest::mousePress(&curve, Qt::LeftButton, {}, from);
            QTest::mouseMove(&curve, from + by);
            QTest::mouseRelease(&curve, Qt::LeftButton, {}, from + by);
        };
        drag(BudgetCurve::Handle::InitRank, {0, 60});
        QVERIFY(init.count() > 0 && init.last()[0].toInt() < 12);
        drag(BudgetCurve::Handle::TargetRank, {0, -40});
        QVERIFY(target.count() > 0 && target.last()[0].toInt() > 6);
        drag(BudgetCurve::Handle::WarmUpEnd, {30, 0});
        QVERIFY(warm.count() > 0 && warm.last()[0].toLongLong() > 160);
        drag(BudgetCurve::Handle::FinalStart, {-500, 0});
        QVERIFY(end.last()[0].toLongLong() < 160); // beyond ti: asked for, and told to be impossible
        QTest::keyClick(&curve, Qt::Key_Right, Qt::ShiftModifier);
        QCOMPARE(end.last()[0].toLongLong(), 1710);
        curve.setEditable(false);
        const auto count = init.count();
        drag(BudgetCurve::Handle::InitRank, {0, 30});
        QCOMPARE(init.count(), count);
    }

    void everyBudgetHandleHasItsLabel_data()
    {
        QTest::addColumn<qint64>("ti");
        QTest::addColumn<qint64>("finalStart");
        QTest::addColumn<QStringList>("texts");
        QTest::newRow("possible") << qint64 {160} << qint64 {1700}
                                  << QStringList {"ti 160", "T − tf = 1,700", "T 2,000"};
        QTest::newRow("both beyond the axis")
            << qint64 {8000} << qint64 {-49671} << QStringList {"← T − tf = −49,671", "ti 8,000 →", "T 2,000"};
        QTest::newRow("both behind the end")
            << qint64 {8000} << qint64 {9000} << QStringList {"ti 8,000 →", "T − tf = 9,000 →", "T 2,000"};
        QTest::newRow("on each other") << qint64 {1000} << qint64 {1000}
                                       << QStringList {"ti 1,000", "T − tf = 1,000", "T 2,000"};
    }

    void everyBudgetHandleHasItsLabel()
    {
        QFETCH(qint64, ti);
        QFETCH(qint64, finalStart);
        QFETCH(QStringList, texts);
        PlotPlan plan = SampleRun {}.plan();
        plan.ti = ti;
        plan.finalStart = finalStart;
        BudgetCurve curve;
        curve.resize(345, 400);
        curve.setCurve(plan, BudgetValues::of(plan));
        QStringList found;
        double end = -10.0;
        for (const BudgetCurve::HandleLabel& label : curve.stepLabels()) {
            found << label.text;
            QVERIFY2(label.place.left() >= end + 9.9, qPrintable(label.text));
            QVERIFY2(label.place.right() <= curve.width() + 1e-6, qPrintable(label.text));
            // Alone at its end of the axis a label stands below its handle, and T's always does.
            const double x = label.handle == BudgetHandle::TotalSteps ? curve.budgetGeometry().run().right()
                                                                      : curve.handlePosition(label.handle).x();
            if (label.handle == BudgetHandle::TotalSteps || label.text.startsWith(QChar(0x2190)))
                QVERIFY2(label.place.left() <= x && label.place.right() >= x, qPrintable(label.text));
            end = label.place.right();
        }
        QCOMPARE(found, texts);
        const std::vector<BudgetCurve::HandleLabel> inside = curve.plotLabels();
        const auto init = std::find_if(inside.begin(), inside.end(),
            [](const BudgetCurve::HandleLabel& label) { return label.handle == BudgetHandle::InitRank; });
        QVERIFY(init != inside.end());
        const QPointF handle = curve.handlePosition(BudgetHandle::InitRank);
        QVERIFY(!init->place.intersects(QRectF(handle.x() - 8.0, handle.y() - 8.0, 16.0, 16.0)));
        QVERIFY(curve.budgetGeometry().ground.adjusted(0.0, -20.0, 0.0, 0.0).contains(init->place));
        const QImage image = curve.grab().toImage();
        for (const BudgetCurve::HandleLabel& label : inside)
            QVERIFY2(test::hasInk(image, label.place), qPrintable(label.text));
    }

    void tokensWrapAndCount()
    {
        TokenView view;
        view.setTokens({{QStringLiteral("<s>"), false, true}, {QStringLiteral("Question"), false, false},
            {QStringLiteral("\n"), false, false}, {QStringLiteral(" answer"), true, false},
            {QString(200, QLatin1Char('x')), true, false}});
        QCOMPARE(view.count(), 5);
        QCOMPARE(view.lossBearing(), 2);
        const auto boxes = view.layoutBoxes(200.0);
        for (const TokenView::Box& box : boxes) {
            QVERIFY(box.rect.right() <= 202.0); // nothing is cut off
        }
        QCOMPARE(boxes[2].text, QStringLiteral("⏎"));
        QVERIFY(boxes[3].rect.top() > boxes[2].rect.top()); // a line break breaks the line
        QVERIFY(view.heightForWidth(100) > view.heightForWidth(400));
    }

    void theScaleGaugeIsLogarithmic()
    {
        ScaleGauge gauge;
        gauge.resize(290, 46);
        QVERIFY(std::abs((gauge.xOf(2.0) - gauge.xOf(0.5)) - (gauge.xOf(8.0) - gauge.xOf(2.0))) < 1e-9);
        QVERIFY(gauge.xOf(1000.0) <= 290.0);
        gauge.setScale(0.33);
        QVERIFY(gauge.accessibleDescription().contains(QStringLiteral("0.33")));
    }

    void theScaleGaugesWordsHaveTicks_data()
    {
        QTest::addColumn<double>("usual");
        QTest::newRow("usual") << 2.0;
        QTest::newRow("at the limit") << 0.5;
        QTest::newRow("right below it") << 0.45;
        QTest::newRow("far below it") << 0.06;
    }
    void theScaleGaugesWordsHaveTicks()
    {
        QFETCH(double, usual);
        for (const int width : {180, 240, 290, 600}) {
            ScaleGauge gauge;
            gauge.resize(width, 46);
            gauge.setScale(7.5, 0.5, usual); // its diamond is far from both
            const auto [fine, standard] = gauge.labels();
            const auto& first = fine.place.left() < standard.place.left() ? fine : standard;
            const auto& second = fine.place.left() < standard.place.left() ? standard : fine;
            QVERIFY(first.place.left() >= 0.0 && second.place.right() <= width);
            QVERIFY(second.place.left() >= first.place.right() + 9.0);
            const bool low = usual < 0.5;
            QCOMPARE(gauge.accessibleDescription().endsWith(QStringLiteral(", too low for this width")), low);
            if (width >= 290) {
                QCOMPARE(standard.text.contains(QStringLiteral(", too low")), low);
            }
            if (width == 600) {
                QCOMPARE(standard.text.endsWith(QStringLiteral(", too low for this width")), low);
            }
            const QImage image = gauge.grab().toImage();
            const double ratio = image.devicePixelRatio();
            for (const auto& label : {fine, standard}) {
                const auto at = [&](double x) { return image.pixel((QPointF(x, 18.0) * ratio).toPoint()); };
                QCOMPARE(label.tick, gauge.xOf(label.text == fine.text ? 0.5 : usual));
                bool ticked = false; // it may lie between two pixels
                for (const double aside : {-1.0, 0.0, 1.0}) {
                    ticked = ticked || at(label.tick + aside) == Theme::current().text2.rgb();
                }
                QVERIFY2(ticked, qPrintable(label.text));
            }
        }
    }

    void anotherPaletteRepaints_data()
    {
        QTest::addColumn<bool>("styled");
        QTest::newRow("plain") << false;
        QTest::newRow("under a style sheet") << true; // as the studio's themes are
    }
    /// Widgets that take their colours from Theme alone need no code for it: QWidget repaints.
    void anotherPaletteRepaints()
    {
        QFETCH(bool, styled);
        QWidget window;
        if (styled) {
            window.setStyleSheet(QStringLiteral("QWidget { border: 0px; }"));
        }
        ScaleGauge gauge(&window);
        gauge.resize(290, 46);
        window.resize(300, 60);
        window.show();
        QVERIFY(QTest::qWaitForWindowActive(&window));
        QCoreApplication::processEvents();
        test::PaintCount paints(gauge);
        QPalette palette = window.palette();
        palette.setColor(QPalette::WindowText, palette.color(QPalette::WindowText) == Qt::red ? Qt::blue : Qt::red);
        window.setPalette(palette);
        QTRY_VERIFY(paints.count > 0);
    }

    void timelineOfAFinishedRunKeepsItsMarksAndKey_data()
    {
        QTest::addColumn<int>("width");
        QTest::addColumn<int>("now");
        for (const int width : {900, 1232, 1700}) {
            for (const int now : {300, 1106, 1900, 2000}) {
                if (now != 1900 || width > 1000) // else neither side of it has 80 pixels
                    QTest::addRow("%d px, step %d", width, now) << width << now;
            }
        }
    }

    void timelineOfAFinishedRunKeepsItsMarksAndKey()
    {
        QFETCH(const int, width);
        QFETCH(const int, now);
        SampleRun run;
        run.now = now;
        EventTimeline timeline;
        timeline.resize(width, 80);
        timeline.setPlan(run.plan());
        const RunHistory history = run.history();
        timeline.setEvents(history.events);
        timeline.setNow(now);
        const std::vector<std::int64_t> evaluations {100, 300, now};
        const std::vector<std::int64_t> checkpoints {0, 250, 300, now};
        timeline.setEvaluations(evaluations);
        timeline.setCheckpoints(checkpoints);
        const QRectF track = timeline.track();
        for (const std::int64_t step : evaluations) {
            QVERIFY(track.contains(timeline.evaluationRect(step)));
        }
        for (const std::int64_t step : checkpoints) {
            QVERIFY(track.contains(timeline.checkpointRect(step)));
        }
        QVERIFY(!timeline.checkpointRect(now).intersects(timeline.evaluationRect(now)));
        const EventTimeline::KeyPlace place = timeline.keyPlace();
        QVERIFY(!place.key.isEmpty());
        QVERIFY(track.contains(place.key));
        QVERIFY(!place.key.intersects(place.hint));
        for (const EventBar& bar : timeline.bars()) { // whatever their length
            QVERIFY(!place.key.intersects(QRectF(bar.x, track.top(), bar.width, track.height())));
        }
        QVERIFY(test::hasInk(timeline.grab().toImage(), place.key));
    }

    void withoutDataTheGroundIsPainted()
    {
        EventTimeline timeline; // its empty track
        BudgetCurve curve; // why there is none
        ProgressLine progress; // an empty line
        ScaleGauge gauge; // its ticks
        TokenView tokens; // what it is given to say
        tokens.setEmptyText("No sample");
        TripletList list; // nothing at all: no row of a matrix that is not there
        for (QWidget* widget : std::initializer_list<QWidget*> {&timeline, &curve, &progress, &gauge, &tokens, &list}) {
            widget->resize(200, 120);
            const QRectF inside = QRectF(widget->rect()).adjusted(3.0, 3.0, -3.0, -3.0);
            const bool hasGround = test::hasInk(widget->grab().toImage(), inside);
            QVERIFY2(hasGround == (widget != &list), widget->metaObject()->className());
        }
        QVERIFY(timeline.bars().empty());
        QVERIFY(list.rows().empty());
    }
};

QTEST_MAIN(TestWidgets)
#include "tst_widgets.moc"
