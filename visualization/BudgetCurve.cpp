// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetCurve.h"

#include "visualization/NumberFormat.h"

#include <QAccessible>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <cmath>

namespace spectune {

namespace {

constexpr std::array allHandles {BudgetCurve::Handle::InitRank, BudgetCurve::Handle::TargetRank,
    BudgetCurve::Handle::WarmUpEnd, BudgetCurve::Handle::FinalStart, BudgetCurve::Handle::Interval,
    BudgetCurve::Handle::TotalSteps};
constexpr double grabRadius = 14.0; ///< hit targets are at least 24 px high

} // namespace

BudgetCurve::BudgetCurve(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Budget over the run"));
}

void BudgetCurve::setCurve(const PlotPlan& plan, const BudgetValues& values)
{
    m_plan = plan;
    m_values = values;
    setAccessibleDescription(
        tr("from %1 to %2 triplets, cubic from step %3 to %4 of %5, ΔT %6")
            .arg(formatCount(plan.initialBudget), formatCount(plan.targetBudget), formatCount(plan.ti),
                formatCount(plan.finalStart), formatCount(plan.totalSteps), formatCount(plan.interval)));
    update();
}

void BudgetCurve::setEditable(bool editable)
{
    m_editable = editable;
    setFocusPolicy(editable ? Qt::StrongFocus : Qt::NoFocus);
    update();
}

QSize BudgetCurve::sizeHint() const
{
    return {390, 360};
}

QSize BudgetCurve::minimumSizeHint() const
{
    return {300, 180};
}

BudgetGeometry BudgetCurve::budgetGeometry() const
{
    return BudgetGeometry::compute(
        QSizeF(size()), m_values, m_drag ? std::optional<BudgetHold>(m_drag->scales) : std::nullopt);
}

double BudgetCurve::yOf(double budget) const
{
    return budgetGeometry().yOfBudget(budget);
}

std::optional<BudgetHandle> BudgetCurve::fault() const
{
    return m_editable && m_values.totalSteps > 0 ? budgetGeometry().fault(m_moved) : std::nullopt;
}

QString BudgetCurve::impossibleText() const
{
    const auto handle = fault();
    if (!handle) {
        return {};
    }
    const auto steps = formatCount(m_values.totalSteps);
    const bool aboveSide
        = m_values.largestRank > 0 && m_values.at(*handle) >= static_cast<double>(m_values.largestRank);
    switch (*handle) {
    case Handle::TargetRank:
        if (aboveSide && (!m_values.initGiven || m_values.initRank >= m_values.largestRank)) {
            return tr("Impossible: target %1 leaves no init rank above it, a matrix's smaller side is %2")
                .arg(formatRank(m_values.targetRank), formatCount(m_values.largestRank));
        }
        return tr("Impossible: target %1 is not below init %2, nothing would be pruned")
            .arg(formatRank(m_values.targetRank), formatCount(m_values.initRank));
    case Handle::InitRank:
        if (aboveSide) {
            return tr("Impossible: init %1 is above %2, the smaller side of the smallest matrix")
                .arg(formatCount(m_values.initRank), formatCount(m_values.largestRank));
        }
        return tr("Impossible: init %1 is not above target %2, nothing would be pruned")
            .arg(formatCount(m_values.initRank), formatRank(m_values.targetRank));
    case Handle::WarmUpEnd:
        if (m_values.tfGiven) {
            return tr("Impossible: ti %1 is not below T − tf = %2, no step is left to prune in")
                .arg(formatCount(m_values.ti), formatCount(m_values.finalStart));
        }
        return tr("Impossible: after ti %1 the run of %2 steps has no step left to prune in and one to keep")
            .arg(formatCount(m_values.ti), steps);
    case Handle::TotalSteps:
        return tr("Impossible: of T %1 no step is left to prune in between ti and the final phase").arg(steps);
    case Handle::Interval: // every whole number of steps is possible
    case Handle::FinalStart: break;
    }
    if (m_values.finalStart >= m_values.totalSteps || m_values.finalStart < 1) {
        const auto tf = formatCount(m_values.totalSteps - m_values.finalStart);
        return m_values.tiGiven && m_values.ti >= m_values.totalSteps - 1
            ? tr("Impossible: neither ti %1 nor tf %2 fits into the run's %3 steps")
                  .arg(formatCount(m_values.ti), tf, steps)
            : tr("Impossible: tf %1 is not below the run's %2 steps").arg(tf, steps);
    }
    return tr("Impossible: T − tf = %1 is not above ti %2, no step is left to prune in")
        .arg(formatCount(m_values.finalStart), formatCount(m_values.ti));
}

void BudgetCurve::edit(Handle handle, std::int64_t value)
{
    m_moved = handle;
    switch (handle) {
    case Handle::InitRank: Q_EMIT initRankEdited(static_cast<int>(value)); break;
    case Handle::TargetRank: Q_EMIT targetRankEdited(static_cast<int>(value)); break;
    case Handle::WarmUpEnd: Q_EMIT warmUpEndEdited(value); break;
    case Handle::FinalStart: Q_EMIT finalStartEdited(value); break;
    case Handle::Interval: Q_EMIT intervalEdited(value); break;
    case Handle::TotalSteps: Q_EMIT totalStepsEdited(value); break;
    }
}

void BudgetCurve::nudge(Handle handle, int by)
{
    const std::int64_t value = std::llround(m_values.at(handle)) + by;
    if (handle == Handle::WarmUpEnd || handle == Handle::FinalStart) {
        const std::int64_t last = m_values.totalSteps - (handle == Handle::FinalStart ? 1 : 0);
        edit(handle, std::clamp<std::int64_t>(value, 0, std::max<std::int64_t>(0, last)));
    } else {
        edit(handle, std::max<std::int64_t>(1, value));
    }
    announce();
}

QString BudgetCurve::handleText(Handle handle) const
{
    switch (handle) {
    case Handle::InitRank: return tr("init rank %1").arg(formatCount(m_values.initRank));
    case Handle::TargetRank: return tr("target rank %1").arg(formatRank(m_values.targetRank));
    case Handle::WarmUpEnd: return tr("end of the warm-up, ti, step %1").arg(formatCount(m_values.ti));
    case Handle::Interval: {
        const int spans = budgetGeometry().scales.intervals;
        return (m_values.interval == 1 ? tr("interval ΔT, 1 step")
                                       : tr("interval ΔT, %1 steps").arg(formatCount(m_values.interval)))
            + (spans > 1 ? tr("; the bracket spans %1 of them").arg(formatCount(spans)) : QString());
    }
    case Handle::TotalSteps: return tr("end of the run, T, step %1").arg(formatCount(m_values.totalSteps));
    case Handle::FinalStart: break;
    }
    return tr("begin of the final phase, step %1").arg(formatCount(m_values.finalStart));
}

void BudgetCurve::announce()
{
    const QString impossible = impossibleText();
    setAccessibleName(tr("Budget curve, %1").arg(handleText(m_focused))
        + (impossible.isEmpty() ? QString() : QStringLiteral(". ") + impossible));
    if (hasFocus()) {
        QAccessibleEvent event(this, QAccessible::NameChanged);
        QAccessible::updateAccessibility(&event);
    }
}

std::optional<BudgetHandle> BudgetCurve::handleAt(QPointF position) const
{
    const BudgetGeometry geometry = budgetGeometry();
    std::optional<Handle> found;
    double nearest = grabRadius;
    for (const Handle handle : allHandles) {
        const QPointF away = geometry.handle(handle) - position;
        const double distance = std::hypot(away.x(), away.y());
        if (distance < nearest) {
            nearest = distance;
            found = handle;
        }
    }
    return found;
}

bool BudgetCurve::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip) {
        return QWidget::event(event);
    }
    const auto* help = static_cast<QHelpEvent*>(event);
    if (const auto handle = isReady() ? handleAt(help->pos()) : std::nullopt) {
        const QString way = movesRank(*handle) ? tr("Drag it up or down.") : tr("Drag it left or right.");
        QToolTip::showText(help->globalPos(),
            handleText(*handle) + QLatin1Char('\n') + way + QLatin1Char(' ')
                + tr("Keys: Tab chooses a handle, arrows move it, with Shift ten times as far."),
            this);
    } else {
        QToolTip::hideText();
    }
    return true;
}

void BudgetCurve::mousePressEvent(QMouseEvent* event)
{
    if (!isReady() || event->button() != Qt::LeftButton) {
        return;
    }
    if (const auto handle = handleAt(event->position())) {
        m_focused = *handle;
        m_drag = Drag {
            .handle = *handle, .grip = event->position() - handlePosition(*handle), .scales = budgetGeometry().scales};
        announce();
    }
    update();
}

void BudgetCurve::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_drag) {
        const auto handle = isReady() ? handleAt(event->position()) : std::nullopt;
        setCursor(!handle ? Qt::ArrowCursor : movesRank(*handle) ? Qt::SizeVerCursor : Qt::SizeHorCursor);
        return;
    }
    const std::int64_t value = budgetGeometry().valueAt(m_drag->handle, event->position() - m_drag->grip);
    if (value != std::llround(m_values.at(m_drag->handle)) || m_moved != m_drag->handle) {
        edit(m_drag->handle, value);
    }
}

void BudgetCurve::mouseReleaseEvent(QMouseEvent*)
{
    m_drag.reset();
    announce();
    update();
}

void BudgetCurve::keyPressEvent(QKeyEvent* event)
{
    const int by = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    switch (isReady() ? event->key() : 0) {
    case Qt::Key_Up:
    case Qt::Key_Right: return nudge(m_focused, by);
    case Qt::Key_Down:
    case Qt::Key_Left: return nudge(m_focused, -by);
    default: QWidget::keyPressEvent(event);
    }
}

bool BudgetCurve::focusNextPrevChild(bool next)
{
    const auto at = std::find(allHandles.begin(), allHandles.end(), m_focused);
    if (m_editable && next && at + 1 != allHandles.end()) {
        m_focused = *(at + 1);
    } else if (m_editable && !next && at != allHandles.begin()) {
        m_focused = *(at - 1);
    } else {
        return QWidget::focusNextPrevChild(next);
    }
    announce();
    update();
    return true;
}

void BudgetCurve::focusInEvent(QFocusEvent* event)
{
    if (event->reason() == Qt::TabFocusReason) {
        m_focused = allHandles.front();
    } else if (event->reason() == Qt::BacktabFocusReason) {
        m_focused = allHandles.back();
    }
    announce();
    update();
}

void BudgetCurve::focusOutEvent(QFocusEvent*)
{
    update();
}

} // namespace spectune
