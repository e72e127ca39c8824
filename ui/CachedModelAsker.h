// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

#include <cstdint>

namespace spectune {

class CachedModelList;
class SessionController;

/// Takes the list's questions about models in the cache to the session, and the answers back.
class CachedModelAsker : public QObject {
    Q_OBJECT
public:
    CachedModelAsker(SessionController& session, CachedModelList& list, QObject* parent = nullptr);

private:
    std::int64_t m_request = -1; ///< the last one
    QString m_folder; ///< that it is about
};

} // namespace spectune
