// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of attention share on the CPU and on CUDA. Without Qt: plain programs on a GPU use it, too.
#pragma once

#include "training/nn/AttentionOp.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace spectune::testing {

using Lengths = std::vector<std::int64_t>;

/// As batches are packed (PackedBatch.h): on CUDA the longest sample's length is a bound, where lengths differ. All
/// tokens stand at position 0, where the rotation turns nothing.
inline PackedBatch packOf(const Lengths& lengths, at::Device device = at::kCPU)
{
    PackedBatch batch;
    std::vector<std::int32_t> offsets {0};
    for (const std::int64_t length : lengths) {
        offsets.push_back(offsets.back() + static_cast<std::int32_t>(length));
        batch.longest = std::max(batch.longest, length);
    }
    const bool even = std::ranges::all_of(lengths, [&](std::int64_t length) { return length == lengths.front(); });
    if (device.is_cuda() && !even)
        batch.longest = static_cast<std::int64_t>(
            std::bit_ceil(std::max(std::uint64_t {128}, static_cast<std::uint64_t>(batch.longest))));
    batch.offsets = at::tensor(offsets, at::kInt).to(device);
    batch.tokens = at::zeros({offsets.back()}, at::TensorOptions().dtype(at::kLong).device(device));
    batch.positions = at::zeros({offsets.back()}, at::TensorOptions().dtype(at::kInt).device(device));
    return batch;
}

/// Turns nothing of packOf()'s tokens.
inline Rotary stillRotary(const AttentionForm& form, at::TensorOptions options)
{
    Rotary rotary({}, form.headDim, options);
    rotary.reserve(1);
    return rotary;
}

/// Columns of q | k | v.
inline std::int64_t widthOf(const AttentionForm& form)
{
    return (form.heads + 2 * form.kvHeads) * form.headDim;
}

/// What a pass uses again and again.
struct AttentionBuffers {
    AttentionSaved saved;
    at::Tensor scratch;
};

} // namespace spectune::testing
