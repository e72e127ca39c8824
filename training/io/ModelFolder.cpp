// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/ModelFolder.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/nn/DecoderModel.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>
#include <map>
#include <set>

namespace spectune {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view embedding = "model.embed_tokens.weight";
constexpr std::string_view head = "lm_head.weight";

Message howToConvert()
{
    return makeMessage("Convert it once where Python is at hand: "
                       "AutoModelForCausalLM.from_pretrained(FOLDER).save_pretrained(NEW_FOLDER) "
                       "of transformers writes safetensors.");
}

bool isPickle(const fs::path& path)
{
    static const std::set<std::string> endings {".bin", ".pt", ".pth", ".pkl", ".ckpt"};
    return endings.count(path.extension().string()) != 0;
}

void refuseFile(const fs::path& path)
{
    if (isPickle(path))
        throw configError("%1: is a pickle. Pickles can run code, so they are never read. %2", path, howToConvert());
    if (path.extension() == ".gguf")
        throw configError(
            "%1: is a GGUF file, which cannot be trained. Take the model's safetensors folder instead.", path);
    if (path.extension() == ".safetensors")
        throw configError("%1: is one file; model.path must be the folder that holds it beside config.json.", path);
    throw configError("%1: is a file; model.path must be a folder with config.json and *.safetensors.", path);
}

/// Why a folder has no weights, in words.
Message noWeights(const fs::path& folder)
{
    std::string other;
    bool gguf = false;
    for (const fs::path& entry : entriesIn(folder)) {
        if (isPickle(entry))
            other = entry.filename().string();
        gguf = gguf || entry.extension() == ".gguf";
    }
    if (!other.empty())
        return makeMessage(
            "%1: has its weights only as a pickle (%2). Pickles can run code, so they are never read. %3", folder,
            other, howToConvert());
    if (gguf)
        return makeMessage(
            "%1: has its weights only as GGUF, which cannot be trained. Take the safetensors version.", folder);
    return makeMessage("%1: has no model.safetensors and no model.safetensors.index.json.", folder);
}

std::string shapeText(std::span<const std::int64_t> shape)
{
    std::string text = "[";
    for (const std::int64_t side : shape)
        text += (text.size() > 1 ? ", " : "") + std::to_string(side);
    return text + ']';
}

} // namespace

ModelFolder::ModelFolder(fs::path folder)
    : m_folder(std::move(folder))
{
    if (m_folder.empty())
        throw configError("model.path is empty; it must name a model's folder.");
    if (!fileExists(m_folder))
        throw configError("%1: there is no such folder (model.path).", m_folder);
    std::error_code error;
    if (!fs::is_directory(m_folder, error))
        refuseFile(m_folder);
    const fs::path config = m_folder / "config.json";
    if (!fileExists(config)) {
        if (fileExists(m_folder / "adapter_config.json"))
            throw configError("%1: is an adapter, not a model. Name the base model's folder.", m_folder);
        throw configError("%1: has no config.json, so it is no Hugging Face model folder.", m_folder);
    }
    m_spec = ModelSpec::fromJson(readText(config), config.string());
    const fs::path generation = m_folder / "generation_config.json";
    if (fileExists(generation))
        m_spec.addEosTokens(readText(generation), generation.string());
    openFiles();
    if (!contains(embedding))
        throw ioError("%1: its weights have no model.embed_tokens.weight.", m_folder);
    untieOwnHead();
}

void ModelFolder::openFiles()
{
    const fs::path single = m_folder / "model.safetensors";
    const fs::path index = m_folder / "model.safetensors.index.json";
    if (fileExists(single))
        addFile(single);
    else if (fileExists(index))
        openShards(index);
    else
        throw configError(noWeights(m_folder));
}

void ModelFolder::openShards(const fs::path& index)
{
    const nlohmann::json json = readJson(index);
    if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
        throw ioError("%1: must be JSON with an object \"weight_map\".", index);
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : json["weight_map"].items()) {
        if (!shard.is_string())
            throw ioError("%1: weight_map names no file for %2.", index, tensor);
        const auto name = shard.get<std::string>();
        if (name.empty() || fs::path(name).filename() != name || name == "." || name == "..")
            throw ioError("%1: the shard \"%2\" is not a plain file name in this folder.", index, name);
        shards.insert(name);
    }
    for (const std::string& shard : shards) {
        if (!fileExists(m_folder / shard))
            throw ioError("%1: the shard %2 is missing. Was the download finished?", index, shard);
        addFile(m_folder / shard);
    }
    for (const auto& [tensor, shard] : json["weight_map"].items()) {
        const auto found = m_places.find(tensor);
        if (found == m_places.end() || m_files[found->second.file].path().filename() != shard.get<std::string>())
            throw ioError("%1: %2 is not in %3.", index, tensor, shard.get<std::string>());
    }
}

void ModelFolder::addFile(const fs::path& file)
{
    m_files.emplace_back(file);
    for (const TensorInfo& info : m_files.back().tensors()) {
        const auto [place, fresh] = m_places.emplace(info.name, Place {m_files.size() - 1, info.name});
        if (!fresh)
            throw ioError("%1: %2 is in %3 already.", file, info.name, m_files[place->second.file].path());
    }
}

void ModelFolder::untieOwnHead()
{
    if (!m_spec.tiedHead || m_places.count(std::string(head)) == 0)
        return;
    const Place& first = placeOf(embedding);
    const Place& second = placeOf(head);
    const std::string_view vectors = m_files[first.file].bytes(first.storedName);
    const std::string_view own = m_files[second.file].bytes(second.storedName);
    // Mapped files: only a head that is the embedding's copy is read to its end.
    m_spec.tiedHead = vectors.size() == own.size() && std::memcmp(vectors.data(), own.data(), own.size()) == 0;
}

const ModelFolder::Place* ModelFolder::find(std::string_view name) const
{
    constexpr std::string_view prefix = "model.";
    auto found = m_places.find(std::string(name));
    if (found == m_places.end() && name.substr(0, prefix.size()) == prefix)
        found = m_places.find(std::string(name.substr(prefix.size())));
    if (found == m_places.end() && name == embedding && m_spec.tiedHead) // one matrix under its other name
        found = m_places.find(std::string(head));
    return found == m_places.end() ? nullptr : &found->second;
}

bool ModelFolder::contains(std::string_view name) const
{
    return find(name) != nullptr;
}

const ModelFolder::Place& ModelFolder::placeOf(std::string_view name) const
{
    const Place* place = find(name);
    if (place == nullptr)
        throw ioError("%1: its weights have no %2.", m_folder, name);
    return *place;
}

const std::string& ModelFolder::storedName(std::string_view name) const
{
    return placeOf(name).storedName;
}

at::Tensor ModelFolder::weight(std::string_view name) const
{
    const Place* place = &placeOf(name);
    at::Tensor tensor = m_files[place->file].tensor(place->storedName);
    if (!tensor.is_floating_point())
        throw ioError("%1: %2 is stored as %3, must be float32, float16, bfloat16 or float64.",
            m_files[place->file].path(), place->storedName,
            typeName(m_files[place->file].info(place->storedName).dtype));
    return tensor;
}

at::Tensor ModelFolder::weight(std::string_view name, std::span<const std::int64_t> shape) const
{
    at::Tensor tensor = weight(name);
    if (!std::equal(shape.begin(), shape.end(), tensor.sizes().begin(), tensor.sizes().end()))
        throw ioError("%1: %2 has the shape %3, config.json expects %4.", m_folder, name, shapeText(tensor.sizes()),
            shapeText(shape));
    return tensor;
}

ModelSummary ModelFolder::summary() const
{
    ModelSummary summary {.path = m_folder.string(),
        .modelType = m_spec.modelType,
        .layers = m_spec.layers,
        .width = m_spec.width,
        .heads = m_spec.heads,
        .kvHeads = m_spec.kvHeads,
        .vocabulary = m_spec.vocabulary,
        .maxPositions = m_spec.maxPositions,
        .dtype = {},
        .tokenizer = {},
        .matrices = blockMatrices(m_spec),
        .tiedHead = m_spec.tiedHead};
    std::map<std::string, std::int64_t> bytesByType;
    for (const SafetensorsFile& file : m_files) {
        for (const TensorInfo& info : file.tensors()) {
            summary.parameters += info.elements();
            summary.weightBytes += static_cast<std::int64_t>(info.bytes());
            bytesByType[info.dtype] += static_cast<std::int64_t>(info.bytes());
        }
    }
    const auto largest = std::max_element(
        bytesByType.begin(), bytesByType.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    if (largest != bytesByType.end())
        summary.dtype = typeName(largest->first);
    return summary;
}

std::vector<MatrixShape> blockMatrices(const ModelSpec& spec)
{
    std::vector<MatrixShape> matrices;
    for (std::size_t i = 0; i < matrixNames.size(); ++i) {
        const auto [out, in] = matrixShape(spec, static_cast<Matrix>(i));
        matrices.push_back({.kind = std::string(matrixNames[i]), .inFeatures = in, .outFeatures = out});
    }
    return matrices;
}

} // namespace spectune
