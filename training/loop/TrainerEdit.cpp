// SPDX-License-Identifier: GPL-3.0-or-later
// What a live edit changes in a trainer: every step reads the configuration anew, so it is enough to exchange it.
#include "training/loop/Trainer.h"

namespace spectune {

void Trainer::edit(const RunConfig& config, const ResolvedRun& resolved)
{
    // Learning rate and budget come to a step through StepInputs; these two stand as numbers in what was recorded.
    const bool recordsAnew
        = config.adalora.gamma != m_config.adalora.gamma || config.optim.maxGradNorm != m_config.optim.maxGradNorm;
    m_config = config;
    m_resolved = resolved;
    m_allocator.setSchedule(resolved.schedule);
    if (recordsAnew && m_graphs)
        m_graphs->forget();
}

} // namespace spectune
