// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/PanelSplitter.h"

#include "visualization/Theme.h"

#include <QKeyEvent>
#include <QPainter>
#include <QRegion>

#include <algorithm>
#include <limits>
#include <utility>

namespace spectune {

namespace {
constexpr int focusWidth = 3; ///< px of the line that has the keyboard
}

PanelBorder::PanelBorder(Qt::Orientation orientation, QSplitter* splitter)
    : QSplitterHandle(orientation, splitter)
{
    setAccessibleName(orientation == Qt::Horizontal ? tr("Border between columns") : tr("Border between rows"));
    setAccessibleDescription(tr("Arrows move it, Home and End to its limits, Esc goes back."));
}

void PanelBorder::takeFocus(QWidget* from)
{
    m_from = from;
    setFocus(Qt::ShortcutFocusReason);
}

void PanelBorder::keyPressEvent(QKeyEvent* event)
{
    const bool plain = (event->modifiers() & ~Qt::KeypadModifier) == Qt::NoModifier;
    if (!plain || !press(event->key()))
        QSplitterHandle::keyPressEvent(event);
}

bool PanelBorder::press(int key)
{
    const bool sideways = orientation() == Qt::Horizontal;
    constexpr int whole = std::numeric_limits<int>::max() / 2;
    if (key == Qt::Key_Escape)
        giveBack();
    else if (key == (sideways ? Qt::Key_Left : Qt::Key_Up))
        moveBy(-keyStep);
    else if (key == (sideways ? Qt::Key_Right : Qt::Key_Down))
        moveBy(keyStep);
    else if (key == Qt::Key_Home || key == Qt::Key_End)
        moveBy(key == Qt::Key_Home ? -whole : whole);
    else
        return false;
    return true;
}

void PanelBorder::moveBy(int pixels)
{
    const int index = splitter()->indexOf(this);
    const QPoint behind = splitter()->widget(index)->pos();
    const int now = (orientation() == Qt::Horizontal ? behind.x() : behind.y()) - splitter()->handleWidth();
    int least = 0;
    int most = 0;
    splitter()->getRange(index, &least, &most);
    moveSplitter(std::max(least, std::min(now + pixels, most)));
}

void PanelBorder::giveBack()
{
    if (m_from && m_from->isVisible())
        m_from->setFocus(Qt::OtherFocusReason);
    else
        focusNextChild();
}

void PanelBorder::focusInEvent(QFocusEvent* event)
{
    QSplitterHandle::focusInEvent(event);
    raise();
    fitMask();
    update();
}

void PanelBorder::focusOutEvent(QFocusEvent* event)
{
    QSplitterHandle::focusOutEvent(event);
    fitMask();
    update();
}

void PanelBorder::resizeEvent(QResizeEvent* event)
{
    QSplitterHandle::resizeEvent(event);
    fitMask();
}

// The handle is wider than what is seen of it, so that a pointer finds it.
void PanelBorder::fitMask()
{
    const QRect line = contentsRect();
    const int more = hasFocus() ? (focusWidth - 1) / 2 : 0;
    setMask(orientation() == Qt::Horizontal ? line.adjusted(-more, 0, more, 0) : line.adjusted(0, -more, 0, more));
}

void PanelBorder::paintEvent(QPaintEvent* event)
{
    if (!hasFocus()) {
        QSplitterHandle::paintEvent(event);
        return;
    }
    QPainter painter(this);
    painter.fillRect(rect(), Theme::current().focus);
}

PanelSplitter::PanelSplitter(Qt::Orientation orientation, QWidget* parent)
    : QSplitter(orientation, parent)
{
    setHandleWidth(1);
    setChildrenCollapsible(false);
}

QSplitterHandle* PanelSplitter::createHandle()
{
    return new PanelBorder(orientation(), this);
}

void PanelSplitter::focusNext(QWidget& window)
{
    QList<PanelBorder*> borders = window.findChildren<PanelBorder*>();
    borders.removeIf([](const PanelBorder* border) { return !border->isVisible(); });
    if (borders.isEmpty())
        return;
    std::ranges::sort(borders, {}, [&window](const PanelBorder* border) {
        const QPoint place = border->mapTo(&window, QPoint());
        return std::pair(place.x(), place.y());
    });
    QWidget* had = window.focusWidget();
    const qsizetype now = borders.indexOf(qobject_cast<PanelBorder*>(had)); // −1: none of them
    borders.at((now + 1) % borders.size())->takeFocus(now < 0 ? had : borders.at(now)->cameFrom());
}

} // namespace spectune
