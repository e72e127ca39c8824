// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ScrollGutter.h"

#include <QEvent>
#include <QLayout>
#include <QScrollArea>
#include <QScrollBar>

namespace spectune {

ScrollGutter::ScrollGutter(QScrollArea& area, QLayout& block)
    : QObject(&area)
    , m_area(area)
    , m_block(block)
    , m_margins(block.contentsMargins())
{
    area.verticalScrollBar()->installEventFilter(this);
    fit(area.verticalScrollBar()->isVisible());
}

bool ScrollGutter::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Show || event->type() == QEvent::Hide)
        fit(event->type() == QEvent::Show);
    return QObject::eventFilter(watched, event);
}

void ScrollGutter::fit(bool isShown)
{
    QMargins margins = m_margins;
    if (isShown)
        margins.setRight(margins.right() + m_area.verticalScrollBar()->sizeHint().width());
    m_block.setContentsMargins(margins);
}

} // namespace spectune
