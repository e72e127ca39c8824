// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Index.h"
#include "visualization/RankGridPlaces.h"

#include <QWidget>

class QSplitter;

namespace spectune {

class AnimationWindow;
class ConfigForm;
class GridPanel;
class Inspector;
class PlotsPanel;
class RankGrid;
class RunModel;
class RunPlots;
class RunRail;
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
    /// What stands below the grid's cells; empty after the first masking event.
    [[nodiscard]] GridNote note() const;
    /// 0 rank, 1 importance, 2 |λ|, 3 orthogonality, 4 revivals.
    void setHeatMode(int mode);
    void showAnimation();
    [[nodiscard]] AnimationWindow* animation() { return m_animation; } ///< null: not opened yet
    [[nodiscard]] bool isWritingAnimation() const;
    void toggleRail();
    void toggleInspector();
    /// The columns' widths for a window of this width.
    void applyDefaultWidths(int width);
    /// The widths are a person's own from now on: a run of more layers does not change them.
    void keepWidths() { m_keepsWidths = true; }
    [[nodiscard]] bool keepsWidths() const { return m_keepsWidths; }

Q_SIGNALS:
    void animationEnded(); ///< written, cancelled or failed
    /// For the status line.
    void told(const QString& lead, const QString& text);
    void reducedMotionWanted(bool reduced);

private:
    void refreshAll();
    void refreshNote();
    void refreshSnapshot();
    void refreshFailure();
    void refreshMarks();
    [[nodiscard]] int gridWidth(int width) const; ///< px, of the grid's column in a window as wide as @p width
    void fitGrid();

    RunModel& m_run;
    const ConfigForm& m_form;
    QString m_folder; ///< of the run that is shown
    bool m_keepsWidths = false;
    int m_gridWidth = 0; ///< px, asked for last; 0: not yet
    QSplitter* m_splitter = nullptr;
    RunRail* m_rail = nullptr;
    RankGrid* m_grid = nullptr;
    GridPanel* m_gridPanel = nullptr;
    RunPlots* m_plots = nullptr;
    PlotsPanel* m_plotsPanel = nullptr;
    QWidget* m_railPanel = nullptr;
    QWidget* m_inspectorPanel = nullptr;
    Inspector* m_inspector = nullptr;
    TimelineStrip* m_timeline = nullptr;
    AnimationWindow* m_animation = nullptr;
};

} // namespace spectune
