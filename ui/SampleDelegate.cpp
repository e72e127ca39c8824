// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SampleDelegate.h"

#include "ui/RowGround.h"
#include "ui/StudioIcons.h"
#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QPainter>
#include <QTextLayout>

namespace spectune {

namespace {

constexpr double margin = 12.0;
constexpr double lineHeight = 16.0;
constexpr double columnGap = 8.0; ///< between the question and the first column

/// Up to two lines, the second elided.
void drawTwoLines(QPainter& painter, const QRectF& rect, const QString& text)
{
    QTextLayout layout(text, painter.font());
    layout.beginLayout();
    const QFontMetricsF metrics(painter.font());
    double y = rect.top();
    for (int number = 0; number < 2; ++number) {
        QTextLine line = layout.createLine();
        if (!line.isValid())
            break;
        line.setLineWidth(rect.width());
        const bool last = number == 1;
        const QString shown = last ? metrics.elidedText(text.mid(line.textStart()), Qt::ElideRight, rect.width())
                                   : text.mid(line.textStart(), line.textLength()).trimmed();
        painter.drawText(QRectF(rect.left(), y, rect.width(), lineHeight), Qt::AlignLeft | Qt::AlignVCenter, shown);
        y += lineHeight;
    }
    layout.endLayout();
}

} // namespace

void SampleDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const
{
    const Theme& theme = Theme::current();
    const QRectF row(option.rect);
    const bool chosen = option.state.testFlag(QStyle::State_Selected);
    painter->save();
    paintRowGround(*painter, option.rect, chosen);
    if (option.state.testFlag(QStyle::State_HasFocus)) {
        painter->setPen(QPen(theme.focus, 2.0));
        painter->drawRect(row.adjusted(1.0, 1.0, -1.0, -2.0));
    }
    const QStringList answers = index.data(AnswersRole).toStringList();
    const QVariantList right = index.data(RightRole).toList();
    double edge = row.right() - margin;
    for (int side = 1; side >= 0; --side) {
        const QRectF cell(edge - sideWidth(), row.top(), sideWidth(), row.height());
        edge -= sideWidth();
        if (side >= right.size())
            continue;
        const bool isRight = right[side].toBool();
        const double mark = 12.0;
        QString text = m_showsAnswers ? answers.value(side) : QString();
        painter->setFont(Fonts::body());
        const double room = cell.width() - mark - 8.0;
        text = QFontMetricsF(painter->font()).elidedText(text, Qt::ElideRight, room);
        const double width = tabularWidth(painter->font(), text);
        const double left = m_showsAnswers ? cell.right() - width - mark - 4.0 : cell.center().x() - mark / 2.0;
        studioIcon(
            isRight ? QStringLiteral("check") : QStringLiteral("cross"), isRight ? IconTone::Ok : IconTone::Error)
            .paint(painter, QRectF(left, cell.center().y() - mark / 2.0, mark, mark).toRect());
        painter->setPen(chosen ? theme.text : theme.text2);
        drawTabular(*painter, cell, Qt::AlignRight | Qt::AlignVCenter, text);
    }
    if (expectedWidth() > 0) {
        painter->setFont(Fonts::bodyMedium());
        painter->setPen(theme.text);
        const QRectF cell(edge - expectedWidth(), row.top(), expectedWidth(), row.height());
        drawTabular(*painter, cell, Qt::AlignRight | Qt::AlignVCenter,
            QFontMetricsF(painter->font())
                .elidedText(index.data(ExpectedRole).toString(), Qt::ElideRight, cell.width() - 6.0));
    }
    painter->setFont(Fonts::caption());
    painter->setPen(chosen ? theme.text : theme.text2);
    drawTwoLines(*painter, questionRect(row), index.data(QuestionRole).toString());
    painter->restore();
}

QRectF SampleDelegate::questionRect(const QRectF& row) const
{
    const double columns = 2.0 * sideWidth() + expectedWidth();
    const double before = columns > 0.0 ? columnGap : 0.0;
    return {row.left() + margin, row.top() + (row.height() - 2.0 * lineHeight) / 2.0,
        row.width() - 2.0 * margin - columns - before, 2.0 * lineHeight};
}

QSize SampleDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& /*index*/) const
{
    return {option.rect.width(), rowHeight};
}

} // namespace spectune
