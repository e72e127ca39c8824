// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RunPlotsPrivate.h"

#include "visualization/CurvePoints.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/PiecewiseGraph.h"
#include "visualization/Theme.h"

#include <QElapsedTimer>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr std::int64_t readingMilliseconds = 3000;
constexpr int frameMilliseconds = 33;
constexpr int pointerMilliseconds = 16;
constexpr int rightMargin = 14;

/// A layer of our own paint between QCustomPlot's.
class PaintedLayer : public QCPLayerable {
public:
    using Paint = std::function<void(QPainter&)>;
    PaintedLayer(QCustomPlot* plot, const QString& layer, Paint paint)
        : QCPLayerable(plot, layer)
        , m_paint(std::move(paint))
    {
    }

protected:
    void applyDefaultAntialiasingHint(QCPPainter* painter) const override { painter->setAntialiasing(true); }
    void draw(QCPPainter* painter) override
    {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        m_paint(*painter);
        painter->restore();
    }

private:
    Paint m_paint;
};

QPen solid(const QColor& color, double width)
{
    QPen pen(color, width);
    pen.setJoinStyle(Qt::RoundJoin);
    // Pieces of a curve meet without a notch; where they are translucent, without a darker dot.
    pen.setCapStyle(color.alpha() == 255 ? Qt::RoundCap : Qt::FlatCap);
    return pen;
}

/// Where points lie closer than pixels round joins cannot be seen, and cost most of the picture.
void setJoins(QCPGraph* graph, bool round)
{
    QPen pen = graph->pen();
    pen.setJoinStyle(round ? Qt::RoundJoin : Qt::BevelJoin);
    graph->setPen(pen);
}

} // namespace

RunPlots::Private::Private(RunPlots* owner)
    : emptyText(RunPlots::tr("The curve begins with step 1"))
    , m_owner(owner)
{
    QElapsedTimer timer;
    timer.start();
    clock = [timer] { return timer.elapsed(); };
    build();
    addLayers();
    applyTheme();
    m_timer.setSingleShot(true);
    m_timer.setTimerType(Qt::PreciseTimer);
    QObject::connect(&m_timer, &QTimer::timeout, owner, &RunPlots::replotNow);
}

void RunPlots::Private::build()
{
    plot = new QCustomPlot(m_owner);
    plot->setAutoAddPlottableToLegend(false);
    plot->setFocusPolicy(Qt::NoFocus);
    plot->plotLayout()->clear();
    plot->plotLayout()->setRowSpacing(0);
    const std::array<QCPAxisRect**, 3> rects {&m_lossRect, &m_orthRect, &m_budgetRect};
    const std::array<double, 3> shares {44.0, 21.0, 42.0};
    for (int row = 0; row < 3; ++row) {
        auto* rect = new QCPAxisRect(plot, false);
        rect->addAxes(QCPAxis::atBottom | QCPAxis::atLeft);
        rect->setAutoMargins(QCP::msNone);
        rect->setMinimumSize(40, 20);
        rect->setBackground(QBrush(Qt::NoBrush));
        for (QCPAxis* axis : rect->axes()) {
            axis->setVisible(false);
            axis->grid()->setVisible(false);
        }
        plot->plotLayout()->addElement(row, 0, rect);
        plot->plotLayout()->setRowStretchFactor(row, shares[static_cast<std::size_t>(row)]);
        *rects[static_cast<std::size_t>(row)] = rect;
    }
    m_orthRect->axis(QCPAxis::atLeft)->setScaleType(QCPAxis::stLogarithmic);
    const auto graph = [](QCPAxisRect* rect) {
        auto* added
            = new PiecewiseGraph(rect->axis(QCPAxis::atBottom), rect->axis(QCPAxis::atLeft)); // the plot owns it
        added->setAdaptiveSampling(false); // it is given one pixel column's extremes at a time
        return added;
    };
    m_raw = graph(m_lossRect);
    m_smooth = graph(m_lossRect);
    m_orth = graph(m_orthRect);
    m_plan = graph(m_budgetRect);
    m_kept = graph(m_budgetRect);
    plot->xAxis = m_lossRect->axis(QCPAxis::atBottom);
}

void RunPlots::Private::addLayers()
{
    plot->addLayer(QStringLiteral("ground"), plot->layer(QStringLiteral("background")), QCustomPlot::limAbove);
    plot->addLayer(QStringLiteral("marks"), plot->layer(QStringLiteral("overlay")), QCustomPlot::limAbove);
    new PaintedLayer(
        plot, QStringLiteral("ground"), [this](QPainter& painter) { paintGround(painter); }); // plot owns it
    new PaintedLayer(plot, QStringLiteral("marks"), [this](QPainter& painter) { paintOverlay(painter); });
}

void RunPlots::Private::applyTheme()
{
    const Theme& theme = Theme::current();
    plot->setBackground(QBrush(theme.panel));
    QColor raw = theme.loss;
    raw.setAlphaF(0.32F);
    m_raw->setPen(solid(raw, 1.0));
    m_smooth->setPen(solid(theme.loss, 2.0));
    m_orth->setPen(solid(theme.orth, 1.3));
    QPen plan = solid(theme.text2, 1.3);
    plan.setDashPattern({3.0, 2.3});
    m_plan->setPen(plan);
    m_kept->setPen(solid(theme.text, 1.8));
}

void RunPlots::Private::changed(bool rescale, Pace pace)
{
    m_forced = m_forced || rescale;
    // A picture is due at once where none was drawn within a frame: the line "now" is at the step that the run bar
    // tells.
    const int frame = pace == Pace::Data ? frameMilliseconds : pointerMilliseconds;
    const auto since = std::clamp<std::int64_t>(clock() - m_drawn, 0, frame);
    replotIn(frame - static_cast<int>(since));
}

void RunPlots::Private::replotIn(int milliseconds)
{
    if (!m_owner->isVisible()) {
        return; // thirty pictures a second for nobody; showEvent() asks for one
    }
    if (!m_timer.isActive() || m_timer.remainingTime() > milliseconds) {
        m_timer.start(milliseconds);
    }
}

PlotRange RunPlots::Private::effective() const
{
    return view || lossView ? PlotRange::Custom : asSet();
}

PlotRange RunPlots::Private::asSet() const
{
    if (range != PlotRange::Automatic) {
        return range;
    }
    const std::int64_t total = curves.plan().totalSteps;
    return now() < 1 || now() * 10 >= total ? PlotRange::WholeRun : PlotRange::SoFar;
}

QRect RunPlots::Private::partRect(int part) const
{
    const QCPAxisRect* rects[] {m_lossRect, m_orthRect, m_budgetRect};
    return rects[std::clamp(part, 0, 2)]->outerRect().translated(plot->pos());
}

int RunPlots::Private::columns() const
{
    return std::max(1, m_lossRect->width());
}

void RunPlots::Private::place()
{
    double label = 0.0;
    for (const double tick : budget.ticks) {
        label = std::max(label, tabularWidth(Fonts::caption(), formatCount(std::llround(tick))));
    }
    const int left = std::max(44, static_cast<int>(std::ceil(label)) + 12);
    m_lossRect->setMargins({left, 22, rightMargin, 6});
    m_orthRect->setMargins({left, 22, rightMargin, 6});
    m_budgetRect->setMargins({left, 40, rightMargin, 22});
    plot->plotLayout()->setOuterRect(plot->viewport());
    plot->plotLayout()->update(QCPLayoutElement::upMargins);
    plot->plotLayout()->update(QCPLayoutElement::upLayout);
}

void RunPlots::Private::updateAxes()
{
    const PlotRange kind = asSet();
    AxisBounds nextSteps = view      ? chosenSteps(view->x(), view->y())
        : kind == PlotRange::Last200 ? lastAxis(curves.plan(), now(), 200)
        : kind == PlotRange::SoFar   ? soFarAxis(curves.plan(), now())
                                     : wholeRunAxis(curves.plan(), now());
    AxisBounds nextLoss = lossView ? chosenValues(lossView->x(), lossView->y(), logarithmic)
        : logarithmic              ? lossLogAxis(curves, nextSteps.low, nextSteps.high + 1.0, columns())
                                   : lossAxis(curves, nextSteps.low, nextSteps.high + 1.0, columns());
    AxisBounds nextOrth = orthAxis(curves, nextSteps.low, nextSteps.high + 1.0, columns());
    budget = budgetAxis(curves.plan());
    const bool fits = nextSteps.low == steps.low && nextSteps.high == steps.high
        && loss.holds(nextLoss.low, nextLoss.high) && nextLoss.high - nextLoss.low > 0.6 * (loss.high - loss.low)
        && orth.holds(nextOrth.low, nextOrth.high) && orth.ticks.empty() == nextOrth.ticks.empty()
        && loss.ticks.empty() == nextLoss.ticks.empty();
    if ((fits && !m_forced) || !mayRescale()) {
        return;
    }
    steps = std::move(nextSteps);
    loss = std::move(nextLoss);
    orth = std::move(nextOrth);
    m_forced = false;
}

bool RunPlots::Private::mayRescale()
{
    const std::int64_t time = clock();
    // A pointer that only rests there does not read: a run would leave its axes behind.
    const std::int64_t reading = pointerInside ? readingMilliseconds - (time - m_pointerMoved) : 0;
    if (m_gate.allows(time, reading > 0, m_forced)) {
        return true;
    }
    replotIn(static_cast<int>(std::max({m_gate.wait(time), reading, std::int64_t {1}})));
    return false;
}

void RunPlots::Private::updateCurves()
{
    for (QCPAxisRect* rect : {m_lossRect, m_orthRect, m_budgetRect}) {
        rect->axis(QCPAxis::atBottom)->setRange(steps.low, steps.high);
    }
    m_lossRect->axis(QCPAxis::atLeft)->setScaleType(logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
    m_lossRect->axis(QCPAxis::atLeft)->setRange(loss.low, loss.high);
    m_orthRect->axis(QCPAxis::atLeft)->setRange(orth.low, orth.high);
    m_budgetRect->axis(QCPAxis::atLeft)->setRange(budget.low, budget.high);

    const int count = columns();
    const double perColumn = (steps.high - steps.low) / count;
    const auto fill = [&](PiecewiseGraph* graph, const CurveSeries& series, ColumnDetail detail, double factor = 1.0) {
        const CurvePoints points = curvePoints(series, steps.low, steps.high, count, detail, factor);
        graph->setByColumn(detail == ColumnDetail::Extremes && points.x.size() > count / 2);
        graph->setData(points.x, points.y, true);
    };
    m_raw->setVisible(isShown(PlotCurve::Raw));
    m_smooth->setVisible(isShown(PlotCurve::Smooth));
    m_orth->setVisible(isShown(PlotCurve::Orthogonality));
    m_kept->setVisible(isShown(PlotCurve::Kept));
    m_plan->setVisible(isShown(PlotCurve::Plan));
    fill(m_raw, curves.loss(), ColumnDetail::Extremes);
    m_raw->setAntialiased(perColumn <= 1.0);
    for (PiecewiseGraph* graph : {m_raw, m_smooth, m_orth}) {
        setJoins(graph, perColumn <= 1.0);
    }
    fill(m_smooth, curves.smooth(), ColumnDetail::Last);
    fill(m_orth, curves.orth(), ColumnDetail::Extremes, curves.plan().gamma > 0.0 ? curves.plan().gamma : 1.0);
    updateKept();
    updatePlan();
    pointsDrawn = 0;
    for (const PiecewiseGraph* graph : {m_raw, m_smooth, m_orth, m_plan, m_kept}) {
        pointsDrawn += graph->visible() ? static_cast<std::size_t>(graph->dataCount()) : 0;
    }
}

void RunPlots::Private::updateKept()
{
    const std::vector<QPointF>& corners = curves.kept();
    const auto before = [](const QPointF& corner, double step) { return corner.x() < step; };
    auto first = std::lower_bound(corners.begin(), corners.end(), steps.low, before);
    auto last = std::lower_bound(first, corners.end(), steps.high, before);
    first -= first == corners.begin() ? 0 : 1; // the step that leads into sight, and the one that leads out of it
    last += last == corners.end() ? 0 : 1;
    QVector<double> x;
    QVector<double> y;
    const int count = columns();
    const bool dense = last - first > 2 * count;
    if (!dense) {
        for (; first != last; ++first) {
            x << first->x();
            y << first->y();
        }
        if (last == corners.end() && !x.isEmpty() && x.back() <= static_cast<double>(now())) { // metrics may be cut
            x << static_cast<double>(now());
            y << y.back();
        }
    } else { // more corners than pixels: the level at each column's end
        for (int column = 0; column <= count; ++column) {
            const double step = steps.low + (steps.high - steps.low) * column / count;
            const double level = curves.keptAt(step);
            if (step > static_cast<double>(now()) || !std::isfinite(level)) {
                break;
            }
            x << step << step;
            y << (y.isEmpty() ? level : y.back()) << level;
        }
    }
    m_kept->setByColumn(dense);
    m_kept->setData(x, y, true);
    m_kept->setAntialiased(false); // a staircase of level and upright lines
    m_kept->setPen(solid(m_kept->pen().color(), 2.0));
}

void RunPlots::Private::updatePlan()
{
    QVector<double> planX;
    QVector<double> planY;
    const PlotPlan& plan = curves.plan();
    const double from = std::max(steps.low, static_cast<double>(now()));
    const int points = plan.totalSteps > 0 && plan.initialBudget > 0 && from < steps.high ? 200 : -1;
    for (int i = 0; i <= points; ++i) {
        const double t = from + (steps.high - from) * i / points;
        planX << t;
        planY << plan.budgetAt(t);
    }
    m_plan->setData(planX, planY, true);
}

void RunPlots::Private::replot()
{
    m_timer.stop(); // before the axes, which may start it anew
    m_drawn = clock();
    arrange();
    plot->replot(QCustomPlot::rpQueuedRefresh);
    m_owner->setAccessibleDescription(hovered > 0 ? readouts(hovered).join(QStringLiteral(", ")) : readout(now()));
}

void RunPlots::Private::arrange()
{
    budget = budgetAxis(curves.plan());
    place();
    updateAxes();
    updateCurves();
}

QString RunPlots::Private::readout(std::int64_t step) const
{
    if (step < 1) {
        return emptyText;
    }
    const auto x = static_cast<double>(step);
    QString words = RunPlots::tr("step %1").arg(formatCount(step));
    words += RunPlots::tr(", raw %1").arg(formatLoss(curves.loss().valueAt(x)));
    words += RunPlots::tr(", smooth %1").arg(formatLoss(curves.smooth().valueAt(x)));
    return words;
}

} // namespace spectune
