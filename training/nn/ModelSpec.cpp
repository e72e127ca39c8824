// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/ModelSpec.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace spectune {

namespace {

using Json = nlohmann::json;

/// Far above any model, and small enough that what is computed from sizes stays a number.
constexpr std::int64_t largestSize = std::int64_t {1} << 24U;
constexpr std::int64_t mostLayers = 10'000;

/// A list or an object is not written out: it may be nested deeper than the stack allows.
Message shown(const Json& value)
{
    if (value.is_structured())
        return value.is_array() ? makeMessage("a list") : makeMessage("an object");
    return Message::verbatim(value.dump(-1, ' ', false, Json::error_handler_t::replace).substr(0, 80));
}

/// config.json with the checks that name its keys. A null counts as absent, as it does for transformers.
class Keys {
public:
    Keys(const Json& json, std::string_view origin, std::string prefix = {})
        : m_json(json)
        , m_origin(origin)
        , m_prefix(std::move(prefix))
    {
    }

    [[nodiscard]] const Json* find(const char* key) const
    {
        const auto found = m_json.find(key);
        return found == m_json.end() || found->is_null() ? nullptr : &*found;
    }
    [[nodiscard]] bool isNull(const char* key) const { return m_json.contains(key) && m_json[key].is_null(); }

    /// For a key whose null transformers computes with, and fails.
    void refuseNull(const char* key) const
    {
        if (isNull(key))
            throw configError("%1 is null. Give it a number, or leave it out.", place(key));
    }

    /// "config.json: rope_scaling.factor"
    [[nodiscard]] std::string place(const char* key) const { return m_origin + ": " + m_prefix + key; }

    [[nodiscard]] std::int64_t positive(
        const char* key, std::optional<std::int64_t> fallback = std::nullopt, std::int64_t largest = largestSize) const
    {
        const Json* value = find(key);
        if (value == nullptr && fallback)
            return *fallback;
        if (value == nullptr)
            throw configError("%1 is missing.", place(key));
        if (!value->is_number_unsigned() || value->get<std::uint64_t>() == 0
            || value->get<std::uint64_t>() > static_cast<std::uint64_t>(largest))
            throw configError("%1 is %2, must be a positive integer up to %3.", place(key), shown(*value), largest);
        return value->get<std::int64_t>();
    }

    [[nodiscard]] double positiveReal(const char* key, std::optional<double> fallback = std::nullopt) const
    {
        const Json* value = find(key);
        if (value == nullptr && fallback)
            return *fallback;
        if (value == nullptr)
            throw configError("%1 is missing.", place(key));
        if (!value->is_number() || !std::isfinite(value->get<double>()) || value->get<double>() <= 0.0)
            throw configError("%1 is %2, must be a positive number.", place(key), shown(*value));
        return value->get<double>();
    }

    [[nodiscard]] bool flag(const char* key, bool fallback) const
    {
        const Json* value = find(key);
        if (value == nullptr)
            return fallback;
        if (!value->is_boolean())
            throw configError("%1 is %2, must be true or false.", place(key), shown(*value));
        return value->get<bool>();
    }

    [[nodiscard]] std::string text(const char* key, const std::string& fallback = {}) const
    {
        const Json* value = find(key);
        if (value == nullptr)
            return fallback;
        if (!value->is_string())
            throw configError("%1 is %2, must be a text.", place(key), shown(*value));
        return value->get<std::string>();
    }

    /// A token id, or the first of a list of them.
    [[nodiscard]] std::optional<std::int64_t> tokenId(const char* key, std::optional<std::int64_t> fallback) const
    {
        const Json* value = find(key);
        if (value == nullptr)
            return isNull(key) ? std::nullopt : fallback;
        if (value->is_array() && !value->empty())
            value = &value->front();
        return checkedId(key, *value);
    }

    /// A token id, or every one of a list.
    [[nodiscard]] std::vector<std::int64_t> tokenIds(const char* key, std::int64_t fallback) const
    {
        const Json* value = find(key);
        if (value == nullptr)
            return isNull(key) ? std::vector<std::int64_t> {} : std::vector<std::int64_t> {fallback};
        if (!value->is_array())
            return {checkedId(key, *value)};
        std::vector<std::int64_t> ids;
        for (const Json& id : *value)
            ids.push_back(checkedId(key, id));
        return ids;
    }

private:
    [[nodiscard]] std::int64_t checkedId(const char* key, const Json& value) const
    {
        if (!value.is_number_integer())
            throw configError("%1 is %2, must be a token id.", place(key), shown(value));
        return value.get<std::int64_t>();
    }

    const Json& m_json;
    std::string m_origin;
    std::string m_prefix;
};

/// A Mistral whose layers look differently far back is Ministral, to transformers as well.
void refuseMixedWindows(const Keys& keys, bool hasWindow)
{
    const Json* layers = keys.find("layer_types");
    if (layers == nullptr)
        return;
    const char* const same = hasWindow ? "sliding_attention" : "full_attention";
    if (!layers->is_array()
        || !std::all_of(layers->begin(), layers->end(), [same](const Json& type) { return type == same; }))
        throw configError(
            "%1 mixes kinds of attention; with this sliding_window only \"%2\" in every layer is supported.",
            keys.place("layer_types"), same);
}

void refuseOtherModels(const Keys& keys)
{
    const std::string type = keys.text("model_type");
    if (type != "llama" && type != "mistral") {
        const std::string place = keys.place("model_type");
        const Message supported = makeMessage(
            "Supported are llama (Llama 1 to 3, TinyLlama, SmolLM, and what shares their form) and mistral.");
        throw type.empty() ? configError("%1 is missing. %2", place, supported)
                           : configError("%1 is \"%2\", which is not supported. %3", place, type, supported);
    }
    if (keys.find("quantization_config") != nullptr)
        throw configError("%1 says that the weights are quantised. Take the model in float32, float16 or bfloat16 "
                          "instead.",
            keys.place("quantization_config"));
    const std::string activation = keys.text("hidden_act", "silu");
    if (activation != "silu" && activation != "swish")
        throw configError("%1 is \"%2\"; only silu is supported.", keys.place("hidden_act"), activation);
}

/// "rope_parameters" of transformers 5, or "rope_theta" beside "rope_scaling" of the older ones.
RopeSpec readRope(const Json& json, const Keys& keys, std::string_view origin, std::int64_t maxPositions)
{
    RopeSpec rope;
    const auto readTheta = [&rope](const Keys& from) {
        from.refuseNull("rope_theta");
        rope.theta = from.positiveReal("rope_theta", rope.theta);
    };
    // Of both, transformers takes the older one whole, and an empty one for none.
    const Json* older = keys.find("rope_scaling");
    const bool isNew = keys.find("rope_parameters") != nullptr && (older == nullptr || older->empty());
    const char* name = isNew ? "rope_parameters" : "rope_scaling";
    const Json* value = keys.find(name);
    if (value == nullptr) {
        readTheta(keys);
        return rope;
    }
    if (!value->is_object())
        throw configError("%1 is %2, must be an object.", keys.place(name), shown(*value));
    const Keys inner(json[name], origin, std::string(name) + '.');
    readTheta(value->contains("rope_theta") ? inner : keys);
    if (inner.positiveReal("partial_rotary_factor", 1.0) != 1.0)
        throw configError("%1 is not 1; only whole heads are rotated.", inner.place("partial_rotary_factor"));
    const std::string type = inner.text("rope_type", inner.text("type", "default"));
    if (type == "default")
        return rope;
    if (type != "linear" && type != "llama3")
        throw configError(
            "%1 is \"%2\", which is not supported; default, linear and llama3 are.", inner.place("rope_type"), type);
    // Where the type is default, transformers does not look at this one.
    if (inner.find("partial_rotary_factor") == nullptr && keys.positiveReal("partial_rotary_factor", 1.0) != 1.0)
        throw configError("%1 is not 1; only whole heads are rotated.", keys.place("partial_rotary_factor"));
    rope.factor = inner.positiveReal("factor");
    if (type == "linear") {
        rope.scaling = RopeScaling::Linear;
        return rope;
    }
    rope.scaling = RopeScaling::Llama3;
    rope.lowFreqFactor = inner.positiveReal("low_freq_factor");
    rope.highFreqFactor = inner.positiveReal("high_freq_factor");
    // transformers 5 takes the outer one where both are there.
    rope.originalMaxPositions = keys.positive(
        "original_max_position_embeddings", inner.positive("original_max_position_embeddings", maxPositions));
    if (rope.highFreqFactor <= rope.lowFreqFactor)
        throw configError("%1 must be above low_freq_factor.", inner.place("high_freq_factor"));
    return rope;
}

void checkHeads(const ModelSpec& spec, const Keys& keys)
{
    if (spec.heads % spec.kvHeads != 0)
        throw configError("%1 is %2, must divide num_attention_heads, %3.", keys.place("num_key_value_heads"),
            spec.kvHeads, spec.heads);
    if (keys.find("head_dim") == nullptr && spec.width % spec.heads != 0)
        throw configError("%1 is %2, must be a multiple of num_attention_heads, %3.", keys.place("hidden_size"),
            spec.width, spec.heads);
    if (spec.heads * spec.headDim > largestSize)
        throw configError("%1 is %2, times num_attention_heads, %3, must be up to %4.", keys.place("head_dim"),
            spec.headDim, spec.heads, largestSize);
    if (spec.headDim < 2 || spec.headDim % 2 != 0)
        throw configError("%1 is %2, must be even for rotary embeddings.", keys.place("head_dim"), spec.headDim);
}

} // namespace

ModelSpec ModelSpec::fromJson(std::string_view text, std::string_view origin)
{
    const Json json = parseJsonObject(text, origin);
    const Keys keys(json, origin);
    refuseOtherModels(keys);
    ModelSpec spec;
    spec.modelType = keys.text("model_type");
    const bool mistral = spec.modelType == "mistral";
    spec.vocabulary = keys.positive("vocab_size");
    spec.width = keys.positive("hidden_size");
    spec.feedForward = keys.positive("intermediate_size");
    spec.layers = keys.positive("num_hidden_layers", std::nullopt, mostLayers);
    spec.heads = keys.positive("num_attention_heads");
    // What a file leaves out has the default of transformers' LlamaConfig and MistralConfig.
    if (mistral)
        keys.refuseNull("num_key_value_heads");
    const bool groupsLeftOut = !json.contains("num_key_value_heads");
    spec.kvHeads = keys.positive("num_key_value_heads", mistral && groupsLeftOut ? 8 : spec.heads);
    spec.headDim = keys.positive("head_dim", std::max<std::int64_t>(1, spec.width / spec.heads));
    checkHeads(spec, keys);
    spec.maxPositions = keys.positive("max_position_embeddings", mistral ? 131072 : 2048);
    spec.rmsNormEps = keys.positiveReal("rms_norm_eps", 1e-6);
    spec.rope = readRope(json, keys, origin, spec.maxPositions);
    if (mistral && !keys.isNull("sliding_window"))
        spec.slidingWindow = keys.positive("sliding_window", 4096);
    if (mistral)
        refuseMixedWindows(keys, spec.slidingWindow.has_value());
    spec.tiedHead = keys.flag("tie_word_embeddings", false);
    spec.attentionBias = !mistral && keys.flag("attention_bias", false);
    spec.mlpBias = !mistral && keys.flag("mlp_bias", false);
    spec.bosToken = keys.tokenId("bos_token_id", 1);
    spec.eosTokens = keys.tokenIds("eos_token_id", 2);
    return spec;
}

void ModelSpec::addEosTokens(std::string_view generationConfig, std::string_view origin)
{
    const Json json = parseJson(generationConfig, origin);
    if (!json.is_object() || !json.contains("eos_token_id"))
        return;
    const auto take = [this](const Json& id) {
        if (id.is_number_integer())
            eosTokens.push_back(id.get<std::int64_t>());
    };
    const Json& ends = json["eos_token_id"];
    take(ends);
    if (ends.is_array())
        std::for_each(ends.begin(), ends.end(), take);
}

} // namespace spectune
