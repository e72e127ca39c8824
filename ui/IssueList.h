// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QVBoxLayout;

namespace spectune {

class ConfigForm;
struct Issue;

/// All that is wrong or doubtful in a set-up, in words, each tied to its field, with a button where one value mends it.
class IssueList : public QWidget {
    Q_OBJECT
public:
    explicit IssueList(ConfigForm& form, QWidget* parent = nullptr);

Q_SIGNALS:
    void fieldWanted(const QString& key);

protected:
    bool eventFilter(QObject* card, QEvent* event) override;

private:
    void refresh();
    [[nodiscard]] QWidget* makeCard(const Issue& issue);

    ConfigForm& m_form;
    QVBoxLayout* m_cards = nullptr;
    QString m_shown; ///< what the cards were built from
};

} // namespace spectune
