// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BudgetCurve.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
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
        painter.drawText(ground().adjusted(12.0, 0.0, -12.0, 0.0), Qt::AlignCenter | Qt::TextWordWrap,
            tr("The budget follows from model, targets and steps"));
        return;
    }
    paintImpossible(painter);
    paintCurve(painter);
    paintLabels(painter);
    if (m_editable) {
        paintInterval(painter);
        paintHandles(painter);
        paintSentence(painter);
    }
}

void BudgetCurve::paintImpossible(QPainter& painter) const
{
    const auto handle = m_drag ? std::optional<Handle>(m_drag->handle) : fault();
    if (!handle) {
        return;
    }
    const Theme& theme = Theme::current();
    const bool isFault = fault().has_value();
    for (const QRectF& part : budgetGeometry().impossible(*handle)) {
        painter.save();
        painter.setClipRect(part);
        if (isFault) {
            painter.fillRect(part, theme.errorFill);
        }
        QColor stripe = isFault ? theme.error : theme.lineStrong;
        stripe.setAlphaF(isFault ? 0.5F : 0.35F);
        painter.setPen(QPen(stripe, 1.0));
        constexpr double step = 7.0;
        for (double x = part.left() - part.height(); x < part.right(); x += step) {
            painter.drawLine(QPointF(x, part.bottom()), QPointF(x + part.height(), part.top()));
        }
        painter.restore();
    }
}

void BudgetCurve::paintSentence(QPainter& painter) const
{
    const QString sentence = impossibleText();
    if (sentence.isEmpty()) {
        return;
    }
    const Theme& theme = Theme::current();
    const QRectF place = ground();
    painter.setFont(Fonts::caption());
    constexpr double inset = 8.0;
    const int flags = Qt::AlignHCenter | Qt::AlignVCenter | Qt::TextWordWrap;
    constexpr double side = 28.0; // a handle at the plot's edge stays free
    const QRectF room = place.adjusted(side + inset, 0.0, -side - inset, 0.0);
    const QRectF text = painter.boundingRect(room, flags, sentence);
    const QRectF box = text.adjusted(-inset, -5.0, inset, 5.0);
    painter.setPen(QPen(theme.error, 1.0));
    painter.setBrush(theme.errorFill);
    painter.drawRoundedRect(box, 3.0, 3.0);
    painter.setPen(theme.text);
    painter.drawText(text, flags, sentence);
}

void BudgetCurve::paintGround(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = ground();
    if (m_plan.totalSteps < 1) {
        painter.fillRect(place, theme.phaseEnd);
        return;
    }
    const BudgetGeometry geometry = budgetGeometry();
    painter.fillRect(place, theme.sunken); // beyond T, while T is dragged
    painter.fillRect(geometry.run(), theme.phaseEnd);
    if (m_plan.prunes()) {
        painter.fillRect(geometry.cubicPart(), theme.phaseCubic);
    }
}

void BudgetCurve::paintCurve(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF place = ground();
    for (const std::int64_t budget : {m_plan.targetBudget, m_plan.initialBudget}) {
        const double y = yOf(static_cast<double>(budget));
        if (y >= place.top()) { // else a handle is being dragged beyond the axis
            drawLevel(painter, y, place.left(), place.right(), theme.line);
        }
    }
    drawLevel(painter, place.bottom(), place.left(), place.right(), theme.lineStrong);
    if (fault()) { // there is no such curve
        return;
    }
    paintPath(painter);
    paintEvents(painter);
}

void BudgetCurve::paintPath(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const BudgetGeometry geometry = budgetGeometry();
    const QRectF place = geometry.ground;
    QPainterPath curve;
    const auto total = static_cast<double>(m_plan.totalSteps);
    const int points = static_cast<int>(place.width());
    for (int i = 0; i <= points; ++i) {
        const double t = total * i / points;
        const QPointF point(geometry.xOf(t), geometry.yOfBudget(m_plan.budgetAt(t)));
        i == 0 ? curve.moveTo(point) : curve.lineTo(point);
    }
    QPainterPath area = curve;
    area.lineTo(geometry.xOf(total), place.bottom());
    area.lineTo(place.bottomLeft());
    area.closeSubpath();
    QColor fill = theme.loss;
    fill.setAlphaF(0.10F);
    painter.save();
    painter.setClipRect(place);
    painter.fillPath(area, fill);
    painter.restore();
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme.text, 2.0));
    painter.save();
    painter.setClipRect(place.adjusted(-1.0, 0.0, 1.0, 1.0)); // while a handle is dragged beyond the axis
    painter.drawPath(curve);
    painter.restore();
}

void BudgetCurve::paintEvents(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const BudgetGeometry geometry = budgetGeometry();
    const QRectF place = geometry.ground;
    const double stepWidth = geometry.xOf(1.0) - geometry.xOf(0.0);
    for (const std::int64_t step : m_plan.eventsApart(leastTickDistance / std::max(stepWidth, 1e-300))) {
        const double x = geometry.xOf(static_cast<double>(step));
        if (x <= place.right() + 1.0) {
            drawUpright(painter, x, place.bottom(), place.bottom() + 4.0, theme.lineStrong);
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
        const double x = std::round(geometry.xOf(static_cast<double>(border)));
        if (x < place.left() - 1.0 || x > place.right() + 1.0) {
            continue; // while T is dragged
        }
        painter.drawLine(QPointF(x, place.top()), QPointF(x, place.bottom()));
    }
    painter.restore();
}

void BudgetCurve::paintHandles(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QColor fill = theme.raised;
    const auto faulty = fault();
    const auto edgeOf = [&](Handle handle) { return faulty == handle ? theme.error : theme.text; };
    for (const Handle handle : {Handle::InitRank, Handle::TargetRank}) {
        const QPointF c = handlePosition(handle);
        painter.setPen(QPen(edgeOf(handle), 2.0));
        painter.setBrush(fill);
        painter.drawEllipse(c, 6.5, 6.5);
        painter.setPen(QPen(edgeOf(handle), 1.4));
        painter.drawPolyline(QPolygonF {c + QPointF(-2.4, -1.2), c + QPointF(0, -3.8), c + QPointF(2.4, -1.2)});
        painter.drawPolyline(QPolygonF {c + QPointF(-2.4, 1.2), c + QPointF(0, 3.8), c + QPointF(2.4, 1.2)});
    }
    for (const Handle handle : {Handle::WarmUpEnd, Handle::FinalStart}) {
        const QPointF c = handlePosition(handle);
        painter.setPen(QPen(edgeOf(handle), 2.0));
        painter.setBrush(fill);
        painter.drawPolygon(QPolygonF {
            c + QPointF(-6, 8), c + QPointF(6, 8), c + QPointF(6, 0), c + QPointF(0, -7), c + QPointF(-6, 0)});
    }
    paintEnd(painter, edgeOf(Handle::TotalSteps));
    if (hasFocus()) {
        painter.setPen(QPen(theme.focus, 2.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(handlePosition(m_focused), 11.0, 11.0);
    }
}

void BudgetCurve::paintEnd(QPainter& painter, const QColor& edge) const
{
    const QPointF c = handlePosition(Handle::TotalSteps);
    painter.setPen(QPen(edge, 2.0));
    painter.setBrush(Theme::current().raised);
    painter.drawPolygon(
        QPolygonF {c + QPointF(-4, -7), c + QPointF(2, -7), c + QPointF(8, 0), c + QPointF(2, 7), c + QPointF(-4, 7)});
    const QRectF run = budgetGeometry().run();
    if (run.right() < ground().right() - 1.0) { // T is being dragged into the plot
        drawUpright(painter, run.right(), run.top(), run.bottom(), edge);
    }
}

// From the end of the warm-up a bracket over one interval or over as many as there are pixels for.
void BudgetCurve::paintInterval(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF bracket = intervalBracket();
    const QPointF c = handlePosition(Handle::Interval);
    drawLevel(painter, c.y(), bracket.left(), bracket.right(), theme.text2);
    drawUpright(painter, bracket.left(), bracket.top() + 1.0, bracket.bottom(), theme.text2);
    painter.setPen(QPen(theme.text, 2.0));
    painter.setBrush(theme.raised);
    painter.drawRoundedRect(QRectF(c.x() - 7.0, c.y() - 5.5, 14.0, 11.0), 2.0, 2.0);
    painter.setPen(QPen(theme.text, 1.4));
    painter.drawPolyline(QPolygonF {c + QPointF(-1.5, -2.4), c + QPointF(-4.0, 0), c + QPointF(-1.5, 2.4)});
    painter.drawPolyline(QPolygonF {c + QPointF(1.5, -2.4), c + QPointF(4.0, 0), c + QPointF(1.5, 2.4)});
}

} // namespace spectune
