// SPDX-License-Identifier: GPL-3.0-or-later
// What can be made of an old run: further steps, its rank map as fixed ranks, the changes made while it ran.
#include "tests/ui/RunFolderBench.h"
#include "training/config/Validation.h"
#include "ui/RunComparison.h"
#include "ui/RunPlans.h"
#include "ui/RunRecord.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace spectune;
using namespace spectune::test;

class TestRunPlans : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void moreStepsWithAConstantRateResume();
    void moreStepsAfterAFallenRateAreANewRun();
    void moreStepsWithoutLambdaAreRefused();
    void theRowTellsWhetherStepsCanFollow_data();
    void theRowTellsWhetherStepsCanFollow();
    void aRankMapBecomesFixedRanks();
    void liveEditsStayWithFurtherSteps();
    void aTargetRankIsNotTimesNothing();

private:
    [[nodiscard]] std::shared_ptr<const LoadedRun> loadEdited(LrSchedule schedule) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestRunPlans::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestRunPlans::moreStepsWithAConstantRateResume()
{
    RunConfig config = smallConfig();
    config.optim.schedule = LrSchedule::Constant;
    const auto run = loadWritten(m_folder->filePath("a"), {config});
    const RunPlan plan = continueWith(*run, 20);
    QVERIFY(plan.resumes);
    QVERIFY(plan.impossible.isEmpty());
    QCOMPARE(plan.config.train.steps, 60);
    RunFacts facts;
    facts.matrices = 6;
    const ResolvedRun before = resolveRun(config, facts);
    const ResolvedRun after = resolveRun(plan.config, facts);
    QCOMPARE(after.schedule.finalStart(), before.schedule.finalStart());
    for (std::int64_t t = 0; t < 40; ++t) { // nothing that was done would have been done otherwise
        QCOMPARE(after.schedule.budgetAt(t), before.schedule.budgetAt(t));
        QCOMPARE(after.schedule.masksAt(t), before.schedule.masksAt(t));
    }
    for (const Issue& issue : validate(plan.config, &facts))
        QVERIFY2(issue.severity != Severity::Error, issue.text.english().c_str());
}

void TestRunPlans::moreStepsAfterAFallenRateAreANewRun()
{
    const auto run = loadWritten(m_folder->filePath("a"), {smallConfig()}); // linear
    QVERIFY(continueWith(*run, 20).impossible.contains("adapter")); // the folder has none
    writeText(m_folder->filePath("a/adapter/adapter_config.json"), "{}");
    const RunPlan plan = continueWith(*run, 20);
    QVERIFY(!plan.resumes);
    QVERIFY2(plan.impossible.isEmpty(), qPrintable(plan.impossible));
    QVERIFY(plan.explanation.contains("(Start from adapter)"));
    QVERIFY2(plan.explanation.contains("none is pruned any more"), qPrintable(plan.explanation));
    QCOMPARE(plan.config.train.steps, 20);
    QCOMPARE(plan.config.adalora.initFrom, m_folder->filePath("a/adapter").toStdString());
    // The learned ranks 0 1 2 | 3 4 0 stay, under the same scale, and no step prunes.
    QVERIFY(plan.config.method == Method::SvdLora);
    QVERIFY(plan.config.adalora.rankMap == fixedRanksFrom(*run).config.adalora.rankMap);
    QCOMPARE(plan.config.adalora.rankMap.size(), 6U);
    RunFacts facts;
    facts.matrices = 6;
    const ResolvedRun resolved = resolveRun(plan.config, facts);
    QCOMPARE(resolved.scale, resolveRun(smallConfig(), facts).scale);
    QCOMPARE(resolved.schedule.initialBudget, 10);
    for (std::int64_t t = 0; t < 20; ++t) {
        QCOMPARE(resolved.schedule.budgetAt(t), 10);
        QVERIFY(!resolved.schedule.masksAt(t));
    }
    LoadedRun without = *run;
    without.layout.reset();
    QVERIFY(continueWith(without, 20).impossible.contains("no ranks"));
    for (const Issue& issue : validate(plan.config, &facts))
        QVERIFY2(issue.severity != Severity::Error, issue.text.english().c_str());
}

void TestRunPlans::moreStepsWithoutLambdaAreRefused()
{
    RunConfig config = smallConfig();
    config.method = Method::Lora;
    const auto run = loadWritten(m_folder->filePath("a"), {config});
    QVERIFY(continueWith(*run, 20).impossible.contains("plain LoRA"));
    config.optim.schedule = LrSchedule::Constant;
    QVERIFY(continueWith(*loadWritten(m_folder->filePath("b"), {config}), 20).resumes);
}

void TestRunPlans::theRowTellsWhetherStepsCanFollow_data()
{
    QTest::addColumn<Method>("method");
    QTest::addColumn<LrSchedule>("schedule");
    QTest::addColumn<RecordState>("state");
    QTest::addColumn<bool>("files"); // a checkpoint and an adapter
    QTest::addColumn<QString>("says");
    QTest::addColumn<bool>("possible");
    const auto row = [](const char* name, Method method, LrSchedule schedule, RecordState state, bool files,
                         const char* says, bool possible) {
        QTest::newRow(name) << method << schedule << state << files << QString::fromUtf8(says) << possible;
    };
    using enum LrSchedule;
    using enum RecordState;
    row("AdaLoRA", Method::AdaLora, Linear, Finished, true, "nothing is pruned any more", true);
    row("SVD-LoRA", Method::SvdLora, Cosine, Finished, true, "from the trained adapter.", true);
    row("LoRA", Method::Lora, Linear, Finished, true, "Start again with more steps instead", false);
    row("Prune-LoRA", Method::PruneLora, Cosine, Finished, true, "plain LoRA", false);
    row("LoRA at a constant rate", Method::Lora, Constant, Finished, true, "in its own folder", true);
    row("no adapter", Method::AdaLora, Linear, Finished, false, "no adapter", false);
    row("no checkpoint", Method::AdaLora, Constant, Finished, false, "no checkpoint", false);
    row("stopped", Method::AdaLora, Linear, Stopped, true, "Resume it first", false);
    row("stopped early", Method::AdaLora, Linear, Stopped, false, "no checkpoint to resume from", false);
    row("running", Method::AdaLora, Linear, Running, true, "goes on", false);
    row("missing", Method::AdaLora, Linear, Missing, true, "not there", false);
    row("damaged", Method::AdaLora, Linear, Unreadable, true, "is damaged", false);
}

/// As the menu shows it, before a click; where it can be, the plan says the same.
void TestRunPlans::theRowTellsWhetherStepsCanFollow()
{
    QFETCH(Method, method);
    QFETCH(LrSchedule, schedule);
    QFETCH(RecordState, state);
    QFETCH(bool, files);
    QFETCH(QString, says);
    QFETCH(bool, possible);
    WrittenRun written {smallConfig()};
    written.config.method = method;
    written.config.optim.schedule = schedule;
    written.checkpoint = files ? 40 : -1;
    RunRecord record;
    record.folder = writeRun(m_folder->filePath("a"), written);
    record.state = state;
    record.steps = 40;
    record.configuration = QString::fromStdString(toJson(written.config));
    if (files)
        writeText(record.folder + "/adapter/adapter_config.json", "{}");
    const ContinueChoice choice = continueChoice(record);
    QCOMPARE(choice.possible, possible);
    QVERIFY2(choice.text.contains(says), qPrintable(choice.text));
    if (state == RecordState::Finished)
        QCOMPARE(continueWith(loadRun(record.folder), 20).impossible.isEmpty(), possible);
    record.configuration = "{";
    QVERIFY(!continueChoice(record).possible && !continueChoice(record).text.isEmpty());
}

void TestRunPlans::aRankMapBecomesFixedRanks()
{
    const auto run = loadWritten(m_folder->filePath("a"), {smallConfig()}); // ranks 0 1 2 | 3 4 0
    const RunPlan plan = fixedRanksFrom(*run);
    QVERIFY(plan.impossible.isEmpty());
    QVERIFY(plan.config.method == Method::SvdLora);
    const RankMap expected {{"model.layers.0.self_attn.q_proj", 0}, {"model.layers.0.self_attn.v_proj", 1},
        {"model.layers.0.mlp.down_proj", 2}, {"model.layers.1.self_attn.q_proj", 3},
        {"model.layers.1.self_attn.v_proj", 4}, {"model.layers.1.mlp.down_proj", 0}};
    QVERIFY(plan.config.adalora.rankMap == expected);
    QVERIFY(plan.config.adalora.targets == smallConfig().adalora.targets); // the matrices stay as they were chosen
    QCOMPARE(plan.config.adalora.targetRank, 2); // where the map is dropped: 10 triplets in 6 matrices
    RunFacts facts;
    facts.matrices = 6;
    const ResolvedRun resolved = resolveRun(plan.config, facts);
    QCOMPARE(resolved.initRank, 4);
    QCOMPARE(resolved.schedule.initialBudget, 10);
    QVERIFY(std::abs(resolved.scale - resolveRun(smallConfig(), facts).scale) < 1e-4); // s stays
    for (const Issue& issue : validate(plan.config, &facts))
        QVERIFY2(issue.severity != Severity::Error, issue.text.english().c_str());
    QVERIFY2(plan.explanation.contains("(Rank map): 10 triplets in 6 matrices")
            && plan.explanation.contains("2 matrices with rank 0"),
        qPrintable(plan.explanation));
    RunConfig config = smallConfig(); // a scale that is not the derived one
    config.adalora.alpha = 6;
    const RunPlan other = fixedRanksFrom(*loadWritten(m_folder->filePath("b"), {config}));
    QCOMPARE(other.config.adalora.alpha.value_or(0.0), 6.0);
    config.method = Method::PruneLora;
    QVERIFY(fixedRanksFrom(*loadWritten(m_folder->filePath("c"), {config})).config.method == Method::Lora);
    LoadedRun without = *run;
    without.layout.reset();
    QVERIFY(!fixedRanksFrom(without).impossible.isEmpty());
}

/// Begun with 0.001, ended with 0.002; γ was changed and changed back.
std::shared_ptr<const LoadedRun> TestRunPlans::loadEdited(LrSchedule schedule) const
{
    RunConfig config = smallConfig();
    config.optim.lr = 1e-3;
    config.optim.schedule = schedule;
    const QString folder = writeRun(m_folder->filePath("edited"), {config});
    writeText(folder + "/adapter/adapter_config.json", "{}");
    writeText(folder + "/edits.jsonl",
        "{\"step\": 10, \"key\": \"adalora.gamma\", \"old\": 0.1, \"new\": 0.3}\n"
        "{\"step\": 20, \"key\": \"optim.lr\", \"old\": 0.001, \"new\": 0.002}\n"
        "{\"step\": 30, \"key\": \"adalora.gamma\", \"old\": 0.3, \"new\": 0.1}\n");
    return std::make_shared<LoadedRun>(loadRun(folder));
}

void TestRunPlans::liveEditsStayWithFurtherSteps()
{
    const QStringList changes {"Learning rate 0.001 → 0.002"};
    const RunPlan resumed = continueWith(*loadEdited(LrSchedule::Constant), 20);
    QVERIFY(resumed.resumes);
    QCOMPARE(resumed.config.optim.lr, 1e-3); // what config.json keeps; the folder's edits.jsonl tells the rest
    QVERIFY2(resumed.explanation.contains(changes.front()), qPrintable(resumed.explanation));
    const auto run = loadEdited(LrSchedule::Linear);
    QCOMPARE(liveChanges(*run), changes);
    const RunPlan begun = continueWith(*run, 20);
    QVERIFY(!begun.resumes);
    QCOMPARE(begun.config.optim.lr, 2e-3);
    QVERIFY2(begun.explanation.contains(changes.front()), qPrintable(begun.explanation));
    QVERIFY(liveChanges(*loadWritten(m_folder->filePath("a"), {smallConfig()})).isEmpty());
    // The fixed ranks begin as the run began, and say so.
    const RunPlan fixed = fixedRanksFrom(*run);
    QVERIFY2(fixed.impossible.isEmpty(), qPrintable(fixed.impossible));
    QCOMPARE(fixed.config.optim.lr, 1e-3);
    QVERIFY2(fixed.explanation.contains(changes.front() + ") is not taken over"), qPrintable(fixed.explanation));
}

void TestRunPlans::aTargetRankIsNotTimesNothing()
{
    LoadedRun run;
    run.config = smallConfig();
    run.edits.push_back({.step = 5, .key = "adalora.target_rank", .before = {}, .after = std::int64_t {3}});
    QCOMPARE(run.configAtEnd().adalora.targetRank, 3);
    QVERIFY(!run.configAtEnd().adalora.totalBudget); // no matrix is known: derived at the start
}

QTEST_GUILESS_MAIN(TestRunPlans)
#include "tst_runplans.moc"
