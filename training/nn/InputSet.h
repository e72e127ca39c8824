// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/MatrixNames.h"
#include "training/monitor/ModuleLayout.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace spectune {

/// The seven linear matrices of a block, by matrixNames.
enum class Matrix { Q, K, V, O, Gate, Up, Down };
/// The matrix that a module's path ends in: "model.layers.0.self_attn.q_proj".
[[nodiscard]] Matrix matrixOf(const ModuleInfo& module);

/// The matrices of a block that read the same input; their weights lie one below the other.
enum class InputSet { Qkv, O, GateUp, Down };
inline constexpr std::array inputSets {InputSet::Qkv, InputSet::O, InputSet::GateUp, InputSet::Down};
[[nodiscard]] std::span<const Matrix> matricesOf(InputSet set);
/// What reads the same input as @p matrix.
[[nodiscard]] InputSet inputSetOf(Matrix matrix);
/// The matrices of a block that read what module @p module reads: from it on, how many. 1 at least.
[[nodiscard]] std::int32_t modulesOfInput(const ModuleLayout& layout, std::size_t module);

} // namespace spectune
