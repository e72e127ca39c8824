// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/TrainingEngine.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace spectune::test {

/// What the scene's engine shall do; shared with the test. Set before the start.
struct Scene {
    std::int64_t layers = 6;
    std::int64_t steps = 800;
    std::int64_t failAt = -1; ///< throws out-of-memory before this step; -1: never
    std::int64_t waitAt = -1; ///< goes on only once `open` is set; -1: never
    std::atomic<bool> open {false};
    std::int64_t fillsAt = -1; ///< sets diskFull after this step; -1: never
    std::atomic<bool> diskFull {false}; ///< a step, or the last checkpoint, waits until it can be written
    bool stopFails = false; ///< what a stop would save cannot be saved, and trying again is no use
    std::atomic<bool> prepareWaits {false}; ///< a start waits in its preparation until this is false again
    std::string dtype = "float32"; ///< of the base's weights
    std::string exportWaits; ///< this format waits at matrix 27 until `exportOpen` is set
    std::string exportFails; ///< this format says that the disk is full
    std::string exportDiffers; ///< this format is read back wrong
    std::atomic<bool> exportOpen {false};
    std::string answer; ///< what both sides generate; empty: words of their own
    std::atomic<bool> answerWaits {false}; ///< an answer stops behind its first word, a check at once
    std::atomic<int> deviceQuestions {0}; ///< how often the device's memory was asked for
    // What the last start asked for; of the engine's thread until the run has ended.
    RunConfig config;
    std::vector<AppliedEdit> edits;
    bool writesFiles = false; ///< config.json, metrics.jsonl, ranks.jsonl as a real run
};

/// An engine that plays a plausible AdaLoRA run as plain values: losses that fall, a budget that follows the real
/// schedule, triplets that are pruned and come back. Deterministic; answers every request.
[[nodiscard]] EngineFactory sceneFactory(std::shared_ptr<Scene> scene);

/// The model that the scene's engine answers with: @p layers × (q, k, v, o, gate, up, down), width 128.
[[nodiscard]] ModelSummary sceneModel(std::int64_t layers);

} // namespace spectune::test
