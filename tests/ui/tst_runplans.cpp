// SPDX-License-Identifier: GPL-3.0-or-later
// What can be made of an old run: further steps, its rank map as fixed ranks, the changes made while it ran.
#include "tests/ui/RunFolderBench.h"
#include "training/config/Validation.h"
#include "ui/RunComparison.h"
#include "ui/RunPlans.h"

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
    QVERIFY(plan.explanation.contains("adalora.init_from"));
    QCOMPARE(plan.config.train.steps, 20);
    QCOMPARE(plan.config.adalora.initFrom, m_folder->filePath("a/adapter").toStdString());
    QCOMPARE(*plan.config.adalora.totalBudget, 10);
    RunFacts facts;
    facts.matrices = 6;
    const BudgetSchedule schedule = resolveRun(plan.config, facts).schedule;
    QCOMPARE(schedule.budgetAt(schedule.totalSteps - 1), 10);
    QCOMPARE(schedule.finalStart(), 1);
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
    QVERIFY2(
        plan.explanation.contains("10 triplets in 6 matrices") && plan.explanation.contains("2 matrices with rank 0"),
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
    const QStringList changes {"optim.lr 0.001 → 0.002"};
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
