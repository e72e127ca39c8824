// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/WholeWordsArea.h"

#include "ui/FieldEditor.h"
#include "ui/KeyValueList.h"
#include "visualization/TokenView.h"

#include <QEvent>
#include <QLayout>
#include <QScrollBar>

#include <algorithm>
#include <limits>
#include <vector>

namespace spectune {

namespace {

constexpr int mostLoss = 64; ///< px that may stay empty for the sake of a whole line
constexpr int leastRoom = 24; ///< px that show something all the same
constexpr int leastBelow = 8; ///< px that stay free below the last line
constexpr auto ruleName = "Rule"; ///< see makeRule()
constexpr auto keptWithNext = "keptWithNext"; ///< property of a heading

/// What is not cut through: a widget, or each row of one that paints several.
struct Part {
    QRect place;
    int rowHeight = 0; ///< px; 0: it is one line
    bool heads = false;
};

int rowHeightOf(const QWidget* widget)
{
    if (qobject_cast<const KeyValueList*>(widget))
        return KeyValueList::rowHeight;
    const auto* tokens = qobject_cast<const TokenView*>(widget);
    return tokens && tokens->count() > 0 ? TokenView::rowHeight : 0;
}

std::vector<Part> partsOf(const QWidget& content)
{
    std::vector<Part> parts;
    for (const QWidget* widget : content.findChildren<QWidget*>()) {
        const bool isField = qobject_cast<const FieldEditor*>(widget) != nullptr; // its label stays with its control
        if (!widget->isVisibleTo(&content) || widget->size().isEmpty() || (widget->layout() != nullptr && !isField)
            || widget->objectName() == QLatin1String(ruleName))
            continue; // what a widget with a layout holds has lines of its own
        parts.push_back({.place = QRect(widget->mapTo(&content, QPoint()), widget->size()),
            .rowHeight = rowHeightOf(widget),
            .heads = widget->property(keptWithNext).toBool()});
    }
    return parts;
}

/// The row of @p part that reaches over @p end; all of it where it has none.
QRect rowAt(const Part& part, int end)
{
    const QRect& place = part.place;
    if (part.rowHeight == 0 || end <= place.top() || end > place.bottom())
        return place;
    const int above = (end - place.top()) / part.rowHeight * part.rowHeight;
    return {place.left(), place.top() + above, place.width(), part.rowHeight};
}

/// Where @p line, which reaches over @p end, begins; @p end where it is no line to be kept whole.
int topOf(const QRect& line, int end)
{
    const bool isCut = line.top() < end && line.bottom() >= end;
    return isCut && end - line.top() <= mostLoss ? line.top() : end;
}

/// At or above @p end, where no line is cut. Beside the one that is left out another may begin higher.
int wholeEnd(const std::vector<Part>& parts, int end)
{
    for (int whole = end;; end = whole) {
        for (const Part& part : parts)
            whole = std::min(whole, topOf(rowAt(part, end), end));
        if (whole == end)
            return whole;
    }
}

/// The top of the highest heading above @p end with nothing below it that begins above @p end; else @p end.
int withoutHeadings(const std::vector<Part>& parts, int end)
{
    int whole = end;
    for (const Part& heading : parts) {
        const int below = heading.place.bottom();
        const bool isBare = heading.heads && below < end && std::ranges::none_of(parts, [below, end](const Part& part) {
            return part.place.top() > below && part.place.top() < end;
        });
        whole = isBare ? std::min(whole, heading.place.top()) : whole;
    }
    return whole;
}

/// The top of the highest rule above @p end with nothing below it that begins above @p end; else @p end.
int withoutRules(const QWidget& content, const std::vector<Part>& parts, int end)
{
    int whole = end;
    for (const QWidget* rule : content.findChildren<QWidget*>(QLatin1String(ruleName))) {
        const int top = rule->mapTo(&content, QPoint()).y();
        const bool isBare = rule->isVisibleTo(&content) && top < end
            && std::ranges::none_of(
                parts, [top, end](const Part& part) { return part.place.top() > top && part.place.top() < end; });
        whole = isBare ? std::min(whole, top) : whole;
    }
    return whole;
}

/// The lower edge of the last line that is whole above @p end; far above where something high is cut at @p end.
int lastBottom(const std::vector<Part>& parts, int end)
{
    int last = std::numeric_limits<int>::min();
    for (const Part& part : parts) {
        const QRect& place = part.place;
        if (place.top() >= end)
            continue;
        if (place.bottom() < end)
            last = std::max(last, place.bottom());
        else if (part.rowHeight == 0)
            return std::numeric_limits<int>::min();
        else
            last = std::max(last, end - 1); // its rows end here
    }
    return last;
}

/// A whole line, no heading, and room below it.
int tidyEnd(const std::vector<Part>& parts, int end)
{
    int whole = wholeEnd(parts, end);
    for (;;) {
        int next = wholeEnd(parts, withoutHeadings(parts, whole));
        if (next == whole) {
            const int last = lastBottom(parts, whole);
            if (last < whole - mostLoss || end - last > leastBelow)
                return whole;
            next = wholeEnd(parts, last);
            if (next == last) // it is too high to be left out
                return whole;
        }
        whole = next;
    }
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

void WholeWordsArea::keepWithNext(QWidget& label)
{
    label.setProperty(keptWithNext, true);
}

int WholeWordsArea::cutAbove(int end, int room) const
{
    const std::vector<Part> parts = partsOf(*widget());
    const int tidy = tidyEnd(parts, end);
    const int last = wholeEnd(parts, end);
    for (const int whole : {withoutRules(*widget(), parts, tidy), tidy, withoutRules(*widget(), parts, last), last})
        if (end - whole <= room - leastRoom)
            return end - whole;
    return 0;
}

void WholeWordsArea::fit()
{
    const int left = viewportMargins().bottom();
    const int room = viewport()->height() + left;
    const int end = verticalScrollBar()->value() + room;
    const int cut = end < widget()->height() ? cutAbove(end, room) : 0;
    if (cut != left)
        setViewportMargins(0, 0, 0, cut);
}

} // namespace spectune
