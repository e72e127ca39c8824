// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunPlans.h"

#include "training/config/Validation.h"
#include "ui/LoadedRun.h"
#include "ui/PageParts.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QFileInfo>
#include <QStringList>

#include <algorithm>
#include <cmath>
#include <set>

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

/// P, Λ and Q as they were trained are the start; the budget falls to what they kept with the second step.
RunPlan newRunFromAdapter(const LoadedRun& run, std::int64_t more)
{
    RunPlan plan;
    plan.config = run.config;
    const QString adapter = run.folder + QStringLiteral("/adapter");
    if (!hasLambda(run.config.method))
        plan.impossible
            = PlanTexts::tr("This run's learning rate has fallen over its %1 steps, and a plain LoRA adapter cannot be "
                            "the start of a new run. Start again with more steps instead.")
                  .arg(formatCount(run.lastStep()));
    else if (!QFileInfo::exists(adapter + QStringLiteral("/adapter_config.json")))
        plan.impossible = PlanTexts::tr("The run's folder has no adapter to start from (%1).").arg(adapter);
    plan.config.train.steps = more;
    plan.config.optim.warmup = std::min(plan.config.optim.warmup, more / 10);
    plan.config.adalora.initFrom = adapter.toStdString();
    if (allocatesBudget(plan.config.method)) {
        plan.config.adalora.ti = 0;
        plan.config.adalora.tf = std::max<std::int64_t>(1, more - 1);
        plan.config.adalora.deltaT = 1;
        plan.config.adalora.totalBudget = run.keptTriplets();
    }
    plan.explanation = PlanTexts::tr(
        "The learning rate's schedule has fallen over the %1 steps of this run and cannot be stretched "
        "afterwards. So a new run of %2 steps begins in a folder of its own from the trained P, Λ and Q "
        "(adalora.init_from); the optimizer's moments and the order of the data begin anew.")
                           .arg(formatCount(run.lastStep()), formatCount(more));
    if (allocatesBudget(plan.config.method))
        plan.explanation += QLatin1Char(' ')
            + PlanTexts::tr("Its budget is the %1 triplets that were kept, chosen by score at the second step.")
                  .arg(formatCount(run.keptTriplets()));
    return plan;
}

} // namespace

RunPlan continueWith(const LoadedRun& run, std::int64_t more)
{
    const ResolvedRun resolved = resolveRun(run.config, factsOf(run));
    if (run.config.optim.schedule != LrSchedule::Constant)
        return newRunFromAdapter(run, more);
    RunPlan plan;
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
    return plan;
}

RunPlan fixedRanksFrom(const LoadedRun& run)
{
    RunPlan plan;
    plan.config = run.config;
    if (!run.layout || run.keptTriplets() == 0) {
        plan.impossible = PlanTexts::tr("This run has recorded no ranks.");
        return plan;
    }
    std::set<std::int32_t> layers;
    std::vector<std::string> kinds;
    for (const std::string& kind : run.layout->kinds)
        for (std::size_t i = 0; i < run.ranks.size(); ++i)
            if (run.ranks[i] > 0 && run.layout->kinds[run.layout->modules[i].kind.at()] == kind) {
                kinds.push_back(kind);
                break;
            }
    for (std::size_t i = 0; i < run.ranks.size(); ++i)
        if (run.ranks[i] > 0)
            layers.insert(run.layout->modules[i].layer.value);
    const auto chosen = [&](const ModuleInfo& module) {
        return layers.contains(module.layer.value)
            && std::find(kinds.begin(), kinds.end(), run.layout->kinds[module.kind.at()]) != kinds.end();
    };
    const auto& modules = run.layout->modules;
    const auto matrices = static_cast<std::int64_t>(std::count_if(modules.begin(), modules.end(), chosen));
    const double mean = static_cast<double>(run.keptTriplets()) / static_cast<double>(matrices);
    const std::int64_t rank = std::max<std::int64_t>(1, std::llround(mean));
    const ResolvedRun resolved = resolveRun(run.config, factsOf(run));

    AdaLoraConfig& adalora = plan.config.adalora;
    plan.config.method = hasLambda(run.config.method) ? Method::SvdLora : Method::Lora;
    adalora.targets = kinds;
    adalora.layers.assign(layers.begin(), layers.end());
    adalora.targetRank = rank;
    adalora.initRank.reset();
    adalora.totalBudget.reset();
    adalora.ti.reset();
    adalora.tf.reset();
    adalora.deltaT.reset();
    adalora.alpha = resolved.alpha / static_cast<double>(resolved.initRank) * static_cast<double>(rank); // s stays
    adalora.initFrom.clear();
    QStringList names;
    for (const std::string& kind : kinds)
        names << QString::fromStdString(kind);
    plan.explanation
        = PlanTexts::tr(
            "A run of fixed rank has one rank for all its matrices: rank %1 (the learned mean is %2) in the %3 "
            "matrices of %4 in %5 that kept any triplet, %6 triplets in place of %7. How the ranks differ "
            "between these matrices is not kept.")
              .arg(formatCount(rank), formatMeanRank(mean), formatCount(matrices), names.join(QStringLiteral(", ")),
                  counted(
                      static_cast<std::int64_t>(layers.size()), PlanTexts::tr("%1 layer"), PlanTexts::tr("%1 layers")),
                  formatCount(rank * matrices), formatCount(run.keptTriplets()));
    return plan;
}

} // namespace spectune
