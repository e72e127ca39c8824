// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/DecoderModel.h"
#include "training/nn/RmsNorm.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

namespace spectune {

struct DecoderModel::Pass {
    const AdapterSet* adapters = nullptr; ///< null: the base alone
    const AdapterPass* training = nullptr; ///< null: no gradients
    KeyValueCache* cache = nullptr; ///< null: all keys are in this forward
};

/// Activation checkpointing of one block: forward keeps the block's input only, backward runs the block again with
/// gradients. LibTorch's C++ API has none of its own. Dropout draws the same mask twice: its generator is wound back.
class DecoderModel::RecomputedBlock : public torch::autograd::Function<DecoderModel::RecomputedBlock> {
public:
    struct Call : torch::CustomClassHolder {
        DecoderModel* model = nullptr;
        std::int64_t layer = 0;
        Pass pass;
        at::Tensor generatorState; // undefined without dropout
    };

    static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
        const at::Tensor& /*anchor*/, const c10::intrusive_ptr<Call>& call)
    {
        if (call->pass.training->generator)
            call->generatorState = call->pass.training->generator->get_state();
        context->save_for_backward({x});
        context->saved_data["call"] = c10::IValue::make_capsule(call);
        return call->model->block(call->layer, x, call->pass);
    }

    static torch::autograd::variable_list backward(
        torch::autograd::AutogradContext* context, const torch::autograd::variable_list& gradients)
    {
        const auto call = c10::static_intrusive_pointer_cast<Call>(context->saved_data["call"].toCapsule());
        const at::Tensor x = context->get_saved_variables()[0].detach().requires_grad_(context->needs_input_grad(0));
        std::optional<at::Generator> generator = call->pass.training->generator;
        const at::Tensor after = generator ? generator->get_state() : at::Tensor();
        if (generator)
            generator->set_state(call->generatorState);
        {
            const c10::AutoGradMode recording(true);
            const at::Tensor y = call->model->block(call->layer, x, call->pass);
            y.backward(gradients[0]); // the triplets' gradients go to the arena on the way
        }
        if (generator)
            generator->set_state(after);
        return {x.grad(), at::Tensor(), at::Tensor()};
    }
};

at::Tensor DecoderModel::trainingForward(
    const at::Tensor& tokens, const AdapterSet& adapters, const AdapterPass& pass, bool recomputeBlocks)
{
    const Pass shared {.adapters = &adapters, .training = &pass, .cache = nullptr};
    at::Tensor x = at::embedding(m_embedding, tokens);
    bool adapted = false; // below the first adapted block nothing has a gradient, so there is nothing to recompute
    for (std::int64_t layer = 0; layer < m_spec.layers; ++layer) {
        for (std::size_t i = 0; i < matrixNames.size(); ++i)
            adapted = adapted || adapters.find(layer, static_cast<Matrix>(i)) != nullptr;
        if (recomputeBlocks && adapted) {
            auto call = c10::make_intrusive<RecomputedBlock::Call>();
            call->model = this;
            call->layer = layer;
            call->pass = shared;
            x = RecomputedBlock::apply(x, pass.anchor, call);
        } else
            x = block(layer, x, shared);
    }
    return rmsNorm(x, m_finalNorm, m_spec.rmsNormEps);
}

at::Tensor DecoderModel::forward(const at::Tensor& tokens, const AdapterSet* adapters, KeyValueCache* cache)
{
    const c10::NoGradGuard noGradients;
    if (cache != nullptr)
        cache->blocks.resize(m_blocks.size());
    const Pass pass {.adapters = adapters, .training = nullptr, .cache = cache};
    at::Tensor x = at::embedding(m_embedding, tokens);
    for (std::int64_t layer = 0; layer < m_spec.layers; ++layer)
        x = block(layer, x, pass);
    if (cache != nullptr)
        cache->length += tokens.size(1);
    return rmsNorm(x, m_finalNorm, m_spec.rmsNormEps);
}

at::Tensor DecoderModel::logits(const at::Tensor& hidden) const
{
    return at::matmul(hidden, m_head.t());
}

at::Tensor DecoderModel::project(std::int64_t layer, Matrix matrix, const at::Tensor& x, const Pass& pass) const
{
    const FrozenLinear& base = linear(layer, matrix);
    const TripletViews* triplets = pass.adapters != nullptr ? pass.adapters->find(layer, matrix) : nullptr;
    if (pass.training != nullptr && triplets != nullptr)
        return adaptedLinear(x, base, *triplets, *pass.training);
    if (pass.training != nullptr) // not adapted, but gradients pass through
        return at::linear(x, base.weight, base.bias.defined() ? std::optional(base.bias) : std::nullopt);
    return linearForward(x, base, triplets);
}

at::Tensor DecoderModel::block(std::int64_t layer, const at::Tensor& x, const Pass& pass)
{
    const DecoderBlock& weights = m_blocks[static_cast<std::size_t>(layer)];
    const at::Tensor attended = x + attention(layer, rmsNorm(x, weights.inputNorm, m_spec.rmsNormEps), pass);
    const at::Tensor normed = rmsNorm(attended, weights.postAttentionNorm, m_spec.rmsNormEps);
    const at::Tensor gated
        = at::silu(project(layer, Matrix::Gate, normed, pass)) * project(layer, Matrix::Up, normed, pass);
    return attended + project(layer, Matrix::Down, gated, pass);
}

at::Tensor DecoderModel::attention(std::int64_t layer, const at::Tensor& x, const Pass& pass)
{
    const std::int64_t batch = x.size(0);
    const std::int64_t length = x.size(1);
    const auto heads = [&](Matrix matrix, std::int64_t count) {
        return project(layer, matrix, x, pass).view({batch, length, count, m_spec.headDim}).transpose(1, 2);
    };
    const std::int64_t start = pass.cache != nullptr ? pass.cache->length : 0;
    const at::Tensor queries = m_rotary.apply(heads(Matrix::Q, m_spec.heads), start);
    at::Tensor keys = m_rotary.apply(heads(Matrix::K, m_spec.kvHeads), start);
    at::Tensor values = heads(Matrix::V, m_spec.kvHeads);
    if (pass.cache != nullptr) {
        auto& [pastKeys, pastValues] = pass.cache->blocks[static_cast<std::size_t>(layer)];
        if (start > 0) {
            keys = at::cat({pastKeys, keys}, 2);
            values = at::cat({pastValues, values}, 2);
        }
        pastKeys = keys;
        pastValues = values;
    }
    // Right padding needs no mask: a real token never looks to its right. A single query at the end sees every key.
    const std::optional<at::Tensor> mask = windowMask(length, keys.size(2));
    const at::Tensor mixed = at::scaled_dot_product_attention(queries, keys, values, mask, 0.0,
        /*is_causal=*/!mask && length > 1, std::nullopt, /*enable_gqa=*/m_spec.heads != m_spec.kvHeads);
    return project(layer, Matrix::O, mixed.transpose(1, 2).reshape({batch, length, -1}), pass);
}

std::optional<at::Tensor> DecoderModel::windowMask(std::int64_t queries, std::int64_t keys) const
{
    // is_causal takes the first query for the first key's: several that go on behind a filled cache need a mask.
    const bool continues = queries > 1 && queries < keys;
    const std::int64_t window = m_spec.slidingWindow.value_or(keys);
    if (keys <= window && !continues)
        return std::nullopt; // the window holds every key
    const auto indices = at::TensorOptions().dtype(at::kLong).device(m_options.device());
    const at::Tensor query = at::arange(keys - queries, keys, indices).unsqueeze(1);
    const at::Tensor key = at::arange(keys, indices).unsqueeze(0);
    return (key <= query).logical_and(key > query - window);
}

} // namespace spectune
