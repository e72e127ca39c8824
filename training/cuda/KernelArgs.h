// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/cuda/Elements.h"

#include <cstdint>

// What the functions of Kernels.h take that a forward or a backward is made of.
namespace spectune::kernels {

/// sum = x + delta (where delta is there), then y = w ∘ sum / sqrt(mean(sum²) + eps), rounded to T before w is applied.
template <typename T>
struct RmsNormArgs {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    Rows<const T> x;
    Rows<const T> delta; ///< may be absent
    Rows<T> sum; ///< may be absent where delta is; may be x itself
    const T* weight = nullptr; // [width]
    Rows<T> y; ///< may be absent
    Wide<T>* inverse = nullptr; ///< [rows], 1 / sqrt(mean + eps); may be null
    double eps = 0.0;
};

/// dx += (g − x̂ · mean(g ∘ x̂)) · inverse with g = w ∘ dy and x̂ = x · inverse.
template <typename T>
struct RmsNormBackwardArgs {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    Rows<const T> x;
    const Wide<T>* inverse = nullptr; // [rows]
    const T* weight = nullptr; // [width]
    Rows<const T> dy;
    Rows<T> dx; ///< added to
};

/// Rotary embedding: of each row the first `heads` heads turn by the angle of the row's position, in place or on the
/// way from three matrices, the last of which is taken as it is.
template <typename T>
struct RotateArgs {
    std::int64_t rows = 0;
    std::int64_t heads = 0;
    std::int64_t headDim = 0;
    Rows<T> x; // [rows, >= heads · headDim]
    Rows<const T> query = {}; // [rows, (heads − kvHeads) · headDim]; absent: x itself
    Rows<const T> key = {}; // [rows, kvHeads · headDim]
    Rows<const T> value = {}; // [rows, kvHeads · headDim]
    std::int64_t kvHeads = 0;
    const std::int32_t* positions = nullptr; // [rows]
    const T* cos = nullptr; // [positions, headDim]: the second half repeats the first
    const T* sin = nullptr;
    bool back = false; ///< by the opposite angle: the gradient of the rotation
};

/// out = silu(gate) ∘ up, with gate | up side by side in one row.
template <typename T>
struct SwiGluArgs {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    Rows<const T> gateUp; // [rows, 2 · width]
    Rows<T> out; // [rows, width]
};

/// The gradient of gate | up from that of out. `out` is computed again on the way, for it was not kept.
template <typename T>
struct SwiGluBackwardArgs {
    std::int64_t rows = 0;
    std::int64_t width = 0;
    Rows<const T> gateUp; // [rows, 2 · width]
    Rows<const T> dOut; // [rows, width]
    Rows<T> dGateUp; // [rows, 2 · width]; may be gateUp itself
    Rows<T> out; // [rows, width]; may be dOut itself, may be absent
};

/// Causal attention over packed sequences: out_i = Σ_j softmax_j(scale · q_i·k_j) v_j over the keys j ≤ i of the same
/// sequence, the last `window` of them where that is not 0. Query head h reads key head h · kvHeads / heads.
template <typename T>
struct AttentionArgs {
    std::int64_t sequences = 0;
    std::int64_t longest = 0; ///< tokens of a sequence at most
    const std::int32_t* offsets = nullptr; ///< [sequences + 1], rows
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headDim = 0;
    std::int64_t window = 0;
    double scale = 1.0;
    Rows<const T> qkv; // [rows, (heads + 2 kvHeads) · headDim]: q | k | v
    Rows<T> out; // [rows, heads · headDim]
    Wide<T>* logSumExp = nullptr; // [heads, rows]
    Wide<T>* scratch = nullptr; ///< see attentionScratch()
};

/// The gradient of q | k | v. @c out and @c logSumExp are the forward's.
template <typename T>
struct AttentionBackwardArgs {
    AttentionArgs<T> forward;
    Rows<const T> dOut; // [rows, heads · headDim]
    Rows<T> dQkv; // [rows, (heads + 2 kvHeads) · headDim]; overwritten
};

/// Elements of `scratch` for sequences of at most @p longest tokens, forward or backward, on the CPU. CUDA's backward
/// wants [heads, rows], its forward none.
[[nodiscard]] std::int64_t attentionScratch(std::int64_t longest, std::int64_t headDim) noexcept;
/// Columns that a head may have on CUDA, for ATen's kernels and for ours; of float64, a tile of wider ones does not fit
/// into the shared memory of every device.
template <typename T>
inline constexpr std::int64_t mostHeadDimOnCuda = sizeof(T) > 4 ? 128 : 256;

/// loss_i = −log softmax(logits_i)[target_i]; where a scale is given, logits_i becomes its gradient times the scale,
/// (softmax(logits_i) − onehot(target_i)) · scale, in place.
/// A row whose target is negative has no loss and no gradient.
template <typename T>
struct CrossEntropyArgs {
    std::int64_t rows = 0;
    std::int64_t vocabulary = 0;
    Rows<T> logits;
    const std::int64_t* targets = nullptr; // [rows]
    Wide<T>* losses = nullptr; // [rows]
    const Wide<T>* scale = nullptr; ///< scalar in the device's memory; null: no gradient
};

} // namespace spectune::kernels
