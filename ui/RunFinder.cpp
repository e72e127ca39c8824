// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunFinder.h"

#include "ui/MainWindow.h"
#include "ui/PageParts.h"
#include "ui/RunLibrary.h"
#include "ui/StatusLine.h"

#include <QCoreApplication>
#include <QDir>

namespace spectune {

namespace {

struct RunFinder {
    Q_DECLARE_TR_FUNCTIONS(RunFinder)
};

} // namespace

void findRunsBelow(MainWindow& window, const QString& folder)
{
    const QString root = QDir(folder).absolutePath();
    const Workspace from = window.workspace();
    auto* once = new QObject(&window);
    QObject::connect(&window.library(), &RunLibrary::scanned, once,
        [&window, once, root, from](const QString& of, int added, int known) {
            if (of != root)
                return;
            once->deleteLater();
            const QString refusal = window.library().refusal();
            if (!refusal.isEmpty()) {
                window.status().setMessage(RunFinder::tr("Not done"), refusal);
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
                if (window.workspace() == from)
                    window.showWorkspace(Workspace::Runs);
            }
        });
    window.status().setMessage({}, RunFinder::tr("%1 is searched for runs…").arg(root));
    window.library().scan(root);
}

} // namespace spectune
