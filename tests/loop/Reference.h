// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/data/Batcher.h"
#include "training/loop/Trainer.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace spectune::test {

/// tests/reference/trajectory of the source tree.
[[nodiscard]] std::filesystem::path trajectoryFolder();
/// ../shared/data/models/stories260K; may not exist.
[[nodiscard]] std::filesystem::path storiesFolder();

[[nodiscard]] nlohmann::json readJson(const std::filesystem::path& file);

/// The batches that every reference trajectory was trained on; step t takes batch t mod size.
[[nodiscard]] std::vector<Batch> referenceBatches();

/// The configuration that a reference file names by its dotted keys.
[[nodiscard]] RunConfig referenceConfig(const nlohmann::json& reference);

/// A trainer over stories260K as @p config says, starting from @p adapter (a folder of tests/reference/trajectory).
[[nodiscard]] std::unique_ptr<Trainer> referenceTrainer(const RunConfig& config, const std::string& adapter);

} // namespace spectune::test
