// SPDX-License-Identifier: GPL-3.0-or-later
// Small random models, and batches for them.
#pragma once

#include "tests/nn/KernelCases.h"
#include "training/data/Batcher.h"
#include "training/nn/DecoderModel.h"

namespace spectune::testing {

/// A form of model, and what of it is adapted.
struct Case {
    std::int64_t layers = 2;
    std::int64_t heads = 4;
    std::int64_t kvHeads = 2;
    std::int64_t window = 0;
    bool tiedHead = false;
    bool bias = false;
    std::vector<std::string> targets {}; ///< empty: all
    std::vector<std::int64_t> adaptedLayers {}; ///< empty: all
    std::vector<std::string> modules {}; ///< of adalora.modules; empty: targets × layers
    double dropout = 0.0;
    std::int64_t rank = 3;
    bool trainsLambda = true;
};

inline constexpr double scale = 0.7;
inline constexpr std::int64_t vocabulary = 29;

/// Weights of a size that keeps the residual stream's and the scores' sizes near 1.
inline std::shared_ptr<DecoderModel> modelOf(const Case& test, at::ScalarType type)
{
    ModelSpec spec;
    spec.modelType = "llama";
    spec.vocabulary = vocabulary;
    spec.width = 14;
    spec.feedForward = 22;
    spec.layers = test.layers;
    spec.heads = test.heads;
    spec.kvHeads = test.kvHeads;
    spec.headDim = 6;
    spec.maxPositions = 64;
    spec.rmsNormEps = 1e-3; // large enough to be seen
    spec.rope.theta = 100.0;
    if (test.window > 0)
        spec.slidingWindow = test.window;
    spec.tiedHead = test.tiedHead;
    spec.attentionBias = test.bias;
    spec.mlpBias = test.bias;
    Random random(71);
    const WeightSource source = [&random](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor numbers = random.normal(shape);
        return name.find("norm") != std::string::npos ? 1.0 + 0.2 * numbers : 0.4 * numbers;
    };
    return std::make_shared<DecoderModel>(spec, source, at::TensorOptions().dtype(type));
}

/// Samples of different lengths, padded; a prompt that bears no loss, a gap, one target alone.
inline Batch mixedBatch(std::uint64_t seed)
{
    Random random(seed);
    Batch batch {.tokens = random.integers(vocabulary, {4, 19}), .targets = random.integers(vocabulary, {4, 19})};
    const auto ignore = [&](std::int64_t sample, std::int64_t begin, std::int64_t end) {
        batch.targets[sample].narrow(0, begin, end - begin).fill_(Batch::ignored);
    };
    ignore(0, 11, 19);
    ignore(1, 0, 7);
    ignore(1, 9, 10);
    ignore(2, 1, 19);
    ignore(3, 0, 3);
    ignore(3, 4, 19);
    batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();
    return batch;
}

/// Every position bears loss.
inline Batch fullBatch(std::uint64_t seed, std::int64_t samples, std::int64_t length)
{
    Random random(seed);
    return {.tokens = random.integers(vocabulary, {samples, length}),
        .targets = random.integers(vocabulary, {samples, length}),
        .targetCount = samples * length};
}

} // namespace spectune::testing
