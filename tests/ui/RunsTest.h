// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"

class QListView;

namespace spectune::test {

/// A test of the Runs workspace in the whole window, on runs that it writes into the bench's folder.
class RunsTest : public StudioTest {
    Q_OBJECT
protected:
    [[nodiscard]] RunsPage& page() { return window().runsPage(); }
    /// The runs to choose from; the page's other lists are those of its choices.
    [[nodiscard]] QListView& list();
    /// Writes a run's folder as runs/NAME; before openRuns().
    void write(const QString& name, const WrittenRun& run) { writeRun(m_bench->path("runs/" + name), run); }
    /// Opens the window in Runs with the bench's runs read.
    void openRuns(std::size_t count);
    /// Number of a written run in the library; 0: it has none.
    [[nodiscard]] std::int64_t id(const QString& name);
    /// Chooses runs and waits until each is read, or cannot be.
    void choose(const QStringList& names);
};

} // namespace spectune::test
