// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/TerminalControl.h"

#include "app/train/Console.h"

#include <cstdarg>
#include <cstdio>
#include <type_traits>

namespace spectune {

namespace {

constexpr std::chrono::milliseconds redrawAfter {100};
constexpr std::chrono::seconds printAfter {3};

/// printf into a string; at most 255 bytes.
[[gnu::format(printf, 1, 2)]] std::string formatted(const char* format, ...)
{
    char text[256];
    va_list values;
    va_start(values, format);
    std::vsnprintf(text, sizeof text, format, values);
    va_end(values);
    return text;
}

} // namespace

TerminalControl::TerminalControl(bool quiet, std::optional<std::chrono::seconds> longestWait)
    : m_hold({.wait = waitUnlessStopped,
                 .stopped = [] { return stopOnSignal().stopRequested(); },
                 .tell =
                     [this](const std::string& text) {
                         endLine();
                         std::fprintf(stderr, "%s\n", text.c_str());
                     }},
        longestWait)
    , m_quiet(quiet)
    , m_terminal(isTerminal())
{
}

const StopToken& TerminalControl::stopToken() const
{
    return stopOnSignal();
}

void TerminalControl::publish(std::shared_ptr<const RankSnapshot> /*snapshot*/) { }

BorderAction TerminalControl::nextAction(std::int64_t /*stepsDone*/)
{
    return stopOnSignal().stopRequested() ? BorderAction::Stop : BorderAction::Continue;
}

bool TerminalControl::holdFor(const Failure& failure)
{
    announceWait(true);
    const bool again = m_hold.holdFor(failure);
    announceWait(false);
    return again;
}

void TerminalControl::post(RunEvent event)
{
    m_hold.wentOn(); // nothing is told between two tries
    if (const auto* const started = std::get_if<RunStarted>(&event)) {
        m_outFolder = started->outFolder;
        announceStops(); // before, there is nothing to save
    }
    if (m_quiet)
        return;
    std::visit(
        [this](const auto& value) {
            using Value = std::decay_t<decltype(value)>;
            constexpr bool progress = std::is_same_v<Value, PreparationProgress> || std::is_same_v<Value, RunStarted>;
            constexpr bool measured = std::is_same_v<Value, MetricPoint> || std::is_same_v<Value, EvalPoint>;
            if constexpr (progress || measured || std::is_same_v<Value, LogLine>)
                show(value);
        },
        event);
}

void TerminalControl::show(const PreparationProgress& progress)
{
    if (progress.total > 0)
        progressLine(
            progress.stage.english() + ": " + grouped(progress.done) + " of " + grouped(progress.total), false);
    else
        progressLine(progress.stage.english() + "…", false);
}

void TerminalControl::show(const RunStarted& started)
{
    m_total = started.resolved.totalSteps;
    m_first = started.firstStep;
    endLine();
    const BudgetSchedule& schedule = started.resolved.schedule;
    std::printf("%s matrices, %s trainable and %s frozen parameters; %s samples (%s dropped), %s to evaluate; %s\n",
        grouped(static_cast<long long>(started.layout->modules.size())).c_str(),
        grouped(started.trainableParameters).c_str(), grouped(started.baseParameters).c_str(),
        grouped(started.trainSamples).c_str(), grouped(started.droppedSamples).c_str(),
        grouped(started.evalSamples).c_str(), started.deviceName.english().c_str());
    std::printf("%s steps, rank %s%s, s = %.3g; %s triplets", grouped(m_total).c_str(),
        started.layout->ranks.empty() ? "" : "by adalora.rank_map, up to ", grouped(started.resolved.initRank).c_str(),
        started.resolved.scale, grouped(schedule.initialBudget).c_str());
    if (schedule.targetBudget < schedule.initialBudget)
        std::printf(", %s kept at the end (ti %s, T − tf %s, ΔT %s)", grouped(schedule.targetBudget).c_str(),
            grouped(schedule.warmUpEnd).c_str(), grouped(schedule.finalStart()).c_str(),
            grouped(schedule.interval).c_str());
    std::printf("\n");
    if (!started.outFolder.empty())
        std::printf("Output: %s\n", started.outFolder.c_str());
    std::fflush(stdout);
}

void TerminalControl::show(const MetricPoint& point)
{
    if (m_firstSeconds < 0.0) {
        m_firstSeconds = point.seconds;
        m_first = point.step;
    }
    const auto done = static_cast<double>(point.step - m_first);
    const double elapsed = point.seconds - m_firstSeconds;
    const double perStep = done > 0.0 ? elapsed / done : 0.0;
    std::string text = formatted("step %s of %s  loss %.4f  R %.4f  lr %.2e  b %s", grouped(point.step).c_str(),
        grouped(m_total).c_str(), point.loss, point.orth, point.lr, grouped(point.budget).c_str());
    if (!point.skipped.empty())
        text += "  skipped: " + point.skipped;
    else if (perStep > 0.0)
        text += formatted("  %.1f steps/s  %s left", 1.0 / perStep,
            duration(perStep * static_cast<double>(m_total - point.step)).c_str());
    progressLine(text, point.step == m_total);
}

void TerminalControl::show(const EvalPoint& point)
{
    endLine();
    std::printf("step %s: evaluation loss %.4f", grouped(point.step).c_str(), point.evalLoss);
    for (const auto& [name, value] : point.metrics)
        std::printf(", %s %.4g", name.c_str(), value);
    std::printf("\n");
    std::fflush(stdout);
}

void TerminalControl::show(const LogLine& line)
{
    endLine();
    std::printf("%s\n", line.text.english().c_str());
    std::fflush(stdout);
}

void TerminalControl::progressLine(const std::string& text, bool last)
{
    const auto now = std::chrono::steady_clock::now();
    if (!last && now - m_lastLine < (m_terminal ? std::chrono::milliseconds(redrawAfter) : printAfter))
        return;
    m_lastLine = now;
    if (!m_terminal) {
        std::printf("%s\n", text.c_str());
        std::fflush(stdout);
        return;
    }
    const std::size_t blank = m_lineLength > text.size() ? m_lineLength - text.size() : 0;
    std::printf("\r%s%*s", text.c_str(), static_cast<int>(blank), "");
    std::fflush(stdout);
    m_lineOpen = true;
    m_lineLength = text.size();
}

void TerminalControl::endLine()
{
    if (m_lineOpen)
        std::printf("\n");
    m_lineOpen = false;
    m_lineLength = 0;
}

} // namespace spectune
