// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

class QAction;
class QMenu;
class QMenuBar;

namespace spectune {

class MainWindow;
class ShortcutsWindow;

/// The window's menus with their keys.
class StudioActions : public QObject {
    Q_OBJECT
public:
    StudioActions(MainWindow& window, QMenuBar& bar);

    /// Puts a file or folder first in "Open recent".
    static void remember(const QString& path);
    /// What can be done in the present state.
    void refresh();

    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the window: what the desktop wishes has changed

private:
    void addFileMenu(QMenuBar& bar);
    void addRunMenu(QMenuBar& bar);
    void addViewMenu(QMenuBar& bar);
    void addHelpMenu(QMenuBar& bar);
    void addMotion(QMenu& menu);
    void followMotion();
    void fillRecent();

    MainWindow& m_window;
    ShortcutsWindow* m_keys = nullptr;
    QMenu* m_recent = nullptr;
    QAction* m_start = nullptr;
    QAction* m_pause = nullptr;
    QAction* m_step = nullptr;
    QAction* m_stop = nullptr;
    QAction* m_evaluate = nullptr;
    QAction* m_save = nullptr;
    QAction* m_export = nullptr;
    QAction* m_restore = nullptr;
    QAction* m_calm = nullptr;
};

} // namespace spectune
