// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ComparePlot.h"

#include "visualization/ComparePlotPrivate.h"
#include "visualization/NumberFormat.h"
#include "visualization/PlotInput.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunTags.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QResizeEvent>
#include <QVBoxLayout>
#include <QWheelEvent>

#include <algorithm>
#include <cmath>
#include <utility>

namespace spectune {

namespace {
constexpr double leastShown = 5.0; ///< steps, tokens or seconds
} // namespace

CrosshairText crosshairText(const CompareCurves& curves, double x)
{
    CrosshairText text;
    text.place = curves.axisText(x);
    const std::vector<CrosshairValue> values = curves.valuesAt(x);
    for (std::size_t run = 0; run < values.size(); ++run)
        text.lines.push_back({static_cast<int>(run),
            std::isfinite(values[run].smooth) ? compareText(curves.value(), values[run].smooth)
                                              : ComparePlot::tr("ended"),
            std::isfinite(values[run].eval) ? formatLoss(values[run].eval) : QString()});
    if (values.size() == 2 && std::isfinite(values[0].smooth) && std::isfinite(values[1].smooth)) {
        const double difference = values[1].smooth - values[0].smooth;
        text.difference
            = ComparePlot::tr("B − A %1")
                  .arg((difference > 0 ? QStringLiteral("+") : QString()) + compareText(curves.value(), difference));
    }
    return text;
}

ComparePlot::ComparePlot(QWidget* parent)
    : QWidget(parent)
    , m_private(std::make_unique<Private>(this))
{
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(0, 0, 0, 0);
    box->addWidget(m_private->plot);
    m_private->plot->installEventFilter(this);
    m_private->plot->setMouseTracking(true);
    m_private->overlay->installEventFilter(this);
    m_private->overlay->raise();
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setValue(CompareValue::TaskLoss);
}

ComparePlot::~ComparePlot() = default;

void ComparePlot::setCurves(CompareCurves curves)
{
    Private& p = *m_private;
    ++p.generation;
    p.hiddenRuns = {};
    p.curves = std::move(curves);
    p.crosshair.reset();
    p.changed(true);
    // Until a worker has made them, losses would stand under another value's name.
    p.waits = p.curves.axis() != p.axisAsked || p.curves.value() != p.valueAsked;
    if (p.waits || p.curves.smoothing() != p.smoothingAsked)
        p.build();
}

void ComparePlot::setAxis(CompareAxis axis)
{
    m_private->axisAsked = axis;
    m_private->build();
    if (m_private->curves.axis() != axis)
        return; // a worker's: until then it stays as it is
    m_private->crosshair.reset();
    m_private->changed(true);
}

void ComparePlot::setValue(CompareValue value)
{
    setAccessibleName(tr("%1 of the compared runs").arg(compareName(value)));
    m_private->valueAsked = value;
    m_private->build();
}

void ComparePlot::setLogarithmic(bool logarithmic)
{
    m_private->setLogarithmic(logarithmic);
}

void ComparePlot::setSmoothing(double weight)
{
    m_private->smoothingAsked = weight;
    m_private->build();
}

void ComparePlot::setPartShown(ComparePart part, bool shown)
{
    m_private->hidden[static_cast<std::size_t>(part)] = !shown;
    m_private->changed();
}

bool ComparePlot::isPartShown(ComparePart part) const
{
    return m_private->isShown(part);
}

void ComparePlot::setRunShown(int run, bool shown)
{
    m_private->hiddenRuns.at(static_cast<std::size_t>(run)) = !shown;
    m_private->changed();
}

bool ComparePlot::isRunShown(int run) const
{
    return m_private->isRunShown(run);
}

void ComparePlot::paintOn(QPaintDevice& device, QSize size)
{
    Private& p = *m_private;
    const std::optional<double> pointed = std::exchange(p.crosshair, std::nullopt);
    const QRect before = p.plot->viewport();
    p.setViewport(QRect(QPoint(), size));
    p.replot(); // curves in as many columns as the picture has
    p.asPicture = true;
    QCPPainter painter;
    painter.begin(&device);
    p.plot->toPainter(&painter, size.width(), size.height());
    p.paintOverlay(painter);
    painter.end();
    p.asPicture = false;
    p.setViewport(before);
    p.crosshair = pointed;
    p.replot();
}

void ComparePlot::setEmptyText(const QString& text)
{
    m_private->emptyText = text;
    m_private->changed();
}

const QString& ComparePlot::emptyText() const
{
    return m_private->emptyText;
}

void ComparePlot::showAll()
{
    m_private->changed(true);
}

void ComparePlot::setCrosshair(std::optional<double> x)
{
    if (m_private->crosshair == x)
        return;
    m_private->crosshair = x;
    m_private->speak();
    m_private->overlay->update();
}

const CompareCurves& ComparePlot::curves() const
{
    return m_private->curves;
}

std::optional<double> ComparePlot::crosshair() const
{
    return m_private->crosshair;
}

AxisBounds ComparePlot::shownX() const
{
    const QCPRange range = m_private->plot->xAxis->range();
    return {range.lower, range.upper, {}};
}

AxisBounds ComparePlot::shownLoss() const
{
    const QCPRange range = m_private->plot->yAxis->range();
    return {range.lower, range.upper, {}};
}

QSize ComparePlot::sizeHint() const
{
    return {700, 300};
}

QSize ComparePlot::minimumSizeHint() const
{
    return {300, 150};
}

void ComparePlot::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        m_private->applyTheme();
    QWidget::changeEvent(event);
}

void ComparePlot::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_private->overlay->setGeometry(rect());
    m_private->changed();
}

void ComparePlot::keyPressEvent(QKeyEvent* event)
{
    const Qt::KeyboardModifiers held = event->modifiers() & ~Qt::KeypadModifier;
    const bool shift = held.testFlag(Qt::ShiftModifier); // + is shifted
    const bool loss = held.testFlag(Qt::ControlModifier);
    const bool zooms = event->key() == Qt::Key_Plus || event->key() == Qt::Key_Equal || event->key() == Qt::Key_Minus;
    const bool other = (held & ~(Qt::ShiftModifier | Qt::ControlModifier)) != Qt::NoModifier || (loss && !zooms);
    if (other || m_private->isBlank()) {
        QWidget::keyPressEvent(event);
        return;
    }
    const AxisBounds x = shownX();
    const double by = (x.high - x.low) / (shift ? 20.0 : 100.0);
    switch (event->key()) {
    case Qt::Key_Left: return moveCrosshair(-by);
    case Qt::Key_Right: return moveCrosshair(by);
    case Qt::Key_PageUp: return panX(0.5);
    case Qt::Key_PageDown: return panX(-0.5);
    case Qt::Key_Plus:
    case Qt::Key_Equal: return loss ? zoomLoss(1.0 / zoomPerNotch) : zoomX(1.0 / zoomPerNotch, crosshair());
    case Qt::Key_Minus: return loss ? zoomLoss(zoomPerNotch) : zoomX(zoomPerNotch, crosshair());
    case Qt::Key_0:
    case Qt::Key_Home: return showAll();
    default: QWidget::keyPressEvent(event);
    }
}

void ComparePlot::moveCrosshair(double by)
{
    const AxisBounds x = shownX();
    const bool whole = m_private->curves.axis() != CompareAxis::Time; // there is no half a step, nor token
    const double least = whole ? std::copysign(std::max(1.0, std::round(std::abs(by))), by) : by;
    setCrosshair(std::clamp(m_private->crosshair.value_or(x.low) + least, x.low, x.high));
}

bool ComparePlot::wheeled(const QWheelEvent& wheel)
{
    const auto zoom = wheelZoom(wheel, m_private->plot->axisRect()->left());
    if (!zoom || m_private->isBlank())
        return false;
    if (zoom->ofValues)
        zoomLoss(zoom->factor, wheel.position().y());
    else
        zoomX(zoom->factor, m_private->plot->xAxis->pixelToCoord(wheel.position().x()));
    return true;
}

void ComparePlot::zoomX(double factor, std::optional<double> around)
{
    const AxisBounds x = shownX();
    const double end = m_private->curves.xBounds().high;
    const double span = std::clamp((x.high - x.low) * factor, std::min(leastShown, end), end);
    const double middle = (x.low + x.high) / 2.0;
    const double at = around.value_or(middle);
    const double fixed = at < x.low || at > x.high ? middle : at;
    const double part = (fixed - x.low) / (x.high - x.low);
    const double low = std::clamp(fixed - part * span, 0.0, end - span);
    m_private->plot->xAxis->setRange(low, low + span);
}

void ComparePlot::panX(double part)
{
    const AxisBounds x = shownX();
    const double span = x.high - x.low;
    const double last = std::max(0.0, m_private->curves.xBounds().high - span);
    const double low = std::clamp(x.low + part * span, 0.0, last);
    m_private->plot->xAxis->setRange(low, low + span);
}

void ComparePlot::drag(QPointF position)
{
    Private& p = *m_private;
    const QPointF way = position - p.grab->at;
    if (!p.grab->dragged && way.manhattanLength() < clickReach)
        return;
    p.grab->dragged = true;
    p.plot->setCursor(Qt::ClosedHandCursor);
    const AxisBounds& x = p.grab->steps;
    const double span = x.high - x.low;
    const double last = std::max(0.0, p.curves.xBounds().high - span);
    const double low = std::clamp(x.low - way.x() / std::max(1, p.plot->axisRect()->width()) * span, 0.0, last);
    p.plot->xAxis->setRange(low, low + span);
    if (!p.lossZoomed)
        return;
    QCPAxis* axis = p.plot->yAxis;
    axis->setRange(p.grab->loss.low, p.grab->loss.high); // from there, in pixels: the axis may be logarithmic
    const double bottom = axis->coordToPixel(p.grab->loss.low) - way.y();
    const double top = axis->coordToPixel(p.grab->loss.high) - way.y();
    axis->setRange(axis->pixelToCoord(bottom), axis->pixelToCoord(top));
}

void ComparePlot::zoomLoss(double factor, std::optional<double> y)
{
    QCPAxis* axis = m_private->plot->yAxis;
    const QCPRange range = axis->range();
    const double top = axis->coordToPixel(range.upper);
    const double bottom = axis->coordToPixel(range.lower);
    m_private->lossZoomed = true;
    // In pixels: the axis may be logarithmic.
    axis->scaleRange(factor, axis->pixelToCoord(y.value_or((top + bottom) / 2.0)));
}

void ComparePlot::focusInEvent(QFocusEvent* event)
{
    QWidget::focusInEvent(event);
    m_private->overlay->update();
}

void ComparePlot::focusOutEvent(QFocusEvent* event)
{
    QWidget::focusOutEvent(event);
    m_private->overlay->update();
}

bool ComparePlot::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_private->overlay && event->type() == QEvent::Paint) {
        QPainter painter(m_private->overlay);
        m_private->paintOverlay(painter);
        return true;
    }
    if (watched != m_private->plot)
        return QWidget::eventFilter(watched, event);
    switch (event->type()) {
    case QEvent::Leave: setCrosshair({}); break;
    case QEvent::Resize: // before the plot draws itself for it
        m_private->setViewport(QRect(QPoint(), static_cast<QResizeEvent*>(event)->size()));
        break;
    case QEvent::MouseButtonPress:
        if (static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton && !m_private->isBlank())
            m_private->grab = PlotGrab {static_cast<QMouseEvent*>(event)->position(), shownX(), shownLoss(), false};
        break;
    case QEvent::MouseMove:
        setCrosshair(m_private->placeAt(static_cast<QMouseEvent*>(event)->position().x()));
        if (m_private->grab)
            drag(static_cast<QMouseEvent*>(event)->position());
        break;
    case QEvent::MouseButtonRelease:
        m_private->grab.reset();
        m_private->plot->unsetCursor();
        break;
    case QEvent::MouseButtonDblClick: showAll(); return true;
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

} // namespace spectune
