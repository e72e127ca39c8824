// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/NoteLabel.h"

#include <QPainter>
#include <QStyle>
#include <QTextLayout>

#include <cmath>

namespace spectune {

namespace {

struct Lines {
    int count = 0;
    double beforeLast = 0.0; ///< px, what the last line but one takes
    bool endsInOneWord = false;
};

Lines linesOf(const QString& text, const QFont& font, int width)
{
    QTextLayout layout(text, font);
    QTextOption option;
    option.setWrapMode(QTextOption::WordWrap);
    layout.setTextOption(option);
    Lines lines;
    double last = 0.0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        ++lines.count;
        lines.beforeLast = last;
        last = line.naturalTextWidth();
        lines.endsInOneWord
            = !QStringView(text).mid(line.textStart(), line.textLength()).trimmed().contains(QLatin1Char(' '));
    }
    layout.endLayout();
    return lines;
}

} // namespace

NoteLabel::NoteLabel(const QString& text)
    : QLabel(text)
{
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
}

int NoteLabel::breakWidth(const QString& text, const QFont& font, int width)
{
    if (text.contains(QLatin1Char('\n'))) // its lines are what is meant
        return width;
    const Lines lines = linesOf(text, font, width);
    if (lines.count < 2 || !lines.endsInOneWord)
        return width;
    const int narrower = static_cast<int>(std::ceil(lines.beforeLast)) - 1; // its last word goes down
    if (narrower >= width) // a word that has no room in its line
        return width;
    const Lines again = linesOf(text, font, narrower);
    return again.count == lines.count && !again.endsInOneWord ? narrower : width;
}

void NoteLabel::paintEvent(QPaintEvent* event)
{
    // A text that can be selected, or has links, is painted by a document of its own.
    const bool plain = textFormat() == Qt::PlainText && wordWrap() && !buddy()
        && (textInteractionFlags() & (Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard)) == 0;
    const QRect whole = contentsRect();
    const int width = plain ? breakWidth(text(), font(), whole.width()) : whole.width();
    if (width == whole.width()) {
        QLabel::paintEvent(event);
        return;
    }
    const Qt::Alignment align = QStyle::visualAlignment(layoutDirection(), alignment());
    const QRect place = QStyle::alignedRect(
        Qt::LeftToRight, (align & Qt::AlignHorizontal_Mask) | Qt::AlignTop, QSize(width, whole.height()), whole);
    QPainter painter(this);
    style()->drawItemText(
        &painter, place, static_cast<int>(align) | Qt::TextWordWrap, palette(), isEnabled(), text(), foregroundRole());
}

} // namespace spectune
