// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/MemoryLegend.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QFontMetricsF>
#include <QPainter>

namespace spectune {

namespace {
constexpr int rowHeight = 17;
constexpr int sumGap = 6; ///< above the sum, with its line
constexpr double swatch = 9.0;
constexpr double nameLeft = 16.0;
} // namespace

MemoryLegend::MemoryLegend(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void MemoryLegend::setParts(std::vector<MemoryPart> parts)
{
    m_parts = std::move(parts);
    updateGeometry();
    update();
}

QSize MemoryLegend::sizeHint() const
{
    const int rows = static_cast<int>(m_parts.size());
    return {260, rows == 0 ? 0 : (rows + 1) * rowHeight + sumGap};
}

QSize MemoryLegend::minimumSizeHint() const
{
    return {120, sizeHint().height()};
}

void MemoryLegend::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    const auto write
        = [&](double y, const QString& name, const QString& value, const QColor& color, const QFont& font) {
              const double wide = tabularWidth(font, value);
              painter.setFont(font);
              painter.setPen(color);
              const double room = width() - nameLeft - wide - 8.0;
              painter.drawText(QRectF(nameLeft, y, room, rowHeight), Qt::AlignLeft | Qt::AlignVCenter,
                  QFontMetricsF(font).elidedText(name, Qt::ElideRight, room));
              painter.setPen(theme.text);
              drawTabular(painter, {width() - wide, y, wide, rowHeight}, Qt::AlignLeft | Qt::AlignVCenter, value);
          };
    double y = 0.0;
    double sum = 0.0;
    for (const MemoryPart& part : m_parts) {
        painter.fillRect(QRectF(0.0, y + (rowHeight - swatch) / 2.0, swatch, swatch), memoryColor(part.color));
        write(y, part.name, formatMemory(part.bytes), theme.text2, Fonts::caption());
        sum += part.bytes;
        y += rowHeight;
    }
    if (m_parts.empty())
        return;
    painter.fillRect(QRectF(0.0, y + sumGap / 2.0, width(), 1.0), theme.line);
    write(y + sumGap, tr("Sum"), formatMemory(sum), theme.text, Fonts::captionBold());
}

void MemoryLegend::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        update();
    QWidget::changeEvent(event);
}

} // namespace spectune
