// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SessionController.h"

#include "ui/MessageWords.h"

#include <type_traits>

namespace spectune {

namespace {
// Each look may draw curves, map and timeline anew: at 30 a second that took a tenth of a core from a run on the CPU, and
// a sixth of its speed on two (tests/bench/view.py). Ten are live enough.
constexpr int usualPollMilliseconds = 100;
constexpr int pausedPollMilliseconds = 250;
constexpr int quietPollsBeforeRest = 15;

/// What the engine is at with a request. Each kind has its line: a new one does not compile without.
struct WorkOf {
    EngineWork operator()(const InspectModel&) const { return EngineWork::Reading; }
    EngineWork operator()(const PreviewData&) const { return EngineWork::Reading; }
    EngineWork operator()(const InspectDevice&) const { return EngineWork::Looking; }
    EngineWork operator()(const ReadFactors&) const { return EngineWork::Looking; }
    EngineWork operator()(const InspectTriplets&) const { return EngineWork::Looking; }
    EngineWork operator()(const MeasureLengths&) const { return EngineWork::Lengths; }
    EngineWork operator()(const Generate&) const { return EngineWork::Answering; }
    EngineWork operator()(const ScoreAnswers&) const { return EngineWork::Answering; }
    EngineWork operator()(const JudgeSamples&) const { return EngineWork::Checking; }
    EngineWork operator()(const ExportAdapter&) const { return EngineWork::Exporting; }
};

} // namespace

SessionController::SessionController(EngineFactory factory, QObject* parent)
    : QObject(parent)
    , m_session(std::make_unique<TrainingSession>(std::move(factory)))
{
    m_timer.setInterval(usualPollMilliseconds);
    connect(&m_timer, &QTimer::timeout, this, &SessionController::poll);
}

SessionController::~SessionController() = default;

bool SessionController::start(RunRequest request)
{
    if (!m_session->start(std::move(request)))
        return false;
    wake();
    return true;
}

bool SessionController::pause()
{
    const bool done = m_session->pause();
    wake();
    return done;
}

bool SessionController::resume()
{
    const bool done = m_session->resume();
    wake();
    return done;
}

bool SessionController::step()
{
    const bool done = m_session->step();
    wake();
    return done;
}

bool SessionController::stop()
{
    const bool done = m_session->stop();
    wake();
    return done;
}

bool SessionController::saveAndStop()
{
    const bool done = m_session->saveAndStop();
    wake();
    return done;
}

bool SessionController::saveNow()
{
    const bool done = m_session->saveNow();
    wake();
    return done;
}

bool SessionController::evaluateNow()
{
    const bool done = m_session->evaluateNow();
    wake();
    return done;
}

bool SessionController::edit(LiveEdit edit)
{
    const bool done = m_session->edit(std::move(edit));
    wake();
    return done;
}

std::int64_t SessionController::ask(Request request)
{
    const EngineWork work = std::visit(WorkOf {}, request);
    const std::int64_t number = m_session->ask(std::move(request));
    m_waiting.emplace(number, work);
    wake();
    return number;
}

void SessionController::cancel(std::int64_t request)
{
    m_session->cancel(request);
    wake();
}

std::optional<EngineWork> SessionController::workBefore(std::int64_t request) const
{
    if (m_waiting.empty() || m_waiting.begin()->first >= request)
        return std::nullopt;
    return m_waiting.begin()->second;
}

void SessionController::close()
{
    if (m_closing)
        return;
    m_closing = true;
    m_session->close();
    wake();
}

void SessionController::wake()
{
    m_quietPolls = 0;
    if (m_closed)
        return;
    setPace(usualPollMilliseconds);
    if (!m_timer.isActive())
        m_timer.start();
    // The state that a command has just set is shown with the click, not a timer's tick later.
    QMetaObject::invokeMethod(this, &SessionController::poll, Qt::QueuedConnection);
}

void SessionController::setPace(int milliseconds)
{
    if (m_timer.interval() != milliseconds)
        m_timer.setInterval(milliseconds);
}

void SessionController::poll()
{
    std::vector<RunEvent> events = m_session->takeEvents();
    std::vector<MetricPoint> points;
    for (RunEvent& event : events)
        deliver(event, points);
    if (!points.empty())
        Q_EMIT metricsArrived(points);
    auto snapshot = m_session->latestSnapshot();
    const bool fresh = snapshot && snapshot != m_snapshot;
    if (fresh) {
        m_snapshot = std::move(snapshot);
        Q_EMIT snapshotArrived(m_snapshot);
    }
    m_quietPolls = events.empty() && !fresh ? m_quietPolls + 1 : 0;
    const bool resting = m_state == SessionState::Paused && m_waiting.empty() && !m_closing;
    setPace(resting && m_quietPolls > quietPollsBeforeRest ? pausedPollMilliseconds : usualPollMilliseconds);
    const bool working = isActive(m_state) || !m_waiting.empty();
    if (m_closed || (!m_closing && !working && m_quietPolls > quietPollsBeforeRest))
        m_timer.stop();
}

void SessionController::deliver(RunEvent& event, std::vector<MetricPoint>& points)
{
    if (auto* point = std::get_if<MetricPoint>(&event)) {
        m_step = point->step;
        points.push_back(std::move(*point));
        return;
    }
    // What happened before an event is told before it.
    if (!points.empty() && !std::holds_alternative<LogLine>(event)) {
        Q_EMIT metricsArrived(points);
        points.clear();
    }
    std::visit(
        [this](auto& value) {
            using Value = std::decay_t<decltype(value)>;
            if constexpr (std::is_same_v<Value, StateChanged>) {
                m_state = value.state;
                if (value.step > 0 || value.state == SessionState::Preparing)
                    m_step = value.step;
                Q_EMIT stateChanged(value.state, m_step, value.failure);
            } else if constexpr (std::is_same_v<Value, PreparationProgress>) {
                Q_EMIT preparation(value);
            } else if constexpr (std::is_same_v<Value, RunStarted>) {
                Q_EMIT runStarted(value);
            } else if constexpr (std::is_same_v<Value, EvalPoint>) {
                Q_EMIT evaluated(value);
            } else if constexpr (std::is_same_v<Value, MaskEvent>) {
                Q_EMIT masked(value);
            } else if constexpr (std::is_same_v<Value, CheckpointSaved>) {
                Q_EMIT checkpointSaved(value);
            } else if constexpr (std::is_same_v<Value, EditTaken>) {
                Q_EMIT editTaken(value.edit, value.changed);
            } else if constexpr (std::is_same_v<Value, EditRefused>) {
                Q_EMIT editRefused(value.edit, value.failure);
            } else if constexpr (std::is_same_v<Value, LogLine>) {
                Q_EMIT logged(toldWords(value.text));
            } else if constexpr (std::is_same_v<Value, PartialText>) {
                Q_EMIT partialText(value.request, QString::fromStdString(value.text));
            } else if constexpr (std::is_same_v<Value, RequestProgress>) {
                Q_EMIT requestProgress(value.request, value.progress);
            } else if constexpr (std::is_same_v<Value, Answered>) {
                m_waiting.erase(value.request);
                Q_EMIT answered(value.request, value.answer);
            } else if constexpr (std::is_same_v<Value, SessionClosed>) {
                m_closed = true;
                Q_EMIT closed();
            }
        },
        event);
}

} // namespace spectune
