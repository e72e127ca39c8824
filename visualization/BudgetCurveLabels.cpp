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
    QString words;
    const QRectF init = initLabel(words);
    write(painter, init, Qt::AlignLeft, words, Ink::Plain);
    if (m_plan.prunes()) {
        const QRectF target = targetLabel(words);
        write(painter, target, Qt::AlignLeft, words, Ink::Strong);
    }
}

QRectF BudgetCurve::initLabel(QString& words) const
{
    const QRectF place = ground();
    const double y = std::max(yOf(static_cast<double>(m_plan.initialBudget)), place.top() + 22.0);
    words = m_plan.hasRankMap && m_plan.matrices > 0
        ? tr("%1 per matrix on average")
              .arg(formatMeanRank(static_cast<double>(m_plan.initialBudget) / static_cast<double>(m_plan.matrices)))
        : tr("init %1 per matrix").arg(m_values.initRank);
    const double wide = tabularWidth(Fonts::caption(), words);
    const double x
        = std::min(xOf(static_cast<double>(m_plan.prunes() ? m_plan.ti : 0)) + 18.0, place.right() - wide - 6.0);
    QRectF label(x, y - 20.0, wide, 15.0);
    if (m_editable) { // the handle keeps its place, the words stand aside
        const QPointF handle = handlePosition(Handle::InitRank);
        if (label.intersects(QRectF(handle.x() - 10.0, handle.y() - 9.0, 20.0, 18.0))) {
            label.moveRight(handle.x() - 12.0);
        }
        if (label.left() < place.left()) {
            label.moveLeft(handle.x() + 12.0);
        }
    }
    return label;
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
        // The handles of ti and T − tf stand on the lower edge, at its left end too.
        const double aside = budget == 0 && handleAtOrigin() ? 14.0 : 7.0;
        write(painter, {0.0, y - 8.0, place.left() - aside, 16.0}, Qt::AlignRight, formatCount(budget), Ink::Quiet);
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

bool BudgetCurve::handleAtOrigin() const
{
    const auto stands = [this](Handle handle) { return handlePosition(handle).x() < ground().left() + 3.0; };
    return m_editable && (stands(Handle::WarmUpEnd) || stands(Handle::FinalStart));
}

std::vector<BudgetCurve::StepLabel> BudgetCurve::stepLabels() const
{
    const QRectF place = ground();
    const QFont bold = Fonts::captionBold();
    const auto total = static_cast<double>(m_plan.totalSteps);
    std::vector<StepLabel> labels;
    // Beyond the plot's ends an arrow tells where the value is: its handle waits at the end.
    const auto add = [this, &labels, &place](Handle handle, const QString& words, double step, const QFont& font) {
        const double x = xOf(step);
        const bool below = x < place.left() - 1.0;
        const bool above = x > place.right() + 1.0 && handle != Handle::TotalSteps;
        const QString text = below ? QStringLiteral("← ") + words : above ? words + QStringLiteral(" →") : words;
        const double wide = tabularWidth(font, text);
        const double middle = handle == Handle::TotalSteps ? std::min(x, static_cast<double>(width()))
                                                           : std::clamp(x, place.left(), place.right());
        labels.push_back(
            {handle, text, {centredInside(middle, wide, 0.0, width()), place.bottom() + 18.0, wide, 15.0}});
    };
    if (m_plan.prunes()) {
        add(Handle::WarmUpEnd, tr("ti %1").arg(formatCount(m_plan.ti)), static_cast<double>(m_plan.ti), bold);
        add(Handle::FinalStart, tr("T − tf = %1").arg(formatCount(m_plan.finalStart)),
            static_cast<double>(m_plan.finalStart), bold);
    }
    const QString end = m_editable ? tr("T %1").arg(formatCount(m_plan.totalSteps)) : formatCount(m_plan.totalSteps);
    add(Handle::TotalSteps, end, total, m_editable ? bold : Fonts::caption());
    const auto xOfHandle = [this](const StepLabel& label) { return handlePosition(label.handle).x(); };
    std::stable_sort(labels.begin(), labels.end() - 1, [&xOfHandle](const StepLabel& one, const StepLabel& other) {
        return xOfHandle(one) < xOfHandle(other); // T's stays the last
    });
    constexpr double gap = 10.0;
    double limit = width();
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        label->place.moveRight(std::min(label->place.right(), limit));
        limit = label->place.left() - gap;
    }
    double from = 0.0; // too narrow for all: the first ones push the others on
    for (StepLabel& label : labels) {
        label.place.moveLeft(std::max(label.place.left(), from));
        from = label.place.right() + gap;
    }
    return labels;
}

void BudgetCurve::paintSteps(QPainter& painter) const
{
    const QRectF place = ground();
    std::vector<QRectF> taken;
    for (const StepLabel& label : stepLabels()) {
        const bool quiet = label.handle == Handle::TotalSteps && !m_editable;
        write(painter, label.place, Qt::AlignLeft, label.text, quiet ? Ink::Quiet : Ink::Strong);
        taken.push_back(label.place);
    }
    const int count = std::max(1, static_cast<int>(place.width() / 80.0));
    const double last = std::min(static_cast<double>(m_plan.totalSteps), budgetGeometry().scales.lastStep);
    for (const double step : stepTicks(0.0, last, count)) {
        const QString text = formatCount(static_cast<std::int64_t>(step));
        const double wide = tabularWidth(Fonts::caption(), text);
        const QRectF tick(xOf(step) - wide / 2.0, place.bottom() + 18.0, wide, 15.0);
        const QRectF around = tick.adjusted(-8.0, 0.0, 8.0, 0.0);
        const auto meets = [&around](const QRectF& other) { return other.intersects(around); };
        if (std::none_of(taken.begin(), taken.end(), meets)) {
            taken.push_back(tick);
            write(painter, tick, Qt::AlignLeft, text, Ink::Quiet);
        }
    }
}

} // namespace spectune
