// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SvdWorker.h"

#include "ui/MessageWords.h"

#include <exception>
#include <utility>

namespace spectune {

SvdWorker::SvdWorker(QObject* parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

SvdWorker::~SvdWorker()
{
    m_pool.clear();
    m_pool.waitForDone();
}

void SvdWorker::start(std::function<SpectralParts()> work)
{
    m_pool.clear(); // what has not begun is not wanted any more
    const qint64 number = ++m_wanted;
    m_pool.start([this, number, work = std::move(work)] {
        std::shared_ptr<const SpectralParts> parts;
        QString problem;
        try {
            parts = std::make_shared<const SpectralParts>(work());
        } catch (const std::exception&) {
            problem = caughtWords();
        }
        QMetaObject::invokeMethod(
            this, [this, number, parts, problem] { take(number, parts, problem); }, Qt::QueuedConnection);
    });
}

void SvdWorker::drop()
{
    m_pool.clear();
    m_done = ++m_wanted;
}

void SvdWorker::take(qint64 number, const std::shared_ptr<const SpectralParts>& parts, const QString& problem)
{
    if (number != m_wanted)
        return;
    m_done = number;
    if (parts)
        Q_EMIT finished(parts);
    else
        Q_EMIT failed(problem);
}

} // namespace spectune
