// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/Fonts.h"
#include "visualization/RunPlots.h"

#include <QColor>
#include <QPainter>
#include <QRectF>
#include <QString>

#include <cstdint>

namespace spectune::plotlabel {

/// A text at a curve or a mark.
struct Label {
    QString text;
    QColor color;
    bool bold = false;
};

/// At an upright line of the loss plot.
struct MomentLabel {
    std::int64_t step = 0;
    Label label;
    QRectF place;
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

/// Text on a patch of its ground, so that grid and curves do not run through it.
inline void write(QPainter& painter, const QRectF& rect, const Label& label, const QColor& ground)
{
    painter.setFont(label.bold ? Fonts::captionBold() : Fonts::caption());
    QColor patch = ground;
    patch.setAlphaF(0.85F);
    painter.fillRect(QRectF(rect.left() - 1.0, rect.top(), widthOf(label) + 2.0, rect.height()), patch);
    painter.setPen(label.color);
    drawTabular(painter, rect, Qt::AlignLeft, label.text);
}

} // namespace spectune::plotlabel
