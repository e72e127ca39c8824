// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>

#include <functional>

namespace spectune {

/// Has a worker do what was asked for last: what is asked for while the worker is busy takes the place of what waits,
/// and what it is busy with is finished. GUI thread only. Its destructor waits for the worker.
class LatestWork {
public:
    using Done = std::function<void()>; ///< on the GUI thread
    using Work = std::function<Done()>; ///< on the worker; what it throws ends it, and nothing is done
    /// On the GUI thread, as soon as the worker is free: takes what the work needs; what it throws ends it, too.
    using Start = std::function<Work()>;

    LatestWork();
    ~LatestWork();
    LatestWork(const LatestWork&) = delete;
    LatestWork& operator=(const LatestWork&) = delete;

    void ask(Start start);
    void forget() { m_waiting = {}; } ///< what waits; what the worker is busy with is finished
    [[nodiscard]] bool isBusy() const noexcept { return m_busy; }

private:
    void next();
    void finished(const Done& done);

    QObject m_context; ///< of the worker's answers
    QThreadPool m_pool;
    Start m_waiting;
    bool m_busy = false;
};

} // namespace spectune
