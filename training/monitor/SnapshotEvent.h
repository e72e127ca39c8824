// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"
#include "training/monitor/RankSnapshot.h"

namespace spectune {

/// Ranks, pruned and revived counts of the snapshot's last masking event, with its budget.
[[nodiscard]] MaskEvent maskEventOf(const RankSnapshot& snapshot);

} // namespace spectune
