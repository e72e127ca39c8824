// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/CachedModelDelegate.h"

#include "ui/RowGround.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/Theme.h"

#include <QPainter>

namespace spectune {

namespace {
constexpr int margin = 8;
constexpr int lineHeight = 17;
} // namespace

QSize CachedModelDelegate::sizeHint(const QStyleOptionViewItem& /*option*/, const QModelIndex& /*index*/) const
{
    return {200, rowHeight};
}

void CachedModelDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const QRect row = option.rect;
    const bool chosen = index.data(ChosenRole).toBool();
    painter->save();
    paintRowGround(*painter, row, chosen);
    const QRect first(row.left() + margin, row.top() + 3, row.width() - 2 * margin, lineHeight);
    const QString size = index.data(SizeRole).toString();
    painter->setFont(Fonts::caption());
    painter->setPen(theme.text2);
    drawTabular(*painter, first, Qt::AlignRight | Qt::AlignVCenter, size);
    const int sizeWidth = static_cast<int>(tabularWidth(Fonts::caption(), size)) + margin;
    painter->setFont(chosen ? Fonts::heading() : Fonts::body());
    painter->setPen(theme.text);
    painter->drawText(first, Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(
            index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, first.width() - sizeWidth));
    painter->setFont(Fonts::caption());
    painter->setPen(index.data(ProblemRole).toBool() ? theme.error : theme.text3);
    painter->drawText(first.translated(0, lineHeight), Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(index.data(LineRole).toString(), Qt::ElideRight, first.width()));
    if (option.state.testFlag(QStyle::State_HasFocus))
        drawFocusFrame(*painter, QRectF(row).adjusted(0.0, 0.0, 0.0, -1.0), theme.focus);
    painter->restore();
}

} // namespace spectune
