// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/nn/AttentionOp.h"
#include "training/nn/DecoderModel.h"
#include "training/nn/PackedBatch.h"
#include "training/nn/SharedInput.h"

#include <ATen/core/Tensor.h>

#include <array>

namespace spectune {

/// The residual stream between two halves of blocks: what is still to be added comes along, and the norm that reads the
/// stream adds it on the way.
struct ResidualStream {
    at::Tensor x; // [T, width]
    at::Tensor delta; // [T, width]; undefined: x is all
};

/// What one block's forward keeps for its backward. The gated product is computed again instead, and so are the norms
/// unless they are kept.
struct BlockActivations {
    at::Tensor input; // [T, width], the residual stream
    at::Tensor middle; // [T, width], after the attention
    at::Tensor inputInverse; // [T], 1 / rms
    at::Tensor middleInverse; // [T]
    at::Tensor inputNormed; // [T, width]; empty where nothing that reads it has triplets, or it is not kept
    at::Tensor middleNormed; // [T, width]; likewise
    at::Tensor qkv; // [T, (heads + 2 kvHeads) · headDim], rotated
    AttentionSaved attention;
    at::Tensor gateUp; // [T, 2 · feedForward]; holds its gradient after the backward, and room for that of x Qᵀ
    std::array<SharedInputBuffers, inputSets.size()> sets;
};

/// Buffers that all blocks of a pass use one after the other, each for several things in turn; the pass itself takes
/// delta for the final norm and its gradient, and hidden for logits.
struct BlockWorkspace {
    // These are set before a forward, for it and its backward. A norm is kept where the set that reads it has triplets.
    bool keepsInputNorm = true;
    bool keepsMiddleNorm = true;
    bool reusesGateUp = false; ///< dQkv comes in the place of gateUp's gradient
    at::Tensor delta; // [T, width]: what a half of the block adds to the residual stream; the gradient of a norm
    /// [T, feedForward]: the gated product, its gradient; that of the attention, [T, heads · headDim];
    /// a norm that is not kept, [T, width]
    at::Tensor hidden;
    at::Tensor dQkv; // [T, (heads + 2 kvHeads) · headDim], where gateUp's place is not reused
    at::Tensor attentionScratch;
    GradientSums sums;

    [[nodiscard]] bool keepsNormOf(InputSet set) const
    {
        return set == InputSet::Qkv ? keepsInputNorm : keepsMiddleNorm;
    }
};

/// Forward and backward of one decoder block, written out: no autograd graph is made.
class BlockPass {
public:
    /// @param layer of @p model, which outlives this object
    BlockPass(const DecoderModel& model, std::int64_t layer, const AdapterSet& adapters, DropoutPass& dropout);

    /// @param in the stream before the block; its sum is kept in @p kept
    /// @param sum where the sum goes, [T, width], if @p in has something to be added
    /// @param wantsOut false: for a second time, when other blocks have used @p kept; only what the backward needs is
    /// computed, but for x Qᵀ of down's input:
    /// it is in ownU of @p kept as the first time left it, unless there is dropout
    /// @return the stream after the block, in buffers of @p kept and @p work
    ResidualStream forward(const ResidualStream& in, const at::Tensor& sum, const PackedBatch& batch,
        BlockActivations& kept, BlockWorkspace& work, bool wantsOut) const;

    /// @param dx the gradient of the block's output, [T, width], with spare() columns; becomes that of its input
    /// @param goesOn false: nothing below this block has triplets, so @p dx is not brought to its input
    void backward(const PackedBatch& batch, BlockActivations& kept, BlockWorkspace& work, const at::Tensor& dx,
        bool goesOn) const;

    /// Columns that backward() wants beside dx.
    [[nodiscard]] std::int64_t spare() const;

private:
    [[nodiscard]] const SharedTriplets* triplets(InputSet set) const
    {
        return m_triplets[static_cast<std::size_t>(set)];
    }
    /// Columns that the products of this input want beside it and beside the output's gradient.
    [[nodiscard]] std::int64_t spareOf(InputSet set) const;
    /// Where the norm before @p set goes, [rows of x, width].
    /// @param kept where it stays if it is kept and the set has triplets
    [[nodiscard]] at::Tensor normedFor(InputSet set, const at::Tensor& x, at::Tensor& kept, BlockWorkspace& work) const;
    void linear(InputSet set, const at::Tensor& x, bool keepsX, BlockActivations& kept, const at::Tensor& y) const;
    /// @param sums, dx as sharedInputBackward() takes them
    void linearBackward(
        InputSet set, const at::Tensor& dy, BlockActivations& kept, GradientSums* sums, const at::Tensor& dx) const;
    /// @param dy as linearBackward() left it
    void addGradientOfQ(InputSet set, const at::Tensor& x, const at::Tensor& dy, const BlockActivations& kept,
        BlockWorkspace& work) const;
    /// Of a set that reads a norm: what the norm is of, its weight, and where the forward left it, should it be kept.
    struct NormedInput {
        const at::Tensor& x;
        const at::Tensor& weight;
        const at::Tensor& normed;
    };
    void addGradientOfQAfterNorm(InputSet set, const NormedInput& input, const at::Tensor& dy,
        const BlockActivations& kept, BlockWorkspace& work) const;
    void feedForwardBackward(BlockActivations& kept, BlockWorkspace& work, const at::Tensor& dx, bool goesOn) const;
    void attentionBackward(const PackedBatch& batch, BlockActivations& kept, BlockWorkspace& work, const at::Tensor& dx,
        bool goesOn) const;
    /// Room for it, [T, (heads + 2 kvHeads) · headDim].
    [[nodiscard]] at::Tensor gradientOfQkv(BlockActivations& kept, BlockWorkspace& work) const;

    const DecoderModel& m_model;
    const DecoderBlock& m_block;
    std::array<const SharedTriplets*, inputSets.size()> m_triplets;
    DropoutPass& m_dropout;
};

} // namespace spectune
