// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StyleSheetChange.h"

#include <QApplication>
#include <QBasicTimer>
#include <QElapsedTimer>
#include <QEvent>
#include <QFont>
#include <QHash>
#include <QPointer>
#include <QStyle>
#include <QWidget>

namespace spectune {

namespace {

constexpr int turnMilliseconds = 4; ///< of hidden widgets: a turn may paint the whole window as well

void restyle(QWidget& widget)
{
    const QFont font = widget.font(); // Qt brings back the one that the widget had when it was styled first
    widget.style()->polish(&widget);
    QEvent changed(QEvent::StyleChange);
    QCoreApplication::sendEvent(&widget, &changed);
    if (widget.font() != font)
        widget.setFont(font);
}

/// The widgets that do not have the new sheet yet.
class WaitingWidgets : public QObject {
public:
    using QObject::QObject;
    /// All that a style sheet has styled before; the visible ones at once.
    void begin();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the application
    void timerEvent(QTimerEvent* event) override;

private:
    /// With what it lies in. Nothing where @p object does not wait.
    void style(QObject* object);

    QHash<QObject*, QPointer<QWidget>> m_waiting; ///< the keys are only compared: a widget may be gone
    QBasicTimer m_turns;
};

void WaitingWidgets::begin()
{
    m_waiting.clear();
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget* widget : widgets)
        if (widget->testAttribute(Qt::WA_StyleSheet))
            m_waiting.insert(widget, widget);
    const QList<QPointer<QWidget>> all = m_waiting.values();
    for (const QPointer<QWidget>& widget : all)
        if (widget && widget->isVisible())
            style(widget);
    m_turns.start(0, this);
    QCoreApplication::instance()->installEventFilter(this);
}

void WaitingWidgets::style(QObject* object)
{
    const QPointer<QWidget> widget = m_waiting.take(object);
    if (!widget)
        return;
    style(widget->parentWidget()); // colours are inherited
    if (widget)
        restyle(*widget);
}

bool WaitingWidgets::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::Show)
        style(watched);
    return QObject::eventFilter(watched, event);
}

void WaitingWidgets::timerEvent(QTimerEvent* event)
{
    if (event->timerId() != m_turns.timerId())
        return;
    QElapsedTimer spent;
    spent.start();
    while (!m_waiting.isEmpty() && !spent.hasExpired(turnMilliseconds))
        style(m_waiting.cbegin().key());
    if (!m_waiting.isEmpty())
        return;
    m_turns.stop();
    QCoreApplication::instance()->removeEventFilter(this);
}

} // namespace

void changeStyleSheet(QApplication& application, const QString& sheet)
{
    if (application.styleSheet().isEmpty()) {
        application.setStyleSheet(sheet); // makes the style that reads sheets, and styles each widget once
        return;
    }
    // The style forgets which widgets it has styled, so that the application finds none to be styled again.
    QStyle* style = QApplication::style();
    style->unpolish(&application);
    application.setStyleSheet(sheet);
    style->polish(&application);
    static QPointer<WaitingWidgets> waiting;
    if (!waiting)
        waiting = new WaitingWidgets(&application);
    waiting->begin();
}

} // namespace spectune
