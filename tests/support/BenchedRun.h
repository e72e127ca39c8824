// SPDX-License-Identifier: GPL-3.0-or-later
// A bench's run as the memory estimate takes it. Without Qt, for the programs on a GPU too.
#pragma once

#include "training/config/MemoryEstimate.h"
#include "training/loop/Bench.h"
#include "training/nn/ModelSpec.h"

namespace spectune::testing {

inline ModelShape shapeOf(const ModelSpec& spec)
{
    return {.layers = spec.layers,
        .width = spec.width,
        .feedForward = spec.feedForward,
        .heads = spec.heads,
        .kvHeads = spec.kvHeads,
        .headDim = spec.headDim,
        .vocabulary = spec.vocabulary,
        .maxPositions = spec.maxPositions,
        .tiedHead = spec.tiedHead};
}

/// The set-up of the run that the bench makes of the command.
inline RunConfig configOf(const BenchCommand& command)
{
    RunConfig config;
    config.data.maxLength = command.sequence;
    config.data.format = DataFormat::Text;
    config.train.batchSize = command.batch;
    config.train.microBatchSize = command.microBatch;
    config.train.dtype = command.dtype;
    config.train.threads = command.threads;
    config.train.gradientCheckpointing = command.recomputes;
    config.method = command.method == "lora" ? Method::Lora : Method::AdaLora;
    config.adalora.initRank = command.initRank;
    config.adalora.targetRank = command.method == "lora" ? command.initRank : command.targetRank;
    return config;
}

} // namespace spectune::testing
