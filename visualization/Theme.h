// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>

#include <array>

namespace spectune {

/// The colours of the studio, dark or light. The chrome is grey; colour is data or state. GUI thread only.
struct Theme {
    bool dark = true;
    QColor window, panel, raised, sunken; ///< grounds: bars, panels, buttons and the chosen row, rank 0 and gauges
    QColor line, fieldLine, lineStrong; ///< separators, edges of fields, axes and hatch
    QColor text, text2, text3; ///< value, label, caption: each at least 4.5 : 1 on panel
    QColor primary, onPrimary; ///< the one main button
    QColor focus;
    QColor loss, runB, eval, warn, orth;
    QColor prune, revive; ///< always with a triangle that points down, up
    QColor ok, error, errorFill, warnFill;
    QColor lossToken; ///< ground of a token that bears loss
    QColor idleCell; ///< a ticked target, a cell without data yet
    QColor phaseEnd, phaseCubic; ///< plot ground of warm-up and final, of the cubic phase
    std::array<QColor, 12> ramp; ///< t = 0 … 1 in twelve stops
    std::array<QColor, 13> differences; ///< B − A from −max to max; the middle one is "no difference"

    /// t = (rank − 1) / (initRank − 1), interpolated in OKLab. @pre rank >= 1: rank 0 has no colour, only a hatch
    [[nodiscard]] QColor rankColor(int rank, int initRank) const;
    /// The same ramp for any value; @p t is clamped to 0 … 1.
    [[nodiscard]] QColor rampColor(double t) const;
    /// @p t from −1 (A has more) to 1 (B has more), clamped.
    [[nodiscard]] QColor differenceColor(double t) const;
    /// Black or white, whichever contrasts more.
    [[nodiscard]] static QColor inkOn(const QColor& ground);
    /// WCAG 2 contrast ratio, 1 … 21.
    [[nodiscard]] static double contrast(const QColor& a, const QColor& b);
    /// The way between two colours in OKLab; @p t is 0 … 1.
    [[nodiscard]] static QColor mix(const QColor& a, const QColor& b, double t);

    [[nodiscard]] static const Theme& darkTheme();
    [[nodiscard]] static const Theme& lightTheme();
    /// What the widgets paint with. Widgets repaint on QEvent::PaletteChange, so set this before the palette.
    [[nodiscard]] static const Theme& current();
    static void setCurrent(bool dark);
};

} // namespace spectune
