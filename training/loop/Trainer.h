// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/Validation.h"
#include "training/core/Message.h"
#include "training/core/PhaseClock.h"
#include "training/data/Packing.h"
#include "training/loop/BatchWorkers.h"
#include "training/loop/Device.h"
#include "training/loop/FinalTriplets.h"
#include "training/loop/Readback.h"
#include "training/loop/StepGraphs.h"
#include "training/nn/JoinedTriplets.h"
#include "training/nn/TrainingPass.h"
#include "training/nn/TripletArena.h"
#include "training/optim/AdamW.h"
#include "training/optim/Importance.h"
#include "training/optim/OrthogonalityRegularizer.h"
#include "training/optim/RankAllocator.h"
#include "training/optim/StepInputs.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
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
    Message skipped; ///< why the step was skipped: "the loss is not finite"
};

/// One optimizer step of AdaLoRA or a sibling method and the state that it changes. Of one thread, from first to last.
class Trainer {
public:
    /// The triplets start as the method says (see TripletArena), from train.seed.
    /// @param recorder null: CUDA graphs, where device, type and configuration allow them
    Trainer(std::shared_ptr<DecoderModel> model, std::shared_ptr<const ModuleLayout> layout, const RunConfig& config,
        const ResolvedRun& resolved, std::unique_ptr<StepRecorder> recorder = nullptr);

    /// @p batch as step() takes it, on the model's device; copied there without waiting for it.
    [[nodiscard]] PreparedBatch prepare(const Batch& batch) const;
    /// Step @p t (0-based): backward over the micro-batches → add γ∇R → clip → optimizer → importance → mask → zero.
    /// A loss or gradient that is not finite skips all that follows it; that is found out on the device.
    /// @param meanwhile called once the device has been told all of it, while its numbers are awaited; does not throw
    StepResult step(std::int64_t t, const PreparedBatch& batch, const std::function<void()>& meanwhile = {});
    StepResult step(std::int64_t t, const Batch& batch) { return step(t, prepare(batch)); }

    /// Goes on under another configuration, which differs from this one in live-editable fields alone (LiveEdit.h).
    void edit(const RunConfig& config, const ResolvedRun& resolved);

    /// Times the phases of the steps that follow; null: no more.
    void setClock(PhaseClock* clock);

    /// What the trainer has to tell once; empty: nothing.
    [[nodiscard]] Message notice();

    [[nodiscard]] const ModuleLayout& layout() const noexcept { return *m_layout; }
    [[nodiscard]] const std::shared_ptr<const ModuleLayout>& sharedLayout() const noexcept { return m_layout; }
    [[nodiscard]] DecoderModel& model() noexcept { return *m_model; }
    [[nodiscard]] TripletArena& arena() noexcept { return m_arena; }
    [[nodiscard]] const TripletArena& arena() const noexcept { return m_arena; }
    [[nodiscard]] const AdamW& optimizer() const noexcept { return m_optimizer; }
    [[nodiscard]] Importance& importance() noexcept { return m_importance; }
    [[nodiscard]] const Importance& importance() const noexcept { return m_importance; }
    [[nodiscard]] RankAllocator& allocator() noexcept { return m_allocator; }
    [[nodiscard]] const RankAllocator& allocator() const noexcept { return m_allocator; }
    /// ‖QQᵀ − I‖ and ‖PᵀP − I‖ by module as of the last step; undefined tensors before it, and for plain LoRA.
    [[nodiscard]] const OrthogonalityResult& orthogonality() const noexcept { return m_orthogonality; }
    [[nodiscard]] Method method() const noexcept { return m_config.method; }
    /// Of dropout, one a shard; empty where there is none.
    [[nodiscard]] std::vector<at::Generator> generators() const;
    /// False where an exception left an update half done, which must not be saved. Before that a step changes nothing.
    [[nodiscard]] bool isConsistent() const noexcept { return !m_updating; }
    [[nodiscard]] std::int64_t trainableParameters() const noexcept { return m_optimizer.firstMoment().numel(); }

    /// @name All triplets, also once adalora.shrink has left the dropped ones out (see FinalTriplets)
    /// @{
    [[nodiscard]] ArenaState state() const; ///< the trainer's own buffers, or copies on the CPU
    [[nodiscard]] LambdaState lambdas() const;
    /// A value of every triplet of the arena at its place in the grid: [modules, r], 0 where there is no triplet.
    /// @param values [triplets], or the grid itself @pre the arena holds all triplets
    [[nodiscard]] at::Tensor onGrid(const at::Tensor& values) const;
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

    [[nodiscard]] std::int64_t trainedElements() const; ///< of the arena: those of plain LoRA are without λ
    void makeShards(std::size_t count, const std::vector<at::Generator>& generators); ///< of dropout; empty: new ones
    /// Leaves the dropped triplets out for good, where adalora.shrink says so and the pattern has become final.
    void shrinkIfFinal();
    void shrinkTo(const ArenaState& kept);
    [[nodiscard]] ArenaState held() const; ///< of the triplets in the arena
    void makeGraphs(std::unique_ptr<StepRecorder> recorder);
    [[nodiscard]] kernels::StepScalars scalarsOf(
        std::int64_t t, const PreparedBatch& batch, const MaskPlan& plan) const;
    void launch(const PreparedBatch& batch);

    // What a step is made of. All that these do happens on the device, in buffers that stay: they can be recorded.
    void begin();
    /// Adds a micro-batch's gradients and loss, one worker a part.
    void accumulate(std::span<const PackedBatch> parts);
    /// The shards' gradients into the arena, γ∇R, the norm; then the update.
    void conclude();
    void update();

    std::shared_ptr<DecoderModel> m_model;
    std::shared_ptr<const ModuleLayout> m_layout;
    RunConfig m_config;
    ResolvedRun m_resolved;
    TripletArena m_arena;
    std::optional<JoinedTriplets> m_joined;
    std::vector<std::unique_ptr<Shard>> m_shards;
    BatchWorkers m_workers;
    AdamW m_optimizer;
    Importance m_importance;
    RankAllocator m_allocator;
    OrthogonalityResult m_orthogonality;
    std::optional<FinalTriplets> m_final; ///< empty: the arena holds all triplets
    Message m_notice;
    StepInputs m_inputs;
    at::Tensor m_lossScale; // scalar in the arena's type, as are C so far and the norm before clipping
    at::Tensor m_loss;
    at::Tensor m_gradNorm;
    Readback m_numbers; ///< C, R, gradient norm
    std::unique_ptr<StepGraphs> m_graphs; ///< null: a step is never recorded
    PhaseClock* m_clock = nullptr;
    bool m_updating = false;
};

} // namespace spectune
