// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"

#include <QImage>
#include <QString>
#include <QStringList>

namespace spectune {
class MainWindow;
}

namespace spectune::test {

/// What the widgets show of one moment, as their data.
struct Shown {
    QString grid; ///< every number of every cell
    QStringList cells; ///< as the tool tips say them
    QStringList plots;
    QStringList inspector; ///< of one matrix: words, rows, formula and errors
    QImage triplets;
    QStringList timeline;
};

/// Of the step that @p window shows, with @p module in the inspector. @pre a snapshot is shown
[[nodiscard]] Shown shownIn(MainWindow& window, ModuleIndex module);

/// Fails the test that runs where they differ.
void verifySame(const Shown& is, const Shown& was);

} // namespace spectune::test
