// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RecentPaths.h"

#include <QSettings>

namespace spectune {

QStringList RecentPaths::list() const
{
    return QSettings().value(key).toStringList();
}

void RecentPaths::add(const QString& path) const
{
    QStringList all = list();
    if (!all.isEmpty() && all.front() == path)
        return;
    all.removeAll(path);
    all.prepend(path);
    QSettings().setValue(key, QStringList(all.mid(0, most)));
}

void RecentPaths::clear() const
{
    QSettings().remove(key);
}

RecentPaths recentModels()
{
    return {.key = QStringLiteral("recentModels"), .most = 8};
}

} // namespace spectune
