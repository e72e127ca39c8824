// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QButtonGroup;
class QLabel;
class QMenuBar;

namespace spectune {

/// Menus, workspaces and the run's name in one line of 30 px.
class TopBar : public QWidget {
    Q_OBJECT
public:
    explicit TopBar(const QStringList& workspaces, QWidget* parent = nullptr);

    [[nodiscard]] QMenuBar& menus() { return *m_menus; }
    void setWorkspace(int index);
    void setMeta(const QString& text);
    /// Behind the last workspace: "4 of 10" while the tour goes on; empty: nothing.
    void setTourPlace(const QString& text);

Q_SIGNALS:
    void workspaceChosen(int index);

private:
    QMenuBar* m_menus = nullptr;
    QButtonGroup* m_tabs = nullptr;
    QLabel* m_tourPlace = nullptr;
    QLabel* m_meta = nullptr;
};

} // namespace spectune
