// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LessonDelegate.h"

#include "ui/LessonParts.h"
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
constexpr int titleRoom = 264; ///< px, of title and detail where a text stands beside them
constexpr int narrowTitle = 220; ///< px, where the formula has no room otherwise
constexpr int narrowText = 340; ///< px, likewise
constexpr int columnGap = 32;
constexpr int leastFormula = 320;
constexpr int mostFormula = 560;
constexpr int lineGap = 3; ///< between two lines of a formula

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

int heightOf(const QString& text, const QFont& font, int width)
{
    return text.isEmpty() ? 0
                          : QFontMetrics(font).boundingRect(QRect(0, 0, width, 1000), Qt::TextWordWrap, text).height();
}

/// The lines of a formula: left sides in a column of their own.
struct Formula {
    QStringList lefts;
    QStringList rights;
    int leftWidth = 0; ///< with the gap behind it

    explicit Formula(const QModelIndex& index)
    {
        const QStringList lines = index.data(LessonDelegate::formulaRole).toStringList();
        for (const QString& line : lines) {
            lefts << line.section(QLatin1Char('\t'), 0, 0);
            rights << line.section(QLatin1Char('\t'), 1);
            leftWidth = std::max(leftWidth, QFontMetrics(Fonts::caption()).horizontalAdvance(lefts.back()) + numberGap);
        }
    }

    [[nodiscard]] int heightOf(qsizetype line, int width) const
    {
        return spectune::heightOf(rights[line], Fonts::caption(), width - leftWidth) + lineGap;
    }

    [[nodiscard]] int height(int width) const
    {
        int sum = 0;
        for (qsizetype line = 0; line < rights.size(); ++line)
            sum += heightOf(line, width);
        return sum;
    }

    void paint(QPainter& painter, const QRect& place) const
    {
        const Theme& theme = Theme::current();
        painter.setFont(Fonts::caption());
        int top = place.top();
        for (qsizetype line = 0; line < rights.size(); ++line) {
            const QRect row(place.left(), top, place.width(), heightOf(line, place.width()));
            painter.setPen(theme.text3);
            painter.drawText(row, Qt::AlignLeft, lefts[line]);
            painter.setPen(theme.text);
            painter.drawText(row.adjusted(leftWidth, 0, 0, 0), Qt::TextWordWrap, rights[line]);
            top += row.height();
        }
    }
};

/// As wide as the last row's, with all digits equally wide.
double numberWidth(const QModelIndex& index)
{
    return tabularWidth(Fonts::heading(), QString::number(index.model()->rowCount(index.parent())));
}

/// Of a row with a text, px.
struct Columns {
    int title = titleRoom;
    int text = 0;
};

/// Title and text give way where the formula would have no room beside them, and has some then.
Columns columnsOf(const QModelIndex& index, int row)
{
    const int room = row - LessonDelegate::linesLeft(index) - 2 * columnGap - inset - leastFormula;
    const Columns wide {titleRoom, readingWidth(Fonts::body())};
    const Columns narrow {narrowTitle, std::min(narrowText, wide.text)};
    return room < wide.title + wide.text && room >= narrow.title + narrow.text ? narrow : wide;
}

} // namespace

int LessonDelegate::linesLeft(const QModelIndex& index)
{
    const bool numbered = index.data(numberRole).isValid();
    return textLeft + (numbered ? static_cast<int>(std::ceil(numberWidth(index))) + numberGap : 0);
}

QRect LessonDelegate::textRect(const QModelIndex& index, const QRect& row)
{
    const Columns columns = columnsOf(index, row.width());
    const int left = row.left() + linesLeft(index) + columns.title + columnGap;
    const QRect text(left, row.top() + padding + 1, columns.text, row.height() - 2 * padding);
    const bool fits = text.right() + inset <= row.right();
    return fits && !index.data(textRole).toString().isEmpty() ? text : QRect();
}

QRect LessonDelegate::formulaRect(const QModelIndex& index, const QRect& row)
{
    const QRect text = textRect(index, row);
    const int left = text.right() + 1 + columnGap;
    const int width = std::min(mostFormula, row.right() + 1 - inset - left);
    return text.isEmpty() || width < leastFormula ? QRect() : QRect(left, text.top(), width, text.height());
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
    const QRect beside = textRect(index, option.rect);
    QRect text = option.rect.adjusted(linesLeft(index), padding, -inset, -padding);
    if (!beside.isEmpty())
        text.setWidth(columnsOf(index, option.rect.width()).title);
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
    if (!beside.isEmpty()) {
        if (const QRect place = formulaRect(index, option.rect); !place.isEmpty())
            Formula(index).paint(*painter, place);
        painter->setFont(Fonts::body());
        painter->setPen(theme.text2);
        painter->drawText(beside, Qt::TextWordWrap, index.data(textRole).toString());
    }
    painter->restore();
}

QSize LessonDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    // A list asks with one rectangle when it lays its rows out and with another when it paints them.
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    const int row = view ? view->viewport()->width() : option.rect.width();
    const QString detail = index.data(detailRole).toString();
    const QRect beside = textRect(index, QRect(0, 0, row, 1000));
    const int width = beside.isEmpty() ? std::max(80, row - linesLeft(index) - inset) : columnsOf(index, row).title;
    int height = titleHeight + (detail.isEmpty() ? 0 : heightOf(detail, Fonts::caption(), width) + 2);
    if (!beside.isEmpty()) {
        const QRect place = formulaRect(index, QRect(0, 0, row, 1000));
        const int formula = place.isEmpty() ? 0 : Formula(index).height(place.width());
        const int text = heightOf(index.data(textRole).toString(), Fonts::body(), beside.width());
        height = std::max({height, text + 1, formula + 1});
    }
    return {120, 2 * padding + height};
}

} // namespace spectune
