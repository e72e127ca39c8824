// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/CrossEntropy.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

namespace spectune {

namespace {

constexpr std::int64_t ignoredTarget = -100;
/// Elements of one chunk's logits: 64 MiB in float32.
constexpr std::int64_t chunkElements = std::int64_t {1} << 24;

struct LossAndGradient {
    at::Tensor loss; // scalar
    at::Tensor gradient; // like the rows; undefined when it was not asked for
};

/// @param rows [M, width] @param targets [M]
LossAndGradient lossOfRows(
    const at::Tensor& rows, const at::Tensor& head, const at::Tensor& targets, double normalizer, bool withGradient)
{
    const auto wide = rows.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    const std::int64_t count = rows.size(0);
    const std::int64_t step = std::max<std::int64_t>(1, chunkElements / head.size(0));
    LossAndGradient result {.loss = at::zeros({}, rows.options().dtype(wide)), .gradient = {}};
    if (withGradient)
        result.gradient = at::empty_like(rows);
    for (std::int64_t begin = 0; begin < count; begin += step) {
        const std::int64_t length = std::min(step, count - begin);
        const at::Tensor chunk = rows.narrow(0, begin, length);
        const at::Tensor target = targets.narrow(0, begin, length).unsqueeze(1);
        at::Tensor logProbabilities = at::log_softmax(at::mm(chunk, head.t()).to(wide), 1); // [length, vocabulary]
        result.loss.sub_(logProbabilities.gather(1, target).sum());
        if (!withGradient)
            continue;
        at::Tensor gradient = logProbabilities.exp_(); // softmax − one-hot, in place of the logits
        gradient.scatter_add_(1, target, at::full({}, -1.0, gradient.options()).expand_as(target));
        gradient.div_(normalizer);
        result.gradient.narrow(0, begin, length).copy_(at::mm(gradient.to(rows.scalar_type()), head));
    }
    result.loss.div_(normalizer);
    return result;
}

class ChunkedCrossEntropy : public torch::autograd::Function<ChunkedCrossEntropy> {
public:
    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& rows, const at::Tensor& head,
        const at::Tensor& targets, double normalizer)
    {
        const LossAndGradient result = lossOfRows(rows, head, targets, normalizer, rows.requires_grad());
        if (result.gradient.defined())
            context->save_for_backward({result.gradient});
        return result.loss;
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, const torch::autograd::variable_list& gradients)
    {
        const at::Tensor saved = context->get_saved_variables()[0];
        return {saved * gradients[0].to(saved.scalar_type()), at::Tensor(), at::Tensor(), at::Tensor()};
    }
};

} // namespace

at::Tensor chunkedCrossEntropy(
    const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets, double normalizer)
{
    const at::Tensor flatTargets = targets.reshape({-1});
    // Most tokens of a prompt bear no loss: their logits are never computed.
    const at::Tensor bearing = at::nonzero(flatTargets != ignoredTarget).squeeze(1); // [M]
    const at::Tensor rows = hidden.reshape({-1, hidden.size(-1)}).index_select(0, bearing);
    return ChunkedCrossEntropy::apply(rows, head, flatTargets.index_select(0, bearing), normalizer);
}

} // namespace spectune
