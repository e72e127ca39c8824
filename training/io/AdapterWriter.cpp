// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/io/AdapterFiles.h"
#include "training/io/AdapterNames.h"
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

/// The rows of one module that its file holds, in float64.
struct KeptRows {
    std::string module;
    at::Tensor p; ///< [out, r]
    at::Tensor lambda; ///< [r]
    at::Tensor q; ///< [r, in]
    std::vector<bool> pattern; ///< [init rank]

    [[nodiscard]] std::int64_t rank() const { return q.size(0); }
};

KeptRows keptRows(const ModuleAdapter& adapter, std::int64_t initRank)
{
    const at::Tensor q = adapter.q.detach().to(at::kCPU, at::kDouble);
    const at::Tensor p = adapter.p.detach().to(at::kCPU, at::kDouble);
    const at::Tensor lambda = adapter.lambda.defined() ? adapter.lambda.detach().to(at::kCPU, at::kDouble)
                                                       : at::ones({q.size(0)}, at::kDouble);
    const auto slots = static_cast<std::size_t>(std::max(initRank, q.size(0)));
    const std::vector<bool> present = adapter.kept.empty() ? std::vector<bool>(slots, true) : adapter.kept;
    if (!adapter.kept.empty() && std::count(present.begin(), present.end(), true) != q.size(0))
        throw Error(FailureKind::Internal, adapter.module + ": its rows do not fit its pattern of kept triplets.");
    KeptRows rows {
        .module = adapter.module, .p = {}, .lambda = {}, .q = {}, .pattern = std::vector<bool>(slots, false)};
    std::vector<std::int64_t> picked;
    std::int64_t row = 0;
    for (std::size_t slot = 0; slot < present.size() && row < q.size(0); ++slot) {
        if (!present[slot])
            continue;
        if (lambda[row].item<double>() != 0.0) {
            rows.pattern[slot] = true;
            picked.push_back(row);
        }
        ++row;
    }
    const at::Tensor index = at::tensor(picked, at::kLong);
    rows.p = p.index_select(1, index);
    rows.lambda = lambda.index_select(0, index);
    rows.q = q.index_select(0, index);
    return rows;
}

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
    {
        for (const ModuleAdapter& module : adapter.modules) {
            m_rows.push_back(keptRows(module, adapter.initRank));
            if (module.p.scalar_type() == at::kDouble)
                m_dtype = at::kDouble;
            m_maxRank = std::max(m_maxRank, m_rows.back().rank());
        }
        if (m_maxRank == 0 && format != "peft-adalora")
            throw configError(
                "Every λ of this adapter is 0: it changes nothing, and PEFT has no LoRA of rank 0. Train first.");
    }

    void write(const fs::path& folder)
    {
        const Json config = m_format == "peft-adalora" ? fillAdaLora() : fillLora();
        writeFileAtomically(folder / "adapter_config.json", config.dump(1) + '\n');
        writeSafetensors(folder / "adapter_model.safetensors", m_tensors, {{"format", "pt"}});
    }

    [[nodiscard]] ExportReport report() const
    {
        ExportReport report {.format = m_format, .path = {}, .maxRank = m_maxRank};
        for (const KeptRows& rows : m_rows)
            ++(rows.rank() == 0 && m_format != "peft-adalora" ? report.leftOut : report.modules);
        report.vllmMaxRank = m_format == "peft-adalora" ? 0 : vllmMaxRank(m_maxRank);
        return report;
    }
    [[nodiscard]] bool isDouble() const { return m_dtype == at::kDouble; }

private:
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

    Json fillAdaLora()
    {
        // Files of a LoRA run have another s: its ratio to PEFT's goes into Λ, so that ΔW stays what it is.
        const double fileScale = m_adapter.alpha / (static_cast<double>(m_adapter.initRank) + 1e-5);
        const double ratio = m_adapter.scale == fileScale ? 1.0 : m_adapter.scale / fileScale;
        std::vector<std::string> written;
        Json pattern = Json::object();
        for (const KeptRows& rows : m_rows) {
            add(rows, ".lora_A", rows.q);
            add(rows, ".lora_B", rows.p);
            add(rows, ".lora_E", (rows.lambda * ratio).unsqueeze(1));
            written.push_back(rows.module);
            pattern[rows.module + ".lora_E"] = rows.pattern;
        }
        Json config = commonConfig("ADALORA", written);
        const AdaLoraConfig& adalora = m_meta.config.adalora;
        const BudgetSchedule& schedule = m_meta.resolved.schedule;
        // PEFT refuses a configuration with tinit >= total_step − tfinal, as methods of fixed rank would have.
        const std::int64_t steps = std::max<std::int64_t>(1, schedule.totalSteps);
        const bool allocates = allocatesBudget(m_adapter.method) && schedule.warmUpEnd < steps - schedule.finalSteps;
        config.update({{"init_r", m_adapter.initRank},
            {"target_r", allocates ? std::min(adalora.targetRank, m_adapter.initRank) : m_adapter.initRank},
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
            at::Tensor b = rows.p * (rows.lambda * m_adapter.scale);
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
    std::vector<NamedTensor> m_tensors;
    at::ScalarType m_dtype = at::kFloat;
    std::int64_t m_maxRank = 0;
};

void checkFormat(std::string_view format)
{
    if (format == "peft-adalora" || format == "peft-lora-padded" || format == "peft-lora")
        return;
    constexpr const char* known = " Written are peft-adalora, peft-lora-padded and peft-lora.";
    if (format == "gguf-lora" || format == "merged")
        throw configError("The format " + std::string(format) + " is not written yet." + known);
    throw configError("There is no format \"" + std::string(format) + "\"." + known);
}

void checkTarget(const fs::path& target)
{
    std::error_code error;
    if (target.empty())
        throw configError("The export needs a folder to write to.");
    if (fs::exists(target, error) && !fs::is_directory(target, error))
        throw configError(target.string() + ": is a file; the export makes a folder of its own.");
    if (fs::is_directory(target, error) && !fs::is_empty(target, error))
        throw configError(target.string() + ": exists and is not empty; name a new folder.");
}

} // namespace

ExportReport writeAdapter(
    const AdapterState& adapter, std::string_view format, const fs::path& target, const AdapterMeta& meta)
{
    checkFormat(format);
    checkTarget(target);
    AdapterWriter writer(adapter, format, meta);
    AtomicDirectory folder(target);
    writer.write(folder.path());
    ExportReport report = writer.report();
    report.path = target.string();
    const DeltaDifference difference = compareDeltas(adapter, readAdapter(folder.path()));
    report.maxDifference = difference.maxDifference;
    report.maxDelta = difference.maxDelta;
    // Rounding alone: each factor's element carries one rounding of its type, and ranks are small.
    const double allowed = (writer.isDouble() ? 1e-12 : 1e-5) * difference.maxDelta;
    if (!(difference.maxDifference <= allowed))
        throw Error(FailureKind::Internal,
            target.string() + ": what was written gives another ΔW than the engine's (by "
                + std::to_string(difference.maxDifference) + "); nothing was kept.");
    for (const fs::directory_entry& entry : fs::directory_iterator(folder.path()))
        report.bytes += static_cast<std::int64_t>(entry.file_size());
    folder.commit();
    return report;
}

std::int64_t vllmMaxRank(std::int64_t rank) noexcept
{
    constexpr std::array<std::int64_t, 8> offered {8, 16, 32, 64, 128, 256, 320, 512};
    const auto* found = std::lower_bound(offered.begin(), offered.end(), rank);
    return found == offered.end() ? 0 : *found;
}

} // namespace spectune
