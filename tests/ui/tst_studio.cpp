// SPDX-License-Identifier: GPL-3.0-or-later
// The whole window, offscreen, on an engine without tensors.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/ExportWindow.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/OrthogonalityBars.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/ScreenshotTask.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "ui/TryPage.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QApplication>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

class TestStudio : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aRunDrivesHeatmapAndCurves();
    void aDoubleClickOnStartIsHarmless();
    void idleCostsNothing();
    void pausedCostsLittle();
    void closingDuringARunAsksFirst();
    void quittingForASignalSavesWithoutAsking();
    void quittingForASignalNeedsNoRun();
    void quitAsksFromTheExportWindow();
    void evaluateStaysInSightAfterARun();
    void speedNamesItsTokens();
    void anotherStepsNumbersAreNotShown();
    void longSentencesEndInDots();
    void failureIsShown();
    void brokenModelTurnsStartOff();
    void bothSidesAnswer();
    void exportsAreChecked();
    void screenshotOfARunAtAStep();
    void recordedRunNeedsNoEngine();
    void noScreenshotBehindTheRecordingsEnd();
};

void TestStudio::aRunDrivesHeatmapAndCurves()
{
    QVERIFY(m_bench->open());
    QVERIFY(window().form().model());
    QVERIFY(window().runBar().mainButton()->isEnabled());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_COMPARE(window().run().step(), 800);
    QCOMPARE(window().run().history().events.size(),
        static_cast<std::size_t>(window().run().resolved().schedule.eventCount()));
    QCOMPARE(window().run().shownSnapshot()->step, 800);
    std::int64_t sum = 0;
    for (const ModuleState& module : window().run().shownSnapshot()->modules)
        sum += module.rank;
    QCOMPARE(sum, 126);
    QCOMPARE(window().live().plots().curves().lastStep(), 800);
    QCOMPARE(window().live().plots().nowText(), QString("end, step 800"));
    QCOMPARE(window().live().plots().curves().evaluations().size(), 8U);
    QVERIFY(window().live().grid().cellText(ModuleIndex {0}).contains("rank"));
    QCOMPARE(window().runBar().shown().action, MainAction::Export);
    window().run().showStep(120);
    QVERIFY(window().run().shownSnapshot()->eventStep <= 120);
}

void TestStudio::aDoubleClickOnStartIsHarmless()
{
    m_bench->scene->waitAt = 5;
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Live);
    QPushButton* start = window().runBar().mainButton();
    QTest::mouseDClick(start, Qt::LeftButton);
    QTest::mouseClick(start, Qt::LeftButton);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Running, patience);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 5, patience);
    QCOMPARE(window().session().state(), SessionState::Running);
}

void TestStudio::idleCostsNothing()
{
    QVERIFY(m_bench->open());
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
}

void TestStudio::pausedCostsLittle()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    SessionController& session = window().session();
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    QCOMPARE(session.pollMilliseconds(), 100);
    QVERIFY(session.pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::Paused, patience);
    QTRY_COMPARE_WITH_TIMEOUT(session.pollMilliseconds(), 250, patience);
    QSignalSpy answered(&session, &SessionController::answered);
    session.ask(InspectModel {"demo-llama"});
    QCOMPARE(session.pollMilliseconds(), 100); // what is asked is answered at once
    QVERIFY(answered.wait(patience));
    QTRY_COMPARE_WITH_TIMEOUT(session.pollMilliseconds(), 250, patience);
    QVERIFY(session.resume());
    QCOMPARE(session.pollMilliseconds(), 100);
    QTRY_COMPARE_WITH_TIMEOUT(session.state(), SessionState::Finished, patience);
}

void TestStudio::closingDuringARunAsksFirst()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Running, patience);
    window().close();
    QVERIFY(window().isVisible());
    QVERIFY(window().runBar().isAsking());
    QTest::keyClick(window().focusWidget(), Qt::Key_Escape); // the question's button has the focus
    QVERIFY(!window().runBar().isAsking());
    QCOMPARE(window().session().state(), SessionState::Running);
    window().close();
    QTest::keyClick(window().focusWidget(), Qt::Key_Space); // as if to pause: keeps training
    QVERIFY(!window().runBar().isAsking());
    QCOMPARE(window().session().state(), SessionState::Running);
    window().close();
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().runBar().findChild<QPushButton*>("StopAndClose")->setFocus();
    QTest::keyClick(window().focusWidget(), Qt::Key_Return);
    m_bench->release();
    QVERIFY(down.wait(patience));
    QVERIFY(window().session().isClosed());
    QCOMPARE(window().session().state(), SessionState::Stopped);
    QVERIFY(!window().run().checkpoints().empty());
}

// A closed terminal or a logout: nobody is there to answer.
void TestStudio::quittingForASignalSavesWithoutAsking()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().quitSaving();
    QVERIFY(!window().runBar().isAsking());
    QCOMPARE(down.count(), 0); // the checkpoint comes first
    window().quitSaving(); // a second call changes nothing
    m_bench->release();
    QVERIFY(down.wait(patience));
    QVERIFY(window().session().isClosed());
    QVERIFY(!window().isVisible());
    QCOMPARE(window().session().state(), SessionState::Stopped);
    QCOMPARE(window().run().checkpoints(), std::vector<std::int64_t> {51});
    QCOMPARE(down.count(), 1);
}

void TestStudio::quittingForASignalNeedsNoRun()
{
    QVERIFY(m_bench->open());
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().quitSaving();
    QVERIFY(down.wait(patience));
    QVERIFY(window().session().isClosed());
    QVERIFY(!window().isVisible());
}

void TestStudio::quitAsksFromTheExportWindow()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Running, patience);
    window().showExport();
    QWidget* const other = window().exportWindow();
    QVERIFY(window().geometry().contains(other->geometry()));
    QTRY_COMPARE_WITH_TIMEOUT(QApplication::activeWindow(), other, patience);
    QTest::keyClick(other, Qt::Key_Q, Qt::ControlModifier);
    QVERIFY(window().runBar().isAsking());
    QVERIFY(other->isVisible());
    QTRY_COMPARE_WITH_TIMEOUT(QApplication::activeWindow(), m_bench->window.get(), patience);
}

void TestStudio::evaluateStaysInSightAfterARun()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Running, patience);
    const auto* evaluate = window().runBar().findChild<QPushButton*>("EvaluateButton");
    QVERIFY(evaluate->isEnabled());
    QVERIFY(evaluate->toolTip().contains("Ctrl+E"));
    QVERIFY(evaluate->x() > window().runBar().mainButton()->x());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QVERIFY(evaluate->isVisible());
    QVERIFY(evaluate->isEnabled());
    QVERIFY(evaluate->toolTip().contains("held-out samples"));
    // The right end, where a second click goes, stays with Export and Resume.
    QTRY_VERIFY(evaluate->geometry().right() < window().runBar().mainButton()->x());
}

void TestStudio::speedNamesItsTokens()
{
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    const QList<QLabel*> labels = window().runBar().findChildren<QLabel*>();
    const auto speed = std::find_if(labels.begin(), labels.end(),
        [](const QLabel* label) { return label->accessibleName() == QLatin1String("tok/s"); });
    QVERIFY(speed != labels.end());
    QVERIFY((*speed)->parentWidget()->toolTip().startsWith("Loss-bearing tokens per second"));
}

void TestStudio::anotherStepsNumbersAreNotShown()
{
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().live().inspector().setModule(ModuleIndex {17});
    const auto* bars = window().live().inspector().findChild<OrthogonalityBars*>();
    QVERIFY(bars->isVisible());
    window().run().showStep(40); // before the first event: no picture was kept of it
    QVERIFY(!window().run().shownSnapshot()->hasScores);
    QVERIFY(!bars->isVisible());
    window().run().showStep(-1);
    QVERIFY(bars->isVisible());
}

void TestStudio::longSentencesEndInDots()
{
    ElidedLabel label;
    label.setText(QString("The weights cannot be read. ").repeated(9));
    label.resize(200, 20);
    QVERIFY(label.shownText().endsWith(QChar(0x2026)));
    QVERIFY(label.fontMetrics().horizontalAdvance(label.shownText()) <= 200);
    label.setShorter("They cannot.");
    QCOMPARE(label.shownText(), "They cannot."); // whole, where the sentence would not be
    label.resize(9000, 20);
    QCOMPARE(label.shownText(), label.text());
}

void TestStudio::failureIsShown()
{
    m_bench->scene->failAt = 420;
    m_bench->size = {1920, 1080};
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    QCOMPARE(window().run().failure().kind, FailureKind::OutOfMemory);
    QCOMPARE(window().runBar().shown().mark, StateMark::Cross);
    QVERIFY(window().runBar().shown().main.text.contains("300"));
    const auto topOf = [this](const char* words) {
        for (const QLabel* label : window().live().inspector().findChildren<QLabel*>())
            if (label->text().contains(QLatin1String(words)))
                return label->mapTo(m_bench->window.get(), QPoint()).y();
        return -1;
    };
    QTRY_VERIFY(topOf("Out of memory at step") > 0);
    QVERIFY(topOf("The memory was full") - topOf("Out of memory at step") < 40); // no gap on a tall screen
}

void TestStudio::brokenModelTurnsStartOff()
{
    std::filesystem::create_directories(m_bench->path("broken").toStdString());
    QVERIFY(m_bench->open());
    QSignalSpy settled(&window().facts(), &SetupFacts::settled);
    window().form().setValue("model.path", FieldValue {m_bench->path("broken").toStdString()});
    QVERIFY(settled.wait(patience));
    QVERIFY(window().form().errorCount() >= 1);
    QVERIFY(!window().runBar().mainButton()->isEnabled());
    QVERIFY(!window().startRun());
    window().setup().nextIssue();
    QVERIFY(window().focusWidget());
}

void TestStudio::bothSidesAnswer()
{
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QDir(window().run().folder()).mkpath("adapter");
    window().showWorkspace(Workspace::Try);
    window().tryPage().setPrompt("Card:", " Paul | wolf");
    window().tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!window().tryPage().isGenerating(), patience);
    QVERIFY(window().tryPage().text(0).contains("happy"));
    QVERIFY(window().tryPage().text(1).contains("mammal"));
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
}

void TestStudio::exportsAreChecked()
{
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().showExport();
    window().exportWindow()->write();
    QTRY_COMPARE_WITH_TIMEOUT(window().exportWindow()->written().size(), 5U, patience);
}

void TestStudio::screenshotOfARunAtAStep()
{
    QVERIFY(m_bench->open());
    const QString file = m_bench->path("at.png");
    ScreenshotTask task(window(), file, 200, true);
    QSignalSpy done(&task, &ScreenshotTask::done);
    window().startRun();
    task.begin();
    QVERIFY(done.wait(patience));
    QCOMPARE(done.first().first().toInt(), 0);
    QCOMPARE(QImage(file).size(), m_bench->size);
    QVERIFY(window().run().step() >= 200);
}

void TestStudio::recordedRunNeedsNoEngine()
{
    m_bench->scene->writesFiles = true;
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    const QString folder = window().run().folder();
    QVERIFY(m_bench->close());
    StudioOptions options;
    options.engine = []() -> std::unique_ptr<TrainingEngine> { throw ioError("no engine here"); };
    options.remembers = false;
    options.size = m_bench->size;
    m_bench->window = std::make_unique<MainWindow>(options);
    window().openRun(folder);
    window().show();
    const QString file = m_bench->path("recorded.png");
    ScreenshotTask task(window(), file, 300, false);
    QSignalSpy done(&task, &ScreenshotTask::done);
    task.begin();
    QVERIFY(done.wait(patience));
    QCOMPARE(done.first().first().toInt(), 0);
    QCOMPARE(window().run().shownStep(), 300);
}

void TestStudio::noScreenshotBehindTheRecordingsEnd()
{
    m_bench->scene->writesFiles = true;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().openRun(window().run().folder());
    const QString file = m_bench->path("late.png");
    ScreenshotTask late(window(), file, 801, false);
    QSignalSpy refused(&late, &ScreenshotTask::done);
    late.begin();
    QCOMPARE(refused.count(), 1);
    QCOMPARE(refused.first().at(0).toInt(), 2);
    QVERIFY2(refused.first().at(1).toString().contains("step 800"), qPrintable(refused.first().at(1).toString()));
    QVERIFY(!QFile::exists(file));
    ScreenshotTask last(window(), file, 800, false);
    QSignalSpy done(&last, &ScreenshotTask::done);
    last.begin();
    QVERIFY(done.wait(patience));
    QCOMPARE(done.first().at(0).toInt(), 0);
    QCOMPARE(refused.count(), 1);
}

QTEST_MAIN(TestStudio)
#include "tst_studio.moc"
