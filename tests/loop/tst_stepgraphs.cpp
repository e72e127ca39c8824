// SPDX-License-Identifier: GPL-3.0-or-later
// Recorded steps without a GPU: a recorder that keeps what it was told and does it when it is played stands in for
// CUDA's. What is tested is all around the recording: forms, their bounded number, and going on where recording fails.
#include "tests/loop/RecordedRuns.h"

#include <random>

using namespace spectune;
using namespace spectune::testing;

namespace {

void compare(const Run& run, const Run& expected)
{
    QCOMPARE(run.results.size(), expected.results.size());
    for (std::size_t t = 0; t < run.results.size(); ++t) {
        QCOMPARE(run.results[t].skipped.english(), expected.results[t].skipped.english());
        QCOMPARE(run.results[t].masked, expected.results[t].masked);
        if (!run.results[t].skipped.empty())
            continue;
        QCOMPARE(run.results[t].loss, expected.results[t].loss);
        QCOMPARE(run.results[t].orth, expected.results[t].orth);
        QCOMPARE(run.results[t].gradNorm, expected.results[t].gradNorm);
    }
    QVERIFY(identical(run.values, expected.values));
    QVERIFY(identical(run.kept, expected.kept));
    QVERIFY(identical(run.orthogonality, expected.orthogonality));
}

/// A batch of @p samples equal samples, @p length long.
PackedBatch packOf(std::int64_t samples, std::int64_t length)
{
    const at::Tensor tokens = at::zeros({samples, length}, at::kLong);
    return packed({.tokens = tokens, .targets = tokens, .targetCount = samples * length}, at::kCPU);
}

} // namespace

class TestStepGraphs : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void recordedStepsAreTheSteps_data()
    {
        QTest::addColumn<int>("micro");
        QTest::addColumn<double>("dropout");
        QTest::addColumn<int>("poisonedStep");
        QTest::addColumn<bool>("shrink");
        QTest::newRow("whole batches") << 0 << 0.0 << -1 << false;
        QTest::newRow("micro-batches") << 2 << 0.0 << -1 << false;
        QTest::newRow("micro-batches of one") << 1 << 0.0 << -1 << false;
        QTest::newRow("dropout") << 0 << 0.2 << -1 << false;
        QTest::newRow("a skipped event") << 0 << 0.0 << 6 << false;
        QTest::newRow("the skipped last event") << 2 << 0.0 << 12 << false;
        QTest::newRow("an arena that shrinks") << 0 << 0.0 << -1 << true;
        QTest::newRow("one that shrinks late") << 2 << 0.1 << 12 << true;
    }

    void recordedStepsAreTheSteps()
    {
        QFETCH(const int, micro);
        QFETCH(const double, dropout);
        QFETCH(const int, poisonedStep);
        QFETCH(const bool, shrink);
        RunConfig config = configOf(micro, dropout);
        config.adalora.shrink = shrink;
        Log log;
        const Run recorded = train(config, std::make_unique<TestRecorder>(log), poisonedStep);
        QVERIFY(log.recorded > 0 && log.played > log.recorded);
        QVERIFY(!contains(recorded.notices, "not recorded"));
        compare(recorded, train(config, nullptr, poisonedStep));
        QCOMPARE(log.alive, 0);
    }

    /// Where the next batch is prepared: once a step, whether it is recorded or not, skipped or not.
    void meanwhileIsCalledOnceAStep()
    {
        Log log;
        const auto trainer = trainerOf(configOf(2), std::make_unique<TestRecorder>(log));
        int calls = 0;
        for (std::int64_t t = 0; t < steps; ++t) {
            (void)trainer->step(t, trainer->prepare(batchAt(t)), [&] { ++calls; });
            QCOMPARE(calls, static_cast<int>(t) + 1);
        }
    }

    /// γ and the clip stand as numbers in a recording, which must go then; the learning rate comes to each step by
    /// itself.
    void editsReachRecordedSteps_data()
    {
        QTest::addColumn<QString>("assignment");
        QTest::addColumn<bool>("isRecordedAnew");
        for (const char* assignment : {"adalora.gamma=5", "adalora.gamma=0", "optim.max_grad_norm=0.01"})
            QTest::newRow(assignment) << assignment << true;
        QTest::newRow("optim.lr=0.02") << "optim.lr=0.02" << false;
    }

    void editsReachRecordedSteps()
    {
        QFETCH(const QString, assignment);
        QFETCH(const bool, isRecordedAnew);
        RunConfig edited = configOf();
        applyAssignment(edited, assignment.toStdString());
        Log log;
        const auto recorded = trainerOf(configOf(), std::make_unique<TestRecorder>(log));
        const ResolvedRun resolved = resolveRun(edited, factsOf(recorded->model().spec(), edited));
        const auto eager = trainerOf(configOf(), nullptr);
        const auto unedited = trainerOf(configOf(), nullptr);
        int before = 0;
        for (std::int64_t t = 0; t < steps; ++t) {
            if (t == 9) {
                before = log.recorded;
                QVERIFY(log.alive > 0);
                recorded->edit(edited, resolved);
                eager->edit(edited, resolved);
                QCOMPARE(log.alive, isRecordedAnew ? 0 : before);
            }
            const StepResult result = recorded->step(t, batchAt(t));
            const StepResult expected = eager->step(t, batchAt(t));
            (void)unedited->step(t, batchAt(t));
            QCOMPARE(result.loss, expected.loss);
            QCOMPARE(result.orth, expected.orth);
            QCOMPARE(result.gradNorm, expected.gradNorm);
            QCOMPARE(result.lr, expected.lr);
        }
        QVERIFY(identical(recorded->arena().values, eager->arena().values));
        QVERIFY(!identical(unedited->arena().values, eager->arena().values));
        QCOMPARE(log.recorded > before, isRecordedAnew);
    }

    void whatCannotBeRecordedIsNot()
    {
        RunConfig config = configOf(0, 0.2);
        config.train.gradientCheckpointing = true; // dropout's generator is put back in the backward
        Log log;
        const Run run = train(config, std::make_unique<TestRecorder>(log));
        QCOMPARE(log.recorded, 0);
        QVERIFY2(
            contains(run.notices, "not recorded") && contains(run.notices, "adalora.dropout"), run.notices.c_str());
        const Run without = train(config, nullptr);
        QVERIFY(without.notices.empty()); // there is nothing that could record
        compare(run, without);
    }

    void whereRecordingFailsStepsGoOn_data()
    {
        QTest::addColumn<int>("failsAt");
        QTest::addColumn<bool>("lacksMemory");
        QTest::newRow("the first") << 0 << false;
        QTest::newRow("one after others") << 2 << false;
        QTest::newRow("for want of the host's memory") << 1 << true;
    }

    void whereRecordingFailsStepsGoOn()
    {
        QFETCH(const int, failsAt);
        QFETCH(const bool, lacksMemory);
        for (const std::int64_t micro : {0, 2}) {
            Log log {.failsAt = failsAt, .lacksMemory = lacksMemory};
            const Run run = train(configOf(micro), std::make_unique<TestRecorder>(log));
            const char* reason = lacksMemory ? "bad_alloc" : "not permitted";
            QVERIFY2(contains(run.notices, "not recorded") && contains(run.notices, reason), run.notices.c_str());
            QCOMPARE(run.notices.find("not recorded"), run.notices.rfind("not recorded")); // told once
            QCOMPARE(log.recorded, failsAt);
            QCOMPARE(log.alive, 0);
            compare(run, train(configOf(micro), nullptr));
        }
    }

    void aFormIsRecordedTheSecondTime()
    {
        Log log;
        int calls = 0;
        StepGraphs graphs([&](const PackedBatch&, StepPart) { ++calls; }, std::make_unique<TestRecorder>(log));
        graphs.run(packOf(2, 6));
        QCOMPARE(log.recorded, 0);
        for (int i = 0; i < 3; ++i)
            graphs.run(packOf(2, 6));
        QCOMPARE(log.recorded, 1);
        QCOMPARE(log.played, 3);
        QCOMPARE(calls, 4);
        graphs.run(packOf(2, 6), {.begins = true, .ends = false}); // another part of a step
        QCOMPARE(log.played, 3);
        graphs.run(packOf(2, 6), {.begins = true, .ends = false});
        QCOMPARE(log.recorded, 2);
        graphs.forget();
        QCOMPARE(log.alive, 0);
        graphs.run(packOf(2, 6));
        QCOMPARE(log.recorded, 2);
    }

    /// A larger batch moves the buffers that recordings point to.
    void aLargerBatchEndsTheRecordings()
    {
        Log log;
        StepGraphs graphs([](const PackedBatch&, StepPart) {}, std::make_unique<TestRecorder>(log));
        for (int i = 0; i < 2; ++i)
            graphs.run(packOf(2, 6));
        QCOMPARE(log.alive, 1);
        graphs.run(packOf(2, 5)); // smaller: stays
        QCOMPARE(log.alive, 1);
        graphs.run(packOf(2, 7));
        QCOMPARE(log.alive, 0);
    }

    void onlySoManyAreKept()
    {
        Log log;
        StepGraphs graphs([](const PackedBatch&, StepPart) {}, std::make_unique<TestRecorder>(log));
        const auto forms = static_cast<std::int64_t>(StepGraphs::most) + 4;
        for (std::int64_t length = forms; length > 0; --length) { // the largest first
            for (int i = 0; i < 2; ++i)
                graphs.run(packOf(1, length));
            QVERIFY(log.alive <= static_cast<int>(StepGraphs::most));
        }
        QCOMPARE(log.recorded, static_cast<int>(forms));
        QCOMPARE(log.alive, static_cast<int>(StepGraphs::most));
        const int played = log.played;
        graphs.run(packOf(1, 1)); // the latest is there
        QCOMPARE(log.played, played + 1);
        graphs.run(packOf(1, forms)); // the first has gone
        QCOMPARE(log.played, played + 1);
    }

    /// Samples of all lengths: most batches come in a form that is recorded, and few rows are filled up for it.
    void manyLengthsAreFewForms()
    {
        Log log;
        StepGraphs graphs([](const PackedBatch&, StepPart) {}, std::make_unique<TestRecorder>(log));
        constexpr std::int64_t samples = 8;
        constexpr std::int64_t longest = 1024;
        constexpr int batches = 600;
        std::mt19937 random(7); // whose numbers the standard says
        std::int64_t real = 0;
        std::int64_t rows = 0;
        for (int i = 0; i < batches; ++i) {
            Batch batch {.tokens = at::zeros({samples, longest}, at::kLong),
                .targets = at::full({samples, longest}, Batch::ignored, at::kLong)};
            for (std::int64_t sample = 0; sample < samples; ++sample) {
                const auto drawn = static_cast<std::int64_t>(random() % 985);
                const std::int64_t length = 40 + drawn * drawn / 985; // short ones are more
                batch.targets[sample].narrow(0, length / 2, length - length / 2).fill_(1);
                batch.targetCount += length - length / 2;
                real += length;
            }
            const PackedBatch filled = packed(batch, at::kCPU, /*fillsUp=*/true, longest);
            rows += filled.rows();
            graphs.run(filled);
            QVERIFY(log.alive <= static_cast<int>(StepGraphs::most));
        }
        QVERIFY2(log.played > batches * 6 / 10, qPrintable(QString::number(log.played)));
        QVERIFY2(rows < real * 108 / 100, qPrintable(QString("%1 rows of %2").arg(rows).arg(real)));
    }

    /// A form that has run needs no other first run once a larger batch has moved the buffers.
    void aKnownFormIsRecordedAnewAtOnce()
    {
        Log log;
        StepGraphs graphs([](const PackedBatch&, StepPart) {}, std::make_unique<TestRecorder>(log));
        for (int i = 0; i < 2; ++i)
            graphs.run(packOf(2, 6));
        graphs.run(packOf(2, 7));
        QCOMPARE(log.alive, 0);
        graphs.run(packOf(2, 6));
        QCOMPARE(log.recorded, 2);
        QCOMPARE(log.played, 2);
    }

    /// A recording works on its own copy: what is played is the batch of that call.
    void thePlayedBatchIsTheCalls()
    {
        Log log;
        std::vector<std::int64_t> seen;
        StepGraphs graphs(
            [&](const PackedBatch& batch, StepPart) { seen.push_back(batch.tokens.sum().item<std::int64_t>()); },
            std::make_unique<TestRecorder>(log));
        for (std::int64_t id = 1; id <= 4; ++id) {
            const at::Tensor tokens = at::full({2, 3}, id, at::kLong);
            graphs.run(packed({.tokens = tokens, .targets = tokens, .targetCount = 6}, at::kCPU));
        }
        QCOMPARE(seen, (std::vector<std::int64_t> {6, 12, 18, 24}));
    }
};

QTEST_GUILESS_MAIN(TestStepGraphs)
#include "tst_stepgraphs.moc"
