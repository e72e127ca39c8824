// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/io/Safetensors.h"
#include "training/nn/ModelSpec.h"
#include "training/session/Requests.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace spectune {

/// A Hugging Face model folder: config.json and safetensors, one file or shards with an index. Nothing in it is ever
/// executed or unpickled. Opening reads the headers alone; weights are mapped and read when asked for.
class ModelFolder {
public:
    /// @throws Error (Config, Io) naming the folder or file: not there, not a folder, a .pt or .gguf file, no
    /// config.json, no safetensors (with the way to convert), an unsupported model, a broken header,
    /// a shard that is missing
    explicit ModelFolder(std::filesystem::path folder);

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return m_folder; }
    /// tiedHead is what the weights say: config.json may claim it although the files hold another head.
    [[nodiscard]] const ModelSpec& spec() const noexcept { return m_spec; }

    /// @param name as transformers names it: "model.layers.0.self_attn.q_proj.weight", "model.embed_tokens.weight",
    /// "lm_head.weight". A file that leaves out "model." is found too.
    [[nodiscard]] bool contains(std::string_view name) const;
    /// The tensor as stored (type and shape), on the CPU, a read-only view of the file.
    /// @throws Error (Io) naming the tensor and the folder
    [[nodiscard]] at::Tensor weight(std::string_view name) const;
    /// The same, checked. @throws Error (Io) naming the expected shape and the one found
    [[nodiscard]] at::Tensor weight(std::string_view name, std::span<const std::int64_t> shape) const;

    /// The files that hold the weights, by name.
    [[nodiscard]] const std::vector<SafetensorsFile>& files() const noexcept { return m_files; }
    /// The name under which a file holds the weight. @throws Error (Io) as weight()
    [[nodiscard]] const std::string& storedName(std::string_view name) const;

    /// From the headers alone; `tokenizer` stays empty (see inspectModel() in data/Preview.h).
    [[nodiscard]] ModelSummary summary() const;

private:
    struct Place {
        std::size_t file = 0;
        std::string storedName;
    };
    void openFiles();
    void openShards(const std::filesystem::path& index);
    void addFile(const std::filesystem::path& file);
    /// A head of its own in the files overrules tie_word_embeddings, as it does for transformers.
    void untieOwnHead();
    [[nodiscard]] const Place* find(std::string_view name) const;
    [[nodiscard]] const Place& placeOf(std::string_view name) const;

    std::filesystem::path m_folder;
    ModelSpec m_spec;
    std::vector<SafetensorsFile> m_files;
    std::unordered_map<std::string, Place> m_places; ///< by stored name
};

/// Linear matrices of one block in the model's order, with their shapes (q, k, v, o, gate, up, down).
[[nodiscard]] std::vector<MatrixShape> blockMatrices(const ModelSpec& spec);

} // namespace spectune
