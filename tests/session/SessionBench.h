// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/FakeEngine.h"
#include "tests/support/SessionProbe.h"

#include <memory>
#include <vector>

namespace spectune::test {

using States = std::vector<SessionState>;

/// A session on a fake engine, with its gates opened again at the end so that nothing is left waiting.
struct Bench {
    std::shared_ptr<FakeScript> script = std::make_shared<FakeScript>();
    TrainingSession session {fakeFactory(script)};
    SessionProbe probe {session};

    ~Bench() { script->openAll(); }

    /// Running, with the engine waiting inside its first step.
    [[nodiscard]] bool startHeldInStep()
    {
        script->stepping.shut();
        return session.start({}) && probe.awaitState(SessionState::Running) && script->stepping.awaitArrivals(1);
    }

    /// Paused after one step, with all gates open.
    [[nodiscard]] bool startPaused()
    {
        if (!startHeldInStep() || !session.pause())
            return false;
        script->stepping.open();
        return probe.awaitState(SessionState::Paused);
    }
};

} // namespace spectune::test
