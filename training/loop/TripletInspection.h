// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AdapterState.h"
#include "training/session/Requests.h"

#include <string>

namespace spectune {

class Trainer;

/// Gram matrices and the singular values of PΛQ, in double precision. With P = Q_P R_P and Qᵀ = Q_Q R_Q they are those
/// of the r × r core R_P Λ R_Qᵀ: the cost is O((out + in) · r²).
[[nodiscard]] TripletGeometry geometryOf(const ModuleAdapter& module);

/// The same of a run in work, whose arena may have let its dropped triplets go (adalora.shrink).
/// @throws Error (Config) where the run does not adapt the module
[[nodiscard]] TripletGeometry geometryInRun(const Trainer& trainer, const std::string& module);

/// The same of the newest checkpoint of a run's folder, of a checkpoint or an adapter.
/// @throws Error (Config) where the module is not adapted there; as loadAdapterState()
[[nodiscard]] TripletGeometry geometryInFolder(const InspectTriplets& request);

} // namespace spectune
