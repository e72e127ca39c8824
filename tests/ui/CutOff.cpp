// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/CutOff.h"

#include "ui/ElidedLabel.h"

#include <QComboBox>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>

namespace spectune::test {

QString cutOff(const QWidget& window)
{
    QString found;
    const auto note = [&found](const char* what, const QString& text, int needs, int has) {
        found += QStringLiteral("%1 '%2' needs %3 px, has %4\n").arg(QLatin1String(what), text).arg(needs).arg(has);
    };
    for (const QLabel* label : window.findChildren<QLabel*>()) {
        const bool free = label->wordWrap() || qobject_cast<const ElidedLabel*>(label);
        if (label->isVisible() && !free && label->sizeHint().width() > label->width())
            note("label", label->text(), label->sizeHint().width(), label->width());
    }
    for (const QPushButton* button : window.findChildren<QPushButton*>())
        if (button->isVisible() && !button->text().isEmpty() && button->minimumSizeHint().width() > button->width())
            note("button", button->text(), button->minimumSizeHint().width(), button->width());
    for (const QComboBox* combo : window.findChildren<QComboBox*>()) {
        const int needs
            = combo->fontMetrics().horizontalAdvance(combo->currentText()) + 36; // padding and arrow, see studio.qss
        if (combo->isVisible() && needs > combo->width())
            note("choice", combo->currentText(), needs, combo->width());
    }
    for (const QScrollArea* area : window.findChildren<QScrollArea*>()) {
        const bool free = area->horizontalScrollBarPolicy() != Qt::ScrollBarAlwaysOff || !area->widget();
        if (area->isVisible() && !free && area->widget()->width() > area->viewport()->width())
            note("column", area->parentWidget()->metaObject()->className(), area->widget()->width(),
                area->viewport()->width());
    }
    return found;
}

} // namespace spectune::test
