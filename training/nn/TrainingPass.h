// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/PhaseClock.h"
#include "training/nn/BlockPass.h"

#include <ATen/core/Tensor.h>

#include <vector>

namespace spectune {

/// What TrainingPass::run() wants as its scale, on @p model's device. @param targetCount of the whole optimizer step
[[nodiscard]] at::Tensor lossScale(std::int64_t targetCount, const DecoderModel& model);

/// Forward and backward of the whole model for one thread, written out block by block: the frozen weights get no
/// gradient, what the triplets' gradients follow from is added to the arena's sums, and the activations' buffers are
/// made once, for the longest batch.
/// Several objects may work on one model at the same time.
class TrainingPass {
public:
    /// @param adapters views into the arena; may hold no triplets (the frozen model's price)
    TrainingPass(const DecoderModel& model, AdapterSet adapters, DropoutPass dropout);
    TrainingPass(const TrainingPass&) = delete; // its blocks point into it
    TrainingPass& operator=(const TrainingPass&) = delete;

    /// Adds ∂C/∂(P, λ, Q) for the samples of @p batch. @pre model.reserve(batch.longest)
    /// @param scale 1 / loss-bearing tokens of the optimizer step, of which C is the mean;
    /// scalar on the device, wide type
    /// @param recomputes keep each block's input only, and run the block again in the backward
    /// @return this batch's part of C, scalar on the device, in the wide type
    at::Tensor run(const PackedBatch& batch, const at::Tensor& scale, bool recomputes);
    /// What the last run() gave; the next one overwrites it.
    [[nodiscard]] const at::Tensor& loss() const noexcept { return m_loss; }

    /// Also brings the gradient to the embedding's output, as a frozen model's backward does. For timing.
    void reachEmbedding() noexcept { m_reachesEmbedding = true; }
    /// Tells the most rows that a batch will have. Where they are few, on CUDA, memory is not what is short, and more
    /// of it is taken to save launches. Said once, ahead of the first run(): recorded steps point to the buffers.
    void expectRows(std::int64_t most);
    /// Computes norms again on every device, not only where keepsNormOf() would. For tests.
    void recomputeNorms() noexcept { m_recomputesNorms = true; }
    /// Times its phases; null: no more.
    void setClock(PhaseClock* clock) noexcept { m_clock = clock; }
    [[nodiscard]] const DropoutPass& dropout() const noexcept { return m_dropout; }

private:
    /// @return the final norm, [T, width]
    [[nodiscard]] at::Tensor forward(const PackedBatch& batch, bool recomputes);
    /// @param normed becomes its own gradient
    /// @return C's part; m_gradient becomes the gradient of the last block's output
    [[nodiscard]] at::Tensor lossAndGradient(
        const at::Tensor& normed, const PackedBatch& batch, const at::Tensor& scale);
    void backward(const PackedBatch& batch, bool recomputes);
    [[nodiscard]] BlockActivations& activations(std::int64_t layer, bool recomputes);
    /// Whether the norm before @p set is kept for the backward, where it is read again.
    [[nodiscard]] bool keepsNormOf(InputSet set, bool recomputes) const;
    /// Where down's x Qᵀ of a block goes.
    [[nodiscard]] static at::Tensor& projectedOf(BlockActivations& kept)
    {
        return kept.sets[static_cast<std::size_t>(InputSet::Down)].ownU;
    }
    [[nodiscard]] at::Tensor generatorState() const;

    const DecoderModel& m_model;
    AdapterSet m_adapters;
    DropoutPass m_dropout;
    std::vector<BlockPass> m_blocks;
    std::int64_t m_spare = 0; ///< columns beside m_gradient
    std::int64_t m_lowest; ///< first block with triplets; the number of blocks: none has
    bool m_reachesEmbedding = false;
    bool m_recomputesNorms = false;
    bool m_isFrugal = true;
    PhaseClock* m_clock = nullptr;

    std::vector<BlockActivations> m_activations; ///< by block
    std::vector<at::Tensor> m_streams; ///< the residual stream before each block and after the last, [T, width]
    std::vector<at::Tensor> m_generatorStates; ///< before each block's forward; for a second one with the same masks
    std::vector<at::Tensor> m_projected; ///< x Qᵀ of each block's down, [T, R], where blocks are computed again
    BlockWorkspace m_work;
    at::Tensor m_finalInverse; // [T]
    at::Tensor m_gradient; // [T, width]
    at::Tensor m_bearing; // [M, width]: the final norm's rows that bear loss, then their gradients
    at::Tensor m_losses; // [1, M]
    at::Tensor m_loss; // scalar
};

} // namespace spectune
