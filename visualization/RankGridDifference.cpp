// SPDX-License-Identifier: GPL-3.0-or-later
// The sums beside and below the difference of two runs' ranks.
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGridPainter.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace spectune {

namespace {

QString withSign(int value)
{
    return (value > 0 ? QStringLiteral("+") : QString()) + formatCount(value);
}

} // namespace

int RankGridState::layerDifference(int layer) const
{
    int sum = 0;
    for (int kind = 0; kind < columns(); ++kind) {
        const ModuleIndex module = moduleAt({layer, kind});
        sum += module.isValid() ? difference.at(module.at()) : 0;
    }
    return sum;
}

int RankGridState::kindDifference(int kind, int from, int to) const
{
    int sum = 0;
    for (int layer = from; layer < to; ++layer) {
        const ModuleIndex module = moduleAt({layer, kind});
        sum += module.isValid() ? difference.at(module.at()) : 0;
    }
    return sum;
}

void RankGridPainter::paintDifferenceMarginals()
{
    const Theme& theme = Theme::current();
    const QFont caption = Fonts::caption();
    int longest = 1;
    double widest = 0.0; // figure
    for (int layer = 0; layer < m_state.layers; ++layer) {
        longest = std::max(longest, std::abs(m_state.layerDifference(layer)));
        if (m_geometry.layerSums)
            widest = std::max(widest, tabularWidth(caption, withSign(m_state.layerDifference(layer))));
    }
    const double reach = (m_geometry.layerSums ? m_geometry.barRoom(widest) : m_geometry.marginWidth) * 0.5;
    for (int layer = 0; layer < m_state.layers; ++layer) {
        if (!isShown(layer)) {
            continue;
        }
        const bool figures = m_geometry.layerSums && m_geometry.hasLabel(layer, labelledLayer());
        const int sum = m_state.layerDifference(layer);
        const QRectF ground = m_geometry.layerBar(layer);
        const double middle = std::round(ground.left() + reach);
        const double length = std::round(std::max(2.0, reach - 1.0) * std::abs(sum) / longest);
        const QRectF bar(sum < 0 ? middle - length : middle, ground.top(), length, ground.height());
        m_painter.fillRect(bar, sum < 0 ? theme.loss : theme.runB);
        if (figures && sum != 0) // in one column, as those of the maps beside it
            text(m_geometry.layerSum(layer).adjusted(0, -4, 0, 4), Qt::AlignRight, withSign(sum), theme.text2, caption);
        m_painter.fillRect(QRectF(middle, m_geometry.rowY(layer), 1.0, m_geometry.pitchY), theme.lineStrong);
    }
    for (int block = 0; block < m_geometry.blocks; ++block) {
        paintDifferenceTotals(block);
    }
}

void RankGridPainter::paintDifferenceTotals(int block)
{
    const Theme& theme = Theme::current();
    const QFont caption = Fonts::caption();
    const bool two = m_geometry.blocks == 2;
    const int from = block * m_geometry.rowsPerBlock;
    const int to = std::min(m_state.layers, from + m_geometry.rowsPerBlock);
    const double beside = m_geometry.right(block) + (two ? 4.0 : 9.0);
    const double margin = m_geometry.marginWidth - (two ? 4.0 : 9.0);
    const QString name = RankGrid::tr("Σ layer");
    text({beside, m_geometry.top - 18.0, margin, 16.0}, Qt::AlignLeft,
        tabularWidth(caption, name) <= margin ? name : QStringLiteral("Σ"), theme.text3, caption);
    QStringList sums;
    bool fit = true;
    int total = 0;
    for (int kind = 0; kind < m_state.columns(); ++kind) {
        const int sum = m_state.kindDifference(kind, from, to);
        total += sum;
        sums << withSign(sum);
        fit = fit && tabularWidth(caption, sums.back()) <= m_geometry.pitchX - 2.0;
    }
    for (int kind = 0; fit && kind < m_state.columns(); ++kind) {
        text(m_geometry.kindSum(block, kind), Qt::AlignHCenter, sums[kind], theme.text2, caption);
    }
    const QRectF below = m_geometry.kindSum(block, 0);
    text({below.left() - 60.0, below.top(), 54.0, below.height()}, Qt::AlignRight,
        m_geometry.zoomed() ? RankGrid::tr("Σ all") : QStringLiteral("Σ"), theme.text3, caption);
    QFont bold = Fonts::captionBold();
    bold.setWeight(QFont::Bold);
    text({beside, below.top(), margin, below.height()}, Qt::AlignRight, withSign(total), theme.text, bold);
}

} // namespace spectune
