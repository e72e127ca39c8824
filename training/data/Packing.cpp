// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Packing.h"

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

std::int64_t roundUp(std::size_t value, std::size_t unit)
{
    return static_cast<std::int64_t>((value + unit - 1) / unit * unit);
}

struct Lists {
    std::vector<std::int64_t> tokens;
    std::vector<std::int32_t> positions;
    std::vector<std::int32_t> offsets {0};
    std::vector<std::int64_t> bearing;
    std::vector<std::int64_t> targets;
    std::int64_t longest = 0;

    void take(const std::int64_t* token, const std::int64_t* target, std::int64_t length)
    {
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
    [[nodiscard]] bool isEven() const
    {
        return static_cast<std::int64_t>(tokens.size()) == longest * static_cast<std::int64_t>(offsets.size() - 1);
    }
    /// One more sample, of fillers, and targets without a loss in it. @param samples that an unfilled batch would have
    void fillUp(std::int64_t samples)
    {
        constexpr std::size_t unit = 256;
        const std::int64_t rows = roundUp(tokens.size() + 1, unit);
        const auto last = offsets.back();
        for (auto row = static_cast<std::int64_t>(tokens.size()); row < rows; ++row) {
            tokens.push_back(0);
            positions.push_back(0); // whichever: nothing reads these rows
        }
        while (static_cast<std::int64_t>(offsets.size()) < samples + 1)
            offsets.push_back(last); // of samples without a loss
        offsets.push_back(static_cast<std::int32_t>(rows));
        longest = std::max(roundUp(static_cast<std::size_t>(longest), unit), rows - last);
        bearing.resize(static_cast<std::size_t>(roundUp(bearing.size(), unit)), rows - 1);
        targets.resize(bearing.size(), Batch::ignored);
    }
};

} // namespace

PackedBatch packed(const Batch& batch, at::Device device)
{
    const std::int64_t width = batch.tokens.size(1);
    const at::Tensor tokens = batch.tokens.contiguous();
    const at::Tensor targets = batch.targets.contiguous();
    Lists lists;
    for (std::int64_t sample = 0; sample < batch.samples(); ++sample) {
        const auto* target = targets.const_data_ptr<std::int64_t>() + sample * width;
        std::int64_t length = width;
        while (length > 0 && target[length - 1] == Batch::ignored)
            --length;
        lists.take(tokens.const_data_ptr<std::int64_t>() + sample * width, target, length);
    }
    if (device.is_cuda() && !lists.isEven())
        lists.fillUp(batch.samples());
    const bool all = lists.bearing.size() == lists.tokens.size();
    return {.tokens = onDevice(lists.tokens, at::kLong, device),
        .positions = onDevice(lists.positions, at::kInt, device),
        .offsets = onDevice(lists.offsets, at::kInt, device),
        .bearing = all ? at::Tensor() : onDevice(lists.bearing, at::kLong, device),
        .targets = onDevice(lists.targets, at::kLong, device),
        .longest = lists.longest};
}

} // namespace spectune
