// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/SessionMailbox.h"

namespace spectune {

/// Answers one request with @p engine and posts it, whatever the engine throws. On the session's thread.
/// @param step of the run in work, for answers that are of it; −1: none is
void answerRequest(TrainingEngine& engine, const RequestJob& job, SessionMailbox& mailbox, std::int64_t step = -1);

/// The session's side of one run, as the engine sees it. At a step border it has the engine answer requests: all of
/// them while paused, InspectTriplets while the run goes on.
class SessionControl final : public RunControl {
public:
    SessionControl(SessionMailbox& mailbox, TrainingEngine& engine, StopToken stop);

    [[nodiscard]] const StopToken& stopToken() const override { return m_stop; }
    void post(RunEvent event) override;
    [[nodiscard]] bool snapshotDue() override;
    void publish(std::shared_ptr<const RankSnapshot> snapshot) override;
    [[nodiscard]] BorderAction nextAction(std::int64_t stepsDone) override;
    [[nodiscard]] bool holdFor(const Failure& failure) override;
    [[nodiscard]] std::vector<LiveEdit> takeEdits() override { return m_mailbox.takeEdits(); }

private:
    SessionMailbox& m_mailbox;
    TrainingEngine& m_engine;
    StopToken m_stop;
};

} // namespace spectune
