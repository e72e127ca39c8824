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
        painter.drawText(ground().adjusted(12.0, 0.0, -12.0, 0.0), Qt::AlignCenter | Qt::TextWordWrap,
            tr("The budget follows from model, targets and steps"));
        return;
    }
    paintImpossible(painter);
    paintCurve(painter);
    paintLabels(painter);
    if (m_editable) {
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
    const QRectF room(place.left() + 12.0 + inset, place.top(), place.width() - 24.0 - 2.0 * inset, place.height());
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
    const QRectF place = ground();
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
    const QRectF place = ground();
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

void BudgetCurve::write(
    QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text, Ink ink) const
{
    const Theme& theme = Theme::current();
    painter.setFont(ink == Ink::Strong ? Fonts::captionBold() : Fonts::caption());
    painter.setPen(ink == Ink::Strong ? theme.text : ink == Ink::Plain ? theme.text2 : theme.text3);
    drawTabular(painter, rect, alignment, text);
}

void BudgetCurve::paintLabels(QPainter& painter) const
{
    paintScales(painter);
    paintPhaseNames(painter);
    paintSteps(painter);
    const QRectF place = ground();
    const double initY = std::max(yOf(static_cast<double>(m_plan.initialBudget)), place.top() + 22.0);
    const QString init = tr("init %1 per matrix").arg(m_values.initRank);
    const double initWidth = tabularWidth(Fonts::caption(), init);
    const double initX
        = std::min(xOf(static_cast<double>(m_plan.prunes() ? m_plan.ti : 0)) + 18.0, place.right() - initWidth - 6.0);
    write(painter, {initX, initY - 20.0, initWidth, 15.0}, Qt::AlignLeft, init, Ink::Plain);
    if (!m_plan.prunes()) {
        return;
    }
    const double targetY = yOf(static_cast<double>(m_plan.targetBudget));
    const QString rank = formatRank(m_values.targetRank);
    QString words = tr("target %1 per matrix, %2 in all").arg(rank, formatCount(m_plan.targetBudget));
    const double cubic
        = xOf(static_cast<double>(m_plan.finalStart)) - std::max(xOf(static_cast<double>(m_plan.ti)), place.left());
    if (tabularWidth(Fonts::captionBold(), words) + 16.0 > cubic) { // b's axis says the rest
        words = tr("target %1 per matrix").arg(rank);
    }
    const double width = tabularWidth(Fonts::captionBold(), words);
    const double right = std::max(xOf(static_cast<double>(m_plan.finalStart)) - 8.0, place.left() + width + 6.0);
    const bool room = place.bottom() - targetY > 26.0;
    write(painter, {right - width, room ? targetY + 8.0 : targetY - 24.0, width, 15.0}, Qt::AlignLeft, words,
        Ink::Strong);
}

void BudgetCurve::paintScales(QPainter& painter) const
{
    const QRectF place = ground();
    write(painter, {0.0, 6.0, place.left() - 7.0, 14.0}, Qt::AlignRight, QStringLiteral("b"), Ink::Quiet);
    write(painter, {place.right() + 7.0, 6.0, 40.0, 14.0}, Qt::AlignLeft, tr("rank"), Ink::Quiet);
    double lastY = 1e9;
    for (const std::int64_t budget : {std::int64_t {0}, m_plan.targetBudget, m_plan.initialBudget}) {
        const double y = yOf(static_cast<double>(budget));
        if (lastY - y < 13.0 || y < place.top()) {
            continue;
        }
        lastY = y;
        write(painter, {0.0, y - 8.0, place.left() - 7.0, 16.0}, Qt::AlignRight, formatCount(budget), Ink::Quiet);
        if (m_values.matrices > 0) {
            const double rank = static_cast<double>(budget) / static_cast<double>(m_values.matrices);
            write(painter, {place.right() + 7.0, y - 8.0, 40.0, 16.0}, Qt::AlignLeft, formatRank(rank), Ink::Quiet);
        }
    }
}

void BudgetCurve::paintPhaseNames(QPainter& painter) const
{
    const QRectF place = ground();
    const auto name = [&](double left, double right, const QString& text) {
        const bool fits = tabularWidth(Fonts::caption(), text) <= right - left;
        if (fits) {
            write(painter, {left, 6.0, right - left, 14.0}, Qt::AlignHCenter, text, Ink::Quiet);
        }
        return fits;
    };
    if (!m_plan.prunes()) {
        name(place.left(), place.right(), tr("the budget stays as it is"));
        return;
    }
    double from = xOf(static_cast<double>(m_plan.ti));
    if (m_plan.ti > 0) {
        write(painter, {place.left() + 3.0, 6.0, 60.0, 14.0}, Qt::AlignLeft, tr("warm-up"), Ink::Quiet);
        from = std::max(from, place.left() + tabularWidth(Fonts::caption(), tr("warm-up")) + 3.0);
    }
    const double finalWidth = tabularWidth(Fonts::caption(), tr("final"));
    const double to = std::min(xOf(static_cast<double>(m_plan.finalStart)), place.right() - finalWidth);
    name(to, place.right(), tr("final"));
    if (!name(from + 8.0, to - 8.0, tr("cubic: pruned triplets may return"))) {
        name(from + 8.0, to - 8.0, tr("cubic"));
    }
}

void BudgetCurve::paintSteps(QPainter& painter) const
{
    const QRectF place = ground();
    const double y = place.bottom() + 18.0;
    const QString total = formatCount(m_plan.totalSteps);
    const double totalWidth = tabularWidth(Fonts::caption(), total);
    const double totalLeft = std::min(place.right() - totalWidth / 2.0, width() - totalWidth);
    std::vector<QRectF> taken;
    if (m_plan.prunes()) {
        const QString ti = tr("ti %1").arg(formatCount(m_plan.ti));
        const QString end = tr("T − tf = %1").arg(formatCount(m_plan.finalStart));
        const double tiWidth = tabularWidth(Fonts::captionBold(), ti);
        const double endWidth = tabularWidth(Fonts::captionBold(), end);
        const double tiX = xOf(static_cast<double>(m_plan.ti));
        const double endX = xOf(static_cast<double>(m_plan.finalStart));
        double tiLeft = std::clamp(tiX - tiWidth / 2.0, 0.0, width() - tiWidth);
        double endLeft = std::clamp(endX - endWidth / 2.0, 0.0, width() - endWidth);
        const double over = endLeft + endWidth + 10.0 - totalLeft; // a small step aside leaves room for T
        endLeft -= over > 0.0 && over < endWidth / 2.0 ? over : 0.0;
        endLeft = std::min(std::max(endLeft, tiLeft + tiWidth + 10.0), width() - endWidth);
        tiLeft = std::min(tiLeft, endLeft - 10.0 - tiWidth);
        taken = {{tiLeft, y, tiWidth, 15.0}, {endLeft, y, endWidth, 15.0}};
        write(painter, taken[0], Qt::AlignLeft, ti, Ink::Strong);
        write(painter, taken[1], Qt::AlignLeft, end, Ink::Strong);
    }
    const auto tick = [&](const QRectF& rect, const QString& text) {
        const auto meets = [&](const QRectF& other) { return other.intersects(rect.adjusted(-8.0, 0.0, 8.0, 0.0)); };
        if (std::none_of(taken.begin(), taken.end(), meets)) {
            taken.push_back(rect);
            write(painter, rect, Qt::AlignLeft, text, Ink::Quiet);
        }
    };
    tick({totalLeft, y, totalWidth, 15.0}, total);
    const int count = std::max(1, static_cast<int>(place.width() / 80.0));
    for (const double step : stepTicks(0.0, static_cast<double>(m_plan.totalSteps), count)) {
        const QString text = formatCount(static_cast<std::int64_t>(step));
        const double textWidth = tabularWidth(Fonts::caption(), text);
        tick({xOf(step) - textWidth / 2.0, y, textWidth, 15.0}, text);
    }
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
    if (hasFocus()) {
        painter.setPen(QPen(theme.focus, 2.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(handlePosition(m_focused), 11.0, 11.0);
    }
}

} // namespace spectune
