// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"
#include "training/core/PhaseClock.h"
#include "training/core/WorkerPool.h"
#include "training/data/Batcher.h"
#include "training/loop/Device.h"
#include "training/loop/FinalTriplets.h"
#include "training/loop/StepGraphs.h"
#include "training/nn/JoinedTriplets.h"
#include "training/nn/TrainingPass.h"
#include "training/nn/TripletArena.h"
#include "training/optim/AdamW.h"
#include "training/optim/Importance.h"
#include "training/optim/OrthogonalityRegularizer.h"
#include "training/optim/RankAllocator.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace spectune {

/// What one optimizer step gave. Where `skipped` is not empty nothing was updated.
struct StepResult {
    double loss = 0.0; ///< C of the whole batch, before the update
    double orth = 0.0; ///< R, without γ
    double gradNorm = 0.0; ///< of C + γR, before clipping
    double lr = 0.0;
    std::int64_t tokens = 0; ///< loss-bearing
    bool masked = false; ///< a new pattern was chosen
    std::string skipped; ///< why the step was skipped
};

/// One optimizer step of AdaLoRA or a sibling method, and the state that it changes: triplets, moments, Ī, Ū, mask.
/// Made, used and destroyed on one thread.
class Trainer {
public:
    /// The triplets start as the method says (see TripletArena), from train.seed.
    Trainer(std::shared_ptr<DecoderModel> model, std::shared_ptr<const ModuleLayout> layout, const RunConfig& config,
        const ResolvedRun& resolved);

    /// Step @p t (0-based): backward over the micro-batches → add γ∇R → clip → optimizer → importance → mask → zero.
    /// A gradient that is not finite skips all that follows it.
    StepResult step(std::int64_t t, const Batch& batch);

    /// Goes on under another configuration, which differs from the present one in live-editable fields alone (LiveEdit.h).
    void edit(const RunConfig& config, const ResolvedRun& resolved);

    /// Times the phases of the steps that follow; null: no more.
    void setClock(PhaseClock* clock);

    /// What the trainer has to tell once; empty: nothing.
    [[nodiscard]] std::string notice();

    [[nodiscard]] const ModuleLayout& layout() const noexcept { return *m_layout; }
    [[nodiscard]] const std::shared_ptr<const ModuleLayout>& sharedLayout() const noexcept { return m_layout; }
    [[nodiscard]] DecoderModel& model() noexcept { return *m_model; }
    [[nodiscard]] TripletArena& arena() noexcept { return m_arena; }
    [[nodiscard]] const TripletArena& arena() const noexcept { return m_arena; }
    [[nodiscard]] AdamW& optimizer() noexcept { return m_optimizer; }
    [[nodiscard]] Importance& importance() noexcept { return m_importance; }
    [[nodiscard]] const Importance& importance() const noexcept { return m_importance; }
    [[nodiscard]] RankAllocator& allocator() noexcept { return m_allocator; }
    [[nodiscard]] const RankAllocator& allocator() const noexcept { return m_allocator; }
    /// ‖QQᵀ − I‖ and ‖PᵀP − I‖ by module as of the last step; undefined tensors before it, and for plain LoRA.
    [[nodiscard]] const OrthogonalityResult& orthogonality() const noexcept { return m_orthogonality; }
    [[nodiscard]] Method method() const noexcept { return m_config.method; }
    /// Of dropout, one a shard; empty where there is none.
    [[nodiscard]] std::vector<at::Generator> generators() const;
    /// False while an exception left an update half done: such a state must not be saved.
    [[nodiscard]] bool isConsistent() const noexcept { return !m_updating; }
    [[nodiscard]] std::int64_t trainableParameters() const noexcept { return m_optimizer.firstMoment().numel(); }

    /// @name All triplets, also once adalora.shrink has left the dropped ones out (see FinalTriplets)
    /// @{
    [[nodiscard]] ArenaState state() const; ///< the trainer's own buffers, or copies on the CPU
    [[nodiscard]] LambdaState lambdas() const;
    /// For a resumed run, of which the allocator's part is already restored. @pre a new trainer
    void restore(const ArenaState& state, std::int64_t optimizerSteps);
    /// @}

private:
    /// What one worker needs of its own: its part of a batch adds to gradients that no other touches.
    struct Shard {
        Shard(const DecoderModel& model, const JoinedTriplets& joined, DropoutPass dropout);

        at::Tensor sums; ///< what its backwards add up; see JoinedTriplets::collect()
        TrainingPass pass;
    };

    /// @param generators of dropout, to go on with; empty: new ones
    void makeShards(std::size_t count, const std::vector<at::Generator>& generators);
    void makeGraphs();
    /// Leaves the dropped triplets out for good, where adalora.shrink says so and the pattern has become final.
    void shrinkIfFinal();
    void shrinkTo(const ArenaState& kept);
    [[nodiscard]] ArenaState held() const; ///< of the triplets in the arena
    /// All of a step up to the update.
    [[nodiscard]] StepTensors gradientsOf(const Batch& batch);
    [[nodiscard]] at::Tensor backward(const Batch& batch);
    /// Loss of @p part over the whole batch's @p targetCount; its gradients are added to the shard's.
    [[nodiscard]] at::Tensor backwardPart(const Batch& part, std::int64_t targetCount, Shard& shard);
    /// The shards' gradients into the arena, γ∇R, the norm.
    [[nodiscard]] StepTensors finishGradients(const at::Tensor& loss);
    void update(std::int64_t t, double lr, const at::Tensor& gradNorm, StepResult& result);

    std::shared_ptr<DecoderModel> m_model;
    std::shared_ptr<const ModuleLayout> m_layout;
    RunConfig m_config;
    ResolvedRun m_resolved;
    TripletArena m_arena;
    std::optional<JoinedTriplets> m_joined;
    std::vector<std::unique_ptr<Shard>> m_shards;
    WorkerPool m_workers;
    std::optional<ThreadCountGuard> m_alone; ///< while several workers share a batch
    AdamW m_optimizer;
    Importance m_importance;
    RankAllocator m_allocator;
    OrthogonalityResult m_orthogonality;
    std::optional<FinalTriplets> m_final; ///< empty: the arena holds all triplets
    std::string m_notice;
    std::unique_ptr<StepGraphs> m_graphs; ///< on CUDA, where a step is one forward without dropout
    PhaseClock* m_clock = nullptr;
    bool m_updating = false;
};

} // namespace spectune
