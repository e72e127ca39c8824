// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RecentModels.h"

#include <QSettings>

namespace spectune {

namespace {
const QString key = QStringLiteral("recentModels");
}

QStringList RecentModels::folders()
{
    return QSettings().value(key).toStringList();
}

void RecentModels::add(const QString& folder)
{
    QStringList all = folders();
    if (!all.isEmpty() && all.front() == folder)
        return;
    all.removeAll(folder);
    all.prepend(folder);
    QSettings().setValue(key, QStringList(all.mid(0, most)));
}

void RecentModels::clear()
{
    QSettings().remove(key);
}

} // namespace spectune
