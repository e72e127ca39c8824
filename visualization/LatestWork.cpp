// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LatestWork.h"

#include <exception>
#include <utility>

namespace spectune {

LatestWork::LatestWork()
{
    m_pool.setMaxThreadCount(1);
}

LatestWork::~LatestWork()
{
    m_pool.waitForDone(); // before the context of its answer
}

void LatestWork::ask(Start start)
{
    m_waiting = std::move(start);
    if (!m_busy) {
        next();
    }
}

void LatestWork::next()
{
    const Start start = std::exchange(m_waiting, {});
    m_busy = true; // while it starts as well: what it asks for waits
    try {
        m_pool.start([this, work = start()] {
            Done done;
            try {
                done = work();
            } catch (const std::exception&) { // no memory: what was there before stays
                done = {};
            }
            QMetaObject::invokeMethod(
                &m_context, [this, done = std::move(done)] { finished(done); }, Qt::QueuedConnection);
        });
    } catch (const std::exception&) { // none for what the work needs either
        m_busy = false;
    }
}

void LatestWork::finished(const Done& done)
{
    m_busy = false;
    if (done) {
        done();
    }
    if (!m_busy && m_waiting) { // done() may have asked for more
        next();
    }
}

} // namespace spectune
