// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourTexts.h"

#include "ui/PageParts.h"
#include "ui/Tour.h"
#include "visualization/NumberFormat.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

QString nameOf(const TourFacts& facts, ModuleIndex module)
{
    const ModuleInfo& info = (*facts.layout)[module];
    return Tour::tr("layer %1 %2")
        .arg(info.layer.value)
        .arg(QString::fromStdString(facts.layout->kinds.at(static_cast<std::size_t>(info.kind.value))));
}

bool knows(const TourFacts& facts, ModuleIndex module)
{
    return facts.layout && module.isValid() && module.at() < facts.layout->modules.size();
}

QString count(std::int64_t value)
{
    return formatCount(value);
}

} // namespace

TourText TourTexts::triplet(const TourFacts& facts, ModuleIndex chosen)
{
    TourText text {Tour::tr("A change is a sum of triplets"),
        Tour::tr(
            "The model's own weights stay as they are. Each adapted matrix gets a change ΔW: a sum of triplets, each "
            "a column p, one number λ and a row q. With λ = 0 a triplet adds nothing."),
        {{QStringLiteral("ΔW"), QStringLiteral("= s · P Λ Q = s · Σ λᵢ pᵢ qᵢ")}}};
    if (!knows(facts, chosen))
        return text;
    const ModuleInfo& info = (*facts.layout)[chosen];
    const std::int64_t rank = facts.layout->rankOf(chosen);
    if (info.outFeatures <= 0) {
        text.formula.emplace_back(
            QString(), Tour::tr("%1: %2 triplets at the start").arg(nameOf(facts, chosen)).arg(rank));
        return text;
    }
    const std::int64_t numbers = rank * (info.outFeatures + info.inFeatures + 1);
    text.formula.emplace_back(QString(),
        Tour::tr("%1 is %2 × %3, with %4 triplets")
            .arg(nameOf(facts, chosen), count(info.outFeatures), count(info.inFeatures), count(rank)));
    text.formula.emplace_back(Tour::tr("trained"),
        Tour::tr("= %1 · (%2 + %3 + 1) = %4 numbers")
            .arg(count(rank), count(info.outFeatures), count(info.inFeatures), count(numbers)));
    text.formula.emplace_back(QStringLiteral("W"),
        QStringLiteral("= %1 × %2 = %3")
            .arg(count(info.outFeatures), count(info.inFeatures), count(info.outFeatures * info.inFeatures)));
    return text;
}

TourText TourTexts::ranks(const TourFacts& facts, ModuleIndex)
{
    TourText text {Tour::tr("One cell, one rank"),
        Tour::tr(
            "Rows are layers, columns are the matrices of a layer. The number is the rank: how many triplets a matrix "
            "keeps. A fixed-rank method leaves this map as it starts; AdaLoRA moves ranks between matrices."),
        {}};
    if (!facts.layout)
        return text;
    const auto matrices = static_cast<std::int64_t>(facts.layout->modules.size());
    const QString triplets = count(facts.layout->tripletCount());
    text.formula.emplace_back(Tour::tr("start"),
        facts.layout->ranks.empty() ? Tour::tr("= %1 matrices × rank %2 = %3 triplets")
                                          .arg(count(matrices), count(facts.layout->initRank), triplets)
                                    : Tour::tr("= %1 triplets in %2 matrices").arg(triplets, count(matrices)));
    if (facts.plan.prunes())
        text.formula.emplace_back(Tour::tr("goal"),
            Tour::tr("= %1 triplets, mean rank %2")
                .arg(count(facts.plan.targetBudget), formatMeanRank(facts.plan.targetRank)));
    return text;
}

TourText TourTexts::scale(const TourFacts& facts, ModuleIndex)
{
    const double alpha = facts.resolved.alpha;
    TourText text {Tour::tr("The scale s"),
        Tour::tr("s multiplies the whole sum. It is set by α and the rank at the start, and stays when ranks fall. Too "
                 "small "
                 "an s learns too slowly, most of all on narrow models: Set up warns then."),
        {{QStringLiteral("s"), QStringLiteral("= α / r₀")}}};
    if (facts.resolved.initRank > 0)
        text.formula.emplace_back(QString(),
            QStringLiteral("= %1 / %2 = %3")
                .arg(plainNumber(alpha), count(facts.resolved.initRank), formatFixed(facts.resolved.scale, 2)));
    return text;
}

TourText TourTexts::budget(const TourFacts& facts, ModuleIndex)
{
    const BudgetSchedule& plan = facts.resolved.schedule;
    if (!facts.plan.prunes())
        return {Tour::tr("A budget that stays"),
            Tour::tr(
                "This run's method has one fixed rank: b stays at %1 triplets and nothing is pruned. The next stops "
                "have nothing to show here.")
                .arg(count(plan.initialBudget)),
            {}};
    const std::int64_t happened = facts.happenedAt(TourEvent::FirstPruning);
    const std::int64_t at = happened >= 0 ? happened : facts.plannedAt(TourEvent::FirstPruning);
    TourText text {Tour::tr("The budget falls along a cubic curve"),
        Tour::tr("b(t) is how many triplets all matrices may keep together. It stays at %1 until step %2, then falls "
                 "fast at "
                 "first and slowly at the end.")
            .arg(count(plan.initialBudget), count(plan.warmUpEnd)),
        {{QStringLiteral("b(t)"), QStringLiteral("= ⌊ bT + (b0 − bT) · (1 − (t − ti) / (T − tf − ti))³ ⌋")}}};
    if (at < 0)
        return text;
    const std::int64_t t = at - 1; // a step is t + 1
    const std::int64_t left = plan.budgetAt(t);
    text.formula.emplace_back(QStringLiteral("b(%1)").arg(t),
        QStringLiteral("= ⌊ %1 + %2 · (1 − %3 / %4)³ ⌋") // differences: with their terms it is longer than a line
            .arg(plan.targetBudget)
            .arg(plan.initialBudget - plan.targetBudget)
            .arg(t - plan.warmUpEnd)
            .arg(plan.totalSteps - plan.finalSteps - plan.warmUpEnd));
    text.formula.emplace_back(QString(),
        Tour::tr("= %1 at step %2 (t counts from 0), so %3 of %4 triplets go")
            .arg(count(left), count(at), count(plan.initialBudget - left), count(plan.initialBudget)));
    return text;
}

TourText TourTexts::firstPruning(const TourFacts& facts, ModuleIndex chosen)
{
    TourText text {Tour::tr("The first pruning"), {}, {}};
    const MaskEvent* event = facts.maskEvent(TourEvent::FirstPruning);
    if (!event) {
        const std::int64_t at = facts.plannedAt(TourEvent::FirstPruning);
        text.body = at < 0 || facts.waitFor(TourEvent::FirstPruning).state == TourWait::State::Impossible
            ? Tour::tr("This run has pruned nothing.")
            : Tour::tr(
                "At step %1 the triplets with the lowest scores of all matrices together lose their λ. A cell that "
                "lost some gets a corner.")
                  .arg(count(at));
        return text;
    }
    text.body
        = Tour::tr("Step %1: the budget was %2, so %3 lost their λ. They are the ones with the lowest scores of all "
                   "matrices together, not so many from each. A corner marks a cell that lost some.")
              .arg(count(event->step), count(event->budget),
                  counted(event->pruned, Tour::tr("%1 triplet"), Tour::tr("%1 triplets")));
    if (!facts.layout)
        return text;
    // Which matrices lost some is known only of the event that is shown.
    if (!facts.shows(*event)) {
        text.formula.emplace_back(Tour::tr("pruned"),
            Tour::tr("= %1 of %2 triplets").arg(count(event->pruned), count(facts.layout->tripletCount())));
        return text;
    }
    const auto& modules = facts.shown->modules;
    const auto matrices = std::count_if(
        modules.begin(), modules.end(), [](const ModuleState& module) { return module.lostAtLastEvent > 0; });
    text.formula.emplace_back(Tour::tr("pruned"),
        Tour::tr("= %1 triplets, in %2 of %3 matrices")
            .arg(count(event->pruned), count(matrices), count(static_cast<std::int64_t>(modules.size()))));
    if (knows(facts, chosen) && modules[chosen.at()].lostAtLastEvent > 0) {
        const ModuleState& module = modules[chosen.at()];
        text.formula.emplace_back(Tour::tr("most"),
            Tour::tr("= %1 in %2, which keeps rank %3")
                .arg(count(module.lostAtLastEvent), nameOf(facts, chosen), count(module.rank)));
    }
    return text;
}

TourText TourTexts::orthogonality(const TourFacts& facts, ModuleIndex)
{
    const double gamma = facts.config.adalora.gamma;
    TourText text {Tour::tr("Columns at right angles"),
        Tour::tr(
            "P and Q are pulled towards orthogonality, as in a singular value decomposition: then setting one λ to 0 "
            "takes away one term of the sum and no part of another. The pull is added to what is minimised, and "
            "drawn apart from the task loss."),
        {{QStringLiteral("R"),
            facts.config.adalora.regularizer == RegularizerKind::SquaredSum
                ? QStringLiteral("= Σ (‖PᵀP − I‖² + ‖QQᵀ − I‖²)")
                : QStringLiteral("= 1 / (2n) · Σ (‖PᵀP − I‖ + ‖QQᵀ − I‖)")}}};
    const auto& metrics = facts.history->metrics;
    const auto finite = [](const MetricPoint& point) { return std::isfinite(point.orth); };
    const auto first = std::find_if(metrics.begin(), metrics.end(), finite);
    const auto last = std::find_if(metrics.rbegin(), metrics.rend(), finite);
    if (first == metrics.end())
        return text;
    text.formula.emplace_back(QStringLiteral("γR"),
        Tour::tr("= %1 · %2 = %3 at step %4")
            .arg(plainNumber(gamma), formatShort(last->orth), formatShort(gamma * last->orth), count(last->step)));
    if (first->step != last->step)
        text.formula.emplace_back(
            QString(), Tour::tr("γR was %1 at step %2").arg(formatShort(gamma * first->orth), count(first->step)));
    return text;
}

} // namespace spectune
