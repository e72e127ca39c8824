// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/Spoken.h"

#include <QAccessible>
#include <QWidget>

namespace spectune::test {

QString spokenName(QWidget* widget)
{
    QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(widget);
    if (!access)
        return {};
    if (access->role() != QAccessible::ComboBox)
        return access->text(QAccessible::Name);
    const auto labels = access->relations(QAccessible::Label);
    return labels.isEmpty() ? QString() : labels.front().first->text(QAccessible::Name);
}

TabStops tabStops(const QWidget& window, TabStopsOf which)
{
    TabStops stops;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        const bool counts = widget->window() == &window && (widget->focusPolicy() & Qt::TabFocus) != 0
            && (widget->isVisible() || which == TabStopsOf::AllThereIs);
        if (!counts || widget->objectName().startsWith(QLatin1String("qt_")))
            continue;
        ++stops.count;
        if (spokenName(widget).trimmed().isEmpty())
            stops.nameless << QStringLiteral("%1 %2 in %3")
                                  .arg(QLatin1String(widget->metaObject()->className()), widget->objectName(),
                                      QLatin1String(widget->parentWidget()->metaObject()->className()));
    }
    return stops;
}

} // namespace spectune::test
