// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/MatrixView.h"

#include "visualization/CsvNumber.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/Theme.h"

#include <QEvent>
#include <QPainter>

#include <algorithm>
#include <array>
#include <cmath>

namespace spectune {

namespace {

constexpr double dimmedOpacity = 0.22;

std::array<QRgb, 256> colorTable(MatrixView::Colors colors)
{
    std::array<QRgb, 256> table {};
    const Theme& theme = Theme::current();
    for (int i = 0; i < 256; ++i)
        table[static_cast<std::size_t>(i)]
            = colors == MatrixView::Colors::Grey ? qRgb(i, i, i) : theme.differenceColor(i / 127.5 - 1.0).rgb();
    return table;
}

} // namespace

MatrixView::MatrixView(Colors colors, QWidget* parent)
    : QWidget(parent)
    , m_colors(colors)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setFocusPolicy(Qt::StrongFocus); // for its menu
}

void MatrixView::setMatrix(MatrixValues matrix, double reach)
{
    m_matrix = std::move(matrix);
    m_reach = reach;
    draw();
}

void MatrixView::setDimmed(bool dimmed)
{
    if (m_dimmed == dimmed)
        return;
    m_dimmed = dimmed;
    update();
}

void MatrixView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

QString MatrixView::csvOf(const MatrixValues& matrix, int rows, int columns)
{
    const bool means = matrix.rows < rows || matrix.columns < columns;
    const auto place = [means](int index, int drawn, int length) {
        return means ? QStringLiteral("%1,%2")
                           .arg(blockBegin(index, drawn, length) + 1)
                           .arg(blockBegin(index + 1, drawn, length))
                     : QString::number(index + 1);
    };
    QString csv = means ? QStringLiteral("first_row,last_row,first_column,last_column,mean\n")
                        : QStringLiteral("row,column,value\n");
    std::size_t next = 0;
    for (int row = 0; row < matrix.rows; ++row)
        for (int column = 0; column < matrix.columns; ++column)
            csv += QStringLiteral("%1,%2,%3\n")
                       .arg(place(row, matrix.rows, rows), place(column, matrix.columns, columns),
                           csvNumber(matrix.values[next++]));
    return csv;
}

void MatrixView::draw()
{
    const bool grey = m_colors == Colors::Grey;
    double reach = m_reach;
    if (!grey && reach <= 0.0)
        for (const float value : m_matrix.values)
            reach = std::max<double>(reach, std::abs(value));
    m_image = m_matrix.values.empty() ? QImage() : QImage(m_matrix.columns, m_matrix.rows, QImage::Format_RGB32);
    const auto table = colorTable(m_colors);
    std::size_t place = 0;
    for (int row = 0; row < m_image.height(); ++row) {
        auto* line = reinterpret_cast<QRgb*>(m_image.scanLine(row));
        for (int column = 0; column < m_image.width(); ++column) {
            const double value = m_matrix.values[place++];
            const double share = grey ? value : reach > 0 ? (value / reach + 1.0) / 2.0 : 0.5;
            line[column] = table[static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * 255.0))];
        }
    }
    update();
}

QRectF MatrixView::pictureRect() const
{
    if (m_image.isNull())
        return {};
    const QSizeF large = QSizeF(m_image.size()).scaled(size(), Qt::KeepAspectRatio);
    // On whole pixels: crisp fields stay crisp.
    return {QPointF(std::round((width() - large.width()) / 2.0), std::round((height() - large.height()) / 2.0)), large};
}

void MatrixView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.fillRect(rect(), theme.sunken);
    if (m_image.isNull()) {
        painter.setPen(theme.text3);
        painter.setFont(Fonts::caption());
        painter.drawText(rect().adjusted(10, 10, -10, -10), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    } else {
        const QRectF place = pictureRect();
        // Values are drawn as crisp fields when they are larger than a pixel, and averaged when they are smaller.
        painter.setRenderHint(QPainter::SmoothPixmapTransform, place.width() < m_image.width());
        painter.setOpacity(m_dimmed ? dimmedOpacity : 1.0);
        painter.drawImage(place, m_image);
        painter.setOpacity(1.0);
    }
    if (hasFocus())
        drawFocusFrame(painter, rect(), theme.focus);
}

void MatrixView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        draw();
    QWidget::changeEvent(event);
}

} // namespace spectune
