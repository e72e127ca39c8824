// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Error.h"
#include "training/io/AdapterFiles.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <map>

namespace spectune {

namespace {

/// ΔW = left · right with the scale and Λ in `left`, float64.
struct Factors {
    at::Tensor left; ///< [out, r]
    at::Tensor right; ///< [r, in]
};

Factors factors(const ModuleAdapter& adapter, double scale)
{
    at::Tensor left = adapter.p.detach().to(at::kCPU, at::kDouble) * scale;
    if (adapter.lambda.defined())
        left = left * adapter.lambda.detach().to(at::kCPU, at::kDouble);
    return {left, adapter.q.detach().to(at::kCPU, at::kDouble)};
}

double largest(const at::Tensor& tensor)
{
    return tensor.numel() == 0 ? 0.0 : tensor.abs().max().item<double>();
}

void compareModule(const Factors* a, const Factors* b, DeltaDifference& result)
{
    const Factors& some = a != nullptr ? *a : *b;
    const std::int64_t rows = some.left.size(0);
    const std::int64_t columns = some.right.size(1);
    // About 32 MB of float64 at a time, whatever the matrix.
    const std::int64_t block
        = std::max<std::int64_t>(1, (std::int64_t {1} << 22U) / std::max<std::int64_t>(1, columns));
    for (std::int64_t row = 0; row < rows; row += block) {
        const std::int64_t count = std::min(block, rows - row);
        at::Tensor difference;
        if (a != nullptr) {
            difference = at::mm(a->left.narrow(0, row, count), a->right);
            result.maxDelta = std::max(result.maxDelta, largest(difference));
        }
        if (b != nullptr) {
            const at::Tensor other = at::mm(b->left.narrow(0, row, count), b->right);
            difference = difference.defined() ? difference - other : other;
        }
        const double here = largest(difference);
        // A NaN must not get lost in a comparison.
        result.maxDifference = here > result.maxDifference || here != here ? here : result.maxDifference;
    }
}

} // namespace

DeltaDifference compareDeltas(const AdapterState& a, const AdapterState& b,
    const std::function<void(std::int64_t done, std::int64_t total)>& progress)
{
    std::map<std::string, std::pair<const ModuleAdapter*, const ModuleAdapter*>> pairs;
    for (const ModuleAdapter& module : a.modules)
        pairs[module.module].first = &module;
    for (const ModuleAdapter& module : b.modules)
        pairs[module.module].second = &module;
    DeltaDifference result;
    std::int64_t done = 0;
    for (const auto& [name, pair] : pairs) {
        if (progress)
            progress(done++, static_cast<std::int64_t>(pairs.size()));
        Factors first;
        Factors second;
        if (pair.first != nullptr)
            first = factors(*pair.first, a.scale);
        if (pair.second != nullptr)
            second = factors(*pair.second, b.scale);
        if (pair.first != nullptr && pair.second != nullptr
            && (first.left.size(0) != second.left.size(0) || first.right.size(1) != second.right.size(1)))
            throw ioError(name + ": the two adapters have matrices of different shapes.");
        compareModule(pair.first != nullptr ? &first : nullptr, pair.second != nullptr ? &second : nullptr, result);
    }
    return result;
}

} // namespace spectune
