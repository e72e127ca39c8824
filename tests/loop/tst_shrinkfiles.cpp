// SPDX-License-Identifier: GPL-3.0-or-later
// What a run with adalora.shrink leaves: files in full size, from which it goes on bit for bit.
#include "tests/loop/ShrinkRuns.h"
#include "tests/support/EngineRuns.h"
#include "training/config/ConfigFile.h"
#include "training/io/AdapterFiles.h"
#include "training/io/Safetensors.h"
#include "training/loop/Checkpoint.h"

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

ResolvedRun resolvedOf(const RunConfig& config)
{
    return resolveRun(config, factsOf(modelOf({}, at::kDouble)->spec(), config));
}

void saveTo(const fs::path& folder, Trainer& trainer, const RunConfig& config, std::int64_t step)
{
    saveCheckpoint(folder, trainer, config, resolvedOf(config), {.step = step, .data = {}});
}

std::string bytesOf(const fs::path& folder)
{
    return readFile(folder / "state.safetensors");
}

/// The demo with a rank that falls from 4 to 2 after step 8 of 12, nothing clipped.
RunConfig shrinkingDemo(Method method)
{
    RunConfig config = demoConfig(method);
    config.train.saveEvery = 2;
    config.optim.maxGradNorm = 0.0;
    config.adalora.shrink = true;
    return config;
}

} // namespace

class TestShrinkFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// A checkpoint has one form, whatever is in the arena;
    /// of dropped triplets P and Q stay as they were, λ and moments are 0.
    void checkpointsHoldAllTriplets()
    {
        const Folder folder;
        const RunConfig config = shrinkConfig(true);
        const auto trainer = shrinkTrainer(config);
        stepsOf(*trainer, 0, lastMask);
        const at::Tensor before = trainer->arena().values.clone();
        stepsOf(*trainer, lastMask, lastMask + 1);
        saveTo(folder.path() / "at", *trainer, config, lastMask + 1);
        stepsOf(*trainer, lastMask + 1, shrinkSteps);
        saveTo(folder.path() / "end", *trainer, config, shrinkSteps);

        const ArenaOrder whole(trainer->layout());
        const at::Tensor kept = trainer->allocator().kept();
        const SafetensorsFile at(folder.path() / "at/state.safetensors");
        const SafetensorsFile end(folder.path() / "end/state.safetensors");
        for (const char* name : {"values", "first_moment", "second_moment", "sensitivity", "uncertainty"})
            QCOMPARE(end.tensor(name).numel(), whole.size());
        const TripletSelection dropped(trainer->layout(), kept.logical_not());
        const at::Tensor values = dropped.take(end.tensor("values"));
        const std::int64_t factors = dropped.order().lambdaOffset();
        QVERIFY(identical(values, dropped.take(at.tensor("values")))); // at rest from then on
        QVERIFY(
            !identical(values.narrow(0, 0, factors), dropped.take(before).narrow(0, 0, factors))); // step T − tf moved
        QCOMPARE(dropped.order().lambdas(values).abs().max().item<double>(), 0.0);
        for (const char* name : {"first_moment", "second_moment"})
            QCOMPARE(dropped.take(end.tensor(name)).abs().max().item<double>(), 0.0);
        const TripletSelection held(trainer->layout(), kept);
        QVERIFY(identical(held.take(end.tensor("values")), trainer->arena().values));
        QVERIFY(identical(held.take(end.tensor("second_moment")), trainer->optimizer().secondMoment()));
        QVERIFY(!identical(held.take(at.tensor("values")), trainer->arena().values));
    }

    /// The kept part is that of a run without it; a checkpoint of either goes on as the other.
    void checkpointsFitBothKindsOfRun()
    {
        const Folder folder;
        RunConfig config = shrinkConfig(true);
        const auto shrunk = shrinkTrainer(config);
        config.adalora.shrink = false;
        const auto whole = shrinkTrainer(config);
        constexpr std::int64_t middle = lastMask + 4;
        for (Trainer* trainer : {shrunk.get(), whole.get()})
            stepsOf(*trainer, 0, middle);
        saveTo(folder.path() / "shrunk", *shrunk, config, middle);
        saveTo(folder.path() / "whole", *whole, config, middle);

        for (const char* name : {"shrunk", "whole"}) {
            for (const bool shrinks : {true, false}) {
                config.adalora.shrink = shrinks;
                const auto trainer = shrinkTrainer(config);
                const RunPosition position = loadCheckpoint(folder.path() / name, *trainer, resolvedOf(config));
                QCOMPARE(position.step, middle);
                QCOMPARE(trainer->arena().order.isEven(), !shrinks);
                QCOMPARE(trainer->notice().empty(), !shrinks);
                const auto other = shrinkTrainer(config);
                stepsOf(*other, 0, middle);
                const std::vector<StepResult> expected = stepsOf(*other, middle, shrinkSteps);
                const std::vector<StepResult> results = stepsOf(*trainer, middle, shrinkSteps);
                for (std::size_t i = 0; i < expected.size(); ++i)
                    QVERIFY(std::abs(results[i].loss - expected[i].loss) <= 1e-12);
            }
        }
    }

    /// Loading and saving again changes no byte.
    void loadingIsExact_data() { addShrinkingMethods(); }

    void loadingIsExact()
    {
        QFETCH(const int, methodNumber);
        const Folder folder;
        RunConfig config = shrinkConfig(true, static_cast<Method>(methodNumber));
        config.adalora.gamma = 0.1;
        const auto trainer = shrinkTrainer(config);
        stepsOf(*trainer, 0, lastMask + 3);
        saveTo(folder.path() / "first", *trainer, config, lastMask + 3);
        const auto again = shrinkTrainer(config);
        QCOMPARE(loadCheckpoint(folder.path() / "first", *again, resolvedOf(config)).step, lastMask + 3);
        saveTo(folder.path() / "second", *again, config, lastMask + 3);
        QVERIFY(bytesOf(folder.path() / "second") == bytesOf(folder.path() / "first"));
        stepsOf(*trainer, lastMask + 3, shrinkSteps);
        stepsOf(*again, lastMask + 3, shrinkSteps);
        QVERIFY(identical(again->arena().values, trainer->arena().values));
    }

    /// A run that goes on with more steps has its budget fall anew: the dropped triplets are there to compete.
    void goesOnWithMoreSteps()
    {
        const Folder folder;
        RunConfig config = shrinkConfig(true);
        const auto trainer = shrinkTrainer(config);
        stepsOf(*trainer, 0, shrinkSteps);
        saveTo(folder.path() / "end", *trainer, config, shrinkSteps);
        config.train.steps = 2 * shrinkSteps;
        const auto further = shrinkTrainer(config);
        (void)loadCheckpoint(folder.path() / "end", *further, resolvedOf(config));
        QVERIFY(further->arena().order.isEven());
        const std::vector<StepResult> results = stepsOf(*further, shrinkSteps, 2 * shrinkSteps);
        for (const StepResult& result : results)
            QVERIFY(result.skipped.empty());
        QCOMPARE(further->arena().order.tripletCount(), std::int64_t {28});
    }

    /// Through the real engine: killed before, at and after T − tf, with dropout's draws, and for a second time.
    void resumedRunsEqualTheUninterrupted_data()
    {
        QTest::addColumn<int>("methodNumber");
        QTest::addColumn<int>("threads");
        QTest::addColumn<QList<int>>("stops");
        QTest::newRow("before") << static_cast<int>(Method::AdaLora) << 1 << QList<int> {6};
        QTest::newRow("right after the last mask") << static_cast<int>(Method::AdaLora) << 1 << QList<int> {9};
        QTest::newRow("twice after it") << static_cast<int>(Method::AdaLora) << 2 << QList<int> {10, 11};
        QTest::newRow("prune-lora") << static_cast<int>(Method::PruneLora) << 1 << QList<int> {7, 10};
    }

    void resumedRunsEqualTheUninterrupted()
    {
        QFETCH(const int, methodNumber);
        QFETCH(const int, threads);
        QFETCH(const QList<int>, stops);
        const Folder folder;
        RunConfig config = shrinkingDemo(static_cast<Method>(methodNumber));
        config.train.threads = threads;
        const fs::path whole = folder.path() / "whole";
        RecordingControl control;
        QVERIFY(runEngine(control, config, whole) == RunOutcome::Finished);
        const fs::path parts = folder.path() / "parts";
        fs::path resume;
        for (const int stop : stops) {
            RecordingControl part;
            part.stopAfter = stop;
            QVERIFY(runEngine(part, config, parts, resume) == RunOutcome::Stopped);
            resume = parts;
        }
        RecordingControl last;
        QVERIFY(runEngine(last, loadConfig(parts / "config.json"), parts, parts) == RunOutcome::Finished);
        for (const char* name : {"checkpoints/step-12/state.safetensors", "checkpoints/step-12/state.json",
                 "adapter/adapter_model.safetensors", "adapter/adapter_config.json", "ranks.jsonl"})
            QVERIFY2(readFile(parts / name) == readFile(whole / name), name);
        QVERIFY(jsonLines(parts / "metrics.jsonl") == jsonLines(whole / "metrics.jsonl"));
        QVERIFY(contains(readFile(parts / "log.txt"), "triplets leave the arena (adalora.shrink)"));
        QVERIFY(contains(readFile(whole / "config.json"), "\"shrink\": true"));
    }

    /// Checkpoints and the exported adapter do not tell whether a run shrank, with γ = 0 and nothing clipped.
    void adaptersAreThoseOfTheRunWithoutIt()
    {
        const Folder folder;
        RunConfig config = shrinkingDemo(Method::AdaLora);
        config.train.dtype = ElementType::Float64;
        config.adalora.gamma = 0.0;
        config.adalora.dropout = 0.0;
        const auto adapterOf = [&](const char* name) {
            RecordingControl control;
            (void)runEngine(control, config, folder.path() / name);
            return readAdapter(folder.path() / name / "adapter");
        };
        const AdapterState shrunk = adapterOf("shrunk");
        config.adalora.shrink = false;
        const AdapterState whole = adapterOf("whole");
        const DeltaDifference apart = compareDeltas(shrunk, whole);
        QVERIFY(apart.maxDelta > 1e-4);
        QVERIFY2(apart.maxDifference <= 1e-11 * apart.maxDelta, qPrintable(QString::number(apart.maxDifference)));
        for (std::size_t i = 0; i < whole.modules.size(); ++i)
            QVERIFY(shrunk.modules[i].kept == whole.modules[i].kept);
        QCOMPARE(readFile(folder.path() / "shrunk/ranks.jsonl"), readFile(folder.path() / "whole/ranks.jsonl"));
    }
};

QTEST_GUILESS_MAIN(TestShrinkFiles)
#include "tst_shrinkfiles.moc"
