// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LoadedRun.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/config/Validation.h"
#include "ui/RecordedRanks.h"

#include <numeric>

namespace spectune {

RunConfig LoadedRun::configAtEnd() const
{
    RunConfig edited = config;
    for (const AppliedEdit& edit : edits) {
        repeatEdit(edited, edit, static_cast<std::int64_t>(ranks.size()));
        if (ranks.empty() && edit.key == "adalora.target_rank")
            edited.adalora.totalBudget.reset(); // how many matrices it is times is not known: derived anew at a start
    }
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
    run.curve = comparedCurve(run.history);
    nameModules(run.history, run.config, folder);
    RunFacts facts;
    facts.matrices = static_cast<std::int64_t>(run.history.modules.size());
    run.layout = layoutFromHistory(run.history, run.config, resolveRun(run.config, facts));
    if (!run.layout)
        return run;
    if (!run.history.events.empty())
        run.ranks = run.history.events.back().ranks;
    else
        for (std::int32_t i = 0; i < static_cast<std::int32_t>(run.layout->modules.size()); ++i)
            run.ranks.push_back(static_cast<std::int32_t>(run.layout->rankOf({i})));
    return run;
}

} // namespace spectune
