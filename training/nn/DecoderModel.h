// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/TargetSelection.h"
#include "training/monitor/ModuleLayout.h"
#include "training/nn/AdaptedLinear.h"
#include "training/nn/AttentionOp.h"
#include "training/nn/InputSet.h"
#include "training/nn/ModelSpec.h"
#include "training/nn/Rotary.h"
#include "training/nn/SharedInput.h"

#include <ATen/core/Tensor.h>

#include <array>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace spectune {

/// Gives the named weight of the shape asked for, on the CPU. @throws Error naming the tensor
using WeightSource = std::function<at::Tensor(const std::string& name, at::IntArrayRef shape)>;

/// "model.layers.<layer>.self_attn.q_proj"
[[nodiscard]] std::string modulePath(std::int64_t layer, Matrix matrix);

struct DecoderBlock {
    at::Tensor inputNorm; // [width]
    at::Tensor postAttentionNorm; // [width]
    std::array<SharedLinear, inputSets.size()> shared; ///< by InputSet
    std::array<FrozenLinear, matrixNames.size()> linear; ///< by Matrix: views of the above
};

/// Keys and values of the tokens so far, for generation: one pair a block, [B, kvHeads, S, headDim].
struct KeyValueCache {
    std::vector<std::pair<at::Tensor, at::Tensor>> blocks;
    std::int64_t length = 0;
};

/// Which triplets a forward uses; an empty optional: not adapted.
struct AdapterSet {
    std::vector<std::optional<TripletViews>> modules; ///< [layer · 7 + matrix], for evaluation and generation
    std::vector<std::optional<SharedTriplets>> shared; ///< [layer · 4 + input set], for training; may be empty

    [[nodiscard]] const TripletViews* find(std::int64_t layer, Matrix matrix) const
    {
        const auto& entry
            = modules[static_cast<std::size_t>(layer) * matrixNames.size() + static_cast<std::size_t>(matrix)];
        return entry ? &*entry : nullptr;
    }
    [[nodiscard]] const SharedTriplets* find(std::int64_t layer, InputSet set) const
    {
        const auto index = static_cast<std::size_t>(layer) * inputSets.size() + static_cast<std::size_t>(set);
        return index < shared.size() && shared[index] ? &*shared[index] : nullptr;
    }
};

/// A Llama-family decoder: frozen weights, and a forward through an optional set of adapters.
/// Numerics follow transformers' modeling_llama; with float64 weights every operation is float64.
/// Training goes through TrainingPass instead, which reads the weights from here.
class DecoderModel {
public:
    /// Loads all weights. @p progress is told the blocks done (may throw Stopped).
    /// @param roomRank of triplets that can be joined to every matrix without moving its weights
    DecoderModel(ModelSpec spec, const WeightSource& source, at::TensorOptions options,
        const std::function<void(std::int64_t done, std::int64_t total)>& progress = {}, std::int64_t roomRank = 0);

    [[nodiscard]] const ModelSpec& spec() const noexcept { return m_spec; }
    [[nodiscard]] at::TensorOptions options() const noexcept { return m_options; }
    [[nodiscard]] std::int64_t parameterCount() const noexcept { return m_parameters; }
    [[nodiscard]] const FrozenLinear& linear(std::int64_t layer, Matrix matrix) const;

    /// Builds what depends on the positions, so that several threads may then run forward() below @p positions at once.
    void reserve(std::int64_t positions) { m_rotary.reserve(positions); }

    /// @name For TrainingPass
    /// @{
    [[nodiscard]] const DecoderBlock& block(std::int64_t layer) const
    {
        return m_blocks[static_cast<std::size_t>(layer)];
    }
    [[nodiscard]] const at::Tensor& embedding() const noexcept { return m_embedding; } // [vocabulary, width]
    [[nodiscard]] const at::Tensor& finalNorm() const noexcept { return m_finalNorm; } // [width]
    [[nodiscard]] const Rotary& rotary() const noexcept { return m_rotary; }
    /// The weights of one input with @p rank columns beside and as many rows below them, [Σ out + rank, in + rank], all
    /// 0: where triplets are joined to them. Weights without that much room move, and earlier results of this function
    /// no longer belong to the model: it serves one run at a time.
    [[nodiscard]] at::Tensor joined(std::int64_t layer, InputSet set, std::int64_t rank);
    /// @}

    /// Without gradients. @param adapters null: the base alone. @param cache null: all tokens at once; else they go on
    [[nodiscard]] at::Tensor forward(
        const at::Tensor& tokens, const AdapterSet* adapters, KeyValueCache* cache = nullptr);
    /// The same for samples end to end, without padding: [T, width]. @pre reserve(batch.longest)
    [[nodiscard]] at::Tensor forward(const PackedBatch& batch, const AdapterSet* adapters);

    /// [vocabulary, width]: rows are the token's output vectors.
    [[nodiscard]] const at::Tensor& head() const noexcept { return m_head; }
    /// @param hidden [..., width] @return [..., vocabulary] in the model's type
    [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const;

private:
    struct Pass; ///< what is the same for every block of one forward

    [[nodiscard]] at::Tensor blocksForward(const at::Tensor& tokens, Pass& pass);
    [[nodiscard]] at::Tensor blockForward(std::int64_t layer, const at::Tensor& x, Pass& pass);
    [[nodiscard]] at::Tensor attention(std::int64_t layer, const at::Tensor& x, const Pass& pass);
    [[nodiscard]] at::Tensor packedAttention(std::int64_t layer, const at::Tensor& x, Pass& pass);
    [[nodiscard]] at::Tensor project(std::int64_t layer, Matrix matrix, const at::Tensor& x, const Pass& pass) const;
    [[nodiscard]] std::optional<at::Tensor> windowMask(std::int64_t queries, std::int64_t keys) const;
    void loadBlock(std::int64_t layer, const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& load);
    void loadShared(std::int64_t layer, InputSet set, DecoderBlock& block,
        const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& load) const;
    /// Lets the matrices of @p set be views of its shared weight.
    void viewShared(InputSet set, DecoderBlock& block) const;

    ModelSpec m_spec;
    at::TensorOptions m_options;
    at::Tensor m_embedding; // [vocabulary, width]
    at::Tensor m_finalNorm; // [width]
    at::Tensor m_head; // [vocabulary, width]; the embedding where tied
    std::vector<DecoderBlock> m_blocks;
    Rotary m_rotary;
    std::int64_t m_parameters = 0;
    std::int64_t m_roomRank;
};

/// The adapted matrices of @p spec by the configuration's choice, in the model's order.
/// @throws Error (Config) for a matrix or layer that the model does not have, naming what it has
[[nodiscard]] ModuleLayout adaptedLayout(
    const ModelSpec& spec, const TargetSelection& selection, std::int64_t initRank);

/// The attention of the model's blocks.
[[nodiscard]] AttentionForm attentionForm(const ModelSpec& spec);

/// [out, in] of a block's matrix.
[[nodiscard]] std::array<std::int64_t, 2> matrixShape(const ModelSpec& spec, Matrix matrix);

} // namespace spectune
