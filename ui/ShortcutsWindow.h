// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/ShortcutList.h"

class QLineEdit;
class QMenuBar;
class QScrollArea;

namespace spectune {

/// The actions of the menus as they stand, and the keys that no menu names.
[[nodiscard]] std::vector<ShortcutEntry> shortcutEntries(const QMenuBar& menus);

/// A window that lists every key, to be searched by what it does or by the key itself.
class ShortcutsWindow : public QWidget {
    Q_OBJECT
public:
    ShortcutsWindow(const QMenuBar& menus, QWidget* parent);
    void showList(); ///< to the front, read anew
    [[nodiscard]] int shownRows() const;
    [[nodiscard]] QLineEdit& search() { return *m_search; }

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    void filter();

    const QMenuBar& m_menus;
    QLineEdit* m_search = nullptr;
    ShortcutList* m_list = nullptr;
    QScrollArea* m_scroll = nullptr;
};

} // namespace spectune
