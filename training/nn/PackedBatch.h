// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace spectune {

/// All that a step's kernels depend on beside numbers in the device's memory:
/// two batches of one form can be computed by one recording.
struct BatchForm {
    std::int64_t rows = 0; ///< T
    std::int64_t samples = 0;
    std::int64_t listed = 0; ///< rows in PackedBatch::bearing; 0: not listed, all bear loss
    std::int64_t targets = 0; ///< M
    std::int64_t longest = 0; ///< tokens of the longest sample

    friend bool operator==(const BatchForm&, const BatchForm&) = default;
};

/// Samples end to end, without padding: what training and evaluation work on. What follows a sample's last loss-bearing
/// target changes nothing, so it is left out too. All on the model's device.
///
/// To train on CUDA, samples of different lengths get one more that fills the rows up to a round number, without a loss,
/// and what is listed is rounded up likewise: few forms of batches come back often, each recorded once (see StepGraphs).
struct PackedBatch {
    at::Tensor tokens; // [T] int64
    at::Tensor positions; // [T] int32, within the sample
    at::Tensor offsets; // [samples + 1] int32: rows where samples begin; the last is T
    at::Tensor bearing; // [M] int64: rows that bear loss; undefined: all do
    at::Tensor targets; // [M] int64; negative: fills up
    std::int64_t longest = 0; ///< tokens of the longest sample
    at::Tensor storage; // bytes: the memory of all of these, so that one copy takes a batch over

    /// Whether all samples are equally long: then [T, …] is [samples, longest, …].
    [[nodiscard]] bool isEven() const { return rows() == samples() * longest; }
    [[nodiscard]] std::int64_t rows() const { return tokens.size(0); }
    [[nodiscard]] std::int64_t samples() const { return offsets.size(0) - 1; }
    [[nodiscard]] BatchForm form() const
    {
        return {.rows = rows(),
            .samples = samples(),
            .listed = bearing.defined() ? bearing.size(0) : 0,
            .targets = targets.size(0),
            .longest = longest};
    }
};

/// Bytes of a batch of @p form.
[[nodiscard]] std::int64_t packedBytes(const BatchForm& form);
/// A batch of @p form whose tensors are views of @p storage, packedBytes(form) bytes.
[[nodiscard]] PackedBatch packedIn(const at::Tensor& storage, const BatchForm& form);

} // namespace spectune
