// SPDX-License-Identifier: GPL-3.0-or-later
// How the lens' plot is read, and looked at from nearer: wheel, drag and keys, and the way back.
#include "visualization/CsvNumber.h"
#include "visualization/NumberFormat.h"
#include "visualization/PlotInput.h"
#include "visualization/SpectrumPlot.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double mostZoom = 100.0;
constexpr double fewestBars = 2.0;
constexpr double shareOfMargin = 0.125; ///< of the plot, beside a value that was out of sight

/// [low, high] made no wider than [from, to], and moved into it.
void keepInside(double& low, double& high, double from, double to)
{
    const double span = std::min(high - low, to - from);
    low = std::clamp(low, from, to - span);
    high = low + span;
}

/// @param part of the axis that stays where it is, 0 … 1
void scale(double& low, double& high, double factor, double least, double part)
{
    const double fixed = low + (high - low) * part;
    const double span = std::max((high - low) * factor, least);
    low = fixed - span * part;
    high = low + span;
}

} // namespace

double SpectrumPlot::placeOf(double rank) const
{
    if (m_kind == Kind::SingularValues)
        return rank - 0.5;
    return std::log(std::clamp(rank, 1.0, std::max<double>(2.0, static_cast<double>(m_values.size()))));
}

SpectrumPlot::View SpectrumPlot::whole() const
{
    const auto count = static_cast<double>(m_values.size());
    const double right = m_kind == Kind::SingularValues ? std::max(1.0, count) : std::log(std::max(2.0, count));
    return {.left = 0.0, .right = right, .bottom = 0.0, .top = m_top};
}

void SpectrumPlot::setView(View wanted)
{
    const View all = whole();
    keepInside(wanted.left, wanted.right, all.left, all.right);
    keepInside(wanted.bottom, wanted.top, all.bottom, all.top);
    const bool isWhole = wanted.right - wanted.left >= (all.right - all.left) * (1.0 - 1e-9)
        && wanted.top - wanted.bottom >= (all.top - all.bottom) * (1.0 - 1e-9);
    m_view = isWhole ? std::nullopt : std::optional(wanted);
    update();
}

void SpectrumPlot::resetView()
{
    m_view.reset();
    update();
}

void SpectrumPlot::zoomBy(double factor, bool ofValues, QPointF fixed)
{
    const QRectF plot = plotRect();
    const View all = whole();
    View wanted = view();
    if (ofValues) {
        const double part = std::clamp((plot.bottom() - fixed.y()) / std::max(1.0, plot.height()), 0.0, 1.0);
        scale(wanted.bottom, wanted.top, factor, (all.top - all.bottom) / mostZoom, part);
    } else {
        const double part = std::clamp((fixed.x() - plot.left()) / std::max(1.0, plot.width()), 0.0, 1.0);
        const double least = m_kind == Kind::SingularValues ? fewestBars : (all.right - all.left) / mostZoom;
        scale(wanted.left, wanted.right, factor, least, part);
    }
    setView(wanted);
}

void SpectrumPlot::shift(const View& from, QPointF way)
{
    const QRectF plot = plotRect();
    const double aside = way.x() / std::max(1.0, plot.width()) * (from.right - from.left);
    const double up = way.y() / std::max(1.0, plot.height()) * (from.top - from.bottom);
    setView({from.left - aside, from.right - aside, from.bottom + up, from.top + up});
}

void SpectrumPlot::wheelEvent(QWheelEvent* event)
{
    const auto zoom = wheelZoom(*event, plotRect().left());
    if (!zoom || m_values.empty()) {
        event->ignore();
        return;
    }
    zoomBy(zoom->factor, zoom->ofValues, event->position());
    event->accept();
}

void SpectrumPlot::mousePressEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton && m_view)
        m_grab = Grab {event->position(), *m_view};
}

void SpectrumPlot::mouseMoveEvent(QMouseEvent* event)
{
    if (!m_grab)
        return;
    setCursor(Qt::ClosedHandCursor);
    shift(m_grab->view, event->position() - m_grab->at);
}

void SpectrumPlot::mouseReleaseEvent(QMouseEvent*)
{
    m_grab.reset();
    unsetCursor();
}

void SpectrumPlot::mouseDoubleClickEvent(QMouseEvent* event)
{
    if (event->button() == Qt::LeftButton)
        resetView();
}

void SpectrumPlot::keyPressEvent(QKeyEvent* event)
{
    const Qt::KeyboardModifiers held = event->modifiers() & ~Qt::KeypadModifier;
    const bool plus = event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal; // + is shifted
    const bool values = held.testFlag(Qt::ControlModifier) && !held.testFlag(Qt::AltModifier); // as with the wheel
    if (!m_values.empty() && (plus || event->key() == Qt::Key_Minus)
        && (values || held == Qt::NoModifier || (plus && held == Qt::ShiftModifier))) {
        zoomBy(plus ? 1.0 / zoomPerNotch : zoomPerNotch, values, plotRect().center());
        return;
    }
    const double half = plotRect().width() / 2.0;
    if (m_view && held == Qt::NoModifier) {
        switch (event->key()) {
        case Qt::Key_PageUp: return shift(*m_view, {-half, 0.0});
        case Qt::Key_PageDown: return shift(*m_view, {half, 0.0});
        case Qt::Key_0:
        case Qt::Key_Home: return resetView();
        default: break;
        }
    }
    ReadablePlot::keyPressEvent(event);
}

QString SpectrumPlot::valueText(int value) const
{
    const QString rank = formatCount(value + 1);
    const double number = m_values.at(static_cast<std::size_t>(value));
    if (m_kind == Kind::ErrorCurve)
        return tr("k = %1: error %2 %").arg(rank, formatFixed(100.0 * number, 1));
    return (value < m_rank ? tr("i = %1: σ = %2") : tr("i = %1: σ = %2, left out")).arg(rank, formatShort(number));
}

QPointF SpectrumPlot::valuePlace(int value) const
{
    const QRectF plot = plotRect();
    const double y = yOf(m_values.at(static_cast<std::size_t>(value)));
    return {xOf(value + 1), std::clamp(y, plot.top(), plot.bottom())}; // from nearer it may be above or below
}

QString SpectrumPlot::textAt(QPointF place) const
{
    const QRectF plot = plotRect();
    if (m_values.empty() || place.x() < plot.left() || place.x() > plot.right())
        return {};
    const View shown = view();
    const double along = shown.left + (place.x() - plot.left()) / plot.width() * (shown.right - shown.left);
    const double rank = m_kind == Kind::SingularValues ? along + 0.5 : std::exp(along); // as placeOf() has it
    return valueText(std::clamp(static_cast<int>(std::lround(rank)), 1, valueCount()) - 1);
}

void SpectrumPlot::bringIntoSight(int value)
{
    if (!m_view)
        return;
    const QRectF plot = plotRect();
    const double margin = plot.width() * shareOfMargin;
    const double x = xOf(value + 1);
    if (x < plot.left() || x > plot.right())
        shift(*m_view, {(x < plot.left() ? plot.left() + margin : plot.right() - margin) - x, 0.0});
}

QString SpectrumPlot::toCsv() const
{
    QString csv = m_kind == Kind::ErrorCurve ? QStringLiteral("rank,error\n") : QStringLiteral("index,sigma\n");
    for (std::size_t i = 0; i < m_values.size(); ++i)
        csv += QStringLiteral("%1,%2\n").arg(QString::number(i + 1), csvNumber(m_values[i]));
    return csv;
}

} // namespace spectune
