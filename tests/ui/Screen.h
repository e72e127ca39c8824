// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/RunFolderBench.h"

#include <QByteArray>
#include <QFile>
#include <QSize>
#include <QTemporaryDir>

namespace spectune::test {

/// A screen of @p pixels for the application that is made next; the offscreen platform's own has 800 × 800, and on a
/// screen that is too small Qt makes a window fit. @param folder for the platform's file; it outlives the application
inline void makeScreen(const QTemporaryDir& folder, QSize pixels)
{
    const QString file = folder.filePath(QStringLiteral("screens.json"));
    writeText(file,
        QStringLiteral(R"({"screens": [{"name": "one", "x": 0, "y": 0, "width": %1, "height": %2, "logicalDpi": 96,
            "logicalBaseDpi": 96, "dpr": 1.0}]})")
            .arg(pixels.width())
            .arg(pixels.height()));
    qputenv("QT_QPA_PLATFORM", "offscreen:configfile=" + QFile::encodeName(file));
}

} // namespace spectune::test
