// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

enum class RopeScaling { None, Linear, Llama3 };

/// Rotary embedding: inverse frequencies θ^(−2i/d), rescaled as transformers' modeling_rope_utils does.
struct RopeSpec {
    double theta = 10000.0;
    RopeScaling scaling = RopeScaling::None;
    double factor = 1.0;
    double lowFreqFactor = 1.0; ///< llama3 only, as are the two below
    double highFreqFactor = 4.0;
    std::int64_t originalMaxPositions = 8192;
};

/// The form of a Llama-family decoder, as config.json gives it.
struct ModelSpec {
    std::string modelType; ///< "llama" or "mistral"
    std::int64_t vocabulary = 0;
    std::int64_t width = 0; ///< hidden_size
    std::int64_t feedForward = 0; ///< intermediate_size
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t maxPositions = 0;
    double rmsNormEps = 1e-6;
    RopeSpec rope;
    std::optional<std::int64_t> slidingWindow; ///< keys a query sees, itself included; unset: all before it
    bool tiedHead = false;
    bool attentionBias = false; ///< q, k, v and o (transformers' Llama gives all four a bias)
    bool mlpBias = false;
    std::optional<std::int64_t> bosToken;
    std::vector<std::int64_t> eosTokens; ///< each ends a generated text; what a sample ends with is the tokenizer's EOS

    /// @param origin names the text in errors (a file's path)
    /// @throws Error (Config) naming the key; an unsupported model_type, activation or rope type is refused by name
    /// with the list of what is supported
    [[nodiscard]] static ModelSpec fromJson(std::string_view json, std::string_view origin);

    /// Adds what generation_config.json names as eos_token_id, an id or a list. Training needs nothing of that file:
    /// one that is no JSON object is passed over, as by transformers.
    /// @throws Error (Config) where it is nested too deeply
    void addEosTokens(std::string_view generationConfig, std::string_view origin);
};

} // namespace spectune
