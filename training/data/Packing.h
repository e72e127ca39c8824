// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Batcher.h"
#include "training/nn/PackedBatch.h"

namespace spectune {

/// The samples of @p batch end to end on @p device. @pre batch.targetCount > 0
[[nodiscard]] PackedBatch packed(const Batch& batch, at::Device device);

} // namespace spectune
