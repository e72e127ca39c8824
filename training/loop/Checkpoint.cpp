// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Checkpoint.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "training/config/JsonText.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/io/Safetensors.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <sstream>
#include <string>
#include <vector>

namespace spectune {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* stateFile = "state.json";
constexpr const char* tensorFile = "state.safetensors";
/// 2: the Q's of modules that read one input are neighbours (see ArenaOrder).
constexpr int schema = 2;

std::string generatorName(std::size_t shard)
{
    return "generator." + std::to_string(shard);
}

json describeLayout(const ModuleLayout& layout)
{
    json modules = json::array();
    for (const ModuleInfo& module : layout.modules)
        modules.push_back({{"name", module.name}, {"layer", module.layer.value},
            {"kind", layout.kinds[module.kind.at()]}, {"in", module.inFeatures}, {"out", module.outFeatures}});
    for (std::size_t i = 0; i < layout.ranks.size(); ++i) // with a rank map alone: all others have init_rank
        modules[i]["rank"] = layout.ranks[i];
    return modules;
}

/// Of a file that may have been changed by hand. @throws Error (Io)
void checkRanks(const fs::path& folder, const ModuleLayout& layout)
{
    const bool good = layout.ranks.empty() || layout.ranks.size() == layout.modules.size();
    const bool inRange = std::ranges::all_of(
        layout.ranks, [&layout](std::int64_t rank) { return rank >= 0 && rank <= layout.initRank; });
    if (!good || !inRange)
        throw ioError(
            "%1: \"rank\" must stand in all modules or in none, from 0 to init_rank. Use another checkpoint of "
            "this run.",
            folder / stateFile);
}

ModuleLayout layoutOf(const fs::path& folder, const json& state)
{
    ModuleLayout layout;
    layout.initRank = state.at("init_rank").get<std::int64_t>();
    for (const json& entry : state.at("modules")) {
        layout.modules.push_back({.name = entry.at("name").get<std::string>(),
            .layer = {entry.at("layer").get<std::int32_t>()},
            .kind = {},
            .inFeatures = entry.at("in").get<std::int64_t>(),
            .outFeatures = entry.at("out").get<std::int64_t>()});
        if (entry.contains("rank"))
            layout.ranks.push_back(entry.at("rank").get<std::int64_t>());
    }
    checkRanks(folder, layout);
    return layout;
}

/// state.json, with every fault of its form as an Error that names the file.
template <typename Read>
auto readState(const fs::path& folder, Read read)
{
    const fs::path file = folder / stateFile;
    try {
        const json state = readJson(file);
        if (!state.is_object())
            throw ioError("%1 is broken (it holds no JSON object). Use another checkpoint of this run.", file);
        if (const int found = state.at("schema").get<int>(); found != schema)
            throw ioError(
                "%1 has schema %2, this version of Spectune reads %3. Go on with the version that wrote it; its "
                "adapter can be exported there.",
                file, found, schema);
        return read(state);
    } catch (const json::exception& fault) {
        throw ioError("%1 is broken (%2). Use another checkpoint of this run.", file, fault.what());
    }
}

AdapterState adapterFrom(const ArenaOrder& order, const ModuleLayout& layout, const at::Tensor& values)
{
    AdapterState adapter;
    adapter.initRank = layout.initRank;
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        adapter.modules.push_back({.module = layout.modules[static_cast<std::size_t>(i)].name,
            .p = order.pT(values, {i}).t().contiguous(),
            .lambda = order.lambda(values, {i}).contiguous(),
            .q = order.q(values, {i}).contiguous(),
            .kept = {}});
    }
    return adapter;
}

at::Tensor checkedTensor(const SafetensorsFile& file, const std::string& name, at::IntArrayRef shape)
{
    at::Tensor tensor = file.tensor(name);
    if (tensor.sizes() != shape)
        throw ioError("%1: the tensor %2 does not have the shape that this run needs.", file.path(), name);
    return tensor;
}

/// A scale as it is told in a text: the digits that name alpha's choice, not s's last bits.
std::string shortNumber(double value)
{
    std::ostringstream text;
    text << std::setprecision(4) << value;
    return text.str();
}

/// @throws Error (Config) where the rank map is another than that of the checkpoint
void checkSameRanks(const fs::path& folder, const ModuleLayout& saved, const ModuleLayout& now)
{
    for (std::int32_t i = 0; i < static_cast<std::int32_t>(now.modules.size()); ++i) {
        if (saved.rankOf({i}) != now.rankOf({i}))
            throw configError("adalora.rank_map makes the rank of %1 %2, but %3 has %4. Resume with the run's own "
                              "config.json.",
                now[{i}].name, now.rankOf({i}), folder, saved.rankOf({i}));
    }
}

void checkSameRun(const fs::path& folder, const json& state, const Trainer& trainer, const ResolvedRun& resolved)
{
    const ModuleLayout saved = layoutOf(folder, state);
    const ModuleLayout& now = trainer.layout();
    const std::string method = state.at("method").get<std::string>();
    if (method != toString(trainer.method()))
        throw configError("method.name is %1, but %2 was made with %3. Resume with the run's own config.json.",
            toString(trainer.method()), folder, method);
    if (saved.initRank != now.initRank)
        throw configError("adalora.init_rank is %1, but %2 has %3. Resume with the run's own config.json.",
            now.initRank, folder, saved.initRank);
    // The triplets were trained under their scale: another one would multiply ΔW on the spot.
    const auto scale = state.at("scale").get<double>();
    if (std::abs(scale - resolved.scale) > 1e-9 * std::abs(scale))
        throw configError(
            "adalora.alpha is %1 (s = %2), but %3 was trained with %4 (s = %5). Resume with the run's own "
            "config.json.",
            shortNumber(resolved.alpha), shortNumber(resolved.scale), folder,
            shortNumber(state.at("alpha").get<double>()), shortNumber(scale));
    bool same = saved.modules.size() == now.modules.size();
    for (std::size_t i = 0; same && i < saved.modules.size(); ++i)
        same = saved.modules[i].name == now.modules[i].name && saved.modules[i].inFeatures == now.modules[i].inFeatures
            && saved.modules[i].outFeatures == now.modules[i].outFeatures;
    if (!same)
        throw configError("adalora.targets, adalora.layers or adalora.modules choose other matrices than %1 has, or "
                          "model.path is another model. Resume with the run's own config.json.",
            folder);
    checkSameRanks(folder, saved, now);
}

/// @return false where dropout cannot go on as it was: with another number of threads, or on another device
bool restoreGenerators(const SafetensorsFile& file, Trainer& trainer)
{
    bool same = true;
    std::size_t count = 0;
    for (at::Generator generator : trainer.generators()) {
        const std::string name = generatorName(count++);
        const bool fits = file.contains(name) && file.tensor(name).numel() == generator.get_state().numel();
        if (fits)
            generator.set_state(file.tensor(name).clone());
        same = same && fits;
    }
    return same && !file.contains(generatorName(count));
}

} // namespace

AdapterState adapterState(const Trainer& trainer, const ResolvedRun& resolved)
{
    AdapterState adapter = adapterFrom(ArenaOrder(trainer.layout()), trainer.layout(), trainer.state().values.cpu());
    adapter.method = trainer.method();
    adapter.alpha = resolved.alpha;
    adapter.scale = resolved.scale;
    return adapter;
}

void saveCheckpoint(const fs::path& folder, const Trainer& trainer, const RunConfig& config,
    const ResolvedRun& resolved, const RunPosition& position)
{
    std::error_code fault;
    fs::create_directories(folder.parent_path(), fault);
    if (fault)
        throw ioError("The folder %1 could not be made: %2.", folder.parent_path(), fault.message());
    AtomicDirectory target(folder);
    const json state {{"schema", schema}, {"step", position.step}, {"optimizer_steps", trainer.optimizer().steps()},
        {"epoch", position.data.epoch}, {"epoch_index", position.data.index}, {"loss_limit", position.lossLimit},
        {"samples", position.samples}, {"data_bytes", position.dataBytes}, {"method", toString(trainer.method())},
        {"init_rank", trainer.layout().initRank}, {"alpha", resolved.alpha}, {"scale", resolved.scale},
        {"modules", describeLayout(trainer.layout())}};
    const ArenaState arena = trainer.state();
    std::vector<NamedTensor> tensors {{"values", arena.values}, {"first_moment", arena.firstMoment},
        {"second_moment", arena.secondMoment}, {"sensitivity", arena.sensitivity}, {"uncertainty", arena.uncertainty}};
    for (auto& [name, tensor] : trainer.allocator().state())
        tensors.push_back({"allocator." + name, tensor});
    for (std::size_t i = 0; const at::Generator& generator : trainer.generators())
        tensors.push_back({generatorName(i++), generator.get_state()});
    writeSafetensors(target.path() / tensorFile, tensors);
    writeFileAtomically(target.path() / "config.json", toJson(config));
    writeFileAtomically(target.path() / stateFile, state.dump(1) + "\n");
    target.commit();
}

RunPosition loadCheckpoint(const fs::path& folder, Trainer& trainer, const ResolvedRun& resolved)
{
    return readState(folder, [&](const json& state) {
        checkSameRun(folder, state, trainer, resolved);
        const SafetensorsFile file(folder / tensorFile);
        const std::int64_t size = trainer.arena().order.size();
        const std::int64_t trained = trainer.trainableParameters();
        trainer.allocator().restore([&](const std::string& name, at::IntArrayRef shape) {
            return checkedTensor(file, "allocator." + name, shape);
        });
        const bool sameDraws = restoreGenerators(file, trainer);
        trainer.restore({.values = checkedTensor(file, "values", {size}),
                            .firstMoment = checkedTensor(file, "first_moment", {trained}),
                            .secondMoment = checkedTensor(file, "second_moment", {trained}),
                            .sensitivity = checkedTensor(file, "sensitivity", {size}),
                            .uncertainty = checkedTensor(file, "uncertainty", {size})},
            state.at("optimizer_steps").get<std::int64_t>());
        return RunPosition {.step = state.at("step").get<std::int64_t>(),
            .data
            = {.epoch = state.at("epoch").get<std::int64_t>(), .index = state.at("epoch_index").get<std::int64_t>()},
            .lossLimit = state.value("loss_limit", 0.0), // checkpoints of earlier versions have none of these
            .samples = state.value("samples", std::int64_t {-1}),
            .dataBytes = state.value("data_bytes", std::int64_t {-1}),
            .sameDraws = sameDraws};
    });
}

bool looksWhole(const fs::path& folder)
{
    try {
        return readState(folder, [&folder](const json& state) {
            (void)layoutOf(folder, state);
            return SafetensorsFile(folder / tensorFile).contains("values");
        });
    } catch (const Error&) {
        return false;
    }
}

AdapterState adapterOfCheckpoint(const fs::path& folder)
{
    return readState(folder, [&](const json& state) {
        const ModuleLayout layout = layoutOf(folder, state);
        const ArenaOrder order(layout);
        const SafetensorsFile file(folder / tensorFile);
        AdapterState adapter = adapterFrom(order, layout, checkedTensor(file, "values", {order.size()}));
        RunConfig config;
        setFieldValue(config, "method.name", FieldValue(state.at("method").get<std::string>()));
        adapter.method = config.method;
        adapter.alpha = state.at("alpha").get<double>();
        adapter.scale = state.at("scale").get<double>();
        return adapter;
    });
}

} // namespace spectune
