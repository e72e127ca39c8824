// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/GgufAdapter.h"

#include "training/core/Error.h"
#include "training/io/AdapterNames.h"
#include "training/io/GgufFile.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <array>
#include <map>

namespace spectune {

namespace {

constexpr const char* architecture = "llama"; ///< llama.cpp has Mistral under it, too
constexpr const char* headsKey = "llama.attention.head_count";
constexpr const char* keyHeadsKey = "llama.attention.head_count_kv";

struct Names {
    std::string_view module; ///< in the block
    std::string_view gguf;
};

constexpr std::array<Names, 7> blockNames {{{"self_attn.q_proj", "attn_q"}, {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"}, {"self_attn.o_proj", "attn_output"}, {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"}, {"mlp.down_proj", "ffn_down"}}};

/// 0: the rows stay as they are.
std::int64_t rotatedHeads(std::string_view ggufBase, std::int64_t heads, std::int64_t keyHeads)
{
    if (ggufBase.ends_with("attn_q"))
        return heads;
    return ggufBase.ends_with("attn_k") ? keyHeads : 0;
}

at::Tensor interleaved(const at::Tensor& rows, std::int64_t heads, std::int64_t outer)
{
    const std::int64_t inner = outer > 0 ? rows.size(0) / heads / outer : 0;
    if (heads * outer * inner != rows.size(0))
        throw configError("A matrix of %1 rows cannot be split into %2 heads of an even size.", rows.size(0), heads);
    return rows.reshape({heads, outer, inner, rows.size(1)}).transpose(1, 2).reshape(rows.sizes());
}

struct Halves {
    at::Tensor a;
    at::Tensor b;
};

class GgufAdapterReader {
public:
    explicit GgufAdapterReader(const std::filesystem::path& path)
        : m_path(path.string())
        , m_file(GgufFile::read(path))
    {
        require("general.type", "adapter");
        require("adapter.type", "lora");
        require("general.architecture", architecture);
    }

    [[nodiscard]] AdapterState read() const
    {
        const auto* alpha = m_file.find<float>("adapter.lora.alpha");
        if (alpha == nullptr)
            throw ioError("%1: has no adapter.lora.alpha.", m_path);
        AdapterState state {.method = Method::Lora, .initRank = 0, .alpha = 0.0, .scale = 1.0, .modules = {}};
        for (const auto& [base, parts] : pairs()) {
            if (!parts.a.defined() || !parts.b.defined() || parts.a.dim() != 2 || parts.b.dim() != 2
                || parts.a.size(0) != parts.b.size(1))
                throw ioError("%1: %2 needs a lora_a [r, in] and a lora_b [out, r] of numbers.", m_path, base);
            const std::int64_t rank = parts.a.size(0);
            if (parts.a.numel() == 0
                || parts.b.numel() == 0) // rank · 0 elements cost a file nothing, whatever the rank
                throw ioError("%1: lora_a or lora_b of %2 has no elements.", m_path, base);
            const double scale = *alpha == 0.0F ? 1.0 : *alpha / static_cast<double>(rank);
            at::Tensor b = parts.b.to(at::kFloat, false, true);
            if (const std::int64_t heads = rotatedHeads(base, count(base, headsKey), count(base, keyHeadsKey)))
                b = toHalves(b, heads);
            state.modules.push_back(
                {moduleOf(base), b, at::full({rank}, scale, at::kFloat), parts.a.to(at::kFloat, false, true), {}});
            state.initRank = std::max(state.initRank, rank);
        }
        state.alpha
            = static_cast<double>(state.initRank); // alpha / r is the scale 1; what a module differs by is in its λ
        sortModules(state.modules);
        return state;
    }

private:
    void require(const char* key, const std::string& expected) const
    {
        const auto* found = m_file.find<std::string>(key);
        if (found == nullptr)
            throw configError("%1: %2 is missing; a LoRA adapter has \"%3\".", m_path, key, expected);
        if (*found != expected)
            throw configError("%1: %2 is \"%3\"; a LoRA adapter has \"%4\".", m_path, key, *found, expected);
    }

    [[nodiscard]] std::map<std::string, Halves> pairs() const
    {
        std::map<std::string, Halves> found;
        for (const NamedTensor& item : m_file.tensors()) {
            constexpr std::string_view endings[] {".weight.lora_a", ".weight.lora_b"};
            const bool isA = item.name.ends_with(endings[0]);
            if (!isA && !item.name.ends_with(endings[1]))
                throw configError("%1: the tensor %2 is no lora_a or lora_b of a matrix.", m_path, item.name);
            Halves& parts = found[item.name.substr(0, item.name.size() - endings[0].size())];
            (isA ? parts.a : parts.b) = item.tensor;
        }
        return found;
    }

    /// Heads of q or k; other matrices need none.
    [[nodiscard]] std::int64_t count(const std::string& base, const char* key) const
    {
        if (rotatedHeads(base, 1, 1) == 0)
            return 0;
        const auto* found = m_file.find<std::uint32_t>(key);
        if (found == nullptr || *found == 0)
            throw configError(
                "%1: has no %2, which the order of the rows of %3 depends on. Spectune's own exports have it.", m_path,
                key, base);
        return *found;
    }

    [[nodiscard]] std::string moduleOf(const std::string& base) const
    {
        const std::size_t dot = base.rfind('.');
        for (const Names& names : blockNames) {
            if (base.rfind("blk.", 0) == 0 && dot != std::string::npos && base.substr(dot + 1) == names.gguf)
                return "model.layers." + base.substr(4, dot - 3) + std::string(names.module);
        }
        throw configError("%1: %2 is no matrix of a block that Spectune adapts.", m_path, base);
    }

    std::string m_path;
    GgufFile m_file;
};

} // namespace

std::optional<std::filesystem::path> ggufAdapterIn(const std::filesystem::path& path)
{
    std::error_code error;
    if (path.extension() == ".gguf" && std::filesystem::is_regular_file(path, error))
        return path;
    if (std::filesystem::exists(path / ggufAdapterFile, error))
        return path / ggufAdapterFile;
    return std::nullopt;
}

std::string ggufName(std::string_view module)
{
    const std::string layer = std::to_string(layerOf(module));
    for (const Names& names : blockNames) {
        if (module == "model.layers." + layer + "." + std::string(names.module))
            return "blk." + layer + "." + std::string(names.gguf);
    }
    throw configError(
        "%1: llama.cpp has no name for this matrix in its llama architecture, so gguf-lora cannot hold it. "
        "Take peft-lora or merged.",
        module);
}

at::Tensor toNeighbours(const at::Tensor& rows, std::int64_t heads)
{
    return interleaved(rows, heads, 2);
}

at::Tensor toHalves(const at::Tensor& rows, std::int64_t heads)
{
    return interleaved(rows, heads, rows.size(0) / heads / 2);
}

void writeGgufAdapter(const std::filesystem::path& file, const std::vector<KeptRows>& rows, double scale,
    const ModelSpec& base, const std::string& name, const std::string& baseModel)
{
    GgufFile gguf;
    gguf.set("general.architecture", std::string(architecture));
    gguf.set("general.type", std::string("adapter"));
    gguf.set("general.name", name);
    gguf.set("general.alignment", std::uint32_t {32});
    gguf.set("general.file_type", std::uint32_t {0}); // all float32
    gguf.set("general.base_model.count", std::uint32_t {1});
    gguf.set("general.base_model.0.name", baseModel);
    gguf.set("adapter.type", std::string("lora"));
    gguf.set("adapter.lora.alpha", 0.0F);
    gguf.set(headsKey, static_cast<std::uint32_t>(base.heads));
    gguf.set(keyHeadsKey, static_cast<std::uint32_t>(base.kvHeads));
    for (const KeptRows& module : rows) {
        const std::string tensor = ggufName(module.module);
        if (module.rank() == 0)
            continue;
        at::Tensor b = module.scaledP(scale);
        if (const std::int64_t heads = rotatedHeads(tensor, base.heads, base.kvHeads))
            b = toNeighbours(b, heads);
        gguf.add(tensor + ".weight.lora_a", module.q.to(at::kFloat).contiguous());
        gguf.add(tensor + ".weight.lora_b", b.to(at::kFloat).contiguous());
    }
    gguf.write(file);
}

AdapterState readGgufAdapter(const std::filesystem::path& file)
{
    return GgufAdapterReader(file).read();
}

} // namespace spectune
