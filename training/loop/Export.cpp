// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Export.h"

#include "training/config/ConfigFile.h"
#include "training/config/JsonText.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/io/AdapterFiles.h"
#include "training/io/GgufAdapter.h"
#include "training/io/MergedModel.h"
#include "training/loop/Checkpoint.h"
#include "training/loop/LibTorchEngine.h"
#include "training/loop/RunFolder.h"
#include "training/monitor/RunFiles.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>

namespace spectune {

namespace {

namespace fs = std::filesystem;

/// The run that a source belongs to: itself, that of a checkpoint, or that of its adapter/.
fs::path runOf(const std::string& source)
{
    const fs::path folder = runFolderOf(source);
    if (folder.filename() == "adapter" && fileExists(folder.parent_path() / metricsName))
        return folder.parent_path();
    return folder;
}

/// The configuration with the values in force at what is exported: the checkpoint's, where edits of the run stand in
/// it, else the run's. Empty for an adapter of no run; a config.json beside that is its model's.
fs::path configOf(const std::string& source, const fs::path& run)
{
    const bool isCheckpoint = fileExists(fs::path(source) / "state.json");
    if (!isCheckpoint && !fileExists(run / metricsName))
        return {};
    try {
        const fs::path file = newestCheckpoint(isCheckpoint ? fs::path(source) : run) / "config.json";
        if (fileExists(file))
            return file;
    } catch (const Error&) { // none was kept
        return run / "config.json";
    }
    return run / "config.json";
}

/// base_model_name_or_path of an adapter that belongs to no run; empty where it has none.
std::string baseOfAdapter(const fs::path& folder)
{
    const fs::path file = folder / "adapter_config.json";
    if (!fileExists(file))
        return {};
    const nlohmann::json json = readJson(file);
    const auto found = json.is_object() ? json.find("base_model_name_or_path") : json.end();
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// What an export says of its origin, as far as the source's folder knows it.
AdapterMeta metaOf(const ExportAdapter& request, const AdapterState& adapter)
{
    AdapterMeta meta;
    const fs::path folder = runOf(request.source);
    meta.name = folder.filename().string();
    const fs::path file = configOf(request.source, folder);
    if (!file.empty() && fileExists(file)) {
        meta.config = loadConfig(file);
        meta.baseModel = meta.config.model.path;
        RunFacts facts;
        facts.matrices = static_cast<std::int64_t>(adapter.modules.size());
        meta.resolved = resolveRun(meta.config, facts);
    } else {
        meta.baseModel = baseOfAdapter(request.source);
    }
    if (!request.model.empty())
        meta.baseModel = request.model;
    const fs::path config = fs::path(meta.baseModel) / "config.json";
    if (!meta.baseModel.empty() && fileExists(config)) { // it may have moved away since
        meta.spec = ModelSpec::fromJson(readText(config), config.string());
        meta.baseLayers = meta.spec->layers;
    }
    return meta;
}

std::optional<at::ScalarType> typeOf(const std::string& dtype)
{
    if (dtype.empty())
        return std::nullopt;
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kHalf, at::kDouble}) {
        if (typeName(type) == dtype)
            return type;
    }
    throw configError("--dtype is %1, must be float32, bfloat16, float16 or float64.", dtype);
}

void checkRequest(const ExportAdapter& request)
{
    if (std::find(exportFormats.begin(), exportFormats.end(), request.format) == exportFormats.end()) {
        std::string known;
        for (const std::string_view format : exportFormats)
            known += (known.empty() ? "" : ", ") + std::string(format);
        throw configError("There is no format \"%1\". There are %2.", request.format, known);
    }
    if (!request.dtype.empty() && request.format != "merged")
        throw configError("--dtype goes with the format merged alone; adapters are written in float32.");
    if (request.shardBytes <= 0)
        throw configError("--shard-size is %1 bytes, must be above 0.", request.shardBytes);
}

ExportReport writeIn(const ExportAdapter& request, const AdapterState& adapter, const RequestContext& context)
{
    const AdapterMeta meta = metaOf(request, adapter);
    if (request.format != "merged")
        return writeAdapter(adapter, request.format, request.target, meta, context);
    if (meta.baseModel.empty())
        throw configError(
            "%1 does not say which model it was trained on. Name its folder with --model.", request.source);
    if (!fileExists(meta.baseModel))
        throw configError("The base model is not in %1. Name its folder with --model.", meta.baseModel);
    const MergeOptions options {
        .type = typeOf(request.dtype), .shardBytes = static_cast<std::uint64_t>(request.shardBytes)};
    return writeMerged(adapter, ModelFolder(meta.baseModel), request.target, options, context);
}

/// The checkpoint that loadAdapterState() takes; empty where that takes an adapter.
fs::path checkpointOf(const std::string& source)
{
    if (fileExists(fs::path(source) / "adapter_config.json") || ggufAdapterIn(source) || !hasCheckpoint(source))
        return {};
    return newestCheckpoint(source);
}

} // namespace

ExportReport exportAdapter(const ExportAdapter& request, const RequestContext& context)
{
    checkRequest(request);
    const fs::path checkpoint = checkpointOf(request.source); // once: while the run goes on there may come another
    const Message passed = passedOverIn(request.source);
    ExportReport report
        = writeIn(request, loadAdapterState(checkpoint.empty() ? request.source : checkpoint.string()), context);
    if (checkpoint.empty())
        return report;
    report.step = stepIn(checkpoint);
    if (!passed.empty())
        report.note = report.note.empty() ? passed : makeMessage("%1 %2", passed, report.note);
    return report;
}

} // namespace spectune
