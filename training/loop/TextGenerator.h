// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/StopToken.h"
#include "training/data/Tokenizer.h"
#include "training/nn/DecoderModel.h"
#include "training/session/Requests.h"

#include <functional>
#include <random>
#include <string>
#include <vector>

namespace spectune {

/// Continues prompts with a model and its tokenizer, greedily or by sampling, with a key-value cache.
class TextGenerator {
public:
    /// @param adapters null: the base alone. All three must outlive this.
    TextGenerator(DecoderModel& model, const Tokenizer& tokenizer, const AdapterSet* adapters);

    /// @param partial gets each further piece of whole characters; may be empty
    /// @throws Error (Config) where the prompt is longer than the model's positions; Stopped
    [[nodiscard]] GeneratedText generate(
        const Generate& request, const StopToken& stop, const std::function<void(const std::string&)>& partial = {});

    /// The likeliest continuation of each prompt, prompts of equal length together. @return texts without the prompts
    [[nodiscard]] std::vector<std::string> greedy(
        const std::vector<std::string>& prompts, std::int64_t maxNewTokens, const StopToken& stop);

private:
    [[nodiscard]] std::vector<std::int32_t> promptIds(const std::string& prompt) const;
    [[nodiscard]] std::vector<std::vector<std::int32_t>> greedyIds(
        const std::vector<std::vector<std::int32_t>>& prompts, std::int64_t maxNewTokens, const StopToken& stop);
    [[nodiscard]] bool ends(std::int32_t id) const;

    DecoderModel& m_model;
    const Tokenizer& m_tokenizer;
    const AdapterSet* m_adapters;
};

/// Draws an id from softmax(logits / temperature), cut to the @p topK likeliest (0: all; Fan et al. 2018) and then to
/// the smallest set whose probability reaches @p topP (nucleus sampling, Holtzman et al.
/// 2020); the likeliest for temperature
/// 0. @param logits [vocabulary], on the CPU
[[nodiscard]] std::int32_t sampleToken(
    const at::Tensor& logits, double temperature, double topP, std::mt19937_64& random, std::int64_t topK = 0);

} // namespace spectune
