// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace spectune {

/// Adds up how long the named phases of a step take, one after the other. Used on one thread.
class PhaseClock {
public:
    /// @param settle waits for what a device still does; called at every border, so a clock slows a GPU's step down
    explicit PhaseClock(std::function<void()> settle = {})
        : m_settle(std::move(settle))
    {
    }

    /// Ends the phase before. @param name lives as long as the clock
    void begin(const char* name)
    {
        end();
        m_name = name;
        m_start = std::chrono::steady_clock::now();
    }
    void end()
    {
        if (m_settle)
            m_settle();
        if (m_name != nullptr)
            secondsOf(m_name) += std::chrono::duration<double>(std::chrono::steady_clock::now() - m_start).count();
        m_name = nullptr;
    }
    /// For whoever may have no clock: null does nothing.
    static void begin(PhaseClock* clock, const char* name)
    {
        if (clock != nullptr)
            clock->begin(name);
    }
    static void end(PhaseClock* clock)
    {
        if (clock != nullptr)
            clock->end();
    }
    /// In the order in which the phases first began.
    [[nodiscard]] const std::vector<std::pair<std::string, double>>& seconds() const noexcept { return m_seconds; }

private:
    double& secondsOf(const char* name)
    {
        for (auto& [known, seconds] : m_seconds) {
            if (known == name)
                return seconds;
        }
        return m_seconds.emplace_back(name, 0.0).second;
    }

    std::function<void()> m_settle;
    const char* m_name = nullptr;
    std::chrono::steady_clock::time_point m_start;
    std::vector<std::pair<std::string, double>> m_seconds;
};

} // namespace spectune
