// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/MergedModel.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/io/ExportTarget.h"
#include "training/io/MergePlan.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <set>
#include <unordered_map>

namespace spectune {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Configuration, tokenizer and licence of a model folder: all but its weights, and what is not about them.
bool isCompanion(const fs::path& file)
{
    static const std::set<std::string> endings {".json", ".model", ".txt", ".jinja", ".tiktoken"};
    const std::string name = file.filename().string();
    if (name.ends_with(".index.json") || name == "adapter_config.json" || name == "config.json")
        return false;
    return endings.count(file.extension().string()) != 0 || name.starts_with("LICENSE") || name.starts_with("NOTICE")
        || name.starts_with("USE_POLICY");
}

std::string shardName(std::size_t index, std::size_t count)
{
    if (count == 1)
        return "model.safetensors";
    std::array<char, 64> name {};
    std::snprintf(name.data(), name.size(), "model-%05zu-of-%05zu.safetensors", index + 1, count);
    return name.data();
}

/// What the comparison of all pieces found.
struct Comparison {
    double maxDifference = 0.0;
    double maxDelta = 0.0;
    double lost = 0.0; ///< Σ (W − (W0 + ΔW))²
    double delta = 0.0; ///< Σ ΔW²

    void add(const MergedPiece& piece, const char* written)
    {
        if (std::memcmp(piece.stored.const_data_ptr(), written, piece.stored.nbytes()) != 0)
            maxDifference = std::max(maxDifference, differenceTo(piece, written));
        if (!piece.delta.defined())
            return;
        maxDelta = std::max(maxDelta, piece.delta.abs().max().item<double>());
        delta += piece.delta.square().sum().item<double>();
        lost += (piece.stored.to(at::kDouble) - piece.exact).square().sum().item<double>();
    }

private:
    /// Never 0, and infinite where there is no telling: bytes of another type, or what is not a number.
    static double differenceTo(const MergedPiece& piece, const char* written)
    {
        const at::Tensor other = at::from_blob(const_cast<char*>(written), piece.stored.sizes(), piece.stored.dtype());
        const double found = (piece.stored.to(at::kDouble) - other.to(at::kDouble)).abs().max().item<double>();
        return found > 0.0 && piece.stored.scalar_type() != at::kByte ? found : std::numeric_limits<double>::infinity();
    }
};

class Merge {
public:
    Merge(const AdapterState& adapter, const ModelFolder& base, const MergeOptions& options)
        : m_base(base)
        , m_options(options)
        , m_scale(adapter.scale)
        , m_rows(keptRows(adapter))
        , m_shards(planMerge(base, m_rows, options.type, options.shardBytes))
    {
        for (const auto& shard : m_shards) {
            for (const MergedTensor& tensor : shard) {
                m_bytes += tensor.plan().bytes();
                ++m_tensors;
            }
        }
    }

    /// Of all weights.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return m_bytes; }

    void write(const fs::path& folder, const RequestContext& context) const
    {
        const auto progress = stageOf(context, makeMessage("Writing"));
        copyCompanions(folder);
        Json map = Json::object();
        std::int64_t done = 0;
        for (std::size_t shard = 0; shard < m_shards.size(); ++shard) {
            std::vector<TensorPlan> plan;
            std::unordered_map<std::string, const MergedTensor*> byName;
            for (const MergedTensor& tensor : m_shards[shard]) {
                plan.push_back(tensor.plan());
                byName[tensor.name] = &tensor;
                map[tensor.name] = shardName(shard, m_shards.size());
            }
            SafetensorsStream file(folder / shardName(shard, m_shards.size()), std::move(plan), {{"format", "pt"}});
            for (const TensorPlan& entry : file.plan()) {
                progress(done++, m_tensors);
                byName.at(entry.name)->forEachPiece(m_scale, [&](const MergedPiece& piece) {
                    context.stop.throwIfStopped();
                    file.write(piece.stored.const_data_ptr(), piece.stored.nbytes());
                });
            }
            file.commit();
        }
        if (m_shards.size() > 1)
            writeFileAtomically(folder / "model.safetensors.index.json",
                Json {{"metadata", {{"total_size", m_bytes}}}, {"weight_map", map}}.dump(2) + '\n');
    }

    /// Opens the folder as any reader would, and computes every tensor once more.
    [[nodiscard]] Comparison compare(const fs::path& folder, const RequestContext& context) const
    {
        const auto progress = stageOf(context, makeMessage("Reading back"));
        const ModelFolder written(folder);
        std::unordered_map<std::string, const SafetensorsFile*> files;
        for (const SafetensorsFile& file : written.files()) {
            for (const TensorInfo& info : file.tensors())
                files[info.name] = &file;
        }
        Comparison found;
        std::int64_t done = 0;
        for (const auto& shard : m_shards) {
            for (const MergedTensor& tensor : shard) {
                progress(done++, m_tensors);
                const char* at = checkedBytes(*files.at(tensor.name), tensor.plan()).data();
                tensor.forEachPiece(m_scale, [&](const MergedPiece& piece) {
                    context.stop.throwIfStopped();
                    found.add(piece, at);
                    at += piece.stored.nbytes();
                });
            }
        }
        return found;
    }

    [[nodiscard]] ExportReport report(const Comparison& found) const
    {
        ExportReport report {.format = "merged", .path = {}, .maxRank = largestRank(m_rows)};
        for (const KeptRows& rows : m_rows)
            ++(rows.rank() == 0 ? report.leftOut : report.modules);
        report.maxDifference = found.maxDifference;
        report.maxDelta = found.maxDelta;
        report.files = static_cast<std::int64_t>(m_shards.size());
        report.dtype = typeOfMerged();
        report.roundingLoss = found.delta > 0.0 ? std::sqrt(found.lost / found.delta) : 0.0;
        if (report.roundingLoss > 0.01) {
            std::array<char, 32> percent {};
            std::snprintf(percent.data(), percent.size(), "%.3g", 100.0 * report.roundingLoss);
            report.note = makeMessage("Rounding W0 + ΔW to %1 changes ΔW by %2 % of its norm; float32 keeps it.",
                report.dtype, percent.data());
        }
        return report;
    }

private:
    static std::string_view checkedBytes(const SafetensorsFile& file, const TensorPlan& plan)
    {
        const TensorInfo& info = file.info(plan.name);
        if (info.dtype != plan.dtype || info.shape != plan.shape)
            throw Error(FailureKind::Internal,
                makeMessage("%1: %2 was read back with another type or shape.", file.path(), plan.name));
        return file.bytes(plan.name);
    }

    [[nodiscard]] std::string typeOfMerged() const
    {
        for (const auto& shard : m_shards) {
            for (const MergedTensor& tensor : shard) {
                if (tensor.rows != nullptr)
                    return std::string(typeName(*tensor.type));
            }
        }
        return m_options.type ? std::string(typeName(*m_options.type)) : m_base.summary().dtype;
    }

    void copyCompanions(const fs::path& folder) const
    {
        std::error_code ignored; // where something cannot be told, fileExists() says so
        for (const fs::path& file : entriesIn(m_base.path())) {
            if (isCompanion(file) && fileExists(file)
                && fs::is_regular_file(file, ignored)) // a link of the Hugging Face cache counts as its file
                writeFileAtomically(folder / file.filename(), readText(file));
        }
        const std::string config = readText(m_base.path() / "config.json");
        if (!m_options.type) {
            writeFileAtomically(folder / "config.json", config);
            return;
        }
        Json json = Json::parse(config); // read before, by ModelFolder
        const bool isNew = json.contains("dtype");
        if (!isNew || json.contains("torch_dtype"))
            json["torch_dtype"] = typeName(*m_options.type);
        if (isNew)
            json["dtype"] = typeName(*m_options.type);
        writeFileAtomically(folder / "config.json", json.dump(2) + '\n');
    }

    const ModelFolder& m_base;
    MergeOptions m_options;
    double m_scale;
    std::vector<KeptRows> m_rows;
    std::vector<std::vector<MergedTensor>> m_shards;
    std::uint64_t m_bytes = 0;
    std::int64_t m_tensors = 0;
};

} // namespace

ExportReport writeMerged(const AdapterState& adapter, const ModelFolder& base, const fs::path& target,
    const MergeOptions& options, const RequestContext& context)
{
    checkExportTarget(target);
    const Merge merge(adapter, base, options);
    checkFreeSpace(target, merge.bytes());
    AtomicDirectory folder(target, AtomicDirectory::Existing::Refuse);
    merge.write(folder.path(), context);
    ExportReport report = merge.report(merge.compare(folder.path(), context));
    report.path = target.string();
    concludeExport(folder, report, 0.0);
    return report;
}

} // namespace spectune
