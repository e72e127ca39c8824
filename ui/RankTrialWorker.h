// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <memory>
#include <vector>

namespace spectune {

/// Trains all starts of a RankTrial on a thread of its own, rank by rank, and tells each as it ends. GUI thread.
class RankTrialWorker : public QObject {
    Q_OBJECT
public:
    explicit RankTrialWorker(QObject* parent = nullptr);
    ~RankTrialWorker() override; ///< stops, and waits for the step at hand

    /// What still goes on is given up. @param equations K·N, at most RankTrial::mostEquations
    void start(int equations);
    void stop();
    [[nodiscard]] bool isRunning() const { return m_stop != nullptr; }

Q_SIGNALS:
    /// @param course its loss before each step and after the last one
    void trained(int rank, double loss, const std::vector<float>& course);
    void finished(); ///< all starts are through; not after stop()

private:
    QThreadPool m_pool;
    std::shared_ptr<std::atomic<bool>> m_stop; ///< of the trial that goes on; null: none does
};

} // namespace spectune
