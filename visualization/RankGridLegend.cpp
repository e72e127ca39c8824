// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QTextOption>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double barTop = 20.0; ///< of the colours, from the legend's top
constexpr double barHeight = 9.0;
constexpr int scaleBins = 24;

QString meaning(GridMode mode)
{
    switch (mode) {
    case GridMode::Rank: return QStringLiteral("matrices per rank");
    case GridMode::Importance: return QStringLiteral("Σ S of kept, log");
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
    color.setAlphaF(0.55F);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        const double height = counts[i] == 0 ? 0.0 : std::max(1.0, std::round(17.0 * counts[i] / most));
        m_painter.fillRect(QRectF(x + static_cast<double>(i) * step, baseline - height, step - 1.0, height), color);
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
    std::vector<int> counts(static_cast<std::size_t>(ranks), 0);
    for (std::size_t i = 0; i < m_state.layout->modules.size(); ++i) {
        const double rank = m_state.valueOf(ModuleIndex {static_cast<std::int32_t>(i)});
        ++counts[static_cast<std::size_t>(std::clamp(static_cast<int>(rank), 0, ranks - 1))];
    }
    const double captionWidth = area.width() > 400.0 ? 112.0 : 76.0;
    const double step = std::clamp(std::floor((area.width() - captionWidth) / ranks), 2.0, 22.0);
    paintHistogram(counts, area.left(), step, area.top() + barTop - 1.0);
    const int every = ranks <= 10 ? 1 : step >= 18.0 ? 2 : step >= 9.0 ? 8 : 16;
    for (int rank = 0; rank < ranks; ++rank) {
        const QRectF box(area.left() + rank * step, area.top() + barTop, step - (step > 8.0 ? 1.0 : 0.0), barHeight);
        if (rank == 0) {
            paintHatch(box);
        } else {
            m_painter.fillRect(box, theme.rankColor(rank, ranks - 1));
        }
        if (rank % every == 0) {
            const QRectF label(box.center().x() - 20.0, box.bottom() + 1.0, 40.0, 13.0);
            text(label, Qt::AlignHCenter, QString::number(rank), theme.text3, Fonts::caption());
        }
    }
    const double x = area.left() + ranks * step + 12.0;
    const bool wide = area.right() - x > 100.0;
    const QString lower = wide ? QStringLiteral("up to init rank %1").arg(ranks - 1) : QStringLiteral("per rank");
    text({x, area.top() + 6.0, 100.0, 14.0}, Qt::AlignLeft,
        wide ? QStringLiteral("matrices per rank") : QStringLiteral("matrices"), theme.text3, Fonts::caption());
    text({x, area.top() + barTop, 100.0, 14.0}, Qt::AlignLeft, lower, theme.text3, Fonts::caption());
}

void RankGridPainter::paintScaleLegend(const QRectF& area)
{
    const Theme& theme = Theme::current();
    const double captionWidth = 150.0;
    const double step = std::clamp(std::floor((area.width() - captionWidth) / scaleBins), 4.0, 11.0);
    const QRectF label(area.left() + scaleBins * step + 12.0, area.top() + barTop - 3.0, captionWidth, 15.0);
    if (!m_state.hasValues()) {
        text(area.translated(0.0, 4.0), Qt::AlignLeft,
            m_state.mode == GridMode::Revivals && m_state.snapshot ? RankGrid::tr("This run recorded no triplets.")
                : m_state.snapshot && m_state.snapshot->step > 0
                ? RankGrid::tr("No scores were kept of this step.")
                : RankGrid::tr("No scores yet: they begin with step 1."),
            theme.text2, Fonts::body());
        return;
    }
    std::vector<int> counts(scaleBins, 0);
    for (std::size_t i = 0; i < m_state.layout->modules.size(); ++i) {
        const double value = m_state.valueOf(ModuleIndex {static_cast<std::int32_t>(i)});
        if (std::isfinite(value) && value > 0.0) {
            ++counts[static_cast<std::size_t>(std::min(scaleBins - 1.0, m_state.scale.place(value) * scaleBins))];
        }
    }
    paintHistogram(counts, area.left(), step, area.top() + barTop - 1.0);
    for (int bin = 0; bin < scaleBins; ++bin) {
        const QRectF box(area.left() + bin * step, area.top() + barTop, step, barHeight);
        m_painter.fillRect(box, theme.rampColor(bin / (scaleBins - 1.0)));
    }
    const double right = area.left() + scaleBins * step;
    const QRectF ends(area.left(), area.top() + barTop + barHeight + 1.0, right - area.left(), 13.0);
    text(ends, Qt::AlignLeft, m_state.valueText(m_state.scale.low), theme.text3, Fonts::caption());
    text(ends, Qt::AlignRight, m_state.valueText(m_state.scale.high), theme.text3, Fonts::caption());
    text(label, Qt::AlignLeft, meaning(m_state.mode), theme.text3, Fonts::caption());
    text(label.translated(0.0, -14.0), Qt::AlignLeft, QStringLiteral("matrices per value"), theme.text3,
        Fonts::caption());
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
    text({x, area.top() + 6.0, 100.0, 14.0}, Qt::AlignLeft, QStringLiteral("A has more"), theme.loss, Fonts::caption());
    text({x, area.top() + barTop, 100.0, 14.0}, Qt::AlignLeft, QStringLiteral("B has more"), theme.runB,
        Fonts::caption());
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

double RankGridPainter::layerValue(int layer) const
{
    double sum = 0.0;
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        const ModuleIndex module = m_state.moduleAt({layer, kind});
        sum += module.isValid() ? m_state.valueOf(module) : 0.0;
    }
    return sum;
}

double RankGridPainter::kindValue(int kind, int fromLayer, int toLayer) const
{
    double sum = 0.0;
    for (int layer = fromLayer; layer < toLayer; ++layer) {
        const ModuleIndex module = m_state.moduleAt({layer, kind});
        sum += module.isValid() ? m_state.valueOf(module) : 0.0;
    }
    return sum;
}

void RankGridPainter::paintLayerMargin(int layer, double longest)
{
    const Theme& theme = Theme::current();
    const QRectF ground = m_geometry.layerBar(layer);
    if (!isShown(layer) || !touches(ground.adjusted(0, 0, m_geometry.marginWidth, m_geometry.marginWidth))) {
        return;
    }
    const double value = layerValue(layer);
    const double part = std::clamp(value / longest, 0.0, 1.0);
    QColor color = theme.text3;
    color.setAlphaF(m_state.isIdle() || !m_state.hasValues() ? 0.4F : 1.0F);
    QRectF bar = ground;
    if (m_geometry.request.transposed) {
        bar.setHeight(std::round(ground.height() * part));
    } else {
        bar.setWidth(std::round(ground.width() * part));
    }
    m_painter.fillRect(bar, color);
    const int row = layer % m_geometry.rowsPerBlock;
    const bool chosen = m_state.cursor && m_state.cursor->layer == layer;
    const QString figure = m_state.sumText(value);
    const double room = m_geometry.request.transposed ? m_geometry.pitchX - 2.0 : m_geometry.marginWidth - 10.0;
    if (m_geometry.layerSums && row % m_geometry.labelEvery == 0 && tabularWidth(Fonts::caption(), figure) <= room) {
        text(m_geometry.layerSum(layer).adjusted(0, -4, 0, 4),
            m_geometry.request.transposed ? Qt::AlignHCenter : Qt::AlignRight, figure,
            chosen ? theme.text : theme.text2, Fonts::caption());
    }
}

void RankGridPainter::paintMarginals()
{
    if (!m_state.hasValues()) {
        return;
    }
    double longest = static_cast<double>(m_state.columns()) * static_cast<double>(m_state.layout->initRank);
    if (m_state.mode != GridMode::Rank) {
        longest = 1e-30;
        for (int layer = 0; layer < m_state.layers; ++layer) {
            longest = std::max(longest, layerValue(layer));
        }
    }
    for (int layer = 0; layer < m_state.layers; ++layer) {
        paintLayerMargin(layer, longest);
    }
    for (int block = 0; block < m_geometry.blocks; ++block) {
        paintBlockTotals(block);
    }
}

void RankGridPainter::paintBlockTotals(int block)
{
    const bool two = m_geometry.blocks == 2;
    const int from = block * m_geometry.rowsPerBlock;
    const int to = std::min(m_state.layers, from + m_geometry.rowsPerBlock);
    std::vector<double> sums;
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        sums.push_back(kindValue(kind, from, to));
    }
    const double full = m_state.mode == GridMode::Rank
        ? std::max(1.0, static_cast<double>(m_state.layers) * static_cast<double>(m_state.layout->initRank))
        : std::max(1e-30, *std::max_element(sums.begin(), sums.end()));
    double total = 0.0;
    QStringList figures;
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        const double sum = sums[static_cast<std::size_t>(kind)];
        total += sum;
        if (!two) {
            QRectF bar = m_geometry.kindBar(block, kind);
            bar.setWidth(std::round(bar.width() * std::clamp(sum / full, 0.0, 1.0)));
            QColor color = Theme::current().text3;
            color.setAlphaF(m_state.isIdle() ? 0.4F : 1.0F);
            m_painter.fillRect(bar, color);
        }
        figures << m_state.sumText(two ? sum / std::max(1, to - from) : sum);
    }
    paintTotals(block, figures, total);
}

void RankGridPainter::paintTotals(int block, const QStringList& figures, double total)
{
    const Theme& theme = Theme::current();
    const QFont caption = Fonts::caption();
    const bool two = m_geometry.blocks == 2;
    const bool across = m_geometry.request.transposed;
    const double marginX = m_geometry.right(block) + (two ? 4.0 : 9.0);
    const QRectF head(marginX, m_geometry.top - 18.0, m_geometry.marginWidth, 16.0);
    const QString name = across ? RankGrid::tr("Σ matrix") : RankGrid::tr("Σ layer");
    text(head, Qt::AlignLeft, m_geometry.marginWidth > 70.0 ? name : QStringLiteral("Σ"), theme.text3, caption);
    const double room = across ? m_geometry.marginWidth - 10.0 : m_geometry.pitchX - 4.0;
    const bool fit = std::all_of(
        figures.begin(), figures.end(), [&](const QString& figure) { return tabularWidth(caption, figure) <= room; });
    for (int kind = 0; fit && kind < m_state.columns(); ++kind) { // all of them or none: the bars remain
        text(m_geometry.kindSum(block, kind), across ? Qt::AlignRight : Qt::AlignHCenter, figures[kind], theme.text2,
            caption);
    }
    const QRectF below = across ? m_geometry.layerSum(0) : m_geometry.kindSum(block, 0);
    const double left = across ? m_geometry.left : m_geometry.columnX(block, 0);
    text({left - 60.0, below.top(), 54.0, below.height()}, Qt::AlignRight,
        two ? RankGrid::tr("mean") : QStringLiteral("Σ"), theme.text3, caption);
    const QRectF sumPlace(marginX, below.top(), m_geometry.marginWidth - (two ? 4.0 : 9.0), below.height());
    QFont bold = Fonts::captionBold();
    bold.setWeight(QFont::Bold);
    text(sumPlace, two ? Qt::AlignLeft : Qt::AlignRight, m_state.sumText(total), theme.text, bold);
}

void RankGridPainter::paintNote()
{
    if (m_state.headline.isEmpty() && m_state.detail.isEmpty()) {
        return;
    }
    const Theme& theme = Theme::current();
    const double top = m_geometry.bottom() + (m_geometry.request.transposed ? 54.0 : 40.0);
    const QRectF area(m_geometry.left, top, m_geometry.request.size.width() - m_geometry.left - 12.0, 70.0);
    text({area.left(), area.top(), area.width(), 18.0}, Qt::AlignLeft, m_state.headline, theme.text, Fonts::body());
    m_painter.setFont(Fonts::caption());
    m_painter.setPen(theme.text3);
    QTextOption option(Qt::AlignLeft | Qt::AlignTop);
    option.setWrapMode(QTextOption::WordWrap);
    m_painter.drawText(area.adjusted(0.0, 21.0, 0.0, 0.0), m_state.detail, option);
}

} // namespace spectune
