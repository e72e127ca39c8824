// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGridPainter.h"
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

/// Every how many boxes of @p step pixels a figure up to @p last fits below its box.
int figureEvery(int last, double step)
{
    const double room = tabularWidth(Fonts::caption(), QString::number(last)) + 9.0;
    int every = 1;
    while (every * step < room && every <= last) {
        every *= 2;
    }
    return every;
}

QString meaning(GridMode mode)
{
    switch (mode) {
    case GridMode::Rank: return RankGrid::tr("matrices per rank");
    case GridMode::Importance: return RankGrid::tr("Σ S of kept, log");
    case GridMode::LambdaSum: return QStringLiteral("Σ |λ|");
    case GridMode::Orthogonality: return QStringLiteral("‖PᵀP − I‖ + ‖QQᵀ − I‖");
    case GridMode::Revivals: return RankGrid::tr("triplets that came back");
    }
    return {};
}

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

void RankGridPainter::paintRankLegend(const QRectF& area)
{
    const Theme& theme = Theme::current();
    const int ranks = static_cast<int>(m_state.layout->initRank) + 1;
    const double captionWidth = area.width() > 400.0 ? 112.0 : 76.0;
    const double share = (area.width() - captionWidth) / ranks;
    const double step = std::clamp(share >= 2.0 ? std::floor(share) : share, 0.5, 22.0);
    paintLegendBoxes({area.left(), area.top() + barTop}, step, ranks);
    const double x = area.left() + ranks * step + 12.0;
    const bool wide = area.right() - x > 100.0;
    const QString lower = wide ? m_state.lastRankText() : RankGrid::tr("per rank");
    text({x, area.top() + 6.0, 100.0, 14.0}, Qt::AlignLeft,
        wide ? RankGrid::tr("matrices per rank") : RankGrid::tr("matrices"), theme.text3, Fonts::caption());
    text({x, area.top() + barTop, 100.0, 14.0}, Qt::AlignLeft, lower, theme.text3, Fonts::caption());
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
    const QRectF label(bar.right() + 12.0, area.top() + barTop - 3.0, area.right() - bar.right() - 12.0, 15.0);
    text(label, Qt::AlignLeft, meaning(m_state.mode), theme.text3, Fonts::caption());
    QString above = RankGrid::tr("matrices per value");
    if (m_state.showsNearest()) {
        const std::int64_t step = m_state.snapshot->nearestStep;
        above = RankGrid::nearestStepText(step);
        if (tabularWidth(Fonts::caption(), above) > label.width()) {
            above = RankGrid::tr("nearest kept: step %1").arg(formatCount(step));
        }
    }
    text(label.translated(0.0, -14.0), Qt::AlignLeft, above, m_state.showsNearest() ? theme.text2 : theme.text3,
        Fonts::caption());
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
    const int every = figureEvery(boxes - 1, step);
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
        if (value % every == 0) {
            text({box.center().x() - 20.0, box.bottom() + 1.0, 40.0, 13.0}, Qt::AlignHCenter, QString::number(value),
                theme.text3, Fonts::caption());
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
    const double step = std::clamp(std::floor((area.width() - 110.0) / ranks), 2.0, 22.0);
    paintHistogram(counts, area.left(), step, area.top() + barTop - 1.0);
    for (int i = 0; i < ranks; ++i) {
        const double t = static_cast<double>(i - most) / most;
        m_painter.fillRect(
            QRectF(area.left() + i * step, area.top() + barTop, step - (step > 8.0 ? 1.0 : 0.0), barHeight),
            theme.differenceColor(t));
    }
    for (const int value : {-most, 0, most}) {
        const double centre = area.left() + (value + most + 0.5) * step;
        text({centre - 20.0, area.top() + barTop + barHeight + 1.0, 40.0, 13.0}, Qt::AlignHCenter,
            (value > 0 ? QStringLiteral("+") : QString()) + formatCount(value), theme.text3, Fonts::caption());
    }
    const double x = area.left() + ranks * step + 12.0;
    text({x, area.top() + 6.0, 100.0, 14.0}, Qt::AlignLeft, RankGrid::tr("A has more"), theme.loss, Fonts::caption());
    text(
        {x, area.top() + barTop, 100.0, 14.0}, Qt::AlignLeft, RankGrid::tr("B has more"), theme.runB, Fonts::caption());
}

void RankGridPainter::paintScrollMark()
{
    const QRectF cells = m_geometry.cells();
    const double part = m_geometry.visibleLayers() / m_state.layers;
    const double from = m_geometry.request.firstLayer / m_state.layers;
    QRectF ground(1.0, cells.top(), 3.0, cells.height());
    QRectF thumb(ground.left(), ground.top() + from * ground.height(), 3.0, std::max(8.0, part * ground.height()));
    if (m_geometry.request.transposed) {
        ground = {cells.left(), cells.bottom() + 1.0, cells.width(), 3.0};
        thumb = {ground.left() + from * ground.width(), ground.top(), std::max(8.0, part * ground.width()), 3.0};
    }
    m_painter.fillRect(ground, Theme::current().phaseEnd);
    m_painter.fillRect(thumb, Theme::current().lineStrong);
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
