// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunPlans.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "training/config/LiveEdit.h"
#include "training/config/Validation.h"
#include "ui/FieldTexts.h"
#include "ui/LoadedRun.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunRecord.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

struct PlanTexts {
    Q_DECLARE_TR_FUNCTIONS(PlanTexts)
};

RunFacts factsOf(const LoadedRun& run)
{
    RunFacts facts;
    facts.matrices = static_cast<std::int64_t>(run.ranks.size());
    return facts;
}

/// Those of the live-editable @p keys that live edits left changed at the end, as liveChanges() writes them.
QStringList changesOf(const LoadedRun& run, const std::vector<std::string>& keys)
{
    const RunConfig begun = withResolved(run.config, resolveRun(run.config, factsOf(run)));
    const RunConfig end = run.configAtEnd();
    QStringList changes;
    for (const std::string& key : keys) {
        const FieldInfo* field = findField(key);
        const FieldValue before = fieldValue(begun, key);
        const FieldValue after = fieldValue(end, key);
        const bool edited = std::ranges::any_of(run.edits, [&](const AppliedEdit& edit) { return edit.key == key; });
        if (field && edited && before != after)
            changes << QStringLiteral("%1 %2 → %3")
                           .arg(fieldLabel(*field), shownValue(*field, before), shownValue(*field, after));
    }
    return changes;
}

/// A sentence about those that mean something in @p config, with a blank before it; empty where there are none.
QString stillChanged(const LoadedRun& run, const RunConfig& config)
{
    const QStringList changes = changesOf(run, liveKeysOf(config));
    return changes.isEmpty() ? QString()
                             : QLatin1Char(' ')
            + PlanTexts::tr("What was changed live stays in force: %1.").arg(changes.join(QStringLiteral(", ")));
}

QString adapterOf(const QString& folder)
{
    return folder + QStringLiteral("/adapter");
}

/// Why a run with this configuration, which did @p steps, cannot go on; empty: it can.
QString whyNotContinued(const RunConfig& config, const QString& folder, std::int64_t steps)
{
    if (config.optim.schedule == LrSchedule::Constant)
        return checkpointSteps(folder).empty() ? PlanTexts::tr(
                   "The run's folder has no checkpoint to go on from (%1). Start again with more steps instead.")
                                                     .arg(folder)
                                               : QString();
    if (!hasLambda(config.method))
        return PlanTexts::tr(
            "This run's learning rate has fallen over its %1 steps, and a plain LoRA adapter cannot be "
            "the start of a new run. Start again with more steps instead.")
            .arg(formatCount(steps));
    if (!QFileInfo::exists(adapterOf(folder) + QStringLiteral("/adapter_config.json")))
        return PlanTexts::tr("The run's folder has no adapter to start from (%1). Start again with more steps instead.")
            .arg(adapterOf(folder));
    return {};
}

/// The method of fixed rank with the ranks that @p run ended with, and nothing left of a budget to allocate.
void keepRanks(RunConfig& config, const LoadedRun& run)
{
    const double mean = static_cast<double>(run.keptTriplets()) / static_cast<double>(run.ranks.size());
    AdaLoraConfig& adalora = config.adalora;
    config.method = fixedRankMethod(config.method);
    adalora.rankMap.clear();
    for (std::size_t i = 0; i < run.ranks.size(); ++i)
        adalora.rankMap.emplace(run.layout->modules[i].name, run.ranks[i]);
    adalora.targetRank = std::max<std::int64_t>(1, std::llround(mean));
    adalora.totalBudget.reset();
    adalora.ti.reset();
    adalora.tf.reset();
    adalora.deltaT.reset();
    adalora.shrink = false;
}

QString noRanksText()
{
    return PlanTexts::tr("This run has recorded no ranks.");
}

/// P, Λ and Q as they were trained are the start, under the same scale s. What AdaLoRA has allocated stays: pruning
/// anew would begin without the scores that chose these triplets.
RunPlan newRunFromAdapter(const LoadedRun& run, std::int64_t more)
{
    RunPlan plan;
    plan.config = run.configAtEnd();
    plan.impossible = whyNotContinued(run.config, run.folder, run.lastStep());
    const bool allocated = allocatesBudget(run.config.method);
    if (plan.impossible.isEmpty() && allocated && (!run.layout || run.keptTriplets() == 0))
        plan.impossible = noRanksText();
    if (!plan.impossible.isEmpty())
        return plan;
    plan.config.train.steps = more;
    plan.config.optim.warmup = std::min(plan.config.optim.warmup, more / 10);
    plan.config.adalora.initFrom = adapterOf(run.folder).toStdString();
    if (allocated) {
        const ResolvedRun resolved = resolveRun(run.config, factsOf(run));
        keepRanks(plan.config, run);
        plan.config.adalora.initRank = resolved.initRank; // which alpha is divided by
        plan.config.adalora.alpha = resolved.alpha;
    }
    plan.explanation = withFieldLabels(
        PlanTexts::tr("The learning rate has fallen over this run's %1 steps and cannot be stretched afterwards. "
                      "So a new run of %2 steps begins in a folder of its own from the trained P, Λ and Q "
                      "(adalora.init_from); the optimizer's moments and the order of the data begin anew."))
                           .arg(formatCount(run.lastStep()), formatCount(more));
    if (allocated)
        plan.explanation += QLatin1Char(' ')
            + withFieldLabels(
                PlanTexts::tr("Every matrix keeps its rank (adalora.rank_map, SVD-LoRA): of the %1 triplets that were "
                              "kept, none is pruned any more."))
                  .arg(formatCount(run.keptTriplets()));
    plan.explanation += stillChanged(run, plan.config);
    return plan;
}

} // namespace

QStringList liveChanges(const LoadedRun& run)
{
    return changesOf(run, liveKeys());
}

RunPlan continueWith(const LoadedRun& run, std::int64_t more)
{
    const ResolvedRun resolved = resolveRun(run.config, factsOf(run));
    if (run.config.optim.schedule != LrSchedule::Constant)
        return newRunFromAdapter(run, more);
    RunPlan plan;
    plan.impossible = whyNotContinued(run.config, run.folder, run.lastStep());
    plan.resumes = true;
    plan.config = withResolved(run.config, resolved);
    plan.config.train.steps = resolved.totalSteps + more;
    plan.explanation = PlanTexts::tr(
        "The learning rate is constant, so the run goes on in its own folder, from its last checkpoint to "
        "step %1.")
                           .arg(formatCount(plan.config.train.steps));
    if (allocatesBudget(run.config.method)) {
        plan.config.adalora.tf = resolved.schedule.finalSteps + more; // T − tf stays where it was
        plan.explanation += QLatin1Char(' ') + PlanTexts::tr("Its final phase grows: no rank changes any more.");
    }
    plan.explanation += stillChanged(run, run.config); // the engine takes them from the folder's edits.jsonl
    return plan;
}

ContinueChoice continueChoice(const RunRecord& record)
{
    switch (record.state) {
    case RecordState::Finished: break;
    case RecordState::Running:
        return {false, PlanTexts::tr("This run goes on. Further steps can follow once it has ended.")};
    case RecordState::Missing: return {false, PlanTexts::tr("The folder of this run is not there.")};
    case RecordState::Unreadable: return {false, PlanTexts::tr("This run is damaged.")};
    default:
        return {false,
            record.canResume()
                ? PlanTexts::tr("This run did not reach its end. Resume it first; further steps can follow then.")
                : PlanTexts::tr("This run did not reach its end and has no checkpoint to resume from. Start again with "
                                "more steps instead.")};
    }
    RunConfig config;
    try {
        config = configFromJson(record.configuration.toStdString(), record.folder.toStdString());
    } catch (const std::exception&) {
        return {false, caughtWords()};
    }
    if (const QString why = whyNotContinued(config, record.folder, record.steps); !why.isEmpty())
        return {false, why};
    if (config.optim.schedule == LrSchedule::Constant)
        return {true, PlanTexts::tr("The run goes on in its own folder, from its last checkpoint.")};
    return {true,
        allocatesBudget(config.method)
            ? PlanTexts::tr("A new run from the trained adapter: every matrix keeps the rank that it ended with, and "
                            "nothing is pruned any more.")
            : PlanTexts::tr("A new run from the trained adapter.")};
}

RunPlan fixedRanksFrom(const LoadedRun& run)
{
    RunPlan plan;
    plan.config = run.config;
    if (!run.layout || run.keptTriplets() == 0) {
        plan.impossible = noRanksText();
        return plan;
    }
    const auto matrices = static_cast<std::int64_t>(run.ranks.size());
    const std::int64_t triplets = run.keptTriplets();
    const double mean = static_cast<double>(triplets) / static_cast<double>(matrices);
    const std::int64_t largest = *std::max_element(run.ranks.begin(), run.ranks.end());
    const std::int64_t without = std::count(run.ranks.begin(), run.ranks.end(), 0);
    const ResolvedRun resolved = resolveRun(run.config, factsOf(run));

    AdaLoraConfig& adalora = plan.config.adalora;
    keepRanks(plan.config, run);
    adalora.initRank.reset(); // the map's largest
    adalora.initFrom.clear();
    const double scale = resolved.alpha / static_cast<double>(resolved.initRank); // stays
    adalora.alpha = scale * static_cast<double>(largest);
    if (scale == 2.0) // what is derived anyway, also once another map or none is chosen
        adalora.alpha.reset();
    plan.explanation
        = withFieldLabels(
            PlanTexts::tr("%1 keeps in every matrix the rank that it had at the last step of this run "
                          "(adalora.rank_map): %2 triplets in %3 matrices, mean %4, largest %5. The scale s stays %6."))
              .arg(plan.config.method == Method::SvdLora ? QStringLiteral("SVD-LoRA") : QStringLiteral("LoRA"),
                  formatCount(triplets), formatCount(matrices), formatMeanRank(mean), formatCount(largest),
                  formatFixed(scale, 2));
    if (without > 0)
        plan.explanation += QLatin1Char(' ')
            + counted(without, PlanTexts::tr("%1 matrix with rank 0 is not adapted."),
                PlanTexts::tr("%1 matrices with rank 0 are not adapted."));
    if (const QStringList changes = liveChanges(run); !changes.isEmpty())
        plan.explanation += QLatin1Char(' ')
            + PlanTexts::tr("Everything else is as this run was started: what was changed live (%1) is not taken over.")
                  .arg(changes.join(QStringLiteral(", ")));
    return plan;
}

} // namespace spectune
