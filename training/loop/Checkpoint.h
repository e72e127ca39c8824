// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/data/Batcher.h"
#include "training/loop/Trainer.h"
#include "training/nn/AdapterState.h"

#include <cstdint>
#include <filesystem>

namespace spectune {

/// The trainer's triplets as files hold them, on the CPU: [out, r] P, [r] λ, [r, in] Q of every module, masked rows
/// included (their λ is 0).
[[nodiscard]] AdapterState adapterState(const Trainer& trainer, const ResolvedRun& resolved);

/// Where a run stands: what a checkpoint knows beside the tensors.
struct RunPosition {
    std::int64_t step = 0; ///< optimizer steps done, skipped ones included
    DataPosition data;
    double lossLimit = 0.0; ///< DivergenceGuard::limit()
    std::int64_t samples = -1; ///< of the training file; −1: a checkpoint of an earlier version, which has none
    std::int64_t dataBytes = -1; ///< its size, likewise
    bool sameDraws = true; ///< as loaded: dropout goes on where it was
};

/// Writes config.json, state.json and state.safetensors (triplets, both moments, Ī, Ū, mask, dropout's generator) so
/// that the folder appears complete or not at all. @throws Error (Io)
void saveCheckpoint(const std::filesystem::path& folder, const Trainer& trainer, const RunConfig& config,
    const ResolvedRun& resolved, const RunPosition& position);

/// Brings @p trainer to where the checkpoint was; the next step is then what it would have been.
/// @throws Error (Config) where the run's modules, ranks, scale or method differ, naming what; Error (Io)
[[nodiscard]] RunPosition loadCheckpoint(
    const std::filesystem::path& folder, Trainer& trainer, const ResolvedRun& resolved);

/// Whether state.json can be read and the tensors lie where their file's header says; their values are not looked at.
[[nodiscard]] bool looksWhole(const std::filesystem::path& folder);

/// The steps done at a checkpoint. @throws Error (Io)
[[nodiscard]] std::int64_t stepIn(const std::filesystem::path& folder);

/// The adapter in a checkpoint, without its model. @throws Error (Io)
[[nodiscard]] AdapterState adapterOfCheckpoint(const std::filesystem::path& folder);

} // namespace spectune
