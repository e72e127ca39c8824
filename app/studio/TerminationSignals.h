// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <chrono>
#include <functional>
#include <memory>

#include <csignal>

class QSocketNotifier;

namespace spectune {

/// SIGINT, SIGTERM and SIGHUP as a call on the thread that made this: whoever is told saves and quits. What follows
/// within a second belongs to the first: a closed terminal sends SIGHUP twice, a logout SIGTERM and SIGHUP. One that
/// comes later ends the program at once. A signal that the program was started to ignore (nohup) stays ignored.
/// One at a time; needs an event loop. Destroying it brings back what was there before.
class TerminationSignals {
public:
    /// @param told called once, by the event loop, after the first signal
    /// @param burst how long after the first a signal still belongs to it
    /// @throws Error (Io) where no socket pair can be made
    explicit TerminationSignals(std::function<void()> told, std::chrono::nanoseconds burst = std::chrono::seconds(1));
    ~TerminationSignals();
    TerminationSignals(const TerminationSignals&) = delete;
    TerminationSignals& operator=(const TerminationSignals&) = delete;

    /// Whether one has come, told or not yet.
    [[nodiscard]] static bool arrived();

    static constexpr std::array numbers {SIGINT, SIGTERM, SIGHUP};

private:
    std::function<void()> m_told;
    std::unique_ptr<QSocketNotifier> m_notifier;
    std::array<int, 2> m_sockets {-1, -1}; ///< the notifier's, the handler's
    std::array<struct sigaction, numbers.size()> m_before {};
};

} // namespace spectune
