// SPDX-License-Identifier: GPL-3.0-or-later
// How the plots are read with a pointer: crosshair, wheel zoom, drag pan, double click.
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlots.h"
#include "visualization/RunPlotsPrivate.h"

#include <QMouseEvent>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double zoomPerNotch = 1.25; ///< 15 degrees of a wheel
constexpr double clickReach = 4.0; ///< pixels; a pointer that moved further drags

} // namespace

void RunPlots::showSteps(double low, double high)
{
    m_private->showSteps(low, high);
}

void RunPlots::resetView()
{
    m_private->view.reset();
    m_private->lossView.reset();
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
        p.grab = Private::Grab {mouse.position(), p.steps, p.loss, false};
    }
}

void RunPlots::moved(const QMouseEvent& mouse)
{
    Private& p = *m_private;
    p.pointerMoved();
    p.hovered = stepUnder(mouse.position());
    p.changed();
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
        p.shownBeforeClick = p.shown;
        Q_EMIT stepActivated(step);
    }
}

bool RunPlots::wheeled(const QWheelEvent& wheel)
{
    const double notches = wheel.angleDelta().y() / 120.0;
    if (notches == 0.0 || m_private->curves.lastStep() < 1) {
        return false;
    }
    const bool values = wheel.modifiers() & Qt::ControlModifier || wheel.position().x() < m_private->plotLeft();
    const double factor = std::pow(1.0 / zoomPerNotch, notches);
    if (values) {
        m_private->zoomLoss(factor, wheel.position().y());
    } else {
        m_private->zoomSteps(factor, wheel.position().x());
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
        p.changed();
        break;
    case QEvent::MouseButtonPress: pressed(*static_cast<QMouseEvent*>(event)); break;
    case QEvent::MouseMove: moved(*static_cast<QMouseEvent*>(event)); break;
    case QEvent::MouseButtonRelease: released(*static_cast<QMouseEvent*>(event)); break;
    case QEvent::MouseButtonDblClick:
        if (p.view || p.lossView) {
            resetView();
        }
        Q_EMIT stepActivated(p.shownBeforeClick); // a double click chooses no step
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
    changed(true);
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

void RunPlots::Private::zoomLoss(double factor, double y)
{
    QCPAxis* axis = m_lossRect->axis(QCPAxis::atLeft);
    const double at = std::clamp(axis->pixelToCoord(y), loss.low, loss.high);
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
    changed(true);
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
