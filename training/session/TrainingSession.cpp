// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/session/TrainingSession.h"

#include "training/session/SessionControl.h"
#include "training/session/SessionMailbox.h"

#include <thread>
#include <utility>

namespace spectune {

/// The session's thread and the engine, which lives and dies on it.
class TrainingSession::Worker {
public:
    explicit Worker(EngineFactory factory)
        : m_factory(std::move(factory))
        , m_thread([this] { serve(); })
    {
    }
    ~Worker()
    {
        mailbox.close();
        m_thread.join();
    }
    Worker(const Worker&) = delete;
    Worker& operator=(const Worker&) = delete;

    SessionMailbox mailbox;

private:
    void serve();
    void run(const RunJob& job);
    void answer(const RequestJob& job);
    TrainingEngine& engine();

    EngineFactory m_factory;
    std::unique_ptr<TrainingEngine> m_engine;
    std::thread m_thread; ///< last, so that it finds the rest made
};

void TrainingSession::Worker::serve()
{
    while (true) {
        const SessionJob job = mailbox.nextJob();
        if (const auto* const runJob = std::get_if<RunJob>(&job))
            run(*runJob);
        else if (const auto* const requestJob = std::get_if<RequestJob>(&job))
            answer(*requestJob);
        else
            break;
    }
    m_engine.reset();
    mailbox.closed();
}

TrainingEngine& TrainingSession::Worker::engine()
{
    if (!m_engine)
        m_engine = m_factory();
    if (!m_engine)
        throw Error(FailureKind::Internal, makeMessage("The engine's factory made none."));
    return *m_engine;
}

void TrainingSession::Worker::run(const RunJob& job)
{
    try {
        TrainingEngine& ready = engine();
        job.stop.throwIfStopped();
        SessionControl control(mailbox, ready, job.stop);
        const RunOutcome outcome = ready.run(job.request, control);
        mailbox.endRun(outcome == RunOutcome::Finished ? SessionState::Finished : SessionState::Stopped);
    } catch (const Stopped&) {
        mailbox.endRun(SessionState::Stopped);
    } catch (...) {
        mailbox.endRun(SessionState::Failed, Failure::fromCurrentException(mailbox.stepsDone()));
    }
}

void TrainingSession::Worker::answer(const RequestJob& job)
{
    try {
        answerRequest(engine(), job, mailbox);
    } catch (...) { // the engine could not be made
        mailbox.answer(job.id, Failure::fromCurrentException());
    }
}

TrainingSession::TrainingSession(EngineFactory factory)
    : m_worker(std::make_unique<Worker>(std::move(factory)))
{
}

TrainingSession::~TrainingSession() = default;

bool TrainingSession::start(RunRequest request)
{
    return m_worker->mailbox.start(std::move(request));
}
bool TrainingSession::pause()
{
    return m_worker->mailbox.pause();
}
bool TrainingSession::resume()
{
    return m_worker->mailbox.resume();
}
bool TrainingSession::step()
{
    return m_worker->mailbox.step();
}
bool TrainingSession::stop()
{
    return m_worker->mailbox.stop();
}
bool TrainingSession::saveAndStop()
{
    return m_worker->mailbox.saveAndStop();
}
bool TrainingSession::saveNow()
{
    return m_worker->mailbox.saveNow();
}
bool TrainingSession::evaluateNow()
{
    return m_worker->mailbox.evaluateNow();
}
bool TrainingSession::edit(LiveEdit edit)
{
    return m_worker->mailbox.edit(std::move(edit));
}
std::int64_t TrainingSession::ask(Request request)
{
    return m_worker->mailbox.ask(std::move(request));
}
void TrainingSession::cancel(std::int64_t request)
{
    m_worker->mailbox.cancel(request);
}
void TrainingSession::close()
{
    m_worker->mailbox.close();
}
SessionState TrainingSession::state() const
{
    return m_worker->mailbox.state();
}
std::vector<RunEvent> TrainingSession::takeEvents()
{
    return m_worker->mailbox.takeEvents();
}
std::shared_ptr<const RankSnapshot> TrainingSession::latestSnapshot() const
{
    return m_worker->mailbox.latestSnapshot();
}

const char* toString(SessionState state) noexcept
{
    switch (state) {
    case SessionState::Idle: return "idle";
    case SessionState::Preparing: return "preparing";
    case SessionState::Running: return "running";
    case SessionState::Pausing: return "pausing";
    case SessionState::Paused: return "paused";
    case SessionState::Stopping: return "stopping";
    case SessionState::Finished: return "finished";
    case SessionState::Stopped: return "stopped";
    case SessionState::Failed: break;
    }
    return "failed";
}

} // namespace spectune
