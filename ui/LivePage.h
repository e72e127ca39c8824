// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"

#include <QWidget>

class QLabel;
class QSplitter;

namespace spectune {

class ConfigForm;
class Inspector;
class RankGrid;
class RunModel;
class RunPlots;
class RunRail;
class Segmented;
class TimelineStrip;

/// The Live workspace: the set-up, the rank heatmap, the curves, the inspector, and the timeline below.
class LivePage : public QWidget {
    Q_OBJECT
public:
    LivePage(RunModel& run, const ConfigForm& form, QWidget* parent = nullptr);

    [[nodiscard]] QSplitter& splitter() { return *m_splitter; }
    [[nodiscard]] RankGrid& grid() { return *m_grid; }
    [[nodiscard]] RunPlots& plots() { return *m_plots; }
    [[nodiscard]] Inspector& inspector() { return *m_inspector; }
    [[nodiscard]] TimelineStrip& timeline() { return *m_timeline; }
    [[nodiscard]] RunRail& rail() { return *m_rail; }
    /// 0 rank, 1 importance, 2 |λ|, 3 orthogonality.
    void setHeatMode(int mode);
    void toggleRail();
    void toggleInspector();
    /// The columns' widths for a window of this width (STUDIO.md, section 1).
    void applyDefaultWidths(int width);

private:
    [[nodiscard]] QWidget* makeGridPanel();
    [[nodiscard]] QWidget* makePlotsPanel();
    void refreshAll();
    void refreshNote();
    void refreshSnapshot();
    void refreshFailure();
    void refreshMarks();

    RunModel& m_run;
    const ConfigForm& m_form;
    QSplitter* m_splitter = nullptr;
    RunRail* m_rail = nullptr;
    RankGrid* m_grid = nullptr;
    Segmented* m_modes = nullptr;
    RunPlots* m_plots = nullptr;
    Segmented* m_ranges = nullptr;
    QWidget* m_railPanel = nullptr;
    QWidget* m_inspectorPanel = nullptr;
    Inspector* m_inspector = nullptr;
    TimelineStrip* m_timeline = nullptr;
};

} // namespace spectune
