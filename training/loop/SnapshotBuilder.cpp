// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/SnapshotBuilder.h"

#include "training/loop/Device.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <cmath>
#include <vector>

namespace spectune {

namespace {

/// The rows of the packed tensor, each [modules · r].
enum Row {
    Lambda,
    Score,
    ScoreLambda,
    SensitivityLambda,
    UncertaintyLambda,
    MeanP,
    MeanQ,
    PrunedAt,
    RevivedAt,
    Kept,
    KeptBefore,
    RowCount
};

TripletScores presentScores(const Trainer& trainer)
{
    TripletScores scores = trainer.importance().scores(trainer.arena().values);
    for (at::Tensor* part : {&scores.total, &scores.lambda, &scores.meanP, &scores.meanQ}) {
        if (part->defined())
            *part = trainer.onGrid(*part);
    }
    return scores;
}

at::Tensor packTriplets(const Trainer& trainer)
{
    const RankAllocator& allocator = trainer.allocator();
    const LambdaState lambdas = trainer.lambdas();
    const at::Tensor none = at::zeros_like(lambdas.lambda);
    // Before the first event there is no score to compare with: what the next event would see is shown instead.
    const TripletScores scores = allocator.eventStep() >= 0 ? allocator.eventScores() : presentScores(trainer);
    std::vector<at::Tensor> rows(RowCount);
    rows[Lambda] = lambdas.lambda;
    rows[Score] = scores.total;
    rows[ScoreLambda] = scores.lambda.defined() ? scores.lambda : none;
    rows[SensitivityLambda] = lambdas.sensitivity;
    rows[UncertaintyLambda] = lambdas.uncertainty;
    rows[MeanP] = scores.meanP;
    rows[MeanQ] = scores.meanQ;
    rows[PrunedAt] = allocator.prunedAt();
    rows[RevivedAt] = allocator.revivedAt();
    rows[Kept] = allocator.kept();
    rows[KeptBefore] = allocator.keptBefore();
    for (at::Tensor& row : rows)
        row = row.to(at::kFloat).flatten();
    return at::cat(rows);
}

at::Tensor packModules(const Trainer& trainer)
{
    const OrthogonalityResult& orthogonality = trainer.orthogonality();
    const at::Tensor threshold = trainer.allocator().threshold().to(at::kFloat).reshape({1});
    if (!orthogonality.defined())
        return at::cat({at::zeros({2 * trainer.arena().order.moduleCount()}, threshold.options()), threshold});
    return at::cat({orthogonality.errorP().to(at::kFloat), orthogonality.errorQ().to(at::kFloat), threshold});
}

TripletState tripletAt(const float* packed, std::int64_t total, std::int64_t i)
{
    const auto value = [=](Row row) { return packed[row * total + i]; };
    return {.lambda = value(Lambda),
        .score = value(Score),
        .scoreLambda = value(ScoreLambda),
        .sensitivityLambda = value(SensitivityLambda),
        .uncertaintyLambda = value(UncertaintyLambda),
        .meanScoreP = value(MeanP),
        .meanScoreQ = value(MeanQ),
        .prunedAt = static_cast<std::int32_t>(value(PrunedAt)),
        .revivedAt = static_cast<std::int32_t>(value(RevivedAt)),
        .kept = value(Kept) != 0.0F};
}

void addToModule(ModuleState& module, const TripletState& triplet, bool keptBefore)
{
    module.rank += triplet.kept ? 1 : 0;
    module.lostAtLastEvent += keptBefore && !triplet.kept ? 1 : 0;
    module.backAtLastEvent += !keptBefore && triplet.kept ? 1 : 0;
    module.importance += triplet.kept ? triplet.score : 0.0F;
    module.lambdaSum += std::abs(triplet.lambda);
}

} // namespace

std::shared_ptr<const RankSnapshot> buildSnapshot(const Trainer& trainer, std::int64_t step, std::int64_t budget)
{
    const c10::NoGradGuard noGradients;
    const at::Tensor there = at::cat({packTriplets(trainer), packModules(trainer)});
    const at::Tensor numbers = there.cpu();
    const auto* packed = numbers.const_data_ptr<float>();
    const std::int64_t rank = trainer.layout().initRank;
    const std::int64_t modules = trainer.arena().order.moduleCount();
    const std::int64_t total = modules * rank;
    const float* perModule = packed + RowCount * total;

    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->layout = trainer.sharedLayout();
    snapshot->step = step;
    snapshot->budget = budget;
    snapshot->eventStep = trainer.allocator().eventStep();
    snapshot->threshold = perModule[2 * modules];
    snapshot->memory = memoryInUse(there.device());
    snapshot->hasScores = step > 0 && allocatesBudget(trainer.method());
    snapshot->hasLambda = snapshot->hasScores || (step > 0 && hasLambda(trainer.method()));
    snapshot->modules.resize(static_cast<std::size_t>(modules));
    snapshot->triplets.reserve(static_cast<std::size_t>(total));
    for (std::int64_t i = 0; i < total; ++i) {
        const TripletState triplet = tripletAt(packed, total, i);
        addToModule(
            snapshot->modules[static_cast<std::size_t>(i / rank)], triplet, packed[KeptBefore * total + i] != 0.0F);
        snapshot->triplets.push_back(triplet);
    }
    for (std::int64_t m = 0; m < modules; ++m) {
        snapshot->modules[static_cast<std::size_t>(m)].orthP = perModule[m];
        snapshot->modules[static_cast<std::size_t>(m)].orthQ = perModule[modules + m];
    }
    return snapshot;
}

} // namespace spectune
