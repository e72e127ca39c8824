// SPDX-License-Identifier: GPL-3.0-or-later
// Small random models with triplets, and batches for them.
#pragma once

#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "training/data/Packing.h"
#include "training/nn/TrainingPass.h"

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

/// A model with triplets and a pass over them.
struct Setup {
    Case test;
    std::shared_ptr<DecoderModel> model;
    ModuleLayout layout;
    TripletArena arena;
    at::Tensor sums; ///< what the pass adds up
    at::Tensor gradients; ///< of all runs, in the arena's order
    TrainingPass pass;

    explicit Setup(const Case& form, at::ScalarType type = at::kDouble)
        : test(form)
        , model(modelOf(form, type))
        , layout(adaptedLayout(model->spec(), form.targets, form.adaptedLayers, form.rank))
        , arena(layout, scale, form.trainsLambda,
              at::TensorOptions().dtype(type == at::kDouble ? at::kDouble : at::kFloat), type)
        , sums(arena.makeSums())
        , gradients(at::zeros_like(arena.gradients))
        , pass(*model, arena.adaptersInto(sums), dropoutPass())
    {
        Random random(72);
        arena.values.copy_(random.normal({arena.order.size()}) * 0.4);
        arena.refresh();
    }

    [[nodiscard]] DropoutPass dropoutPass() const
    {
        DropoutPass dropout {.probability = test.dropout, .generator = std::nullopt};
        if (test.dropout > 0.0)
            dropout.generator = at::detail::createCPUGenerator(73);
        return dropout;
    }

    /// C's part; the gradients are added to those that there are.
    double run(const Batch& batch, double normalizer, bool recomputes = false)
    {
        const c10::NoGradGuard noGraph;
        const PackedBatch pack = packed(batch, at::kCPU);
        model->reserve(pack.longest);
        const at::Tensor share = at::full({}, 1.0 / normalizer, arena.values.options());
        const double loss = pass.run(pack, share, recomputes).item<double>();
        arena.collect(std::array {sums});
        gradients.add_(arena.gradients);
        return loss;
    }

    /// C by autograd, and its gradient in the arena's order.
    std::pair<double, at::Tensor> plainly(const plain::Tokens& tokens, double normalizer)
    {
        const at::Tensor values = leaf(arena.values);
        const plain::Loss loss {.model = *model,
            .layout = layout,
            .order = arena.order,
            .values = values,
            .scale = scale,
            .dropout = dropoutPass()};
        const at::Tensor value = loss(tokens, normalizer);
        value.backward();
        if (!test.trainsLambda)
            arena.order.lambda(values.grad()).zero_();
        return {value.item<double>(), values.grad()};
    }

    /// Empty where both gradients agree for every module's Q, P and λ alone; where those are far smaller than others (q and
    /// k have none where a query sees one key), to what they add to the whole.
    [[nodiscard]] QString differences(const at::Tensor& expected, double tolerance = 1e-11) const
    {
        QString text;
        const double size = std::max(1e-3, 0.01 * expected.abs().max().item<double>());
        for (std::int32_t i = 0; i < arena.order.moduleCount(); ++i) {
            const auto part = [&](const char* name, const auto& view) {
                const QString found = apart(name, view(gradients), view(expected), tolerance, size);
                if (!found.isEmpty())
                    text += QString::fromStdString(layout.modules[static_cast<std::size_t>(i)].name) + ": " + found
                        + "; ";
            };
            part("Q", [&](const at::Tensor& flat) { return arena.order.q(flat, {i}); });
            part("P", [&](const at::Tensor& flat) { return arena.order.pT(flat, {i}); });
            part("lambda", [&](const at::Tensor& flat) { return arena.order.lambda(flat).select(0, i); });
        }
        return text;
    }
};

} // namespace spectune::testing
