// SPDX-License-Identifier: GPL-3.0-or-later
// The sentences of the tour's later stops: scores, what came back, the end.
#include "ui/Tour.h"
#include "ui/TourTexts.h"
#include "visualization/NumberFormat.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace spectune {

namespace {

QString scoreFormula(ScoreKind score)
{
    switch (score) {
    case ScoreKind::Magnitude: return QStringLiteral("= |λ|");
    case ScoreKind::Sensitivity: return Tour::tr("= Ī(λ) + mean Ī(P) + mean Ī(Q)");
    default: return Tour::tr("= s(λ) + mean s(P) + mean s(Q),  s = Ī · Ū");
    }
}

QString lossLine(const RunHistory& history)
{
    const auto finite = [](const MetricPoint& point) { return std::isfinite(point.loss); };
    const auto first = std::find_if(history.metrics.begin(), history.metrics.end(), finite);
    const auto last = std::find_if(history.metrics.rbegin(), history.metrics.rend(), finite);
    if (first == history.metrics.end())
        return {};
    return Tour::tr("= %1 at step %2, %3 at step %4")
        .arg(formatLoss(first->loss), formatCount(first->step), formatLoss(last->loss), formatCount(last->step));
}

struct KindRank {
    std::string kind;
    double mean = 0.0;
};

// Mean rank of each kind of matrix over the layers, highest first.
std::vector<KindRank> kindRanks(const TourFacts& facts)
{
    std::map<int, std::pair<double, int>> sums;
    for (std::size_t i = 0; i < facts.layout->modules.size(); ++i) {
        auto& [sum, number] = sums[facts.layout->modules[i].kind.value];
        sum += facts.shown->modules[i].rank;
        ++number;
    }
    std::vector<KindRank> ranks;
    for (const auto& [kind, sum] : sums)
        ranks.push_back({facts.layout->kinds.at(static_cast<std::size_t>(kind)), sum.first / sum.second});
    std::stable_sort(ranks.begin(), ranks.end(), [](const KindRank& a, const KindRank& b) { return a.mean > b.mean; });
    return ranks;
}

QString shortName(const KindRank& rank)
{
    return QString::fromUtf8(shortKindName(rank.kind));
}

} // namespace

std::optional<int> TourTexts::nearestPruned(const RankSnapshot& snapshot, ModuleIndex module)
{
    std::optional<int> best;
    const TripletState* triplets = snapshot.tripletsOf(module);
    for (int i = 0; i < static_cast<int>(snapshot.layout->rankOf(module)); ++i)
        if (!triplets[i].kept && (!best || triplets[i].score > triplets[*best].score))
            best = i;
    return best;
}

TourText TourTexts::threshold(const TourFacts& facts, ModuleIndex chosen)
{
    TourText text {Tour::tr("The score decides"),
        Tour::tr(
            "Every triplet has a score S. At a masking event the b largest of the whole model stay; the smallest of "
            "them is the threshold, the same line for every matrix."),
        {{QStringLiteral("S"), scoreFormula(facts.config.adalora.score)}}};
    const RankSnapshot* shown = facts.shown.get();
    if (shown && shown->eventStep >= 0 && (!shown->hasScores || shown->nearestStep >= 0)) {
        text.formula.emplace_back(QString(),
            isTerminal(facts.state) && !shown->hasScores
                ? Tour::tr("this run kept no scores of its events")
                : Tour::tr("of this event the ranks are known, not the scores"));
        return text;
    }
    if (!shown || !shown->hasScores || shown->eventStep < 0) {
        text.formula.emplace_back(QString(), Tour::tr("no masking event yet"));
        return text;
    }
    text.formula.emplace_back(Tour::tr("threshold"),
        Tour::tr("= %1 at step %2").arg(formatScientific(shown->threshold), formatCount(shown->eventStep)));
    if (!chosen.isValid() || chosen.at() >= shown->modules.size())
        return text;
    if (const auto triplet = nearestPruned(*shown, chosen))
        text.formula.emplace_back(Tour::tr("S of #%1").arg(*triplet),
            Tour::tr("= %1, below it: pruned").arg(formatScientific(shown->tripletsOf(chosen)[*triplet].score)));
    return text;
}

TourText TourTexts::cameBack(const TourFacts& facts, ModuleIndex chosen)
{
    TourText text {Tour::tr("Pruned is not gone"),
        Tour::tr(
            "Pruning sets λ to 0 and leaves p and q. λ still gets a gradient, and at each event all triplets compete "
            "again: one that was pruned can come back. A corner above marks a cell that got one back."),
        {}};
    const MaskEvent* event = facts.maskEvent(TourEvent::FirstRevival);
    if (!event) {
        text.formula.emplace_back(QString(),
            facts.waitFor(TourEvent::FirstRevival).state == TourWait::State::Impossible
                ? Tour::tr("in this run none came back")
                : Tour::tr("none has come back so far"));
        return text;
    }
    text.formula.emplace_back(Tour::tr("first"),
        Tour::tr("= %1 at step %2, b = %3")
            .arg(formatCount(event->revived), formatCount(event->step), formatCount(event->budget)));
    if (facts.shows(*event) && chosen.isValid() && chosen.at() < facts.shown->modules.size())
        if (const ModuleState& module = facts.shown->modules[chosen.at()]; module.backAtLastEvent > 0) {
            const ModuleInfo& info = (*facts.layout)[chosen];
            const QString place
                = Tour::tr("in layer %1 %2")
                      .arg(info.layer.value)
                      .arg(QString::fromStdString(facts.layout->kinds.at(static_cast<std::size_t>(info.kind.value))));
            text.formula.emplace_back(QString(),
                event->revived == 1 ? place
                                    : Tour::tr("%1 of them %2").arg(formatCount(module.backAtLastEvent), place));
        }
    std::int64_t all = 0;
    for (const MaskEvent& mask : facts.history->events)
        all += mask.revived;
    text.formula.emplace_back(isTerminal(facts.state) ? Tour::tr("in all") : Tour::tr("so far"),
        Tour::tr("= %1 came back in this run").arg(formatCount(all)));
    return text;
}

TourText TourTexts::finalPhase(const TourFacts& facts, ModuleIndex)
{
    const BudgetSchedule& plan = facts.resolved.schedule;
    if (!facts.plan.prunes())
        return {Tour::tr("No final phase"), Tour::tr("Without a budget that falls there is no pattern to settle."), {}};
    const MaskEvent* event = facts.maskEvent(TourEvent::FinalPhase);
    const std::int64_t at = event ? event->step : facts.plannedAt(TourEvent::FinalPhase);
    TourText text {Tour::tr("The pattern settles"),
        Tour::tr(
            "After the event of step %1 scores decide nothing more: the same triplets stay to the end, and the last %2 "
            "steps train them alone. Every tick below the timeline is one masking event; drag to any of them.")
            .arg(formatCount(at), formatCount(plan.totalSteps - at)),
        {}};
    text.formula.emplace_back(QStringLiteral("T − tf"),
        Tour::tr("= %1 − %2 = %3, step %4") // a step is t + 1
            .arg(formatCount(plan.totalSteps), formatCount(plan.finalSteps), formatCount(plan.finalStart()),
                formatCount(at)));
    if (event)
        text.formula.emplace_back(Tour::tr("kept"),
            Tour::tr("= %1 of %2 triplets after event %3")
                .arg(formatCount(event->budget), formatCount(plan.initialBudget),
                    formatCount(static_cast<std::int64_t>(facts.history->events.size()))));
    return text;
}

TourText TourTexts::result(const TourFacts& facts, ModuleIndex)
{
    TourText text {Tour::tr("What this run kept"), {}, {}};
    const bool over = facts.happenedAt(TourEvent::End) >= 0;
    if (!facts.layout || !facts.shown) {
        text.body = Tour::tr("There are no ranks yet.");
        return text;
    }
    const std::vector<KindRank> ranks = kindRanks(facts);
    const auto none = std::count_if(facts.shown->modules.begin(), facts.shown->modules.end(),
        [](const ModuleState& module) { return module.rank == 0; });
    text.body = (over ? Tour::tr("These ranks are the run's own outcome.") : Tour::tr("So these ranks stand now."))
        + QLatin1Char(' ')
        + Tour::tr(
            "Why these matrices and not others is not something a run measures, and another seed may give another "
            "map: Runs lays two side by side. Try compares answers, Export writes the adapter.");
    if (ranks.size() > 1)
        text.formula.emplace_back(Tour::tr("mean rank"),
            Tour::tr("highest %1 in %2, lowest %3 in %4")
                .arg(formatMeanRank(ranks.front().mean), shortName(ranks.front()), formatMeanRank(ranks.back().mean),
                    shortName(ranks.back())));
    text.formula.emplace_back(Tour::tr("rank 0"),
        Tour::tr("= %1 of %2 matrices")
            .arg(formatCount(none), formatCount(static_cast<std::int64_t>(facts.layout->modules.size()))));
    if (const QString loss = lossLine(*facts.history); !loss.isEmpty())
        text.formula.emplace_back(Tour::tr("task loss"), loss);
    return text;
}

} // namespace spectune
