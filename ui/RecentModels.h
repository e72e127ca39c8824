// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

namespace spectune {

/// The model folders that were used last, in the person's settings; the newest first. GUI thread.
struct RecentModels {
    static constexpr int most = 8;

    [[nodiscard]] static QStringList folders();
    /// @param folder absolute
    static void add(const QString& folder);
    static void clear();
};

} // namespace spectune
