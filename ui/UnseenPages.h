// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBasicTimer>
#include <QList>
#include <QObject>
#include <QPointer>

class QStackedWidget;
class QWidget;

namespace spectune {

/// Lays out the pages of a stack that nobody has seen yet, at the size of the one in sight, so that a first visit costs
/// no more than a later one. Qt would do all of it within the click that shows a page. A few milliseconds at each turn
/// of the event loop, without showing or painting anything; it ends with the last page, and when the window closes.
/// GUI thread.
class UnseenPages : public QObject {
    Q_OBJECT
public:
    /// Begins with the next turn. @param pages of a window in sight; owns this
    explicit UnseenPages(QStackedWidget& pages);

    [[nodiscard]] bool isDone() const { return !m_turns.isActive(); }

protected:
    void timerEvent(QTimerEvent* event) override;

private:
    /// Does a widget's part. @returns false: nothing is left
    bool goOn();
    bool beginPage();

    QStackedWidget& m_stack;
    QList<QPointer<QWidget>> m_pages;
    QList<QPointer<QWidget>> m_ahead; ///< of the page whose turn it is; the last one is the next
    QList<QPointer<QWidget>> m_back; ///< those that have their sizes, in that order
    QBasicTimer m_turns;
};

} // namespace spectune
