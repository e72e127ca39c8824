// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/session/SessionMailbox.h"

#include <algorithm>
#include <utility>

namespace spectune {

SessionMailbox::SessionMailbox()
    : m_events(eventCapacity, [](const RunEvent& event) { return std::holds_alternative<MetricPoint>(event); })
{
}

void SessionMailbox::setState(SessionState state, Failure failure)
{
    m_state = state;
    m_events.push(StateChanged {.state = state, .step = m_stepsDone, .failure = std::move(failure)});
}

void SessionMailbox::goOn(SessionState state)
{
    m_triesAgain = true;
    setState(std::exchange(m_stopHeld, false) ? SessionState::Stopping : state);
}

bool SessionMailbox::isTraining() const noexcept
{
    return m_state == SessionState::Running || m_state == SessionState::Pausing || m_state == SessionState::Paused;
}

bool SessionMailbox::start(RunRequest request)
{
    const std::lock_guard lock(m_mutex);
    if (isActive(m_state) || m_closing)
        return false;
    m_runStop = StopToken();
    m_waitingRun = RunJob {.request = std::move(request), .stop = m_runStop};
    m_stepsDone = 0;
    m_totalSteps = 0;
    m_saveAsked = m_evaluateAsked = m_stepGranted = m_triesAgain = m_stopHeld = false;
    m_edits.clear();
    m_inspectedAt = -1;
    m_snapshotRefused = false;
    m_snapshotStep = -1;
    m_snapshotPace = {};
    m_snapshotAsked.reset();
    m_snapshots.publish(nullptr);
    setState(SessionState::Preparing);
    m_wake.notify_all();
    return true;
}

bool SessionMailbox::pause()
{
    const std::lock_guard lock(m_mutex);
    if (m_state != SessionState::Running)
        return false;
    setState(SessionState::Pausing);
    return true;
}

bool SessionMailbox::resume()
{
    const std::lock_guard lock(m_mutex);
    if (m_state != SessionState::Paused && m_state != SessionState::Pausing)
        return false;
    goOn(SessionState::Running);
    m_wake.notify_all();
    return true;
}

bool SessionMailbox::step()
{
    const std::lock_guard lock(m_mutex);
    if (m_state != SessionState::Paused)
        return false;
    m_stepGranted = !m_stopHeld;
    goOn(SessionState::Pausing);
    m_wake.notify_all();
    return true;
}

bool SessionMailbox::stop()
{
    const std::lock_guard lock(m_mutex);
    return requestStop();
}

// One command: between a resume() and a stop() the run could be held again, and be given up by the latter.
bool SessionMailbox::saveAndStop()
{
    const std::lock_guard lock(m_mutex);
    m_triesAgain = true;
    return requestStop();
}

bool SessionMailbox::requestStop()
{
    if (!isActive(m_state) || m_state == SessionState::Stopping)
        return false;
    m_runStop.requestStop();
    setState(SessionState::Stopping);
    // Answered at a border of this run, whose checkpoint waits for it. An inspection takes no time, and is shown.
    if (m_request && !m_waitingRun && !std::holds_alternative<InspectTriplets>(m_request->request))
        m_request->stop.requestStop();
    if (m_waitingRun) { // the thread is at a request and has not seen this run
        m_waitingRun.reset();
        setState(SessionState::Stopped);
    }
    m_wake.notify_all();
    return true;
}

bool SessionMailbox::saveNow()
{
    const std::lock_guard lock(m_mutex);
    if (!isTraining())
        return false;
    m_saveAsked = true;
    m_wake.notify_all();
    return true;
}

bool SessionMailbox::evaluateNow()
{
    const std::lock_guard lock(m_mutex);
    if (!isTraining())
        return false;
    m_evaluateAsked = true;
    m_wake.notify_all();
    return true;
}

bool SessionMailbox::edit(LiveEdit edit)
{
    const std::lock_guard lock(m_mutex);
    if (!isTraining())
        return false;
    m_edits.push_back(std::move(edit));
    m_wake.notify_all();
    return true;
}

std::vector<LiveEdit> SessionMailbox::takeEdits()
{
    const std::lock_guard lock(m_mutex);
    return std::exchange(m_edits, {});
}

std::int64_t SessionMailbox::ask(Request request)
{
    const std::lock_guard lock(m_mutex);
    const std::int64_t id = ++m_lastRequest;
    if (m_closing) {
        pushAnswer(id, Failure::cancelled());
    } else {
        m_requests.push_back({.id = id, .request = std::move(request), .stop = {}});
        m_wake.notify_all();
    }
    return id;
}

void SessionMailbox::cancel(std::int64_t id)
{
    const std::lock_guard lock(m_mutex);
    if (m_request && m_request->id == id)
        m_request->stop.requestStop();
    const auto found
        = std::find_if(m_requests.begin(), m_requests.end(), [id](const RequestJob& job) { return job.id == id; });
    if (found == m_requests.end())
        return;
    m_requests.erase(found);
    pushAnswer(id, Failure::cancelled());
}

void SessionMailbox::close()
{
    const std::lock_guard lock(m_mutex);
    if (m_closing)
        return;
    m_closing = true;
    for (const RequestJob& job : std::exchange(m_requests, {}))
        pushAnswer(job.id, Failure::cancelled());
    if (m_request)
        m_request->stop.requestStop();
    requestStop();
    m_wake.notify_all();
}

SessionState SessionMailbox::state() const
{
    const std::lock_guard lock(m_mutex);
    return m_state;
}

std::int64_t SessionMailbox::stepsDone() const
{
    const std::lock_guard lock(m_mutex);
    return m_stepsDone;
}

void SessionMailbox::pushAnswer(std::int64_t id, Answer answer)
{
    if (!m_closed)
        m_events.push(Answered {.request = id, .answer = std::move(answer)});
}

RequestJob SessionMailbox::takeRequest(const std::deque<RequestJob>::iterator& place)
{
    m_request = std::move(*place);
    m_requests.erase(place);
    return *m_request;
}

std::deque<RequestJob>::iterator SessionMailbox::firstForBorder()
{
    return std::find_if(m_requests.begin(), m_requests.end(),
        [](const RequestJob& job) { return std::holds_alternative<InspectTriplets>(job.request); });
}

SessionJob SessionMailbox::nextJob()
{
    std::unique_lock lock(m_mutex);
    m_wake.wait(lock, [this] { return m_closing || m_waitingRun || !m_requests.empty(); });
    if (m_closing)
        return CloseJob {};
    if (m_waitingRun)
        return *std::exchange(m_waitingRun, std::nullopt);
    return takeRequest(m_requests.begin());
}

bool SessionMailbox::lacksSnapshot() const noexcept
{
    return m_snapshotRefused && m_snapshotStep != m_stepsDone;
}

BorderJob SessionMailbox::atBorder(std::int64_t stepsDone)
{
    std::unique_lock lock(m_mutex);
    m_stepsDone = stepsDone;
    if (m_state == SessionState::Preparing)
        setState(SessionState::Running);
    while (m_state != SessionState::Stopping) {
        if (!m_edits.empty())
            return BorderAction::Edit;
        if (std::exchange(m_saveAsked, false))
            return BorderAction::Save;
        if (std::exchange(m_evaluateAsked, false))
            return BorderAction::Evaluate;
        // A pause that came after snapshotDue() had said no waits for the next border: what is shown while paused is
        // always the paused step.
        if (m_state == SessionState::Pausing && !m_stepGranted && !lacksSnapshot())
            setState(SessionState::Paused);
        if (m_state != SessionState::Paused) {
            if (const auto asked = m_inspectedAt == stepsDone ? m_requests.end() : firstForBorder();
                asked != m_requests.end()) {
                m_inspectedAt = stepsDone;
                return takeRequest(asked);
            }
            m_stepGranted = false;
            m_snapshotRefused = false;
            return BorderAction::Continue;
        }
        if (!m_requests.empty())
            return takeRequest(m_requests.begin());
        m_wake.wait(lock);
    }
    return BorderAction::Stop;
}

bool SessionMailbox::hold(Failure failure)
{
    const std::lock_guard lock(m_mutex);
    if (m_closing)
        return false;
    m_saveAsked = m_triesAgain = false;
    m_stopHeld = m_state == SessionState::Stopping;
    setState(SessionState::Paused, std::move(failure));
    return true;
}

HoldJob SessionMailbox::atHold()
{
    std::unique_lock lock(m_mutex);
    while (m_state == SessionState::Paused) {
        if (std::exchange(m_saveAsked, false)) {
            goOn(SessionState::Paused); // without the failure, until it comes again
            return true;
        }
        if (!m_requests.empty())
            return takeRequest(m_requests.begin());
        m_wake.wait(lock);
    }
    return m_triesAgain;
}

void SessionMailbox::post(RunEvent event)
{
    const std::lock_guard lock(m_mutex);
    if (const auto* const metric = std::get_if<MetricPoint>(&event))
        m_stepsDone = metric->step;
    const auto* const started = std::get_if<RunStarted>(&event);
    if (started == nullptr) {
        m_events.push(std::move(event));
        return;
    }
    m_stepsDone = started->firstStep;
    m_totalSteps = started->resolved.totalSteps;
    m_events.push(std::move(event));
    if (m_state == SessionState::Preparing)
        setState(SessionState::Running);
}

bool SessionMailbox::snapshotDue()
{
    const std::lock_guard lock(m_mutex);
    const bool isLast = m_totalSteps > 0 && m_stepsDone + 1 >= m_totalSteps;
    const SnapshotPace::Time now = std::chrono::steady_clock::now();
    const bool due = m_state != SessionState::Running || isLast || m_snapshotPace.isDue(now);
    if (due)
        m_snapshotAsked = now;
    else
        m_snapshotRefused = true;
    return due;
}

void SessionMailbox::publish(std::shared_ptr<const RankSnapshot> snapshot)
{
    const std::int64_t step = snapshot ? snapshot->step : -1;
    m_snapshots.publish(std::move(snapshot));
    const std::lock_guard lock(m_mutex);
    m_snapshotStep = step;
    const SnapshotPace::Time now = std::chrono::steady_clock::now();
    m_snapshotPace.made(std::exchange(m_snapshotAsked, {}).value_or(now), now);
}

void SessionMailbox::answer(std::int64_t id, Answer answer)
{
    const std::lock_guard lock(m_mutex);
    m_request.reset();
    pushAnswer(id, std::move(answer));
}

void SessionMailbox::endRun(SessionState terminal, Failure failure)
{
    const std::lock_guard lock(m_mutex);
    for (LiveEdit& edit : std::exchange(m_edits, {})) {
        const Message text = makeMessage("%1 was not changed: the run ended before its next step.", edit.key);
        m_events.push(EditRefused {.edit = std::move(edit),
            .failure = {.kind = FailureKind::Config, .message = text, .detail = {}, .step = m_stepsDone}});
    }
    setState(terminal, std::move(failure));
}

void SessionMailbox::closed()
{
    const std::lock_guard lock(m_mutex);
    m_closed = true;
    m_events.push(SessionClosed {});
}

} // namespace spectune
