// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/DiskQuestion.h"

#include <QFileInfo>
#include <QStorageInfo>

#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

namespace spectune {

struct DiskQuestion::Shared {
    std::mutex mutex;
    DiskQuestion* owner = nullptr; ///< null: it is gone, and with it the program's objects
};

namespace {

qint64 roomIn(const QString& folder)
{
    const QStorageInfo disk(folder);
    return disk.isValid() && disk.isReady() ? disk.bytesAvailable() : -1;
}

DiskAnswer lookAtDisk(const QString& folder)
{
    return {roomIn(folder), QFileInfo::exists(folder + QStringLiteral("/log.txt"))};
}

} // namespace

DiskAnswer DiskQuestion::roomFor(const QString& folder)
{
    QString there = folder;
    while (!QFileInfo::exists(there) && there.contains(QLatin1Char('/')))
        there = there.section(QLatin1Char('/'), 0, -2);
    return {.room = roomIn(there.isEmpty() ? QStringLiteral("/") : there)};
}

DiskQuestion::DiskQuestion(Look look, QObject* parent)
    : QObject(parent)
    , m_look(look ? std::move(look) : Look(lookAtDisk))
    , m_shared(std::make_shared<Shared>())
{
    m_shared->owner = this;
}

DiskQuestion::~DiskQuestion()
{
    const std::lock_guard lock(m_shared->mutex);
    m_shared->owner = nullptr;
}

void DiskQuestion::ask(const QString& folder)
{
    if (folder.isEmpty() || folder == m_folder)
        return;
    const qint64 number = ++m_number;
    try {
        std::thread([shared = m_shared, look = m_look, folder, number] {
            const DiskAnswer answer = look(folder);
            const std::lock_guard lock(shared->mutex); // the owner stays until the answer is on its way
            if (DiskQuestion* owner = shared->owner)
                QMetaObject::invokeMethod(
                    owner, [owner, number, answer] { owner->take(number, answer); }, Qt::QueuedConnection);
        }).detach();
        m_folder = folder;
    } catch (const std::system_error&) {
        m_folder.clear(); // no thread is to be had: it is asked again
    }
}

void DiskQuestion::take(qint64 number, const DiskAnswer& answer)
{
    if (number == m_number)
        Q_EMIT answered(std::exchange(m_folder, {}), answer);
}

} // namespace spectune
