// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/SnapshotEvent.h"

namespace spectune {

MaskEvent maskEventOf(const RankSnapshot& snapshot)
{
    MaskEvent event {.step = snapshot.eventStep, .budget = snapshot.budget, .ranks = {}, .pruned = 0, .revived = 0};
    for (const ModuleState& module : snapshot.modules) {
        event.ranks.push_back(module.rank);
        event.pruned += module.lostAtLastEvent;
        event.revived += module.backAtLastEvent;
    }
    return event;
}

} // namespace spectune
