// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunFinder.h"

#include "ui/MainWindow.h"
#include "ui/PageParts.h"
#include "ui/RunLibrary.h"
#include "ui/StatusLine.h"
#include "visualization/NumberFormat.h"

#include <QDir>
#include <QKeyEvent>

namespace spectune {

namespace {

QString foundWords(const QString& root, int added, int known)
{
    if (added + known == 0)
        return RunFinder::tr("No run was found below %1").arg(root);
    const QString text
        = counted(added, RunFinder::tr("%1 run added from %2"), RunFinder::tr("%1 runs added from %2")).arg(root);
    return text + (known > 0 ? RunFinder::tr(", %1 known already").arg(formatCount(known)) : QString());
}

} // namespace

RunFinder& RunFinder::of(MainWindow& window)
{
    auto* finder = window.findChild<RunFinder*>(QString(), Qt::FindDirectChildrenOnly);
    return finder ? *finder : *new RunFinder(window);
}

RunFinder::RunFinder(MainWindow& window)
    : QObject(&window)
    , m_window(window)
{
    window.installEventFilter(this);
    connect(&window.library(), &RunLibrary::scanned, this,
        [this](const QString& root, int added, int known, int, SearchEnd end) { take(root, added, known, end); });
}

void RunFinder::find(const QString& folder)
{
    const QString root = QDir(folder).absolutePath();
    m_window.status().setMessage({}, tr("%1 is searched for runs… Esc ends the search.").arg(root));
    const bool goesOn = m_searches.contains(root); // and its answer is on the way
    m_searches.insert(root, m_window.workspace());
    if (!goesOn)
        m_window.library().scan(root, droppedLimits);
}

bool RunFinder::eventFilter(QObject* watched, QEvent* event)
{
    const bool ends = event->type() == QEvent::KeyPress && !m_searches.isEmpty()
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape;
    if (ends)
        cancel();
    return ends || QObject::eventFilter(watched, event);
}

void RunFinder::cancel()
{
    for (auto it = m_searches.cbegin(); it != m_searches.cend(); ++it) {
        m_window.status().setMessage({}, tr("The search of %1 ends.").arg(it.key())); // a slow disk answers later
        m_window.library().cancelScan(it.key());
    }
}

void RunFinder::take(const QString& root, int added, int known, SearchEnd end)
{
    const auto search = m_searches.constFind(root);
    if (search == m_searches.cend())
        return;
    const bool stayed = m_window.workspace() == *search;
    m_searches.erase(search); // the next one may begin
    const QString refusal = m_window.library().refusal();
    if (end == SearchEnd::Failed)
        return; // Runs has told why
    if (!refusal.isEmpty()) {
        m_window.status().setMessage(tr("Not done"), refusal);
        return;
    }
    const int found = added + known;
    if (end == SearchEnd::Cancelled) {
        tellCancelled(root, added, known);
        return;
    }
    if (end == SearchEnd::Limited)
        tellLimit(root, added, known);
    else if (found == 0)
        m_window.status().setMessage(tr("Not done"),
            tr("%1 is neither a run's folder (config.json with metrics.jsonl) nor a model's "
               "(config.json with *.safetensors), and there is no run below it.")
                .arg(root));
    else if (added == 0) // else Runs has told how many
        m_window.status().setMessage({},
            counted(known, tr("%1 run below %2, known already."), tr("%1 runs below %2, all known already."))
                .arg(root));
    if (found > 0 && stayed)
        m_window.showWorkspace(Workspace::Runs);
}

void RunFinder::tellLimit(const QString& root, int added, int known)
{
    const QString limit = tr("It holds more than was searched: %1 levels of folders, %2 folders at most. "
                             "Choose a folder nearer to the runs, or “Add runs from disk” in Runs.")
                              .arg(formatCount(droppedLimits.levels), formatCount(droppedLimits.folders));
    m_window.status().setMessage(
        added + known == 0 ? tr("Not done") : tr("Not all"), tr("%1. %2").arg(foundWords(root, added, known), limit));
}

void RunFinder::tellCancelled(const QString& root, int added, int known)
{
    m_window.status().setMessage(
        tr("Cancelled"), tr("%1; the rest was not searched.").arg(foundWords(root, added, known)));
}

} // namespace spectune
