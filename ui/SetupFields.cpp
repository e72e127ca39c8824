// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SetupFields.h"

#include "training/config/FieldTable.h"
#include "ui/FieldEditor.h"

#include <QGridLayout>
#include <QScrollArea>

namespace spectune {

SetupFields::SetupFields(ConfigForm& form, QObject* parent)
    : QObject(parent)
    , m_form(form)
{
}

FieldEditor* SetupFields::make(const QString& key)
{
    auto* editor = new FieldEditor(m_form, key);
    connect(editor, &FieldEditor::helpWanted, this, &SetupFields::helpWanted);
    m_editors.insert(key, editor);
    return editor;
}

void SetupFields::markShown(const QString& key, QWidget* widget)
{
    m_others.insert(key, widget);
}

void SetupFields::fill(QGridLayout* grid, const QStringList& keys, int columns, int firstRow)
{
    grid->setHorizontalSpacing(8);
    grid->setVerticalSpacing(7);
    QStringList boxes;
    int place = 0;
    for (const QString& key : keys) {
        if (findField(key.toStdString())->type == FieldType::Boolean) {
            boxes << key;
            continue;
        }
        grid->addWidget(make(key), firstRow + place / columns, place % columns);
        ++place;
    }
    // A check box has its label beside it: it comes last and has a row of its own, so that all columns are equally
    // wide.
    for (const QString& key : boxes)
        grid->addWidget(make(key), grid->rowCount(), 0, 1, columns);
    for (int column = 0; column < columns; ++column)
        grid->setColumnStretch(column, 1);
}

FieldEditor* SetupFields::find(const QString& key) const
{
    return m_editors.value(key);
}

QStringList SetupFields::remaining() const
{
    QStringList keys;
    for (const FieldInfo& info : fields()) {
        const QString key = QString::fromUtf8(info.key);
        if (!m_editors.contains(key) && !m_others.contains(key))
            keys << key;
    }
    return keys;
}

void SetupFields::focus(const QString& key)
{
    FieldEditor* editor = find(key);
    QWidget* widget = editor ? editor : m_others.value(key);
    if (!widget)
        return;
    for (QWidget* parent = widget->parentWidget(); parent; parent = parent->parentWidget())
        if (auto* area = qobject_cast<QScrollArea*>(parent))
            area->ensureWidgetVisible(widget);
    widget->setFocus(Qt::OtherFocusReason);
    if (editor)
        Q_EMIT editor->control().entered();
}

} // namespace spectune
