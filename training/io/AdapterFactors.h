// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AdapterState.h"
#include "training/session/Requests.h"

#include <string>

namespace spectune {

/// One matrix's factors as plain values for a front end, without the triplets whose λ is 0. @p module empty: the first
/// matrix that kept a triplet.
/// @throws Error (Config) naming the module where the adapter does not hold it, or holds none
[[nodiscard]] AdapterFactors factorsOf(const AdapterState& adapter, const std::string& module);

} // namespace spectune
