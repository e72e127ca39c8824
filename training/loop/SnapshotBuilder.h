// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/loop/Trainer.h"
#include "training/monitor/RankSnapshot.h"

#include <memory>

namespace spectune {

/// What the views show of the trainer as it stands, with @p step steps done. All numbers are packed on the device and
/// copied once.
[[nodiscard]] std::shared_ptr<const RankSnapshot> buildSnapshot(
    const Trainer& trainer, std::int64_t step, std::int64_t budget);

} // namespace spectune
