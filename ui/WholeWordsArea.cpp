// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/WholeWordsArea.h"

#include "ui/KeyValueList.h"

#include <QEvent>
#include <QLayout>
#include <QScrollBar>

#include <algorithm>

namespace spectune {

namespace {

constexpr int mostLoss = 64; ///< px that may stay empty for the sake of a whole line
constexpr int leastRoom = 24; ///< px that show something all the same

/// Where @p line, which reaches over @p end, begins; @p end where it is no line to be kept whole.
int topOf(const QRect& line, int end)
{
    const bool isCut = line.top() < end && line.bottom() >= end;
    return isCut && end - line.top() <= mostLoss ? line.top() : end;
}

/// The row of a KeyValueList at @p list that reaches over @p end; the list where none does.
QRect rowAt(const QRect& list, int end)
{
    if (end <= list.top() || end > list.bottom())
        return list;
    const int above = (end - list.top()) / KeyValueList::rowHeight * KeyValueList::rowHeight;
    return {list.left(), list.top() + above, list.width(), KeyValueList::rowHeight};
}

} // namespace

WholeWordsArea::WholeWordsArea(QWidget* content, const QString& name, QWidget* parent)
    : QScrollArea(parent)
{
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(name);
    content->setObjectName(QStringLiteral("ScrollBody"));
    content->setAttribute(Qt::WA_StyledBackground);
    setWidget(content);
    content->installEventFilter(this);
    connect(verticalScrollBar(), &QScrollBar::valueChanged, this, &WholeWordsArea::fit);
}

bool WholeWordsArea::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == widget() && (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Resize))
        fitLater();
    return QScrollArea::eventFilter(watched, event);
}

void WholeWordsArea::resizeEvent(QResizeEvent* event)
{
    QScrollArea::resizeEvent(event);
    fit();
}

void WholeWordsArea::showEvent(QShowEvent* event)
{
    QScrollArea::showEvent(event);
    fitLater();
}

// The content's lines have their places only once its layout has been at work.
void WholeWordsArea::fitLater()
{
    if (m_waits)
        return;
    m_waits = true;
    QMetaObject::invokeMethod(
        this,
        [this] {
            m_waits = false;
            fit();
        },
        Qt::QueuedConnection);
}

int WholeWordsArea::wholeEnd(int end) const
{
    int whole = end;
    for (const QWidget* part : widget()->findChildren<QWidget*>()) {
        if (!part->isVisibleTo(widget()) || part->layout() != nullptr)
            continue; // what it holds has lines of its own
        const QRect place(part->mapTo(widget(), QPoint()), part->size());
        whole = std::min(whole, topOf(qobject_cast<const KeyValueList*>(part) ? rowAt(place, end) : place, end));
    }
    return whole;
}

void WholeWordsArea::fit()
{
    const int left = viewportMargins().bottom();
    const int room = viewport()->height() + left;
    const int end = verticalScrollBar()->value() + room;
    int cut = 0;
    if (end < widget()->height()) {
        // Beside the line that is left out another may begin higher: until nothing is cut any more.
        int whole = end;
        for (int next = wholeEnd(whole); next < whole; next = wholeEnd(next))
            whole = next;
        cut = end - whole <= room - leastRoom ? end - whole : 0;
    }
    if (cut != left)
        setViewportMargins(0, 0, 0, cut);
}

} // namespace spectune
