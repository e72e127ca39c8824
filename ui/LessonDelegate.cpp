// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LessonDelegate.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QAbstractItemView>
#include <QPainter>

namespace spectune {

namespace {

constexpr int inset = 12;
constexpr int textLeft = 34;
constexpr int titleHeight = 18;
constexpr int padding = 9;

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

} // namespace

void LessonDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    painter->fillRect(option.rect, chosen ? theme.raised : theme.panel);
    if (chosen)
        painter->fillRect(QRect(option.rect.left(), option.rect.top(), 3, option.rect.height()), theme.text);
    painter->fillRect(QRect(option.rect.left(), option.rect.bottom(), option.rect.width(), 1), theme.line);
    drawMark(*painter, QPointF(option.rect.left() + inset + 6, option.rect.top() + padding + titleHeight / 2.0),
        static_cast<Mark>(index.data(markRole).toInt()));
    const QRect text = option.rect.adjusted(textLeft, padding, -inset, -padding);
    painter->setFont(Fonts::heading());
    painter->setPen(theme.text);
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
    const int width = std::max(80, row - textLeft - inset);
    return {120, 2 * padding + titleHeight + detailHeight(index, width)};
}

} // namespace spectune
