// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/visualization/SampleRun.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace spectune::test {

namespace {

constexpr std::array kindNames {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj", "w1_proj",
    "w2_proj", "w3_proj", "in_proj", "out_proj", "fc1", "fc2", "router", "expert"};

/// A number in 0 … 1 that follows from its arguments alone (SplitMix64's finaliser).
double noise(std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0, std::uint64_t d = 0)
{
    std::uint64_t x
        = a * 0x9E3779B97F4A7C15ULL + b * 0xBF58476D1CE4E5B9ULL + c * 0x94D049BB133111EBULL + d * 0xD6E8FEB86659FD93ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<double>((x ^ (x >> 31)) >> 11) / 9007199254740992.0;
}

double bell(std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d)
{
    return noise(a, b, c, d) + noise(a + 7, b, c, d) + noise(a + 13, b, c, d) + noise(a + 29, b, c, d) - 2.0;
}

std::uint64_t u(std::int64_t value)
{
    return static_cast<std::uint64_t>(value) + 1;
}

} // namespace

std::shared_ptr<const ModuleLayout> SampleRun::layout() const
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->layerCount = layers;
    layout->initRank = initRank;
    for (int kind = 0; kind < kinds; ++kind) {
        layout->kinds.emplace_back(kindNames.at(static_cast<std::size_t>(kind)));
    }
    for (int layer = 0; layer < layers; ++layer) {
        for (int kind = 0; kind < kinds; ++kind) {
            layout->modules.push_back(
                {"model.layers." + std::to_string(layer) + "." + layout->kinds[static_cast<std::size_t>(kind)],
                    LayerIndex {layer}, KindIndex {kind}, 2048, 2048});
        }
    }
    return layout;
}

std::int64_t SampleRun::budgetAt(std::int64_t t) const
{
    const auto first = static_cast<double>(layers * kinds * initRank);
    const double last = std::round(layers * kinds * targetRank);
    const std::int64_t end = totalSteps - finalSteps;
    if (t <= ti) {
        return static_cast<std::int64_t>(first);
    }
    if (t >= end) {
        return static_cast<std::int64_t>(last);
    }
    const double left = 1.0 - static_cast<double>(t - ti) / static_cast<double>(end - ti);
    return static_cast<std::int64_t>(last + (first - last) * left * left * left);
}

PlotPlan SampleRun::plan() const
{
    PlotPlan plan {.totalSteps = totalSteps,
        .ti = ti,
        .finalStart = totalSteps - finalSteps,
        .gamma = 0.1,
        .interval = interval,
        .initialBudget = budgetAt(0),
        .targetBudget = budgetAt(totalSteps),
        .budgetCurve = {},
        .matrices = layers * kinds,
        .initRank = initRank,
        .targetRank = targetRank};
    for (std::int64_t t = 0; t <= totalSteps; t += std::max<std::int64_t>(1, totalSteps / 400)) {
        plan.budgetCurve.emplace_back(static_cast<double>(t), static_cast<double>(budgetAt(t)));
    }
    return plan;
}

double SampleRun::score(int layer, int kind, int triplet, std::int64_t t) const
{
    constexpr std::array effects {-0.25, -0.75, 0.45, 0.3, -0.2, 0.35, 0.6};
    const double depth = (layer + 0.5) / layers;
    const double base = effects[static_cast<std::size_t>(kind) % effects.size()]
        + 1.5 * std::exp(-std::pow((depth - 0.65) / 0.3, 2)) + 0.3 * bell(1, u(layer), u(kind), 0)
        - (layer == 0 ? 0.7 : 0.0);
    const double own = 0.9 * bell(2, u(layer), u(kind), u(triplet));
    const double drift
        = 0.05 * bell(3, u(layer) * 64 + u(kind), u(triplet), u(t / std::max<std::int64_t>(1, interval)));
    return 3e-6 * std::exp(1.1 * (base + own + drift - 0.6));
}

std::vector<double> SampleRun::scores(std::int64_t t) const
{
    std::vector<double> values;
    for (int layer = 0; layer < layers; ++layer) {
        for (int kind = 0; kind < kinds; ++kind) {
            for (int triplet = 0; triplet < initRank; ++triplet) {
                values.push_back(score(layer, kind, triplet, t));
            }
        }
    }
    return values;
}

std::vector<char> SampleRun::keptAt(std::int64_t t, double& threshold) const
{
    const std::vector<double> values = scores(t);
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t {0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] > values[b]; });
    const auto count = static_cast<std::size_t>(budgetAt(t));
    std::vector<char> kept(values.size(), 0);
    for (std::size_t i = 0; i < count; ++i) {
        kept[order[i]] = 1;
    }
    threshold = values[order[count - 1]];
    return kept;
}

std::shared_ptr<const RankSnapshot> SampleRun::snapshot(std::int64_t step) const
{
    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->layout = layout();
    snapshot->step = step;
    snapshot->hasLambda = snapshot->hasScores = step > 0;
    snapshot->budget = budgetAt(step - 1);
    std::int64_t last = std::min((step - 1) / interval * interval, totalSteps - finalSteps);
    double threshold = 0.0;
    std::vector<char> kept(static_cast<std::size_t>(snapshot->layout->tripletCount()), 1);
    std::vector<char> before = kept;
    if (last > ti) {
        kept = keptAt(last, threshold);
        if (last - interval > ti) {
            double ignored = 0.0;
            before = keptAt(last - interval, ignored);
        }
        snapshot->eventStep = last + 1;
        snapshot->threshold = static_cast<float>(threshold);
    } else {
        last = step;
    }
    snapshot->modules.resize(snapshot->layout->modules.size());
    snapshot->triplets.resize(kept.size());
    for (std::size_t i = 0; i < kept.size(); ++i) {
        const auto module = static_cast<std::int64_t>(i) / initRank;
        ModuleState& state = snapshot->modules[static_cast<std::size_t>(module)];
        TripletState& triplet = snapshot->triplets[i];
        const double s = score(
            static_cast<int>(module) / kinds, static_cast<int>(module) % kinds, static_cast<int>(i) % initRank, last);
        triplet.score = static_cast<float>(s);
        triplet.scoreLambda = static_cast<float>(0.84 * s);
        triplet.meanScoreP = static_cast<float>(0.07 * s);
        triplet.meanScoreQ = static_cast<float>(0.09 * s);
        const double sign = noise(5, i) < 0.3 ? -1.0 : 1.0;
        triplet.lambda = static_cast<float>(sign * (kept[i] != 0 ? 0.05 * std::sqrt(s / 2e-6) : 0.003 * noise(6, i)));
        triplet.kept = kept[i] != 0;
        if (!triplet.kept) {
            triplet.prunedAt = static_cast<std::int32_t>(before[i] != 0
                    ? last + 1
                    : std::max(ti + interval, last - interval * (1 + static_cast<std::int64_t>(noise(8, i) * 30))) + 1);
        } else if (before[i] == 0) {
            triplet.prunedAt = static_cast<std::int32_t>(last + 1 - interval * 4);
            triplet.revivedAt = static_cast<std::int32_t>(last + 1);
        }
        state.rank += triplet.kept ? 1 : 0;
        state.lostAtLastEvent += before[i] != 0 && kept[i] == 0 ? 1 : 0;
        state.backAtLastEvent += before[i] == 0 && kept[i] != 0 ? 1 : 0;
        state.importance += triplet.kept ? triplet.score : 0.0F;
        state.lambdaSum += std::abs(triplet.lambda);
        state.orthP = static_cast<float>(0.03 + 0.06 * noise(9, u(module)));
        state.orthQ = static_cast<float>(0.02 + 0.05 * noise(10, u(module)));
    }
    return snapshot;
}

RunHistory SampleRun::history() const
{
    RunHistory history;
    const double scale = static_cast<double>(totalSteps) / 2000.0;
    for (std::int64_t step = 1; step <= now; ++step) {
        const auto t = static_cast<double>(step) / scale;
        const double base = startLoss * (0.486 + 0.397 * std::exp(-t / 75.0) + 0.117 * std::exp(-t / 620.0));
        const double spike = noise(11, u(step)) < 0.012 ? 0.16 * noise(12, u(step)) : 0.0;
        MetricPoint point;
        point.step = step;
        point.loss = base + 0.06 * startLoss * bell(13, u(step), 0, 0) + spike;
        point.orth = 1.79 * std::exp(-t / 42.0) + 0.055 + 0.035 * std::exp(-t / 500.0)
            + 0.008 * std::abs(bell(14, u(step), 0, 0));
        point.lr = 1e-3;
        point.budget = budgetAt(step - 1);
        history.metrics.push_back(point);
        if (step % evalEvery == 0) {
            history.evaluations.push_back({step, base + 0.036 + 0.01 * bell(15, u(step), 0, 0), {}});
        }
    }
    const std::int64_t first = static_cast<std::int64_t>(layers) * kinds * initRank;
    const PlotPlan planned = plan();
    for (std::int64_t index = 0; index < planned.eventsUntil(now); ++index) {
        const std::int64_t step = planned.eventAt(index);
        const std::int64_t before = history.events.empty() ? first : history.events.back().budget;
        MaskEvent event;
        event.step = step;
        event.budget = budgetAt(step - 1);
        event.revived = static_cast<std::int64_t>(
            8.0 * noise(16, u(step)) * static_cast<double>(step) / static_cast<double>(totalSteps));
        event.pruned = before - event.budget + event.revived;
        history.events.push_back(event);
    }
    return history;
}

} // namespace spectune::test
