// SPDX-License-Identifier: GPL-3.0-or-later
// The passes over an arena give the same bits however many workers share them.
#include "tests/optim/Layouts.h"
#include "tests/support/Tensors.h"
#include "training/loop/Device.h"
#include "training/nn/LoopParts.h"
#include "training/nn/ThreadCount.h"
#include "training/optim/ArenaSweep.h"
#include "training/optim/OrthogonalityRegularizer.h"
#include "training/optim/StepInputs.h"

#include <ATen/ATen.h>
#include <QtTest/QtTest>

#include <algorithm>
#include <mutex>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// All that a step changes after a backward.
std::vector<at::Tensor> conclude(WorkerPool* workers, std::int64_t threads)
{
    prepareThread(at::kCPU, threads);
    const ModuleLayout layout = layoutOf({{700, 530}, {61, 700}, {530, 9}}, 11);
    const auto options = at::TensorOptions().dtype(at::kFloat);
    TripletArena arena(layout, 2.0, options);
    arena.workers = workers;
    Random random(61);
    arena.values.copy_(random.normal({arena.order.size()}) * 0.1);
    arena.gradients.copy_(random.normal({arena.order.size()}) * 0.01);
    OrthogonalityResult orthogonality;
    addOrthogonalityGradient(arena, RegularizerKind::Norm, 0.3, orthogonality);
    const at::Tensor norm = arena.gradients.norm();
    AdamW optimizer({}, arena.order.size(), options);
    Importance importance(arena.order, {}, true, options);
    StepInputs inputs(at::kCPU);
    kernels::StepScalars scalars {.lr = 0.01, .observes = 1.0};
    optimizer.correct(scalars);
    inputs.set(scalars);
    ArenaSweep {.values = arena.values,
        .gradients = arena.gradients,
        .gradNorm = norm,
        .scalars = inputs.data(),
        .maxNorm = 1.0,
        .optimizer = &optimizer,
        .importance = &importance,
        .workers = workers}
        .run();
    TripletScores scores = importance.scores(arena.values);
    ScoreTask task;
    task.into = scores;
    task.workers = workers;
    importance.score(arena.values, task);
    return {arena.values, arena.gradients, orthogonality.value, orthogonality.norms, optimizer.firstMoment(),
        optimizer.secondMoment(), importance.sensitivity(), importance.uncertainty(), scores.total, scores.meanP};
}

} // namespace

class TestArenaWorkers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { prepareThread(at::kCPU, 1); }

    void giveTheSameBits()
    {
        const std::vector<at::Tensor> alone = conclude(nullptr, 1);
        WorkerPool three(3, [] { useThreads(1); });
        WorkerPool one(1);
        for (const std::vector<at::Tensor>& shared : {conclude(&three, 1), conclude(&one, 1), conclude(nullptr, 2)}) {
            for (std::size_t i = 0; i < alone.size(); ++i)
                QVERIFY2(identical(shared[i], alone[i]), qPrintable(QString("tensor %1").arg(i)));
        }
    }

    void everyTurnIsDoneOnce()
    {
        prepareThread(at::kCPU, 1);
        WorkerPool three(3);
        for (const std::int64_t count : {0, 1, 2, 3, 7, 100}) {
            for (const std::int64_t turns : {1, 4, 1000}) {
                std::vector<int> done(static_cast<std::size_t>(count), 0);
                std::mutex mutex;
                std::int64_t parts = 0;
                forParts(at::kCPU, &three, count, turns, [&](std::int64_t begin, std::int64_t end) {
                    const std::lock_guard lock(mutex);
                    ++parts;
                    for (std::int64_t i = begin; i < end; ++i)
                        ++done[static_cast<std::size_t>(i)];
                });
                QVERIFY(std::all_of(done.begin(), done.end(), [](int times) { return times == 1; }));
                QCOMPARE(parts, std::clamp<std::int64_t>(count / turns, 1, 3));
            }
        }
    }
};

QTEST_GUILESS_MAIN(TestArenaWorkers)
#include "tst_arenaworkers.moc"
