// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ProgressLine.h"

#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <algorithm>

namespace spectune {

ProgressLine::ProgressLine(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Progress"));
}

void ProgressLine::setPlan(const PlotPlan& plan)
{
    m_plan = plan;
    update();
}

void ProgressLine::setStep(std::int64_t step)
{
    if (step == m_step) {
        return;
    }
    m_step = step;
    setToolTip(tr("step %1 of %2").arg(formatCount(step), formatCount(m_plan.totalSteps)));
    update();
}

void ProgressLine::setFailed(bool failed)
{
    m_failed = failed;
    update();
}

void ProgressLine::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const QRectF ground(0.0, (height() - 6) / 2, width(), 6.0);
    painter.fillRect(ground, theme.line);
    if (m_plan.totalSteps <= 0) {
        return;
    }
    const auto xOf = [&](std::int64_t step) {
        return ground.width()
            * std::clamp(static_cast<double>(step) / static_cast<double>(m_plan.totalSteps), 0.0, 1.0);
    };
    QRectF done = ground;
    done.setWidth(std::round(xOf(m_step)));
    painter.fillRect(done, m_failed ? theme.error : theme.text);
    if (!m_plan.prunes()) {
        return;
    }
    for (const std::int64_t border : {m_plan.ti, m_plan.finalStart}) {
        drawUpright(
            painter, xOf(border), ground.top(), ground.bottom(), border < m_step ? theme.panel : theme.text3, 1.5);
    }
}

} // namespace spectune
