// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// One module's triplets on the CPU. ΔW = s · P diag(λ) Q, with λ = 1 for a plain LoRA.
struct ModuleAdapter {
    std::string module; ///< "model.layers.0.self_attn.q_proj"
    at::Tensor p; ///< [out, r]; lora_B in PEFT's files
    at::Tensor lambda; ///< [r]; lora_E
    at::Tensor q; ///< [r, in]; lora_A
    std::vector<bool> kept; ///< [init rank]; which triplets the r rows are; empty: all
};

/// An adapter as files hold it, apart from any engine.
struct AdapterState {
    Method method = Method::AdaLora;
    std::int64_t initRank = 0;
    double alpha = 0.0;
    double scale = 0.0; ///< s, as the engine used it
    std::vector<ModuleAdapter> modules; ///< in the model's order; rank 0 is allowed (r = 0)
};

} // namespace spectune
