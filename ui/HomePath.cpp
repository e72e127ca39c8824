// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HomePath.h"

#include <QDir>

namespace spectune {

QString withHome(const QString& typed)
{
    return typed == QLatin1String("~") || typed.startsWith(QLatin1String("~/")) ? QDir::homePath() + typed.mid(1)
                                                                                : typed;
}

} // namespace spectune
