// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LengthHistogram.h"

#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>

namespace spectune {

namespace {

constexpr double topRoom = 18.0; ///< for the words at the limit
constexpr double bottomRoom = 18.0; ///< for the ticks
constexpr double sideRoom = 2.0;
constexpr double leastHeight = 1.5; ///< of a bar that is not empty
constexpr double textHeight = 16.0;

QRectF plotOf(QSizeF size)
{
    return QRectF(QPointF(), size).adjusted(sideRoom, topRoom, -sideRoom, -bottomRoom);
}

} // namespace

LengthHistogram::LengthHistogram(QWidget* parent)
    : ReadablePlot(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setAccessibleName(tr("Length of samples"));
}

void LengthHistogram::setLengths(std::vector<std::int32_t> lengths, std::int64_t limit)
{
    m_lengths = std::move(lengths);
    m_limit = limit;
    refresh();
}

void LengthHistogram::setLimit(std::int64_t limit)
{
    if (limit == m_limit)
        return;
    m_limit = limit;
    refresh();
}

void LengthHistogram::refresh()
{
    m_bins = LengthBins::of(m_lengths, m_limit);
    setAccessibleDescription(m_lengths.empty()
            ? QString()
            : tr("shortest %1 tokens, half up to %2, longest %3, limit %4")
                  .arg(formatCount(m_lengths.front()), formatCount(m_lengths[(m_lengths.size() - 1) / 2]),
                      formatCount(m_lengths.back()), formatCount(m_limit)));
    update();
}

double LengthHistogram::xOf(double tokens, QSizeF size) const
{
    const QRectF plot = plotOf(size);
    return plot.left() + plot.width() * tokens / static_cast<double>(std::max<std::int64_t>(m_bins.end(), 1));
}

std::optional<double> LengthHistogram::limitX(QSizeF size) const
{
    if (m_lengths.empty() || m_limit > m_bins.end())
        return std::nullopt;
    return xOf(static_cast<double>(m_limit), size);
}

std::vector<LengthHistogram::Bar> LengthHistogram::bars(QSizeF size) const
{
    const QRectF plot = plotOf(size);
    const double highest = static_cast<double>(std::max<std::int64_t>(m_bins.highest(), 1));
    std::vector<Bar> bars;
    for (std::size_t i = 0; i < m_bins.counts.size(); ++i) {
        const std::int64_t count = m_bins.counts[i];
        if (count == 0)
            continue;
        const std::int64_t from = static_cast<std::int64_t>(i) * m_bins.width;
        const double left = xOf(static_cast<double>(from), size);
        const double right = xOf(static_cast<double>(from + m_bins.width), size);
        const double gap = right - left > 3.0 ? 1.0 : 0.0;
        const double height = std::max(leastHeight, plot.height() * static_cast<double>(count) / highest);
        bars.push_back({from + 1, from + m_bins.width, count, from >= m_limit,
            {left, plot.bottom() - height, right - left - gap, height}});
    }
    return bars;
}

void LengthHistogram::paintAxis(QPainter& painter, QSizeF size) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotOf(size);
    drawLevel(painter, plot.bottom(), plot.left(), plot.right(), theme.lineStrong);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text3);
    for (std::int64_t tokens = 0; tokens <= m_bins.end(); tokens += m_bins.tick) {
        const QString label = formatCount(tokens);
        const double need = tabularWidth(Fonts::caption(), label);
        const double left = centredInside(xOf(static_cast<double>(tokens), size), need, plot.left(), plot.right());
        drawTabular(
            painter, QRectF(left, plot.bottom() + 2.0, need, textHeight), Qt::AlignLeft | Qt::AlignVCenter, label);
    }
}

void LengthHistogram::paintLimit(QPainter& painter, QSizeF size) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotOf(size);
    const std::optional<double> x = limitX(size);
    QString label = tr("limit %1").arg(formatCount(m_limit));
    if (!x)
        label += QStringLiteral(" →"); // far right of all
    if (m_bins.beyond > 0 && (!x || *x < plot.right() - 1.0))
        label += tr(", %1 longer than shown").arg(formatCount(m_bins.beyond));
    if (x) {
        painter.setPen(QPen(theme.text, 1.0, Qt::DashLine));
        painter.drawLine(QPointF(*x, topRoom - 2.0), QPointF(*x, plot.bottom()));
    }
    const double need = tabularWidth(Fonts::caption(), label);
    const double wanted = x ? *x + 4.0 : plot.right() - need;
    const double left = std::clamp(wanted + need > plot.right() && x ? *x - 4.0 - need : wanted, plot.left(),
        std::max(plot.left(), plot.right() - need));
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    drawTabular(painter, QRectF(left, 0.0, need, textHeight), Qt::AlignLeft | Qt::AlignVCenter, label);
}

void LengthHistogram::paint(QPainter& painter, QSizeF size) const
{
    if (m_lengths.empty())
        return;
    const Theme& theme = Theme::current();
    for (const Bar& bar : bars(size))
        painter.fillRect(bar.rect, bar.cut ? theme.warn : theme.lineStrong);
    painter.setRenderHint(QPainter::Antialiasing);
    paintAxis(painter, size);
    paintLimit(painter, size);
}

void LengthHistogram::paintOn(QPaintDevice& device, QSize size) const
{
    QPainter painter(&device);
    painter.fillRect(QRect(QPoint(), size), Theme::current().panel);
    paint(painter, size);
}

int LengthHistogram::valueCount() const
{
    return static_cast<int>(std::ranges::count_if(m_bins.counts, [](std::int64_t count) { return count > 0; }));
}

QString LengthHistogram::valueText(int value) const
{
    return textOf(bars(size()).at(static_cast<std::size_t>(value)));
}

QPointF LengthHistogram::valuePlace(int value) const
{
    const QRectF bar = bars(size()).at(static_cast<std::size_t>(value)).rect;
    return {bar.center().x(), bar.top()};
}

QString LengthHistogram::textOf(const Bar& bar)
{
    const QString length
        = bar.from == bar.to ? formatCount(bar.from) : tr("%1 to %2").arg(formatCount(bar.from), formatCount(bar.to));
    return (bar.cut ? tr("Samples of length %1, cut: %2") : tr("Samples of length %1: %2"))
        .arg(length, formatCount(bar.count));
}

QString LengthHistogram::textAt(QPointF place) const
{
    const double pitch = xOf(static_cast<double>(m_bins.width), size()) - xOf(0.0, size());
    for (const Bar& bar : bars(size()))
        if (place.x() >= bar.rect.left() && place.x() < bar.rect.left() + pitch)
            return textOf(bar);
    return {};
}

void LengthHistogram::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paint(painter, size());
    paintFocus(painter);
}

} // namespace spectune
