// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// Looks closely at the triplets of one matrix: those of the run in work as they stand between two steps, else those of
/// the newest checkpoint. The one request that is answered while a run goes on, at the next step border.
struct InspectTriplets {
    std::string source; ///< a run's folder, a checkpoint or an adapter; empty, or its folder: the run in work
    std::string module; ///< "model.layers.0.self_attn.q_proj"
};

/// P is [out, r], Q [r, in]; r counts the triplets that are there: all of a run in work, the kept ones of a checkpoint.
struct TripletGeometry {
    std::string module;
    bool live = false; ///< of the run in work, not from a file
    std::int64_t step = -1; ///< steps done, which for a run in work the session knows; −1: an adapter's
    std::vector<std::int32_t> triplets; ///< [r] their numbers, 0 … init rank − 1
    std::vector<double> lambda; ///< [r]
    std::vector<double> gramP; ///< [r × r] PᵀP
    std::vector<double> gramQ; ///< [r × r] QQᵀ
    std::vector<double> singular; ///< [r] of PΛQ = ΔW / s, descending; by way of the r × r core, never a dense ΔW
};

} // namespace spectune
