// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetCurve.h"

#include <QEvent>
#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <array>
#include <cmath>

namespace spectune {

namespace {

constexpr std::array allHandles {BudgetCurve::Handle::InitRank, BudgetCurve::Handle::TargetRank,
    BudgetCurve::Handle::WarmUpEnd, BudgetCurve::Handle::FinalStart};
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

void BudgetCurve::setCurve(const PlotPlan& plan, int initRank, double targetRank, std::int64_t matrices)
{
    m_plan = plan;
    m_initRank = initRank;
    m_targetRank = targetRank;
    m_matrices = matrices;
    setAccessibleDescription(tr("from %1 to %2 triplets, cubic from step %3 to %4")
                                 .arg(plan.initialBudget)
                                 .arg(plan.targetBudget)
                                 .arg(plan.ti)
                                 .arg(plan.finalStart));
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

QRectF BudgetCurve::ground() const
{
    return QRectF(rect()).adjusted(50.0, 26.0, -44.0, -40.0);
}

double BudgetCurve::xOf(double step) const
{
    const QRectF place = ground();
    return place.left() + place.width() * step / static_cast<double>(std::max<std::int64_t>(1, m_plan.totalSteps));
}

double BudgetCurve::topBudget() const
{
    return std::max(1.0, static_cast<double>(m_plan.initialBudget) * 1.13);
}

double BudgetCurve::yOf(double budget) const
{
    const QRectF place = ground();
    return place.bottom() - place.height() * budget / topBudget();
}

QPointF BudgetCurve::handlePosition(Handle handle) const
{
    const auto ti = static_cast<double>(m_plan.ti);
    const auto end = static_cast<double>(m_plan.finalStart);
    const auto total = static_cast<double>(m_plan.totalSteps);
    switch (handle) {
    case Handle::InitRank:
        return {std::max(xOf(ti / 2.0), ground().left() + 8.0), yOf(static_cast<double>(m_plan.initialBudget))};
    case Handle::TargetRank:
        return {
            std::min(xOf((end + total) / 2.0), ground().right() - 8.0), yOf(static_cast<double>(m_plan.targetBudget))};
    case Handle::WarmUpEnd: return {xOf(ti), ground().bottom() + 6.0};
    case Handle::FinalStart: return {xOf(end), ground().bottom() + 6.0};
    }
    return {};
}

void BudgetCurve::edit(Handle handle, double value)
{
    const auto whole = static_cast<qint64>(std::llround(value));
    switch (handle) {
    case Handle::InitRank: Q_EMIT initRankEdited(static_cast<int>(std::max<qint64>(1, whole))); break;
    case Handle::TargetRank: Q_EMIT targetRankEdited(static_cast<int>(std::max<qint64>(1, whole))); break;
    case Handle::WarmUpEnd:
        Q_EMIT warmUpEndEdited(std::clamp<qint64>(whole, 0, std::max<std::int64_t>(0, m_plan.finalStart - 1)));
        break;
    case Handle::FinalStart:
        Q_EMIT finalStartEdited(
            std::clamp<qint64>(whole, m_plan.ti + 1, std::max<std::int64_t>(m_plan.ti + 1, m_plan.totalSteps - 1)));
        break;
    }
}

void BudgetCurve::nudge(Handle handle, int by)
{
    switch (handle) {
    case Handle::InitRank: return edit(handle, m_initRank + by);
    case Handle::TargetRank: return edit(handle, std::round(m_targetRank) + by);
    case Handle::WarmUpEnd: return edit(handle, static_cast<double>(m_plan.ti + by));
    case Handle::FinalStart: return edit(handle, static_cast<double>(m_plan.finalStart + by));
    }
}

void BudgetCurve::mousePressEvent(QMouseEvent* event)
{
    if (!m_editable || event->button() != Qt::LeftButton) {
        return;
    }
    double nearest = grabRadius;
    for (const Handle handle : allHandles) {
        const QPointF away = handlePosition(handle) - event->position();
        const double distance = std::hypot(away.x(), away.y());
        if (distance < nearest) {
            nearest = distance;
            m_dragged = handle;
            m_focused = handle;
        }
    }
    update();
}

void BudgetCurve::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_dragged) {
        bool near = false;
        for (const Handle handle : allHandles) {
            const QPointF away = handlePosition(handle) - event->position();
            near = near || std::hypot(away.x(), away.y()) < grabRadius;
        }
        setCursor(m_editable && near ? Qt::PointingHandCursor : Qt::ArrowCursor);
        return;
    }
    const bool rank = *m_dragged == Handle::InitRank || *m_dragged == Handle::TargetRank;
    const QRectF place = ground();
    if (rank && m_matrices > 0) {
        const double budget = (place.bottom() - event->position().y()) / place.height() * topBudget();
        edit(*m_dragged, budget / static_cast<double>(m_matrices));
    } else if (!rank) {
        const double part = (event->position().x() - place.left()) / place.width();
        edit(*m_dragged, part * static_cast<double>(m_plan.totalSteps));
    }
}

void BudgetCurve::mouseReleaseEvent(QMouseEvent*)
{
    m_dragged.reset();
    update();
}

void BudgetCurve::keyPressEvent(QKeyEvent* event)
{
    const int by = event->modifiers() & Qt::ShiftModifier ? 10 : 1;
    switch (event->key()) {
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
    update();
}

void BudgetCurve::focusOutEvent(QFocusEvent*)
{
    update();
}

void BudgetCurve::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

} // namespace spectune
