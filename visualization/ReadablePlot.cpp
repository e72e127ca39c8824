// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/ReadablePlot.h"

#include "visualization/Marks.h"
#include "visualization/Theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QToolTip>

#include <algorithm>

namespace spectune {

namespace {

constexpr double ringRadius = 6.5; ///< px; clear of the discs that plots draw
constexpr int leastStride = 10; ///< values that Shift skips
constexpr int stridesOfAll = 20; ///< with Shift, that many keys lead through all of them

} // namespace

ReadablePlot::ReadablePlot(QWidget* parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
}

std::optional<int> ReadablePlot::read() const
{
    const int count = valueCount(); // other values than those that were read may have come
    return m_read && count > 0 ? std::optional(std::min(*m_read, count - 1)) : std::nullopt;
}

void ReadablePlot::readNext(int by)
{
    const int count = valueCount();
    const std::optional<int> before = read();
    m_read = before ? std::clamp(*before + by, 0, count - 1) : std::clamp(firstRead(), 0, count - 1);
    bringIntoSight(*m_read);
    const QString words = valueText(*m_read);
    setAccessibleDescription(words);
    QToolTip::showText(mapToGlobal(valuePlace(*m_read)).toPoint(), words, this);
    update();
}

void ReadablePlot::keyPressEvent(QKeyEvent* event)
{
    const Qt::KeyboardModifiers held = event->modifiers() & ~Qt::KeypadModifier;
    const bool sideways = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (!sideways || (held & ~Qt::ShiftModifier) != Qt::NoModifier || valueCount() == 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    const int stride = held.testFlag(Qt::ShiftModifier) ? std::max(leastStride, valueCount() / stridesOfAll) : 1;
    readNext(event->key() == Qt::Key_Left ? -stride : stride);
}

bool ReadablePlot::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* help = static_cast<QHelpEvent*>(event);
    const QString words = textAt(help->pos());
    if (words.isEmpty())
        QToolTip::hideText();
    else
        QToolTip::showText(help->globalPos(), words, this);
    return true;
}

void ReadablePlot::paintFocus(QPainter& painter) const
{
    if (!hasFocus())
        return;
    const Theme& theme = Theme::current();
    if (const std::optional<int> value = read()) {
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing, true);
        painter.setPen(QPen(theme.focus, 2.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(valuePlace(*value), ringRadius, ringRadius);
        painter.restore();
    }
    drawFocusFrame(painter, rect(), theme.focus);
}

} // namespace spectune
