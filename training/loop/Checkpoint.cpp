// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Checkpoint.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "training/config/JsonText.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/io/Safetensors.h"
#include "training/loop/RunFolder.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <limits>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace spectune {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr const char* stateFile = "state.json";
constexpr const char* tensorFile = "state.safetensors";
/// 2: the Q's of modules that read one input are neighbours (see ArenaOrder).
constexpr int schema = 2;
/// Of steps, samples and bytes: what a double still holds to the last digit.
constexpr std::int64_t mostCounted = std::int64_t {1} << 53U;

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

/// The values of state.json, or of an object in it, which may have been changed by hand.
/// @throws Error (Io) naming the file and the key where one is missing or not what it must be
class StateValues {
public:
    StateValues(const fs::path& folder, const json& object, std::string place = {})
        : m_folder(folder)
        , m_object(object)
        , m_place(std::move(place))
    {
        if (!object.is_object())
            refuse(m_place.empty() ? makeMessage("it holds no JSON object") : makeMessage("%1 is no object", m_place));
    }

    [[noreturn]] void refuse(const Message& why) const
    {
        throw ioError("%1 is broken (%2). Use another checkpoint of this run.", m_folder / stateFile, why);
    }

    [[nodiscard]] bool has(const char* key) const { return m_object.contains(key); }

    [[nodiscard]] const json& at(const char* key) const
    {
        const auto found = m_object.find(key);
        if (found == m_object.end())
            refuse(makeMessage("\"%1\" is missing", placeOf(key)));
        return *found;
    }

    [[nodiscard]] std::int64_t whole(const char* key, std::int64_t least, std::int64_t most = mostCounted) const
    {
        const json& value = at(key);
        const bool fits = value.is_number_integer()
            && !(value.is_number_unsigned() && value.get<std::uint64_t>() > static_cast<std::uint64_t>(most));
        if (!fits || value.get<std::int64_t>() < least || value.get<std::int64_t>() > most)
            refuse(makeMessage("\"%1\" is no whole number from %2 to %3", placeOf(key), least, most));
        return value.get<std::int64_t>();
    }

    [[nodiscard]] double number(const char* key, bool mayBeZero = false) const
    {
        const json& value = at(key);
        if (!value.is_number() || value.get<double>() < 0.0 || (!mayBeZero && value.get<double>() == 0.0))
            refuse(makeMessage("\"%1\" is no number above 0", placeOf(key)));
        return value.get<double>();
    }

    [[nodiscard]] std::string text(const char* key) const
    {
        const json& value = at(key);
        if (!value.is_string())
            refuse(makeMessage("\"%1\" is no text", placeOf(key)));
        return value.get<std::string>();
    }

private:
    [[nodiscard]] std::string placeOf(const char* key) const { return m_place + (m_place.empty() ? "" : ".") + key; }

    const fs::path& m_folder;
    const json& m_object;
    std::string m_place; ///< "modules[3]"; empty: the file's outermost object
};

/// @throws Error (Io)
void checkRanks(const StateValues& state, const ModuleLayout& layout)
{
    const bool good = layout.ranks.empty() || layout.ranks.size() == layout.modules.size();
    const bool inRange = std::ranges::all_of(
        layout.ranks, [&layout](std::int64_t rank) { return rank >= 0 && rank <= layout.initRank; });
    if (!good || !inRange)
        state.refuse(makeMessage("\"rank\" must stand in all modules or in none, from 0 to init_rank"));
}

ModuleLayout layoutOf(const fs::path& folder, const StateValues& state)
{
    constexpr std::int64_t largestSide = std::int64_t {1} << 24U; // far above any model
    ModuleLayout layout;
    layout.initRank = state.whole("init_rank", 1, largestSide);
    const json& modules = state.at("modules");
    if (!modules.is_array())
        state.refuse(makeMessage("\"modules\" is no list"));
    for (const json& entry : modules) {
        const StateValues module(folder, entry, "modules[" + std::to_string(layout.modules.size()) + "]");
        layout.modules.push_back({.name = module.text("name"),
            .layer = {static_cast<std::int32_t>(module.whole("layer", 0, std::numeric_limits<std::int32_t>::max()))},
            .kind = {},
            .inFeatures = module.whole("in", 1, largestSide),
            .outFeatures = module.whole("out", 1, largestSide)});
        if (module.has("rank"))
            layout.ranks.push_back(module.whole("rank", 0));
    }
    checkRanks(state, layout);
    return layout;
}

/// The steps done, which a folder's name tells as well: everything after it would be cut off.
std::int64_t stepOf(const fs::path& folder, const StateValues& state)
{
    const std::int64_t step = state.whole("step", 0);
    const std::int64_t named = stepOfCheckpoint(folder.has_filename() ? folder : folder.parent_path());
    if (named >= 0 && named != step)
        state.refuse(makeMessage("\"step\" is %1, but the folder is that of step %2", step, named));
    return step;
}

/// state.json, with every fault of its form as an Error that names the file.
template <typename Read>
auto readState(const fs::path& folder, Read read)
{
    const json object = readJson(folder / stateFile);
    const StateValues state(folder, object);
    if (const std::int64_t found = state.whole("schema", 0); found != schema)
        throw ioError("%1 has schema %2, this version of Spectune reads %3. Go on with the version that wrote it; its "
                      "adapter can be exported there.",
            folder / stateFile, found, schema);
    return read(state);
}

/// The checkpoint's tensors. @throws Error (Io)
SafetensorsFile tensorsOf(const fs::path& folder)
{
    try {
        return SafetensorsFile(folder / tensorFile);
    } catch (const Error& fault) {
        throw Error(
            fault.kind(), makeMessage("%1 Use another checkpoint of this run.", fault.message()), fault.detail());
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

void checkSameRun(const fs::path& folder, const StateValues& state, const Trainer& trainer, const ResolvedRun& resolved)
{
    const ModuleLayout saved = layoutOf(folder, state);
    const ModuleLayout& now = trainer.layout();
    const std::string method = state.text("method");
    if (method != toString(trainer.method()))
        throw configError("method.name is %1, but %2 was made with %3. Resume with the run's own config.json.",
            toString(trainer.method()), folder, method);
    if (saved.initRank != now.initRank)
        throw configError("adalora.init_rank is %1, but %2 has %3. Resume with the run's own config.json.",
            now.initRank, folder, saved.initRank);
    // The triplets were trained under their scale: another one would multiply ΔW on the spot.
    const auto scale = state.number("scale");
    if (std::abs(scale - resolved.scale) > 1e-9 * std::abs(scale))
        throw configError(
            "adalora.alpha is %1 (s = %2), but %3 was trained with %4 (s = %5). Resume with the run's own "
            "config.json.",
            shortNumber(resolved.alpha), shortNumber(resolved.scale), folder, shortNumber(state.number("alpha")),
            shortNumber(scale));
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
    return readState(folder, [&](const StateValues& state) {
        checkSameRun(folder, state, trainer, resolved);
        const SafetensorsFile file = tensorsOf(folder);
        const std::int64_t step = stepOf(folder, state);
        const std::int64_t updates = state.whole("optimizer_steps", 0, step); // skipped steps have none
        RunPosition position {.step = step,
            .data = {.epoch = state.whole("epoch", 0), .index = state.whole("epoch_index", 0)},
            // Checkpoints of earlier versions have none of these.
            .lossLimit = state.has("loss_limit") ? state.number("loss_limit", /*mayBeZero=*/true) : 0.0,
            .samples = state.has("samples") ? state.whole("samples", -1) : -1,
            .dataBytes = state.has("data_bytes") ? state.whole("data_bytes", -1) : -1};
        const std::int64_t size = trainer.arena().order.size();
        const std::int64_t trained = trainer.trainableParameters();
        trainer.allocator().restore([&](const std::string& name, at::IntArrayRef shape) {
            return checkedTensor(file, "allocator." + name, shape);
        });
        position.sameDraws = restoreGenerators(file, trainer);
        trainer.restore({.values = checkedTensor(file, "values", {size}),
                            .firstMoment = checkedTensor(file, "first_moment", {trained}),
                            .secondMoment = checkedTensor(file, "second_moment", {trained}),
                            .sensitivity = checkedTensor(file, "sensitivity", {size}),
                            .uncertainty = checkedTensor(file, "uncertainty", {size})},
            updates);
        return position;
    });
}

bool looksWhole(const fs::path& folder)
{
    try {
        return readState(folder, [&folder](const StateValues& state) {
            (void)layoutOf(folder, state);
            (void)stepOf(folder, state);
            return SafetensorsFile(folder / tensorFile).contains("values");
        });
    } catch (const Error&) {
        return false;
    }
}

std::int64_t stepIn(const fs::path& folder)
{
    return readState(folder, [&folder](const StateValues& state) { return stepOf(folder, state); });
}

AdapterState adapterOfCheckpoint(const fs::path& folder)
{
    return readState(folder, [&](const StateValues& state) {
        const ModuleLayout layout = layoutOf(folder, state);
        (void)stepOf(folder, state);
        const ArenaOrder order(layout);
        const SafetensorsFile file = tensorsOf(folder);
        AdapterState adapter = adapterFrom(order, layout, checkedTensor(file, "values", {order.size()}));
        RunConfig config;
        setFieldValue(config, "method.name", FieldValue(state.text("method")));
        adapter.method = config.method;
        adapter.alpha = state.number("alpha");
        adapter.scale = state.number("scale");
        return adapter;
    });
}

} // namespace spectune
