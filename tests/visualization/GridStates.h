// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/visualization/SampleRun.h"
#include "visualization/RankGridState.h"

namespace spectune::test {

/// What a rank grid of @p geometry paints of @p run at step 1,106, coloured and ready.
[[nodiscard]] inline RankGridState stateOf(const SampleRun& run, GridMode mode, const RankGridGeometry& geometry)
{
    RankGridState state;
    state.view = GridView::Ranks;
    state.mode = mode;
    state.setLayout(run.layout());
    state.snapshot = run.snapshot(1106);
    state.geometry = geometry;
    state.updateScale();
    state.refreshLooks();
    return state;
}

} // namespace spectune::test
