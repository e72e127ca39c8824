// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QImage>
#include <QSize>

#include <cstdint>
#include <vector>

namespace spectune {

class RunModel;

/// What an animation of a run shows.
struct FrameLook {
    QSize size {1280, 720}; ///< pixels
    bool curves = true; ///< beside the heatmap
    GridMode mode = GridMode::Rank;
    bool transposed = false;
};

/// Paints moments of a run as pictures, in views of its own: the window stays where it is. GUI thread.
class ReplayFrames {
public:
    ReplayFrames(const RunModel& run, const FrameLook& look);
    /// The heatmap, the curves and a line of words as they were after @p step steps.
    [[nodiscard]] QImage at(std::int64_t step);

    /// The beginning and every masking event; of more than @p most of them evenly chosen ones, the last included. A run
    /// without events: @p most moments, evenly.
    [[nodiscard]] static std::vector<std::int64_t> moments(const RunModel& run, std::size_t most);

private:
    [[nodiscard]] QString caption(std::int64_t step, const RankSnapshot* snapshot) const;

    const RunModel& m_run;
    FrameLook m_look;
    RankGrid m_grid;
    RunPlots m_plots;
};

} // namespace spectune
