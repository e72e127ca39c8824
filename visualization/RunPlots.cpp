// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RunPlots.h"

#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlotsPrivate.h"

#include <QVBoxLayout>

#include <utility>

namespace spectune {

RunPlots::RunPlots(QWidget* parent)
    : QWidget(parent)
    , m_private(std::make_unique<Private>(this))
{
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(0, 0, 0, 0);
    box->addWidget(m_private->plot);
    m_private->plot->installEventFilter(this);
    m_private->plot->setMouseTracking(true);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Loss and budget"));
}

RunPlots::~RunPlots() = default;

void RunPlots::setPlan(const PlotPlan& plan)
{
    m_private->curves.setPlan(plan);
    m_private->changed(true);
}

void RunPlots::append(std::span<const MetricPoint> points)
{
    const bool first = m_private->curves.loss().isEmpty();
    m_private->curves.append(points);
    m_private->changed(first);
}

void RunPlots::append(const EvalPoint& point)
{
    m_private->curves.append(point);
    m_private->changed();
}

void RunPlots::setHistory(const RunHistory& history, const RunCurves* made)
{
    if (made != nullptr) {
        RunCurves curves = *made;
        curves.setPlan(m_private->curves.plan());
        m_private->curves.takeAll(std::move(curves));
    } else {
        m_private->clearCurves();
        m_private->curves.setHistory(history);
    }
    m_private->replaced();
}

void RunPlots::clear()
{
    m_private->clearCurves();
    m_private->shown = -1;
    m_private->failure = -1;
    m_private->ended = false;
    m_private->sentence.clear();
    m_private->hovered = -1;
    m_private->grab.reset();
    resetView();
}

void RunPlots::setShownStep(std::int64_t step)
{
    if (m_private->shown != step) {
        m_private->shown = step;
        m_private->changed();
    }
}

void RunPlots::setFailure(std::int64_t step, const QString& sentence)
{
    m_private->failure = sentence.isEmpty() ? -1 : step;
    m_private->sentence = sentence;
    m_private->changed();
}

void RunPlots::setEnded(bool ended)
{
    if (m_private->ended != ended) {
        m_private->ended = ended;
        m_private->changed();
    }
}

QString RunPlots::nowText() const
{
    return m_private->nowText();
}

void RunPlots::setMarks(std::vector<StepMark> marks)
{
    m_private->marks = std::move(marks);
    m_private->changed();
}

const std::vector<StepMark>& RunPlots::marks() const
{
    return m_private->marks;
}

std::vector<PlacedMark> RunPlots::placedMarks() const
{
    return m_private->placedMarks();
}

std::vector<QRectF> RunPlots::lossLabels() const
{
    return m_private->lossLabels();
}

std::vector<PlacedWords> RunPlots::budgetLabels() const
{
    std::vector<PlacedWords> words;
    for (const plotlabel::PlacedLabel& label : m_private->budgetLabels())
        words.push_back({label.label.text, label.place});
    return words;
}

double RunPlots::budgetY(double x) const
{
    return m_private->budgetObstacles().curve(x);
}

void RunPlots::setRange(PlotRange range)
{
    m_private->range = range;
    resetView();
}

PlotRange RunPlots::range() const
{
    return m_private->range;
}

PlotRange RunPlots::effectiveRange() const
{
    return m_private->effective();
}

void RunPlots::setEmptyText(const QString& text)
{
    m_private->emptyText = text;
    m_private->changed();
}

const RunCurves& RunPlots::curves() const
{
    return m_private->curves;
}

QPointF RunPlots::stepRange() const
{
    return {m_private->steps.low, m_private->steps.high};
}

QPointF RunPlots::lossRange() const
{
    return {m_private->loss.low, m_private->loss.high};
}

void RunPlots::replotNow()
{
    m_private->replot();
    if (m_private->effective() != m_private->announced) {
        m_private->announced = m_private->effective();
        Q_EMIT effectiveRangeChanged(m_private->announced);
    }
}

QRect RunPlots::partRect(int part) const
{
    return m_private->partRect(part);
}

void RunPlots::setClock(std::function<std::int64_t()> clock)
{
    m_private->clock = std::move(clock);
}

QSize RunPlots::sizeHint() const
{
    return {428, 660};
}

QSize RunPlots::minimumSizeHint() const
{
    return {240, 260};
}

void RunPlots::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        m_private->applyTheme();
        m_private->changed();
    }
    QWidget::changeEvent(event);
}

void RunPlots::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    m_private->changed(true); // what came while it was hidden
}

void RunPlots::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    m_private->changed(true);
}

} // namespace spectune
