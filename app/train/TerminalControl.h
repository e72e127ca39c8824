// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "app/train/WriteHold.h"
#include "training/session/TrainingEngine.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace spectune {

/// A run in a terminal: no pause, no pictures; a progress line, and a stop by Ctrl-C that saves.
class TerminalControl final : public RunControl {
public:
    /// @param longestWait for a disk that refuses (see WriteHold)
    TerminalControl(bool quiet, std::optional<std::chrono::seconds> longestWait);

    [[nodiscard]] const StopToken& stopToken() const override;
    void post(RunEvent event) override;
    [[nodiscard]] bool snapshotDue() override { return false; }
    void publish(std::shared_ptr<const RankSnapshot> snapshot) override;
    [[nodiscard]] BorderAction nextAction(std::int64_t stepsDone) override;
    [[nodiscard]] bool holdFor(const Failure& failure) override;

    /// Ends the line in work, so that other text starts on its own.
    void endLine();
    /// Where the run lies; empty until it has started.
    [[nodiscard]] const std::string& outFolder() const noexcept { return m_outFolder; }

private:
    void show(const PreparationProgress& progress);
    void show(const RunStarted& started);
    void show(const MetricPoint& point);
    void show(const EvalPoint& point);
    void show(const LogLine& line);
    /// On a terminal redraws the line in place, else prints one at most every few seconds. @param last always print
    void progressLine(const std::string& text, bool last);

    WriteHold m_hold;
    std::string m_outFolder;
    bool m_quiet;
    bool m_terminal;
    bool m_lineOpen = false;
    std::size_t m_lineLength = 0;
    std::int64_t m_total = 0;
    std::int64_t m_first = 0;
    double m_firstSeconds = -1.0; ///< clock of the first step seen, for the time left
    std::chrono::steady_clock::time_point m_lastLine;
};

} // namespace spectune
