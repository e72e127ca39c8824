// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/Fonts.h"
#include "visualization/RunPlots.h"

#include <QColor>
#include <QRectF>
#include <QString>

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

inline double widthOf(const Label& label)
{
    return tabularWidth(label.bold ? Fonts::captionBold() : Fonts::caption(), label.text);
}

} // namespace spectune::plotlabel
