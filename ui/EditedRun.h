// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/LiveEdit.h"

#include <cstdint>
#include <utility>
#include <vector>

namespace spectune {

/// The configuration of a shown run under its live edits: what it began with, what holds now, which schedule held when.
class EditedRun {
public:
    /// A run with the edits that its folder tells.
    void begin(const RunConfig& config, const ResolvedRun& resolved, std::vector<AppliedEdit> edits = {});
    /// The run is resumed with @p config, in which live-editable fields may be those of now; its edits stay.
    void goOn(const RunConfig& config);
    /// The engine goes on from @p step: later edits are done again or not at all. @param resolved as the engine says
    void started(const ResolvedRun& resolved, std::int64_t step);
    /// @returns false for one that is known, as a resumed run tells again what was edited at its checkpoint
    bool add(const AppliedEdit& edit);

    [[nodiscard]] const std::vector<AppliedEdit>& edits() const noexcept { return m_edits; }
    [[nodiscard]] const RunConfig& config() const noexcept { return m_config; } ///< now
    [[nodiscard]] const ResolvedRun& resolved() const noexcept { return m_resolved; } ///< now
    /// The schedule that step @p t (0-based) went by, or will by what is known now.
    [[nodiscard]] const BudgetSchedule& scheduleAt(std::int64_t t) const;

private:
    void replay();

    RunConfig m_begunConfig;
    ResolvedRun m_begunResolved;
    std::vector<AppliedEdit> m_edits; ///< by step
    RunConfig m_config;
    ResolvedRun m_resolved;
    std::vector<std::pair<std::int64_t, BudgetSchedule>> m_schedules {
        {0, BudgetSchedule {}}}; ///< from which t on; the first from 0
};

} // namespace spectune
