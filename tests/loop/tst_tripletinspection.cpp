// SPDX-License-Identifier: GPL-3.0-or-later
// The exact values of one matrix: against a dense ΔW (small enough here), and of a real run; its replay beside them.
#include "tests/support/EngineRuns.h"
#include "tests/support/Tensors.h"
#include "training/loop/TripletInspection.h"
#include "training/monitor/ReplayReader.h"
#include "training/monitor/RunHistory.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// Beside the events, of warm-up and final phase too, the file has what the views were shown.
void verifyMoments(const ReplayReader& replay, const RecordingControl& control)
{
    int moments = 0;
    for (const auto& live : control.snapshots) {
        if (live->step == 0 || replay.momentUntil(live->step) != live->step)
            continue;
        ++moments;
        RankSnapshot base = *live;
        for (TripletState& triplet : base.triplets)
            triplet.lambda = triplet.score = 0.0F;
        const RankSnapshot told = replay.atMoment(base, live->step);
        for (std::size_t i = 0; i < told.triplets.size(); ++i) {
            QCOMPARE(told.triplets[i].lambda, live->triplets[i].lambda);
            QCOMPARE(told.triplets[i].score, live->triplets[i].score);
        }
        for (std::size_t m = 0; m < told.modules.size(); ++m)
            QCOMPARE(told.modules[m].lambdaSum, live->modules[m].lambdaSum);
    }
    QVERIFY(moments > 1);
    QCOMPARE(replay.momentUntil(100), control.snapshots.back()->step); // the end
}

} // namespace

class TestTripletInspection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheDenseMatrix_data()
    {
        QTest::addColumn<int>("out");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("rank");
        QTest::newRow("tall") << 96 << 40 << 8;
        QTest::newRow("wide") << 24 << 200 << 12;
        QTest::newRow("one triplet") << 16 << 16 << 1;
        QTest::newRow("more triplets than rows") << 4 << 30 << 6;
    }

    void equalsTheDenseMatrix()
    {
        QFETCH(int, out);
        QFETCH(int, in);
        QFETCH(int, rank);
        Random random(11);
        const at::Tensor p = random.normal({out, rank});
        const at::Tensor lambda = random.normal({rank});
        const at::Tensor q = random.normal({rank, in});
        const TripletGeometry geometry = geometryOf({.module = "m", .p = p, .lambda = lambda, .q = q, .kept = {}});
        QCOMPARE(geometry.singular.size(), static_cast<std::size_t>(rank));
        const at::Tensor expected = at::linalg_svdvals((p * lambda).mm(q));
        for (std::int64_t i = 0; i < rank; ++i) {
            const double value = i < expected.size(0) ? expected[i].item<double>() : 0.0;
            QVERIFY(std::abs(geometry.singular[static_cast<std::size_t>(i)] - value) < 1e-9 * (1.0 + value));
        }
        const at::Tensor gram = q.mm(q.t());
        for (std::int64_t i = 0; i < rank * rank; ++i)
            QVERIFY(std::abs(geometry.gramQ[static_cast<std::size_t>(i)] - gram.flatten()[i].item<double>()) < 1e-9);
    }

    void orthonormalFactorsHaveLambdaAsSingularValues()
    {
        Random random(5);
        const at::Tensor p = std::get<0>(at::linalg_qr(random.normal({50, 6})));
        const at::Tensor q = std::get<0>(at::linalg_qr(random.normal({70, 6}))).t();
        const at::Tensor lambda = at::tensor({0.5, -2.0, 0.25, 1.0, 0.0, -0.125}, at::kDouble);
        const TripletGeometry geometry = geometryOf({.module = "m", .p = p, .lambda = lambda, .q = q, .kept = {}});
        const std::vector<double> expected {2.0, 1.0, 0.5, 0.25, 0.125, 0.0};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(std::abs(geometry.singular[i] - expected[i]) < 1e-12);
        QVERIFY(std::abs(geometry.gramP[0] - 1.0) < 1e-12 && std::abs(geometry.gramP[1]) < 1e-12);
    }

    void aMatrixWithoutTripletsIsEmpty()
    {
        const TripletGeometry geometry = geometryOf({.module = "m",
            .p = at::zeros({8, 0}),
            .lambda = at::zeros({0}),
            .q = at::zeros({0, 8}),
            .kept = std::vector<bool>(4, false)});
        QVERIFY(geometry.triplets.empty() && geometry.singular.empty() && geometry.gramP.empty());
    }

    void aRunIsInspectedBetweenStepsAndStaysAsItIs()
    {
        const QTemporaryDir folder;
        const std::filesystem::path root = folder.path().toStdString();
        RecordingControl alone;
        runEngine(alone, demoConfig(), root / "alone");
        LibTorchEngine engine;
        RecordingControl control;
        control.wantsSnapshots = true;
        std::vector<TripletGeometry> seen;
        std::vector<std::int64_t> steps;
        control.atBorder = [&](std::int64_t step) {
            if (step != 3 && step != 7)
                return;
            const std::string module = control.snapshots.back()->layout->modules.front().name;
            // By its folder's name and without one: both mean the run in work.
            const std::string source = step == 3 ? (root / "run").string() : std::string();
            const Answer answer = engine.answer(InspectTriplets {.source = source, .module = module}, {});
            seen.push_back(std::get<TripletGeometry>(answer));
            steps.push_back(control.snapshots.back()->step);
        };
        RunRequest request;
        request.config = demoConfig();
        request.outFolder = (root / "run").string();
        QVERIFY(engine.run(request, control) == RunOutcome::Finished);
        QCOMPARE(steps, (std::vector<std::int64_t> {3, 7}));
        for (std::size_t k = 0; k < seen.size(); ++k) {
            const auto snapshot = std::find_if(control.snapshots.begin(), control.snapshots.end(),
                [&](const auto& shown) { return shown->step == steps[k]; });
            QVERIFY(snapshot != control.snapshots.end());
            QVERIFY(seen[k].live);
            QCOMPARE(seen[k].lambda.size(), std::size_t {4}); // all of them, the pruned ones, too
            QCOMPARE(seen[k].singular.size(), std::size_t {4});
            for (std::size_t i = 0; i < seen[k].lambda.size(); ++i)
                QCOMPARE(static_cast<float>(seen[k].lambda[i]), (*snapshot)->triplets[i].lambda);
        }
        const auto expected = alone.all<MetricPoint>();
        const auto trained = control.all<MetricPoint>();
        QCOMPARE(trained.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) {
            QCOMPARE(trained[i].loss, expected[i].loss);
            QCOMPARE(trained[i].gradNorm, expected[i].gradNorm);
        }
    }

    /// Once the dropped triplets have left the arena its rows are no longer 0, 1, 2, …
    void aShrunkRunKeepsItsNumbers()
    {
        LibTorchEngine engine;
        RecordingControl control;
        control.wantsSnapshots = true;
        int gaps = 0;
        control.atBorder = [&](std::int64_t step) {
            if (step != 10)
                return;
            const RankSnapshot& snapshot = *control.snapshots.back();
            for (std::size_t m = 0; m < snapshot.layout->modules.size(); ++m) {
                const Answer answer
                    = engine.answer(InspectTriplets {.source = {}, .module = snapshot.layout->modules[m].name}, {});
                const auto& geometry = std::get<TripletGeometry>(answer);
                std::vector<std::int32_t> kept;
                for (std::int32_t i = 0; i < 4; ++i) {
                    if (snapshot.triplets[m * 4 + static_cast<std::size_t>(i)].kept)
                        kept.push_back(i);
                }
                QCOMPARE(geometry.triplets, kept);
                QCOMPARE(geometry.lambda.size(), kept.size());
                for (std::size_t row = 0; row < kept.size(); ++row)
                    QCOMPARE(static_cast<float>(geometry.lambda[row]),
                        snapshot.triplets[m * 4 + static_cast<std::size_t>(kept[row])].lambda);
                gaps += kept.empty() || kept.back() + 1 == static_cast<std::int32_t>(kept.size()) ? 0 : 1;
            }
        };
        RunRequest request;
        request.config = demoConfig();
        request.config.adalora.shrink = true;
        QVERIFY(engine.run(request, control) == RunOutcome::Finished);
        QVERIFY(gaps > 0); // else any numbers would do
    }

    void onlyACheckpointsNameHasAStep()
    {
        QCOMPARE(stepOfCheckpoint("run/checkpoints/step-5"), std::int64_t {5});
        for (const char* name : {"step-5.cut", "step-", "step", "adapter", "step-5-6", "last-7"})
            QCOMPARE(stepOfCheckpoint(std::filesystem::path("run/checkpoints") / name), std::int64_t {-1});
        const Folder folder; // set aside by a resume, but still a checkpoint that may be named
        RecordingControl control;
        runEngine(control, demoConfig(), folder.path() / "run");
        const auto aside = folder.path() / "run/checkpoints/step-12.cut";
        std::filesystem::rename(folder.path() / "run/checkpoints/step-12", aside);
        LibTorchEngine engine;
        const std::string module = "model.layers.0.self_attn.q_proj";
        const Answer answer = engine.answer(InspectTriplets {.source = aside.string(), .module = module}, {});
        QCOMPARE(std::get<TripletGeometry>(answer).step, std::int64_t {-1});
    }

    void aRunOfFixedRanksTellsItsLambda()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        config.method = Method::SvdLora;
        RecordingControl control;
        control.wantsSnapshots = true;
        runEngine(control, config, folder.path() / "run");
        const ReplayReader replay(folder.path() / "run");
        QCOMPARE(replay.eventCount(), 0U);
        verifyMoments(replay, control);
        const RankSnapshot told = replay.atMoment(*control.snapshots.front(), replay.momentUntil(100));
        QVERIFY(told.hasLambda && !told.hasScores && told.modules[0].orthP > 0.0F);
    }

    void aRunTellsItsPastAndItsGeometry()
    {
        const QTemporaryDir folder;
        const std::filesystem::path out = std::filesystem::path(folder.path().toStdString()) / "run";
        RecordingControl control;
        control.wantsSnapshots = true;
        runEngine(control, demoConfig(), out);
        const ReplayReader replay(out);
        const RunHistory history = loadHistory(out);
        QCOMPARE(replay.eventCount(), history.events.size());
        QVERIFY(replay.eventCount() > 1);
        for (std::size_t k = 0; k < history.events.size(); ++k) {
            const auto snapshot = replay.snapshotAt(k);
            QCOMPARE(snapshot->step, history.events[k].step);
            QCOMPARE(snapshot->budget, history.events[k].budget);
            for (std::size_t m = 0; m < snapshot->modules.size(); ++m)
                QCOMPARE(snapshot->modules[m].rank, history.events[k].ranks[m]);
            const auto live = std::find_if(control.snapshots.begin(), control.snapshots.end(),
                [&](const auto& shown) { return shown->step == snapshot->step; });
            QVERIFY(live != control.snapshots.end());
            QVERIFY(snapshot->hasScores && (*live)->hasScores);
            QCOMPARE(snapshot->threshold, (*live)->threshold);
            for (std::size_t i = 0; i < snapshot->triplets.size(); ++i) {
                QCOMPARE(snapshot->triplets[i].lambda, (*live)->triplets[i].lambda);
                QCOMPARE(snapshot->triplets[i].score, (*live)->triplets[i].score);
                QCOMPARE(snapshot->triplets[i].prunedAt, (*live)->triplets[i].prunedAt);
                QCOMPARE(snapshot->triplets[i].revivedAt, (*live)->triplets[i].revivedAt);
                QCOMPARE(snapshot->triplets[i].kept, (*live)->triplets[i].kept);
            }
            for (std::size_t m = 0; m < snapshot->modules.size(); ++m) {
                QCOMPARE(snapshot->modules[m].importance, (*live)->modules[m].importance);
                QCOMPARE(snapshot->modules[m].lambdaSum, (*live)->modules[m].lambdaSum);
                QCOMPARE(snapshot->modules[m].lostAtLastEvent, (*live)->modules[m].lostAtLastEvent);
            }
        }
        verifyMoments(replay, control);
        LibTorchEngine engine;
        const Answer answer
            = engine.answer(InspectTriplets {.source = out.string(), .module = history.modules.front()}, {});
        const auto* geometry = std::get_if<TripletGeometry>(&answer);
        QVERIFY(geometry != nullptr);
        QCOMPARE(geometry->step, 12);
        QCOMPARE(static_cast<std::int32_t>(geometry->triplets.size()), history.events.back().ranks.front());
        QVERIFY_EXCEPTION_THROWN(
            (void)engine.answer(InspectTriplets {.source = out.string(), .module = "nobody"}, {}), Error);
    }
};

QTEST_GUILESS_MAIN(TestTripletInspection)
#include "tst_tripletinspection.moc"
