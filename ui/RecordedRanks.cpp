// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RecordedRanks.h"

#include "training/config/TargetSelection.h"
#include "training/core/MatrixNames.h"
#include "ui/ConfigForm.h"
#include "ui/RunFolders.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>
#include <numeric>

namespace spectune {

namespace {

struct ParsedName {
    int layer = 0;
    std::string kind;
};

// "model.layers.3.self_attn.q_proj": the first number is the layer, the last part the kind.
ParsedName parseName(const std::string& name)
{
    ParsedName parsed;
    parsed.kind = name.substr(name.rfind('.') + 1);
    std::size_t begin = 0;
    while (begin < name.size()) {
        const std::size_t end = std::min(name.find('.', begin), name.size());
        const std::string part = name.substr(begin, end - begin);
        if (!part.empty() && part.size() < 6
            && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; })) {
            parsed.layer = std::stoi(part);
            break;
        }
        begin = end + 1;
    }
    return parsed;
}

void takeRankMap(ModuleLayout& layout, const RunConfig& config, const ResolvedRun& resolved)
{
    if (!usesRankMap(config))
        return;
    for (const ModuleInfo& module : layout.modules) {
        layout.ranks.push_back(initialRankOf(config, resolved, module.name));
        layout.initRank = std::max(layout.initRank, layout.ranks.back()); // a set-up may have errors still
    }
}

/// Of the newest checkpoint; empty: there is none.
std::vector<std::string> modulesOfCheckpoint(const QString& folder)
{
    std::vector<std::string> names;
    const std::vector<std::int64_t> steps = checkpointSteps(folder);
    if (steps.empty())
        return names;
    QFile file(QStringLiteral("%1/checkpoints/step-%2/state.json").arg(folder).arg(steps.back()));
    if (!file.open(QIODevice::ReadOnly))
        return names;
    const QJsonArray modules
        = QJsonDocument::fromJson(file.readAll()).object().value(QStringLiteral("modules")).toArray();
    for (const QJsonValue& module : modules)
        names.push_back(module.toObject().value(QStringLiteral("name")).toString().toStdString());
    return names;
}

} // namespace

void nameModules(RunHistory& history, const RunConfig& config, const QString& folder)
{
    if (!history.modules.empty())
        return;
    history.modules = modulesOfCheckpoint(folder);
    if (!history.modules.empty() || !usesRankMap(config))
        return;
    for (const auto& [name, rank] : config.adalora.rankMap)
        history.modules.push_back(name);
}

std::shared_ptr<const ModuleLayout> layoutFromHistory(RunHistory& history, std::int64_t initRank)
{
    if (history.modules.empty())
        return nullptr;
    std::vector<ParsedName> names;
    for (const std::string& name : history.modules)
        names.push_back(parseName(name));
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = initRank;
    for (const ParsedName& name : names) {
        layout->layerCount = std::max<std::int64_t>(layout->layerCount, name.layer + 1);
        if (std::find(layout->kinds.begin(), layout->kinds.end(), name.kind) == layout->kinds.end())
            layout->kinds.push_back(name.kind);
    }
    std::sort(layout->kinds.begin(), layout->kinds.end(), [](const std::string& a, const std::string& b) {
        return std::pair(matrixOrder(a), a) < std::pair(matrixOrder(b), b);
    });
    const auto kindAt = [&layout](const std::string& kind) {
        return std::find(layout->kinds.begin(), layout->kinds.end(), kind) - layout->kinds.begin();
    };
    std::vector<std::size_t> order(names.size());
    std::iota(order.begin(), order.end(), std::size_t {0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return std::pair(names[a].layer, kindAt(names[a].kind)) < std::pair(names[b].layer, kindAt(names[b].kind));
    });
    for (const std::size_t index : order)
        layout->modules.push_back({history.modules[index], LayerIndex {names[index].layer},
            KindIndex {static_cast<std::int32_t>(kindAt(names[index].kind))}, 0, 0});
    for (MaskEvent& event : history.events) {
        std::vector<std::int32_t> sorted;
        for (const std::size_t index : order)
            sorted.push_back(index < event.ranks.size() ? event.ranks[index] : 0);
        event.ranks = std::move(sorted);
    }
    for (std::size_t i = 0; i < order.size(); ++i)
        history.modules[i] = layout->modules[i].name;
    return layout;
}

std::shared_ptr<const ModuleLayout> layoutFromHistory(
    RunHistory& history, const RunConfig& config, const ResolvedRun& resolved)
{
    const std::shared_ptr<const ModuleLayout> named = layoutFromHistory(history, resolved.initRank);
    if (!named)
        return nullptr;
    return withRankMap(named, config, resolved);
}

std::shared_ptr<const ModuleLayout> withRankMap(
    std::shared_ptr<const ModuleLayout> layout, const RunConfig& config, const ResolvedRun& resolved)
{
    if (!usesRankMap(config))
        return layout;
    auto mapped = std::make_shared<ModuleLayout>(*layout);
    takeRankMap(*mapped, config, resolved);
    return mapped;
}

std::shared_ptr<const ModuleLayout> layoutFromSetup(const ConfigForm& form)
{
    if (!form.model())
        return nullptr;
    const ModelSummary& model = *form.model();
    const std::vector<bool> ticked = form.targets();
    auto layout = std::make_shared<ModuleLayout>();
    layout->layerCount = model.layers;
    layout->initRank = form.resolved().initRank;
    for (const MatrixShape& matrix : model.matrices)
        layout->kinds.push_back(matrix.kind);
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        if (!ticked[i])
            continue;
        const std::size_t layer = i / model.matrices.size();
        const std::size_t kind = i % model.matrices.size();
        const MatrixShape& matrix = model.matrices[kind];
        layout->modules.push_back(
            {matrixPath(static_cast<std::int64_t>(layer), matrix.kind), LayerIndex {static_cast<std::int32_t>(layer)},
                KindIndex {static_cast<std::int32_t>(kind)}, matrix.inFeatures, matrix.outFeatures});
    }
    takeRankMap(*layout, form.config(), form.resolved());
    return layout;
}

std::shared_ptr<const RankSnapshot> snapshotFromEvents(
    std::shared_ptr<const ModuleLayout> layout, std::span<const MaskEvent> events, std::int64_t step)
{
    if (!layout)
        return nullptr;
    auto snapshot = std::make_shared<RankSnapshot>();
    const auto modules = layout->modules.size();
    snapshot->step = step;
    snapshot->hasTriplets = events.empty(); // before the first event all are kept
    snapshot->modules.resize(modules);
    snapshot->triplets.resize(modules * static_cast<std::size_t>(layout->initRank));
    snapshot->budget = events.empty() ? layout->tripletCount() : events.back().budget;
    snapshot->eventStep = events.empty() ? -1 : events.back().step;
    for (std::size_t i = 0; i < modules; ++i) {
        ModuleState& module = snapshot->modules[i];
        const auto full = static_cast<std::int32_t>(layout->rankOf({static_cast<std::int32_t>(i)}));
        module.rank = events.empty() ? full : events.back().ranks[i];
        for (std::int64_t place = full; place < layout->initRank; ++place) // those that a rank map leaves empty
            snapshot->triplets[i * static_cast<std::size_t>(layout->initRank) + static_cast<std::size_t>(place)].kept
                = false;
        const std::int32_t before = events.size() < 2 ? full : events[events.size() - 2].ranks[i];
        module.lostAtLastEvent = std::max(before - module.rank, 0);
        module.backAtLastEvent = std::max(module.rank - before, 0);
    }
    snapshot->layout = std::move(layout);
    return snapshot;
}

} // namespace spectune
