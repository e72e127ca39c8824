// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ElidedLabel.h"

#include "ui/ElidedApart.h"

#include <QPainter>
#include <QStyle>

namespace spectune {

ElidedLabel::ElidedLabel(QWidget* parent)
    : QLabel(parent)
{
    setTextFormat(Qt::PlainText);
    setMinimumWidth(40);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
}

void ElidedLabel::setAmong(const QStringList& texts)
{
    m_among = texts;
    update();
}

void ElidedLabel::setShorter(const QString& text)
{
    m_shorter = text;
    update();
}

QString ElidedLabel::shownText() const
{
    const int room = contentsRect().width();
    if (const qsizetype place = m_among.indexOf(text()); place >= 0)
        return elidedApart(m_among, fontMetrics(), room).at(place);
    const bool fits = m_shorter.isEmpty() || fontMetrics().horizontalAdvance(text()) <= room;
    return fontMetrics().elidedText(fits ? text() : m_shorter, Qt::ElideRight, room);
}

void ElidedLabel::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    style()->drawItemText(
        &painter, contentsRect(), static_cast<int>(alignment()), palette(), isEnabled(), shownText(), foregroundRole());
}

} // namespace spectune
