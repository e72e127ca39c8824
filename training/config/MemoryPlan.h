// SPDX-License-Identifier: GPL-3.0-or-later
// What the parts of a memory estimate are computed from (MemoryEstimate.cpp, MemoryWorkspace.cpp).
#pragma once

#include "training/config/MemoryEstimate.h"
#include "training/config/StepShares.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace spectune::memory {

using Bytes = std::int64_t;

enum Sets : std::size_t { Qkv, O, GateUp, Down, SetCount }; ///< of matrices that read one input

/// One of a block's seven, in the order of ModelSpec: q k v, o, gate up, down.
struct Matrix {
    const char* kind;
    std::size_t set; ///< of Sets
    std::int64_t in;
    std::int64_t out;
};
enum Matrices : std::size_t { Gate = 4, Up = 5, DownProjection = 6 }; ///< of matricesOf()

[[nodiscard]] std::array<Matrix, 7> matricesOf(const ModelShape& shape);

[[nodiscard]] Bytes bytesOf(ElementType type);
[[nodiscard]] std::int64_t roundedUp(std::int64_t value, std::int64_t unit);
/// Columns between the begins of two rows, as rowStride() in nn/Buffer.cpp: with spare ones on whole cache lines.
[[nodiscard]] std::int64_t stride(std::int64_t columns, std::int64_t spare, Bytes element);

/// The matrices of a block that read one input.
struct InputSet {
    std::int64_t in = 0;
    std::int64_t out = 0; ///< of all of them
    std::int64_t matrices = 0;
};

/// The sizes and ranks of one run in one place. What it is made of must outlive it.
struct Plan {
    const ModelShape& shape;
    const RunConfig& config;
    const ResolvedRun& run;
    bool cuda;
    Bytes element; ///< of the base's type
    Bytes wide; ///< of sums and triplets
    std::int64_t length; ///< rows of a sample: its last token is no input
    std::int64_t samples; ///< of a forward
    std::vector<std::int64_t> shares; ///< samples of each worker's part; the rest of the workers have none
    std::int64_t workers;
    std::int64_t cores;
    std::vector<std::int64_t> ranks; ///< [layers · 7], of the triplets at the start; 0: not adapted
    std::int64_t modules; ///< chosen matrices, those with the rank 0 among them

    Plan(
        const ModelShape& model, const RunConfig& configuration, const ResolvedRun& resolved, const MemoryPlace& place);

    [[nodiscard]] std::int64_t initialRank(std::int64_t layer, const std::string& kind) const;
    [[nodiscard]] std::int64_t rankOf(std::int64_t layer, std::size_t matrix) const;
    [[nodiscard]] bool isAdapted(std::int64_t layer, std::size_t matrix) const { return rankOf(layer, matrix) > 0; }
    [[nodiscard]] std::int64_t largestRank() const;
    [[nodiscard]] std::int64_t triplets() const;
    /// Triplets of a matrix as multiplied: bfloat16 on CUDA wants rows that begin on 16 bytes.
    [[nodiscard]] std::int64_t asMultiplied(std::int64_t rank) const;
    [[nodiscard]] std::int64_t rows() const { return samples * length; }
    /// First block with triplets; all blocks: none has.
    [[nodiscard]] std::int64_t lowest() const;
    /// Elements of the flat buffer of all P, Q and λ.
    [[nodiscard]] std::int64_t arena() const;
    [[nodiscard]] std::array<InputSet, SetCount> sets() const;
    /// R, the triplets' rows of a block's input as they are multiplied with.
    [[nodiscard]] std::int64_t rowsOf(std::int64_t layer, std::size_t set) const;
    /// Adapted matrices that read one input.
    [[nodiscard]] std::int64_t membersOf(std::int64_t layer, std::size_t set) const;
    [[nodiscard]] std::int64_t mostRowsOf(std::size_t set) const;
    /// As isSmallBatch() in nn/ThinProducts.h.
    [[nodiscard]] bool isSmallBatch() const { return cuda && element == 2 && isSmallForward(rows()); }
    /// Whether a block keeps the norm before Qkv or GateUp where triplets read it, as TrainingPass::keepsNormOf().
    [[nodiscard]] bool keepsNormOf(std::size_t set) const;
    /// Elements beside and below the weights, where triplets are joined to them:
    /// room for every matrix, adapted or not, with the largest rank.
    [[nodiscard]] std::int64_t joined() const;
    /// Elements of what one worker's backward adds up.
    [[nodiscard]] std::int64_t sums() const;
    /// The inputs' widths of a block's adapted matrices, which dropout masks one by one.
    [[nodiscard]] std::int64_t maskedWidth(std::int64_t layer) const;
};

} // namespace spectune::memory
