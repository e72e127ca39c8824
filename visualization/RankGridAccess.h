// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAccessibleWidget>

namespace spectune {

class RankGrid;

/// The grid for a screen reader: what it is, the cell under the pointer or else the chosen one, and the whole in
/// numbers. Read when it is asked for: a run changes them thirty times a second, and nobody shall hear each.
class RankGridAccess : public QAccessibleWidget {
public:
    explicit RankGridAccess(RankGrid* grid);

    /// Once per program; further calls do nothing.
    static void install();

    [[nodiscard]] QString text(QAccessible::Text text) const override;
};

} // namespace spectune
