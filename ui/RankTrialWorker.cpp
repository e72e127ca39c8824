// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RankTrialWorker.h"

#include "ui/RankTrial.h"

#include <utility>

namespace spectune {

RankTrialWorker::RankTrialWorker(QObject* parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

RankTrialWorker::~RankTrialWorker()
{
    stop();
    m_pool.waitForDone();
}

void RankTrialWorker::stop()
{
    if (!m_stop)
        return;
    *m_stop = true;
    m_stop.reset();
}

void RankTrialWorker::start(int equations)
{
    stop();
    m_stop = std::make_shared<std::atomic<bool>>(false);
    m_pool.start([this, equations, stop = m_stop] {
        const RankTrial trial(equations);
        for (int rank = 1; rank <= RankTrial::ranks; ++rank)
            for (int start = 0; start < RankTrial::starts; ++start) {
                std::vector<float> course;
                const double loss = trial.train(rank, start, *stop, &course);
                if (*stop)
                    return;
                QMetaObject::invokeMethod(
                    this,
                    [this, stop, rank, loss, course = std::move(course)] {
                        if (stop == m_stop) // else it was given up meanwhile
                            Q_EMIT trained(rank, loss, course);
                    },
                    Qt::QueuedConnection);
            }
        QMetaObject::invokeMethod(
            this,
            [this, stop] {
                if (stop != m_stop)
                    return;
                m_stop.reset();
                Q_EMIT finished();
            },
            Qt::QueuedConnection);
    });
}

} // namespace spectune
