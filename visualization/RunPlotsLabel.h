// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/Fonts.h"
#include "visualization/PlotAxes.h"
#include "visualization/RunPlots.h"

#include <QColor>
#include <QRectF>
#include <QString>

#include <array>
#include <functional>
#include <vector>

namespace spectune::plotlabel {

/// A text at a curve or a mark.
struct Label {
    QString text;
    QColor color;
    bool bold = false;
};

struct PlacedLabel {
    Label label;
    QRectF place;
    double groundSide = 1.0; ///< how far its ground reaches on both sides, in pixels
};

/// At a curve's end; the curve's own mark stands to its left.
struct CurveEnd {
    PlotCurve curve = PlotCurve::Raw;
    Label label;
    QRectF place;
};

inline constexpr double lineHeight = 14.0;

/// What stands above a plot: its name, and what is drawn in it.
struct Title {
    QString name;
    QString rest;
    double up = 18.0; ///< from the plot's upper edge to the title's, in pixels
};

/// Of the loss, γR and budget plots. @param gamma 0: R alone is drawn
[[nodiscard]] std::array<Title, 3> titles(double gamma, bool logarithmic);

/// Where the figures of the steps' axis stand between @p left and @p right: those at the ends move inwards.
[[nodiscard]] std::vector<TickPlace> stepFigures(
    const std::vector<double>& ticks, const std::function<double(double)>& xOf, double left, double right);

inline double widthOf(const Label& label)
{
    return tabularWidth(label.bold ? Fonts::captionBold() : Fonts::caption(), label.text);
}

} // namespace spectune::plotlabel
