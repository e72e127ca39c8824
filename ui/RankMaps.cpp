// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RankMaps.h"

#include "training/config/ConfigFile.h"
#include "training/config/TargetSelection.h"
#include "training/core/Error.h"
#include "training/monitor/HistoryLine.h"
#include "ui/ConfigForm.h"
#include "ui/RecordedRanks.h"
#include "ui/RunFolders.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

QString ranksFile(const QString& runFolder)
{
    return QDir(runFolder).filePath(QStringLiteral("ranks.jsonl"));
}

/// The last whole line of a file; empty where it has none.
QByteArray lastLine(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QByteArray tail;
    for (qint64 chunk = 1 << 14; tail.isEmpty(); chunk *= 8) {
        const qint64 from = std::max<qint64>(0, file.size() - chunk);
        file.seek(from);
        QByteArray text = file.readAll();
        text.truncate(text.lastIndexOf('\n')); // a torn last line is left out
        const qsizetype before = text.lastIndexOf('\n');
        if (before >= 0 || from == 0)
            tail = text.mid(before + 1);
        if (from == 0)
            break;
    }
    return tail;
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
    const QString file = ranksFile(runFolder);
    const QByteArray text = lastLine(file);
    if (text.isEmpty())
        throw ioError("%1: records no masking event. Choose a run of adalora or prune-lora.", file.toStdString());
    HistoryLine line;
    const std::optional<Message> problem
        = line.parse(std::string_view(text.data(), static_cast<std::size_t>(text.size())));
    const HistoryField* step = line.find("step");
    const HistoryField* budget = line.find("budget");
    if (problem || !line.hasRanks() || !step || !budget)
        throw problem ? ioError("%1: its last line is no masking event: %2.", file.toStdString(), *problem)
                      : ioError("%1: its last line is no masking event.", file.toStdString());
    RunHistory history;
    MaskEvent event {.step = step->integer, .budget = budget->integer, .ranks = {}, .pruned = 0, .revived = 0};
    for (std::size_t i = 0; i < line.rankCount(); ++i) {
        history.modules.push_back(line.rank(i).key);
        event.ranks.push_back(static_cast<std::int32_t>(line.rank(i).integer));
    }
    history.events.push_back(std::move(event));
    const RunConfig config = loadConfig(QDir(runFolder).filePath(QStringLiteral("config.json")).toStdString());
    const std::int64_t largest = *std::max_element(history.events[0].ranks.begin(), history.events[0].ranks.end());
    const std::shared_ptr<const ModuleLayout> layout
        = layoutFromHistory(history, std::max<std::int64_t>({1, largest, config.adalora.initRank.value_or(0)}));
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
