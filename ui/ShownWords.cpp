// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ShownWords.h"

#include "ui/LivePage.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPlaces.h"
#include "visualization/RunPlots.h"

#include <QAbstractButton>
#include <QAbstractSlider>
#include <QComboBox>
#include <QFontMetrics>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QSplitterHandle>

#include <algorithm>

namespace spectune {

namespace {

std::vector<QRectF> linesOf(const QLabel& label)
{
    std::vector<QRectF> lines;
    if (label.text().isEmpty())
        return lines;
    const QFontMetrics metrics(label.font());
    const int flags = static_cast<int>(label.alignment()) | (label.wordWrap() ? Qt::TextWordWrap : 0);
    const QRectF all = metrics.boundingRect(label.contentsRect(), flags, label.text()) & label.contentsRect();
    const int count = std::max(1, qRound(all.height() / metrics.lineSpacing()));
    for (int line = 0; line < count; ++line)
        lines.emplace_back(all.left(), all.top() + line * all.height() / count, all.width(), all.height() / count);
    return lines;
}

class Collector {
public:
    Collector(LivePage& live, const QWidget& window)
        : m_live(live)
        , m_window(window)
    {
    }

    std::vector<QRect> collect()
    {
        visit(m_live, inWindow(m_live, m_live.rect()));
        return m_words;
    }

private:
    [[nodiscard]] QRect inWindow(const QWidget& widget, const QRect& rect) const
    {
        return {widget.mapTo(&m_window, rect.topLeft()), rect.size()};
    }

    void add(const QWidget& widget, const std::vector<QRectF>& places, const QRect& seen)
    {
        for (const QRectF& place : places)
            if (const QRect part = inWindow(widget, place.toAlignedRect()) & seen; !part.isEmpty())
                m_words.push_back(part);
    }

    /// @param seen the part of the window in which @p parent's own widgets are to be seen
    void visit(const QWidget& parent, const QRect& seen)
    {
        for (const QObject* child : parent.children()) {
            const auto* widget = qobject_cast<const QWidget*>(child);
            if (!widget || widget->isWindow() || widget->isHidden())
                continue;
            if (const QRect part = inWindow(*widget, widget->rect()) & seen; !part.isEmpty())
                take(*widget, part);
        }
    }

    void take(const QWidget& widget, const QRect& seen)
    {
        if (qobject_cast<const QScrollBar*>(&widget) || qobject_cast<const QSplitterHandle*>(&widget)
            || widget.objectName() == QLatin1String("Rule"))
            return;
        if (&widget == &m_live.grid())
            add(widget, gridWords(m_live.grid().gridGeometry(), m_live.note()), seen);
        else if (&widget == &m_live.plots())
            add(widget, m_live.plots().words(), seen);
        else if (const auto* label = qobject_cast<const QLabel*>(&widget))
            add(widget, linesOf(*label), seen);
        else if (isWhole(widget))
            m_words.push_back(seen);
        else
            visit(widget, seen);
    }

    /// What a person reads or uses as one thing: controls, and what paints itself.
    [[nodiscard]] static bool isWhole(const QWidget& widget)
    {
        const bool control = qobject_cast<const QAbstractButton*>(&widget) || qobject_cast<const QComboBox*>(&widget)
            || qobject_cast<const QLineEdit*>(&widget) || qobject_cast<const QAbstractSlider*>(&widget);
        const bool list
            = qobject_cast<const QAbstractScrollArea*>(&widget) && !qobject_cast<const QScrollArea*>(&widget);
        const bool empty = widget.findChild<QWidget*>(QString(), Qt::FindDirectChildrenOnly) == nullptr;
        const bool plain = widget.metaObject() == &QWidget::staticMetaObject; // holds a place open
        return control || list || (empty && !plain);
    }

    LivePage& m_live;
    const QWidget& m_window;
    std::vector<QRect> m_words;
};

} // namespace

std::vector<QRect> shownWords(LivePage& live, const QWidget& window)
{
    return Collector(live, window).collect();
}

} // namespace spectune
