// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/MergePlan.h"

#include "training/core/Error.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <array>
#include <map>

namespace spectune {

namespace {

constexpr std::int64_t pieceElements = std::int64_t {1} << 22U; ///< 32 MB of float64

bool isFloating(const std::string& dtype)
{
    return dtype == "F32" || dtype == "BF16" || dtype == "F16" || dtype == "F64";
}

/// The tensor's bytes as a tensor of bytes: a view into the mapping, which the folder keeps open.
at::Tensor asBytes(std::string_view bytes)
{
    return at::from_blob(const_cast<char*>(bytes.data()), {static_cast<std::int64_t>(bytes.size())}, at::kByte);
}

bool isFinite(const at::Tensor& tensor)
{
    return at::isfinite(tensor).all().item<bool>();
}

/// What is not finite must not be found by whoever loads the model.
void refuseOverflow(const std::string& name, const at::Tensor& base, const at::Tensor& exact, const at::Tensor& stored)
{
    if (isFinite(stored))
        return;
    if (!isFinite(base))
        throw configError("%1 of the base model holds values that are not finite (inf or NaN): its file is damaged, or "
                          "the model was saved broken. Get the model's files anew.",
            name);
    if (!isFinite(exact))
        throw configError("%1: ΔW holds values that are not finite (inf or NaN): the adapter is broken.", name);
    std::array<char, 32> largest {};
    std::snprintf(largest.data(), largest.size(), "%.3g", exact.abs().max().item<double>());
    throw configError("%1: W0 + ΔW reaches %2, which does not fit into %3. Export with --dtype float32.", name,
        largest.data(), c10::toString(stored.scalar_type()));
}

} // namespace

TensorPlan MergedTensor::plan() const
{
    const TensorInfo& info = file->info(name);
    return {name, type ? std::string(dtypeName(*type)) : info.dtype, info.shape};
}

void MergedTensor::forEachPiece(double scale, const std::function<void(const MergedPiece&)>& take) const
{
    const auto pieces = [&take](const at::Tensor& tensor, std::int64_t perPiece, const auto& make) {
        for (std::int64_t begin = 0; begin < tensor.size(0); begin += perPiece)
            take(make(begin, std::min(perPiece, tensor.size(0) - begin)));
    };
    if (!type) {
        const at::Tensor bytes = asBytes(file->bytes(name));
        pieces(bytes, 8 * pieceElements, [&](std::int64_t begin, std::int64_t count) {
            return MergedPiece {.stored = bytes.narrow(0, begin, count), .exact = {}, .delta = {}};
        });
        return;
    }
    const at::Tensor base = file->tensor(name);
    if (rows == nullptr) {
        const at::Tensor flat = base.reshape({-1});
        pieces(flat, pieceElements, [&](std::int64_t begin, std::int64_t count) {
            const at::Tensor exact = flat.narrow(0, begin, count);
            MergedPiece piece {.stored = exact.to(*type), .exact = {}, .delta = {}};
            refuseOverflow(name, exact, exact, piece.stored);
            return piece;
        });
        return;
    }
    const at::Tensor left = rows->scaledP(scale);
    pieces(base, std::max<std::int64_t>(1, pieceElements / base.size(1)), [&](std::int64_t begin, std::int64_t count) {
        MergedPiece piece {.stored = {}, .exact = {}, .delta = at::mm(left.narrow(0, begin, count), rows->q)};
        piece.exact = base.narrow(0, begin, count).to(at::kDouble) + piece.delta;
        piece.stored = piece.exact.to(*type);
        refuseOverflow(name, base.narrow(0, begin, count), piece.exact, piece.stored);
        return piece;
    });
}

std::vector<std::vector<MergedTensor>> planMerge(const ModelFolder& base, const std::vector<KeptRows>& rows,
    std::optional<at::ScalarType> type, std::uint64_t shardBytes)
{
    checkFits(rows, base.spec(), base.path().string());
    std::map<std::string, const KeptRows*> changed;
    for (const KeptRows& module : rows) {
        const std::string weight = module.module + ".weight";
        (void)base.weight(weight, std::array {module.p.size(0), module.q.size(1)});
        if (module.rank() > 0)
            changed[base.storedName(weight)] = &module;
    }
    std::vector<std::vector<MergedTensor>> shards;
    std::uint64_t size = 0;
    for (const SafetensorsFile& file : base.files()) {
        for (const TensorInfo& info : file.tensors()) {
            MergedTensor tensor {.file = &file, .name = info.name, .rows = nullptr, .type = {}};
            if (const auto found = changed.find(info.name); found != changed.end())
                tensor.rows = found->second;
            if (tensor.rows != nullptr || (type && isFloating(info.dtype) && dtypeName(*type) != info.dtype))
                tensor.type = type ? *type : file.tensor(info.name).scalar_type();
            const std::uint64_t bytes = tensor.plan().bytes();
            if (shards.empty() || (size + bytes > shardBytes && size > 0)) {
                shards.emplace_back();
                size = 0;
            }
            size += bytes;
            shards.back().push_back(std::move(tensor));
        }
    }
    return shards;
}

} // namespace spectune
