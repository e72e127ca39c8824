// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LessonDelegate.h"

#include "ui/RowGround.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/Theme.h"

#include <QAbstractItemView>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int inset = 12;
constexpr int textLeft = 34;
constexpr int titleHeight = 18;
constexpr int padding = 9;
constexpr int numberGap = 8; ///< behind a number

void drawMark(QPainter& painter, QPointF centre, LessonDelegate::Mark mark)
{
    const Theme& theme = Theme::current();
    painter.setBrush(Qt::NoBrush);
    switch (mark) {
    case LessonDelegate::Mark::None: return;
    case LessonDelegate::Mark::Open: painter.setPen(QPen(theme.text3, 1.5)); break;
    case LessonDelegate::Mark::Now:
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme.focus);
        break;
    case LessonDelegate::Mark::Done:
        painter.setPen(QPen(theme.ok, 2.0));
        painter.drawPolyline(QPolygonF {{centre + QPointF(-4, 0), centre + QPointF(-1, 3), centre + QPointF(4, -4)}});
        return;
    }
    painter.drawEllipse(centre, 4.0, 4.0);
}

int detailHeight(const QModelIndex& index, int width)
{
    const QString detail = index.data(LessonDelegate::detailRole).toString();
    if (detail.isEmpty())
        return 0;
    return QFontMetrics(Fonts::caption()).boundingRect(QRect(0, 0, width, 200), Qt::TextWordWrap, detail).height() + 2;
}

/// As wide as the last row's, with all digits equally wide.
double numberWidth(const QModelIndex& index)
{
    return tabularWidth(Fonts::heading(), QString::number(index.model()->rowCount(index.parent())));
}

} // namespace

int LessonDelegate::linesLeft(const QModelIndex& index)
{
    const bool numbered = index.data(numberRole).isValid();
    return textLeft + (numbered ? static_cast<int>(std::ceil(numberWidth(index))) + numberGap : 0);
}

void LessonDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    paintRowGround(
        *painter, option.rect, option.state.testFlag(QStyle::State_Selected) || index.data(openRole).toBool());
    if (option.state.testFlag(QStyle::State_HasFocus))
        drawFocusFrame(*painter, QRectF(option.rect).adjusted(0, 0, 0, -1), theme.focus);
    drawMark(*painter, QPointF(option.rect.left() + inset + 6, option.rect.top() + padding + titleHeight / 2.0),
        static_cast<Mark>(index.data(markRole).toInt()));
    const QRect text = option.rect.adjusted(linesLeft(index), padding, -inset, -padding);
    painter->setFont(Fonts::heading());
    painter->setPen(theme.text);
    if (const QVariant number = index.data(numberRole); number.isValid()) {
        const QRectF column(option.rect.left() + textLeft, text.top(), numberWidth(index), titleHeight);
        drawTabular(*painter, column, Qt::AlignRight, number.toString());
    }
    painter->drawText(QRect(text.left(), text.top(), text.width(), titleHeight), Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, text.width()));
    painter->setFont(Fonts::caption());
    painter->setPen(theme.text3);
    painter->drawText(text.adjusted(0, titleHeight, 0, 0), Qt::TextWordWrap, index.data(detailRole).toString());
    painter->restore();
}

QSize LessonDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    // A list asks with one rectangle when it lays its rows out and with another when it paints them.
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    const int row = view ? view->viewport()->width() : option.rect.width();
    const int width = std::max(80, row - linesLeft(index) - inset);
    return {120, 2 * padding + titleHeight + detailHeight(index, width)};
}

} // namespace spectune
