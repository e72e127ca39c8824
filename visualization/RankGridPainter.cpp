// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridPainter.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double mostOverhang = 6.0; ///< that a column's name may be wider than its cells, on both sides together
constexpr double columnNameGap = 4.0; ///< the least between two of them then

} // namespace

RankGridPainter::RankGridPainter(QPainter& painter, const RankGridState& state, const QRegion& region)
    : m_painter(painter)
    , m_state(state)
    , m_geometry(state.geometry)
    , m_region(region)
{
}

void RankGridPainter::paint()
{
    if (m_state.view == GridView::Empty || m_geometry.rowsPerBlock == 0) {
        paintNothing();
        return;
    }
    paintLabels();
    paintCells();
    if (m_state.view == GridView::Targets) {
        paintTargetBoxes();
    } else {
        paintLegend();
        if (m_state.view == GridView::Ranks && m_state.loading.isEmpty()) {
            paintMarginals();
        }
        if (m_state.view == GridView::Difference) {
            paintDifferenceMarginals();
        }
        paintNote();
    }
    paintSelection();
}

void RankGridPainter::paintNothing()
{
    m_painter.setFont(Fonts::body());
    m_painter.setPen(Theme::current().text3);
    const QRectF place(24.0, 40.0, m_painter.window().width() - 48.0, 60.0);
    m_painter.drawText(place, Qt::AlignHCenter | Qt::AlignTop | Qt::TextWordWrap, m_state.loading);
}

bool RankGridPainter::touches(const QRectF& rect) const
{
    return m_region.intersects(rect.toAlignedRect().adjusted(-1, -1, 1, 1));
}

void RankGridPainter::text(
    const QRectF& rect, Qt::Alignment alignment, const QString& text, const QColor& color, const QFont& font)
{
    m_painter.setFont(font);
    m_painter.setPen(color);
    drawTabular(m_painter, rect, alignment, text);
}

QFont RankGridPainter::columnFont(int kind) const
{
    QFont font = m_geometry.blocks == 2 ? Fonts::caption() : Fonts::bodyMedium();
    if (m_state.view != GridView::Targets && m_state.cursor && m_state.cursor->kind == kind) {
        font.setWeight(QFont::Bold);
    }
    return font;
}

bool RankGridPainter::columnNameFits(const QStringList& names, int kind, double width) const
{
    const auto widthOf = [&](int other) { return QFontMetricsF(columnFont(other)).horizontalAdvance(names[other]); };
    const double own = widthOf(kind);
    if (own <= width + 1.0) {
        return true;
    }
    if (m_geometry.request.transposed || m_geometry.kindEvery > 1 || own > width + mostOverhang) {
        return false;
    }
    const auto isFree = [&](int other) { // a short name leaves room beside it
        const double apart = std::abs(m_geometry.columnX(0, kind) - m_geometry.columnX(0, other));
        return apart - (own + widthOf(other)) / 2.0 >= columnNameGap;
    };
    return (kind == 0 || isFree(kind - 1)) && (kind + 1 == m_state.columns() || isFree(kind + 1));
}

QStringList RankGridPainter::columnNames() const
{
    const double width = m_geometry.request.transposed ? m_geometry.left - 7.0 : m_geometry.pitchX - m_geometry.gap;
    QStringList names;
    for (const std::string& kind : m_state.kinds) {
        names << QString::fromUtf8(shortKindName(kind));
    }
    QStringList shorter = names; // first and last letter ("dn"), then the first alone
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        const QString& name = names[kind];
        shorter[kind] = columnNameFits(names, kind, width) || name.size() < 3 ? name : name.left(1) + name.right(1);
    }
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        if (!columnNameFits(shorter, kind, width)) {
            for (QString& name : shorter) {
                name = name.left(1);
            }
            break;
        }
    }
    return shorter;
}

void RankGridPainter::paintColumnNames(int block)
{
    const Theme& theme = Theme::current();
    const bool targets = m_state.view == GridView::Targets;
    const bool rows = m_geometry.request.transposed;
    const QStringList names = columnNames();
    const int own = !targets && m_state.cursor ? m_state.cursor->kind : -1;
    const int every = m_geometry.kindEvery;
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        const bool chosen = own == kind;
        if (!chosen && (kind % every != 0 || (own >= 0 && std::abs(own - kind) < every))) {
            continue; // it would meet its neighbour
        }
        const QRectF place = m_geometry.columnLabel(block, kind);
        const QColor color = m_state.failed ? theme.text3 : chosen || targets ? theme.text : theme.text2;
        if (touches(place.adjusted(-mostOverhang / 2.0, 0.0, mostOverhang / 2.0, 0.0))) {
            text(place, rows ? Qt::AlignRight : Qt::AlignHCenter, names[kind], color, columnFont(kind));
        }
    }
}

void RankGridPainter::paintLabels()
{
    const Theme& theme = Theme::current();
    for (int block = 0; block < m_geometry.blocks; ++block) {
        paintColumnNames(block);
    }
    for (int block = 0; block < m_geometry.blocks && m_state.view != GridView::Targets; ++block) {
        const double end = m_geometry.columnX(block, 0) - (m_geometry.blocks == 2 ? 6.0 : 7.0);
        text({end - 36.0, m_geometry.top - 18.0, 36.0, 16.0}, Qt::AlignRight, RankGrid::tr("layer"), theme.text3,
            Fonts::caption());
    }
    const bool across = m_geometry.request.transposed;
    const std::optional<int> own = labelledLayer();
    for (int layer = 0; layer < m_state.layers; ++layer) {
        if (!m_geometry.hasLabel(layer, own)) {
            continue;
        }
        const bool chosen = own == layer;
        const QRectF place = m_geometry.rowLabel(layer);
        if (touches(place)) {
            text(place, across ? Qt::AlignHCenter : Qt::AlignRight, QString::number(layer),
                chosen ? theme.text : theme.text3, chosen ? Fonts::captionBold() : Fonts::caption());
        }
    }
    if (m_geometry.blocks == 2) {
        const double x = m_geometry.columnX(1, 0) - m_geometry.labelWidth - 8.0;
        m_painter.fillRect(
            QRectF(std::floor(x), m_geometry.top, 1.0, m_geometry.bottom() - m_geometry.top), theme.line);
    }
}

std::optional<int> RankGridPainter::labelledLayer() const
{
    return m_state.cursor && m_state.view != GridView::Targets ? std::optional(m_state.cursor->layer) : std::nullopt;
}

bool RankGridPainter::isShown(int layer) const
{
    return !m_geometry.zoomed() || m_geometry.cells().contains(m_geometry.cell(layer, 0).center());
}

void RankGridPainter::paintCells()
{
    if (m_geometry.zoomed()) {
        paintScrollMark();
        m_painter.save();
        m_painter.setClipRect(m_geometry.cells(), Qt::IntersectClip);
    }
    for (int layer = 0; layer < m_state.layers; ++layer) {
        for (int kind = 0; kind < m_state.columns(); ++kind) {
            if (touches(m_geometry.cell(layer, kind))) {
                paintCell({layer, kind});
            }
        }
    }
    if (m_geometry.zoomed()) {
        m_painter.restore();
    }
}

void RankGridPainter::paintHatch(const QRectF& rect)
{
    const Theme& theme = Theme::current();
    m_painter.fillRect(rect, theme.sunken);
    if (rect.height() < 6.0) {
        return; // stripes and edges would be all there is
    }
    m_painter.save();
    m_painter.setClipRect(rect, Qt::IntersectClip);
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    QColor stripe = theme.lineStrong;
    stripe.setAlphaF(theme.dark ? 0.45F : 0.55F);
    m_painter.setPen(QPen(stripe, 1.0));
    // One lattice for all cells, so that the stripes run on from cell to cell.
    const double step = 6.0;
    const double first = std::floor((rect.left() + rect.top()) / step) * step;
    for (double sum = first; sum < rect.right() + rect.bottom() + step; sum += step) {
        m_painter.drawLine(QPointF(sum - rect.top(), rect.top()), QPointF(sum - rect.bottom(), rect.bottom()));
    }
    m_painter.restore();
    paintEdge(rect);
}

void RankGridPainter::paintEdge(const QRectF& rect)
{
    m_painter.setPen(QPen(Theme::current().line, 0));
    m_painter.setBrush(Qt::NoBrush);
    const double half = m_geometry.gap / 2.0;
    m_painter.drawRect(rect.adjusted(half, half, -half, -half));
}

void RankGridPainter::paintCell(const GridCell& cell)
{
    const Theme& theme = Theme::current();
    const QRectF rect = m_geometry.cell(cell.layer, cell.kind);
    if (m_state.view == GridView::Targets) {
        paintTargetCell(cell, rect);
        return;
    }
    const CellLook& look = m_state.looks[m_state.slot(cell)];
    if (!look.exists) {
        const QRectF dot(rect.center() - QPointF(3.0, 0.5), QSizeF(6.0, 1.0));
        m_painter.fillRect(dot, theme.line);
        return;
    }
    QColor fill = look.fill;
    const QColor& from = m_state.fadeFrom.empty() ? fill : m_state.fadeFrom[m_state.slot(cell)];
    if (from.isValid() && m_state.fadeProgress() < 1.0) {
        fill = Theme::mix(from, fill.isValid() ? fill : theme.sunken, m_state.fadeProgress());
    }
    if (look.hatched) {
        paintHatch(rect);
    } else {
        m_painter.fillRect(rect, fill);
        if (m_state.isMissing() && rect.height() >= 6.0) {
            paintEdge(rect);
        }
    }
    const bool wanted = m_geometry.numbers && !look.text.isEmpty();
    const QFont font = wanted ? m_state.cellFont() : QFont();
    const double width = wanted ? tabularWidth(font, look.text) : 0.0;
    const bool figure = wanted && width <= rect.width() - 2.0 * cellInset;
    if (look.lost || look.back) {
        paintFlags(look, rect, figure ? width : 0.0);
    }
    if (!figure) {
        return;
    }
    if (look.hatched) {
        const double most = std::max(width, rect.width() - 5.0);
        const QSizeF ground(std::min(std::max(18.0, width + 6.0), most), std::min(15.0, rect.height() - 3.0));
        m_painter.fillRect(
            QRectF(rect.center() - QPointF(ground.width(), ground.height()) / 2.0, ground), theme.sunken);
    }
    const bool never = m_state.mode == GridMode::Revivals && look.text == QLatin1String("0"); // no news
    const QColor ink = never ? theme.text3 : look.hatched ? theme.text2 : Theme::inkOn(fill);
    text(rect, Qt::AlignHCenter, look.text, ink, font);
}

void RankGridPainter::paintTargetCell(const GridCell& cell, const QRectF& rect)
{
    const Theme& theme = Theme::current();
    if (!m_state.canTick(cell)) {
        m_painter.fillRect(QRectF(rect.center() - QPointF(3.0, 0.5), QSizeF(6.0, 1.0)), theme.line);
        return;
    }
    if (!m_state.ticked[m_state.slot(cell)]) {
        m_painter.setPen(QPen(theme.line, 0));
        m_painter.setBrush(theme.panel);
        const double half = m_geometry.gap / 2.0;
        m_painter.drawRect(rect.adjusted(half, half, -half, -half));
        return;
    }
    m_painter.fillRect(rect, theme.idleCell);
    if (rect.height() < 10.0 || rect.width() < 12.0) {
        return;
    }
    const QPointF c = rect.center() + QPointF(0.0, 0.5);
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    m_painter.setPen(QPen(theme.text2, 1.4));
    m_painter.drawPolyline(QPolygonF {c + QPointF(-4.5, -0.5), c + QPointF(-1.3, 2.9), c + QPointF(4.3, -3.7)});
    m_painter.restore();
}

void RankGridPainter::paintTick(const QRectF& box, int state)
{
    const Theme& theme = Theme::current();
    m_painter.save();
    m_painter.setRenderHint(QPainter::Antialiasing, true);
    m_painter.setPen(QPen(state == 0 ? theme.lineStrong : theme.text2, 1.0));
    m_painter.setBrush(state == 0 ? theme.raised : theme.text2);
    m_painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 2.5, 2.5);
    m_painter.setPen(QPen(theme.panel, 1.7));
    const QPointF c = box.center();
    if (state == 2) {
        m_painter.drawPolyline(QPolygonF {c + QPointF(-3.4, 0.3), c + QPointF(-1.0, 2.8), c + QPointF(3.5, -2.7)});
    } else if (state == 1) {
        m_painter.drawLine(c + QPointF(-3.2, 0.0), c + QPointF(3.2, 0.0));
    }
    m_painter.restore();
}

void RankGridPainter::paintTargetBoxes()
{
    const auto stateOf = [this](bool row, int index) {
        int on = 0;
        int all = 0;
        const int count = row ? m_state.columns() : m_state.layers;
        for (int i = 0; i < count; ++i) {
            const GridCell cell = row ? GridCell {index, i} : GridCell {i, index};
            all += m_state.canTick(cell) ? 1 : 0;
            on += m_state.canTick(cell) && m_state.ticked[m_state.slot(cell)] ? 1 : 0;
        }
        return on == 0 ? 0 : on == all ? 2 : 1;
    };
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        paintTick(m_geometry.columnBox(kind), stateOf(false, kind));
    }
    if (m_geometry.pitchY < 10.0) {
        return; // too low for a box: the label itself switches its row
    }
    for (int layer = 0; layer < m_state.layers; ++layer) {
        paintTick(m_geometry.rowBox(layer), stateOf(true, layer));
    }
}

void RankGridPainter::paintRectangle(const GridCell& first, const GridCell& last)
{
    const auto frame = [this](const QRectF& rect) {
        m_painter.setBrush(Qt::NoBrush);
        m_painter.setPen(QPen(Theme::current().focus, 2.0));
        m_painter.drawRect(rect.adjusted(-1.0, -1.0, 1.0, 1.0));
    };
    for (int block = m_geometry.blockOf(first.layer); block <= m_geometry.blockOf(last.layer); ++block) {
        const int top = std::max(first.layer, block * m_geometry.rowsPerBlock);
        const int bottom = std::min(last.layer, (block + 1) * m_geometry.rowsPerBlock - 1);
        frame(m_geometry.cell(top, first.kind).united(m_geometry.cell(bottom, last.kind)));
    }
}

void RankGridPainter::paintSelection()
{
    if (m_state.view == GridView::Targets && m_state.drag) {
        return paintRectangle(m_state.drag->first(), m_state.drag->last());
    }
    if (m_state.view == GridView::Targets && m_state.focused && m_state.rangeAnchor && m_state.cursor) {
        const GridCell& a = *m_state.rangeAnchor;
        const GridCell& b = *m_state.cursor;
        return paintRectangle({std::min(a.layer, b.layer), std::min(a.kind, b.kind)},
            {std::max(a.layer, b.layer), std::max(a.kind, b.kind)});
    }
    if (!m_state.cursor || (m_state.view == GridView::Targets && !m_state.focused) || !isShown(m_state.cursor->layer)) {
        return;
    }
    const Theme& theme = Theme::current();
    const QRectF rect = m_geometry.cell(m_state.cursor->layer, m_state.cursor->kind);
    const bool small = std::min(rect.width(), rect.height()) < 10.0;
    m_painter.setBrush(Qt::NoBrush);
    const auto frame = [&](double outside, double width, const QColor& color) {
        QPen pen(color, width);
        pen.setJoinStyle(Qt::MiterJoin);
        m_painter.setPen(pen);
        const double d = outside - width / 2.0;
        m_painter.drawRect(rect.adjusted(-d, -d, d, d));
    };
    frame(small ? 2.0 : 3.0, small ? 1.0 : 2.0, theme.panel); // two tones: visible on every cell colour
    frame(small ? 1.0 : 1.0, small ? 1.0 : 2.0, m_state.focused ? theme.focus : theme.text);
}

} // namespace spectune
