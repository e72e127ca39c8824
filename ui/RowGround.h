// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/Theme.h"

#include <QPainter>

namespace spectune {

/// Below a chosen row of a list. In the light theme panels are nearly white, so that nothing brighter stands out on
/// them.
[[nodiscard]] inline QColor chosenGround(const Theme& theme)
{
    return theme.dark ? theme.raised : theme.sunken;
}

/// The ground of a list's row, with the line below it and, where it is chosen, the 3 px bar before it. @param ringed a
/// frame of the keyboard stands there, which the bar would stick out of
inline void paintRowGround(QPainter& painter, const QRect& row, bool chosen, bool ringed = false)
{
    const Theme& theme = Theme::current();
    painter.fillRect(row, chosen ? chosenGround(theme) : theme.panel);
    painter.fillRect(QRect(row.left(), row.bottom(), row.width(), 1), theme.line);
    if (chosen && !ringed)
        painter.fillRect(QRect(row.left(), row.top(), 3, row.height() - 1), theme.text);
}

} // namespace spectune
