// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGridPainter.h"
#include "visualization/RankGridPlaces.h"
#include "visualization/RankGridWords.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QTextOption>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double barTop = legendBarTop;
constexpr double barHeight = legendBarHeight;
constexpr double markThickness = 3.0;

} // namespace

void RankGridPainter::paintHistogram(const std::vector<int>& counts, double x, double step, double baseline)
{
    const int most = std::max(1, *std::max_element(counts.begin(), counts.end()));
    QColor color = Theme::current().text3;
    color.setAlphaF(histogramAlpha);
    const double width = std::max(step * 0.5, step - 1.0); // a rank of hundreds has bars narrower than a pixel
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double height = counts[i] == 0 ? 0.0 : std::max(1.0, std::round(17.0 * counts[i] / most));
        m_painter.fillRect(QRectF(x + static_cast<double>(i) * step, baseline - height, width, height), color);
    }
}

void RankGridPainter::paintLegend()
{
    const QRectF area = m_geometry.legend();
    if (!touches(area) || !m_state.layout) {
        return;
    }
    if (!m_state.loading.isEmpty()) {
        text(area, Qt::AlignLeft, m_state.loading, Theme::current().text2, Fonts::body());
    } else if (m_state.view == GridView::Difference) {
        paintDifferenceLegend(area);
    } else if (m_state.mode == GridMode::Rank) {
        paintRankLegend(area);
    } else {
        paintScaleLegend(area);
    }
}

void RankGridPainter::paintLegendWords(double x, const QColor& bars, const QColor& colours)
{
    const QRectF area = m_geometry.legend();
    const LegendWords words = legendWords(m_state, area.right() - x);
    const auto line = [&](double middle, const QString& what, const QColor& color) {
        text({x, area.top() + middle - 7.0, area.right() - x, 14.0}, Qt::AlignLeft, what, color, Fonts::caption());
    };
    line(barTop - 10.0, words.bars, bars);
    line(barTop + barHeight / 2.0 + 0.5, words.colours, colours);
}

void RankGridPainter::paintRankLegend(const QRectF& area)
{
    const Theme& theme = Theme::current();
    const int ranks = static_cast<int>(m_state.layout->initRank) + 1;
    const double step = legendBoxWidth(m_state, ranks);
    paintLegendBoxes({area.left(), area.top() + barTop}, step, ranks);
    paintLegendWords(area.left() + ranks * step + legendWordsGap, theme.text2, theme.text2);
}

void RankGridPainter::paintScaleLegend(const QRectF& area)
{
    const Theme& theme = Theme::current();
    if (!m_state.hasValues()) {
        text(area.translated(0.0, 4.0), Qt::AlignLeft, m_state.missingText(), theme.text2, Fonts::body());
        return;
    }
    if (const QRectF hatch = m_state.legendHatch(); !hatch.isEmpty()) {
        paintHatch(hatch);
        text({hatch.left(), hatch.bottom() + 1.0, 44.0, 13.0}, Qt::AlignLeft, RankGrid::tr("rank 0"), theme.text3,
            Fonts::caption());
    }
    const QRectF bar = m_state.legendBar();
    if (m_state.legendBoxes() > 0) {
        paintLegendBoxes(bar.topLeft(), bar.width() / m_state.legendBoxes(), m_state.legendBoxes());
    } else {
        paintLegendScale(bar);
    }
    paintLegendWords(bar.right() + legendWordsGap, theme.text2, theme.text2);
}

void RankGridPainter::paintLegendBoxes(QPointF corner, double step, int boxes)
{
    const Theme& theme = Theme::current();
    std::vector<int> counts(static_cast<std::size_t>(boxes), 0);
    for (std::size_t i = 0; i < m_state.layout->modules.size(); ++i) {
        const ModuleIndex module {static_cast<std::int32_t>(i)};
        if (m_state.mode == GridMode::Rank || !m_state.isEmptied(module)) { // else it has a key of its own
            const auto value = static_cast<int>(m_state.valueOf(module));
            ++counts[static_cast<std::size_t>(std::clamp(value, 0, boxes - 1))];
        }
    }
    paintHistogram(counts, corner.x(), step, corner.y() - 1.0);
    const std::vector<int> figures = legendFigures(boxes - 1, step);
    for (int value = 0; value < boxes; ++value) {
        const QRectF box(corner.x() + value * step, corner.y(), step - (step > 8.0 ? 1.0 : 0.0), barHeight);
        const bool hatched = value == 0 && m_state.mode == GridMode::Rank;
        if (hatched) {
            paintHatch(box);
        } else {
            m_painter.fillRect(box, m_state.colorOf(value));
        }
        if (value == 0 && !hatched) { // as pale as what lies around it: it needs an edge
            const double half = m_geometry.gap / 2.0;
            m_painter.setPen(QPen(theme.lineStrong, 0));
            m_painter.setBrush(Qt::NoBrush);
            m_painter.drawRect(box.adjusted(half, half, -half, -half));
        }
        if (std::binary_search(figures.begin(), figures.end(), value)) {
            const QString figure = QString::number(value);
            const double wide = tabularWidth(Fonts::caption(), figure);
            const double x = centredInside(box.center().x(), wide, corner.x(), corner.x() + boxes * step);
            text({x, box.bottom() + 1.0, wide, 13.0}, Qt::AlignLeft, figure, theme.text3, Fonts::caption());
        }
    }
}

void RankGridPainter::paintLegendScale(const QRectF& bar)
{
    const Theme& theme = Theme::current();
    std::vector<int> counts(legendBins, 0);
    for (std::size_t i = 0; i < m_state.layout->modules.size(); ++i) {
        const ModuleIndex module {static_cast<std::int32_t>(i)};
        const double value = m_state.valueOf(module);
        if (!m_state.isEmptied(module) && std::isfinite(value) && value > 0.0) {
            ++counts[static_cast<std::size_t>(std::min(legendBins - 1.0, m_state.scale.place(value) * legendBins))];
        }
    }
    paintHistogram(counts, bar.left(), bar.width() / legendBins, bar.top() - 1.0);
    for (int x = 0; x < static_cast<int>(bar.width()); ++x) {
        const double value = m_state.scale.at((x + 0.5) / bar.width());
        m_painter.fillRect(QRectF(bar.left() + x, bar.top(), 1.0, bar.height()), m_state.colorOf(value));
    }
    const QRectF ends(bar.left(), bar.bottom() + 1.0, bar.width(), 13.0);
    text(ends, Qt::AlignLeft, m_state.valueText(m_state.scale.low), theme.text3, Fonts::caption());
    text(ends, Qt::AlignRight, m_state.valueText(m_state.scale.high), theme.text3, Fonts::caption());
}

void RankGridPainter::paintDifferenceLegend(const QRectF& area)
{
    const Theme& theme = Theme::current();
    const int most = m_state.largestDifference;
    const int ranks = 2 * most + 1;
    std::vector<int> counts(static_cast<std::size_t>(ranks), 0);
    for (const std::int32_t delta : m_state.difference) {
        ++counts[static_cast<std::size_t>(delta + most)];
    }
    const double step = legendBoxWidth(m_state, ranks);
    paintHistogram(counts, area.left(), step, area.top() + barTop - 1.0);
    for (int i = 0; i < ranks; ++i) {
        const double t = static_cast<double>(i - most) / most;
        m_painter.fillRect(
            QRectF(area.left() + i * step, area.top() + barTop, step - (step > 8.0 ? 1.0 : 0.0), barHeight),
            theme.differenceColor(t));
    }
    for (const int value : {-most, 0, most}) {
        const QString figure = (value > 0 ? QStringLiteral("+") : QString()) + formatCount(value);
        const double wide = tabularWidth(Fonts::caption(), figure);
        const double centre = area.left() + (value + most + 0.5) * step;
        const double x = centredInside(centre, wide, area.left(), area.left() + ranks * step);
        text({x, area.top() + barTop + barHeight + 1.0, wide, 13.0}, Qt::AlignLeft, figure, theme.text3,
            Fonts::caption());
    }
    paintLegendWords(area.left() + ranks * step + legendWordsGap, theme.loss, theme.runB);
}

RankGridPainter::ScrollMark RankGridPainter::scrollMark() const
{
    const QRectF cells = m_geometry.cells();
    const double part = m_state.layers > 0 ? m_geometry.visibleLayers() / m_state.layers : 1.0;
    if (!m_geometry.zoomed() || part >= 1.0) {
        return {};
    }
    const bool across = m_geometry.request.transposed;
    ScrollMark mark {QRectF(1.0, cells.top(), markThickness, cells.height()), {}};
    if (across) { // below the bars and sums, which belong to the cells
        const QRectF last = m_geometry.layerSums ? m_geometry.layerSum(0) : m_geometry.layerBar(0);
        mark.way = {cells.left(), last.bottom() + 1.0, cells.width(), markThickness};
    }
    const double length = across ? cells.width() : cells.height();
    const double thumb = std::min(length, std::max(8.0, part * length));
    const double hidden = m_state.layers - m_geometry.visibleLayers();
    const double from = (length - thumb) * m_geometry.request.firstLayer / hidden;
    mark.thumb = across ? QRectF(mark.way.left() + from, mark.way.top(), thumb, markThickness)
                        : QRectF(mark.way.left(), mark.way.top() + from, markThickness, thumb);
    return mark;
}

void RankGridPainter::paintScrollMark()
{
    const ScrollMark mark = scrollMark();
    m_painter.fillRect(mark.way, Theme::current().phaseEnd);
    m_painter.fillRect(mark.thumb, Theme::current().lineStrong);
}

void RankGridPainter::paintNote()
{
    if (m_state.headline.isEmpty() && m_state.detail.isEmpty()) {
        return;
    }
    const Theme& theme = Theme::current();
    const QRectF area = gridNoteArea(m_geometry);
    text({area.left(), area.top(), area.width(), 18.0}, Qt::AlignLeft, m_state.headline, theme.text, Fonts::body());
    m_painter.setFont(Fonts::caption());
    m_painter.setPen(theme.text3);
    QTextOption option(Qt::AlignLeft | Qt::AlignTop);
    option.setWrapMode(QTextOption::WordWrap);
    m_painter.drawText(area.adjusted(0.0, 21.0, 0.0, 0.0), m_state.detail, option);
}

} // namespace spectune
