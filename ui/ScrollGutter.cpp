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
    // A style sheet that comes later gives the bar another width.
    if (event->type() == QEvent::Show || event->type() == QEvent::Hide || event->type() == QEvent::Resize)
        fit(m_area.verticalScrollBar()->isVisible());
    return QObject::eventFilter(watched, event);
}

void ScrollGutter::fit(bool isShown)
{
    QMargins margins = m_margins;
    if (isShown)
        margins.setRight(margins.right() + m_area.verticalScrollBar()->width());
    m_block.setContentsMargins(margins);
}

} // namespace spectune
