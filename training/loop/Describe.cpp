// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Commands.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/data/Preview.h"
#include "training/io/AdapterFiles.h"
#include "training/io/ExportTarget.h"
#include "training/io/GgufAdapter.h"
#include "training/loop/LibTorchEngine.h"
#include "training/loop/RunFolder.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/RunFiles.h"
#include "training/monitor/RunHistory.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace spectune {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

namespace {

ordered_json describeModel(const std::string& path)
{
    const ModelSummary model = inspectModel(path);
    ordered_json matrices = ordered_json::object();
    for (const MatrixShape& matrix : model.matrices)
        matrices[matrix.kind] = {matrix.outFeatures, matrix.inFeatures};
    return {{"kind", "model"}, {"path", model.path}, {"model_type", model.modelType}, {"layers", model.layers},
        {"hidden_size", model.width}, {"heads", model.heads}, {"kv_heads", model.kvHeads},
        {"vocabulary", model.vocabulary}, {"max_positions", model.maxPositions}, {"parameters", model.parameters},
        {"bytes", model.weightBytes}, {"dtype", model.dtype}, {"tokenizer", model.tokenizer.english()},
        {"matrices", matrices}};
}

ordered_json describeAdapter(const std::string& path, const char* kind)
{
    const AdapterState adapter = loadAdapterState(path);
    ordered_json ranks = ordered_json::object();
    std::int64_t total = 0;
    for (const ModuleAdapter& module : adapter.modules) {
        const auto rank = (module.lambda != 0).sum().item<std::int64_t>();
        ranks[module.module] = rank;
        total += rank;
    }
    return {{"kind", kind}, {"path", path}, {"method", toString(adapter.method)}, {"init_rank", adapter.initRank},
        {"alpha", adapter.alpha}, {"scale", adapter.scale}, {"triplets", total}, {"ranks", ranks}};
}

ordered_json describeRun(const std::string& path)
{
    const RunConfig config = loadConfig(fs::path(path) / "config.json");
    const RunHistory history = loadHistory(path);
    ordered_json run {{"kind", "run"}, {"path", path}, {"method", toString(config.method)},
        {"model", config.model.path}, {"data", config.data.path}, {"total_steps", config.train.steps},
        {"steps", history.metrics.empty() ? 0 : history.metrics.back().step}, {"masking_events", history.events.size()},
        {"finished", !history.metrics.empty() && history.metrics.back().step >= config.train.steps}};
    if (!history.metrics.empty()) {
        run["loss"] = history.metrics.back().loss;
        run["seconds"] = history.metrics.back().seconds;
    }
    if (!history.evaluations.empty())
        run["eval_loss"] = history.evaluations.back().evalLoss;
    if (!history.events.empty()) {
        run["budget"] = history.events.back().budget;
        for (std::size_t i = 0; i < history.modules.size(); ++i)
            run["ranks"][history.modules[i]] = history.events.back().ranks[i];
    }
    if (usesRankMap(config))
        run["rank_map"] = config.adalora.rankMap;
    return run;
}

ordered_json describe(const std::string& path)
{
    const fs::path folder(path);
    std::error_code ignored;
    if (!fileExists(folder))
        throw configError("%1: there is no such folder.", path);
    if (!fs::is_directory(folder, ignored))
        throw configError("%1: is a file. Name the folder of a model, run, checkpoint or adapter.", path);
    if (fileExists(folder / "adapter_config.json"))
        return describeAdapter(path, "adapter");
    if (ggufAdapterIn(folder))
        return describeAdapter(path, "gguf-adapter");
    if (fileExists(folder / "state.json"))
        return describeAdapter(path, "checkpoint");
    if (fileExists(folder / metricsName))
        return describeRun(path);
    if (fileExists(folder / "ranks.jsonl") || fileExists(folder / replay::fileName) || hasCheckpoint(folder))
        throw ioError(
            "%1: is a run's folder, but its metrics.jsonl is missing. Name one of its checkpoints or its adapter/ "
            "instead.",
            path);
    if (!fileExists(folder / "config.json"))
        throw configError("%1: holds no model, run, checkpoint or adapter.", path);
    return describeModel(path);
}

} // namespace

std::string describeFolder(const std::string& path)
{
    ordered_json object = describe(path);
    if (fileExists(fs::path(path) / unverifiedMark))
        object["verified"] = false; // an export whose check failed
    return object.dump(2, ' ', false, ordered_json::error_handler_t::replace);
}

} // namespace spectune
