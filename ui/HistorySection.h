// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"
#include "training/monitor/ReplayReader.h"
#include "visualization/LatestWork.h"

#include <QString>
#include <QTimer>
#include <QWidget>

#include <cstdint>
#include <memory>
#include <vector>

class QLabel;

namespace spectune {

class RunModel;
class TripletHistory;

/// The inspector's "Over the run": the chosen matrix' triplets from event to event, and S of the chosen one.
class HistorySection : public QWidget {
    Q_OBJECT
public:
    struct MatrixHistory {
        std::vector<TripletMoment> moments; ///< [event × rank]
        std::vector<std::int64_t> steps; ///< [event]; so are the thresholds
        std::vector<float> thresholds;
    };

    explicit HistorySection(RunModel& run, QWidget* parent = nullptr);

    void setModule(ModuleIndex module);
    void setSelected(int triplet);
    [[nodiscard]] TripletHistory& history() { return *m_history; }

Q_SIGNALS:
    void tripletActivated(int triplet);
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

private:
    /// replay.bin as the worker knows it: its own reader, for this thread's goes on meanwhile.
    struct WorkersFile {
        QString folder;
        ReplayReader reader;
    };
    void refresh();
    void readSoon(); ///< of a long run: by a worker
    void show(MatrixHistory told);

    RunModel& m_run;
    ModuleIndex m_module;
    ModuleIndex m_shown; ///< whose history is there
    bool m_waits = false; ///< for the worker
    QTimer m_soon; ///< events may come faster than they can be read
    TripletHistory* m_history = nullptr;
    QLabel* m_none = nullptr;
    std::shared_ptr<WorkersFile> m_file = std::make_shared<WorkersFile>();
    LatestWork m_work; ///< the last member: it ends before what its answers touch
};

} // namespace spectune
