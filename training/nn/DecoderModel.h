// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ModuleLayout.h"
#include "training/nn/AdaptedLinear.h"
#include "training/nn/ModelSpec.h"
#include "training/nn/Rotary.h"

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

/// The seven linear matrices of a block, in the model's order.
enum class Matrix { Q, K, V, O, Gate, Up, Down };
inline constexpr std::array<std::string_view, 7> matrixNames {
    "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};
/// "model.layers.<layer>.self_attn.q_proj"
[[nodiscard]] std::string modulePath(std::int64_t layer, Matrix matrix);

struct DecoderBlock {
    at::Tensor inputNorm; // [width]
    at::Tensor postAttentionNorm; // [width]
    std::array<FrozenLinear, matrixNames.size()> linear; ///< by Matrix
};

/// Keys and values of the tokens so far, for generation: one pair a block, [B, kvHeads, S, headDim].
struct KeyValueCache {
    std::vector<std::pair<at::Tensor, at::Tensor>> blocks;
    std::int64_t length = 0;
};

/// Which triplets a forward uses; empty optional of a module: not adapted. Indexed [layer · 7 + matrix].
struct AdapterSet {
    std::vector<std::optional<TripletViews>> modules;

    [[nodiscard]] const TripletViews* find(std::int64_t layer, Matrix matrix) const
    {
        const auto& entry
            = modules[static_cast<std::size_t>(layer) * matrixNames.size() + static_cast<std::size_t>(matrix)];
        return entry ? &*entry : nullptr;
    }
};

/// A Llama-family decoder: frozen weights, and a forward through an optional set of adapters.
/// Numerics follow transformers' modeling_llama; with float64 weights every operation is float64.
class DecoderModel {
public:
    /// Loads all weights. @p progress is told the blocks done (may throw Stopped).
    DecoderModel(ModelSpec spec, const WeightSource& source, at::TensorOptions options,
        const std::function<void(std::int64_t done, std::int64_t total)>& progress = {});

    [[nodiscard]] const ModelSpec& spec() const noexcept { return m_spec; }
    [[nodiscard]] at::TensorOptions options() const noexcept { return m_options; }
    [[nodiscard]] std::int64_t parameterCount() const noexcept { return m_parameters; }
    [[nodiscard]] const FrozenLinear& linear(std::int64_t layer, Matrix matrix) const;

    /// Builds what depends on the positions, so that several threads may then run forward() below @p positions at once.
    void reserve(std::int64_t positions) { m_rotary.reserve(positions); }

    /// For training: gradients flow to the triplets. @param tokens [B, S] int64, right-padded.
    /// @return the normed hidden states, [B, S, width]
    [[nodiscard]] at::Tensor trainingForward(
        const at::Tensor& tokens, const AdapterSet& adapters, const AdapterPass& pass, bool recomputeBlocks);

    /// Without gradients. @param adapters null: the base alone. @param cache null: all of the tokens at once; else the
    /// tokens continue it, any number of them a call
    [[nodiscard]] at::Tensor forward(
        const at::Tensor& tokens, const AdapterSet* adapters, KeyValueCache* cache = nullptr);

    /// [vocabulary, width]: rows are the token's output vectors.
    [[nodiscard]] const at::Tensor& head() const noexcept { return m_head; }
    /// @param hidden [..., width] @return [..., vocabulary] in the model's type
    [[nodiscard]] at::Tensor logits(const at::Tensor& hidden) const;

private:
    struct Pass; ///< what is the same for every block of one forward
    class RecomputedBlock;

    [[nodiscard]] at::Tensor block(std::int64_t layer, const at::Tensor& x, const Pass& pass);
    [[nodiscard]] at::Tensor attention(std::int64_t layer, const at::Tensor& x, const Pass& pass);
    [[nodiscard]] at::Tensor project(std::int64_t layer, Matrix matrix, const at::Tensor& x, const Pass& pass) const;
    [[nodiscard]] std::optional<at::Tensor> windowMask(std::int64_t queries, std::int64_t keys) const;
    void loadBlock(std::int64_t layer, const std::function<at::Tensor(const std::string&, at::IntArrayRef)>& load);

    ModelSpec m_spec;
    at::TensorOptions m_options;
    at::Tensor m_embedding; // [vocabulary, width]
    at::Tensor m_finalNorm; // [width]
    at::Tensor m_head; // [vocabulary, width]; the embedding where tied
    std::vector<DecoderBlock> m_blocks;
    Rotary m_rotary;
    std::int64_t m_parameters = 0;
};

/// The adapted matrices of @p spec by the configuration's targets and layers (empty: all), in the model's order.
/// @throws Error (Config) for a target or layer that the model does not have, naming what it has
[[nodiscard]] ModuleLayout adaptedLayout(const ModelSpec& spec, std::span<const std::string> targets,
    std::span<const std::int64_t> layers, std::int64_t initRank);

/// [out, in] of a block's matrix.
[[nodiscard]] std::array<std::int64_t, 2> matrixShape(const ModelSpec& spec, Matrix matrix);

} // namespace spectune
