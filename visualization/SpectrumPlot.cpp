// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/SpectrumPlot.h"

#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double leftMargin = 44.0;
constexpr double bottomMargin = 20.0;
constexpr double topMargin = 8.0;
constexpr double rightMargin = 8.0;
constexpr int fewBars = 12; ///< so few have a figure each
constexpr double labelGap = 8.0;

} // namespace

SpectrumPlot::SpectrumPlot(Kind kind, QWidget* parent)
    : QWidget(parent)
    , m_kind(kind)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void SpectrumPlot::setValues(std::vector<double> values)
{
    m_values = std::move(values);
    double most = 0.0;
    for (const double value : m_values)
        most = std::max(most, value);
    m_tick = most > 0 ? roundStep(most / 4.0) : 0.5; // three to six ticks fit
    m_top = most > 0 ? std::ceil(most / m_tick - 1e-9) * m_tick : 1.0;
    update();
}

void SpectrumPlot::setRank(int k, const QString& text)
{
    m_rank = k;
    m_text = text;
    setAccessibleDescription(text);
    update();
}

QRectF SpectrumPlot::plotRect() const
{
    return QRectF(rect()).adjusted(leftMargin, topMargin, -rightMargin, -bottomMargin);
}

double SpectrumPlot::xOf(double rank) const
{
    const QRectF plot = plotRect();
    const double count = std::max<double>(2.0, static_cast<double>(m_values.size()));
    if (m_kind == Kind::SingularValues)
        return plot.left()
            + plot.width() * (rank - 0.5) / static_cast<double>(std::max<std::size_t>(1, m_values.size()));
    return plot.left() + plot.width() * std::log(std::clamp(rank, 1.0, count)) / std::log(count);
}

double SpectrumPlot::yOf(double value) const
{
    const QRectF plot = plotRect();
    return plot.bottom() - plot.height() * std::clamp(value / m_top, 0.0, 1.0);
}

void SpectrumPlot::paintAxes(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.fillRect(plot, theme.phaseEnd);
    painter.setFont(Fonts::caption());
    for (double value = 0.0; value <= m_top * (1 + 1e-9); value += m_tick) {
        drawLevel(painter, yOf(value), plot.left(), plot.right(), theme.line);
        painter.setPen(theme.text3);
        const QString label = m_kind == Kind::ErrorCurve
            ? QStringLiteral("%1 %").arg(formatTick(100 * value, 100 * m_tick))
            : m_tick < 1e-3 ? formatScientific(value, 1)
                            : formatTick(value, m_tick);
        drawTabular(painter, QRectF(0, yOf(value) - 8, leftMargin - 6, 16), Qt::AlignRight | Qt::AlignVCenter, label);
    }
    painter.setPen(theme.text3);
    for (const int rank : ticks())
        drawTabular(painter, QRectF(xOf(rank) - 30, plot.bottom() + 3, 60, 16), Qt::AlignHCenter | Qt::AlignVCenter,
            QString::number(rank));
}

std::vector<int> SpectrumPlot::ticks() const
{
    const int count = static_cast<int>(m_values.size());
    std::vector<int> wanted;
    if (m_kind == Kind::SingularValues && count <= fewBars) {
        for (int rank = 1; rank <= count; ++rank)
            wanted.push_back(rank);
    } else {
        for (int decade = 1; decade <= count; decade *= 10)
            for (const int factor : {1, 2, 3, 5})
                wanted.push_back(factor * decade);
    }
    std::vector<int> ranks;
    double end = -1e9;
    for (const int rank : wanted) {
        const double half = tabularWidth(Fonts::caption(), QString::number(rank)) / 2.0;
        if (rank > count || xOf(rank) - half < end + labelGap)
            continue;
        end = xOf(rank) + half;
        ranks.push_back(rank);
    }
    return ranks;
}

void SpectrumPlot::paintCurve(QPainter& painter) const
{
    QPainterPath path;
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        const QPointF point(xOf(static_cast<double>(i + 1)), yOf(m_values[i]));
        i == 0 ? path.moveTo(point) : path.lineTo(point);
    }
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(Theme::current().text2, 2.0));
    painter.drawPath(path);
}

void SpectrumPlot::paintBars(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const double pitch = plotRect().width() / static_cast<double>(std::max<std::size_t>(1, m_values.size()));
    const double width = std::clamp(pitch * 0.66, 1.0, 28.0);
    for (std::size_t i = 0; i < m_values.size(); ++i) {
        const double x = xOf(static_cast<double>(i + 1));
        const QRectF bar(x - width / 2, yOf(m_values[i]), width, yOf(0) - yOf(m_values[i]));
        if (static_cast<int>(i) < m_rank) {
            painter.fillRect(bar, theme.loss);
        } else {
            painter.fillRect(bar, QBrush(theme.lineStrong, Qt::BDiagPattern));
            painter.setPen(QPen(theme.lineStrong, 1.0));
            painter.setBrush(Qt::NoBrush);
            painter.drawRect(bar);
        }
    }
}

void SpectrumPlot::paintRank(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    const bool bars = m_kind == Kind::SingularValues;
    const double half = bars && m_values.size() > 1 ? (xOf(2) - xOf(1)) / 2 : bars ? plot.width() / 2 : 0.0;
    const double x = std::min(xOf(std::min<double>(m_rank, static_cast<double>(m_values.size()))) + half, plot.right());
    drawUpright(painter, x, plot.top(), plot.bottom(), theme.loss);
    if (!bars && m_rank >= 1 && m_rank <= static_cast<int>(m_values.size())) {
        painter.setPen(QPen(theme.panel, 1.5));
        painter.setBrush(theme.loss);
        painter.drawEllipse(QPointF(x, yOf(m_values[static_cast<std::size_t>(m_rank - 1)])), 5.0, 5.0);
    }
    painter.setFont(Fonts::captionBold());
    const double need = tabularWidth(Fonts::captionBold(), m_text) + 4;
    const bool right = x + 8 + need <= plot.right();
    const QRectF place(right ? x + 8 : x - 8 - need, plot.top() + 4, need, 16);
    if (place.left() < plot.left())
        return; // no room on either side: the title says it as well
    painter.fillRect(place.adjusted(-2, 0, 2, 0), theme.phaseEnd);
    painter.setPen(theme.text);
    drawTabular(painter, place, Qt::AlignLeft | Qt::AlignVCenter, m_text);
}

void SpectrumPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxes(painter);
    if (m_values.empty())
        return;
    m_kind == Kind::ErrorCurve ? paintCurve(painter) : paintBars(painter);
    paintRank(painter);
}

} // namespace spectune
