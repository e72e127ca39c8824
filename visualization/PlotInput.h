// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWheelEvent>

#include <cmath>
#include <optional>

namespace spectune {

inline constexpr double zoomPerNotch = 1.25; ///< 15 degrees of a wheel; a key zooms by as much

inline constexpr double clickReach = 4.0; ///< pixels; a pointer that moved further drags

/// What a turn of the wheel over a plot asks for.
struct WheelZoom {
    bool ofValues = false; ///< along the value axis: over it, or with Ctrl; else along the steps
    double factor = 1.0; ///< of what is shown; < 1: closer
};

/// @param left of the plot's ground, pixels @return nothing: the wheel did not turn
[[nodiscard]] inline std::optional<WheelZoom> wheelZoom(const QWheelEvent& wheel, double left)
{
    const double notches = wheel.angleDelta().y() / 120.0;
    if (notches == 0.0) {
        return std::nullopt;
    }
    return WheelZoom {wheel.modifiers().testFlag(Qt::ControlModifier) || wheel.position().x() < left,
        std::pow(1.0 / zoomPerNotch, notches)};
}

} // namespace spectune
