// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingEngine.h"
#include "ui/StudioStyle.h"

#include <QSize>
#include <QString>

namespace spectune {

/// From here on nothing in the window is cut off; StudioOptions::size alone makes it smaller.
inline constexpr QSize leastWindowSize(1180, 720);

/// What the program knows before its window exists.
struct StudioOptions {
    EngineFactory engine;
    QString demoConfig; ///< demo.json; empty: not installed
    QString device = QStringLiteral("cpu");
    ThemeChoice theme = ThemeChoice::System;
    QSize size; ///< empty: as last time, or 1440 × 900
    QString historyFile; ///< of the runs' database; empty: the user's own, or none at all where nothing is remembered
    QString presetFolder; ///< of the person's own presets; likewise
    bool remembers = true; ///< false: leaves the stored settings alone (screenshots, tests)
};

} // namespace spectune
