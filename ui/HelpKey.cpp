// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HelpKey.h"

#include <QVariant>
#include <QWidget>

namespace spectune {

namespace {
constexpr const char* property = "helpKey";
} // namespace

void setHelpKey(QWidget& widget, const QString& key)
{
    widget.setProperty(property, key);
}

QString helpKeyOf(const QWidget* widget)
{
    for (; widget; widget = widget->parentWidget())
        if (const QString key = widget->property(property).toString(); !key.isEmpty())
            return key;
    return {};
}

} // namespace spectune
