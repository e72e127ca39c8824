// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/Gate.h"
#include "training/session/TrainingSession.h"

#include <thread>
#include <vector>

namespace spectune::test {

/// Gathers a session's events and waits for the ones a test is after. Pulls, as a front end does.
class SessionProbe {
public:
    explicit SessionProbe(TrainingSession& session)
        : m_session(session)
    {
    }

    /// Waits for the next StateChanged to @p state after the last one awaited. @returns false when it does not come
    [[nodiscard]] bool awaitState(SessionState state)
    {
        return await([state](const RunEvent& event) {
            const auto* const change = std::get_if<StateChanged>(&event);
            return change != nullptr && change->state == state;
        });
    }

    [[nodiscard]] bool awaitTerminal()
    {
        return await([](const RunEvent& event) {
            const auto* const change = std::get_if<StateChanged>(&event);
            return change != nullptr && isTerminal(change->state);
        });
    }

    [[nodiscard]] bool awaitClosed()
    {
        return await([](const RunEvent& event) { return std::holds_alternative<SessionClosed>(event); });
    }

    /// The answer to @p request wherever it stands; null when it does not come.
    [[nodiscard]] const Answer* awaitAnswer(std::int64_t request)
    {
        std::size_t from = 0;
        const auto isIt = [request](const RunEvent& event) {
            const auto* const answered = std::get_if<Answered>(&event);
            return answered != nullptr && answered->request == request;
        };
        return awaitFrom(from, isIt) ? &std::get<Answered>(m_events[from - 1]).answer : nullptr;
    }

    /// Waits for the next event that fits, after the last one awaited.
    template <typename Predicate>
    [[nodiscard]] bool await(const Predicate& fits)
    {
        return awaitFrom(m_next, fits);
    }

    /// All events so far.
    [[nodiscard]] const std::vector<RunEvent>& events()
    {
        collect();
        return m_events;
    }

    template <typename Event>
    [[nodiscard]] std::vector<Event> all()
    {
        std::vector<Event> found;
        for (const RunEvent& event : events())
            if (const auto* const one = std::get_if<Event>(&event))
                found.push_back(*one);
        return found;
    }

    [[nodiscard]] std::vector<SessionState> states()
    {
        std::vector<SessionState> states;
        for (const StateChanged& change : all<StateChanged>())
            states.push_back(change.state);
        return states;
    }

    /// The last StateChanged so far. @pre there is one
    [[nodiscard]] StateChanged lastChange() { return all<StateChanged>().back(); }

private:
    void collect()
    {
        for (RunEvent& event : m_session.takeEvents())
            m_events.push_back(std::move(event));
    }

    template <typename Predicate>
    bool awaitFrom(std::size_t& next, const Predicate& fits)
    {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        while (true) {
            collect();
            while (next < m_events.size())
                if (fits(m_events[next++]))
                    return true;
            if (std::chrono::steady_clock::now() > deadline)
                return false;
            std::this_thread::yield();
        }
    }

    TrainingSession& m_session;
    std::vector<RunEvent> m_events;
    std::size_t m_next = 0;
};

} // namespace spectune::test
