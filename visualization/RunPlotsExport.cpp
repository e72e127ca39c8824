// SPDX-License-Identifier: GPL-3.0-or-later
// What a user changes of the plots, and the plots for files and the clipboard.
#include "visualization/NumberFormat.h"
#include "visualization/QCustomPlotQt.h"
#include "visualization/RunPlots.h"
#include "visualization/RunPlotsPrivate.h"

#include <cmath>
#include <utility>

namespace spectune {

namespace {
constexpr std::size_t smoothedAtOnce = 50'000; ///< points: a few milliseconds
} // namespace

void RunPlots::setLogarithmic(bool logarithmic)
{
    if (m_private->logarithmic != logarithmic) {
        m_private->logarithmic = logarithmic;
        m_private->lossView.reset();
        m_private->changed(true);
    }
}

bool RunPlots::isLogarithmic() const
{
    return m_private->logarithmic;
}

void RunPlots::setSmoothing(double weight)
{
    m_private->smooth(weight);
}

void RunPlots::setCurveShown(PlotCurve curve, bool shown)
{
    m_private->hidden[static_cast<std::size_t>(curve)] = !shown;
    m_private->changed();
}

bool RunPlots::isCurveShown(PlotCurve curve) const
{
    return m_private->isShown(curve);
}

std::size_t RunPlots::pointsDrawn() const
{
    return m_private->pointsDrawn;
}

QStringList RunPlots::readoutsAt(std::int64_t step) const
{
    return m_private->readouts(step);
}

void RunPlots::paintOn(QPaintDevice& device, QSize size)
{
    Private& p = *m_private;
    const std::int64_t hovered = std::exchange(p.hovered, -1);
    p.asPicture = true;
    const QRect before = p.plot->viewport();
    p.plot->setViewport(QRect(QPoint(), size));
    p.arrange(); // margins and decimation follow the picture's size
    QCPPainter painter;
    painter.begin(&device);
    p.plot->toPainter(&painter, size.width(), size.height());
    painter.end();
    p.plot->setViewport(before);
    p.hovered = hovered;
    p.asPicture = false;
    p.arrange();
}

void RunPlots::Private::smooth(double weight)
{
    m_smoothing = weight;
    if (curves.loss().size() <= smoothedAtOnce) {
        m_work.forget();
        curves.setSmoothing(weight);
        changed();
        return;
    }
    m_work.ask([this]() -> LatestWork::Work {
        return [this,
                   losses
                   = std::make_shared<const LossesToSmooth>(curves.lossesToSmooth(m_smoothing))]() -> LatestWork::Done {
            return [this, result = std::make_shared<SmoothedLosses>(smoothed(*losses))] {
                if (curves.take(std::move(*result))) {
                    changed();
                } else {
                    smooth(m_smoothing);
                }
            };
        };
    });
}

void RunPlots::Private::replaced()
{
    if (hovered > curves.lastStep()) {
        hovered = -1;
    }
    if (curves.smoothing() != m_smoothing) {
        smooth(m_smoothing);
    }
    changed(true);
}

void RunPlots::Private::clearCurves()
{
    curves.clear();
    curves.setSmoothing(m_smoothing);
}

QStringList RunPlots::Private::readouts(std::int64_t step) const
{
    if (step < 1) {
        return {emptyText, {}, {}};
    }
    const auto x = static_cast<double>(step);
    QString lossText = readout(step);
    if (const double evaluation = curves.evaluationAt(x); std::isfinite(evaluation)) {
        lossText += RunPlots::tr(", eval %1").arg(formatLoss(evaluation));
    }
    const double gamma = curves.plan().gamma > 0.0 ? curves.plan().gamma : 1.0;
    const double orthValue = curves.orth().valueAt(x) * gamma;
    const double kept = curves.keptAt(x);
    QString budgetText;
    if (std::isfinite(kept)) {
        budgetText = RunPlots::tr("%1 kept").arg(formatCount(std::llround(kept)));
        if (curves.plan().matrices > 0) {
            budgetText += RunPlots::tr(", mean rank %1")
                              .arg(formatMeanRank(kept / static_cast<double>(curves.plan().matrices)));
        }
    }
    return {lossText, std::isfinite(orthValue) ? formatShort(orthValue) : QString(), budgetText};
}

} // namespace spectune
