// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/WriteHold.h"

#include <algorithm>
#include <utility>

namespace spectune {

WriteHold::WriteHold(Surroundings surroundings, std::optional<std::chrono::seconds> limit)
    : m_surroundings(std::move(surroundings))
    , m_limit(limit)
{
}

bool WriteHold::holdFor(const Failure& failure)
{
    if (!std::exchange(m_held, true))
        begin(failure);
    const std::chrono::seconds left = m_limit ? *m_limit - m_waited : tryAfter;
    if (left.count() <= 0)
        return false;
    const std::chrono::seconds pause = std::min(left, tryAfter);
    m_surroundings.wait(pause);
    m_waited += pause;
    return m_wasStopping || !m_surroundings.stopped();
}

void WriteHold::begin(const Failure& failure)
{
    m_waited = {};
    m_wasStopping = m_surroundings.stopped();
    if (m_limit && m_limit->count() <= 0)
        return; // the run ends, and says why
    const std::string longest = m_limit ? " for " + std::to_string(m_limit->count()) + " s at most" : std::string();
    m_surroundings.tell(failure.message.english() + "\nThe run waits" + longest + " and tries again every "
        + std::to_string(tryAfter.count()) + " s. "
        + (m_wasStopping ? "Ctrl-C quits without saving." : "Ctrl-C gives up."));
}

} // namespace spectune
