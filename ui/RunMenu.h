// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunActions.h"

#include <QMenu>

#include <functional>

class QListView;
class QModelIndex;

namespace spectune {

class RunListModel;

/// The menu of the history's rows: what the bar offers for A is offered for the run of the row, whatever is compared.
/// A right click opens it, and the menu key or Shift+F10 on the row that the keyboard stands on.
class RunMenu : public QMenu {
    Q_OBJECT
public:
    using AskCircumstances = std::function<RunActions::Circumstances(const RunRecord& run)>;

    /// @param view shows @p model and owns the menu  @param now asked each time that the menu opens
    RunMenu(QListView& view, const RunListModel& model, AskCircumstances now);

    [[nodiscard]] const RunActions& actionsOfRun() const { return *m_actions; }

Q_SIGNALS:
    /// Ticks the run, or unticks it.
    void compareWanted(qint64 run);
    /// Its name, notes and tags are to be written.
    void notesWanted(qint64 run);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// @return false: there is no run
    bool openOn(const QModelIndex& index, QPoint place);
    bool openOnCurrent();

    QListView& m_view;
    const RunListModel& m_model;
    AskCircumstances m_now;
    RunActions* m_actions = nullptr;
    QAction* m_compare = nullptr;
    std::int64_t m_run = 0;
};

} // namespace spectune
