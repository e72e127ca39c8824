// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/BoundCurve.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double leftMargin = 44.0;
constexpr double bottomMargin = 36.0;
constexpr double topMargin = 22.0;
constexpr double rightMargin = 12.0;
constexpr double labelHeight = 16.0;
constexpr double noteGap = 6.0; ///< px between the axis' name and what kind it is
constexpr double leastStep = 0.5; ///< px; narrower levels are drawn together

/// Where a value lies between 1 and the last one, 0 … 1.
double share(double value, double last)
{
    return std::log(std::clamp(value, 1.0, std::max(1.0, last))) / std::log(std::max(2.0, last));
}

} // namespace

BoundCurve::BoundCurve(QWidget* parent)
    : ReadablePlot(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void BoundCurve::setCurve(std::vector<QPointF> points, const QString& xName, const QString& yName, const QString& yNote)
{
    m_curve = std::move(points);
    m_xName = xName;
    m_yName = yName;
    m_yNote = yNote;
    update();
}

void BoundCurve::setPoint(QPointF point, const QString& text)
{
    m_point = point;
    m_text = text;
    setAccessibleDescription(text);
    update();
}

void BoundCurve::setLevels(std::vector<Level> levels)
{
    m_levels = std::move(levels);
    update();
}

QRectF BoundCurve::plotRect() const
{
    return QRectF(rect()).adjusted(leftMargin, topMargin, -rightMargin, -bottomMargin);
}

double BoundCurve::xOf(double value) const
{
    const QRectF plot = plotRect();
    return plot.left() + plot.width() * share(value, m_curve.empty() ? 1.0 : m_curve.back().x());
}

double BoundCurve::yOf(double value) const
{
    const QRectF plot = plotRect();
    return plot.bottom() - plot.height() * share(value, m_curve.empty() ? 1.0 : m_curve.back().y());
}

QPolygonF BoundCurve::staircase() const
{
    QPolygonF line;
    for (std::size_t i = 0; i < m_curve.size(); ++i) {
        const QPointF at(xOf(m_curve[i].x()), yOf(m_curve[i].y()));
        const bool end = i + 1 == m_curve.size();
        if (!line.isEmpty()) {
            if (!end && at.x() - line.back().x() < leastStep)
                continue;
            line << QPointF(at.x(), line.back().y());
        }
        line << at;
    }
    return line;
}

void BoundCurve::paintAxes(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.fillRect(plot, theme.phaseEnd);
    painter.setFont(Fonts::captionBold());
    painter.setPen(theme.text);
    drawTabular(painter, {plot.left(), 0.0, plot.width(), labelHeight}, Qt::AlignLeft | Qt::AlignVCenter, m_yName);
    const double noteLeft = plot.left() + tabularWidth(Fonts::captionBold(), m_yName) + noteGap;
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    drawTabular(painter, {noteLeft, 0.0, std::max(0.0, plot.right() - noteLeft), labelHeight},
        Qt::AlignLeft | Qt::AlignVCenter, m_yNote);
    painter.setPen(theme.text3);
    drawTabular(painter, {plot.left(), plot.bottom() + 19.0, plot.width(), labelHeight},
        Qt::AlignRight | Qt::AlignVCenter, m_xName);
    if (m_curve.empty())
        return;
    double free = 1e9; // above this, y labels keep apart
    for (double decade = 1.0; decade <= m_curve.back().y(); decade *= 10.0)
        for (const double factor : {1.0, 2.0, 5.0}) {
            const double value = factor * decade;
            if (value > m_curve.back().y() || yOf(value) > free - labelHeight)
                continue;
            free = yOf(value);
            drawLevel(painter, free, plot.left(), plot.right(), theme.line);
            painter.setPen(theme.text3);
            drawTabular(painter, {0.0, free - labelHeight / 2.0, leftMargin - 6.0, labelHeight},
                Qt::AlignRight | Qt::AlignVCenter, formatCount(static_cast<std::int64_t>(value)));
        }
    double end = -1e9;
    for (double value = 1.0; value <= m_curve.back().x(); value *= 10.0) {
        const QString label = formatCount(static_cast<std::int64_t>(value));
        const double half = tabularWidth(Fonts::caption(), label) / 2.0;
        if (xOf(value) - half < end + 8.0)
            continue;
        end = xOf(value) + half;
        painter.setPen(theme.text3);
        const double left = centredInside(xOf(value), 2.0 * half, 0.0, width()); // the last one keeps inside
        drawTabular(
            painter, {left, plot.bottom() + 3.0, 2.0 * half, labelHeight}, Qt::AlignHCenter | Qt::AlignVCenter, label);
    }
}

void BoundCurve::paintLevels(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.setFont(Fonts::caption());
    for (const Level& level : m_levels) {
        const double y = yOf(level.value);
        painter.setPen(QPen(theme.text2, 1.0, Qt::DashLine));
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(theme.text2);
        drawTabular(painter, {plot.left() + 6.0, y - labelHeight, plot.width() - 12.0, labelHeight},
            Qt::AlignRight | Qt::AlignVCenter, level.text);
    }
}

void BoundCurve::paintPoint(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    const QPointF at(xOf(m_point.x()), yOf(m_point.y()));
    drawUpright(painter, at.x(), at.y(), plot.bottom(), theme.loss);
    drawLevel(painter, at.y(), plot.left(), at.x(), theme.loss);
    painter.setPen(QPen(theme.panel, 1.5));
    painter.setBrush(theme.loss);
    painter.drawEllipse(at, 5.0, 5.0);
    painter.setFont(Fonts::captionBold());
    painter.setPen(theme.text);
    // Above the point and left of it, where the curve never runs.
    const double need = tabularWidth(Fonts::captionBold(), m_text) + 4.0;
    const double left
        = std::clamp(at.x() - need - 8.0, plot.left() + 4.0, std::max(plot.left() + 4.0, plot.right() - need));
    const double top = std::max(plot.top() - labelHeight, at.y() - labelHeight - 6.0);
    drawTabular(painter, {left, top, need, labelHeight}, Qt::AlignLeft | Qt::AlignVCenter, m_text);
}

void BoundCurve::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxes(painter);
    if (!m_curve.empty()) {
        paintLevels(painter);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(Theme::current().text2, 2.0, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
        painter.drawPolyline(staircase());
        paintPoint(painter);
    }
    paintFocus(painter);
}

int BoundCurve::valueCount() const
{
    const std::size_t size = m_curve.size(); // the last point is mostly the end of the level before it
    const bool ends = size > 1 && m_curve[size - 1].y() == m_curve[size - 2].y();
    return static_cast<int>(ends ? size - 1 : size);
}

int BoundCurve::levelAt(double x) const
{
    const auto after = std::ranges::upper_bound(m_curve, x, {}, &QPointF::x);
    return std::clamp(static_cast<int>(after - m_curve.begin()) - 1, 0, valueCount() - 1);
}

QString BoundCurve::valueText(int value) const
{
    const auto level = static_cast<std::size_t>(value);
    const bool last = value + 1 == valueCount();
    const std::int64_t from = std::llround(m_curve[level].x());
    const std::int64_t to = last ? std::llround(m_curve.back().x()) : std::llround(m_curve[level + 1].x()) - 1;
    const QString rank = formatCount(std::llround(m_curve[level].y()));
    return to > from ? tr("K·N from %1 to %2: r ≥ %3").arg(formatCount(from), formatCount(to), rank)
                     : tr("K·N = %1: r ≥ %2").arg(formatCount(from), rank);
}

QPointF BoundCurve::valuePlace(int value) const
{
    const QPointF& begin = m_curve.at(static_cast<std::size_t>(value));
    return {xOf(begin.x()), yOf(begin.y())};
}

QString BoundCurve::textAt(QPointF place) const
{
    const QRectF plot = plotRect();
    if (m_curve.empty() || place.x() < plot.left() || place.x() > plot.right())
        return {};
    const double part = (place.x() - plot.left()) / plot.width();
    const double x = std::exp(part * std::log(std::max(2.0, m_curve.back().x()))); // as xOf() has it
    return valueText(levelAt(x * (1.0 + 1e-9))); // a level's first pixel is its own
}

QString BoundCurve::toCsv() const
{
    QString csv = QStringLiteral("kn,rank\n");
    for (const QPointF& point : m_curve)
        csv += QStringLiteral("%1,%2\n").arg(std::llround(point.x())).arg(std::llround(point.y()));
    return csv;
}

} // namespace spectune
