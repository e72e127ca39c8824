// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Packing.h"

#include "training/nn/Buffer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <vector>

namespace spectune {

namespace {

template <typename T>
void fill(const at::Tensor& list, const std::vector<T>& numbers)
{
    std::copy(numbers.begin(), numbers.end(), list.mutable_data_ptr<T>());
}

std::int64_t roundUp(std::size_t value, std::size_t unit)
{
    return static_cast<std::int64_t>((value + unit - 1) / unit * unit);
}

// Few forms come back often; but each row that is filled up is computed. The rows of a batch cost the whole model: they
// are rounded by little. Those of the loss cost its head alone,
// and the longest sample's length is a bound that costs nothing.
std::int64_t roundedRows(std::size_t rows)
{
    return roundUp(rows, std::clamp<std::size_t>(std::bit_floor(rows) / 4, 128, 256));
}

std::int64_t roundedListed(std::size_t listed)
{
    return roundUp(listed, std::max<std::size_t>(std::bit_floor(listed) / 4, 128));
}

std::int64_t roundedLength(std::int64_t longest)
{
    return static_cast<std::int64_t>(std::bit_ceil(std::max<std::size_t>(static_cast<std::size_t>(longest), 128)));
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
        const std::int64_t rows = roundedRows(tokens.size() + 1);
        const auto last = offsets.back();
        for (auto row = static_cast<std::int64_t>(tokens.size()); row < rows; ++row) {
            tokens.push_back(0);
            positions.push_back(0); // whichever: nothing reads these rows
        }
        while (static_cast<std::int64_t>(offsets.size()) < samples + 1)
            offsets.push_back(last); // of samples without a loss
        offsets.push_back(static_cast<std::int32_t>(rows));
        longest = roundedLength(std::max(longest, rows - last));
        bearing.resize(static_cast<std::size_t>(roundedListed(bearing.size())), rows - 1);
        targets.resize(bearing.size(), Batch::ignored);
    }
    /// Whether target i is row i's, so that no list of rows is needed. What was filled up has no loss, wherever it
    /// points; and equal counts alone say nothing, for both were rounded up.
    [[nodiscard]] bool bearsEverywhere() const
    {
        if (bearing.size() != tokens.size())
            return false;
        for (std::size_t i = 0; i < bearing.size(); ++i) {
            if (targets[i] != Batch::ignored && bearing[i] != static_cast<std::int64_t>(i))
                return false;
        }
        return true;
    }
    /// In one copy, which the host does not wait for.
    [[nodiscard]] PackedBatch onDevice(at::Device device) const
    {
        const bool all = bearsEverywhere();
        const BatchForm form {.rows = static_cast<std::int64_t>(tokens.size()),
            .samples = static_cast<std::int64_t>(offsets.size()) - 1,
            .listed = all ? 0 : static_cast<std::int64_t>(bearing.size()),
            .targets = static_cast<std::int64_t>(targets.size()),
            .longest = longest};
        const PackedBatch staged = packedIn(hostBuffer({packedBytes(form)}, at::kByte, device), form);
        fill(staged.tokens, tokens);
        fill(staged.targets, targets);
        if (!all)
            fill(staged.bearing, bearing);
        fill(staged.positions, positions);
        fill(staged.offsets, offsets);
        return device.is_cpu() ? staged : packedIn(staged.storage.to(device, /*non_blocking=*/true), form);
    }
};

} // namespace

PackedBatch packed(const Batch& batch, at::Device device)
{
    return packed(batch, device, /*fillsUp=*/device.is_cuda(), batch.tokens.size(1));
}

PackedBatch packed(const Batch& batch, at::Device device, bool fillsUp, std::int64_t fullLength)
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
    if (fillsUp && (!lists.isEven() || lists.longest != fullLength))
        lists.fillUp(batch.samples());
    return lists.onDevice(device);
}

PreparedBatch prepared(const Batch& batch, BatchShares shares, std::int64_t maxLength, at::Device device)
{
    PreparedBatch result {.targetCount = batch.targetCount, .longest = batch.tokens.size(1), .micros = {}, .after = {}};
    for (const Batch& micro : splitMicroBatches(batch, shares.microBatchSize)) {
        const auto samples = static_cast<std::size_t>(micro.samples());
        const std::size_t share = (samples + shares.workers - 1) / shares.workers;
        std::vector<PackedBatch> parts;
        for (const Batch& part : splitMicroBatches(micro, static_cast<std::int64_t>(share))) {
            if (part.targetCount > 0)
                parts.push_back(packed(part, device, device.is_cuda(), maxLength - 1));
        }
        if (!parts.empty())
            result.micros.push_back(std::move(parts));
    }
    return result;
}

} // namespace spectune
