// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetCurve.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainter>
#include <QStringList>

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
    for (const HandleLabel& label : plotLabels()) {
        const Ink ink = label.handle == Handle::InitRank ? Ink::Plain : Ink::Strong;
        write(painter, label.place, Qt::AlignLeft, label.text, ink);
    }
}

QRectF BudgetCurve::intervalBracket() const
{
    const QPointF end = handlePosition(Handle::Interval);
    const double from = std::clamp(xOf(static_cast<double>(m_values.ti)), ground().left(), end.x());
    return {QPointF(from, end.y() - 5.0), QPointF(end.x(), end.y() + 5.0)};
}

LabelObstacles BudgetCurve::obstacles() const
{
    const BudgetGeometry geometry = budgetGeometry();
    const QRectF place = geometry.ground;
    LabelObstacles all {.room = place.adjusted(2.0, -5.0, -2.0, -2.0)}; // the names of the phases end there
    for (const std::int64_t border : {m_plan.ti, m_plan.finalStart}) {
        const double x = geometry.xOf(static_cast<double>(border));
        if (m_plan.prunes() && x >= place.left() && x <= place.right()) {
            all.uprights.push_back(x);
        }
    }
    for (const std::int64_t budget : {m_plan.targetBudget, m_plan.initialBudget}) {
        const double y = geometry.yOfBudget(static_cast<double>(budget));
        if (y >= place.top()) {
            all.taken.emplace_back(place.left(), y - 1.0, place.width(), 2.0);
        }
    }
    if (m_editable) {
        for (const Handle handle : {Handle::InitRank, Handle::TargetRank, Handle::Interval}) {
            all.taken.emplace_back(handlePosition(handle) - QPointF(8.0, 8.0), QSizeF(16.0, 16.0));
        }
        all.taken.push_back(intervalBracket());
    }
    all.curve = [this, geometry](double x) {
        const double step = geometry.stepAt(x);
        const double y = geometry.yOfBudget(m_plan.budgetAt(step));
        const bool drawn = step >= 0.0 && step <= static_cast<double>(m_plan.totalSteps) && y >= geometry.ground.top();
        return drawn ? y : NAN;
    };
    return all;
}

std::vector<LabelSpot> BudgetCurve::spotsOf(Handle handle) const
{
    const QRectF place = ground();
    const double ti = xOf(static_cast<double>(m_plan.ti));
    const double end = xOf(static_cast<double>(m_plan.finalStart));
    std::vector<LabelSpot> spots;
    if (handle == Handle::InitRank) {
        const double level = yOf(static_cast<double>(m_plan.initialBudget));
        const double left = handlePosition(handle).x() + (m_editable ? 12.0 : 0.0);
        const double cubic = m_plan.prunes() ? std::max(ti + 8.0, left) : left;
        for (const double top : {std::max(level - 17.0, place.top() - 5.0), level + 5.0}) {
            spots.insert(spots.end(), {{cubic, top}, {left, top}, {end + 8.0, top}, {left - 24.0, top, true}});
        }
    } else if (handle == Handle::TargetRank) {
        const double level = yOf(static_cast<double>(m_plan.targetBudget));
        const bool room = place.bottom() - level > (m_editable ? 50.0 : 26.0); // the handle of ΔT stands at the bottom
        const double top = room ? level + 8.0 : level - 24.0;
        spots = {{end - 8.0, top, true}, {end + 8.0, top}, {ti - 8.0, top, true}};
    } else {
        const QRectF bracket = intervalBracket();
        const double top = bracket.top() - 3.0;
        spots = {{bracket.right() + 12.0, top}, {std::min(bracket.left() - 6.0, bracket.right() - 12.0), top, true}};
    }
    return spots;
}

QStringList BudgetCurve::wordsOf(Handle handle) const
{
    if (handle == Handle::Interval) {
        return {tr("ΔT %1").arg(formatCount(m_values.interval))}; // handleText() tells how many it spans
    }
    if (handle == Handle::TargetRank) { // b's axis says how many in all
        const QString rank = formatRank(m_values.targetRank);
        return {tr("target %1 per matrix, %2 in all").arg(rank, formatCount(m_plan.targetBudget)),
            tr("target %1 per matrix").arg(rank), tr("target %1").arg(rank)};
    }
    if (m_plan.hasRankMap && m_plan.matrices > 0) {
        const QString mean
            = formatMeanRank(static_cast<double>(m_plan.initialBudget) / static_cast<double>(m_plan.matrices));
        return {tr("%1 per matrix on average").arg(mean), tr("mean %1").arg(mean)};
    }
    return {tr("init %1 per matrix").arg(m_values.initRank), tr("init %1").arg(m_values.initRank)};
}

std::vector<BudgetCurve::HandleLabel> BudgetCurve::plotLabels() const
{
    LabelObstacles off = obstacles();
    std::vector<HandleLabel> labels;
    const auto add = [&](Handle handle) {
        const QFont font = handle == Handle::InitRank ? Fonts::caption() : Fonts::captionBold();
        const QStringList words = wordsOf(handle);
        std::vector<double> widths;
        for (const QString& each : words) {
            widths.push_back(tabularWidth(font, each));
        }
        if (const auto found = firstClear(spotsOf(handle), widths, 15.0, off)) {
            labels.push_back({handle, words[static_cast<qsizetype>(found->words)], found->place});
            off.taken.push_back(found->place);
        }
    };
    if (m_plan.prunes()) {
        add(Handle::TargetRank);
    }
    add(Handle::InitRank);
    if (m_editable) {
        add(Handle::Interval);
    }
    return labels;
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

std::vector<BudgetCurve::HandleLabel> BudgetCurve::stepLabels() const
{
    const QRectF place = ground();
    const QFont bold = Fonts::captionBold();
    const auto total = static_cast<double>(m_plan.totalSteps);
    std::vector<HandleLabel> labels;
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
    const auto xOfHandle = [this](const HandleLabel& label) { return handlePosition(label.handle).x(); };
    std::stable_sort(labels.begin(), labels.end() - 1, [&xOfHandle](const HandleLabel& one, const HandleLabel& other) {
        return xOfHandle(one) < xOfHandle(other); // T's stays the last
    });
    constexpr double gap = 10.0;
    double limit = width();
    for (auto label = labels.rbegin(); label != labels.rend(); ++label) {
        label->place.moveRight(std::min(label->place.right(), limit));
        limit = label->place.left() - gap;
    }
    double from = 0.0; // too narrow for all: the first ones push the others on
    for (HandleLabel& label : labels) {
        label.place.moveLeft(std::max(label.place.left(), from));
        from = label.place.right() + gap;
    }
    return labels;
}

void BudgetCurve::paintSteps(QPainter& painter) const
{
    const QRectF place = ground();
    std::vector<QRectF> taken;
    for (const HandleLabel& label : stepLabels()) {
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
