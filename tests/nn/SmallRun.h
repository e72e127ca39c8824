// SPDX-License-Identifier: GPL-3.0-or-later
// A small random model with triplets, and a pass over them.
#pragma once

#include "tests/nn/PlainReference.h"
#include "tests/nn/SmallModels.h"
#include "training/data/Packing.h"
#include "training/nn/JoinedTriplets.h"
#include "training/nn/TrainingPass.h"

#include <c10/core/GradMode.h>

namespace spectune::testing {

/// A model with triplets and a pass over them.
struct Setup {
    Case test;
    std::shared_ptr<DecoderModel> model;
    ModuleLayout layout;
    TripletArena arena;
    JoinedTriplets joined;
    at::Tensor sums; ///< what the pass adds up
    at::Tensor gradients; ///< of all runs, in the arena's order
    TrainingPass pass;

    explicit Setup(const Case& form, at::ScalarType type = at::kDouble)
        : test(form)
        , model(modelOf(form, type))
        , layout(adaptedLayout(
              model->spec(), {.kinds = form.targets, .layers = form.adaptedLayers, .modules = form.modules}, form.rank))
        , arena(layout, scale, at::TensorOptions().dtype(type == at::kDouble ? at::kDouble : at::kFloat))
        , joined(*model, layout, arena, form.trainsLambda)
        , sums(joined.makeSums())
        , gradients(at::zeros_like(arena.gradients))
        , pass(*model, joined.adaptersInto(sums), dropoutPass())
    {
        Random random(72);
        arena.values.copy_(random.normal({arena.order.size()}) * 0.4);
        joined.refresh();
    }

    [[nodiscard]] DropoutPass dropoutPass() const
    {
        DropoutPass dropout {.probability = test.dropout, .generator = std::nullopt};
        if (test.dropout > 0.0)
            dropout.generator = at::detail::createCPUGenerator(73);
        return dropout;
    }

    /// C's part; the gradients are added to those that there are.
    double run(const Batch& batch, double normalizer, bool recomputes = false, bool fillsUp = false)
    {
        const c10::NoGradGuard noGraph;
        const PackedBatch pack = packed(batch, at::kCPU, fillsUp, batch.tokens.size(1));
        model->reserve(pack.longest);
        const at::Tensor share = at::full({}, 1.0 / normalizer, arena.values.options());
        const double loss = pass.run(pack, share, recomputes).item<double>();
        joined.collect(std::array {sums});
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

    /// Empty where both gradients agree for every module's Q, P and λ alone; where those are far smaller than others (q
    /// and k have none where a query sees one key), to what they add to the whole.
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
