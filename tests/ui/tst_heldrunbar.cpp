// SPDX-License-Identifier: GPL-3.0-or-later
// A full disk in the studio: the run waits, says why and what to do, and loses nothing.
#include "app/studio/SignalledEnd.h"
#include "tests/ui/StudioBench.h"
#include "ui/FailureStory.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StatusLine.h"

#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <string>

using namespace spectune;
using spectune::test::patience;

class TestHeldRunBar : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void theBarSaysWhyAndWhatToDo();
    void nothingIsCalledSafeThatIsNot();
    void tryingAgainGoesOn();
    void givingUpFails();
    void closingWaitsForRoom();
    void closingAHeldRunAsksWhatIsLost();
    void closingAnywayLosesThem();
    void triedAgainItSavesAndCloses();
    void aRunThatIsHeldWhileAskedAsksAnew();
    void aFailureWhileClosingIsShown();
    void aSignalGivesUp();
    void aSignalSavesWhereThereIsRoomByNow();
    void anOlderFailureIsNoSignals();

private:
    [[nodiscard]] RunBar& bar() { return window().runBar(); }
    [[nodiscard]] bool startHeld()
    {
        m_bench->scene->fillsAt = 50;
        return m_bench->open() && window().startRun()
            && QTest::qWaitFor([this] { return window().run().isHeld(); }, patience);
    }
    [[nodiscard]] QPushButton* button(const char* name) { return bar().findChild<QPushButton*>(name); }
    void makeRoom()
    {
        m_bench->scene->fillsAt = -1;
        m_bench->scene->diskFull = false;
    }
    [[nodiscard]] bool says(const QString& words)
    {
        for (const QLabel* label : bar().findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(words))
                return true;
        return false;
    }
};

void TestHeldRunBar::theBarSaysWhyAndWhatToDo()
{
    QVERIFY(startHeld());
    const RunBarState& shown = bar().shown();
    QCOMPARE(shown.title, "Cannot write");
    QCOMPARE(shown.mark, StateMark::Cross);
    QCOMPARE(shown.main, (BarButton {true, true, "Try again"}));
    QCOMPARE(shown.stop, (BarButton {true, true, "Give up"}));
    QVERIFY(!shown.step.visible && !shown.save.visible && !shown.evaluate.visible);
    QVERIFY(says("Could not write metrics.jsonl: the disk is full."));
    QVERIFY(says("Nothing is lost"));
    QCOMPARE(window().status().message(), "The run waits at step 50 until it can write.");
}

/// No tick at the lines that the full disk has kept from their file.
void TestHeldRunBar::nothingIsCalledSafeThatIsNot()
{
    QVERIFY(startHeld());
    const FailureStory story = FailureStory::of(window().run());
    QVERIFY(!story.kept.empty());
    QVERIFY(std::ranges::none_of(story.kept, [](const FailureStory::Kept& kept) { return kept.safe; }));
    QCOMPARE(story.kept.back().title, QString("Loss and ranks of 50 steps"));
    const QString detail = story.kept.back().detail;
    QVERIFY2(detail.startsWith("the newest lines are in memory alone; the timeline replays 0"), qPrintable(detail));
}

void TestHeldRunBar::tryingAgainGoesOn()
{
    QVERIFY(startHeld());
    bar().mainButton()->click(); // nothing has changed
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld(), patience);
    makeRoom();
    bar().mainButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QCOMPARE(window().run().history().metrics.size(), std::size_t {800});
    QVERIFY(window().run().failure().message.empty());
}

void TestHeldRunBar::givingUpFails()
{
    QVERIFY(startHeld());
    QVERIFY(window().session().stop());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    QCOMPARE(bar().shown().title, "Failed");
    QVERIFY(says("the disk is full"));
}

void TestHeldRunBar::closingWaitsForRoom()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open() && window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().close();
    bar().findChild<QPushButton*>("StopAndClose")->click();
    m_bench->scene->diskFull = true;
    m_bench->release();
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld(), patience);
    QVERIFY(window().isVisible());
    QVERIFY(bar().isAsking() && says("cannot be saved"));
    button("KeepTraining")->click();
    QVERIFY(!bar().isAsking());
    makeRoom();
    bar().mainButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopped, patience);
    QVERIFY(!window().run().checkpoints().empty());
    QCOMPARE(down.count(), 0); // the wish to close was taken back
}

void TestHeldRunBar::closingAHeldRunAsksWhatIsLost()
{
    QVERIFY(startHeld());
    window().close();
    QVERIFY(bar().isAsking());
    QVERIFY(says("Steps 1 to 50 cannot be saved.") && says("Close and lose that work?"));
    QVERIFY(says("the disk is full")); // why
    QVERIFY(!says("A run is going on"));
    const QPushButton* close = button("StopAndClose");
    QCOMPARE(close->text(), "Close and lose it");
    QVERIFY(button("SaveAgain")->isVisible());
    QCOMPARE(window().focusWidget(), button("KeepTraining"));
    QCOMPARE(button("KeepTraining")->text(), "Cancel");
    QTRY_VERIFY(button("SaveAgain")->x() < close->x() && close->x() < button("KeepTraining")->x());
    QTest::keyClick(window().focusWidget(), Qt::Key_Escape);
    QVERIFY(!bar().isAsking() && window().run().isHeld());
}

void TestHeldRunBar::closingAnywayLosesThem()
{
    QVERIFY(startHeld());
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().close();
    button("StopAndClose")->click();
    QVERIFY(down.count() > 0 || down.wait(patience));
    QVERIFY(window().run().checkpoints().empty());
}

void TestHeldRunBar::triedAgainItSavesAndCloses()
{
    QVERIFY(startHeld());
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().close();
    button("SaveAgain")->click(); // nothing has changed
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld() && bar().isAsking(), patience);
    QCOMPARE(down.count(), 0);
    makeRoom();
    button("SaveAgain")->click();
    QVERIFY(down.count() > 0 || down.wait(patience));
    QCOMPARE(window().session().state(), SessionState::Stopped);
    QVERIFY(!window().run().checkpoints().empty());
}

void TestHeldRunBar::aRunThatIsHeldWhileAskedAsksAnew()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open() && window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    window().close();
    QVERIFY(says("A run is going on."));
    QVERIFY(!button("SaveAgain")->isVisible());
    m_bench->scene->diskFull = true;
    m_bench->release();
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld(), patience);
    QVERIFY(bar().isAsking() && says("cannot be saved"));
    makeRoom();
    QVERIFY(window().session().resume());
    QTRY_VERIFY_WITH_TIMEOUT(!window().run().isHeld(), patience);
    QTRY_VERIFY(!bar().isAsking());
}

void TestHeldRunBar::aFailureWhileClosingIsShown()
{
    m_bench->scene->waitAt = 50;
    m_bench->scene->stopFails = true;
    QVERIFY(m_bench->open() && window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    window().showWorkspace(Workspace::Setup);
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().close();
    button("StopAndClose")->click();
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    QVERIFY(window().isVisible());
    QCOMPARE(window().workspace(), Workspace::Live);
    QCOMPARE(bar().shown().title, "Failed");
    QCOMPARE(down.count(), 0);
    window().close(); // the next wish is granted
    QVERIFY(down.count() > 0 || down.wait(patience));
}

void TestHeldRunBar::aSignalGivesUp()
{
    QVERIFY(startHeld());
    QSignalSpy down(&window(), &MainWindow::closedDown);
    SignalledEnd end(window());
    end.begin();
    QVERIFY(down.count() > 0 || down.wait(patience));
    QCOMPARE(window().session().state(), SessionState::Failed);
    QCOMPARE(end.code(), 2);
    QVERIFY2(end.told().find("the disk is full") != std::string::npos, end.told().c_str());
}

void TestHeldRunBar::aSignalSavesWhereThereIsRoomByNow()
{
    QVERIFY(startHeld());
    makeRoom();
    QSignalSpy down(&window(), &MainWindow::closedDown);
    SignalledEnd end(window());
    end.begin();
    QVERIFY(down.count() > 0 || down.wait(patience));
    QCOMPARE(window().session().state(), SessionState::Stopped);
    QVERIFY(!window().run().checkpoints().empty());
    QCOMPARE(end.code(), 130);
    QCOMPARE(end.told(), std::string());
}

void TestHeldRunBar::anOlderFailureIsNoSignals()
{
    m_bench->scene->failAt = 3;
    m_bench->runTo(SessionState::Failed);
    QSignalSpy down(&window(), &MainWindow::closedDown);
    SignalledEnd end(window());
    end.begin();
    QVERIFY(down.count() > 0 || down.wait(patience));
    QCOMPARE(end.code(), 130);
    QCOMPARE(end.told(), std::string());
}

QTEST_MAIN(TestHeldRunBar)
#include "tst_heldrunbar.moc"
