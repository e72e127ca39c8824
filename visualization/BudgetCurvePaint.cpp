// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetCurve.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace spectune {

void BudgetCurve::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintGround(painter);
    if (m_plan.totalSteps < 1 || m_plan.initialBudget < 1) {
        painter.setFont(Fonts::body());
        painter.setPen(Theme::current().text3);
        painter.drawText(ground(), Qt::AlignCenter, tr("The budget follows from model, targets and steps"));
        return;
    }
    paintCurve(painter);
    paintLabels(painter);
    if (m_editable) {
        paintHandles(painter);
    }
}

void BudgetCurve::paintGround(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = ground();
    painter.fillRect(place, theme.phaseEnd);
    if (m_plan.totalSteps < 1 || !m_plan.prunes()) {
        return;
    }
    const double from = std::round(xOf(static_cast<double>(m_plan.ti)));
    const double to = std::round(xOf(static_cast<double>(m_plan.finalStart)));
    painter.fillRect(QRectF(from, place.top(), to - from, place.height()), theme.phaseCubic);
}

void BudgetCurve::paintCurve(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = ground();
    for (const std::int64_t budget : {m_plan.targetBudget, m_plan.initialBudget}) {
        drawLevel(painter, yOf(static_cast<double>(budget)), place.left(), place.right(), theme.line);
    }
    QPainterPath curve;
    const auto total = static_cast<double>(m_plan.totalSteps);
    const int points = static_cast<int>(place.width());
    for (int i = 0; i <= points; ++i) {
        const double t = total * i / points;
        const QPointF point(xOf(t), yOf(m_plan.budgetAt(t)));
        i == 0 ? curve.moveTo(point) : curve.lineTo(point);
    }
    QPainterPath area = curve;
    area.lineTo(place.bottomRight());
    area.lineTo(place.bottomLeft());
    area.closeSubpath();
    QColor fill = theme.loss;
    fill.setAlphaF(0.10F);
    painter.fillPath(area, fill);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.text, 2.0));
    painter.drawPath(curve);
    drawLevel(painter, place.bottom(), place.left(), place.right(), theme.lineStrong);
    double lastX = -10.0;
    for (const std::int64_t step : m_plan.plannedEvents()) {
        const double x = xOf(static_cast<double>(step));
        if (x - lastX >= 3.0) {
            drawUpright(painter, x, place.bottom(), place.bottom() + 4.0, theme.lineStrong);
            lastX = x;
        }
    }
    if (!m_plan.prunes()) {
        return;
    }
    const double ratio = devicePixelRatioF();
    QPen dashes(theme.text2, 0);
    dashes.setDashPattern({3.0 * ratio, 2.0 * ratio});
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing, false);
    painter.setPen(dashes);
    for (const std::int64_t border : {m_plan.ti, m_plan.finalStart}) {
        const double x = std::round(xOf(static_cast<double>(border)));
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()));
    }
    painter.restore();
}

void BudgetCurve::paintLabels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = ground();
    const auto write = [&](QRectF rect, Qt::Alignment alignment, const QString& text, const QColor& color, bool bold) {
        painter.setFont(bold ? Fonts::captionBold() : Fonts::caption());
        painter.setPen(color);
        drawTabular(painter, rect, alignment, text);
    };
    write({0.0, 6.0, place.left() - 7.0, 14.0}, Qt::AlignRight, QStringLiteral("b"), theme.text3, false);
    write({place.right() + 7.0, 6.0, 40.0, 14.0}, Qt::AlignLeft, tr("rank"), theme.text3, false);
    double lastY = 1e9;
    for (const std::int64_t budget : {std::int64_t {0}, m_plan.targetBudget, m_plan.initialBudget}) {
        const double y = yOf(static_cast<double>(budget));
        if (lastY - y < 13.0) {
            continue;
        }
        lastY = y;
        write({0.0, y - 8.0, place.left() - 7.0, 16.0}, Qt::AlignRight, formatCount(budget), theme.text3, false);
        if (m_matrices > 0) {
            const double rank = static_cast<double>(budget) / static_cast<double>(m_matrices);
            const bool whole = std::abs(rank - std::round(rank)) < 1e-9;
            write({place.right() + 7.0, y - 8.0, 40.0, 16.0}, Qt::AlignLeft,
                whole ? formatCount(std::llround(rank)) : formatMeanRank(rank), theme.text3, false);
        }
    }
    const auto ti = static_cast<double>(m_plan.ti);
    const auto end = static_cast<double>(m_plan.finalStart);
    const QRectF band(place.left(), 6.0, place.width(), 14.0);
    const auto phase = [&](double left, double right, const QString& text) {
        const double room = right - left;
        if (tabularWidth(Fonts::caption(), text) <= room) {
            write({left, band.top(), room, 14.0}, Qt::AlignHCenter, text, theme.text3, false);
            return true;
        }
        return false;
    };
    if (m_plan.prunes()) {
        const double warmRight = place.left() + tabularWidth(Fonts::caption(), tr("warm-up")) + 3.0;
        const double final_ = tabularWidth(Fonts::caption(), tr("final"));
        const double finalLeft = std::min(xOf(end), place.right() - final_);
        write({place.left() + 3.0, 6.0, 60.0, 14.0}, Qt::AlignLeft, m_plan.ti > 0 ? tr("warm-up") : QString(),
            theme.text3, false);
        phase(finalLeft, place.right(), tr("final"));
        const double from = std::max(xOf(ti), warmRight) + 8.0;
        if (!phase(from, finalLeft - 8.0, tr("cubic: pruned triplets may return"))) {
            phase(from, finalLeft - 8.0, tr("cubic"));
        }
    } else {
        phase(place.left(), place.right(), tr("the budget stays as it is"));
    }
    const double below = place.bottom() + 18.0;
    const QString tiText = tr("ti %1").arg(formatCount(m_plan.ti));
    const QString endText = tr("T − tf = %1").arg(formatCount(m_plan.finalStart));
    const double tiWidth = tabularWidth(Fonts::captionBold(), tiText);
    const double endWidth = tabularWidth(Fonts::captionBold(), endText);
    double tiLeft = std::clamp(xOf(ti) - tiWidth / 2.0, 0.0, width() - tiWidth);
    double endLeft = std::clamp(xOf(end) - endWidth / 2.0, 0.0, width() - endWidth);
    if (m_plan.prunes()) {
        endLeft = std::max(endLeft, tiLeft + tiWidth + 10.0);
        endLeft = std::min(endLeft, width() - endWidth);
        tiLeft = std::min(tiLeft, endLeft - 10.0 - tiWidth);
        write({tiLeft, below, tiWidth, 15.0}, Qt::AlignLeft, tiText, theme.text, true);
        write({endLeft, below, endWidth, 15.0}, Qt::AlignLeft, endText, theme.text, true);
    } else {
        tiLeft = endLeft = -1000.0;
    }
    const auto total = static_cast<double>(m_plan.totalSteps);
    for (const double tick : stepTicks(0.0, total, std::max(1, static_cast<int>(place.width() / 80.0)))) {
        const QString text = formatCount(static_cast<std::int64_t>(tick));
        const double w = tabularWidth(Fonts::caption(), text);
        const double left = std::min(xOf(tick) - w / 2.0, width() - w);
        const bool free = (left + w + 8.0 < tiLeft || left > tiLeft + tiWidth + 8.0)
            && (left + w + 8.0 < endLeft || left > endLeft + endWidth + 8.0);
        if (free) {
            write({left, below, w, 15.0}, Qt::AlignLeft, text, theme.text3, false);
        }
    }
    const double initY = yOf(static_cast<double>(m_plan.initialBudget));
    const double curveClear = xOf(ti) + 18.0;
    write({curveClear, initY - 20.0, 200.0, 15.0}, Qt::AlignLeft, tr("init %1 per matrix").arg(m_initRank), theme.text2,
        false);
    if (m_plan.prunes()) {
        const double targetY = yOf(static_cast<double>(m_plan.targetBudget));
        const bool whole = std::abs(m_targetRank - std::round(m_targetRank)) < 1e-9;
        const QString rank = whole ? formatCount(std::llround(m_targetRank)) : formatMeanRank(m_targetRank);
        const QString words = tr("target %1 per matrix, %2 in all").arg(rank, formatCount(m_plan.targetBudget));
        const double w = tabularWidth(Fonts::captionBold(), words);
        const double right = std::max(xOf(end) - 8.0, place.left() + w + 6.0);
        const bool room = place.bottom() - targetY > 26.0;
        write({right - w, room ? targetY + 8.0 : targetY - 24.0, w, 15.0}, Qt::AlignLeft, words, theme.text, true);
    }
}

void BudgetCurve::paintHandles(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QColor fill = theme.raised;
    for (const Handle handle : {Handle::InitRank, Handle::TargetRank}) {
        const QPointF c = handlePosition(handle);
        painter.setPen(QPen(theme.text, 2.0));
        painter.setBrush(fill);
        painter.drawEllipse(c, 6.5, 6.5);
        painter.setPen(QPen(theme.text, 1.4));
        painter.drawPolyline(QPolygonF {c + QPointF(-2.4, -1.2), c + QPointF(0, -3.8), c + QPointF(2.4, -1.2)});
        painter.drawPolyline(QPolygonF {c + QPointF(-2.4, 1.2), c + QPointF(0, 3.8), c + QPointF(2.4, 1.2)});
    }
    for (const Handle handle : {Handle::WarmUpEnd, Handle::FinalStart}) {
        const QPointF c = handlePosition(handle);
        painter.setPen(QPen(theme.text, 2.0));
        painter.setBrush(fill);
        painter.drawPolygon(QPolygonF {
            c + QPointF(-6, 8), c + QPointF(6, 8), c + QPointF(6, 0), c + QPointF(0, -7), c + QPointF(-6, 0)});
    }
    if (hasFocus()) {
        painter.setPen(QPen(theme.focus, 2.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(handlePosition(m_focused), 11.0, 11.0);
    }
}

} // namespace spectune
