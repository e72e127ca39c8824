// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"

#include <QTimer>
#include <QWidget>

class QLabel;

namespace spectune {

class RunModel;
class TripletHistory;

/// The inspector's "Over the run": the chosen matrix' triplets from event to event, and S of the chosen one.
class HistorySection : public QWidget {
    Q_OBJECT
public:
    explicit HistorySection(RunModel& run, QWidget* parent = nullptr);

    void setModule(ModuleIndex module);
    void setSelected(int triplet);
    [[nodiscard]] TripletHistory& history() { return *m_history; }

Q_SIGNALS:
    void tripletActivated(int triplet);

private:
    void refresh();

    RunModel& m_run;
    ModuleIndex m_module;
    QTimer m_soon; ///< events may come faster than they can be read
    TripletHistory* m_history = nullptr;
    QLabel* m_none = nullptr;
};

} // namespace spectune
