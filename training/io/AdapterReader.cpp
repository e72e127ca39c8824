// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/JsonText.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/io/AdapterFiles.h"
#include "training/io/AdapterNames.h"
#include "training/io/Safetensors.h"

#include <ATen/Functions.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

namespace spectune {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// The three tensors of one module; E is missing in a plain LoRA.
struct Parts {
    at::Tensor a;
    at::Tensor b;
    at::Tensor e;
};

class AdapterReader {
public:
    explicit AdapterReader(const fs::path& folder)
        : m_folder(folder)
        , m_configFile(folder / "adapter_config.json")
    {
        checkFolder();
        m_config = readJsonObject(m_configFile);
        refuseVariants();
        readTensors();
        checkTargets();
        checkLayers();
    }

    [[nodiscard]] AdapterState read() const { return text("peft_type") == "ADALORA" ? readAdaLora() : readLora(); }

private:
    [[noreturn]] void fail(const Message& what) const { throw configError("%1: %2", m_configFile, what); }

    void checkFolder() const
    {
        std::error_code error;
        if (!fileExists(m_folder))
            throw configError("%1: there is no such adapter folder.", m_folder);
        if (!fs::is_directory(m_folder, error))
            throw configError(
                "%1: is a file; an adapter is a folder with adapter_config.json and adapter_model.safetensors.",
                m_folder);
        if (!fileExists(m_configFile))
            throw configError("%1: has no adapter_config.json, so it is no PEFT adapter.", m_folder);
        if (fileExists(m_folder / "adapter_model.safetensors"))
            return;
        if (fs::exists(m_folder / "adapter_model.bin", error))
            throw configError("%1: has no adapter_model.safetensors. adapter_model.bin is a pickle, which can run code "
                              "and is never read; save it again with PEFT.",
                m_folder);
        throw configError("%1: has no adapter_model.safetensors.", m_folder);
    }

    [[nodiscard]] std::string text(const char* key) const
    {
        const auto found = m_config.find(key);
        return found != m_config.end() && found->is_string() ? found->get<std::string>() : std::string();
    }

    [[nodiscard]] double number(const char* key) const
    {
        const auto found = m_config.find(key);
        if (found == m_config.end() || !found->is_number() || !(found->get<double>() > 0.0))
            fail(makeMessage("%1 must be a positive number.", key));
        return found->get<double>();
    }

    [[nodiscard]] std::int64_t integer(const char* key) const
    {
        const double value = number(key);
        if (value != std::floor(value) || value > 1e6)
            fail(makeMessage("%1 must be an integer up to 1000000.", key));
        return static_cast<std::int64_t>(value);
    }

    /// Set, and neither false nor empty.
    [[nodiscard]] bool isSet(const char* key) const
    {
        const auto found = m_config.find(key);
        return found != m_config.end() && !found->is_null() && !(found->is_boolean() && !found->get<bool>())
            && !(found->is_structured() && found->empty());
    }

    void refuseVariants() const
    {
        const std::string type = text("peft_type");
        if (type != "ADALORA" && type != "LORA")
            fail(makeMessage("peft_type is \"%1\"; ADALORA and LORA are read.", type));
        static constexpr std::array refused {"use_dora", "use_qalora", "use_bdlora", "lora_bias", "fan_in_fan_out",
            "modules_to_save", "layer_replication", "alora_invocation_tokens", "trainable_token_indices",
            "target_parameters", "arrow_config", "monteclora_config", "velora_config", "kasa_config"};
        for (const char* key : refused) {
            if (isSet(key))
                fail(makeMessage("%1 is set; adapters of this variant are not read.", key));
        }
        if (!text("bias").empty() && text("bias") != "none")
            fail(makeMessage("bias is \"%1\"; only adapters without biases (\"none\") are read.", text("bias")));
        const std::string start = text("init_lora_weights");
        for (const char* changed : {"pissa", "olora", "corda", "loftq", "lora_ga"}) {
            if (start.rfind(changed, 0) == 0)
                fail(makeMessage(
                    "init_lora_weights is \"%1\", which changes the base model's weights; that is not read.", start));
        }
    }

    void readTensors()
    {
        const SafetensorsFile file(m_folder / "adapter_model.safetensors");
        constexpr std::string_view prefix = "base_model.model.";
        for (const TensorInfo& info : file.tensors()) {
            std::string name = info.name;
            if (name.rfind(prefix, 0) == 0)
                name.erase(0, prefix.size());
            constexpr std::string_view ending = ".weight";
            if (name.size() > ending.size() && name.compare(name.size() - ending.size(), ending.size(), ending) == 0)
                name.resize(name.size() - ending.size());
            const std::size_t dot = name.rfind('.');
            const std::string kind = dot == std::string::npos ? std::string() : name.substr(dot + 1);
            if (kind != "lora_A" && kind != "lora_B" && kind != "lora_E")
                throw configError("%1: the tensor %2 is no lora_A, lora_B or lora_E of a linear layer; this adapter "
                                  "cannot be read.",
                    file.path(), info.name);
            at::Tensor tensor = file.tensor(info.name);
            if (!tensor.is_floating_point() || tensor.dim() != 2)
                throw ioError("%1: %2 must be a matrix of floating-point numbers.", file.path(), info.name);
            Parts& parts = m_parts[name.substr(0, dot)];
            // A copy, so that the adapter outlives the file.
            (kind == "lora_A"          ? parts.a
                    : kind == "lora_B" ? parts.b
                                       : parts.e)
                = tensor.to(tensor.scalar_type() == at::kDouble ? at::kDouble : at::kFloat, false, true);
        }
        if (m_parts.empty())
            throw ioError("%1: holds no tensors.", file.path());
    }

    /// Checks A [r, in], B [out, r] and E [r, 1]. @return r
    std::int64_t checkShapes(const std::string& module, const Parts& parts, bool needsE) const
    {
        const fs::path file = m_folder / "adapter_model.safetensors";
        if (!parts.a.defined() || !parts.b.defined() || parts.e.defined() != needsE)
            throw needsE ? ioError("%1: %2 must have lora_A, lora_B and lora_E.", file, module)
                         : ioError("%1: %2 must have lora_A, lora_B and no lora_E.", file, module);
        const std::int64_t rank = parts.a.size(0);
        if (parts.b.size(1) != rank || (needsE && (parts.e.size(0) != rank || parts.e.size(1) != 1)))
            throw needsE ? ioError("%1: %2: lora_A, lora_B and lora_E do not have one common rank.", file, module)
                         : ioError("%1: %2: lora_A, lora_B do not have one common rank.", file, module);
        // Before anything of that size is made: without elements it costs a file nothing.
        // AdaLoRA may have pruned a matrix to rank 0.
        if (parts.a.size(1) == 0 || parts.b.size(0) == 0 || (!needsE && rank == 0))
            throw ioError("%1: %2: lora_A or lora_B has no elements.", file, module);
        return rank;
    }

    [[noreturn]] void failRank(const std::string& module, std::int64_t found, std::int64_t expected) const
    {
        throw ioError("%1: %2 has rank %3, adapter_config.json says %4.", m_folder / "adapter_model.safetensors",
            module, found, expected);
    }

    [[nodiscard]] std::map<std::string, std::vector<bool>> keptPatterns(std::int64_t initRank) const
    {
        std::map<std::string, std::vector<bool>> patterns;
        if (!isSet("rank_pattern"))
            return patterns;
        for (const auto& [key, value] : m_config["rank_pattern"].items()) {
            const std::string module = key.substr(0, key.find(".lora_E"));
            std::vector<bool> kept;
            for (const Json& bit : value) {
                if (!bit.is_boolean())
                    fail(makeMessage("rank_pattern of %1 must be a list of true and false.", module));
                kept.push_back(bit.get<bool>());
            }
            if (static_cast<std::int64_t>(kept.size()) != initRank)
                fail(makeMessage("rank_pattern of %1 has %2 entries, init_r is %3.", module, kept.size(), initRank));
            if (m_parts.count(module) == 0)
                fail(makeMessage("rank_pattern names %1, which has no tensors.", module));
            patterns[module] = std::move(kept);
        }
        return patterns;
    }

    [[nodiscard]] AdapterState readAdaLora() const
    {
        AdapterState state {
            .method = Method::AdaLora, .initRank = integer("init_r"), .alpha = number("lora_alpha"), .modules = {}};
        state.scale = state.alpha / (static_cast<double>(state.initRank) + 1e-5);
        const auto patterns = keptPatterns(state.initRank);
        for (const auto& [module, parts] : m_parts) {
            const std::int64_t rank = checkShapes(module, parts, true);
            const auto found = patterns.find(module);
            const std::vector<bool> kept = found == patterns.end() ? std::vector<bool>() : found->second;
            const std::int64_t expected = kept.empty() ? state.initRank : std::count(kept.begin(), kept.end(), true);
            if (rank != expected)
                failRank(module, rank, expected);
            state.modules.push_back({module, parts.b, parts.e.reshape({rank}), parts.a, kept});
        }
        sortModules(state.modules);
        return state;
    }

    /// PEFT's rule for names in lists and patterns: the module's name, or its end behind a dot.
    [[nodiscard]] static bool isNamedBy(const std::string& name, const std::string& module)
    {
        return module == name || module.ends_with('.' + name);
    }

    /// PEFT builds the modules that target_modules names and leaves the file's others out, so that applying them here
    /// would be another adapter. A regular expression is taken at its word.
    void checkTargets() const
    {
        const auto found = m_config.find("target_modules");
        if (found == m_config.end() || found->is_string())
            return;
        const Json& targets = *found;
        if (!targets.is_array() || !std::ranges::all_of(targets, [](const Json& target) { return target.is_string(); }))
            fail(makeMessage("target_modules must be a list of modules' names, or a text."));
        for (const auto& [module, parts] : m_parts) {
            const bool named = std::ranges::any_of(targets,
                [&module](const Json& target) { return isNamedBy(target.get_ref<const std::string&>(), module); });
            if (!named)
                fail(makeMessage(
                    "target_modules does not name %1, for which adapter_model.safetensors has tensors. Add its "
                    "name, or take its tensors out.",
                    module));
        }
    }

    /// Likewise of the blocks that layers_to_transform names.
    void checkLayers() const
    {
        if (!isSet("layers_to_transform"))
            return;
        const Json& named = m_config["layers_to_transform"];
        const Json layers = named.is_array() ? named : Json::array({named});
        constexpr std::uint64_t mostLayers = 10'000;
        if (!std::ranges::all_of(layers, [](const Json& layer) {
                return layer.is_number_unsigned() && layer.get<std::uint64_t>() < mostLayers;
            }))
            fail(makeMessage(
                "layers_to_transform must be a block's number or a list of such, from 0 to %1.", mostLayers - 1));
        for (const auto& [module, parts] : m_parts) {
            const std::int64_t layer = layerOf(module);
            if (layer >= 0 && std::ranges::find(layers, Json(layer)) == layers.end())
                fail(makeMessage(
                    "layers_to_transform does not name block %1, but adapter_model.safetensors has tensors for "
                    "%2. Add its number, or take its tensors out.",
                    layer, module));
        }
    }

    /// The pattern's value for a module.
    [[nodiscard]] std::optional<double> patternValue(const char* key, const std::string& module) const
    {
        if (!isSet(key))
            return std::nullopt;
        for (const auto& [name, value] : m_config[key].items()) {
            if (name.find_first_of("*+?[]()|^$\\{}") != std::string::npos)
                fail(makeMessage("%1 holds the regular expression \"%2\"; only module names are read.", key, name));
            const bool matches = isNamedBy(name, module);
            if (matches && (!value.is_number() || !(value.get<double>() > 0.0)))
                fail(makeMessage("%1 of %2 must be a positive number.", key, name));
            if (matches)
                return value.get<double>();
        }
        return std::nullopt;
    }

    [[nodiscard]] AdapterState readLora() const
    {
        AdapterState state {
            .method = Method::Lora, .initRank = integer("r"), .alpha = number("lora_alpha"), .modules = {}};
        const auto scaleOf = [&](double alpha, std::int64_t rank) {
            return alpha / (isSet("use_rslora") ? std::sqrt(static_cast<double>(rank)) : static_cast<double>(rank));
        };
        state.scale = scaleOf(state.alpha, state.initRank);
        for (const auto& [module, parts] : m_parts) {
            const std::int64_t rank = checkShapes(module, parts, false);
            const double expected = patternValue("rank_pattern", module).value_or(static_cast<double>(state.initRank));
            if (expected != std::floor(expected) || expected > 1e6)
                fail(makeMessage("rank_pattern of %1 must be an integer up to 1000000.", module));
            if (static_cast<double>(rank) != expected)
                failRank(module, rank, static_cast<std::int64_t>(expected));
            const double scale = scaleOf(patternValue("alpha_pattern", module).value_or(state.alpha), rank);
            const at::Tensor lambda = at::full({rank}, scale / state.scale, parts.a.options());
            state.modules.push_back({module, parts.b, lambda, parts.a, {}});
        }
        sortModules(state.modules);
        return state;
    }

    fs::path m_folder;
    fs::path m_configFile;
    Json m_config;
    std::map<std::string, Parts> m_parts;
};

} // namespace

AdapterState readAdapter(const fs::path& folder)
{
    return AdapterReader(folder).read();
}

fs::path adapterFolderIn(const fs::path& path)
{
    for (const fs::path& folder : {path, path / "adapter"}) {
        if (fileExists(folder / "adapter_config.json"))
            return folder;
    }
    return {};
}

} // namespace spectune
