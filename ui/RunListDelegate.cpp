// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunListDelegate.h"

#include "ui/RowGround.h"
#include "ui/RunListModel.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/RunTags.h"
#include "visualization/Sparkline.h"
#include "visualization/Theme.h"

#include <QPainter>

namespace spectune {

namespace {

constexpr int rowHeight = 44;
constexpr int tickRoom = 32;
constexpr int numberRoom = 52;
constexpr int curveWidth = 68;

QColor toneColor(RunRowLook::Tone tone, bool chosen)
{
    const Theme& theme = Theme::current();
    switch (tone) {
    case RunRowLook::Tone::Warn: return theme.warn;
    case RunRowLook::Tone::Error: return theme.error;
    case RunRowLook::Tone::Ok: return theme.ok;
    case RunRowLook::Tone::Quiet: break;
    }
    return chosen ? theme.text2 : theme.text3;
}

void paintTick(QPainter& painter, const QRect& row, int tag)
{
    const QPointF corner(row.left() + 8.0, row.center().y() - 7.0);
    if (tag >= 0) {
        RunTag::paint(painter, corner, tag);
        return;
    }
    painter.setPen(QPen(Theme::current().lineStrong, 1.0));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(corner, QSizeF(14.0, 14.0)).translated(1.0, 0.5), 3.0, 3.0);
}

} // namespace

QRect RunListDelegate::tickArea(const QRect& row)
{
    return {row.left(), row.top(), tickRoom, row.height()};
}

QSize RunListDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const
{
    return {240, rowHeight};
}

void RunListDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const auto* model = qobject_cast<const RunListModel*>(index.model());
    if (!model)
        return;
    const RunRowLook look = model->look(index);
    const QRect row = option.rect;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    paintRowGround(*painter, row, look.tag >= 0);
    paintTick(*painter, row, look.tag);
    const bool narrow = row.width() < 300;
    const int curve = narrow ? curveWidth - 18 : curveWidth;
    const QRect number(row.right() - numberRoom - 8, row.top(), numberRoom, row.height());
    const QRect picture(number.left() - curve - 6, row.top() + 11, curve, row.height() - 22);
    const QRect words(row.left() + tickRoom, row.top() + 5, picture.left() - row.left() - tickRoom - 8, 17);
    painter->setFont(Fonts::heading());
    painter->setPen(theme.text);
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(look.name, Qt::ElideRight, words.width()));
    painter->setFont(Fonts::caption());
    painter->setPen(toneColor(look.tone, look.tag >= 0));
    painter->drawText(words.translated(0, 16), Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(look.line, Qt::ElideRight, words.width()));
    painter->setPen(QPen(theme.text2, 1.3));
    painter->drawPolyline(sparkline(look.curve, picture, look.share));
    painter->setFont(Fonts::body());
    painter->setPen(look.hasNumber ? theme.text : theme.text3);
    drawTabular(*painter, number, Qt::AlignRight | Qt::AlignVCenter, look.number);
    if (option.state.testFlag(QStyle::State_HasFocus))
        drawFocusFrame(*painter, QRectF(row).adjusted(1, 1, -1, -2), theme.focus);
    painter->restore();
}

} // namespace spectune
