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
#include <utility>

namespace spectune {

namespace {

constexpr double leftMargin = 44.0;
constexpr double bottomMargin = 20.0;
constexpr double topMargin = 8.0;
constexpr double rightMargin = 8.0;
constexpr int fewBars = 12; ///< so few have a figure each
constexpr double labelGap = 8.0;
constexpr double closeUp = 8.0; ///< a logarithmic axis from a rank to less than so many times it counts evenly
constexpr double evenTicks = 8.0;
constexpr double headroom = 1.05; ///< of the longest bar

} // namespace

SpectrumPlot::SpectrumPlot(Kind kind, QWidget* parent)
    : ReadablePlot(parent)
    , m_kind(kind)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void SpectrumPlot::setValues(std::vector<double> values)
{
    const auto before = std::pair(m_values.size(), m_top);
    m_values = std::move(values);
    double most = 0.0;
    for (const double value : m_values)
        most = std::max(most, value);
    m_tick = most > 0 ? roundStep(most / 4.0) : 0.5; // three to six ticks fit
    m_top = most > 0 ? std::ceil(most / m_tick - 1e-9) * m_tick : 1.0;
    if (m_kind == Kind::SingularValues && m_top < most * headroom) // a bar as high as its axis looks cut off
        m_top += m_tick;
    if (before != std::pair(m_values.size(), m_top)) { // else the next step of the same matrix: it stays in sight
        m_view.reset();
        m_grab.reset();
    }
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
    const View shown = view();
    return plot.left() + plot.width() * (placeOf(rank) - shown.left) / (shown.right - shown.left);
}

double SpectrumPlot::yOf(double value) const
{
    const QRectF plot = plotRect();
    const View shown = view();
    return plot.bottom() - plot.height() * (value - shown.bottom) / (shown.top - shown.bottom);
}

void SpectrumPlot::paintAxes(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.fillRect(plot, theme.phaseEnd);
    painter.setFont(Fonts::caption());
    const View shown = view();
    const double step = m_view ? roundStep((shown.top - shown.bottom) / 4.0) : m_tick;
    for (double value = std::ceil(shown.bottom / step - 1e-9) * step; value <= shown.top * (1 + 1e-9); value += step) {
        drawLevel(painter, yOf(value), plot.left(), plot.right(), theme.line);
        painter.setPen(theme.text3);
        const QString label = m_kind == Kind::ErrorCurve
            ? QStringLiteral("%1 %").arg(formatTick(100 * value, 100 * step))
            : step < 1e-3 ? formatScientific(value, 1)
                          : formatTick(value, step);
        drawTabular(painter, QRectF(0, yOf(value) - 8, leftMargin - 6, 16), Qt::AlignRight | Qt::AlignVCenter, label);
    }
    painter.setPen(theme.text3);
    for (const int rank : ticks())
        drawTabular(painter, QRectF(xOf(rank) - 30, plot.bottom() + 3, 60, 16), Qt::AlignHCenter | Qt::AlignVCenter,
            QString::number(rank));
}

std::vector<int> SpectrumPlot::wantedTicks() const
{
    const int count = static_cast<int>(m_values.size());
    const bool bars = m_kind == Kind::SingularValues;
    const View shown = view();
    const double low = bars ? shown.left + 0.5 : std::exp(shown.left);
    const double high = bars ? shown.right + 0.5 : std::exp(shown.right);
    const int first = std::max(1, static_cast<int>(std::ceil(low - 1e-9)));
    const int last = std::min(count, static_cast<int>(std::floor(high + 1e-9)));
    const bool closer = shown.right - shown.left < whole().right * (1.0 - 1e-9);
    std::vector<int> wanted;
    if (bars ? closer || count <= fewBars : closer && high < closeUp * low) {
        const int step = last - first < fewBars ? 1 : static_cast<int>(roundStep((last - first) / evenTicks));
        for (int rank = (first + step - 1) / step * step; rank <= last; rank += step)
            wanted.push_back(rank);
        return wanted;
    }
    for (int decade = 1; decade <= last; decade *= 10)
        for (const int factor : {1, 2, 3, 5})
            if (factor * decade >= first && factor * decade <= last)
                wanted.push_back(factor * decade);
    return wanted;
}

std::vector<int> SpectrumPlot::ticks() const
{
    std::vector<int> ranks;
    double end = -1e9;
    for (const int rank : wantedTicks()) {
        const double half = tabularWidth(Fonts::caption(), QString::number(rank)) / 2.0;
        if (xOf(rank) - half < end + labelGap)
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
    const View shown = view();
    const double pitch = plotRect().width() / (shown.right - shown.left);
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
    const double place = xOf(std::min<double>(m_rank, static_cast<double>(m_values.size()))) + half;
    if (m_view && (place < plot.left() - 0.5 || place > plot.right() + 0.5))
        return; // it is not in sight
    const double x = std::min(place, plot.right());
    drawUpright(painter, x, plot.top(), plot.bottom(), theme.loss);
    if (!bars && m_rank >= 1 && m_rank <= static_cast<int>(m_values.size())) {
        painter.setPen(QPen(theme.panel, 1.5));
        painter.setBrush(theme.loss);
        painter.drawEllipse(QPointF(x, yOf(m_values[static_cast<std::size_t>(m_rank - 1)])), 5.0, 5.0);
    }
    painter.setFont(Fonts::captionBold());
    const double need = tabularWidth(Fonts::captionBold(), m_text) + 4;
    const bool right = x + 8 + need <= plot.right();
    const QRectF label(right ? x + 8 : x - 8 - need, plot.top() + 4, need, 16);
    if (label.left() < plot.left())
        return; // no room on either side: the title says it as well
    painter.fillRect(label.adjusted(-2, 0, 2, 0), theme.phaseEnd);
    painter.setPen(theme.text);
    drawTabular(painter, label, Qt::AlignLeft | Qt::AlignVCenter, m_text);
}

void SpectrumPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxes(painter);
    if (!m_values.empty()) {
        painter.save();
        if (m_view)
            painter.setClipRect(plotRect(), Qt::IntersectClip);
        m_kind == Kind::ErrorCurve ? paintCurve(painter) : paintBars(painter);
        paintRank(painter);
        painter.restore();
    }
    paintFocus(painter);
}

} // namespace spectune
