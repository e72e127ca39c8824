// SPDX-License-Identifier: GPL-3.0-or-later
// The sums of the rank grid's layers and matrices: bars and figures in its margins, and what they stand for in words.
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGridPainter.h"
#include "visualization/RankGridPlaces.h"
#include "visualization/RankGridWords.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

/// Sums in words, and the width of the longest.
struct Figures {
    QStringList texts;
    double widest = 0.0;
};

/// All of them in the same way, @p text(value, fewer): with fewer decimals where one is wider than @p room.
template <typename Text>
Figures figuresFor(const std::vector<double>& values, double room, Text text)
{
    const QFont font = Fonts::caption();
    Figures figures;
    for (const int fewer : {0, 1, 2}) {
        figures = {};
        for (const double value : values) {
            figures.texts << text(value, fewer);
            figures.widest = std::max(figures.widest, tabularWidth(font, figures.texts.back()));
        }
        if (figures.widest <= room) {
            break;
        }
    }
    return figures;
}

/// The layer whose label's place the position is in, also where the label is left out.
std::optional<int> layerHeadAt(const RankGridGeometry& g, QPointF position)
{
    for (int layer = 0; layer < g.request.layers; ++layer) {
        const QRectF first = g.cell(layer, 0);
        const QRectF head = g.request.transposed
            ? QRectF(first.left(), g.top - 18.0, g.pitchX, 16.0)
            : QRectF(first.left() - g.labelWidth, first.top(), g.labelWidth, g.pitchY);
        if (g.hasLabel(layer, layer) && head.contains(position)) { // in view
            return layer;
        }
    }
    return std::nullopt;
}

/// The matrix whose name is there, with the first layer of the block below it.
std::optional<GridCell> kindHeadAt(const RankGridGeometry& g, QPointF position)
{
    for (int block = 0; block < g.blocks; ++block) {
        for (int kind = 0; kind < g.request.kinds; ++kind) {
            if (g.columnLabel(block, kind).contains(position)) {
                return GridCell {block * g.rowsPerBlock, kind};
            }
        }
    }
    return std::nullopt;
}

QString summed(GridMode mode)
{
    switch (mode) {
    case GridMode::Rank: return RankGrid::tr("kept triplets");
    case GridMode::Importance: return RankGrid::tr("Σ S of the kept triplets");
    case GridMode::LambdaSum: return RankGrid::tr("Σ |λ|");
    case GridMode::Orthogonality: return RankGrid::tr("Σ of ‖PᵀP − I‖ + ‖QQᵀ − I‖");
    case GridMode::Revivals: return RankGrid::tr("triplets that came back");
    }
    return {};
}

} // namespace

double RankGridState::layerValue(int layer) const
{
    double sum = 0.0;
    for (int kind = 0; kind < columns(); ++kind) {
        const ModuleIndex module = moduleAt({layer, kind});
        sum += module.isValid() ? valueOf(module) : 0.0;
    }
    return sum;
}

double RankGridState::kindValue(int kind, int fromLayer, int toLayer) const
{
    double sum = 0.0;
    for (int layer = fromLayer; layer < toLayer; ++layer) {
        const ModuleIndex module = moduleAt({layer, kind});
        sum += module.isValid() ? valueOf(module) : 0.0;
    }
    return sum;
}

QString RankGridState::marginText(QPointF position) const
{
    if ((view != GridView::Ranks && view != GridView::Difference) || !layout || !loading.isEmpty()) {
        return {};
    }
    std::optional<int> layer = geometry.layerMarginAt(position);
    std::optional<GridCell> below = geometry.kindMarginAt(position);
    if (!layer && !below) { // a name says the same, and the whole of it where it is shortened
        layer = layerHeadAt(geometry, position);
        below = kindHeadAt(geometry, position);
    }
    if (!layer && !below) {
        return {};
    }
    const auto [from, kind] = below.value_or(GridCell {0, 0});
    const int to = std::min(layers, from + geometry.rowsPerBlock);
    int matrices = 0;
    std::int64_t triplets = 0;
    for (std::size_t i = 0; i < layout->modules.size(); ++i) {
        const ModuleInfo& info = layout->modules[i];
        const int at = info.layer.value;
        if (layer ? at == *layer : info.kind.value == kind && at >= from && at < to) {
            ++matrices;
            triplets += layout->rankOf(ModuleIndex {static_cast<std::int32_t>(i)});
        }
    }
    const QString name
        = layer ? RankGrid::tr("Layer %1").arg(*layer) : QString::fromStdString(kinds[static_cast<std::size_t>(kind)]);
    if (view == GridView::Ranks && !hasValues()) {
        return name;
    }
    QString words = RankGrid::tr("%1, sum over its %2 matrices").arg(name).arg(matrices) + QLatin1Char('\n');
    if (view == GridView::Difference) {
        return words + differenceWords(layer ? layerDifference(*layer) : kindDifference(kind, from, to), true);
    }
    const double sum = layer ? layerValue(*layer) : kindValue(kind, from, to);
    if (mode == GridMode::Rank) {
        // The bars are as long as if every matrix began with init rank: with a rank map a full one is more than all.
        // Of two blocks the layers alone have bars; what stands below them is a mean.
        words += (layout->ranks.empty() && (layer || geometry.blocks == 1)
                ? RankGrid::tr("%1 of %2 triplets kept; a full bar is all of them")
                : RankGrid::tr("%1 of %2 triplets kept"))
                     .arg(formatCount(std::llround(sum)), formatCount(triplets));
        return layer || matrices == 0
            ? words
            : words + QLatin1Char('\n') + RankGrid::tr("mean rank %1").arg(formatMeanRank(sum / matrices));
    }
    const QString figure = mode == GridMode::Importance ? formatScientific(sum)
        : mode == GridMode::Revivals                    ? formatCount(std::llround(sum))
                                                        : formatFixed(sum, 3);
    return words
        + RankGrid::tr("%1: %2; the longest bar is the largest sum, bars begin at 0").arg(summed(mode), figure);
}

void RankGridPainter::paintLayerMargin(int layer, double part, double barRoom, const QString& figure)
{
    const Theme& theme = Theme::current();
    QRectF bar = m_geometry.layerBar(layer);
    if (!isShown(layer) || !touches(bar.adjusted(0, 0, m_geometry.marginWidth, m_geometry.marginWidth))) {
        return;
    }
    const bool across = m_geometry.request.transposed;
    QColor color = theme.text3;
    color.setAlphaF(m_state.isIdle() || !m_state.hasValues() ? 0.4F : 1.0F);
    if (across) {
        bar.setHeight(std::round(bar.height() * part));
    } else {
        bar.setWidth(std::round(std::min(bar.width(), barRoom) * part));
    }
    const QRectF shown = across ? QRectF(m_geometry.left, bar.top(), m_geometry.cells().width(), bar.height())
                                : QRectF(bar.left(), m_geometry.top, bar.width(), m_geometry.cells().height());
    m_painter.fillRect(m_geometry.zoomed() ? bar.intersected(shown) : bar, color);
    if (!figure.isEmpty()) {
        const bool chosen = m_state.cursor && m_state.cursor->layer == layer;
        text(m_geometry.layerSum(layer).adjusted(0, -4, 0, 4), across ? Qt::AlignHCenter : Qt::AlignRight, figure,
            chosen ? theme.text : theme.text2, Fonts::caption());
    }
}

void RankGridPainter::paintMarginals()
{
    const std::vector<QRectF> strips = m_geometry.marginStrips();
    if (!m_state.hasValues()
        || std::none_of(strips.begin(), strips.end(), [this](const QRectF& strip) { return touches(strip); })) {
        return;
    }
    const bool across = m_geometry.request.transposed;
    std::vector<double> sums;
    double most = 1e-30;
    for (int layer = 0; layer < m_state.layers; ++layer) {
        sums.push_back(m_state.layerValue(layer));
        most = std::max(most, sums.back());
    }
    const double longest = m_state.mode == GridMode::Rank
        ? static_cast<double>(m_state.columns()) * static_cast<double>(m_state.layout->initRank)
        : most;
    const double room = across ? m_geometry.pitchX - 4.0 : m_geometry.marginWidth - 10.0;
    const auto brief = [this](double sum, int fewer) { return m_state.sumText(sum, fewer); };
    const Figures figures = m_geometry.layerSums ? figuresFor(sums, room, brief) : Figures {};
    const bool told = m_geometry.layerSums && figures.widest <= room;
    const double barRoom = m_geometry.barRoom(told ? figures.widest : 0.0);
    for (int layer = 0; layer < m_state.layers; ++layer) {
        const bool figure = told && m_geometry.hasLabel(layer, labelledLayer());
        const double part = std::clamp(sums[static_cast<std::size_t>(layer)] / longest, 0.0, 1.0);
        paintLayerMargin(layer, part, barRoom, figure ? figures.texts[layer] : QString());
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
        sums.push_back(m_state.kindValue(kind, from, to));
    }
    const double full = m_state.mode == GridMode::Rank
        ? std::max(1.0, static_cast<double>(m_state.layers) * static_cast<double>(m_state.layout->initRank))
        : std::max(1e-30, *std::max_element(sums.begin(), sums.end()));
    double total = 0.0;
    std::vector<double> means; // with two blocks there is room for means alone
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        const double sum = sums[static_cast<std::size_t>(kind)];
        int matrices = 0;
        for (int layer = from; layer < to; ++layer) {
            matrices += m_state.moduleAt({layer, kind}).isValid() ? 1 : 0;
        }
        total += sum;
        means.push_back(two ? sum / std::max(1, matrices) : sum);
    }
    const bool across = m_geometry.request.transposed;
    const double room = across ? m_geometry.marginWidth - 10.0 : m_geometry.pitchX - 2.0;
    const bool counts
        = m_state.mode == GridMode::Rank || m_state.mode == GridMode::Revivals; // their means are not whole
    const Figures figures = figuresFor(means, room, [&](double value, int fewer) {
        return two && counts ? formatFixed(value, 2 - fewer) : m_state.sumText(value, fewer);
    });
    const bool told = figures.widest <= room;
    for (int kind = 0; kind < m_state.columns() && !two; ++kind) {
        QRectF bar = m_geometry.kindBar(block, kind);
        const double longest
            = across ? std::min(bar.width(), m_geometry.barRoom(told ? figures.widest : 0.0)) : bar.width();
        bar.setWidth(std::round(longest * std::clamp(sums[static_cast<std::size_t>(kind)] / full, 0.0, 1.0)));
        QColor color = Theme::current().text3;
        color.setAlphaF(m_state.isIdle() ? 0.4F : 1.0F);
        m_painter.fillRect(bar, color);
    }
    paintTotals(block, told ? figures.texts : QStringList(), total);
}

void RankGridPainter::paintTotals(int block, const QStringList& figures, double total)
{
    const Theme& theme = Theme::current();
    const QFont caption = Fonts::caption();
    const bool two = m_geometry.blocks == 2;
    const bool across = m_geometry.request.transposed;
    const double marginX = m_geometry.right(block) + (two ? 4.0 : 9.0);
    const double margin = m_geometry.marginWidth - (two ? 4.0 : 9.0);
    const bool near = m_geometry.zoomed(); // what is summed up reaches beyond what is in view
    const QString name = !across ? RankGrid::tr("Σ layer")
        : near                   ? RankGrid::tr("Σ all layers")
                                 : RankGrid::tr("Σ matrix");
    text({marginX, m_geometry.top - 18.0, margin, 16.0}, Qt::AlignLeft,
        tabularWidth(caption, name) <= margin ? name : QStringLiteral("Σ"), theme.text3, caption);
    for (int kind = 0; kind < figures.size(); ++kind) { // all of them or none: the bars remain
        text(m_geometry.kindSum(block, kind), across ? Qt::AlignRight : Qt::AlignHCenter, figures[kind], theme.text2,
            caption);
    }
    // Across, without figures below the bars, the total stands beside them.
    const QRectF below = !across ? m_geometry.kindSum(block, 0)
        : m_geometry.layerSums   ? m_geometry.layerSum(0)
                                 : m_geometry.layerBar(0);
    const double left = across ? m_geometry.left : m_geometry.columnX(block, 0);
    if (!two || !figures.isEmpty()) {
        text({left - 60.0, below.top(), 54.0, below.height()}, Qt::AlignRight,
            two                   ? RankGrid::tr("mean")
                : near && !across ? RankGrid::tr("Σ all")
                                  : QStringLiteral("Σ"),
            theme.text3, caption);
    }
    QFont bold = Fonts::captionBold();
    bold.setWeight(QFont::Bold);
    if (two) { // a sum is no mean: it has a line of its own
        const double end = m_geometry.right(block) + m_geometry.marginWidth;
        text({left, below.top() + totalBelowMeans, end - left, below.height()}, Qt::AlignRight,
            QStringLiteral("Σ ") + m_state.sumText(total), theme.text, bold);
        return;
    }
    text({marginX, below.top(), margin, below.height()}, Qt::AlignRight, m_state.sumText(total), theme.text, bold);
}

} // namespace spectune
