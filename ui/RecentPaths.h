// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace spectune {

/// Files or folders that were used last, in the person's settings; the newest first. GUI thread.
struct RecentPaths {
    QString key; ///< of the settings
    int most = 8; ///< that are kept

    [[nodiscard]] QStringList list() const;
    /// @param path absolute
    void add(const QString& path) const;
    void clear() const;
};

/// The model folders.
[[nodiscard]] RecentPaths recentModels();

} // namespace spectune
