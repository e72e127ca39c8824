// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/nn/PlainReference.h"

#include <ATen/ATen.h>

#include <cmath>

namespace spectune::testing::plain {

at::Tensor rmsNorm(const at::Tensor& x, const at::Tensor& weight, double eps)
{
    return x / at::sqrt(at::mean(x * x, -1, /*keepdim=*/true) + eps) * weight;
}

at::Tensor rotate(
    const at::Tensor& x, std::int64_t heads, const at::Tensor& positions, const at::Tensor& cos, const at::Tensor& sin)
{
    const std::int64_t headDim = cos.size(1);
    const at::Tensor c = cos.index_select(0, positions).unsqueeze(1); // [rows, 1, headDim]
    const at::Tensor s = sin.index_select(0, positions).unsqueeze(1);
    const at::Tensor all = x.narrow(1, 0, heads * headDim).unflatten(1, {heads, headDim});
    const auto halves = all.chunk(2, -1);
    const at::Tensor turned = all * c + at::cat({-halves[1], halves[0]}, -1) * s;
    return at::cat({turned.flatten(1), x.narrow(1, heads * headDim, x.size(1) - heads * headDim)}, 1);
}

at::Tensor angles(std::int64_t positions, std::int64_t headDim, double theta)
{
    const std::int64_t half = headDim / 2;
    const at::Tensor frequency = at::pow(theta, -at::arange(half, at::kDouble) / static_cast<double>(half));
    const at::Tensor angle = at::arange(positions, at::kDouble).unsqueeze(1) * frequency;
    return at::cat({angle, angle}, 1);
}

at::Tensor swiGlu(const at::Tensor& gateUp)
{
    const auto halves = gateUp.chunk(2, 1);
    return halves[0] * at::sigmoid(halves[0]) * halves[1];
}

at::Tensor attention(const at::Tensor& qkv, const std::vector<std::int64_t>& lengths, const AttentionForm& form)
{
    const std::int64_t group = form.heads / form.kvHeads;
    std::vector<at::Tensor> out;
    std::int64_t first = 0;
    for (const std::int64_t length : lengths) {
        const at::Tensor all
            = qkv.narrow(0, first, length).unflatten(1, {form.heads + 2 * form.kvHeads, form.headDim}).transpose(0, 1);
        const at::Tensor q = all.narrow(0, 0, form.heads); // [heads, S, headDim]
        const at::Tensor k = all.narrow(0, form.heads, form.kvHeads).repeat_interleave(group, 0);
        const at::Tensor v = all.narrow(0, form.heads + form.kvHeads, form.kvHeads).repeat_interleave(group, 0);
        const at::Tensor scores = at::matmul(q, k.transpose(1, 2)) / std::sqrt(static_cast<double>(form.headDim));
        const at::Tensor query = at::arange(length).unsqueeze(1);
        const at::Tensor key = at::arange(length).unsqueeze(0);
        at::Tensor hidden = key > query;
        if (form.window > 0)
            hidden = hidden.logical_or(key <= query - form.window);
        const at::Tensor p = at::softmax(scores.masked_fill(hidden, -INFINITY), -1);
        out.push_back(at::matmul(p, v).transpose(0, 1).flatten(1));
        first += length;
    }
    return at::cat(out);
}

at::Tensor crossEntropy(const at::Tensor& logits, const at::Tensor& targets)
{
    return at::logsumexp(logits, 1) - logits.gather(1, targets.unsqueeze(1)).squeeze(1);
}

at::Tensor update(const at::Tensor& x, const TripletViews& triplets, const at::Tensor& mask)
{
    const at::Tensor input = mask.defined() ? x * mask : x;
    return at::matmul(at::matmul(input, triplets.q.t()) * triplets.lambda, triplets.pT) * triplets.scale;
}

Tokens Tokens::padded(const Batch& batch)
{
    const auto samples = static_cast<std::size_t>(batch.samples());
    return {.ids = batch.tokens.flatten(),
        .targets = batch.targets.flatten(),
        .lengths = std::vector<std::int64_t>(samples, batch.tokens.size(1))};
}

Tokens Tokens::cut(const Batch& batch)
{
    std::vector<at::Tensor> ids;
    std::vector<at::Tensor> targets;
    Tokens result;
    for (std::int64_t sample = 0; sample < batch.samples(); ++sample) {
        const at::Tensor bearing = at::nonzero(batch.targets[sample] != Batch::ignored).squeeze(1);
        if (bearing.numel() == 0)
            continue;
        const std::int64_t length = bearing.max().item<std::int64_t>() + 1;
        ids.push_back(batch.tokens[sample].narrow(0, 0, length));
        targets.push_back(batch.targets[sample].narrow(0, 0, length));
        result.lengths.push_back(length);
    }
    result.ids = at::cat(ids);
    result.targets = at::cat(targets);
    return result;
}

at::Tensor Loss::project(std::int64_t layer, InputSet set, const at::Tensor& x) const
{
    std::vector<at::Tensor> outputs;
    for (const Matrix matrix : matricesOf(set)) {
        const FrozenLinear& base = model.linear(layer, matrix);
        at::Tensor y = at::matmul(x, base.weight.t());
        if (base.bias.defined())
            y = y + base.bias;
        const ModuleIndex module = layout.find(modulePath(layer, matrix));
        if (module.isValid()) {
            at::Tensor mask;
            if (dropout.probability > 0.0) {
                const double kept = 1.0 - dropout.probability;
                mask
                    = at::empty(x.sizes(), x.options().requires_grad(false)).bernoulli_(kept, dropout.generator) / kept;
            }
            const TripletViews triplets {.q = order.q(values, module),
                .pT = order.pT(values, module),
                .lambda = order.lambda(values).select(0, module.value),
                .scale = scale};
            y = y + update(x, triplets, mask);
        }
        outputs.push_back(y);
    }
    return at::cat(outputs, 1);
}

at::Tensor Loss::block(std::int64_t layer, const at::Tensor& x, const Tokens& tokens) const
{
    const ModelSpec& spec = model.spec();
    const DecoderBlock& weights = model.block(layer);
    std::vector<at::Tensor> positions;
    std::int64_t longest = 0;
    for (const std::int64_t length : tokens.lengths) {
        positions.push_back(at::arange(length));
        longest = std::max(longest, length);
    }
    const at::Tensor angle = angles(longest, spec.headDim, spec.rope.theta);
    const at::Tensor qkv = rotate(project(layer, InputSet::Qkv, rmsNorm(x, weights.inputNorm, spec.rmsNormEps)),
        spec.heads + spec.kvHeads, at::cat(positions), angle.cos().to(x.scalar_type()),
        angle.sin().to(x.scalar_type()));
    const at::Tensor middle = x + project(layer, InputSet::O, attention(qkv, tokens.lengths, attentionForm(spec)));
    const at::Tensor normed = rmsNorm(middle, weights.postAttentionNorm, spec.rmsNormEps);
    return middle + project(layer, InputSet::Down, swiGlu(project(layer, InputSet::GateUp, normed)));
}

at::Tensor Loss::operator()(const Tokens& tokens, double normalizer) const
{
    at::Tensor x = model.embedding().index_select(0, tokens.ids);
    for (std::int64_t layer = 0; layer < model.spec().layers; ++layer)
        x = block(layer, x, tokens);
    const at::Tensor bearing = at::nonzero(tokens.targets != Batch::ignored).squeeze(1);
    const at::Tensor hidden = rmsNorm(x, model.finalNorm(), model.spec().rmsNormEps).index_select(0, bearing);
    const at::Tensor logits = at::matmul(hidden, model.head().t());
    return crossEntropy(logits, tokens.targets.index_select(0, bearing)).sum() / normalizer;
}

} // namespace spectune::testing::plain
