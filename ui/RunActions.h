// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunRecord.h"

#include <QObject>

#include <array>

class QAction;

namespace spectune {

/// What can be done with a run of the history.
enum class RunAction { Open, StartAgain, FixedRanks, Resume, Continue, Export, ShowFolder, Delete, Last = Delete };

/// What can be done with one run, as actions. The tool tip of each says of the run by its name what comes of it, or
/// why it cannot be. The bar has those of A, the list's menu those of the row that it opens on.
class RunActions : public QObject {
    Q_OBJECT
public:
    /// What else goes on in this window.
    struct Circumstances {
        bool busy = false; ///< this session's own run goes on: nothing else can be opened or started
        bool opening = false; ///< the run is being opened
    };

    explicit RunActions(QObject* parent = nullptr);

    /// Looks into the run's folder.
    void setRun(const RunRecord& run, const Circumstances& now);
    [[nodiscard]] QAction* operator[](RunAction kind) const { return m_actions.at(static_cast<std::size_t>(kind)); }
    /// What comes next: a run that ended early goes on, or begins anew where it has no checkpoint; any other is
    /// exported.
    [[nodiscard]] RunAction next() const { return m_next; }

Q_SIGNALS:
    void wanted(spectune::RunAction kind, qint64 run);

private:
    /// @param whyNot empty: it can be done
    void set(RunAction kind, const QString& does, const QString& whyNot);
    void setNewRuns(const RunRecord& run, bool readable);
    void setGoingOn(const RunRecord& run, bool busy);

    std::array<QAction*, static_cast<std::size_t>(RunAction::Last) + 1> m_actions {}; ///< by RunAction
    std::int64_t m_run = 0;
    RunAction m_next = RunAction::Export;
};

} // namespace spectune
