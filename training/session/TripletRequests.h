// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// Looks closely at the triplets of one matrix: a paused run's as they stand, else those of the newest checkpoint.
struct InspectTriplets {
    std::string source; ///< a run's folder, a checkpoint or an adapter; ignored while a run is paused
    std::string module; ///< "model.layers.0.self_attn.q_proj"
};

/// P is [out, r], Q [r, in]; r counts the triplets that are there: all while paused, the kept ones of a checkpoint.
struct TripletGeometry {
    std::string module;
    std::int64_t step = -1; ///< of the checkpoint; −1: the paused step, or an adapter's
    std::vector<std::int32_t> triplets; ///< [r] their numbers, 0 … init rank − 1
    std::vector<double> lambda; ///< [r]
    std::vector<double> gramP; ///< [r × r] PᵀP
    std::vector<double> gramQ; ///< [r × r] QQᵀ
    std::vector<double> singular; ///< [r] of PΛQ = ΔW / s, descending; by way of the r × r core, never a dense ΔW
};

} // namespace spectune
