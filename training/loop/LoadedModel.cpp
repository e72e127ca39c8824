// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/LoadedModel.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/loop/Device.h"
#include "training/loop/WeightUpload.h"
#include "training/nn/JoinedTriplets.h"
#include "training/nn/KernelTypes.h"

#include <ATen/ATen.h>

#include <optional>
#include <span>
#include <utility>

namespace spectune {

namespace {

/// Of the folder's configuration, weights and tokenizer.
std::string modelStamp(const std::string& folder)
{
    return stampOf(folder, {".json", ".safetensors", ".model"});
}

void checkVocabulary(const OpenedModel& opened)
{
    const std::int64_t ids = opened.tokenizer->vocabularySize();
    const std::int64_t rows = opened.folder.spec().vocabulary;
    if (ids > rows)
        throw configError(
            "%1: the tokenizer has %2 ids, but config.json says vocab_size %3. The folder mixes two models; "
            "use the tokenizer that came with the weights.",
            opened.path, ids, rows);
}

at::TensorOptions optionsOf(ElementType type, at::Device device)
{
    return at::TensorOptions().dtype(scalarType(type)).device(device);
}

bool holds(const LoadedModel& cache, const std::string& path, const std::string& stamp, at::TensorOptions options)
{
    return cache.model && cache.path == path && cache.stamp == stamp
        && cache.model->options().dtype() == options.dtype() && cache.model->options().device() == options.device();
}

} // namespace

OpenedModel openModel(const std::string& path)
{
    std::string stamp = modelStamp(path); // first: what changes from here on makes it another
    OpenedModel opened {
        .path = path, .stamp = std::move(stamp), .folder = ModelFolder(path), .tokenizer = loadTokenizer(path)};
    checkVocabulary(opened);
    return opened;
}

std::shared_ptr<DecoderModel> loadDecoder(
    const ModelFolder& folder, ElementType type, at::Device device, const BlocksRead& progress, std::int64_t rank)
{
    const at::TensorOptions options = optionsOf(type, device);
    const std::int64_t mostHeadDim = ops::withElementType(
        options.dtype().toScalarType(), []<typename T>(T*) { return kernels::mostHeadDimOnCuda<T>; });
    if (device.is_cuda() && folder.spec().headDim > mostHeadDim)
        throw configError(
            "The model's attention heads have %1 columns, and on a GPU may have up to %2. Choose the CPU.",
            folder.spec().headDim, mostHeadDim);
    std::optional<WeightUpload> upload;
    if (device.is_cuda())
        upload.emplace(device);
    const WeightSource source = [&folder, &upload](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor stored = folder.weight(name, std::span<const std::int64_t>(shape.data(), shape.size()));
        return upload ? (*upload)(stored) : stored;
    };
    return std::make_shared<DecoderModel>(folder.spec(), source, options, progress, joinedRank(rank, options));
}

LoadedModel loadModel(const OpenedModel& opened, ElementType type, at::Device device, LoadedModel& cache,
    const BlocksRead& progress, std::int64_t rank)
{
    if (holds(cache, opened.path, opened.stamp, optionsOf(type, device)))
        return cache;
    cache = {};
    return {.path = opened.path,
        .stamp = opened.stamp,
        .model = loadDecoder(opened.folder, type, device, progress, rank),
        .tokenizer = opened.tokenizer};
}

LoadedModel loadModel(
    const std::string& path, ElementType type, at::Device device, LoadedModel& cache, const BlocksRead& progress)
{
    if (holds(cache, path, modelStamp(path), optionsOf(type, device)))
        return cache;
    return loadModel(openModel(path), type, device, cache, progress);
}

std::string weightThatIsNotFinite(const std::string& path)
{
    try {
        const ModelFolder folder(path);
        for (const SafetensorsFile& file : folder.files()) {
            for (const TensorInfo& info : file.tensors()) {
                const at::Tensor weight = file.tensor(info.name);
                if (weight.is_floating_point() && !at::isfinite(weight).all().item<bool>())
                    return info.name;
            }
        }
    } catch (const Error&) { // it was read before; what has become of it since is another matter
        return {};
    }
    return {};
}

} // namespace spectune
