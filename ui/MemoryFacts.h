// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/MemoryChanges.h"
#include "visualization/MemoryBar.h"

#include <QString>

#include <optional>
#include <vector>

namespace spectune {

class ConfigForm;

/// What the set-up as it stands needs of memory, and what its device has.
struct MemoryFacts {
    ModelShape shape;
    MemoryPlace place;
    RunConfig config; ///< data.format as it was decided
    RunFacts facts;
    MemoryEstimate estimate;
    std::int64_t total = 0; ///< of the device; 0: not known
    std::int64_t free = 0; ///< what a run could take; 0: not known

    /// Nothing while the model is not known.
    [[nodiscard]] static std::optional<MemoryFacts> of(const ConfigForm& form);

    [[nodiscard]] bool isDeviceKnown() const { return free > 0; }
    [[nodiscard]] bool fits() const { return estimate.total() <= free; }
    /// The bar's parts with their names; the CUDA context is part of the last.
    [[nodiscard]] std::vector<MemoryPart> parts() const;
    /// What would make it fit; nothing where it does, or where the device is not known.
    [[nodiscard]] std::vector<MemoryChange> changes() const;
};

/// "Micro-batch size 2", "Gradient checkpointing": what a change is.
[[nodiscard]] QString changeText(const MemoryChange& change);
/// The same behind "with", as short as a button needs it: "micro-batch 2", "checkpointing".
[[nodiscard]] QString changePhrase(const MemoryChange& change);
/// What it costs: "same steps, slower", "cuts longer samples".
[[nodiscard]] QString changeCost(const MemoryChange& change);

} // namespace spectune
