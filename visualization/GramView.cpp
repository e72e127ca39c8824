// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/GramView.h"

#include "visualization/CsvNumber.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double headHeight = 16.0;

} // namespace

GramView::GramView(const QString& name, QWidget* parent)
    : QWidget(parent)
    , m_name(name)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setFocusPolicy(Qt::StrongFocus); // for its menu
    setAccessibleName(name);
}

void GramView::setGram(const std::vector<double>& gram, std::size_t rank)
{
    m_gram = gram;
    m_rank = gram.size() == rank * rank ? rank : 0;
    m_largest = 0.0;
    for (std::size_t i = 0; i < m_rank * m_rank; ++i) {
        const double off = m_gram[i] - (i / m_rank == i % m_rank ? 1.0 : 0.0);
        m_largest = std::max(m_largest, std::abs(off));
    }
    setAccessibleDescription(m_rank == 0 ? QString() : tr("at most %1 from the identity").arg(formatShort(m_largest)));
    update();
}

double GramView::shareAt(std::size_t row, std::size_t column) const
{
    const double off = m_gram[row * m_rank + column] - (row == column ? 1.0 : 0.0);
    return m_largest > 0.0 ? off / m_largest : 0.0;
}

QString GramView::toCsv() const
{
    QString csv = QStringLiteral("row,column,difference\n");
    for (std::size_t i = 0; i < m_rank * m_rank; ++i) {
        const std::size_t row = i / m_rank;
        const std::size_t column = i % m_rank;
        csv += QStringLiteral("%1,%2,%3\n")
                   .arg(QString::number(row + 1), QString::number(column + 1),
                       csvNumber(m_gram[i] - (row == column ? 1.0 : 0.0)));
    }
    return csv;
}

QRectF GramView::square() const
{
    const double side = std::min<double>(width(), height() - headHeight);
    return {0.0, headHeight, side, side};
}

bool GramView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip && m_rank > 0) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const QRectF place = square();
        const QPointF at = (QPointF(help->pos()) - place.topLeft()) / place.width() * static_cast<double>(m_rank);
        if (place.contains(help->pos())) {
            const auto row
                = std::min(static_cast<std::size_t>(at.y()), m_rank - 1); // contains() takes the far edges in
            const auto column = std::min(static_cast<std::size_t>(at.x()), m_rank - 1);
            QToolTip::showText(help->globalPos(),
                tr("%1 at %2, %3: %4")
                    .arg(m_name)
                    .arg(row)
                    .arg(column)
                    .arg(formatFixed(shareAt(row, column) * m_largest, 4)),
                this);
        }
        return true;
    }
    return QWidget::event(event);
}

void GramView::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text3);
    const QString words = m_rank == 0 ? m_name : m_name + QStringLiteral("  ±") + formatShort(m_largest);
    drawTabular(painter, {0.0, 0.0, width() + 0.0, headHeight}, Qt::AlignLeft, words);
    const QRectF place = square();
    if (m_rank == 0)
        painter.fillRect(place, theme.sunken);
    else
        painter.drawImage(place, image()); // no smoothing: a pixel is a number
    if (hasFocus())
        drawFocusFrame(painter, rect(), theme.focus);
}

QImage GramView::image() const
{
    const Theme& theme = Theme::current();
    QImage pixels(static_cast<int>(m_rank), static_cast<int>(m_rank), QImage::Format_RGB32);
    for (std::size_t row = 0; row < m_rank; ++row) {
        for (std::size_t column = 0; column < m_rank; ++column) {
            pixels.setPixelColor(
                static_cast<int>(column), static_cast<int>(row), theme.differenceColor(shareAt(row, column)));
        }
    }
    return pixels;
}

} // namespace spectune
