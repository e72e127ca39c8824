// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/AttentionOp.h"
#include "training/nn/DecoderModel.h"
#include "training/nn/FusedOps.h"
#include "training/nn/PackedBatch.h"
#include "training/nn/RmsNorm.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace spectune {

struct DecoderModel::Pass {
    const AdapterSet* adapters = nullptr; ///< null: the base alone
    KeyValueCache* cache = nullptr; ///< null: all keys are in this forward
    std::optional<at::Tensor> mask {}; ///< see windowMask()
    const PackedBatch* packed = nullptr; ///< null: samples lie beside each other, [batch, length, width]
    AttentionSaved attended {}; ///< of a packed forward: buffers that the next block uses again
    at::Tensor scratch {};
};

at::Tensor DecoderModel::forward(const at::Tensor& tokens, const AdapterSet* adapters, KeyValueCache* cache)
{
    if (cache != nullptr)
        cache->blocks.resize(m_blocks.size());
    const std::int64_t length = tokens.size(1);
    const std::int64_t keys = length + (cache != nullptr ? cache->length : 0);
    Pass pass {.adapters = adapters, .cache = cache, .mask = windowMask(length, keys)};
    const at::Tensor hidden = blocksForward(tokens, pass);
    if (cache != nullptr)
        cache->length += length;
    return hidden;
}

at::Tensor DecoderModel::forward(const PackedBatch& batch, const AdapterSet* adapters)
{
    Pass pass {.adapters = adapters, .packed = &batch};
    return blocksForward(batch.tokens, pass);
}

at::Tensor DecoderModel::blocksForward(const at::Tensor& tokens, Pass& pass)
{
    const c10::NoGradGuard noGradients;
    at::Tensor x = at::embedding(m_embedding, tokens);
    for (std::int64_t layer = 0; layer < m_spec.layers; ++layer)
        x = blockForward(layer, x, pass);
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
    return linearForward(x, base, triplets);
}

at::Tensor DecoderModel::blockForward(std::int64_t layer, const at::Tensor& x, Pass& pass)
{
    const DecoderBlock& weights = m_blocks[static_cast<std::size_t>(layer)];
    const auto attend = [&](const at::Tensor& input) {
        return pass.packed != nullptr ? packedAttention(layer, input, pass) : attention(layer, input, pass);
    };
    const at::Tensor attended = x + attend(rmsNorm(x, weights.inputNorm, m_spec.rmsNormEps));
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
    const at::Tensor mixed = at::scaled_dot_product_attention(queries, keys, values, pass.mask, 0.0,
        /*is_causal=*/!pass.mask && length > 1, std::nullopt, /*enable_gqa=*/m_spec.heads != m_spec.kvHeads);
    return project(layer, Matrix::O, mixed.transpose(1, 2).reshape({batch, length, -1}), pass);
}

at::Tensor DecoderModel::packedAttention(std::int64_t layer, const at::Tensor& x, Pass& pass)
{
    const at::Tensor qkv = at::cat(
        {project(layer, Matrix::Q, x, pass), project(layer, Matrix::K, x, pass), project(layer, Matrix::V, x, pass)},
        1);
    ops::rotate(qkv, m_spec.heads + m_spec.kvHeads, pass.packed->positions, m_rotary.cos(), m_rotary.sin(),
        /*back=*/false);
    AttentionForm form = attentionForm(m_spec);
    form.lengthsRecur = false; // a file's samples come as they are, none is filled up
    attentionForward(qkv, *pass.packed, form, pass.scratch, pass.attended);
    return project(layer, Matrix::O, pass.attended.out, pass);
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
