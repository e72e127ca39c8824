// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/UnseenPages.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QLayout>
#include <QResizeEvent>
#include <QStackedWidget>
#include <QTimerEvent>
#include <QWidget>

namespace spectune {

namespace {

constexpr int turnMilliseconds = 4; ///< a click never waits longer than for this and one widget's layout

/// What Qt does as it shows @p widget.
void layOut(QWidget& widget)
{
    widget.ensurePolished();
    if (widget.testAttribute(Qt::WA_PendingResizeEvent)) {
        widget.setAttribute(Qt::WA_PendingResizeEvent, false);
        QResizeEvent resized(widget.size(), QSize());
        QCoreApplication::sendEvent(&widget, &resized);
    }
    if (QLayout* layout = widget.layout())
        layout->activate();
}

} // namespace

UnseenPages::UnseenPages(QStackedWidget& pages)
    : QObject(&pages)
    , m_stack(pages)
{
    for (int i = 0; i < pages.count(); ++i)
        if (i != pages.currentIndex())
            m_pages << pages.widget(i);
    m_pages += m_pages; // the first time words may move what lies around them
    m_turns.start(0, this);
}

void UnseenPages::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_turns.timerId())
        return;
    QElapsedTimer spent;
    spent.start();
    bool left = m_stack.isVisible();
    while (left && !spent.hasExpired(turnMilliseconds))
        left = goOn();
    if (!left)
        m_turns.stop();
}

bool UnseenPages::goOn()
{
    if (m_ahead.isEmpty() && m_back.isEmpty())
        return beginPage();
    if (m_ahead.isEmpty()) {
        // Upwards: a layout that has been done lets the one around it ask again.
        if (const QPointer<QWidget> widget = m_back.takeLast(); widget && widget->layout())
            widget->layout()->activate();
        return true;
    }
    const QPointer<QWidget> widget = m_ahead.takeLast();
    if (!widget)
        return true;
    layOut(*widget);
    m_back << widget;
    const QObjectList parts = widget->children();
    for (QObject* part : parts)
        if (auto* inner = qobject_cast<QWidget*>(part); inner && !inner->isHidden() && !inner->isWindow())
            m_ahead << inner;
    return true;
}

bool UnseenPages::beginPage()
{
    if (m_pages.isEmpty())
        return false;
    const QPointer<QWidget> page = m_pages.takeFirst();
    const QWidget* shown = m_stack.currentWidget();
    if (!page || !shown || page == shown)
        return true;
    page->setGeometry(shown->geometry());
    m_ahead << page;
    return true;
}

} // namespace spectune
