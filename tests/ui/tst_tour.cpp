// SPDX-License-Identifier: GPL-3.0-or-later
// The guided tour: its walk on a run that really prunes and revives, and its card.
#include "tests/ui/StudioBench.h"
#include "ui/CardPlacement.h"
#include "ui/FirstSteps.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LessonDelegate.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/ShownWords.h"
#include "ui/Tour.h"
#include "ui/TourCard.h"
#include "ui/TourGuide.h"
#include "ui/TourLesson.h"
#include "ui/TourRing.h"

#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

class TestTour : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void theLastEventWithScoresIsShown();
    void walksWithTheRun();
    void pausedSaysSo();
    void leavingKeepsThePlace();
    void keysAreTheToursOnlyWhileItIsSeen();
    void recordedRunIsToured();
    void cardNeverCoversItsTarget_data();
    void cardNeverCoversItsTarget();
    void nothingIsBlocked();

private:
    [[nodiscard]] Tour& tour() { return window().learn().tour(); }
};

void TestTour::theLastEventWithScoresIsShown()
{
    m_bench->runTo(SessionState::Finished);
    tour().goTo(5);
    RunModel& run = window().run();
    const auto& events = run.history().events;
    const auto has
        = [&](const MaskEvent& event) { return run.replay().at(run.layout(), events, event.step)->hasScores; };
    const bool first = has(events.front());
    const bool last = has(events.back());
    const std::int64_t next = tour().facts().happenedAt(TourEvent::FirstRevival);
    const auto before = std::find_if(
        events.rbegin(), events.rend(), [&](const MaskEvent& event) { return event.step <= next && has(event); });
    const bool between = before != events.rend();
    QCOMPARE(run.shownSnapshot()->hasScores, first || between || last);
    if (first || (!between && !last))
        QCOMPARE(run.shownStep(), events.front().step);
    else
        QCOMPARE(run.shownSnapshot()->eventStep, between ? before->step : events.back().step);
    // Learn's list has the same moment, and so its steps ascend where scores are known.
    const auto shown = run.shownSnapshot();
    tour().leave();
    window().showWorkspace(Workspace::Learn);
    window().learn().page().showLesson(LearnPage::Lesson::Tour);
    const auto* stops = window().learn().page().tourLesson().findChild<QListWidget*>();
    QTRY_VERIFY(stops->count() == static_cast<int>(Tour::count()));
    if (shown->hasScores)
        QCOMPARE(stops->item(5)->data(LessonDelegate::detailRole).toString(),
            QStringLiteral("step %1 of this run").arg(shown->eventStep));
}

void TestTour::walksWithTheRun()
{
    m_bench->tourAt(60);
    QVERIFY(tour().isActive());
    QCOMPARE(window().workspace(), Workspace::Live);
    QVERIFY(window().learn().guide().card().isVisible());
    QVERIFY(window().live().inspector().module().isValid());
    for (int i = 0; i < 3; ++i)
        tour().next();
    QCOMPARE(tour().place(), 3U);
    QVERIFY(!tour().mayGoOn());
    QVERIFY(!window().learn().guide().card().nextButton()->isEnabled());
    QVERIFY(window().learn().guide().card().skipButton()->isVisible());
    tour().next(); // waits
    QCOMPARE(tour().place(), 3U);
    const TourText budget = tour().stop().text(tour().facts(), {});
    QCOMPARE(budget.formula[1].second, QStringLiteral("= ⌊ 126 + 210 · (1 − 10 / 420)³ ⌋"));
    QCOMPARE(budget.formula.back().second, "= 321 at step 91 (t counts from 0), so 15 of 336 triplets go");
    tour().skipWait();
    QCOMPARE(tour().place(), 4U);
    QVERIFY(!tour().mayGoOn());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    // It happened while the stop waited: the timeline stands there, on the scene's own numbers.
    const MaskEvent& first = window().run().history().events.front();
    QCOMPARE(window().run().shownStep(), first.step);
    QVERIFY(tour().stop().text(tour().facts(), {}).body.contains(QString::number(first.pruned)));
    QVERIFY(window().learn().guide().card().nextButton()->isEnabled());
    tour().next(); // threshold
    const auto shown = window().run().shownSnapshot();
    QVERIFY(shown->eventStep == first.step || shown->hasScores); // of which no picture came in time
    tour().next(); // the one that came back
    const std::int64_t revived = tour().facts().happenedAt(TourEvent::FirstRevival);
    QVERIFY(revived > 0);
    QCOMPARE(window().run().shownStep(), revived);
    QVERIFY(window().live().inspector().module().isValid());
    tour().next(); // orthogonality
    tour().next(); // the final phase
    QCOMPARE(window().run().shownStep(), 501);
    tour().next(); // the result
    QCOMPARE(window().run().shownStep(), -1);
    QCOMPARE(tour().place() + 1, Tour::count());
    tour().next();
    QVERIFY(!tour().isActive());
    QVERIFY(tour().isFinished());
    QVERIFY(!window().learn().guide().card().isVisible());
    QVERIFY(!window().learn().guide().ring().isVisible());
}

void TestTour::pausedSaysSo()
{
    m_bench->tourAt(40);
    tour().goTo(3);
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Paused, patience);
    QCOMPARE(tour().wait().state, TourWait::State::Paused);
    QVERIFY(waitText(tour().stop().awaits, tour().facts()).when.contains("until you resume"));
    window().session().resume();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QVERIFY(tour().mayGoOn());
}

void TestTour::leavingKeepsThePlace()
{
    m_bench->tourAt(60);
    tour().goTo(2);
    tour().leave();
    QVERIFY(!tour().isActive());
    QVERIFY(!window().learn().guide().card().isVisible());
    QCOMPARE(window().session().state(), SessionState::Running);
    window().showWorkspace(Workspace::Learn);
    QVERIFY(window().learn().page().tourLesson().mainButton()->text().contains("3 of 10"));
    window().learn().page().tourLesson().mainButton()->click();
    QCOMPARE(tour().place(), 2U);
    QCOMPARE(window().workspace(), Workspace::Live);
}

void TestTour::keysAreTheToursOnlyWhileItIsSeen()
{
    m_bench->tourAt(60);
    QTest::keyClick(&window(), Qt::Key_Right, Qt::AltModifier);
    QCOMPARE(tour().place(), 1U);
    QTest::keyClick(&window(), Qt::Key_Left, Qt::AltModifier);
    QCOMPARE(tour().place(), 0U);
    window().showWorkspace(Workspace::Setup);
    QTRY_VERIFY(!window().learn().guide().card().isVisible());
    QTest::keyClick(&window(), Qt::Key_Escape);
    QVERIFY(tour().isActive());
    window().showWorkspace(Workspace::Live);
    QTRY_VERIFY(window().learn().guide().card().isVisible());
    QTest::keyClick(&window(), Qt::Key_Escape);
    QVERIFY(!tour().isActive());
}

void TestTour::recordedRunIsToured()
{
    m_bench->scene->writesFiles = true;
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    const QString folder = window().run().folder();
    window().openRun(folder);
    tour().goTo(4);
    QVERIFY(tour().mayGoOn());
    QCOMPARE(window().run().shownStep(), window().run().history().events.front().step);
    for (std::size_t stop = 0; stop < Tour::count(); ++stop) {
        tour().goTo(stop);
        QVERIFY(tour().mayGoOn());
        QVERIFY(window().learn().guide().card().isVisible());
    }
}

void TestTour::cardNeverCoversItsTarget_data()
{
    QTest::addColumn<QSize>("size");
    for (const QSize size : {QSize(1180, 720), QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)})
        QTest::addRow("%d", size.width()) << size;
}

void TestTour::cardNeverCoversItsTarget()
{
    QFETCH(QSize, size);
    m_bench->size = size;
    m_bench->tourAt(200);
    int cut = 0;
    for (std::size_t stop = 0; stop < Tour::count(); ++stop) {
        tour().goTo(stop);
        QCoreApplication::processEvents(); // the layout's own pass
        QCoreApplication::processEvents();
        const QRect target = window().learn().guide().targetRect();
        const TourCard& card = window().learn().guide().card();
        const QRect body = card.geometry().adjusted(12, 12, -12, -12);
        QVERIFY2(!target.intersects(body), qPrintable(QString::number(stop + 1)));
        QVERIFY(window().rect().contains(body));
        QCOMPARE(window().learn().guide().ring().geometry(), target);
        QVERIFY(card.heightForWidth(card.width()) <= card.height()); // no line is cut off
        cut += cutWords(body, shownWords(window().live(), window()));
    }
    if (size.width() >= 1280) // below that there is not always another place
        QVERIFY2(cut < static_cast<int>(Tour::count()), qPrintable(QString::number(cut)));
}

void TestTour::nothingIsBlocked()
{
    m_bench->tourAt(60);
    const QPoint middle = window().learn().guide().ring().geometry().center();
    QVERIFY(window().childAt(middle) != &window().learn().guide().ring());
    QVERIFY(!window().learn().guide().card().isWindow());
    window().showWorkspace(Workspace::Try);
    QCOMPARE(window().workspace(), Workspace::Try);
    QVERIFY(tour().isActive());
}

QTEST_MAIN(TestTour)
#include "tst_tour.moc"
