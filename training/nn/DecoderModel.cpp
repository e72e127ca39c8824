// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/DecoderModel.h"

#include "training/core/Error.h"
#include "training/nn/Buffer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace spectune {

namespace {

bool isAttention(Matrix matrix)
{
    return matrix <= Matrix::O;
}

/// "0 to 5" or "q_proj, k_proj": for a message.
std::string joined(std::span<const std::string_view> names)
{
    std::string text;
    for (const std::string_view name : names)
        text += (text.empty() ? "" : ", ") + std::string(name);
    return text;
}

/// [rows, columns] whose memory has room for @p spare more of each.
at::Tensor emptyWeight(std::int64_t rows, std::int64_t columns, std::int64_t spare, const at::TensorOptions& options)
{
    at::Tensor memory;
    return bufferRows(memory, rows + spare, columns, options, spare).narrow(0, 0, rows);
}

void checkTargets(std::span<const std::string> targets)
{
    for (const std::string& target : targets) {
        if (matrixOrder(target) == matrixNames.size())
            throw configError(
                "adalora.targets has \"%1\", which this model does not have. It has %2.", target, joined(matrixNames));
    }
}

void checkLayers(std::span<const std::int64_t> layers, std::int64_t count)
{
    for (const std::int64_t layer : layers) {
        if (layer < 0 || layer >= count)
            throw configError("adalora.layers has %1, but the model's layers are 0 to %2.", layer, count - 1);
    }
}

void checkModules(std::span<const std::string> modules, std::int64_t count)
{
    for (const std::string& entry : modules) {
        const auto pattern = ModulePattern::parse(entry);
        if (!pattern)
            throw configError("adalora.modules has \"%1\". It takes entries such as \"0-3.q_proj\".", entry);
        if (matrixOrder(pattern->kind) == matrixNames.size())
            throw configError("adalora.modules has \"%1\", whose matrix this model does not have. It has %2.", entry,
                joined(matrixNames));
        if (pattern->last.value_or(0) >= count)
            throw configError("adalora.modules has \"%1\", but the model's layers are 0 to %2.", entry, count - 1);
    }
}

} // namespace

std::string modulePath(std::int64_t layer, Matrix matrix)
{
    return matrixPath(layer, matrixNames[static_cast<std::size_t>(matrix)]);
}

AttentionForm attentionForm(const ModelSpec& spec)
{
    return {.heads = spec.heads,
        .kvHeads = spec.kvHeads,
        .headDim = spec.headDim,
        .window = spec.slidingWindow.value_or(0)};
}

std::array<std::int64_t, 2> matrixShape(const ModelSpec& spec, Matrix matrix)
{
    const std::int64_t queries = spec.heads * spec.headDim;
    const std::int64_t keys = spec.kvHeads * spec.headDim;
    switch (matrix) {
    case Matrix::Q: return {queries, spec.width};
    case Matrix::K:
    case Matrix::V: return {keys, spec.width};
    case Matrix::O: return {spec.width, queries};
    case Matrix::Gate:
    case Matrix::Up: return {spec.feedForward, spec.width};
    case Matrix::Down: break;
    }
    return {spec.width, spec.feedForward};
}

ModuleLayout adaptedLayout(const ModelSpec& spec, const TargetSelection& selection, std::int64_t initRank)
{
    checkTargets(selection.kinds);
    checkLayers(selection.layers, spec.layers);
    checkModules(selection.modules, spec.layers);
    ModuleLayout layout {.modules = {}, .kinds = {}, .layerCount = spec.layers, .initRank = initRank};
    const std::vector<bool> chosen = selection.ticks({matrixNames.begin(), matrixNames.end()}, spec.layers);
    const auto isChosen = [&](std::int64_t layer, std::size_t matrix) {
        return chosen[static_cast<std::size_t>(layer) * matrixNames.size() + matrix];
    };
    std::array<KindIndex, matrixNames.size()> kinds;
    for (std::size_t i = 0; i < matrixNames.size(); ++i) {
        for (std::int64_t layer = 0; layer < spec.layers && !kinds[i].isValid(); ++layer) {
            if (isChosen(layer, i))
                kinds[i] = {static_cast<std::int32_t>(layout.kinds.size())};
        }
        if (kinds[i].isValid())
            layout.kinds.emplace_back(matrixNames[i]);
    }
    for (std::int64_t layer = 0; layer < spec.layers; ++layer) {
        for (std::size_t i = 0; i < matrixNames.size(); ++i) {
            if (!isChosen(layer, i))
                continue;
            const auto matrix = static_cast<Matrix>(i);
            const auto shape = matrixShape(spec, matrix);
            layout.modules.push_back({.name = modulePath(layer, matrix),
                .layer = {static_cast<std::int32_t>(layer)},
                .kind = kinds[i],
                .inFeatures = shape[1],
                .outFeatures = shape[0]});
        }
    }
    return layout;
}

DecoderModel::DecoderModel(ModelSpec spec, const WeightSource& source, at::TensorOptions options,
    const std::function<void(std::int64_t, std::int64_t)>& progress, std::int64_t roomRank)
    : m_spec(std::move(spec))
    , m_options(options)
    , m_rotary(m_spec.rope, m_spec.headDim, options)
    , m_roomRank(roomRank)
{
    const auto load = [&](const std::string& name, at::IntArrayRef shape) {
        at::Tensor weight = source(name, shape).to(options);
        m_parameters += weight.numel();
        return weight;
    };
    m_embedding = load("model.embed_tokens.weight", {m_spec.vocabulary, m_spec.width});
    m_blocks.resize(static_cast<std::size_t>(m_spec.layers));
    for (std::int64_t layer = 0; layer < m_spec.layers; ++layer) {
        if (progress)
            progress(layer, m_spec.layers);
        loadBlock(layer, load);
    }
    m_finalNorm = load("model.norm.weight", {m_spec.width});
    m_head = m_spec.tiedHead ? m_embedding : load("lm_head.weight", {m_spec.vocabulary, m_spec.width});
    if (progress)
        progress(m_spec.layers, m_spec.layers);
}

void DecoderModel::loadBlock(
    std::int64_t layer, const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& load)
{
    DecoderBlock& block = m_blocks[static_cast<std::size_t>(layer)];
    const std::string prefix = "model.layers." + std::to_string(layer) + ".";
    block.inputNorm = load(prefix + "input_layernorm.weight", {m_spec.width});
    block.postAttentionNorm = load(prefix + "post_attention_layernorm.weight", {m_spec.width});
    for (const InputSet set : inputSets)
        loadShared(layer, set, block, load);
}

void DecoderModel::loadShared(std::int64_t layer, InputSet set, DecoderBlock& block,
    const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& load) const
{
    const auto matrices = matricesOf(set);
    SharedLinear& shared = block.shared[static_cast<std::size_t>(set)];
    std::int64_t rows = 0;
    for (const Matrix matrix : matrices) {
        shared.begins.push_back(rows);
        rows += matrixShape(m_spec, matrix)[0];
    }
    const bool biased = isAttention(matrices.front()) ? m_spec.attentionBias : m_spec.mlpBias;
    shared.weight = emptyWeight(rows, matrixShape(m_spec, matrices.front())[1],
        m_roomRank * static_cast<std::int64_t>(matrices.size()), m_options);
    if (biased)
        shared.bias = at::empty({rows}, m_options);
    viewShared(set, block);
    for (const Matrix matrix : matrices) {
        const auto shape = matrixShape(m_spec, matrix);
        const std::string path = modulePath(layer, matrix);
        FrozenLinear& own = block.linear[static_cast<std::size_t>(matrix)];
        own.weight.copy_(load(path + ".weight", shape));
        if (biased)
            own.bias.copy_(load(path + ".bias", {shape[0]}));
    }
}

void DecoderModel::viewShared(InputSet set, DecoderBlock& block) const
{
    const SharedLinear& shared = block.shared[static_cast<std::size_t>(set)];
    for (std::size_t i = 0; i < shared.begins.size(); ++i) {
        const Matrix matrix = matricesOf(set)[i];
        const std::int64_t out = matrixShape(m_spec, matrix)[0];
        FrozenLinear& own = block.linear[static_cast<std::size_t>(matrix)];
        own.weight = shared.weight.narrow(0, shared.begins[i], out);
        if (shared.bias.defined())
            own.bias = shared.bias.narrow(0, shared.begins[i], out);
    }
}

at::Tensor DecoderModel::joined(std::int64_t layer, InputSet set, std::int64_t rank)
{
    DecoderBlock& block = m_blocks.at(static_cast<std::size_t>(layer));
    SharedLinear& shared = block.shared[static_cast<std::size_t>(set)];
    const std::int64_t out = shared.weight.size(0);
    const std::int64_t in = shared.weight.size(1);
    const auto rowsOfStorage = [&shared] {
        const std::size_t rowBytes = static_cast<std::size_t>(shared.weight.stride(0)) * shared.weight.element_size();
        return static_cast<std::int64_t>(shared.weight.storage().nbytes() / rowBytes);
    };
    if (!hasSpare(shared.weight, rank) || rowsOfStorage() < out + rank) {
        const at::Tensor moved = emptyWeight(out, in, rank, m_options);
        moved.copy_(shared.weight);
        shared.weight = moved;
        viewShared(set, block);
    }
    const at::Tensor all
        = at::as_strided(shared.weight, {out + rank, in + rank}, shared.weight.strides(), /*storage_offset=*/0);
    all.narrow(0, out, rank).zero_();
    all.narrow(1, in, rank).zero_();
    return all;
}

const FrozenLinear& DecoderModel::linear(std::int64_t layer, Matrix matrix) const
{
    return m_blocks.at(static_cast<std::size_t>(layer)).linear[static_cast<std::size_t>(matrix)];
}

} // namespace spectune
