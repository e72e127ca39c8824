// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/session/SessionControl.h"

#include <utility>

namespace spectune {

namespace {

Answer answerOf(TrainingEngine& engine, const RequestJob& job, SessionMailbox& mailbox)
{
    const RequestContext context {
        .stop = job.stop,
        .partialText = [&](const std::string& text) { mailbox.post(PartialText {.request = job.id, .text = text}); },
        .progress =
            [&](const Message& stage, std::int64_t done, std::int64_t total) {
                mailbox.post(RequestProgress {.request = job.id, .progress = {stage, done, total}});
            },
    };
    try {
        job.stop.throwIfStopped();
        return engine.answer(job.request, context);
    } catch (const Stopped&) {
        return Failure::cancelled();
    } catch (...) {
        return Failure::fromCurrentException();
    }
}

} // namespace

void answerRequest(TrainingEngine& engine, const RequestJob& job, SessionMailbox& mailbox, std::int64_t step)
{
    Answer answer = answerOf(engine, job, mailbox);
    if (auto* const geometry = std::get_if<TripletGeometry>(&answer); geometry != nullptr && geometry->live)
        geometry->step = step;
    mailbox.answer(job.id, std::move(answer));
}

SessionControl::SessionControl(SessionMailbox& mailbox, TrainingEngine& engine, StopToken stop)
    : m_mailbox(mailbox)
    , m_engine(engine)
    , m_stop(std::move(stop))
{
}

void SessionControl::post(RunEvent event)
{
    m_mailbox.post(std::move(event));
}

bool SessionControl::snapshotDue()
{
    return m_mailbox.snapshotDue();
}

void SessionControl::publish(std::shared_ptr<const RankSnapshot> snapshot)
{
    m_mailbox.publish(std::move(snapshot));
}

bool SessionControl::holdFor(const Failure& failure)
{
    if (!m_mailbox.hold(failure))
        return false;
    while (true) {
        const HoldJob job = m_mailbox.atHold();
        if (const auto* const again = std::get_if<bool>(&job))
            return *again;
        answerRequest(m_engine, std::get<RequestJob>(job), m_mailbox, failure.step);
    }
}

BorderAction SessionControl::nextAction(std::int64_t stepsDone)
{
    while (true) {
        const BorderJob job = m_mailbox.atBorder(stepsDone);
        if (const auto* const action = std::get_if<BorderAction>(&job))
            return *action;
        answerRequest(m_engine, std::get<RequestJob>(job), m_mailbox, stepsDone);
    }
}

} // namespace spectune
