// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"

#include <vector>

namespace spectune::detail {

/// What is wrong with adalora.rank_map, or worth knowing of it, after @p issues; validate() asks for it.
void checkRankMap(const RunConfig& config, const RunFacts& facts, const ResolvedRun& run, std::vector<Issue>& issues);

} // namespace spectune::detail
