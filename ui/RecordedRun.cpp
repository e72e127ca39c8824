// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RecordedRun.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "ui/RecordedRanks.h"
#include "ui/RunFolders.h"

#include <QFileInfo>

#include <algorithm>

namespace spectune {

namespace {

bool isLayoutOf(const ModuleLayout& layout, const std::vector<std::string>& names)
{
    return !names.empty()
        && std::equal(layout.modules.begin(), layout.modules.end(), names.begin(), names.end(),
            [](const ModuleInfo& module, const std::string& name) { return module.name == name; });
}

} // namespace

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
    run.layout = whole ? recorded : layoutFromHistory(run.history, config, resolved);
    run.checkpoints = checkpointSteps(run.folder);
    run.latest = run.replay.at(run.layout, run.history.events, run.lastStep());
    return run;
}

} // namespace spectune
