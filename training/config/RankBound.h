// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>

namespace spectune {

/// The smallest r with r(r+1)/2 > K·N: from there on LoRA of rank r has no spurious local minima when N samples with K
/// outputs each are fine-tuned in the linearised regime with weight decay (Jang, Lee, Ryu: "LoRA
/// Training in the NTK Regime has No Spurious Local Minima", ICML 2024). A sufficient condition: usually far smaller
/// ranks do. @pre outputs, samples >= 0
[[nodiscard]] std::int64_t rankWithoutSpuriousMinima(std::int64_t outputs, std::int64_t samples) noexcept;

} // namespace spectune
