// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LoadedRun.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/config/Validation.h"
#include "ui/RecordedRanks.h"
#include "ui/RunFolders.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <numeric>

namespace spectune {

namespace {

/// A run of fixed rank has no masking event; its checkpoints name its matrices. Empty: there is none.
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

RunConfig LoadedRun::configAtEnd() const
{
    RunConfig edited = config;
    for (const AppliedEdit& edit : edits)
        repeatEdit(edited, edit, static_cast<std::int64_t>(ranks.size()));
    return edited;
}

std::int64_t LoadedRun::keptTriplets() const
{
    return std::accumulate(ranks.begin(), ranks.end(), std::int64_t {0});
}

LoadedRun loadRun(const QString& folder)
{
    LoadedRun run;
    run.folder = folder;
    const std::filesystem::path path = folder.toStdString();
    run.config = loadConfig(path / "config.json");
    run.edits = editsOfRun(path);
    run.history = loadHistory(path);
    if (run.history.modules.empty())
        run.history.modules = modulesOfCheckpoint(folder);
    RunFacts facts;
    facts.matrices = static_cast<std::int64_t>(run.history.modules.size());
    const auto initRank = resolveRun(run.config, facts).initRank;
    run.layout = layoutFromHistory(run.history, initRank);
    if (run.layout)
        run.ranks = run.history.events.empty()
            ? std::vector<std::int32_t>(run.layout->modules.size(), static_cast<std::int32_t>(initRank))
            : run.history.events.back().ranks;
    return run;
}

} // namespace spectune
