// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetCurve.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

void BudgetCurve::write(
    QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text, Ink ink) const
{
    const Theme& theme = Theme::current();
    painter.setFont(ink == Ink::Strong ? Fonts::captionBold() : Fonts::caption());
    painter.setPen(ink == Ink::Strong ? theme.text : ink == Ink::Plain ? theme.text2 : theme.text3);
    drawTabular(painter, rect, alignment, text);
}

void BudgetCurve::paintLabels(QPainter& painter) const
{
    paintScales(painter);
    paintPhaseNames(painter);
    paintSteps(painter);
    const QRectF place = ground();
    const double initY = std::max(yOf(static_cast<double>(m_plan.initialBudget)), place.top() + 22.0);
    const QString init = m_plan.hasRankMap && m_plan.matrices > 0
        ? tr("%1 per matrix on average")
              .arg(formatMeanRank(static_cast<double>(m_plan.initialBudget) / static_cast<double>(m_plan.matrices)))
        : tr("init %1 per matrix").arg(m_values.initRank);
    const double initWidth = tabularWidth(Fonts::caption(), init);
    const double initX
        = std::min(xOf(static_cast<double>(m_plan.prunes() ? m_plan.ti : 0)) + 18.0, place.right() - initWidth - 6.0);
    write(painter, {initX, initY - 20.0, initWidth, 15.0}, Qt::AlignLeft, init, Ink::Plain);
    if (m_plan.prunes()) {
        QString words;
        const QRectF label = targetLabel(words);
        write(painter, label, Qt::AlignLeft, words, Ink::Strong);
    }
}

QRectF BudgetCurve::targetLabel(QString& words) const
{
    const QRectF place = ground();
    const QRectF cubic = budgetGeometry().cubicPart();
    const double targetY = yOf(static_cast<double>(m_plan.targetBudget));
    const QString rank = formatRank(m_values.targetRank);
    words = tr("target %1 per matrix, %2 in all").arg(rank, formatCount(m_plan.targetBudget));
    if (tabularWidth(Fonts::captionBold(), words) + 16.0 > cubic.width()) { // b's axis says the rest
        words = tr("target %1 per matrix").arg(rank);
    }
    const double width = tabularWidth(Fonts::captionBold(), words);
    const double right = std::max(cubic.right() - 8.0, place.left() + width + 6.0);
    const bool room = place.bottom() - targetY > (m_editable ? 50.0 : 26.0); // the handle of ΔT stands at the bottom
    return {right - width, room ? targetY + 8.0 : targetY - 24.0, width, 15.0};
}

void BudgetCurve::paintScales(QPainter& painter) const
{
    const QRectF place = ground();
    write(painter, {0.0, 6.0, place.left() - 7.0, 14.0}, Qt::AlignRight, QStringLiteral("b"), Ink::Quiet);
    write(painter, {place.right() + 7.0, 6.0, 40.0, 14.0}, Qt::AlignLeft, tr("rank"), Ink::Quiet);
    double lastY = 1e9;
    for (const std::int64_t budget : {std::int64_t {0}, m_plan.targetBudget, m_plan.initialBudget}) {
        const double y = yOf(static_cast<double>(budget));
        if (lastY - y < 13.0 || y < place.top()) {
            continue;
        }
        lastY = y;
        write(painter, {0.0, y - 8.0, place.left() - 7.0, 16.0}, Qt::AlignRight, formatCount(budget), Ink::Quiet);
        if (m_values.matrices > 0 && (budget > 0 || !m_editable)) { // the handle of T stands at the right one's 0
            const double rank = static_cast<double>(budget) / static_cast<double>(m_values.matrices);
            write(painter, {place.right() + 7.0, y - 8.0, 40.0, 16.0}, Qt::AlignLeft, formatRank(rank), Ink::Quiet);
        }
    }
}

void BudgetCurve::paintPhaseNames(QPainter& painter) const
{
    const QRectF place = budgetGeometry().run();
    const auto name = [&](double left, double right, const QString& text) {
        const bool fits = tabularWidth(Fonts::caption(), text) <= right - left;
        if (fits) {
            write(painter, {left, 6.0, right - left, 14.0}, Qt::AlignHCenter, text, Ink::Quiet);
        }
        return fits;
    };
    if (!m_plan.prunes()) {
        name(place.left(), place.right(), tr("the budget stays as it is"));
        return;
    }
    double from = xOf(static_cast<double>(m_plan.ti));
    if (m_plan.ti > 0) {
        write(painter, {place.left() + 3.0, 6.0, 60.0, 14.0}, Qt::AlignLeft, tr("warm-up"), Ink::Quiet);
        from = std::max(from, place.left() + tabularWidth(Fonts::caption(), tr("warm-up")) + 3.0);
    }
    const double finalWidth = tabularWidth(Fonts::caption(), tr("final"));
    const double to = std::min(xOf(static_cast<double>(m_plan.finalStart)), place.right() - finalWidth);
    name(to, place.right(), tr("final"));
    if (!name(from + 8.0, to - 8.0, tr("cubic: pruned triplets may return"))) {
        name(from + 8.0, to - 8.0, tr("cubic"));
    }
}

void BudgetCurve::paintSteps(QPainter& painter) const
{
    const QRectF place = ground();
    const double y = place.bottom() + 18.0;
    const QString total = m_editable ? tr("T %1").arg(formatCount(m_plan.totalSteps)) : formatCount(m_plan.totalSteps);
    const double totalWidth = tabularWidth(m_editable ? Fonts::captionBold() : Fonts::caption(), total);
    const double totalX = std::min(xOf(static_cast<double>(m_plan.totalSteps)), static_cast<double>(width()));
    const double totalLeft = centredInside(totalX, totalWidth, 0.0, width());
    std::vector<QRectF> taken;
    if (m_plan.prunes()) {
        const QString ti = tr("ti %1").arg(formatCount(m_plan.ti));
        const QString end = tr("T − tf = %1").arg(formatCount(m_plan.finalStart));
        const double tiWidth = tabularWidth(Fonts::captionBold(), ti);
        const double endWidth = tabularWidth(Fonts::captionBold(), end);
        double tiLeft = centredInside(xOf(static_cast<double>(m_plan.ti)), tiWidth, 0.0, width());
        double endLeft = centredInside(xOf(static_cast<double>(m_plan.finalStart)), endWidth, 0.0, width());
        const double over = endLeft + endWidth + 10.0 - totalLeft; // a small step aside leaves room for T
        endLeft -= over > 0.0 && over < endWidth / 2.0 ? over : 0.0;
        endLeft = std::min(std::max(endLeft, tiLeft + tiWidth + 10.0), width() - endWidth);
        tiLeft = std::min(tiLeft, endLeft - 10.0 - tiWidth);
        taken = {{tiLeft, y, tiWidth, 15.0}, {endLeft, y, endWidth, 15.0}};
        write(painter, taken[0], Qt::AlignLeft, ti, Ink::Strong);
        write(painter, taken[1], Qt::AlignLeft, end, Ink::Strong);
    }
    const auto tick = [&](const QRectF& rect, const QString& text, Ink ink) {
        const auto meets = [&](const QRectF& other) { return other.intersects(rect.adjusted(-8.0, 0.0, 8.0, 0.0)); };
        if (std::none_of(taken.begin(), taken.end(), meets)) {
            taken.push_back(rect);
            write(painter, rect, Qt::AlignLeft, text, ink);
        }
    };
    tick({totalLeft, y, totalWidth, 15.0}, total, m_editable ? Ink::Strong : Ink::Quiet);
    const int count = std::max(1, static_cast<int>(place.width() / 80.0));
    const double last = std::min(static_cast<double>(m_plan.totalSteps), budgetGeometry().scales.lastStep);
    for (const double step : stepTicks(0.0, last, count)) {
        const QString text = formatCount(static_cast<std::int64_t>(step));
        const double textWidth = tabularWidth(Fonts::caption(), text);
        tick({xOf(step) - textWidth / 2.0, y, textWidth, 15.0}, text, Ink::Quiet);
    }
}

} // namespace spectune
