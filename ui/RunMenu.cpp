// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunMenu.h"

#include "ui/RunListModel.h"
#include "visualization/RunTags.h"

#include <QContextMenuEvent>
#include <QKeyEvent>
#include <QListView>

#include <algorithm>
#include <utility>

namespace spectune {

RunMenu::RunMenu(QListView& view, const RunListModel& model, AskCircumstances now)
    : QMenu(&view)
    , m_view(view)
    , m_model(model)
    , m_now(std::move(now))
    , m_actions(new RunActions(this))
{
    setToolTipsVisible(true);
    const RunActions& offered = *m_actions;
    addAction(offered[RunAction::Open]);
    m_compare = addAction(tr("Compare"), this, [this] { Q_EMIT compareWanted(m_run); });
    m_compare->setCheckable(true);
    QAction* notes = addAction(tr("Name, notes and tags"), this, [this] { Q_EMIT notesWanted(m_run); });
    notes->setToolTip(tr("Goes to the fields in which they are written"));
    addSeparator();
    addActions({offered[RunAction::Resume], offered[RunAction::StartAgain], offered[RunAction::Continue],
        offered[RunAction::FixedRanks]});
    addSeparator();
    addActions({offered[RunAction::Export], offered[RunAction::ShowFolder]});
    addSeparator();
    addAction(offered[RunAction::Delete]);
    view.installEventFilter(this);
    view.viewport()->installEventFilter(this);
}

bool RunMenu::openOn(const QModelIndex& index, QPoint place)
{
    const RunRecord* run = m_model.record(index);
    if (!run)
        return false;
    m_run = run->id;
    m_actions->setRun(*run, m_now(*run));
    const std::vector<std::int64_t>& chosen = m_model.chosen();
    const bool ticked = std::ranges::find(chosen, m_run) != chosen.end();
    m_compare->setChecked(ticked);
    m_compare->setEnabled(ticked || chosen.size() < mostComparedRuns);
    m_compare->setToolTip(
        m_compare->isEnabled() ? tr("Ticks or unticks “%1”").arg(run->title()) : RunListModel::fullText());
    popup(place);
    return true;
}

bool RunMenu::openOnCurrent()
{
    const QModelIndex index = m_view.currentIndex();
    m_view.scrollTo(index);
    return openOn(index, m_view.viewport()->mapToGlobal(m_view.visualRect(index).center()));
}

bool RunMenu::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::ContextMenu) {
        const auto& asked = *static_cast<QContextMenuEvent*>(event);
        if (asked.reason() == QContextMenuEvent::Keyboard)
            return openOnCurrent();
        return watched == m_view.viewport() && openOn(m_view.indexAt(asked.pos()), asked.globalPos());
    }
    if (watched == &m_view && event->type() == QEvent::KeyPress) { // on Linux these keys ask for no menu
        const auto& key = *static_cast<QKeyEvent*>(event);
        if (key.key() == Qt::Key_F10 && key.modifiers() == Qt::ShiftModifier)
            return openOnCurrent();
    }
    return QMenu::eventFilter(watched, event);
}

} // namespace spectune
