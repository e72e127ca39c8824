// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RecordedRun.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "ui/RecordedRanks.h"
#include "ui/RunFolderReader.h"
#include "ui/RunFolders.h"
#include "ui/RunPlotPlan.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <algorithm>
#include <tuple>

namespace spectune {

namespace {

bool isLayoutOf(const ModuleLayout& layout, const std::vector<std::string>& names)
{
    return !names.empty()
        && std::equal(layout.modules.begin(), layout.modules.end(), names.begin(), names.end(),
            [](const ModuleInfo& module, const std::string& name) { return module.name == name; });
}

struct DamageTexts {
    Q_DECLARE_TR_FUNCTIONS(DamageTexts)
};

// What one file has less of than the others. replay.bin alone is a side file, which older runs do not have.
QString damageOf(const RunHistory& history, const ReplayReader& replay, const QString& folder)
{
    const std::int64_t lastReplayed = replay.eventCount() > 0 ? replay.stepOf(replay.eventCount() - 1) : -1;
    const std::int64_t lastEvent = history.events.empty() ? 0 : history.events.back().step;
    if (lastEvent < lastReplayed)
        return DamageTexts::tr("ranks.jsonl ends at step %1, replay.bin at %2: the ranks after that are missing.")
            .arg(formatCount(lastEvent), formatCount(lastReplayed));
    if (history.events.empty())
        return {};
    const std::int64_t lastStep = history.metrics.empty() ? 0 : history.metrics.back().step;
    if (lastStep < lastEvent)
        return DamageTexts::tr("metrics.jsonl ends at step %1, ranks.jsonl at %2: the curves are cut.")
            .arg(formatCount(lastStep), formatCount(lastEvent));
    if (QFileInfo(folder + QStringLiteral("/replay.bin")).size() == 0)
        return {};
    if (replay.eventCount() == 0)
        return DamageTexts::tr("replay.bin cannot be read: past steps show ranks without triplets.");
    if (lastReplayed < lastEvent)
        return DamageTexts::tr("replay.bin ends at step %1, ranks.jsonl at %2: the steps between show ranks alone.")
            .arg(formatCount(lastReplayed), formatCount(lastEvent));
    return {};
}

} // namespace

std::int64_t skippedIn(const std::vector<MetricPoint>& points)
{
    return std::ranges::count_if(points, [](const MetricPoint& point) { return !point.skipped.empty(); });
}

RecordedRun readRecordedRun(const QString& folder)
{
    const QFileInfo info(folder);
    const std::filesystem::path path = info.absoluteFilePath().toStdString();
    RecordedRun run;
    run.folder = info.absoluteFilePath();
    run.name = info.fileName();
    const RunConfig config = loadConfig(path / "config.json");
    run.history = loadHistory(path);
    nameModules(run.history, config, run.folder);
    RunFacts facts;
    facts.matrices = static_cast<std::int64_t>(run.history.modules.size());
    ResolvedRun resolved = resolveRun(config, facts);
    if (resolved.totalSteps <= 0 && !run.history.metrics.empty())
        resolved.totalSteps = resolved.schedule.totalSteps = run.lastStep();
    run.edited.begin(config, resolved, editsOfRun(path));
    run.replay.open(path);
    const auto recorded = run.replay.reader().layout();
    const bool whole = recorded && isLayoutOf(*recorded, run.history.modules);
    // The file has the matrices' sizes, and no rank map.
    run.layout = whole ? withRankMap(recorded, config, resolved) : layoutFromHistory(run.history, config, resolved);
    run.checkpoints = checkpointSteps(run.folder);
    run.hasAdapter = QFileInfo(run.folder + QStringLiteral("/adapter")).isDir();
    const bool inUse = FoldersInUse::now().contains(run.folder);
    std::tie(run.state, run.problem) = stateOfFolder(run.folder, inUse);
    if (run.state != RecordState::Running) // a trainer's files are not written in step
        run.damage = damageOf(run.history, run.replay.reader(), run.folder);
    run.latest = run.replay.at(run.layout, run.history.events, run.lastStep());
    const std::int64_t matrices = run.layout ? facts.matrices : 0;
    run.curves.setPlan(plotPlan(run.edited.config(), run.edited.resolved(), matrices, &run.edited));
    run.curves.setHistory(run.history);
    run.skipped = skippedIn(run.history.metrics);
    return run;
}

} // namespace spectune
