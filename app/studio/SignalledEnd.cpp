// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/SignalledEnd.h"

#include "ui/MainWindow.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"

namespace spectune {

namespace {
constexpr int endedBySignal = 130; ///< as spectune-train's
}

SignalledEnd::SignalledEnd(MainWindow& window)
    : m_window(window)
{
}

void SignalledEnd::begin()
{
    m_hadRun = isActive(m_window.run().state()); // the run knows of its start before the session does
    m_window.quitSaving();
}

int SignalledEnd::code() const
{
    const Failure* const fault = failure();
    return fault ? exitCode(fault->kind) : endedBySignal;
}

std::string SignalledEnd::told() const
{
    const Failure* const fault = failure();
    if (!fault)
        return {};
    return fault->detail.empty() ? fault->message.english() : fault->message.english() + '\n' + fault->detail.english();
}

// A run that had failed before was not lost by the signal.
const Failure* SignalledEnd::failure() const
{
    const RunModel& run = m_window.run();
    return m_hadRun && run.state() == SessionState::Failed ? &run.failure() : nullptr;
}

} // namespace spectune
