// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <QWidget>

#include <vector>

class QVBoxLayout;

namespace spectune {

/// One thing that a key does.
struct ShortcutEntry {
    QString place; ///< the menu, or the part of the window that must have the keyboard
    QString action;
    QString keys; ///< as the desktop writes them, two blanks between alternatives; empty: it has none
};

/// Keys by place: a heading, then a line for each action with its keys as caps at the right end. GUI thread.
class ShortcutList : public QWidget {
    Q_OBJECT
public:
    explicit ShortcutList(QWidget* parent = nullptr);

    /// Entries without keys are left out.
    void setEntries(const std::vector<ShortcutEntry>& entries);
    /// Shows the lines in which all of @p words are, in whatever case; places without one vanish as well.
    void filter(const QStringList& words);
    [[nodiscard]] int shownRows() const;

private:
    struct Row {
        QWidget* widget = nullptr;
        QString words;
        bool shown = true;
    };
    struct Section {
        QString place;
        QWidget* widget = nullptr;
        QVBoxLayout* lines = nullptr;
        std::vector<Row> rows;
    };
    [[nodiscard]] Section& sectionOf(const QString& place);

    QVBoxLayout* m_column = nullptr;
    std::vector<Section> m_sections;
};

} // namespace spectune
