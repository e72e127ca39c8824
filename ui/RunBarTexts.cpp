// SPDX-License-Identifier: GPL-3.0-or-later
// What the run bar says in words and numbers.
#include "ui/PageParts.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/TrainingSpeed.h"
#include "visualization/NumberFormat.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double exactly = 1e-6; ///< epochs: a quotient of whole numbers is as near to what was asked for

QString phaseName(Phase phase)
{
    return phase == Phase::WarmUp ? RunBar::tr("warm-up")
        : phase == Phase::Cubic   ? RunBar::tr("cubic phase")
                                  : RunBar::tr("final phase");
}

/// "800 steps, 1.5 epochs", "about" where that is rounded. @param epochs 0: not known
QString stepsText(std::int64_t steps, double epochs)
{
    const QString text = counted(steps, RunBar::tr("%1 step"), RunBar::tr("%1 steps"));
    const double tenths = std::round(epochs * 10.0) / 10.0;
    if (tenths <= 0.0)
        return text;
    const double shown = tenths >= 10.0 ? std::round(epochs) : tenths;
    const bool whole = shown == std::floor(shown);
    const QString number = whole ? formatCount(std::llround(shown)) : formatFixed(shown, 1);
    const bool one = shown == 1.0;
    if (std::abs(epochs - shown) < exactly)
        return (one ? RunBar::tr("%1, %2 epoch") : RunBar::tr("%1, %2 epochs")).arg(text, number);
    return (one ? RunBar::tr("%1, about %2 epoch") : RunBar::tr("%1, about %2 epochs")).arg(text, number);
}

} // namespace

/// Of a run that has ended; empty: it was not evaluated at its end.
QString RunBar::lastEvaluation() const
{
    const auto& evaluations = m_run.history().evaluations;
    if (evaluations.empty() || evaluations.back().step != m_run.step())
        return {};
    const QString loss = formatLoss(evaluations.back().evalLoss);
    return evaluations.size() < 2
        ? tr("evaluation loss %1").arg(loss)
        : tr("evaluation loss %1 (first %2)").arg(loss, formatLoss(evaluations.front().evalLoss));
}

QString RunBar::titleNote() const
{
    if (m_input.state == SessionState::Running || m_input.state == SessionState::Paused)
        return allocatesBudget(m_run.config().method) ? phaseName(m_run.phase()) : QString();
    const bool recorded = m_input.record && m_input.record != RecordState::Running && m_state.showsProgress;
    // Below, the loss has taken the time's place.
    const bool told = isTerminal(m_input.state) && m_state.showsProgress && !lastEvaluation().isEmpty();
    const auto& metrics = m_run.history().metrics;
    if (!told || metrics.empty())
        return recorded ? tr("recorded") : QString();
    const QString time = formatDuration(metrics.back().seconds);
    return recorded ? tr("recorded, %1").arg(time) : time;
}

QString RunBar::subtitleOfEnded() const
{
    const auto& metrics = m_run.history().metrics;
    const bool endedBadly = m_input.record == RecordState::Interrupted || m_input.record == RecordState::Failed;
    if (endedBadly && !m_input.exportable)
        return tr("at step %1, nothing was saved").arg(formatCount(m_run.step()));
    if (metrics.empty())
        return m_input.cancelled ? tr("nothing was saved") : QString();
    const QString step = formatCount(m_run.step());
    if (const QString loss = lastEvaluation(); !loss.isEmpty())
        return tr("step %1, %2").arg(step, loss);
    return tr("step %1, %2").arg(step, formatDuration(metrics.back().seconds));
}

QString RunBar::subtitle() const
{
    const QString time = m_run.since().isValid() ? m_run.since().toString(QStringLiteral("HH:mm")) : QString();
    switch (m_state.mark) {
    case StateMark::HalfDisc: return m_run.stage();
    case StateMark::GreenDisc:
        return m_input.record ? tr("as of step %1").arg(formatCount(m_run.step())) : tr("since %1").arg(time);
    case StateMark::Bars: return tr("at step %1, memory stays held").arg(formatCount(m_run.step()));
    case StateMark::AmberDisc:
        return m_input.state == SessionState::Pausing ? tr("after this step")
            : m_input.cancelled                       ? tr("nothing is to be saved")
                                                      : tr("saving step %1").arg(formatCount(m_run.step()));
    case StateMark::Cross:
        return m_input.record ? subtitleOfEnded() : tr("at step %1, %2").arg(formatCount(m_run.step()), time);
    case StateMark::Tick:
    case StateMark::Square: return subtitleOfEnded();
    case StateMark::Ring: break;
    }
    return m_steps > 0 ? stepsText(m_steps, m_epochs) : tr("the number of steps follows from the data");
}

/// The last that a step used: a schedule may end at 0, which no step had.
double RunBar::shownRate() const
{
    const auto& metrics = m_run.history().metrics;
    const auto used
        = std::find_if(metrics.rbegin(), metrics.rend(), [](const MetricPoint& point) { return point.lr > 0.0; });
    return isTerminal(m_input.state) && used != metrics.rend() ? used->lr : metrics.back().lr;
}

double RunBar::shownSpeed() const
{
    const auto& metrics = m_run.history().metrics;
    if (m_input.state == SessionState::Paused)
        return 0.0; // the last steps' speed is not that of a run that waits
    if (!isTerminal(m_input.state))
        return m_run.tokensPerSecond();
    return trainingSpeed(metrics, m_run.history().evaluations);
}

QString RunBar::speedHelp() const
{
    return isTerminal(m_input.state)
        ? tr("Loss-bearing tokens per second over the whole run, without pauses and evaluations. The tokens of the "
             "prompts are read as well, but not counted.")
        : tr("Loss-bearing tokens per second over the last 40 steps, without pauses and evaluations. The tokens of the "
             "prompts are read as well, but not counted.");
}

} // namespace spectune
