// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/FieldControls.h"

#include <QPointer>

class QLabel;

namespace spectune {

class ConfigForm;

/// One field of the table on the page: its control, below its label, and then what is wrong with it. Everything shown
/// comes from the FieldInfo; the value goes to and comes from the ConfigForm.
class FieldEditor : public QWidget {
    Q_OBJECT
public:
    /// @throws Error (Config) where the table has no such key
    FieldEditor(ConfigForm& form, const QString& key, QWidget* parent = nullptr);

    [[nodiscard]] FieldControl& control() const { return *m_control; }
    [[nodiscard]] FieldMark mark() const { return m_mark; }
    [[nodiscard]] QString message() const;
    /// The table's help, with the key, the default, and a link to the glossary, for "What is this?"; the tool tip,
    /// where nothing can be clicked, names the key instead.
    [[nodiscard]] QString help() const;

Q_SIGNALS:
    /// The keyboard is here: the status line shows the field's help.
    void helpWanted(const QString& label, const QString& help);

private:
    [[nodiscard]] QString helpEndingIn(const QString& line) const;
    void showValue(const QString& key);
    void showIssues();

    ConfigForm& m_form;
    QString m_key;
    const FieldInfo& m_info;
    FieldControl* m_control = nullptr;
    QLabel* m_message = nullptr;
    QString m_text; ///< of the message, without its places to break at
    FieldMark m_mark = FieldMark::None;
};

} // namespace spectune
