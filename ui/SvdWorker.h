// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/SpectralParts.h"

#include <QObject>
#include <QString>
#include <QThreadPool>

#include <functional>
#include <memory>

namespace spectune {

/// Decomposes matrices on a thread of its own, one after the other; only the newest question's answer is told.
class SvdWorker : public QObject {
    Q_OBJECT
public:
    explicit SvdWorker(QObject* parent = nullptr);
    ~SvdWorker() override; ///< waits for the decomposition at hand (seconds at 512 × 512)

    /// @param work called on the worker's thread with nothing but what it has captured by value; it may throw
    void start(std::function<SpectralParts()> work);
    /// Nothing is wanted any more: what is at work is told to nobody.
    void drop();
    [[nodiscard]] bool isBusy() const { return m_wanted != m_done; }

Q_SIGNALS:
    void finished(const std::shared_ptr<const spectune::SpectralParts>& parts);
    void failed(const QString& why);

private:
    void take(qint64 number, const std::shared_ptr<const SpectralParts>& parts, const QString& problem);

    QThreadPool m_pool;
    qint64 m_wanted = 0; ///< number of the newest question
    qint64 m_done = 0;
};

} // namespace spectune
