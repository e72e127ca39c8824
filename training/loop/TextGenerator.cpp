// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/TextGenerator.h"

#include "training/core/Error.h"
#include "training/core/Machine.h"
#include "training/loop/Device.h"
#include "training/nn/ThreadCount.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <utility>

namespace spectune {

namespace {

at::Tensor asRow(const std::vector<std::int32_t>& ids)
{
    return at::tensor(at::ArrayRef<std::int32_t>(ids), at::kInt).to(at::kLong).unsqueeze(0);
}

/// One token of a small model is too little work for several threads to share: they would only wait for one another.
constexpr std::int64_t smallModel = 50'000'000; // parameters

/// @p text without a last character that is not complete yet (sentencepiece shows its bytes as U+FFFD).
std::string_view wholeCharacters(std::string_view text)
{
    constexpr std::string_view replacement = "\xEF\xBF\xBD";
    while (text.ends_with(replacement))
        text.remove_suffix(replacement.size());
    return text;
}

/// The part of @p text that can be shown: whole characters, and nothing that may yet turn out to begin @p stop.
std::string_view settled(std::string_view text, std::string_view stop)
{
    for (std::size_t length = std::min(stop.size(), text.size()); length > 0; --length) {
        if (text.ends_with(stop.substr(0, length))) {
            text.remove_suffix(length);
            break;
        }
    }
    return wholeCharacters(text);
}

/// The text that tokens add to a prompt: sentencepiece drops a leading space of what it decodes alone.
class Continuation {
public:
    Continuation(const Tokenizer& tokenizer, std::vector<std::int32_t> prompt)
        : m_tokenizer(tokenizer)
        , m_ids(std::move(prompt))
        , m_promptTokens(m_ids.size())
        , m_before(tokenizer.decode(m_ids))
    {
    }

    void append(std::span<const std::int32_t> ids) { m_ids.insert(m_ids.end(), ids.begin(), ids.end()); }

    [[nodiscard]] std::string text() const
    {
        const std::string text = m_tokenizer.decode(m_ids);
        return text.starts_with(m_before) ? text.substr(m_before.size())
                                          : m_tokenizer.decode(std::span(m_ids).subspan(m_promptTokens));
    }

private:
    const Tokenizer& m_tokenizer;
    std::vector<std::int32_t> m_ids; ///< the prompt's, then what was generated
    std::size_t m_promptTokens;
    std::string m_before; ///< the prompt as its ids spell it
};

} // namespace

std::int32_t sampleToken(
    const at::Tensor& logits, double temperature, double topP, std::mt19937_64& random, std::int64_t topK)
{
    if (temperature <= 0.0)
        return logits.argmax().item<std::int32_t>();
    const auto [sorted, indices]
        = at::sort(at::softmax(logits.to(at::kDouble) / temperature, 0), /*dim=*/0, /*descending=*/true);
    const auto* probabilities = sorted.const_data_ptr<double>();
    const std::int64_t count = topK > 0 ? std::min(topK, sorted.numel()) : sorted.numel();
    double mass = 1.0; // of those that top-k leaves: top-p is a share of it
    if (topK > 0)
        mass = sorted.narrow(0, 0, count).sum().item<double>();
    double total = 0.0;
    std::int64_t candidates = 0;
    while (candidates < count && (candidates == 0 || total < topP * mass))
        total += probabilities[candidates++];
    // 53 random bits as [0, 1): unlike std::uniform_real_distribution the same with every standard library.
    double left = static_cast<double>(random() >> 11U) * 0x1.0p-53 * total;
    std::int64_t chosen = 0;
    while (chosen + 1 < candidates && left >= probabilities[chosen])
        left -= probabilities[chosen++];
    return static_cast<std::int32_t>(indices.const_data_ptr<std::int64_t>()[chosen]);
}

TextGenerator::TextGenerator(DecoderModel& model, const Tokenizer& tokenizer, const AdapterSet* adapters)
    : m_model(model)
    , m_tokenizer(tokenizer)
    , m_adapters(adapters)
{
}

std::vector<std::int32_t> TextGenerator::promptIds(const std::string& prompt) const
{
    std::vector<std::int32_t> ids;
    if (m_tokenizer.special().addBos && m_tokenizer.special().bos)
        ids.push_back(*m_tokenizer.special().bos);
    const std::vector<std::int32_t> encoded = m_tokenizer.encode(prompt);
    ids.insert(ids.end(), encoded.begin(), encoded.end());
    if (ids.empty())
        throw configError("The prompt is empty, and this tokenizer has no BOS to begin with. Type some text.");
    if (static_cast<std::int64_t>(ids.size()) >= m_model.spec().maxPositions)
        throw configError("The prompt has %1 tokens, but the model has only %2 positions. Shorten it.", ids.size(),
            m_model.spec().maxPositions);
    return ids;
}

bool TextGenerator::ends(std::int32_t id) const
{
    const std::vector<std::int64_t>& ends = m_model.spec().eosTokens;
    return m_tokenizer.special().eos == id || std::find(ends.begin(), ends.end(), id) != ends.end();
}

GeneratedText TextGenerator::generate(
    const Generate& request, const StopToken& stop, const std::function<void(const std::string&)>& partial)
{
    const auto start = std::chrono::steady_clock::now();
    const ThreadCountGuard threads(m_model.parameterCount() < smallModel ? 1 : physicalCores());
    const std::vector<std::int32_t> prompt = promptIds(request.prompt);
    const auto room = m_model.spec().maxPositions - static_cast<std::int64_t>(prompt.size());
    const std::int64_t limit = std::min(request.maxNewTokens, room);
    std::mt19937_64 random(static_cast<std::uint64_t>(request.seed));
    KeyValueCache cache;
    GeneratedText result {.text = {}, .ids = {}, .tuned = request.tuned, .ended = false, .seconds = 0.0};
    Continuation continuation(m_tokenizer, prompt);
    at::Tensor input = asRow(prompt);
    while (static_cast<std::int64_t>(result.ids.size()) < limit && !result.ended) {
        stop.throwIfStopped();
        const at::Tensor hidden = m_model.forward(input.to(m_model.options().device()), m_adapters, &cache);
        const at::Tensor logits = m_model.logits(hidden.select(1, hidden.size(1) - 1)).squeeze(0).cpu();
        const std::int32_t id = sampleToken(logits, request.temperature, request.topP, random, request.topK);
        result.ids.push_back(id);
        result.ended = ends(id);
        input = at::full({1, 1}, static_cast<std::int64_t>(id), at::kLong);
        continuation.append({&id, 1});
        std::string text = continuation.text();
        const std::size_t stopAt = request.stop.empty() ? std::string::npos : text.find(request.stop);
        if (stopAt != std::string::npos) {
            result.ended = true;
            text.resize(stopAt);
        }
        const std::string_view whole = settled(text, stopAt == std::string::npos ? request.stop : std::string());
        if (partial && whole.size() > result.text.size() && whole.starts_with(result.text))
            partial(std::string(whole.substr(result.text.size())));
        result.text = whole;
    }
    const std::string text = continuation.text();
    result.text = text.substr(0, request.stop.empty() ? std::string::npos : text.find(request.stop));
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result;
}

std::vector<std::string> TextGenerator::greedy(
    const std::vector<std::string>& prompts, std::int64_t maxNewTokens, const StopToken& stop)
{
    constexpr std::size_t together = 64;
    const ThreadCountGuard threads(m_model.parameterCount() < smallModel ? 1 : physicalCores());
    std::map<std::size_t, std::vector<std::size_t>> byLength; // prompts of one length need no padding
    std::vector<std::vector<std::int32_t>> ids;
    for (const std::string& prompt : prompts) {
        ids.push_back(promptIds(prompt));
        byLength[ids.back().size()].push_back(ids.size() - 1);
    }
    std::vector<std::string> texts(prompts.size());
    for (const auto& [length, members] : byLength) {
        for (std::size_t begin = 0; begin < members.size(); begin += together) {
            const auto part = std::span(members).subspan(begin, std::min(together, members.size() - begin));
            std::vector<std::vector<std::int32_t>> chosen;
            for (const std::size_t member : part)
                chosen.push_back(ids[member]);
            const auto generated = greedyIds(chosen, maxNewTokens, stop);
            for (std::size_t i = 0; i < part.size(); ++i) {
                Continuation continuation(m_tokenizer, std::move(chosen[i]));
                continuation.append(generated[i]);
                texts[part[i]] = continuation.text();
            }
        }
    }
    return texts;
}

std::vector<std::vector<std::int32_t>> TextGenerator::greedyIds(
    const std::vector<std::vector<std::int32_t>>& prompts, std::int64_t maxNewTokens, const StopToken& stop)
{
    std::vector<at::Tensor> rows;
    for (const auto& prompt : prompts)
        rows.push_back(asRow(prompt));
    at::Tensor input = at::cat(rows); // [B, S]
    const std::int64_t limit = std::min(maxNewTokens, m_model.spec().maxPositions - input.size(1));
    std::vector<std::vector<std::int32_t>> generated(prompts.size());
    std::vector<bool> done(prompts.size(), false);
    KeyValueCache cache;
    for (std::int64_t step = 0; step < limit && std::find(done.begin(), done.end(), false) != done.end(); ++step) {
        stop.throwIfStopped();
        const at::Tensor hidden = m_model.forward(input.to(m_model.options().device()), m_adapters, &cache);
        const at::Tensor next = m_model.logits(hidden.select(1, hidden.size(1) - 1)).argmax(1).cpu(); // [B]
        const auto* ids = next.const_data_ptr<std::int64_t>();
        for (std::size_t i = 0; i < generated.size(); ++i) {
            if (!done[i])
                generated[i].push_back(static_cast<std::int32_t>(ids[i]));
            done[i] = done[i] || ends(static_cast<std::int32_t>(ids[i]));
        }
        input = next.unsqueeze(1);
    }
    return generated;
}

} // namespace spectune
