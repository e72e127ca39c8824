// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LessonParts.h"

#include "ui/PageParts.h"

#include <QFontMetricsF>
#include <QHBoxLayout>
#include <QLabel>

namespace spectune {

namespace {

constexpr int headRoom = 24; // px, of a small button: the line is as high where it has none
constexpr double alphabets = 2.7; // as wide as 80 characters of English

} // namespace

QHBoxLayout* makeLessonHead(const QString& name, const QString& about)
{
    auto* row = makePanelHeader();
    row->addStrut(headRoom);
    row->addWidget(makeHeading(name));
    if (!about.isEmpty())
        row->addWidget(makeText(about, "second"));
    row->addStretch();
    return row;
}

int readingWidth(const QFont& font)
{
    return qRound(alphabets * QFontMetricsF(font).horizontalAdvance(QStringLiteral("abcdefghijklmnopqrstuvwxyz")));
}

QHBoxLayout* readable(QLabel* label)
{
    label->setMaximumWidth(readingWidth(label->font()));
    // A column would ask for the height at its own width, which is more than the label gets.
    auto* row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(label, 1);
    row->addStretch();
    return row;
}

} // namespace spectune
