// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/KeptRows.h"

#include "training/config/TargetSelection.h"
#include "training/core/Error.h"
#include "training/io/AdapterNames.h"
#include "training/io/ModelFolder.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>

namespace spectune {

namespace {

void refuseNonFinite(const ModuleAdapter& adapter, const at::Tensor& tensor)
{
    if (!at::isfinite(tensor).all().item<bool>())
        throw ioError("%1: holds numbers that are not finite, so nothing is exported. Take an earlier checkpoint.",
            adapter.module);
}

KeptRows keptRowsOf(const ModuleAdapter& adapter, std::int64_t initRank)
{
    const at::Tensor q = adapter.q.detach().to(at::kCPU, at::kDouble);
    const at::Tensor p = adapter.p.detach().to(at::kCPU, at::kDouble);
    const at::Tensor lambda = adapter.lambda.defined() ? adapter.lambda.detach().to(at::kCPU, at::kDouble)
                                                       : at::ones({q.size(0)}, at::kDouble);
    for (const at::Tensor& tensor : {q, p, lambda})
        refuseNonFinite(adapter, tensor);
    const auto slots = static_cast<std::size_t>(std::max(initRank, q.size(0)));
    const std::vector<bool> present = adapter.kept.empty() ? std::vector<bool>(slots, true) : adapter.kept;
    if (!adapter.kept.empty() && std::count(present.begin(), present.end(), true) != q.size(0))
        throw Error(FailureKind::Internal,
            makeMessage("%1: its rows do not fit its pattern of kept triplets.", adapter.module));
    KeptRows rows {
        .module = adapter.module, .p = {}, .lambda = {}, .q = {}, .pattern = std::vector<bool>(slots, false)};
    std::vector<std::int64_t> picked;
    std::int64_t row = 0;
    for (std::size_t slot = 0; slot < present.size() && row < q.size(0); ++slot) {
        if (!present[slot])
            continue;
        if (lambda[row].item<double>() != 0.0) {
            rows.pattern[slot] = true;
            picked.push_back(row);
        }
        ++row;
    }
    const at::Tensor index = at::tensor(picked, at::kLong);
    rows.p = p.index_select(1, index);
    rows.lambda = lambda.index_select(0, index);
    rows.q = q.index_select(0, index);
    return rows;
}

} // namespace

at::Tensor KeptRows::scaledP(double scale) const
{
    return p * (lambda * scale);
}

std::vector<KeptRows> keptRows(const AdapterState& adapter)
{
    std::vector<KeptRows> rows;
    rows.reserve(adapter.modules.size());
    for (const ModuleAdapter& module : adapter.modules)
        rows.push_back(keptRowsOf(module, adapter.initRank));
    return rows;
}

void checkFits(const std::vector<KeptRows>& rows, const ModelSpec& spec, const std::string& model)
{
    const std::vector<MatrixShape> shapes = blockMatrices(spec);
    for (const KeptRows& module : rows) {
        const std::int64_t layer = layerOf(module.module);
        const auto found = std::find_if(shapes.begin(), shapes.end(),
            [&](const MatrixShape& shape) { return module.module == matrixPath(layer, shape.kind); });
        if (found == shapes.end() || layer >= spec.layers)
            throw configError(
                "The adapter has triplets for %1, which is no matrix of a block of %2.", module.module, model);
        if (found->outFeatures != module.p.size(0) || found->inFeatures != module.q.size(1))
            throw configError(
                "The adapter's %1 is %2 × %3, but that of %4 is %5 × %6. It was trained on another model.",
                module.module, module.p.size(0), module.q.size(1), model, found->outFeatures, found->inFeatures);
    }
}

std::int64_t largestRank(const std::vector<KeptRows>& rows) noexcept
{
    std::int64_t largest = 0;
    for (const KeptRows& module : rows)
        largest = std::max(largest, module.rank());
    return largest;
}

} // namespace spectune
