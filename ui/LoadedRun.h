// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"
#include "training/config/RunConfig.h"
#include "training/monitor/RunHistory.h"
#include "visualization/CompareCurves.h"

#include <QString>

#include <cstdint>
#include <memory>
#include <vector>

namespace spectune {

/// A run's files as values, for comparing. Immutable once loaded.
struct LoadedRun {
    std::int64_t id = 0;
    QString folder;
    RunConfig config; ///< that it began with
    std::vector<AppliedEdit> edits; ///< made while it went on, by step
    RunHistory history;
    ComparedCurve curve; ///< its losses over the steps, with the usual smoothing
    std::shared_ptr<const ModuleLayout> layout; ///< null: neither a masking event nor a checkpoint names the matrices
    std::vector<std::int32_t> ranks; ///< at the end, in the layout's order

    [[nodiscard]] RunConfig configAtEnd() const; ///< with the edits
    [[nodiscard]] std::int64_t keptTriplets() const;
    [[nodiscard]] std::int64_t lastStep() const { return history.metrics.empty() ? 0 : history.metrics.back().step; }
};

/// Reads a run's folder; needs no model. @throws Error (Config, Io) naming the file
[[nodiscard]] LoadedRun loadRun(const QString& folder);

} // namespace spectune
