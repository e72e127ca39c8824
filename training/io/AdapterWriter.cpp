// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/io/AdapterFiles.h"
#include "training/io/AdapterNames.h"
#include "training/io/ExportTarget.h"
#include "training/io/GgufAdapter.h"
#include "training/io/KeptRows.h"
#include "training/io/Safetensors.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace spectune {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// JSON wants 24, not 24.0, where a number is whole: Ollama reads lora_alpha as an unsigned integer.
Json wholeWherePossible(double value)
{
    if (value == std::floor(value) && std::abs(value) < 1e15)
        return static_cast<std::int64_t>(value);
    return value;
}

class AdapterWriter {
public:
    AdapterWriter(const AdapterState& adapter, std::string_view format, const AdapterMeta& meta)
        : m_adapter(adapter)
        , m_meta(meta)
        , m_format(format)
        , m_rows(keptRows(adapter))
        , m_maxRank(largestRank(m_rows))
    {
        const auto isDouble = [](const ModuleAdapter& module) { return module.p.scalar_type() == at::kDouble; };
        if (format != "gguf-lora" && std::any_of(adapter.modules.begin(), adapter.modules.end(), isDouble))
            m_dtype = at::kDouble;
        if (m_maxRank == 0 && format != "peft-adalora")
            throw configError(
                "Every λ of this adapter is 0: it changes nothing, and there is no LoRA of rank 0. Train first.");
        if (format == "gguf-lora")
            checkBase();
    }

    void write(const fs::path& folder)
    {
        if (m_format == "gguf-lora") {
            writeGgufAdapter(
                folder / ggufAdapterFile, m_rows, m_adapter.scale, *m_meta.spec, m_meta.name, m_meta.baseModel);
            return;
        }
        const Json config = m_format == "peft-adalora" ? fillAdaLora() : fillLora();
        writeFileAtomically(
            folder / "adapter_config.json", config.dump(1, ' ', false, Json::error_handler_t::replace) + '\n');
        writeSafetensors(folder / "adapter_model.safetensors", m_tensors, {{"format", "pt"}});
    }

    [[nodiscard]] AdapterState readBack(const fs::path& folder) const
    {
        return m_format == "gguf-lora" ? readGgufAdapter(folder / ggufAdapterFile) : readAdapter(folder);
    }

    [[nodiscard]] ExportReport report() const
    {
        ExportReport report {.format = m_format, .path = {}, .maxRank = m_maxRank, .files = 1};
        for (const KeptRows& rows : m_rows)
            ++(rows.rank() == 0 && m_format != "peft-adalora" ? report.leftOut : report.modules);
        if (m_format == "peft-lora" || m_format == "peft-lora-padded")
            report.vllmMaxRank = vllmMaxRank(m_maxRank);
        if (m_format == "gguf-lora" && m_meta.spec->slidingWindow)
            report.note
                = makeMessage("llama.cpp computes this model without its sliding window of %1 tokens: longer texts "
                              "come out differently there.",
                    *m_meta.spec->slidingWindow);
        return report;
    }
    /// Tensors alone, in bytes; the texts beside them are small.
    [[nodiscard]] std::uint64_t expectedBytes() const
    {
        std::int64_t numbers = 0;
        for (const KeptRows& rows : m_rows)
            numbers += (m_format == "peft-lora-padded" ? m_maxRank : rows.rank()) * (rows.p.size(0) + rows.q.size(1));
        return static_cast<std::uint64_t>(numbers) * c10::elementSize(m_dtype);
    }
    /// Rounding alone: each factor's element carries one rounding of its type, and ranks are small.
    [[nodiscard]] double allowed(double maxDelta) const { return (m_dtype == at::kDouble ? 1e-12 : 1e-5) * maxDelta; }

private:
    /// llama.cpp's order of rows needs the base's heads, and every matrix a name there.
    void checkBase() const
    {
        if (!m_meta.spec)
            throw m_meta.baseModel.empty()
                ? configError(
                    "gguf-lora needs the config.json of the base model, for its number of heads. Name the base "
                    "model's folder with --model.")
                : configError(
                    "gguf-lora needs the config.json of the base model, for its number of heads, and it is not "
                    "in %1. Name the base model's folder with --model.",
                    m_meta.baseModel);
        for (const KeptRows& rows : m_rows)
            (void)ggufName(rows.module);
        checkFits(m_rows, *m_meta.spec, m_meta.baseModel);
    }

    void add(const KeptRows& rows, const char* part, const at::Tensor& tensor)
    {
        m_tensors.push_back({"base_model.model." + rows.module + part, tensor.to(m_dtype).contiguous()});
    }

    [[nodiscard]] Json commonConfig(const char* type, const std::vector<std::string>& written) const
    {
        return {{"peft_type", type}, {"task_type", "CAUSAL_LM"}, {"base_model_name_or_path", m_meta.baseModel},
            {"revision", nullptr}, {"inference_mode", true}, {"auto_mapping", nullptr}, {"bias", "none"},
            {"fan_in_fan_out", false}, {"init_lora_weights", true}, {"layers_to_transform", nullptr},
            {"layers_pattern", nullptr}, {"modules_to_save", nullptr},
            {"target_modules", targetModules(written, m_meta.baseLayers)}};
    }

    /// PEFT's init_r: there is one for all modules, while a LoRA's rank_pattern may give some of them more than r.
    [[nodiscard]] std::int64_t slotsOfAll() const
    {
        std::int64_t slots = m_adapter.initRank;
        for (const KeptRows& rows : m_rows)
            slots = std::max(slots, static_cast<std::int64_t>(rows.pattern.size()));
        return slots;
    }

    Json fillAdaLora()
    {
        // Files of a LoRA run have another s: its ratio to PEFT's goes into Λ, so that ΔW stays what it is.
        const std::int64_t slots = slotsOfAll();
        const double fileScale = m_adapter.alpha / (static_cast<double>(slots) + 1e-5);
        const double ratio = m_adapter.scale == fileScale ? 1.0 : m_adapter.scale / fileScale;
        std::vector<std::string> written;
        Json pattern = Json::object();
        for (const KeptRows& rows : m_rows) {
            add(rows, ".lora_A", rows.q);
            add(rows, ".lora_B", rows.p);
            add(rows, ".lora_E", (rows.lambda * ratio).unsqueeze(1));
            written.push_back(rows.module);
            std::vector<bool> kept = rows.pattern;
            kept.resize(static_cast<std::size_t>(slots), false);
            pattern[rows.module + ".lora_E"] = kept;
        }
        Json config = commonConfig("ADALORA", written);
        const AdaLoraConfig& adalora = m_meta.config.adalora;
        const BudgetSchedule& schedule = m_meta.resolved.schedule;
        // PEFT refuses a configuration with tinit >= total_step − tfinal, as methods of fixed rank would have.
        const std::int64_t steps = std::max<std::int64_t>(1, schedule.totalSteps);
        const bool allocates = allocatesBudget(m_adapter.method) && schedule.warmUpEnd < steps - schedule.finalSteps;
        config.update({{"init_r", slots}, {"target_r", allocates ? std::min(adalora.targetRank, slots) : slots},
            {"lora_alpha", wholeWherePossible(m_adapter.alpha)}, {"lora_dropout", adalora.dropout},
            {"tinit", allocates ? schedule.warmUpEnd : 0}, {"tfinal", allocates ? schedule.finalSteps : 0},
            {"deltaT", std::max<std::int64_t>(1, schedule.interval)}, {"beta1", adalora.beta1},
            {"beta2", adalora.beta2}, {"orth_reg_weight", adalora.gamma}, {"total_step", steps},
            {"rank_pattern", pattern}});
        return config;
    }

    /// B' = s·P·diag(λ), A' = Q: the scale alpha/r of every module is 1.
    Json fillLora()
    {
        const bool padded = m_format == "peft-lora-padded";
        std::vector<std::string> written;
        Json ranks = Json::object();
        for (const KeptRows& rows : m_rows) {
            if (rows.rank() == 0)
                continue;
            at::Tensor a = rows.q;
            at::Tensor b = rows.scaledP(m_adapter.scale);
            if (padded && rows.rank() < m_maxRank) {
                const std::int64_t missing = m_maxRank - rows.rank();
                a = at::cat({a, at::zeros({missing, a.size(1)}, a.options())}, 0);
                b = at::cat({b, at::zeros({b.size(0), missing}, b.options())}, 1);
            }
            add(rows, ".lora_A.weight", a);
            add(rows, ".lora_B.weight", b);
            written.push_back(rows.module);
            ranks[rows.module] = rows.rank();
        }
        Json config = commonConfig("LORA", written);
        config.update({{"r", m_maxRank}, {"lora_alpha", m_maxRank}, {"lora_dropout", 0.0},
            {"rank_pattern", padded ? Json::object() : ranks}, {"alpha_pattern", padded ? Json::object() : ranks},
            {"use_rslora", false}, {"use_dora", false}});
        return config;
    }

    const AdapterState& m_adapter;
    const AdapterMeta& m_meta;
    std::string m_format;
    std::vector<KeptRows> m_rows;
    std::int64_t m_maxRank = 0;
    std::vector<NamedTensor> m_tensors;
    at::ScalarType m_dtype = at::kFloat;
};

} // namespace

ExportReport writeAdapter(const AdapterState& adapter, std::string_view format, const fs::path& target,
    const AdapterMeta& meta, const RequestContext& context)
{
    const auto* const last = exportFormats.end() - 1; // merged is no adapter
    if (std::find(exportFormats.begin(), last, format) == last)
        throw configError("There is no adapter format \"%1\".", format);
    checkExportTarget(target);
    AdapterWriter writer(adapter, format, meta);
    checkFreeSpace(target, writer.expectedBytes());
    AtomicDirectory folder(target, AtomicDirectory::Existing::Refuse);
    stageOf(context, makeMessage("Writing"))(0, 0);
    writer.write(folder.path());
    ExportReport report = writer.report();
    report.path = target.string();
    const DeltaDifference difference
        = compareDeltas(adapter, writer.readBack(folder.path()), stageOf(context, makeMessage("Reading back")));
    report.maxDifference = difference.maxDifference;
    report.maxDelta = difference.maxDelta;
    concludeExport(folder, report, writer.allowed(difference.maxDelta));
    return report;
}

std::int64_t vllmMaxRank(std::int64_t rank) noexcept
{
    constexpr std::array<std::int64_t, 8> offered {8, 16, 32, 64, 128, 256, 320, 512};
    const auto* found = std::lower_bound(offered.begin(), offered.end(), rank);
    return found == offered.end() ? 0 : *found;
}

} // namespace spectune
