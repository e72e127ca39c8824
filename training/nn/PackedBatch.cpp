// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/PackedBatch.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <vector>

namespace spectune {

namespace {

template <typename T>
at::Tensor onDevice(const std::vector<T>& numbers, at::ScalarType type, at::Device device)
{
    const at::Tensor view = at::from_blob(
        const_cast<T*>(numbers.data()), {static_cast<std::int64_t>(numbers.size())}, at::TensorOptions().dtype(type));
    return view.to(device, type, /*non_blocking=*/false, /*copy=*/true);
}

} // namespace

PackedBatch packed(const Batch& batch, at::Device device)
{
    const std::int64_t width = batch.tokens.size(1);
    const at::Tensor tokensOf = batch.tokens.contiguous();
    const at::Tensor targetsOf = batch.targets.contiguous();
    std::vector<std::int64_t> tokens;
    std::vector<std::int32_t> positions;
    std::vector<std::int32_t> offsets {0};
    std::vector<std::int64_t> bearing;
    std::vector<std::int64_t> targets;
    std::int64_t longest = 0;
    for (std::int64_t sample = 0; sample < batch.samples(); ++sample) {
        const auto* token = tokensOf.const_data_ptr<std::int64_t>() + sample * width;
        const auto* target = targetsOf.const_data_ptr<std::int64_t>() + sample * width;
        std::int64_t length = width;
        while (length > 0 && target[length - 1] == Batch::ignored)
            --length;
        for (std::int64_t i = 0; i < length; ++i) {
            if (target[i] != Batch::ignored) {
                bearing.push_back(static_cast<std::int64_t>(tokens.size()));
                targets.push_back(target[i]);
            }
            tokens.push_back(token[i]);
            positions.push_back(static_cast<std::int32_t>(i));
        }
        if (length > 0)
            offsets.push_back(static_cast<std::int32_t>(tokens.size()));
        longest = std::max(longest, length);
    }
    const bool all = bearing.size() == tokens.size();
    return {.tokens = onDevice(tokens, at::kLong, device),
        .positions = onDevice(positions, at::kInt, device),
        .offsets = onDevice(offsets, at::kInt, device),
        .bearing = all ? at::Tensor() : onDevice(bearing, at::kLong, device),
        .targets = onDevice(targets, at::kLong, device),
        .longest = longest};
}

} // namespace spectune
