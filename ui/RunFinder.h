// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/SearchLimits.h"

#include <QHash>
#include <QObject>
#include <QString>

namespace spectune {

class MainWindow;
enum class Workspace;

/// Looks for runs below folders that were dropped on a window. A search goes no further than droppedLimits, and says so
/// where there is more; Escape ends it, where nothing else in the window wants that key. GUI thread; the disk is read
/// on the history's.
class RunFinder : public QObject {
    Q_OBJECT
public:
    /// The window's own, which is made at the first question.
    [[nodiscard]] static RunFinder& of(MainWindow& window);

    /// Adds the runs below @p folder to the history, as "Add runs from disk" does, tells how many there are, and shows
    /// them in Runs, unless the window has gone on to another workspace by then. Without any the folder is refused in
    /// words. A folder that is being searched is not searched twice.
    void find(const QString& folder);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< of the window: Escape

private:
    explicit RunFinder(MainWindow& window);

    void cancel();
    void take(const QString& root, int added, int known, SearchEnd end);
    /// There may be more runs than were found.
    void tellLimit(const QString& root, int added, int known);
    void tellCancelled(const QString& root, int added, int known);

    MainWindow& m_window;
    QHash<QString, Workspace> m_searches; ///< by folder: the workspace that was before a person who asked for it
};

} // namespace spectune
