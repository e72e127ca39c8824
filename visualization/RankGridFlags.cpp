// SPDX-License-Identifier: GPL-3.0-or-later
// The marks of cells that lost or got back triplets at the last masking event.
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <algorithm>

namespace spectune {

namespace {

constexpr double figureHalf = 4.5; ///< half the height of a cell's figure
constexpr double wideShare = 0.85; ///< of a cell's width: a wider figure leaves no air around a large mark
constexpr double besideWide = 9.0; ///< px: a mark then

} // namespace

void RankGridPainter::paintFlagStrips(const CellLook& look, const QRectF& rect)
{
    const Theme& theme = Theme::current();
    const bool across = m_geometry.request.transposed;
    const double length = across ? std::min(4.0, rect.height() / 3.0) : std::min(4.0, rect.width() / 3.0);
    // Where it stands tells lost from back as well as its colour does: at the end, or at the beginning.
    const auto strip = [&](const QColor& color, bool end) {
        QRectF place = rect;
        QRectF edge = rect; // keeps the mark apart from a cell of a colour like its own
        if (across) {
            place.setHeight(length);
            edge.setHeight(length + 1.0);
            place.moveTop(end ? rect.bottom() - length : rect.top());
            edge.moveTop(end ? rect.bottom() - length - 1.0 : rect.top());
        } else {
            place.setWidth(length);
            edge.setWidth(length + 1.0);
            place.moveLeft(end ? rect.right() - length : rect.left());
            edge.moveLeft(end ? rect.right() - length - 1.0 : rect.left());
        }
        m_painter.fillRect(edge, theme.panel);
        m_painter.fillRect(place, color);
    };
    if (look.lost) {
        strip(theme.prune, true);
    }
    if (look.back) {
        strip(theme.revive, false);
    }
}

double RankGridPainter::flagSize(const QRectF& rect, double figureWidth)
{
    const double most = std::min({14.0, rect.height() * 0.5, rect.width() * 0.5});
    if (figureWidth <= 0.0) {
        return std::max(7.0, most);
    }
    // The corner's edge at 45° passes the figure's own corner.
    const double room = rect.height() / 2.0 - figureHalf + (rect.width() - figureWidth) / 2.0 - 2.0;
    const double size = std::max(7.0, std::min(most, room));
    return figureWidth > wideShare * rect.width() ? std::min(besideWide, size) : size;
}

void RankGridPainter::paintFlags(const CellLook& look, const QRectF& rect, double figureWidth)
{
    const Theme& theme = Theme::current();
    const bool narrow = m_geometry.request.transposed && rect.width() < 14.0;
    if (m_geometry.layerGapEvery > 0 || rect.height() < 10.0 || narrow) {
        paintFlagStrips(look, rect);
        return;
    }
    const double bite = flagSize(rect, figureWidth);
    const double inner = bite - (bite < 10.0 ? 1.6 : 2.4);
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    m_painter.setPen(Qt::NoPen);
    const auto corner = [&](double size, const QColor& color, bool upper) {
        const double y = upper ? rect.top() : rect.bottom();
        const double direction = upper ? 1.0 : -1.0;
        m_painter.setBrush(color);
        m_painter.drawPolygon(QPolygonF {
            QPointF(rect.right(), y + direction * size), QPointF(rect.right(), y), QPointF(rect.right() - size, y)});
    };
    if (look.lost) {
        corner(bite, theme.panel, false);
        corner(inner, theme.prune, false);
    }
    if (look.back) {
        corner(bite, theme.panel, true);
        corner(inner, theme.revive, true);
    }
    m_painter.restore();
}

} // namespace spectune
