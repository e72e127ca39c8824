// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunOpener.h"

#include "ui/MessageWords.h"
#include "ui/RecordedRun.h"

#include <exception>
#include <utility>

namespace spectune {

RunOpener::RunOpener(QObject* parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(2); // the run that is wanted does not wait for one that no longer is
}

RunOpener::~RunOpener()
{
    m_pool.clear();
    m_pool.waitForDone();
}

void RunOpener::open(const QString& folder, std::function<void(RecordedRun)> use)
{
    m_pool.clear(); // what has not begun is not wanted any more
    const qint64 number = ++m_wanted;
    m_use = std::move(use);
    setFolder(folder);
    m_pool.start([this, number, folder] {
        std::shared_ptr<RecordedRun> run;
        QString problem;
        try {
            run = std::make_shared<RecordedRun>(readRecordedRun(folder));
        } catch (const std::exception&) {
            problem = caughtWords();
        }
        QMetaObject::invokeMethod(
            this, [this, number, run, problem] { take(number, run, problem); }, Qt::QueuedConnection);
    });
}

void RunOpener::cancel()
{
    m_pool.clear();
    ++m_wanted;
    m_use = {};
    setFolder({});
}

void RunOpener::take(qint64 number, const std::shared_ptr<RecordedRun>& run, const QString& problem)
{
    if (number != m_wanted)
        return;
    const QString folder = m_folder;
    const auto use = std::exchange(m_use, {});
    setFolder({});
    if (run)
        use(std::move(*run));
    else
        Q_EMIT failed(folder, problem);
}

void RunOpener::setFolder(const QString& folder)
{
    if (m_folder == folder)
        return;
    m_folder = folder;
    Q_EMIT folderChanged();
}

} // namespace spectune
