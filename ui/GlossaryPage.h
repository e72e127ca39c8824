// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/Glossary.h"

#include <QWidget>

class QLineEdit;
class QListWidget;
class QTextBrowser;

namespace spectune {

/// The glossary: a list of terms to search, and the chosen one with its formula, its source and the fields that set it.
class GlossaryPage : public QWidget {
    Q_OBJECT
public:
    explicit GlossaryPage(QWidget* parent = nullptr);

    void showTerm(const QString& id);
    /// The term of a field, with the field's own help. @returns false for an unknown key
    bool showField(const QString& key);
    [[nodiscard]] QString term() const { return m_term; } ///< id of what is shown
    [[nodiscard]] QString text() const; ///< as it is read
    void focusSearch();

Q_SIGNALS:
    void fieldWanted(const QString& key); ///< "to the field"

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void fillList();
    void write();
    /// What sets a term beside what it means, or below.
    void placeColumns(bool beside);
    [[nodiscard]] QString html(const GlossaryTerm& term) const;
    [[nodiscard]] QString termHtml(const GlossaryTerm& term) const; ///< name, meaning, formula, source
    [[nodiscard]] QString fieldsHtml(const GlossaryTerm& term) const; ///< the fields that set it
    [[nodiscard]] QString relatedHtml(const GlossaryTerm& term) const;

    Glossary m_glossary;
    QString m_term;
    QString m_field; ///< the one that was asked for; stands first
    bool m_beside = false;
    QLineEdit* m_search = nullptr;
    QListWidget* m_list = nullptr;
    QTextBrowser* m_view = nullptr;
};

} // namespace spectune
