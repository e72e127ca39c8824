// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QObject>
#include <QString>

#include <chrono>
#include <vector>

namespace spectune {

class SessionController;

/// Whether both make the same held-out samples, for the same model: its folder and every field of data.
[[nodiscard]] bool haveSameSamples(const RunConfig& a, const RunConfig& b);

/// Has both sides answer the held-out samples, a few with each request, so that it can be watched, stopped and gone on
/// with, and other requests come in between. GUI thread.
class SampleJudge : public QObject {
    Q_OBJECT
public:
    explicit SampleJudge(SessionController& session, QObject* parent = nullptr);

    /// Whose answers are wanted. Another subject (samples, model, adapter, step) forgets the verdicts.
    void setSubject(const RunConfig& config, const QString& adapterFolder, std::int64_t step);
    /// Begins, or goes on where it was stopped.
    void start();
    void stop();

    [[nodiscard]] bool isJudging() const { return m_request >= 0; }
    [[nodiscard]] bool isDone() const { return m_total >= 0 && known() >= m_total; }
    [[nodiscard]] std::int64_t total() const { return m_total; } ///< samples in the file; −1: not known
    [[nodiscard]] std::int64_t step() const { return m_step; }
    [[nodiscard]] const QString& failure() const { return m_failure; }
    [[nodiscard]] double seconds() const { return m_seconds; } ///< spent so far
    [[nodiscard]] const std::vector<SampleVerdict>& verdicts() const { return m_verdicts; } ///< from sample 0 on
    /// Null where the sample has none yet.
    [[nodiscard]] const SampleVerdict* verdictOf(std::int64_t sample) const;

Q_SIGNALS:
    void changed();

private:
    [[nodiscard]] std::int64_t known() const { return static_cast<std::int64_t>(m_verdicts.size()); }
    void askNext();
    void take(const Answer& answer);

    SessionController& m_session;
    JudgeSamples m_next;
    std::int64_t m_step = -1;
    std::int64_t m_request = -1;
    std::int64_t m_total = -1;
    std::chrono::steady_clock::time_point m_askedAt;
    double m_seconds = 0.0;
    QString m_failure;
    std::vector<SampleVerdict> m_verdicts;
};

} // namespace spectune
