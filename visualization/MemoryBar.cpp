// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/MemoryBar.h"

#include "visualization/CsvNumber.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <array>

namespace spectune {

namespace {

constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;
constexpr double mebibyte = 1024.0 * 1024.0;
constexpr double barTop = 12.0;
constexpr double barHeight = 18.0;
constexpr double leastSegment = 1.5;

double sumOf(const std::vector<MemoryPart>& parts)
{
    double sum = 0.0;
    for (const MemoryPart& part : parts) {
        sum += part.bytes;
    }
    return sum;
}

} // namespace

QColor memoryColor(MemoryColor part)
{
    static const std::array<std::array<const char*, 8>, 2> colors {{
        {"#2b4a73", "#3f83b8", "#79b7c9", "#7a3b00", "#b35600", "#d0802c", "#c99a3d", "#9aa2ad"}, // light
        {"#3c69a6", "#5fa3dd", "#9fcfe3", "#a8500f", "#dd7a2b", "#f0a35c", "#ecc98f", "#7d8793"}, // dark
    }};
    return QColor(QLatin1String(colors[Theme::current().dark ? 1 : 0][static_cast<std::size_t>(part)]));
}

QString formatMemory(double bytes)
{
    return bytes >= gibibyte ? QStringLiteral("%1 GiB").arg(formatFixed(bytes / gibibyte, 1))
                             : QStringLiteral("%1 MiB").arg(formatFixed(bytes / mebibyte, 1));
}

MemoryBarLayout MemoryBarLayout::compute(double width, const std::vector<MemoryPart>& parts, double total, double free)
{
    const double need = sumOf(parts);
    MemoryBarLayout layout;
    constexpr double own = 0.05;
    const bool small = total > 0.0 && need < own * total;
    layout.end = std::max(1.0, total > 0.0 && !small ? std::max(total * 1.08, need * 1.04) : need * 1.35);
    layout.bar = QRectF(0.0, barTop, width, barHeight);
    const auto xOf = [&](double bytes) { return layout.bar.width() * bytes / layout.end; };
    double begin = 0.0;
    double bytes = 0.0;
    for (const MemoryPart& part : parts) {
        bytes += part.bytes;
        const double to = std::max(part.bytes > 0.0 ? begin + leastSegment : begin, xOf(bytes));
        layout.segments.emplace_back(begin, barTop, to - begin, barHeight);
        begin = to;
    }
    if (total > 0.0 && total <= layout.end) {
        layout.totalX = xOf(total);
    }
    if (free > 0.0 && free <= layout.end) {
        layout.freeX = xOf(free);
    }
    const double unit = layout.end >= gibibyte ? gibibyte : mebibyte;
    constexpr double tickDistance = 60.0;
    const double step
        = roundStep(std::max(1e-3, layout.end / unit * tickDistance / std::max(width, tickDistance))) * unit;
    for (double tick = 0.0; tick <= layout.end; tick += step) {
        layout.ticks.push_back(tick);
    }
    return layout;
}

MemoryBar::MemoryBar(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus); // for its menu
    setAccessibleName(tr("Memory need"));
}

void MemoryBar::setMemory(std::vector<MemoryPart> parts, double total, double free)
{
    m_parts = std::move(parts);
    m_total = total;
    m_free = free;
    QString words = tr("%1 in all").arg(formatMemory(need()));
    for (const MemoryPart& part : m_parts) {
        words += QStringLiteral(", %1 %2").arg(part.name, formatMemory(part.bytes));
    }
    if (m_free > 0.0) {
        words += tr("; %1 are free").arg(formatMemory(m_free));
    }
    setAccessibleDescription(words);
    update();
}

QString MemoryBar::toCsv() const
{
    QString csv = QStringLiteral("part,bytes\n");
    for (const MemoryPart& part : m_parts) {
        csv += QStringLiteral("%1,%2\n").arg(csvText(part.name), QString::number(part.bytes, 'f', 0));
    }
    return csv;
}

double MemoryBar::need() const
{
    return sumOf(m_parts);
}

MemoryBarLayout MemoryBar::barLayout() const
{
    return MemoryBarLayout::compute(width(), m_parts, m_total, m_free);
}

void MemoryBar::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    const MemoryBarLayout layout = barLayout();
    QPainter painter(this);
    painter.fillRect(layout.bar, theme.sunken);
    painter.setRenderHint(QPainter::Antialiasing);
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const QRectF& segment = layout.segments[i];
        if (m_parts[i].bytes > 0.0 && segment.left() < layout.bar.right()) {
            const double gap = segment.width() > 3.0 ? 1.0 : 0.0;
            painter.fillRect(
                segment.adjusted(0.0, 0.0, -gap, 0.0).intersected(layout.bar), memoryColor(m_parts[i].color));
        }
    }
    paintLimits(painter, layout);
    paintAxis(painter);
    if (hasFocus())
        drawFocusFrame(painter, rect(), theme.focus);
}

void MemoryBar::paintLimits(QPainter& painter, const MemoryBarLayout& layout) const
{
    const Theme& theme = Theme::current();
    const double used = layout.segments.empty() ? 0.0 : layout.segments.back().right();
    if (layout.freeX) {
        QPen dashes(need() > m_free ? theme.error : theme.lineStrong, 1.5);
        dashes.setDashPattern({2.0, 2.0});
        painter.setPen(dashes);
        painter.drawLine(QPointF(*layout.freeX, barTop - 4.0), QPointF(*layout.freeX, barTop + barHeight + 4.0));
    }
    if (layout.totalX) {
        drawUpright(painter, *layout.totalX, barTop - 6.0, barTop + barHeight, theme.text, 2.0); // off its figure
    }
    if (m_free <= 0.0 || need() > m_free) {
        return;
    }
    const QString words = tr("%1 stay free").arg(formatMemory(m_free - need()));
    const double right = layout.freeX.value_or(layout.bar.right()) - 5.0;
    const double wide = tabularWidth(Fonts::caption(), words);
    if (right - wide > used + 5.0) {
        painter.setFont(Fonts::caption());
        painter.setPen(theme.text2);
        drawTabular(painter, {right - wide, barTop, wide, barHeight}, Qt::AlignLeft | Qt::AlignVCenter, words);
    }
}

// The total tells the unit, or the last tick where there is no total; what would run into the next label is left out.
std::vector<MemoryAxisLabel> MemoryBar::axisLabels() const
{
    const MemoryBarLayout layout = barLayout();
    const bool large = layout.end >= gibibyte;
    const double unit = large ? gibibyte : mebibyte;
    const QString withUnit = large ? QStringLiteral("%1 GiB") : QStringLiteral("%1 MiB");
    const double step = layout.ticks.size() > 1 ? layout.ticks[1] / unit : 1.0;
    std::vector<MemoryAxisLabel> labels; // from right to left at first
    double freeUntil = width();
    const auto add = [&](double x, const QString& number, bool total) {
        const QString text = labels.empty() ? withUnit.arg(number) : number;
        const double wide = tabularWidth(Fonts::caption(), text);
        const double left = centredInside(x, wide, 0.0, width());
        if (left + wide <= freeUntil) {
            labels.push_back({left, wide, text, total});
            freeUntil = left - 6.0;
        }
    };
    if (layout.totalX) {
        add(*layout.totalX, formatFixed(m_total / unit, 1), true);
    }
    for (auto tick = layout.ticks.rbegin(); tick != layout.ticks.rend(); ++tick) {
        add(layout.bar.width() * *tick / layout.end, formatTick(*tick / unit, step), false);
    }
    std::reverse(labels.begin(), labels.end());
    return labels;
}

void MemoryBar::paintAxis(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    painter.setFont(Fonts::caption());
    for (const MemoryAxisLabel& label : axisLabels()) {
        painter.setPen(label.total ? theme.text : theme.text3);
        drawTabular(painter, {label.left, barTop + barHeight + 4.0, label.width, 14.0}, Qt::AlignLeft, label.text);
    }
}

bool MemoryBar::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const MemoryBarLayout layout = barLayout();
        for (std::size_t i = 0; i < layout.segments.size(); ++i) {
            if (layout.segments[i].adjusted(0.0, -4.0, 0.0, 4.0).contains(help->pos())) {
                QToolTip::showText(help->globalPos(),
                    QStringLiteral("%1: %2").arg(m_parts[i].name, formatMemory(m_parts[i].bytes)), this);
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

} // namespace spectune
