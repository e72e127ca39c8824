// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HubCacheScanner.h"

#include <QFileInfo>

namespace spectune {

HubCacheScanner::HubCacheScanner(QObject* parent)
    : QObject(parent)
{
    m_pool.setMaxThreadCount(1);
}

HubCacheScanner::~HubCacheScanner()
{
    if (m_ended)
        *m_ended = true;
    m_pool.clear();
    m_pool.waitForDone();
}

void HubCacheScanner::scan(const QString& root)
{
    if (m_ended)
        *m_ended = true;
    const auto ended = std::make_shared<std::atomic<bool>>(false);
    m_ended = ended;
    m_pool.start([this, root, ended] {
        const bool exists = QFileInfo(root).isDir();
        std::vector<CachedModel> models = readHubCache(root, [&ended] { return !*ended; });
        QMetaObject::invokeMethod(
            this,
            [this, ended, exists, models = std::move(models)] {
                if (!*ended)
                    Q_EMIT found(models, exists);
            },
            Qt::QueuedConnection);
    });
}

} // namespace spectune
