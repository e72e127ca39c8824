// SPDX-License-Identifier: GPL-3.0-or-later
// Changing a run while it goes on, through the window: the fields, their rules, what is shown of an edit, and replay.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/EditedRun.h"
#include "ui/FieldLine.h"
#include "ui/FieldTexts.h"
#include "ui/GlossaryPage.h"
#include "ui/KeyValueList.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LiveControls.h"
#include "ui/LivePage.h"
#include "ui/RecordedRun.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/SessionController.h"
#include "ui/StatusLine.h"
#include "ui/TimelineStrip.h"
#include "visualization/RunPlots.h"

#include <QElapsedTimer>
#include <QLabel>
#include <QLineEdit>
#include <QMouseEvent>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;

namespace {

constexpr std::int64_t at(std::int64_t value)
{
    return value;
}

} // namespace

class TestLiveControl : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void schedulesHoldFromTheirStepOn();
    void anEditIsAskedForConfirmedAndMarked();
    void theBudgetsEndIsAskedForAsItWasSet();
    void theTimelineFollowsAnEdit();
    void mistakesStayInTheField();
    void fieldsFollowTheState();
    void helpGoesToTheFieldsTerm();
    void recordedRunsTellTheirEdits();
    void noClickWaits();
    void aDoubleClickOnStartAgainStartsNothing();
    void pictures_data();
    void pictures();

private:
    [[nodiscard]] LiveControls& controls() { return window().live().rail().controls(); }
    void edit(const std::string& key, const QString& text)
    {
        QSignalSpy taken(&window().run(), &RunModel::editTaken);
        controls().type(key, text);
        QVERIFY2(taken.wait(patience), qPrintable(controls().note()));
    }
};

void TestLiveControl::schedulesHoldFromTheirStepOn()
{
    RunConfig config;
    config.train.steps = 1000;
    config.adalora.ti = 100;
    config.adalora.tf = 500;
    config.adalora.targetRank = 8;
    const ResolvedRun resolved = resolveRun(config, {.matrices = 10});
    EditedRun run;
    run.begin(config, resolved);
    QVERIFY(run.add({200, "adalora.target_rank", at(8), at(4)}));
    QVERIFY(!run.add({200, "adalora.target_rank", at(8), at(4)})); // a resumed run tells it again
    QVERIFY(run.add({300, "optim.lr", 1e-3, 5e-4}));
    QVERIFY(run.add({310, "adalora.total_budget", at(40), at(60)}));
    QVERIFY(run.add({320, "adalora.target_rank", at(4), at(4)})); // stood there, and holds again
    QCOMPARE(run.scheduleAt(310).budgetAt(600), at(60));
    QCOMPARE(run.resolved().schedule.targetBudget, at(40));
    QCOMPARE(run.scheduleAt(199).budgetAt(600), at(80));
    QCOMPARE(run.scheduleAt(200).budgetAt(600), at(40));
    QCOMPARE(run.scheduleAt(999).budgetAt(600), at(40));
    QCOMPARE(run.config().optim.lr, 5e-4);
    // Resumed from step 250: what came later is gone, what came before holds.
    run.goOn(run.config());
    run.started(resolved, 250);
    QCOMPARE(run.edits().size(), std::size_t {1});
    QCOMPARE(run.config().optim.lr, 1e-3);
    QCOMPARE(run.resolved().schedule.targetBudget, at(40));
    run.started(resolved, 100);
    QCOMPARE(run.resolved().schedule.targetBudget, at(80));
}

void TestLiveControl::anEditIsAskedForConfirmedAndMarked()
{
    m_bench->pauseAt(200);
    QVERIFY(controls().isOpen());
    QCOMPARE(controls().text("optim.lr"), QStringLiteral("0.005"));
    QStringList shown; // in the form of the optimizer's row, until the keyboard is in it
    for (const FieldLine* field : controls().findChildren<FieldLine*>())
        shown << field->shownText();
    QVERIFY2(shown.contains(QStringLiteral("5.00e−3")), qPrintable(shown.join('|')));
    QCOMPARE(editText({.step = 1, .key = "train.save_every", .before = {}, .after = std::int64_t {0}, .line = 0}),
        QStringLiteral("save every at the end"));
    edit("optim.lr", "1e-3");
    QCOMPARE(window().run().config().optim.lr, 1e-3);
    const std::int64_t step = window().run().step();
    QVERIFY2(controls().note().contains(QString::number(step + 1)), qPrintable(controls().note()));
    const QString told = window().status().message(); // the field by its name, its numbers in their usual form
    QCOMPARE(told, QStringLiteral("From step %1 on Learning rate is 1.00e−3; it was 5.00e−3.").arg(step + 1));
    edit("adalora.target_rank", "2");
    QCOMPARE(window().run().resolved().schedule.targetBudget, at(2 * 42));
    // Marks on the curves, rows in the rail, and the plan goes on to the new end.
    const auto& marks = window().live().plots().marks();
    QCOMPARE(marks.size(), std::size_t {2});
    QCOMPARE(marks[0].step, step);
    QCOMPARE(marks[0].text, QStringLiteral("lr 1.00e−3"));
    const auto curve = window().run().plan().budgetCurve;
    QCOMPARE(curve.back().y(), 2.0 * 42);
    QCOMPARE(curve.front().y(), 8.0 * 42);
    QVERIFY(window().session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    const RunHistory& history = window().run().history();
    QCOMPARE(history.events.back().budget, at(2 * 42));
    QVERIFY(
        std::abs(history.metrics[static_cast<std::size_t>(step)].lr - 1e-3 * (1 - static_cast<double>(step + 1) / 800))
        < 1e-12);
    QVERIFY(!controls().isOpen());
    QVERIFY(controls().isVisibleTo(&window())); // what was changed stays to be read
}

void TestLiveControl::theBudgetsEndIsAskedForAsItWasSet()
{
    const auto row = [this](const QString& name) {
        const auto fields = controls().findChildren<QLineEdit*>();
        const auto found
            = std::ranges::find(fields, name, [](const QLineEdit* field) { return field->accessibleName(); });
        return found != fields.end() && !(*found)->isHidden();
    };
    m_bench->scene->waitAt = 200;
    QVERIFY(m_bench->open());
    window().form().setValue("adalora.total_budget", FieldValue {at(100)});
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 200, patience);
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Paused, patience);
    QVERIFY(row("Total budget") && !row("Target rank"));
    QCOMPARE(controls().text("adalora.total_budget"), QStringLiteral("100"));
    edit("adalora.total_budget", "97");
    QCOMPARE(window().run().resolved().schedule.targetBudget, at(97));
    QCOMPARE(controls().text("adalora.total_budget"), QStringLiteral("97"));
    edit("adalora.total_budget", QString::number(42 * window().run().config().adalora.targetRank));
    QVERIFY(row("Target rank") && !row("Total budget")); // a mean rank that holds
}

/// Before the first event the strip tells the plan, which an edit of ΔT changes.
void TestLiveControl::theTimelineFollowsAnEdit()
{
    m_bench->pauseAt(20);
    const auto told = [this] {
        QString all;
        for (const QLabel* label : window().live().timeline().findChildren<QLabel*>())
            all += label->text() + '\n';
        return all;
    };
    const auto planned = [this] { return QString::number(window().run().plan().eventCount()) + " planned"; };
    QVERIFY2(told().contains(planned()), qPrintable(told()));
    const QString before = planned();
    edit("adalora.delta_t", "25");
    QVERIFY(planned() != before);
    QVERIFY2(told().contains(planned()), qPrintable(told()));
}

void TestLiveControl::mistakesStayInTheField()
{
    m_bench->pauseAt(200);
    QSignalSpy wanted(&controls(), &LiveControls::editWanted);
    controls().type("optim.lr", "fast");
    QVERIFY2(controls().note().contains("Learning rate is"), qPrintable(controls().note()));
    QCOMPARE(controls().text("optim.lr"), QStringLiteral("fast"));
    controls().type("adalora.target_rank", "8");
    QVERIFY2(
        controls().note().contains("Target rank is 8, must be below Initial rank 8"), qPrintable(controls().note()));
    QVERIFY(wanted.isEmpty());
    controls().type("optim.lr", "5e-3"); // as it was: nothing to ask for
    QVERIFY(wanted.isEmpty());
    QVERIFY(window().run().edits().empty());
}

void TestLiveControl::fieldsFollowTheState()
{
    QVERIFY(m_bench->open());
    QVERIFY(!controls().isOpen() && !controls().isVisibleTo(&window()));
    m_bench->scene->waitAt = 700; // behind the last mask, which is chosen in step 501
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 700, patience);
    int told = 0;
    for (const FieldLine* field : controls().findChildren<FieldLine*>())
        if (field->accessibleName() == "Save every") { // as Set up says it, and whole
            QVERIFY(controls().text("train.save_every") == "0" && field->shownText() == "at the end");
            QVERIFY(field->fontMetrics().horizontalAdvance(field->shownText()) <= field->width() - 20);
            ++told;
        }
    QCOMPARE(told, 1);
    const QList<QLineEdit*> fields = controls().findChildren<QLineEdit*>();
    const auto followsSchedule = [](const QLineEdit* field) {
        const bool ofSchedule = field->accessibleName() == "Target rank" || field->accessibleName() == "Total budget"
            || field->accessibleName().contains("ΔT");
        return field->isEnabled() == !ofSchedule;
    };
    QTRY_VERIFY(std::ranges::all_of(fields, followsSchedule)); // though the state has not changed since step 501
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Paused, patience);
    QVERIFY(std::ranges::all_of(fields, followsSchedule));
    QVERIFY(window().session().stop());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopped, patience);
    QVERIFY(!controls().isVisibleTo(&window()));
}

void TestLiveControl::helpGoesToTheFieldsTerm()
{
    m_bench->pauseAt(200);
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    std::vector<std::string> keys = liveKeysOf(window().run().config());
    std::erase(keys, "adalora.total_budget"); // the target rank is in force
    QVERIFY(std::ranges::find(keys, "train.eval_every") != keys.end() && keys.size() >= 7);
    GlossaryPage& shown = window().learn().page().glossary();
    const Glossary glossary;
    const auto fields = controls().findChildren<QLineEdit*>();
    for (const std::string& key : keys) {
        const QString label = fieldLabel(*findField(key));
        const auto field
            = std::ranges::find(fields, label, [](const QLineEdit* each) { return each->accessibleName(); });
        QVERIFY2(field != fields.end(), key.c_str());
        window().showWorkspace(Workspace::Live);
        shown.showTerm("triplet"); // no field's
        (*field)->setFocus();
        QVERIFY2((*field)->hasFocus(), key.c_str());
        window().learn().showHelp();
        QCOMPARE(window().workspace(), Workspace::Learn);
        const QString name = QString::fromStdString(key);
        QCOMPARE(shown.term(), glossary.ofField(name)->id);
        QVERIFY2(shown.text().contains(name), key.c_str());
    }
}

void TestLiveControl::recordedRunsTellTheirEdits()
{
    m_bench->scene->writesFiles = true;
    m_bench->pauseAt(200);
    edit("adalora.gamma", "0.3");
    const std::int64_t step = window().run().step();
    QVERIFY(window().session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    RunModel recorded;
    recorded.showRecorded(readRecordedRun(window().run().folder()));
    QCOMPARE(recorded.edits().size(), std::size_t {1});
    QCOMPARE(recorded.edits()[0].step, step);
    QCOMPARE(recorded.config().adalora.gamma, 0.3);
}

/// Each command returns at once, whatever the training thread is doing: it stands still in a step here.
void TestLiveControl::noClickWaits()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    SessionController& session = window().session();
    QElapsedTimer clock;
    const auto quick = [&clock](auto&& click) {
        clock.start();
        click();
        return clock.elapsed() < 50;
    };
    QVERIFY(quick([&] { controls().type("optim.lr", "2e-3"); }));
    QVERIFY(quick([&] { session.evaluateNow(); }));
    QVERIFY(quick([&] { session.saveNow(); }));
    QVERIFY(quick([&] { session.pause(); }));
    QVERIFY(quick([&] { session.resume(); }));
    QVERIFY(quick([&] { session.ask(InspectModel {"demo-llama"}); }));
    QVERIFY(quick([&] { session.stop(); }));
}

void TestLiveControl::aDoubleClickOnStartAgainStartsNothing()
{
    m_bench->scene->failAt = 100; // the first checkpoint is made after step 300
    m_bench->runTo(SessionState::Failed);
    RunBar& bar = window().runBar();
    QPushButton* button = bar.mainButton();
    QCOMPARE(bar.shown().action, MainAction::StartAgain);
    QSignalSpy acted(&bar, &RunBar::actionTriggered);
    const auto send = [button](QEvent::Type type, QPointF place) {
        const Qt::MouseButtons held = type == QEvent::MouseButtonRelease ? Qt::NoButton : Qt::LeftButton;
        QMouseEvent event(type, place, button->mapToGlobal(place), Qt::LeftButton, held, Qt::NoModifier);
        QCoreApplication::sendEvent(button, &event);
    };
    const QPointF inside = button->rect().center();
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(window().workspace(), Workspace::Setup);
    QTRY_VERIFY_WITH_TIMEOUT(button->isVisible() && button->isEnabled(), patience);
    QCOMPARE(bar.shown().action, MainAction::Start);
    send(QEvent::MouseButtonDblClick, inside);
    send(QEvent::MouseButtonRelease, inside);
    QCOMPARE(acted.count(), 1);
    QVERIFY(!isActive(window().session().state()));
    // Nor where the first half met "Start again" of Runs, with this bar out of sight.
    send(QEvent::MouseButtonPress, inside);
    send(QEvent::MouseButtonRelease, QPointF(-9.0, -9.0)); // thought better of
    window().showWorkspace(Workspace::Runs);
    QVERIFY(!button->isVisible());
    window().showWorkspace(Workspace::Setup);
    send(QEvent::MouseButtonDblClick, inside);
    send(QEvent::MouseButtonRelease, inside);
    QCOMPARE(acted.count(), 1);
    QTest::mouseClick(button, Qt::LeftButton); // one that is meant
    QCOMPARE(acted.count(), 2);
    QCOMPARE(window().workspace(), Workspace::Live);
}

void TestLiveControl::pictures_data()
{
    test::StudioBench::addLooks();
}

void TestLiveControl::pictures()
{
    if (!test::StudioBench::paints())
        QSKIP("SPECTUNE_PICTURES names no folder");
    m_bench->takeLook();
    m_bench->pauseAt(200);
    edit("optim.lr", "2e-3");
    edit("adalora.gamma", "0.3");
    m_bench->scene->open = false;
    m_bench->scene->waitAt = 330;
    QVERIFY(window().session().resume());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 330, patience);
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Paused, patience);
    if (window().run().resolved().schedule.finalStart() >= window().run().step())
        edit("adalora.target_rank", "2");
    m_bench->look("edits");
    controls().type("adalora.gamma", "-1");
    m_bench->look("edits-refused");
}

QTEST_MAIN(TestLiveControl)
#include "tst_livecontrol.moc"
