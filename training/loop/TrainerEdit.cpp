// SPDX-License-Identifier: GPL-3.0-or-later
// What a live edit changes in a trainer: every step reads the configuration anew, so it is enough to exchange it.
#include "training/loop/Trainer.h"

namespace spectune {

void Trainer::edit(const RunConfig& config, const ResolvedRun& resolved)
{
    const bool otherGamma = config.adalora.gamma != m_config.adalora.gamma;
    m_config = config;
    m_resolved = resolved;
    m_allocator.setSchedule(resolved.schedule);
    if (otherGamma && m_graphs)
        m_graphs->forget(); // a recording holds γ as a number
}

} // namespace spectune
