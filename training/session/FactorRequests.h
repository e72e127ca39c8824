// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// Reads one matrix's triplets of a run as they were last saved.
struct ReadFactors {
    std::string source; ///< a run's folder, a checkpoint or an adapter
    std::string module; ///< "model.layers.0.self_attn.q_proj"; empty: the first that kept a triplet
};

/// ΔW = s · P diag(λ) Q of one matrix; values row by row.
struct AdapterFactors {
    std::vector<std::string> modules; ///< all that the adapter holds, in the model's order
    std::string module; ///< the one that follows
    std::int64_t rows = 0; ///< dOut
    std::int64_t columns = 0; ///< dIn
    double scale = 0.0; ///< s
    std::vector<float> p; ///< [rows × r]
    std::vector<float> lambda; ///< [r], none of them 0; r = 0 is allowed
    std::vector<float> q; ///< [r × columns]
};

} // namespace spectune
