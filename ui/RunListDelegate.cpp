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

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr int rowHeight = 44;
constexpr int tickRoom = 35;
constexpr int padding = 12; ///< as the search field's above
constexpr int tickSide = 14;
constexpr int numberRoom = 52;
constexpr int curveWidth = 68;
constexpr int folderGap = 6; ///< between a name and its folder
constexpr int narrowCurve = 40; ///< in a narrow list

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

void paintTick(QPainter& painter, const QRect& tick, int tag)
{
    if (tag >= 0) {
        RunTag::paint(painter, QPointF(tick.left() - 1.0, tick.top() - 1.0), tag); // 2 px larger, around it
        return;
    }
    painter.setPen(QPen(Theme::current().lineStrong, 1.0));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(QRectF(tick).adjusted(0.5, 0.5, -0.5, -0.5), 3.0, 3.0);
}

} // namespace

QRect RunListDelegate::tickArea(const QRect& row)
{
    return {row.left(), row.top(), tickRoom, row.height()};
}

RunListDelegate::Places RunListDelegate::placesOf(const QRect& row, const RunRowLook& look)
{
    const int numberWidth = std::max(numberRoom, static_cast<int>(std::ceil(tabularWidth(Fonts::body(), look.number))));
    const QRect number(row.left() + row.width() - padding - numberWidth, row.top(), numberWidth, row.height());
    const int left = row.left() + tickRoom;
    const int curve = row.width() < 300 ? narrowCurve : curveWidth;
    const QRect picture(number.left() - curve - 6, row.top() + 11, curve, row.height() - 22);
    return {{row.left() + padding, row.top() + (row.height() - tickSide) / 2, tickSide, tickSide}, number, picture,
        {left, row.top() + 5, picture.left() - left - 8, 17}};
}

QString RunListDelegate::shownName(const RunRowLook& look, int width)
{
    return QFontMetrics(Fonts::heading()).elidedText(look.name, Qt::ElideMiddle, width);
}

RunListDelegate::Title RunListDelegate::titleOf(const RunRowLook& look, int width)
{
    if (look.folder.isEmpty())
        return {.name = shownName(look, width), .folder = {}};
    const QFontMetrics large(Fonts::heading());
    const QFontMetrics small(Fonts::caption());
    const int room = std::max(width / 2, width - large.horizontalAdvance(look.name)) - folderGap;
    Title title;
    title.folder = small.elidedText(look.folder, Qt::ElideMiddle, room);
    title.name = shownName(look, width - folderGap - small.horizontalAdvance(title.folder));
    title.x = large.horizontalAdvance(title.name) + folderGap;
    return title;
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
    const bool focused = option.state.testFlag(QStyle::State_HasFocus);
    paintRowGround(*painter, row, look.tag >= 0, focused);
    const Places places = placesOf(row, look);
    paintTick(*painter, places.tick, look.tag);
    const QRect& words = places.words;
    painter->setFont(Fonts::heading());
    painter->setPen(theme.text);
    const Title title = titleOf(look, words.width());
    painter->drawText(words, Qt::AlignLeft | Qt::AlignVCenter, title.name);
    painter->setFont(Fonts::caption());
    painter->setPen(look.tag >= 0 ? theme.text2 : theme.text3);
    painter->drawText(words.adjusted(title.x, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, title.folder);
    painter->setPen(toneColor(look.tone, look.tag >= 0));
    painter->drawText(words.translated(0, 16), Qt::AlignLeft | Qt::AlignVCenter,
        painter->fontMetrics().elidedText(look.line, Qt::ElideRight, words.width()));
    painter->setPen(QPen(theme.text2, 1.3));
    painter->drawPolyline(sparkline(look.curve, places.curve, look.share));
    painter->setFont(Fonts::body());
    painter->setPen(look.hasNumber ? theme.text : theme.text3);
    drawTabular(*painter, places.number, Qt::AlignRight | Qt::AlignVCenter, look.number);
    if (focused)
        drawFocusFrame(*painter, QRectF(row).adjusted(1, 1, -1, -2), theme.focus);
    painter->restore();
}

} // namespace spectune
