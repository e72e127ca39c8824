// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RankMaps.h"

#include "training/config/ConfigFile.h"
#include "training/config/TargetSelection.h"
#include "training/core/Error.h"
#include "training/monitor/RunHistory.h"
#include "ui/ConfigForm.h"
#include "ui/RecordedRanks.h"
#include "ui/RunFolders.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

QString ranksFile(const QString& runFolder)
{
    return QDir(runFolder).filePath(QStringLiteral("ranks.jsonl"));
}

/// Of a model of 126 layers whose every matrix has the rank 8192; more is a damaged file.
constexpr std::int64_t mostTriplets = std::int64_t {1} << 23;

/// The colours of the grid go up to it. @throws Error naming the file that has more than any model
std::int64_t initialRank(const QString& runFolder, const RunHistory& history)
{
    const QString configuration = QDir(runFolder).filePath(QStringLiteral("config.json"));
    const std::vector<std::int32_t>& ranks = history.events.back().ranks;
    const std::int64_t largest = *std::max_element(ranks.begin(), ranks.end());
    const std::int64_t begun = loadConfig(configuration.toStdString()).adalora.initRank.value_or(0);
    const std::int64_t rank = std::max<std::int64_t>({1, largest, begun});
    if (rank > mostTriplets / static_cast<std::int64_t>(ranks.size()))
        throw ioError("%1: no model can have the rank %2 in each of %3 matrices. Restore the file from a copy.",
            (largest >= begun ? ranksFile(runFolder) : configuration).toStdString(), rank, ranks.size());
    return rank;
}

} // namespace

std::shared_ptr<const RankSnapshot> fixedRankMap(const ConfigForm& form)
{
    const std::shared_ptr<const ModuleLayout> adapted = layoutFromSetup(form);
    const std::int64_t matrices = form.facts().matrices;
    if (!adapted || matrices < 1)
        return nullptr;
    if (!adapted->ranks.empty())
        return snapshotFromEvents(adapted, {}, 0);
    const ResolvedRun run = form.resolved();
    const std::int64_t budget
        = allocatesBudget(form.config().method) ? run.schedule.targetBudget : run.initRank * matrices;
    auto layout = std::make_shared<ModuleLayout>(*adapted);
    const std::int64_t rank
        = std::max<std::int64_t>(1, std::llround(static_cast<double>(budget) / static_cast<double>(matrices)));
    layout->initRank = std::max(run.initRank, rank); // the colours of the run that is set up
    auto snapshot = std::make_shared<RankSnapshot>(*snapshotFromEvents(layout, {}, 0));
    for (ModuleState& module : snapshot->modules)
        module.rank = static_cast<std::int32_t>(rank);
    snapshot->budget = rank * matrices;
    return snapshot;
}

std::shared_ptr<const RankSnapshot> learnedRankMap(const QString& runFolder)
{
    RunHistory history = loadLastEvent(runFolder.toStdString());
    if (history.events.empty())
        throw ioError(
            "%1: records no masking event. Choose a run of adalora or prune-lora.", ranksFile(runFolder).toStdString());
    const std::int64_t initRank = initialRank(runFolder, history);
    const std::shared_ptr<const ModuleLayout> layout = layoutFromHistory(history, initRank);
    auto snapshot
        = std::make_shared<RankSnapshot>(*snapshotFromEvents(layout, history.events, history.events.back().step));
    snapshot->eventStep = -1; // what is shown is the map, not the last change
    return snapshot;
}

RankMap rankMapOf(const RankSnapshot& ranks)
{
    RankMap map;
    for (std::size_t i = 0; i < ranks.modules.size(); ++i)
        map.emplace(ranks.layout->modules[i].name, ranks.modules[i].rank);
    return map;
}

void useRankMap(ConfigForm& form, const RankMap& map)
{
    const std::vector<std::string> kinds = form.matrixKinds();
    std::vector<bool> ticked;
    for (std::int64_t layer = 0; form.model() && layer < form.model()->layers; ++layer)
        for (const std::string& kind : kinds)
            ticked.push_back(map.contains(matrixPath(layer, kind)));
    const auto set
        = [&form](const char* key, const FieldValue& value) { form.setValue(QString::fromLatin1(key), value); };
    if (std::find(ticked.begin(), ticked.end(), true)
        != ticked.end()) { // else the map is another model's: its issue says so
        form.setTargets(ticked);
    }
    const double perRank = form.config().adalora.alpha.value_or(0.0) / static_cast<double>(form.resolved().initRank);
    if (allocatesBudget(form.config().method))
        set("method.name", std::string(toString(fixedRankMethod(form.config().method))));
    set("adalora.init_rank", FieldValue {});
    set("adalora.total_budget", FieldValue {});
    set("adalora.rank_map", map);
    if (perRank > 0.0) // s = alpha / initial rank stays
        set("adalora.alpha", perRank * static_cast<double>(form.resolved().initRank));
}

QStringList runsWithRanks(const QString& root, int most)
{
    QStringList found;
    for (const QFileInfo& entry : QDir(root).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Time)) {
        const QString folder = entry.filePath();
        if (found.size() < most && isRunFolder(folder) && QFileInfo(ranksFile(folder)).size() > 0)
            found << folder;
    }
    return found;
}

} // namespace spectune
