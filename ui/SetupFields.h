// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMap>
#include <QObject>
#include <QStringList>

class QGridLayout;

namespace spectune {

class ConfigForm;
class FieldEditor;

/// Makes the editors of the set-up page, one for each field of the table, and finds them again by key.
class SetupFields : public QObject {
    Q_OBJECT
public:
    explicit SetupFields(ConfigForm& form, QObject* parent = nullptr);

    [[nodiscard]] FieldEditor* make(const QString& key);
    /// A key that something else than an editor shows (the targets grid).
    void markShown(const QString& key, QWidget* widget);
    /// Fills a grid row by row with editors.
    void fill(QGridLayout* grid, const QStringList& keys, int columns, int firstRow = 0);
    [[nodiscard]] FieldEditor* find(const QString& key) const;
    /// Keys of the table without an editor so far, in the table's order.
    [[nodiscard]] QStringList remaining() const;
    /// Gives the keyboard to the field and brings it into view.
    void focus(const QString& key);

Q_SIGNALS:
    void helpWanted(const QString& label, const QString& help);

private:
    ConfigForm& m_form;
    QMap<QString, FieldEditor*> m_editors;
    QMap<QString, QWidget*> m_others;
};

} // namespace spectune
