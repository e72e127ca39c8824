// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QPainter>
#include <QPolygonF>

#include <algorithm>
#include <cmath>

namespace spectune {

/// Small marks that all views share. @p size is half the height, in pixels.
inline void drawDiamond(QPainter& painter, QPointF centre, double size, const QColor& fill, const QColor& edge = {})
{
    painter.setPen(edge.isValid() ? QPen(edge, 1.0) : QPen(Qt::NoPen));
    painter.setBrush(fill);
    painter.drawPolygon(QPolygonF {
        centre + QPointF(0, -size), centre + QPointF(size, 0), centre + QPointF(0, size), centre + QPointF(-size, 0)});
}

inline void drawTriangle(QPainter& painter, QPointF centre, double size, const QColor& fill, bool up)
{
    const double tip = up ? -size * 0.8 : size * 0.8;
    painter.setPen(Qt::NoPen);
    painter.setBrush(fill);
    painter.drawPolygon(
        QPolygonF {centre + QPointF(-size, -tip), centre + QPointF(size, -tip), centre + QPointF(0, tip)});
}

inline void drawCross(QPainter& painter, QPointF centre, double size, const QColor& color, double width)
{
    painter.setPen(QPen(color, width));
    painter.drawLine(centre - QPointF(size, size), centre + QPointF(size, size));
    painter.drawLine(centre + QPointF(-size, size), centre + QPointF(size, -size));
}

constexpr double leastTickDistance = 3.0; ///< px; closer ones would be a bar

/// A vertical line one device pixel wide (or @p width logical ones) with crisp edges.
inline void drawUpright(QPainter& painter, double x, double top, double bottom, const QColor& color, double width = 1.0)
{
    const double ratio = painter.deviceTransform().m11();
    const double left = std::round(x * ratio - width * ratio / 2.0) / ratio;
    painter.fillRect(QRectF(left, top, std::max(1.0, std::round(width * ratio)) / ratio, bottom - top), color);
}

inline void drawLevel(QPainter& painter, double y, double left, double right, const QColor& color, double width = 1.0)
{
    const double ratio = painter.deviceTransform().m11();
    const double top = std::round(y * ratio - width * ratio / 2.0) / ratio;
    painter.fillRect(QRectF(left, top, right - left, std::max(1.0, std::round(width * ratio)) / ratio), color);
}

/// Of @p ground what lies between two places, on whole pixels and never outside it;
/// empty: @p right is not beyond @p left.
[[nodiscard]] inline QRectF partBetween(const QRectF& ground, double left, double right)
{
    const auto border = [&ground](double x) {
        return std::clamp(std::round(x), ground.left(), std::max(ground.left(), ground.right()));
    };
    return {border(left), ground.top(), std::max(0.0, border(right) - border(left)), ground.height()};
}

/// The frame of the focused widget: 2 px, inside its edge.
inline void drawFocusFrame(QPainter& painter, const QRectF& rect, const QColor& color)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, true);
    painter.setPen(QPen(color, 2.0));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 3.0, 3.0);
    painter.restore();
}

} // namespace spectune
