// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <memory>
#include <utility>

namespace spectune::test {

/// A model of one matrix with one triplet, all of whose values are 0, at step 0.
[[nodiscard]] inline RankSnapshot snapshotOfOneMatrix()
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 1;
    layout->kinds = {"q_proj"};
    layout->modules.push_back({"model.layers.0.self_attn.q_proj", LayerIndex {0}, KindIndex {0}, 8, 8});
    RankSnapshot snapshot;
    snapshot.layout = std::move(layout);
    snapshot.hasLambda = snapshot.hasScores = true;
    snapshot.modules.resize(1);
    snapshot.triplets.resize(1);
    return snapshot;
}

} // namespace spectune::test
