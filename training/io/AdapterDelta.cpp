// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Error.h"
#include "training/core/Machine.h"
#include "training/core/WorkerPool.h"
#include "training/io/AdapterFiles.h"
#include "training/nn/ThreadCount.h"

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>
#include <vector>

namespace spectune {

namespace {

/// ΔW = left · right with the scale and Λ in `left`, float64.
struct Factors {
    at::Tensor left; ///< [out, r]
    at::Tensor right; ///< [r, in]
};

/// Without the triplets whose λ is 0, which files leave out: what is otherwise the same then has the same bits. Where P
/// or Q holds something that is not finite all stay, for 0 · ∞ is in ΔW too.
Factors factors(const ModuleAdapter& adapter, double scale)
{
    at::Tensor p = adapter.p.detach().to(at::kCPU, at::kDouble);
    at::Tensor q = adapter.q.detach().to(at::kCPU, at::kDouble);
    if (!adapter.lambda.defined())
        return {p * scale, q};
    at::Tensor lambda = adapter.lambda.detach().to(at::kCPU, at::kDouble);
    const at::Tensor kept = lambda.nonzero().squeeze(1); // a NaN counts
    if (kept.size(0) < lambda.size(0) && at::isfinite(p).all().item<bool>() && at::isfinite(q).all().item<bool>()) {
        p = p.index_select(1, kept);
        q = q.index_select(0, kept);
        lambda = lambda.index_select(0, kept);
    }
    return {p * scale * lambda, q};
}

bool sameBits(const Factors& a, const Factors& b)
{
    return at::equal(a.left, b.left) && at::equal(a.right, b.right);
}

/// Largest |a| and |a − b| of @p count elements; without @p b, of a and a itself.
/// A NaN does not get lost in a comparison.
void takeLargest(const double* a, const double* b, std::int64_t count, DeltaDifference& result)
{
    double size = result.maxDelta;
    double apart = result.maxDifference;
    bool finite = true;
    for (std::int64_t i = 0; i < count; ++i) {
        const double difference = std::abs(a[i] - (b == nullptr ? a[i] : b[i]));
        size = std::max(size, std::abs(a[i]));
        apart = std::max(apart, difference);
        finite = finite && difference == difference;
    }
    result.maxDelta = size;
    result.maxDifference = finite ? apart : std::numeric_limits<double>::quiet_NaN();
}

void merge(const DeltaDifference& part, DeltaDifference& result)
{
    result.maxDelta = std::max(result.maxDelta, part.maxDelta);
    if (!(part.maxDifference <= result.maxDifference) && result.maxDifference == result.maxDifference)
        result.maxDifference = part.maxDifference;
}

/// Goes through ΔW in blocks that stay in a core's cache, for it may have as many elements as the model: 7 billion.
DeltaDifference compareRows(
    const Factors& a, const Factors* b, std::int64_t begin, std::int64_t end, std::int64_t block)
{
    DeltaDifference result;
    const std::int64_t columns = a.right.size(1);
    at::Tensor first = at::empty({block, columns}, a.left.options());
    at::Tensor second = b != nullptr ? at::empty_like(first) : at::Tensor();
    for (std::int64_t row = begin; row < end; row += block) {
        const std::int64_t count = std::min(block, end - row);
        at::Tensor own = first.narrow(0, 0, count);
        at::mm_out(own, a.left.narrow(0, row, count), a.right);
        const double* other = nullptr;
        if (b != nullptr) {
            at::Tensor theirs = second.narrow(0, 0, count);
            at::mm_out(theirs, b->left.narrow(0, row, count), b->right);
            other = theirs.const_data_ptr<double>();
        }
        takeLargest(own.const_data_ptr<double>(), other, count * columns, result);
    }
    return result;
}

/// @param b empty: ΔW beside itself
void compareModule(const Factors& a, const Factors* b, WorkerPool& workers, DeltaDifference& result)
{
    const std::int64_t rows = a.left.size(0);
    const std::int64_t columns = a.right.size(1);
    if (rows == 0 || columns == 0 || (b == nullptr && a.left.size(1) == 0))
        return;
    const std::int64_t block = std::max<std::int64_t>(1, (std::int64_t {1} << 16U) / columns); // 512 KiB
    const auto count = static_cast<std::int64_t>(workers.size());
    std::vector<DeltaDifference> parts(workers.size());
    workers.run(workers.size(), [&](std::size_t i) {
        const auto number = static_cast<std::int64_t>(i);
        parts[i] = compareRows(a, b, rows * number / count, rows * (number + 1) / count, block);
    });
    for (const DeltaDifference& part : parts)
        merge(part, result);
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
    // One thread's products each: shared out by LibTorch, so small ones would mostly wait for each other.
    WorkerPool workers(static_cast<std::size_t>(physicalCores()), [] { useThreads(1); });
    const ThreadCountGuard alone(1);
    DeltaDifference result;
    std::int64_t done = 0;
    for (const auto& [name, pair] : pairs) {
        if (progress)
            progress(done++, static_cast<std::int64_t>(pairs.size()));
        if (pair.first == nullptr || pair.second == nullptr) {
            const bool missing = pair.second == nullptr;
            DeltaDifference difference;
            compareModule(
                missing ? factors(*pair.first, a.scale) : factors(*pair.second, b.scale), nullptr, workers, difference);
            result.maxDelta = missing ? std::max(result.maxDelta, difference.maxDelta) : result.maxDelta;
            difference.maxDifference += std::exchange(difference.maxDelta, 0.0); // it was nothing, or NaN
            merge(difference, result);
            continue;
        }
        const Factors first = factors(*pair.first, a.scale);
        const Factors second = factors(*pair.second, b.scale);
        if (first.left.size(0) != second.left.size(0) || first.right.size(1) != second.right.size(1))
            throw ioError("%1: the two adapters have matrices of different shapes.", name);
        compareModule(first, sameBits(first, second) ? nullptr : &second, workers, result);
    }
    return result;
}

} // namespace spectune
