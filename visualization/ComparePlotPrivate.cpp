// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ComparePlotPrivate.h"

#include "visualization/CompareTickers.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/PiecewiseGraph.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunTags.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace spectune {

namespace {

constexpr int labelRoom = 104; ///< right of the axes, for the labels at the lines' ends
constexpr double lineHeight = 15.0;
constexpr double besideLabel = 3.0; ///< px: a mark this near to the axes' end and a label's middle stands beside it
constexpr std::size_t builtAtOnce = 50'000; ///< points: a few milliseconds

/// "B eval" and the like, and the value behind it.
struct EndLabel {
    int run = 0;
    QString text;
    double value = 0.0;
    bool evaluation = false;
};

/// px: of an evaluation's mark in a plot of @p runs runs.
double diamondRadius(int run, int runs)
{
    constexpr double first = 5.4;
    const double last = std::max(2.0, first - 2.0 * (runs - 1));
    return runs < 2 ? 3.8 : first - (first - last) * run / (runs - 1);
}

std::vector<EndLabel> endLabels(const CompareCurves& curves)
{
    std::vector<EndLabel> labels;
    const bool loss = curves.value() == CompareValue::TaskLoss;
    for (std::size_t i = 0; i < curves.curves().size(); ++i) {
        const ComparedCurve& curve = curves.curves()[i];
        const int run = static_cast<int>(i);
        const QString letter = RunTag::letter(run);
        if (!curve.evaluations.empty() && std::isfinite(curve.evaluations.back().y()))
            labels.push_back({run, ComparePlot::tr("%1 eval").arg(letter), curve.evaluations.back().y(), true});
        const double smooth = curve.smooth.valueAt(curve.end());
        if (std::isfinite(smooth))
            labels.push_back({run, loss ? ComparePlot::tr("%1 train").arg(letter) : letter, smooth, false});
    }
    return labels;
}

} // namespace

ComparePlot::Private::Private(ComparePlot* owner)
    : m_owner(owner)
{
    makePlot();
    overlay = new QWidget(owner);
    overlay->setAttribute(Qt::WA_TransparentForMouseEvents);
    overlay->setAttribute(Qt::WA_NoSystemBackground);
    m_timer.setSingleShot(true);
    m_timer.setInterval(0);
    QObject::connect(&m_timer, &QTimer::timeout, owner, [this] { replot(); });
    applyTheme();
}

void ComparePlot::Private::makePlot()
{
    plot = new QCustomPlot(m_owner);
    plot->setAutoAddPlottableToLegend(false);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->axisRect()->setAutoMargins(QCP::msNone);
    plot->axisRect()->setMargins({52, 6, labelRoom, 24});
    plot->xAxis->setTicker(QSharedPointer<StudioTicker>::create(
        [this](double value, double) {
            return curves.axis() == CompareAxis::Time ? formatDuration(value) : formatCount(std::llround(value));
        },
        [this] { return curves.axis() == CompareAxis::Time ? 0.0 : 1.0; })); // there is no half a step, nor token
    setLogarithmic(false);
    // A zoomed or panned range shows other columns of the curves.
    QObject::connect(plot->xAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), m_owner, [this] { changed(); });
    QObject::connect(plot->yAxis, qOverload<const QCPRange&>(&QCPAxis::rangeChanged), m_owner, [this] { changed(); });
}

void ComparePlot::Private::setLogarithmic(bool logarithmic)
{
    m_logarithmic = logarithmic;
    plot->yAxis->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    if (logarithmic)
        plot->yAxis->setTicker(QSharedPointer<LogTicker>::create(plot->yAxis));
    else
        plot->yAxis->setTicker(
            QSharedPointer<StudioTicker>::create([](double value, double step) { return formatTick(value, step); },
                [this] { return curves.value() == CompareValue::Budget ? 1.0 : 0.0; })); // there is no half a triplet
    changed(true);
}

void ComparePlot::Private::applyTheme()
{
    const Theme& theme = Theme::current();
    plot->setBackground(QBrush(theme.panel));
    for (QCPAxis* axis : {plot->xAxis, plot->yAxis}) {
        axis->setBasePen(QPen(Qt::NoPen));
        axis->setTickPen(QPen(Qt::NoPen));
        axis->setSubTicks(false);
        axis->setTickLength(0);
        axis->setTickLabelFont(Fonts::caption());
        axis->setTickLabelColor(theme.text3);
        axis->setTickLabelPadding(6);
        axis->grid()->setZeroLinePen(QPen(Qt::NoPen));
        axis->grid()->setPen(QPen(theme.line, 0));
    }
    plot->xAxis->grid()->setVisible(false);
    rebuildGraphs();
    changed();
}

void ComparePlot::Private::rebuildGraphs()
{
    plot->clearGraphs();
    m_raw.clear();
    m_smooth.clear();
    const int runs = static_cast<int>(curves.curves().size());
    for (int run = runs - 1; run >= 0; --run) { // A lies on top
        QColor pale = RunTag::color(run);
        pale.setAlphaF(0.32F);
        auto* raw = new PiecewiseGraph(plot->xAxis, plot->yAxis); // the plot owns it
        QPen pen(pale, 1.0);
        pen.setCapStyle(Qt::FlatCap); // translucent pieces meet without a darker dot
        raw->setPen(pen);
        raw->setAdaptiveSampling(false); // it is given one pixel column's extremes at a time
        m_raw.insert(m_raw.begin(), raw);
    }
    for (int run = 0; run < runs; ++run) { // A is solid: where they agree, it shows between the dashes that lie on it
        auto* smooth = new PiecewiseGraph(plot->xAxis, plot->yAxis);
        smooth->setPen(RunTag::pen(run, comparedLineWidth));
        smooth->setAdaptiveSampling(false);
        m_smooth.push_back(smooth);
    }
}

void ComparePlot::Private::changed(bool all)
{
    m_all = m_all || all;
    if (!m_timer.isActive())
        m_timer.start();
}

void ComparePlot::Private::fill(PiecewiseGraph* graph, const CurveSeries& series, ColumnDetail detail) const
{
    const QCPRange range = plot->xAxis->range();
    const int columns = std::max(1, plot->axisRect()->width());
    const CurvePoints points = curvePoints(series, range.lower, range.upper, columns, detail);
    graph->setByColumn(detail == ColumnDetail::Extremes && points.x.size() > columns / 2);
    graph->setData(points.x, points.y, true);
}

void ComparePlot::Private::fitAxes()
{
    const bool all = std::exchange(m_all, false);
    if (all) {
        lossZoomed = false;
        const AxisBounds x = curves.xBounds();
        plot->xAxis->setRange(x.low, x.high);
    }
    const QCPRange x = plot->xAxis->range();
    if (lossZoomed || (!all && x.lower == m_fitted.low && x.upper == m_fitted.high))
        return;
    m_fitted = {x.lower, x.upper, {}};
    const int columns = std::max(1, plot->axisRect()->width());
    const AxisBounds loss = m_logarithmic ? curves.lossLogBounds(x.lower, x.upper + 1.0, columns)
                                          : curves.lossBounds(x.lower, x.upper + 1.0, columns);
    if (all || !loss.ticks.empty()) // else there is no value to be seen
        plot->yAxis->setRange(loss.low, loss.high);
}

void ComparePlot::Private::replot()
{
    if (m_smooth.size() != curves.curves().size())
        rebuildGraphs();
    const bool any = !isBlank();
    plot->axisRect()->setBackground(any ? QBrush(Theme::current().phaseEnd) : QBrush());
    plot->xAxis->setVisible(any); // their grids with them
    plot->yAxis->setVisible(any);
    fitAxes();
    for (std::size_t run = 0; run < m_smooth.size(); ++run) {
        const bool shown = any && isRunShown(static_cast<int>(run));
        m_smooth[run]->setVisible(shown && isShown(ComparePart::Smooth));
        if (m_smooth[run]->visible())
            fill(m_smooth[run], curves.curves()[run].smooth, ColumnDetail::Last);
        m_raw[run]->setVisible(shown && isShown(ComparePart::Raw));
        if (m_raw[run]->visible())
            fill(m_raw[run], curves.curves()[run].raw, ColumnDetail::Extremes);
    }
    plot->replot(QCustomPlot::rpQueuedReplot);
    m_timer.stop(); // setRange() has asked for what is done by now
    overlay->update();
    speak();
}

void ComparePlot::Private::setViewport(const QRect& place)
{
    plot->setViewport(place);
    plot->plotLayout()->update(QCPLayoutElement::upLayout);
}

void ComparePlot::Private::build()
{
    if (curves.points() <= builtAtOnce) {
        m_work.forget();
        CompareCurves next = curves;
        next.setValue(valueAsked);
        next.setAxis(axisAsked);
        next.setSmoothing(smoothingAsked);
        show(std::move(next));
        return;
    }
    m_work.ask([this]() -> LatestWork::Work {
        return [this, from = curves, value = valueAsked, axis = axisAsked, smoothing = smoothingAsked,
                   of = generation]() -> LatestWork::Done {
            CompareCurves next = from;
            next.setValue(value);
            next.setAxis(axis);
            next.setSmoothing(smoothing);
            return [this, next, of] {
                if (of == generation && next.axis() == axisAsked && next.value() == valueAsked) // else others come
                    show(next);
            };
        };
    });
}

void ComparePlot::Private::show(CompareCurves next)
{
    const bool other = next.axis() != curves.axis();
    if (next.value() != curves.value()) {
        lossZoomed = false;
        m_fitted.low = std::numeric_limits<double>::quiet_NaN(); // to nothing: the axis has another unit
    }
    curves = std::move(next);
    waits = false;
    if (other)
        crosshair.reset();
    changed(other);
}

CrosshairText ComparePlot::Private::shownText() const
{
    CrosshairText text = crosshairText(curves, *crosshair);
    if (std::erase_if(text.lines, [this](const CrosshairText::Line& line) { return !isRunShown(line.run); }) > 0)
        text.difference.clear();
    return text;
}

void ComparePlot::Private::speak()
{
    QStringList words;
    if (crosshair) {
        const CrosshairText text = shownText();
        words << text.place;
        for (const CrosshairText::Line& line : text.lines)
            words << QStringLiteral("%1 %2").arg(RunTag::letter(line.run), line.smooth);
    } else if (!waits) {
        for (const EndLabel& label : endLabels(curves))
            if (isRunShown(label.run))
                words << QStringLiteral("%1 %2").arg(label.text, compareText(curves.value(), label.value));
    }
    m_owner->setAccessibleDescription(words.join(QStringLiteral(", ")));
}

QRectF ComparePlot::Private::ground() const
{
    return plot->axisRect()->rect();
}

QPointF ComparePlot::Private::pixel(double x, double y) const
{
    return {plot->xAxis->coordToPixel(x), plot->yAxis->coordToPixel(y)};
}

std::optional<double> ComparePlot::Private::placeAt(double pixel) const
{
    const QRectF rect = ground();
    if (isBlank() || pixel < rect.left() || pixel > rect.right())
        return std::nullopt;
    const double x = std::max(0.0, plot->xAxis->pixelToCoord(pixel));
    return curves.axis() == CompareAxis::Time ? x : std::round(x);
}

void ComparePlot::Private::paintOverlay(QPainter& painter)
{
    painter.setRenderHint(QPainter::Antialiasing);
    const Theme& theme = Theme::current();
    if (curves.isEmpty()) {
        painter.setFont(Fonts::body());
        painter.setPen(theme.text3);
        const QRectF place = plot->viewport(); // neither figures nor labels stand at its edges
        painter.drawText(place.adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, emptyText);
    }
    if (isShown(ComparePart::Evaluation) && !waits)
        paintEvaluations(painter);
    if (!waits)
        paintEnds(painter);
    if (crosshair)
        paintCrosshair(painter);
    if (m_owner->hasFocus() && !asPicture)
        drawFocusFrame(painter, overlay->rect(), theme.focus);
}

void ComparePlot::Private::paintEvaluations(QPainter& painter) const
{
    painter.save();
    painter.setClipRect(ground().adjusted(-5, 0, 5, 0));
    const auto runs = static_cast<int>(curves.curves().size());
    for (int run = 0; run < runs; ++run) // each a little smaller, so that those that agree lie within each other
        for (const QPointF& point : curves.curves()[static_cast<std::size_t>(run)].evaluations)
            if (std::isfinite(point.y()) && isRunShown(run))
                drawDiamond(painter, pixel(point.x(), point.y()), diamondRadius(run, runs), RunTag::color(run),
                    run == 0 ? Theme::current().panel : QColor());
    painter.restore();
}

void ComparePlot::Private::paintEnds(QPainter& painter) const
{
    std::vector<EndLabel> labels = endLabels(curves);
    std::erase_if(labels, [this](const EndLabel& label) {
        return !isRunShown(label.run) || !isShown(label.evaluation ? ComparePart::Evaluation : ComparePart::Smooth);
    });
    const QRectF rect = ground();
    std::vector<double> wanted;
    for (const EndLabel& label : labels)
        wanted.push_back(std::clamp(plot->yAxis->coordToPixel(label.value), rect.top(), rect.bottom()));
    const std::vector<double> centres = spreadLabels(wanted, lineHeight, rect.top(), rect.bottom() + 8.0);
    for (std::size_t i = 0; i < labels.size(); ++i) {
        const EndLabel& label = labels[i];
        const QColor color = RunTag::color(label.run);
        const double x = rect.right() + 16.0; // clear of the mark at the last step
        if (label.evaluation) {
            const QPointF last = curves.curves()[static_cast<std::size_t>(label.run)].evaluations.back();
            const QPointF off = pixel(last.x(), last.y()) - QPointF(rect.right(), centres[i]);
            if (off.manhattanLength() >= besideLabel) // else the curve's own mark is this label's, too
                drawDiamond(painter, {x, centres[i]}, 3.8, color);
        } else {
            painter.setPen(RunTag::pen(label.run, comparedLineWidth));
            painter.drawLine(QPointF(x - 7.0, centres[i]), QPointF(x + 6.0, centres[i]));
        }
        painter.setFont(label.evaluation ? Fonts::captionBold() : Fonts::caption());
        painter.setPen(label.evaluation ? color : Theme::current().text2);
        drawTabular(painter, {x + 10.0, centres[i] - lineHeight / 2.0, labelRoom - 28.0, lineHeight},
            Qt::AlignLeft | Qt::AlignVCenter,
            QStringLiteral("%1 %2").arg(label.text, compareText(curves.value(), label.value)));
    }
}

void ComparePlot::Private::paintCrosshair(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF rect = ground();
    const double x = plot->xAxis->coordToPixel(*crosshair);
    if (x < rect.left() || x > rect.right())
        return;
    drawUpright(painter, x, rect.top(), rect.bottom(), theme.lineStrong);
    const CrosshairText text = shownText();
    const double width = 168.0;
    const double height = 12.0 + lineHeight * static_cast<double>(text.lines.size() + 1);
    QRectF box(x + 8.0, rect.top() + 8.0, width, height);
    if (box.right() > rect.right())
        box.moveRight(x - 8.0);
    painter.setPen(QPen(theme.fieldLine, 1.0));
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0);
    QRectF line(box.left() + 8.0, box.top() + 6.0, width - 16.0, lineHeight);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    drawTabular(painter, line, Qt::AlignLeft, text.place);
    painter.setPen(theme.text);
    drawTabular(painter, line, Qt::AlignRight, text.difference);
    for (const CrosshairText::Line& row : text.lines) {
        line.translate(0.0, lineHeight);
        painter.setFont(Fonts::captionBold());
        painter.setPen(RunTag::color(row.run));
        drawTabular(painter, line, Qt::AlignLeft, QStringLiteral("%1 %2").arg(RunTag::letter(row.run), row.smooth));
        if (!row.eval.isEmpty())
            drawTabular(painter, line, Qt::AlignRight, ComparePlot::tr("eval %1").arg(row.eval));
    }
}

} // namespace spectune
