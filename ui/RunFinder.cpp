// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunFinder.h"

#include "ui/MainWindow.h"
#include "ui/PageParts.h"
#include "ui/RunLibrary.h"
#include "ui/StatusLine.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>
#include <QDir>

namespace spectune {

namespace {

struct RunFinder {
    Q_DECLARE_TR_FUNCTIONS(RunFinder)
};

constexpr const char* askedFrom = "askedFrom"; ///< the workspace that was before a person then

/// There may be more runs than were found.
void tellLimit(MainWindow& window, const QString& root, int added, int known)
{
    const QString found = added + known == 0
        ? RunFinder::tr("No run was found below %1").arg(root)
        : counted(added, RunFinder::tr("%1 run added from %2"), RunFinder::tr("%1 runs added from %2")).arg(root)
            + (known > 0 ? RunFinder::tr(", %1 known already").arg(formatCount(known)) : QString());
    const QString limit = RunFinder::tr("It holds more than was searched: %1 levels of folders, %2 folders at most. "
                                        "Choose a folder nearer to the runs, or “Add runs from disk” in Runs.")
                              .arg(formatCount(droppedLimits.levels), formatCount(droppedLimits.folders));
    window.status().setMessage(added + known == 0 ? RunFinder::tr("Not done") : RunFinder::tr("Not all"),
        RunFinder::tr("%1. %2").arg(found, limit));
}

} // namespace

void findRunsBelow(MainWindow& window, const QString& folder)
{
    const QString root = QDir(folder).absolutePath();
    window.status().setMessage({}, RunFinder::tr("%1 is searched for runs…").arg(root));
    const QString name = QStringLiteral("search:") + root;
    auto* once = window.findChild<QObject*>(name, Qt::FindDirectChildrenOnly);
    const bool goesOn = once != nullptr; // and its answer is on the way
    if (!goesOn)
        once = new QObject(&window);
    once->setObjectName(name);
    once->setProperty(askedFrom, static_cast<int>(window.workspace()));
    if (goesOn)
        return;
    QObject::connect(&window.library(), &RunLibrary::scanned, once,
        [&window, once, root](const QString& of, int added, int known, int, SearchEnd end) {
            if (of != root)
                return;
            const bool stayed = static_cast<int>(window.workspace()) == once->property(askedFrom).toInt();
            once->setObjectName({}); // the next one may begin
            once->deleteLater();
            const QString refusal = window.library().refusal();
            if (end == SearchEnd::Failed)
                return; // Runs has told why
            if (!refusal.isEmpty()) {
                window.status().setMessage(RunFinder::tr("Not done"), refusal);
            } else if (end == SearchEnd::Limited) {
                tellLimit(window, root, added, known);
                if (added + known > 0 && stayed)
                    window.showWorkspace(Workspace::Runs);
            } else if (added + known == 0) {
                window.status().setMessage(RunFinder::tr("Not done"),
                    RunFinder::tr("%1 is neither a run's folder (config.json with metrics.jsonl) nor a model's "
                                  "(config.json with *.safetensors), and there is no run below it.")
                        .arg(root));
            } else {
                if (added == 0) // else Runs has told how many
                    window.status().setMessage({},
                        counted(known, RunFinder::tr("%1 run below %2, known already."),
                            RunFinder::tr("%1 runs below %2, all known already."))
                            .arg(root));
                if (stayed)
                    window.showWorkspace(Workspace::Runs);
            }
        });
    window.library().scan(root, droppedLimits);
}

} // namespace spectune
