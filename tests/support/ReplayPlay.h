// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>

namespace spectune::testing {

/// A run's triplets as they are pruned and come back; the same on every machine.
class ReplayPlay {
public:
    ReplayPlay(int layers, int kinds, int rank, int flipsPerEvent)
        : m_flips(flipsPerEvent)
    {
        auto layout = std::make_shared<ModuleLayout>();
        layout->layerCount = layers;
        layout->initRank = rank;
        for (int kind = 0; kind < kinds; ++kind)
            layout->kinds.push_back("kind" + std::to_string(kind));
        for (int layer = 0; layer < layers; ++layer)
            for (int kind = 0; kind < kinds; ++kind)
                layout->modules.push_back(
                    {"model.layers." + std::to_string(layer) + ".self_attn.kind" + std::to_string(kind) + "_proj",
                        LayerIndex {layer}, KindIndex {kind}, 8, 16});
        m_now.layout = layout;
        m_now.modules.resize(layout->modules.size());
        m_now.triplets.resize(static_cast<std::size_t>(layout->tripletCount()));
        m_now.hasLambda = m_now.hasScores = true;
    }

    /// @param fresh other λ, S, … than at the event before
    std::shared_ptr<const RankSnapshot> next(std::int64_t step, bool fresh = true)
    {
        const auto rank = static_cast<std::size_t>(m_now.layout->initRank);
        for (ModuleState& module : m_now.modules)
            module = {.orthP = value(), .orthQ = value()};
        for (int i = 0; i < m_flips; ++i) {
            TripletState& triplet = m_now.triplets[m_random() % m_now.triplets.size()];
            if (triplet.prunedAt == step || triplet.revivedAt == step)
                continue; // once an event
            triplet.kept = !triplet.kept;
            (triplet.kept ? triplet.revivedAt : triplet.prunedAt) = static_cast<std::int32_t>(step);
        }
        m_now.step = m_now.eventStep = step;
        m_now.budget = 0;
        m_now.threshold = value();
        for (std::size_t i = 0; i < m_now.triplets.size(); ++i) {
            TripletState& triplet = m_now.triplets[i];
            ModuleState& module = m_now.modules[i / rank];
            if (fresh) {
                triplet.lambda = value() - 0.5F;
                triplet.score = value();
                triplet.scoreLambda = value();
                triplet.sensitivityLambda = value();
                triplet.uncertaintyLambda = value();
                triplet.meanScoreP = value();
                triplet.meanScoreQ = value();
            }
            module.rank += triplet.kept ? 1 : 0;
            module.lostAtLastEvent += !triplet.kept && triplet.prunedAt == step ? 1 : 0;
            module.backAtLastEvent += triplet.kept && triplet.revivedAt == step ? 1 : 0;
            module.importance += triplet.kept ? triplet.score : 0.0F;
            module.lambdaSum += std::abs(triplet.lambda);
            m_now.budget += triplet.kept ? 1 : 0;
        }
        return std::make_shared<const RankSnapshot>(m_now);
    }

private:
    float value() { return static_cast<float>(m_random() % 1000003) / 1000003.0F; }

    std::mt19937 m_random {7};
    int m_flips;
    RankSnapshot m_now;
};

} // namespace spectune::testing
