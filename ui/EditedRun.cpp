// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/EditedRun.h"

#include <algorithm>

namespace spectune {

void EditedRun::begin(const RunConfig& config, const ResolvedRun& resolved, std::vector<AppliedEdit> edits)
{
    m_begunConfig = config;
    m_begunResolved = resolved;
    m_edits = std::move(edits);
    replay();
}

void EditedRun::goOn(const RunConfig& config)
{
    RunConfig begun = config;
    if (!m_edits.empty()) {
        for (const std::string& key : liveKeys())
            setFieldValue(begun, key, fieldValue(m_begunConfig, key));
    }
    m_begunConfig = begun;
    replay();
}

void EditedRun::started(const ResolvedRun& resolved, std::int64_t step)
{
    std::erase_if(m_edits, [step](const AppliedEdit& edit) { return edit.step > step; });
    if (m_edits.empty())
        m_begunResolved = resolved;
    replay();
}

bool EditedRun::add(const AppliedEdit& edit)
{
    const bool known
        = std::ranges::any_of(m_edits, [&edit](const AppliedEdit& other) { return isSameEdit(other, edit); });
    if (known)
        return false;
    m_edits.push_back(edit);
    replay();
    return true;
}

const BudgetSchedule& EditedRun::scheduleAt(std::int64_t t) const
{
    auto schedule = m_schedules.rbegin();
    while (std::next(schedule) != m_schedules.rend() && schedule->first > t)
        ++schedule;
    return schedule->second;
}

void EditedRun::replay()
{
    m_config = m_begunConfig;
    m_resolved = m_begunResolved;
    m_schedules.assign(1, {0, m_resolved.schedule});
    if (m_edits.empty())
        return;
    const std::int64_t matrices = m_resolved.matrices;
    m_config = withResolved(m_config, m_resolved);
    for (const AppliedEdit& edit : m_edits) {
        repeatEdit(m_config, edit, matrices);
        m_resolved = resolveRun(m_config, {.matrices = matrices});
        m_schedules.emplace_back(edit.step, m_resolved.schedule);
    }
}

} // namespace spectune
