// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/WantedStart.h"

#include "app/studio/StudioArguments.h"
#include "ui/MainWindow.h"
#include "ui/RunFolders.h"
#include "ui/StatusLine.h"

#include <QCoreApplication>
#include <QFileInfo>

#include <functional>

namespace spectune {

namespace {

struct StartTexts {
    Q_DECLARE_TR_FUNCTIONS(WantedStart)
};

/// A folder that is not one of a model, from which runs begin.
bool namesRun(const StudioArguments& arguments)
{
    const QString& path = arguments.path;
    return QFileInfo(path).isDir() && (isRunFolder(path) || !isModelFolder(path));
}

bool readsAfterShown(const StudioArguments& arguments)
{
    return arguments.screenshot.isEmpty() && namesRun(arguments);
}

} // namespace

void openWanted(MainWindow& window, const StudioArguments& arguments)
{
    if (arguments.path.isEmpty() && arguments.start) {
        window.openDemo();
    } else if (arguments.path.isEmpty()) {
        window.openFirst();
    } else if (readsAfterShown(arguments)) {
        requireRunFolder(arguments.path);
        window.showWorkspace(Workspace::Live);
    } else if (namesRun(arguments)) {
        window.openRun(arguments.path);
    } else if (QFileInfo(arguments.path).isDir()) {
        window.openPath(arguments.path);
    } else {
        window.openConfig(arguments.path);
    }
}

void openShown(MainWindow& window, const StudioArguments& arguments)
{
    if (!readsAfterShown(arguments))
        return;
    std::function<void()> then;
    if (const QString note = noteOnStart(arguments); !note.isEmpty())
        then = [&window, note] { window.status().setMessage(StartTexts::tr("Not started"), note); };
    window.tryTo([&] { window.openRunSoon(arguments.path, then); });
}

QString noteOnStart(const StudioArguments& arguments)
{
    if (!arguments.start || !namesRun(arguments))
        return {};
    return StartTexts::tr("%1 is a run, which was started before. --start takes its configuration for a new one: "
                          "spectune %1/config.json --start. Resume, in the window, goes on with one that has not "
                          "finished.")
        .arg(QFileInfo(arguments.path).filePath());
}

} // namespace spectune
