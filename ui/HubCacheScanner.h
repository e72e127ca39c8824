// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/HubCache.h"

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <memory>

namespace spectune {

/// Looks through the Hugging Face cache on a thread of its own; only the newest search's result is told. GUI thread.
class HubCacheScanner : public QObject {
    Q_OBJECT
public:
    explicit HubCacheScanner(QObject* parent = nullptr);
    ~HubCacheScanner() override; ///< ends a search at its next file

    void scan(const QString& root);

Q_SIGNALS:
    /// @param exists whether there is a folder at the root at all
    void found(const std::vector<spectune::CachedModel>& models, bool exists);

private:
    QThreadPool m_pool;
    std::shared_ptr<std::atomic<bool>> m_ended; ///< of the search at hand
};

} // namespace spectune
