// SPDX-License-Identifier: GPL-3.0-or-later
// How the plots are read with a pointer and with keys: crosshair, zoom, pan, and the way back.
#include "visualization/PlotInput.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlots.h"
#include "visualization/RunPlotsPrivate.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace spectune {

void RunPlots::showSteps(double low, double high)
{
    m_private->showSteps(low, high);
}

void RunPlots::resetView()
{
    m_private->view.reset();
    m_private->lossView.reset();
    m_private->changed(true, Private::Pace::Pointer);
}

void RunPlots::fitAxes()
{
    m_private->changed(true);
}

std::int64_t RunPlots::stepUnder(QPointF position) const
{
    const Private& p = *m_private;
    const double step = p.plot->xAxis->pixelToCoord(position.x());
    const bool outside
        = step < p.steps.low || step > p.steps.high || step > static_cast<double>(p.curves.lastStep()) + 0.5;
    return outside || p.curves.lastStep() < 1 ? -1 : std::max<std::int64_t>(1, std::llround(step));
}

void RunPlots::pressed(const QMouseEvent& mouse)
{
    Private& p = *m_private;
    if (mouse.button() == Qt::LeftButton) {
        p.shownBeforeClick = p.shown;
        p.grab = PlotGrab {mouse.position(), p.steps, p.loss, false};
    }
}

void RunPlots::moved(const QMouseEvent& mouse)
{
    Private& p = *m_private;
    p.pointerMoved();
    p.hovered = stepUnder(mouse.position());
    p.changed(false, Private::Pace::Pointer);
    if (!p.grab) {
        return;
    }
    const QPointF way = mouse.position() - p.grab->at;
    if (!p.grab->dragged && way.manhattanLength() < clickReach) {
        return;
    }
    p.grab->dragged = true;
    p.plot->setCursor(Qt::ClosedHandCursor);
    p.pan(way);
}

void RunPlots::released(const QMouseEvent& mouse)
{
    Private& p = *m_private;
    const bool dragged = p.grab && p.grab->dragged;
    const bool pressed = p.grab.has_value();
    p.grab.reset();
    p.plot->unsetCursor();
    if (dragged || !pressed) {
        return; // the second half of a double click has no press of its own
    }
    if (const std::int64_t step = stepUnder(mouse.position()); step > 0) {
        Q_EMIT stepActivated(step);
    }
}

void RunPlots::doubleClicked()
{
    const Private& p = *m_private;
    if (p.view || p.lossView) {
        resetView();
    }
    Q_EMIT stepActivated(p.shownBeforeClick); // a double click chooses no step
}

bool RunPlots::wheeled(const QWheelEvent& wheel)
{
    const auto zoom = wheelZoom(wheel, m_private->plotLeft());
    if (!zoom || m_private->curves.lastStep() < 1) {
        return false;
    }
    if (zoom->ofValues) {
        m_private->zoomLoss(zoom->factor, wheel.position().y());
    } else {
        m_private->zoomSteps(zoom->factor, wheel.position().x());
    }
    return true;
}

bool RunPlots::eventFilter(QObject* watched, QEvent* event)
{
    Private& p = *m_private;
    switch (event->type()) {
    case QEvent::Enter:
        p.pointerInside = true;
        p.pointerMoved();
        break;
    case QEvent::Leave:
        p.pointerInside = false;
        p.hovered = -1;
        p.changed(false, Private::Pace::Pointer);
        break;
    case QEvent::MouseButtonPress: pressed(*static_cast<QMouseEvent*>(event)); break;
    case QEvent::MouseMove: moved(*static_cast<QMouseEvent*>(event)); break;
    case QEvent::MouseButtonRelease: released(*static_cast<QMouseEvent*>(event)); break;
    case QEvent::MouseButtonDblClick:
        if (static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton) {
            doubleClicked();
        }
        break;
    case QEvent::Wheel:
        if (wheeled(*static_cast<QWheelEvent*>(event))) {
            event->accept();
            return true;
        }
        break;
    default: break;
    }
    return QWidget::eventFilter(watched, event);
}

void RunPlots::keyPressEvent(QKeyEvent* event)
{
    Private& p = *m_private;
    const Qt::KeyboardModifiers held = event->modifiers() & ~Qt::KeypadModifier;
    const bool plus = event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal; // + is shifted
    const bool values = held.testFlag(Qt::ControlModifier) && !held.testFlag(Qt::AltModifier); // as with the wheel
    if (p.curves.lastStep() > 0 && values && (plus || event->key() == Qt::Key_Minus)) {
        p.zoomLoss(plus ? 1.0 / zoomPerNotch : zoomPerNotch);
        return;
    }
    if (p.curves.lastStep() < 1 || (held != Qt::NoModifier && !(plus && held == Qt::ShiftModifier))) {
        QWidget::keyPressEvent(event); // Shift with an arrow is the timeline's
        return;
    }
    const double half = (p.steps.high - p.steps.low) / 2.0;
    switch (event->key()) {
    case Qt::Key_Left: return p.moveCrosshair(-1);
    case Qt::Key_Right: return p.moveCrosshair(1);
    case Qt::Key_PageUp: return p.showSteps(p.steps.low + half, p.steps.high + half); // as the timeline's
    case Qt::Key_PageDown: return p.showSteps(p.steps.low - half, p.steps.high - half);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return p.zoomSteps(1.0 / zoomPerNotch, p.pixelOfKeys());
    case Qt::Key_Minus: return p.zoomSteps(zoomPerNotch, p.pixelOfKeys());
    case Qt::Key_0:
    case Qt::Key_Home: return resetView();
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (p.hovered > 0) {
            Q_EMIT stepActivated(p.hovered);
            return;
        }
        break;
    default: break;
    }
    QWidget::keyPressEvent(event);
}

void RunPlots::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    m_private->changed(false, Private::Pace::Pointer);
}

void RunPlots::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    if (!m_private->pointerInside) {
        m_private->hovered = -1;
    }
    m_private->changed(false, Private::Pace::Pointer);
}

std::int64_t RunPlots::crosshairStep() const
{
    return m_private->hovered;
}

void RunPlots::Private::moveCrosshair(int direction)
{
    pointerMoved();
    const double span = steps.high - steps.low;
    if (hovered < 1) { // it begins where one looks already
        hovered = std::clamp<std::int64_t>(shown > 0 ? shown : now(), 1, now());
    } else {
        const auto by = std::max<std::int64_t>(1, std::llround(span / 100.0));
        hovered = std::clamp<std::int64_t>(hovered + direction * by, 1, now());
    }
    const auto x = static_cast<double>(hovered);
    if (x < steps.low || x > steps.high) { // the view goes along
        const double low = x < steps.low ? x - 0.1 * span : x - 0.9 * span;
        showSteps(low, low + span);
        return;
    }
    changed(false, Pace::Pointer);
}

double RunPlots::Private::pixelOfKeys() const
{
    const auto x = static_cast<double>(hovered);
    const bool inside = hovered > 0 && x >= steps.low && x <= steps.high;
    return plot->xAxis->coordToPixel(inside ? x : (steps.low + steps.high) / 2.0);
}

void RunPlots::Private::showSteps(double low, double high)
{
    const double end = std::max(10.0, static_cast<double>(std::max(curves.plan().totalSteps, now())));
    const double span = std::clamp(high - low, std::min(leastShownSteps, end), end);
    low = std::clamp((low + high - span) / 2.0, 0.0, end - span);
    view = QPointF(low, low + span);
    if (span >= end) {
        view.reset();
        range = PlotRange::WholeRun;
    }
    changed(true, Pace::Pointer);
}

void RunPlots::Private::zoomSteps(double factor, double x)
{
    const double at = m_lossRect->axis(QCPAxis::atBottom)->pixelToCoord(x);
    const double within = std::clamp(at, steps.low, steps.high);
    const double end = static_cast<double>(std::max(curves.plan().totalSteps, now()));
    if (factor > 1.0 && (steps.high - steps.low) * factor >= end) {
        showSteps(0.0, end);
        return;
    }
    if ((steps.high - steps.low) * factor < leastShownSteps) {
        return;
    }
    showSteps(within + (steps.low - within) * factor, within + (steps.high - within) * factor);
    steps.low = view ? view->x() : steps.low; // several notches may come before the next replot
    steps.high = view ? view->y() : steps.high;
    m_lossRect->axis(QCPAxis::atBottom)->setRange(steps.low, steps.high);
}

void RunPlots::Private::zoomLoss(double factor, std::optional<double> y)
{
    QCPAxis* axis = m_lossRect->axis(QCPAxis::atLeft);
    const double middle
        = (axis->coordToPixel(loss.low) + axis->coordToPixel(loss.high)) / 2.0; // of a logarithm as well
    const double at = std::clamp(axis->pixelToCoord(y.value_or(middle)), loss.low, loss.high);
    double low = at + (loss.low - at) * factor;
    double high = at + (loss.high - at) * factor;
    if (logarithmic) {
        low = at * std::pow(loss.low / at, factor);
        high = at * std::pow(loss.high / at, factor);
    }
    if (!(high - low > 1e-9 * std::max(1.0, std::abs(high))) || !std::isfinite(high - low)) {
        return;
    }
    loss.low = low;
    loss.high = high;
    lossView = QPointF(low, high);
    axis->setRange(low, high);
    changed(true, Pace::Pointer);
}

void RunPlots::Private::pan(QPointF way)
{
    const double perPixel = (grab->steps.high - grab->steps.low) / columns();
    const double low = grab->steps.low - way.x() * perPixel;
    showSteps(low, low + grab->steps.high - grab->steps.low);
    if (!lossView) {
        return; // unless it was zoomed, the loss axis follows what is shown
    }
    const double part = way.y() / std::max(1, m_lossRect->height());
    if (logarithmic) {
        const double times = std::pow(grab->loss.high / grab->loss.low, part);
        lossView = QPointF(grab->loss.low * times, grab->loss.high * times);
    } else {
        const double more = part * (grab->loss.high - grab->loss.low);
        lossView = QPointF(grab->loss.low + more, grab->loss.high + more);
    }
}

double RunPlots::Private::plotLeft() const
{
    return m_lossRect->rect().left();
}

} // namespace spectune
