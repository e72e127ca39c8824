// SPDX-License-Identifier: GPL-3.0-or-later
// A run that was changed while it trained starts again with these changes at their steps.
#include "tests/ui/CutOff.h"
#include "tests/ui/RunsTest.h"
#include "ui/ConfigForm.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "ui/SessionController.h"
#include "ui/SetupEdits.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"

#include <QLayout>
#include <QPushButton>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::cutOff;
using spectune::test::patience;
using spectune::test::written;

class TestRepeatedEdits : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void startAgainAsksForLiveEdits();
    void changesThatCameToNothingAreOfferedToo();
    void whatCannotBeRepeatedIsNotOffered();
    void theStartCarriesThem();
    void aRemovedLineLeavesNone();
    void stepsBeyondTheEndLeaveThemOut();
    void anotherFieldLeavesThemOut();
    void aResumeRepeatsTheRest();
    void whatFollowsTheCheckpointWaitsForItsStep();
    void aNewSetUpCarriesWhatWasNotReached();
    void aCancelledStartKeepsThem();
    void wordsFitTheNarrowestWindow();

private:
    static constexpr auto toTwo = R"({"step": 20, "key": "optim.lr", "old": 0.001, "new": 0.002})";

    /// Shows Runs with a run of 40 steps that can be started again, as @p lines of its edits.jsonl tell it.
    void openChanged(const QStringList& lines);
    /// Asks as Start again does and takes the answer @p way.
    void takeWay(const QString& way);
    void setUpWithChanges(const QStringList& lines = {toTwo});
    [[nodiscard]] RunsQuestion& question() { return page().bar().question(); }
    [[nodiscard]] QStringList ways(); ///< further answers that are offered
    [[nodiscard]] SetupEdits& line() { return window().setup().edits(); }
    /// Starts the set-up, and waits for its end. @returns what the engine was asked to repeat
    [[nodiscard]] std::vector<AppliedEdit> startToTheEnd();
};

void TestRepeatedEdits::openChanged(const QStringList& lines)
{
    test::WrittenRun a = written(0, 1.0);
    a.config.model.path = m_bench->path("demo-llama").toStdString();
    a.config.data.path = m_bench->path("train.jsonl").toStdString();
    a.config.optim.lr = 1e-3;
    write("a", a);
    test::writeText(m_bench->path("runs/a/edits.jsonl"), lines.join('\n') + '\n');
    openRuns(1);
    choose({"a"});
}

QStringList TestRepeatedEdits::ways()
{
    QStringList offered;
    for (const std::size_t way : {std::size_t {0}, std::size_t {1}})
        if (question().other(way)->isVisibleTo(&question()))
            offered << question().other(way)->text();
    return offered;
}

void TestRepeatedEdits::takeWay(const QString& way)
{
    window().showWorkspace(Workspace::Runs);
    page().startAgain();
    QVERIFY(page().bar().asks());
    const auto buttons = question().findChildren<QPushButton*>();
    const auto button = std::ranges::find(buttons, way, &QPushButton::text);
    QVERIFY2(button != buttons.end(), qPrintable(way));
    (*button)->click();
    QVERIFY(!page().bar().asks());
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestRepeatedEdits::setUpWithChanges(const QStringList& lines)
{
    openChanged(lines);
    takeWay("With its changes at their steps");
    // Model and data are read beside the window.
    QTRY_VERIFY_WITH_TIMEOUT(window().form().model() && window().form().preview(false), patience);
    QCOMPARE(window().form().errorCount(), 0);
}

std::vector<AppliedEdit> TestRepeatedEdits::startToTheEnd()
{
    if (!window().startRun()
        || !QTest::qWaitFor([this] { return window().run().state() == SessionState::Finished; }, patience))
        qFatal("the set-up did not train");
    return m_bench->scene->edits;
}

void TestRepeatedEdits::startAgainAsksForLiveEdits()
{
    openChanged({toTwo});
    page().startAgain();
    QVERIFY(page().bar().asks());
    QVERIFY2(question().text().contains("Learning rate 0.001 → 0.002"), qPrintable(question().text()));
    QCOMPARE(ways(), QStringList({"As changed live", "With its changes at their steps"}));
    takeWay("As changed live");
    QCOMPARE(window().form().config().optim.lr, 2e-3);
    QVERIFY(line().carried().isEmpty() && line().isHidden());
    takeWay("With its changes at their steps");
    QCOMPARE(window().form().config().optim.lr, 1e-3);
    QVERIFY(line().isVisible());
    QCOMPARE(line().text(), "1 change from a at its step: step 21: lr 2.00e−3");
    takeWay("As it was started");
    QCOMPARE(window().form().config().optim.lr, 1e-3);
    QVERIFY(line().carried().isEmpty() && line().isHidden());
}

void TestRepeatedEdits::changesThatCameToNothingAreOfferedToo()
{
    openChanged({toTwo, R"({"step": 30, "key": "optim.lr", "old": 0.002, "new": 0.001})"});
    page().startAgain();
    QVERIFY2(
        question().text().contains("ended with the values that it was started with"), qPrintable(question().text()));
    QCOMPARE(ways(), QStringList {"With its changes at their steps"});
    takeWay("With its changes at their steps");
    QCOMPARE(line().text(), "2 changes from a at their steps: step 21: lr 2.00e−3, step 31: lr 1.00e−3");
}

// As a resumed run may have taken it, where another configuration forced it.
void TestRepeatedEdits::whatCannotBeRepeatedIsNotOffered()
{
    openChanged({R"({"step": 35, "key": "adalora.target_rank", "old": 2, "new": 3})"});
    page().startAgain();
    QVERIFY2(question().text().contains("cannot be repeated at their steps: Target rank can no longer be changed"),
        qPrintable(question().text()));
    QCOMPARE(ways(), QStringList {"As changed live"});
}

void TestRepeatedEdits::theStartCarriesThem()
{
    setUpWithChanges({toTwo, R"({"step": 22, "key": "adalora.gamma", "old": 0.1, "new": 0.2})"});
    const std::vector<AppliedEdit> edits = startToTheEnd();
    QCOMPARE(edits.size(), std::size_t {2});
    QVERIFY(isSameEdit(edits[0], {.step = 20, .key = "optim.lr", .before = {}, .after = 2e-3}));
    QVERIFY(isSameEdit(edits[1], {.step = 22, .key = "adalora.gamma", .before = {}, .after = 0.2}));
    QCOMPARE(edits[1].line, std::int64_t {0}); // no file is at hand whose lines a sentence could count
    window().showWorkspace(Workspace::Setup);
    QVERIFY(line().carried().isEmpty() && line().isHidden());
    QVERIFY(startToTheEnd().empty()); // they were of one start
}

void TestRepeatedEdits::aRemovedLineLeavesNone()
{
    setUpWithChanges();
    line().removeButton()->click();
    QVERIFY(line().isHidden());
    QCOMPARE(window().form().config().optim.lr, 1e-3);
    QVERIFY(startToTheEnd().empty());
}

void TestRepeatedEdits::stepsBeyondTheEndLeaveThemOut()
{
    setUpWithChanges();
    window().form().setValue("train.steps", FieldValue {std::int64_t {20}});
    QCOMPARE(window().form().errorCount(), 0);
    const QString leftOut = "1 change from a is left out: Learning rate would change at step 21, but the run ends with "
                            "step 20.";
    QCOMPARE(line().text(), leftOut);
    window().form().setValue("train.steps", FieldValue {std::int64_t {21}}); // as it is typed on
    QVERIFY2(line().text().startsWith("1 change from a at its step"), qPrintable(line().text()));
    window().form().setValue("train.steps", FieldValue {std::int64_t {20}});
    QVERIFY(window().startRun());
    QVERIFY2(window().status().message().contains(leftOut), qPrintable(window().status().message()));
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(m_bench->scene->edits.empty());
    QVERIFY(line().carried().isEmpty());
}

void TestRepeatedEdits::anotherFieldLeavesThemOut()
{
    setUpWithChanges({R"({"step": 10, "key": "adalora.target_rank", "old": 2, "new": 3})"});
    QVERIFY2(line().text().startsWith("1 change from a at its step"), qPrintable(line().text()));
    window().form().setValue("adalora.init_rank", FieldValue {std::int64_t {3}});
    QCOMPARE(window().form().errorCount(), 0);
    QVERIFY2(line().text().startsWith("1 change from a is left out: Target rank is 3, must be below"),
        qPrintable(line().text()));
    QVERIFY(startToTheEnd().empty());
}

void TestRepeatedEdits::aResumeRepeatsTheRest()
{
    m_bench->scene->waitAt = 22;
    setUpWithChanges({toTwo, R"({"step": 30, "key": "adalora.gamma", "old": 0.1, "new": 0.2})"});
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), std::int64_t {22}, patience);
    QVERIFY(window().session().stop());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopped, patience);
    m_bench->scene->waitAt = -1;
    window().act(MainAction::ResumeStopped);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QCOMPARE(m_bench->scene->edits.size(), std::size_t {1});
    QCOMPARE(m_bench->scene->edits[0].step, std::int64_t {30});
}

/// A run that failed behind a change has its value by then, and would go on with it from the checkpoint at once.
void TestRepeatedEdits::whatFollowsTheCheckpointWaitsForItsStep()
{
    QVERIFY(m_bench->open());
    line().carry({.edits = {{.step = 100, .key = "optim.lr", .before = {}, .after = 4e-3},
                      {.step = 320, .key = "optim.lr", .before = {}, .after = 2e-3},
                      {.step = 320, .key = "adalora.target_rank", .before = {}, .after = std::int64_t {4}},
                      {.step = 500, .key = "adalora.gamma", .before = {}, .after = 0.2}},
        .run = "a"});
    m_bench->scene->failAt = 420;
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    QCOMPARE(window().run().checkpoints().back(), std::int64_t {300});
    QCOMPARE(window().run().config().optim.lr, 2e-3);
    QCOMPARE(window().run().config().adalora.targetRank, std::int64_t {4});
    m_bench->scene->failAt = -1;
    window().act(MainAction::ResumeStopped);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QCOMPARE(m_bench->scene->config.optim.lr, 4e-3);
    QCOMPARE(m_bench->scene->config.adalora.targetRank, std::int64_t {3});
    QVERIFY(!m_bench->scene->config.adalora.totalBudget); // it follows from the rank, as when the run began
    QCOMPARE(m_bench->scene->edits.size(), std::size_t {3});
    QCOMPARE(m_bench->scene->edits.front().step, std::int64_t {320});
}

void TestRepeatedEdits::aNewSetUpCarriesWhatWasNotReached()
{
    QVERIFY(m_bench->open());
    line().carry({.edits = {{.step = 20, .key = "optim.lr", .before = {}, .after = 2e-3},
                      {.step = 200, .key = "adalora.gamma", .before = {}, .after = 0.2}},
        .run = "a"});
    m_bench->scene->failAt = 100; // before the first checkpoint
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    window().act(MainAction::StartAgain);
    QCOMPARE(window().form().config().optim.lr, 2e-3); // what was taken is in the configuration
    QCOMPARE(line().carried().edits.size(), std::size_t {1});
    QCOMPARE(line().carried().edits.front().step, std::int64_t {200});
    QVERIFY(line().isVisible());
}

void TestRepeatedEdits::aCancelledStartKeepsThem()
{
    m_bench->scene->prepareWaits = true;
    setUpWithChanges();
    QVERIFY(window().startRun());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().stage().startsWith("Reading"), patience);
    QVERIFY(window().session().stop());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Stopped, patience);
    QVERIFY(line().carried().isEmpty());
    window().act(MainAction::StartAgain);
    QVERIFY(line().isVisible());
    QCOMPARE(startToTheEnd().size(), std::size_t {1});
}

void TestRepeatedEdits::wordsFitTheNarrowestWindow()
{
    m_bench->size = QSize(1180, 720);
    openChanged({toTwo, R"({"step": 20, "key": "adalora.gamma", "old": 0.1, "new": 0.2})",
        R"({"step": 20, "key": "optim.max_grad_norm", "old": 1, "new": 0.5})"});
    page().startAgain();
    QTRY_VERIFY2(cutOff(page().bar()).isEmpty(), qPrintable(cutOff(page().bar())));
    QVERIFY(question().layout()->heightForWidth(page().bar().width()) <= page().bar().height());
    QCOMPARE(window().size(), m_bench->size);
    takeWay("With its changes at their steps");
    QTRY_VERIFY_WITH_TIMEOUT(window().form().model() && window().form().preview(false), patience);
    for (const std::int64_t steps : {40, 20}) { // possible, and left out
        window().form().setValue("train.steps", FieldValue {steps});
        QTRY_VERIFY2(cutOff(window()).isEmpty(), qPrintable(cutOff(window())));
        QVERIFY(line().removeButton()->height() >= 24);
        QVERIFY(line().rect().contains(line().removeButton()->geometry()));
        QCOMPARE(window().size(), m_bench->size);
    }
}

QTEST_MAIN(TestRepeatedEdits)
#include "tst_repeatededits.moc"
