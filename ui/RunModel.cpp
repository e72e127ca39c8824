// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunModel.h"

#include "ui/ConfigForm.h"
#include "ui/MessageWords.h"
#include "ui/RecordedRanks.h"
#include "ui/RecordedRun.h"
#include "ui/RunPlotPlan.h"
#include "ui/SessionController.h"
#include "ui/TrainingSpeed.h"

#include <QThreadPool>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>
#include <utility>

namespace spectune {

namespace {

constexpr std::size_t rateWindow = 40; // steps

std::vector<std::string> namesOf(const ModuleLayout& layout)
{
    std::vector<std::string> names;
    for (const ModuleInfo& module : layout.modules)
        names.push_back(module.name);
    return names;
}

/// A million steps take their time to be freed: a worker does it.
void giveBack(RunHistory&& history)
{
    constexpr std::size_t freedAtOnce = 50'000; // steps
    if (history.metrics.size() > freedAtOnce)
        QThreadPool::globalInstance()->start(
            [old = std::make_shared<RunHistory>(std::move(history))]() mutable { old.reset(); });
}

} // namespace

RunModel::RunModel(QObject* parent)
    : QObject(parent)
{
}

void RunModel::follow(SessionController& session)
{
    connect(&session, &SessionController::stateChanged, this,
        [this](SessionState state, qint64 step, const Failure& failure) {
            if (isRecorded() || !m_hasRun)
                return;
            if (state != m_state)
                m_since = QDateTime::currentDateTime();
            m_state = state;
            m_begun = m_begun || state == SessionState::Running;
            if (m_begun) // before, a resumed run stands where its curves end, of which the session knows nothing yet
                m_step = std::max<std::int64_t>(step, 0);
            m_failure = failure;
            Q_EMIT stateChanged();
        });
    connect(&session, &SessionController::preparation, this, [this](const PreparationProgress& progress) {
        m_stage = messageWords(progress.stage);
        if (progress.total > 0)
            m_stage += tr(", %1 of %2").arg(progress.done).arg(progress.total);
        Q_EMIT stateChanged();
    });
    connect(&session, &SessionController::runStarted, this, &RunModel::takeStarted);
    connect(&session, &SessionController::metricsArrived, this, [this](const std::vector<MetricPoint>& points) {
        m_history.metrics.insert(m_history.metrics.end(), points.begin(), points.end());
        m_skipped += skippedIn(points);
        m_step = points.back().step;
        Q_EMIT metricsAppended(points);
    });
    connect(&session, &SessionController::evaluated, this, [this](const EvalPoint& point) {
        m_history.evaluations.push_back(point);
        Q_EMIT evaluationAppended(point);
    });
    connect(&session, &SessionController::masked, this, [this](const MaskEvent& event) {
        m_history.events.push_back(event);
        Q_EMIT eventAppended(event);
    });
    connect(&session, &SessionController::checkpointSaved, this, [this](const CheckpointSaved& checkpoint) {
        if (m_checkpoints.empty() || m_checkpoints.back() != checkpoint.step)
            m_checkpoints.push_back(checkpoint.step);
        Q_EMIT checkpointAppended();
    });
    connect(&session, &SessionController::editTaken, this, [this](const AppliedEdit& edit, bool changed) {
        if (changed && m_edited.add(edit))
            takeEdited();
        Q_EMIT editTaken(edit);
    });
    connect(&session, &SessionController::editRefused, this, [this](const LiveEdit& edit, const Failure& failure) {
        Q_EMIT editRefused(edit, labelledWords(failure.message));
    });
    connect(&session, &SessionController::snapshotArrived, this, &RunModel::takeSnapshot);
}

void RunModel::showSetup(const ConfigForm& form, const QString& name)
{
    if (m_hasRun)
        return;
    m_name = name;
    m_config = form.config();
    m_resolved = form.resolved();
    m_layout = layoutFromSetup(form);
    m_folder.clear();
    Q_EMIT reset();
}

void RunModel::begin(const RunRequest& request, const ResolvedRun& resolved, bool goesOn)
{
    m_hasRun = true;
    m_record.reset();
    m_begun = m_hasAdapter = false;
    m_state = SessionState::Preparing;
    m_since = QDateTime::currentDateTime();
    m_stage = tr("Starting");
    m_failure = {};
    m_shown = -1;
    m_memory = {};
    m_mostMemory = 0;
    m_folder = QString::fromStdString(request.outFolder);
    m_config = request.config;
    m_resolved = resolved;
    if (goesOn)
        m_edited.goOn(request.config);
    else
        m_edited.begin(request.config, resolved);
    if (!goesOn) {
        m_started.reset();
        m_history = {};
        m_skipped = 0;
        m_checkpoints.clear();
        m_replay.clear();
        m_latest.reset();
        m_step = 0;
    }
    Q_EMIT reset();
    Q_EMIT stateChanged();
}

void RunModel::showRecorded(RecordedRun run)
{
    clear();
    m_hasRun = true;
    m_record = run.state;
    m_folder = std::move(run.folder);
    m_name = std::move(run.name);
    m_edited = std::move(run.edited);
    takeEdited();
    m_history = std::move(run.history);
    m_layout = std::move(run.layout);
    m_replay = std::move(run.replay);
    m_checkpoints = std::move(run.checkpoints);
    m_latest = std::move(run.latest);
    m_curves = std::move(run.curves);
    m_skipped = run.skipped;
    m_step = m_history.metrics.empty() ? 0 : m_history.metrics.back().step;
    m_hasAdapter = run.hasAdapter;
    m_failure.message = Message::verbatim(run.problem.toStdString());
    m_state = run.state == RecordState::Finished ? SessionState::Finished : SessionState::Stopped;
    Q_EMIT reset();
    Q_EMIT stateChanged();
}

void RunModel::clear()
{
    m_record.reset();
    m_hasRun = m_begun = m_hasAdapter = false;
    m_state = SessionState::Idle;
    m_step = 0;
    m_shown = -1;
    m_failure = {};
    m_memory = {};
    m_mostMemory = 0;
    m_started.reset();
    giveBack(std::exchange(m_history, {}));
    m_edited = {};
    m_checkpoints.clear();
    m_replay.clear();
    m_latest.reset();
    m_layout.reset();
    m_curves.reset();
    m_skipped = 0;
}

void RunModel::takeStarted(const RunStarted& started)
{
    m_started = started;
    m_begun = true;
    m_layout = started.layout;
    m_edited.started(started.resolved, started.firstStep);
    takeEdited();
    m_deviceName = messageWords(started.deviceName);
    if (!started.outFolder.empty())
        m_folder = QString::fromStdString(started.outFolder);
    m_replay.open(started.outFolder);
    cutAfter(started.firstStep);
    m_history.modules = namesOf(*started.layout);
    Q_EMIT reset();
}

void RunModel::takeEdited()
{
    m_config = m_edited.config();
    m_resolved = m_edited.resolved();
}

// A resumed run goes on from its checkpoint; what came after it is done again.
void RunModel::cutAfter(std::int64_t step)
{
    const auto later = [step](const auto& point) { return point.step > step; };
    std::erase_if(m_history.metrics, later);
    std::erase_if(m_history.evaluations, later);
    std::erase_if(m_history.events, later);
    std::erase_if(m_checkpoints, [step](std::int64_t saved) { return saved > step; });
    m_replay.cutAfter(step);
    m_curves.reset();
    m_skipped = skippedIn(m_history.metrics);
    m_step = step;
}

void RunModel::takeSnapshot(const std::shared_ptr<const RankSnapshot>& snapshot)
{
    if (!m_hasRun || isRecorded())
        return;
    m_latest = snapshot;
    m_memory = snapshot->memory;
    m_mostMemory = std::max(m_mostMemory, m_memory.used);
    m_replay.keep(snapshot);
    // A picture of the event that is shown brings the scores that the events alone do not have.
    if (m_shown < 0 || (snapshot->eventStep >= 0 && snapshot->eventStep <= m_shown))
        Q_EMIT snapshotChanged();
}

bool RunModel::isCancelled() const
{
    const bool stopped = m_state == SessionState::Stopping || m_state == SessionState::Stopped;
    return stopped && m_hasRun && !isRecorded() && !m_begun;
}

bool RunModel::isExportable() const
{
    return m_hasRun && (isActive(m_state) || m_hasAdapter || !m_checkpoints.empty());
}

PlotPlan RunModel::plan() const
{
    const std::int64_t matrices = m_layout ? static_cast<std::int64_t>(m_layout->modules.size()) : 0;
    return plotPlan(m_config, m_resolved, matrices, m_hasRun ? &m_edited : nullptr);
}

Phase RunModel::phase() const
{
    return m_resolved.schedule.phaseAt(std::max<std::int64_t>(m_step - 1, 0));
}

int RunModel::matricesAtZero() const
{
    const auto snapshot = shownSnapshot();
    if (!snapshot)
        return 0;
    return static_cast<int>(std::count_if(snapshot->modules.begin(), snapshot->modules.end(),
        [](const ModuleState& module) { return module.rank == 0; }));
}

double RunModel::secondsPerStep() const
{
    const auto& metrics = m_history.metrics;
    if (metrics.size() < 2)
        return 0.0;
    const MetricPoint& last = metrics.back();
    const MetricPoint& first = metrics[metrics.size() - std::min(metrics.size(), rateWindow)];
    const auto steps = static_cast<double>(last.step - first.step);
    return steps > 0 && last.seconds > first.seconds ? (last.seconds - first.seconds) / steps : 0.0;
}

double RunModel::tokensPerSecond() const
{
    const auto& metrics = m_history.metrics;
    if (metrics.size() < 2)
        return 0.0;
    return trainingSpeed(std::span(metrics).last(std::min(metrics.size(), rateWindow)), m_history.evaluations);
}

std::shared_ptr<const RankSnapshot> RunModel::shownSnapshot() const
{
    if (m_shown < 0 || !m_layout) {
        // A run that failed between two pictures still shows the ranks of its last event.
        const bool behind = m_state == SessionState::Failed && m_latest && !m_history.events.empty()
            && m_latest->eventStep < m_history.events.back().step;
        return behind ? m_replay.at(m_layout, m_history.events, m_step) : m_latest;
    }
    return m_replay.at(m_layout, m_history.events, m_shown);
}

void RunModel::showStep(std::int64_t step)
{
    const std::int64_t shown = step < 0 || step >= m_step ? -1 : step;
    if (shown == m_shown)
        return;
    m_shown = shown;
    Q_EMIT shownStepChanged(m_shown);
    Q_EMIT snapshotChanged();
}

} // namespace spectune
