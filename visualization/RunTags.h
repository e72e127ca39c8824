// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPen>
#include <QString>

class QPainter;

namespace spectune {

/// How many runs can be held against one another at once.
inline constexpr int mostComparedRuns = 6;
/// Of a smoothed curve and of what stands for it in a legend, pixels.
inline constexpr double comparedLineWidth = 1.9;

/// The letter, colour and dashes by which a compared run is known in every view. Never by colour alone.
struct RunTag {
    [[nodiscard]] static QString letter(int index); ///< "A" … "F"
    [[nodiscard]] static QColor color(int index); ///< of the current theme
    /// A's line is whole, each other one has dashes of its own, which a line of 13 px shows, too.
    [[nodiscard]] static QPen pen(int index, double width);
    /// A filled square of 16 px with the letter in it.
    static void paint(QPainter& painter, QPointF topLeft, int index);
};

} // namespace spectune
