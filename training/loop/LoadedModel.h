// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/data/Tokenizer.h"
#include "training/io/ModelFolder.h"
#include "training/nn/DecoderModel.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace spectune {

/// A model's folder whose headers and tokenizer have been read, its weights not yet.
struct OpenedModel {
    std::string path;
    std::string stamp; ///< of its files, as they were before the first of them was opened
    ModelFolder folder;
    std::shared_ptr<const Tokenizer> tokenizer;
};

/// @throws Error (Config, Io), where the tokenizer has more ids than the model has rows too
[[nodiscard]] OpenedModel openModel(const std::string& path);

/// The base model that is in memory, so that a second run or a generation need not read it again.
struct LoadedModel {
    std::string path;
    std::string stamp; ///< of the files that it was read from
    std::shared_ptr<DecoderModel> model;
    std::shared_ptr<const Tokenizer> tokenizer;
};

/// Told the blocks that are read; may throw Stopped.
using BlocksRead = std::function<void(std::int64_t done, std::int64_t total)>;

/// Reads the folder's weights onto @p device.
/// @param rank of the triplets to come: the weights are laid out with room for them
/// @throws Error (Config, Io); what @p progress throws
[[nodiscard]] std::shared_ptr<DecoderModel> loadDecoder(const ModelFolder& folder, ElementType type, at::Device device,
    const BlocksRead& progress = {}, std::int64_t rank = 0);

/// Reads the weights, or keeps @p cache's where path, files (size and time), type and device are the same. Where they
/// are not, @p cache is emptied before the weights are read:
/// two models at once may be more than the memory holds. Otherwise as loadDecoder().
[[nodiscard]] LoadedModel loadModel(const OpenedModel& opened, ElementType type, at::Device device, LoadedModel& cache,
    const BlocksRead& progress = {}, std::int64_t rank = 0);

/// The same for a folder that nobody has opened: it stays closed where @p cache has the model.
/// @throws Error as openModel() too
[[nodiscard]] LoadedModel loadModel(
    const std::string& path, ElementType type, at::Device device, LoadedModel& cache, const BlocksRead& progress = {});

/// The name of a weight in the folder's files that holds a value which is no finite number; empty where there is none,
/// and where the files cannot be read any more. Reads all of them.
[[nodiscard]] std::string weightThatIsNotFinite(const std::string& path);

} // namespace spectune
