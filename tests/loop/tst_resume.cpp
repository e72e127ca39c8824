// SPDX-License-Identifier: GPL-3.0-or-later
// Runs through the real engine on the bundled demo: what resuming, stopping and seeds promise, and a run's folder.
#include "tests/support/EngineRuns.h"
#include "training/config/ConfigFile.h"
#include "training/io/AdapterFiles.h"

#include <cmath>
#include <map>
#include <utility>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// Everything a run leaves that two equal runs must share, by path; `seconds` taken out.
std::map<std::string, std::string> resultsOf(const fs::path& run, std::int64_t lastStep)
{
    const std::string checkpoint = "checkpoints/step-" + std::to_string(lastStep) + "/";
    std::map<std::string, std::string> results;
    for (const std::string& name :
        {checkpoint + "state.json", checkpoint + "state.safetensors", std::string("adapter/adapter_model.safetensors"),
            std::string("adapter/adapter_config.json"), std::string("ranks.jsonl"), std::string("config.json")})
        results[name] = readFile(run / name);
    for (const auto& line : jsonLines(run / "metrics.jsonl"))
        results["metrics.jsonl"] += line.dump() + "\n";
    return results;
}

void compareRuns(const fs::path& run, const fs::path& expected, std::int64_t lastStep)
{
    const auto results = resultsOf(run, lastStep);
    for (const auto& [name, bytes] : resultsOf(expected, lastStep))
        QVERIFY2(results.at(name) == bytes, name.c_str());
}

struct MethodRow {
    const char* name;
    Method method;
};
constexpr MethodRow methods[] = {{"adalora", Method::AdaLora}, {"lora", Method::Lora}, {"svd-lora", Method::SvdLora},
    {"prune-lora", Method::PruneLora}};

} // namespace

class TestResume : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsTheUninterruptedRun_data()
    {
        QTest::addColumn<int>("methodNumber");
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("micro");
        for (const MethodRow& row : methods)
            QTest::newRow(row.name) << static_cast<int>(row.method) << 1 << 0;
        QTest::newRow("two threads") << static_cast<int>(Method::AdaLora) << 2 << 0;
        QTest::newRow("micro-batches, blocks twice") << static_cast<int>(Method::AdaLora) << 1 << 3;
    }

    void equalsTheUninterruptedRun()
    {
        QFETCH(const int, methodNumber);
        QFETCH(const int, threads);
        QFETCH(const int, micro);
        const Folder folder;
        RunConfig config = demoConfig(static_cast<Method>(methodNumber));
        config.train.threads = threads;
        config.train.microBatchSize = micro;
        config.train.gradientCheckpointing = micro > 0;
        config.train.saveEvery = 6;
        const fs::path whole = folder.path() / "whole";
        RecordingControl control;
        QVERIFY(runEngine(control, config, whole) == RunOutcome::Finished);
        QCOMPARE(control.all<MetricPoint>().size(), std::size_t {12});

        // The same seed once more: bit for bit.
        const fs::path again = folder.path() / "again";
        RecordingControl second;
        QVERIFY(runEngine(second, config, again) == RunOutcome::Finished);
        compareRuns(again, whole, 12);
        if (QTest::currentTestFailed())
            return;

        // As if the second run had been killed in step 9: lines beyond the checkpoint, the last one torn.
        fs::remove_all(again / "checkpoints/step-12");
        fs::remove_all(again / "adapter");
        std::ofstream(again / "metrics.jsonl", std::ios::app) << "{\"step\": 13, \"lo";
        RecordingControl third;
        QVERIFY(runEngine(third, loadConfig(again / "config.json"), again, again) == RunOutcome::Finished);
        QCOMPARE(third.all<RunStarted>().at(0).firstStep, std::int64_t {6});
        QCOMPARE(third.all<MetricPoint>().size(), std::size_t {6});
        compareRuns(again, whole, 12);
    }

    /// A stop at a border saves, writes the adapter, and the run goes on from there as if nothing had been.
    void stopSavesAndGoesOn()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        const fs::path whole = folder.path() / "whole";
        RecordingControl control;
        runEngine(control, config, whole);

        const fs::path stopped = folder.path() / "stopped";
        RecordingControl first;
        first.stopAfter = 5;
        QVERIFY(runEngine(first, config, stopped) == RunOutcome::Stopped);
        QCOMPARE(jsonLines(stopped / "metrics.jsonl").size(), std::size_t {5});
        QCOMPARE(namesIn(stopped / "checkpoints"), (std::vector<std::string> {"step-5"}));
        QCOMPARE(first.all<CheckpointSaved>().at(0).step, std::int64_t {5});
        // What was stopped is what the adapter holds: the masked triplets are left out.
        const AdapterState adapter = readAdapter(stopped / "adapter");
        std::int64_t kept = 0;
        for (const ModuleAdapter& module : adapter.modules)
            kept += module.lambda.size(0);
        QCOMPARE(kept, jsonLines(stopped / "ranks.jsonl").back().at("budget").get<std::int64_t>());

        RecordingControl second;
        second.stopAfter = 9;
        QVERIFY(runEngine(second, config, stopped, stopped) == RunOutcome::Stopped);
        QCOMPARE(namesIn(stopped / "checkpoints"), (std::vector<std::string> {"step-5", "step-9"}));
        RecordingControl third;
        QVERIFY(runEngine(third, config, stopped, stopped / "checkpoints/step-9") == RunOutcome::Finished);
        compareRuns(stopped, whole, 12);
    }

    void resumeFromAnEarlierCheckpoint()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        config.train.saveEvery = 3;
        const fs::path run = folder.path() / "run";
        RecordingControl first;
        runEngine(first, config, run);
        const auto before = resultsOf(run, 12);
        RecordingControl second;
        second.stopAfter = 4;
        QVERIFY(runEngine(second, config, run, run / "checkpoints/step-3") == RunOutcome::Stopped);
        QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {4});
        // What lay ahead of the resumed step belongs to the past that was cut off: going on means going on from step 4.
        RecordingControl third;
        QVERIFY(runEngine(third, config, run, run) == RunOutcome::Finished);
        QCOMPARE(third.all<RunStarted>().at(0).firstStep, std::int64_t {4});
        QVERIFY(resultsOf(run, 12) == before);
    }

    void savesWhenAsked()
    {
        const Folder folder;
        RecordingControl control;
        control.saveAt = {2, 7};
        runEngine(control, demoConfig(), folder.path() / "run");
        QCOMPARE(
            namesIn(folder.path() / "run/checkpoints"), (std::vector<std::string> {"step-12", "step-2", "step-7"}));
    }

    void evaluationsStandInTheMetrics()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        // A few lines: the evaluation is not what takes the time here.
        config.data.evalPath = folder.write("eval.jsonl", demoEvaluationLines(8)).string();
        config.train.evalEvery = 6;
        config.train.saveEvery = 6;
        const fs::path run = folder.path() / "run";
        RecordingControl control;
        runEngine(control, config, run);
        QCOMPARE(control.all<EvalPoint>().size(), std::size_t {2});
        const auto lines = jsonLines(run / "metrics.jsonl");
        QCOMPARE(lines.size(), std::size_t {14});
        QCOMPARE(lines[6].at("step"), 6);
        QVERIFY(!lines[6].contains("loss"));
        const double loss = lines[6].at("eval_loss").get<double>();
        QVERIFY(std::abs(std::log(lines[6].at("perplexity").get<double>()) - loss) < 1e-12);
        QVERIFY(lines[13].contains("eval_loss"));
        const auto whole = resultsOf(run, 12);
        RecordingControl again;
        runEngine(
            again, config, run, run / "checkpoints/step-6"); // the evaluation of step 6 stays, and is not made twice
        QVERIFY(resultsOf(run, 12) == whole);
        RecordingControl finished;
        runEngine(finished, config, run, run); // nothing is left to do
        QVERIFY(finished.all<MetricPoint>().empty() && finished.all<EvalPoint>().empty());
        QVERIFY(resultsOf(run, 12) == whole);
    }

    void folderHoldsWhatTheContractSays()
    {
        const Folder folder;
        const RunConfig config = demoConfig();
        const fs::path run = folder.path() / "made/on the way/run";
        RecordingControl control;
        runEngine(control, config, run);
        QCOMPARE(namesIn(run),
            (std::vector<std::string> {
                "adapter", "checkpoints", "config.json", "log.txt", "metrics.jsonl", "ranks.jsonl", "replay.bin"}));
        QCOMPARE(
            namesIn(run / "adapter"), (std::vector<std::string> {"adapter_config.json", "adapter_model.safetensors"}));
        QCOMPARE(namesIn(run / "checkpoints/step-12"),
            (std::vector<std::string> {"config.json", "state.json", "state.safetensors"}));
        const auto written = nlohmann::json::parse(readFile(run / "config.json"));
        QVERIFY(written.contains("schema"));
        QCOMPARE(written.at("adalora").at("init_rank"), 4);
        QCOMPARE(written.at("adalora").at("alpha").get<double>(), 16.0);
        const std::set<std::string> metricKeys {
            "step", "loss", "orth", "lr", "budget", "grad_norm", "tokens", "seconds"};
        std::int64_t step = 0;
        double seconds = 0.0;
        for (const auto& line : jsonLines(run / "metrics.jsonl", false)) {
            std::set<std::string> keys;
            for (const auto& [key, value] : line.items())
                keys.insert(key);
            QVERIFY(keys == metricKeys);
            QCOMPARE(line.at("step").get<std::int64_t>(), ++step);
            QVERIFY(line.at("seconds").get<double>() >= std::exchange(seconds, line.at("seconds").get<double>()));
        }
        QCOMPARE(step, std::int64_t {12});
        std::int64_t rankSum = 72; // all of 18 matrices at rank 4
        std::vector<std::int64_t> eventSteps;
        for (const auto& line : jsonLines(run / "ranks.jsonl")) {
            eventSteps.push_back(line.at("step").get<std::int64_t>());
            std::int64_t sum = 0;
            QCOMPARE(line.at("ranks").size(), std::size_t {18});
            for (const auto& [name, rank] : line.at("ranks").items())
                sum += rank.get<std::int64_t>();
            QCOMPARE(sum, line.at("budget").get<std::int64_t>());
            QCOMPARE(line.at("pruned").get<std::int64_t>() - line.at("revived").get<std::int64_t>(), rankSum - sum);
            rankSum = sum;
        }
        QCOMPARE(eventSteps, (std::vector<std::int64_t> {5, 7, 9}));
        QCOMPARE(rankSum, std::int64_t {36});
    }

    void withoutAFolderNothingIsWritten()
    {
        RunConfig config = demoConfig();
        config.train.steps = 6;
        config.adalora.tf = 2;
        RecordingControl control;
        QVERIFY(runEngine(control, config, {}) == RunOutcome::Finished);
        QCOMPARE(control.all<MetricPoint>().size(), std::size_t {6});
        QVERIFY(control.all<CheckpointSaved>().empty());
    }

    void nonEmptyFolderIsRefused()
    {
        const Folder folder;
        folder.write("run/notes.txt", "mine");
        RecordingControl control;
        const std::string text = errorOf([&] { runEngine(control, demoConfig(), folder.path() / "run"); });
        QVERIFY2(contains(text, "not empty") && contains(text, "--out"), text.c_str());
        QCOMPARE(namesIn(folder.path() / "run"), (std::vector<std::string> {"notes.txt"}));
        QVERIFY(!errorOf([&] { runEngine(control, demoConfig(), folder.path() / "run/notes.txt"); }).empty());
    }

    void resumeOfAnotherRunIsRefused()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RunConfig config = demoConfig();
        RecordingControl control;
        control.stopAfter = 2;
        runEngine(control, config, run);
        const auto refuses = [&](const RunConfig& other, const char* key) {
            RecordingControl again;
            const std::string text = errorOf([&] { runEngine(again, other, run, run); });
            QVERIFY2(contains(text, key), text.c_str());
        };
        RunConfig other = config;
        other.adalora.initRank = 5;
        refuses(other, "adalora.init_rank");
        other = config;
        other.adalora.targets = {"q_proj"};
        refuses(other, "adalora.targets");
        other = demoConfig(Method::SvdLora);
        refuses(other, "method.name");
        QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {2}); // still there
        const std::string text = errorOf([&] { runEngine(control, config, folder.path(), folder.path()); });
        QVERIFY2(contains(text, "no checkpoint"), text.c_str());
    }

    /// Nothing is written before the data and the model have been read.
    void anotherStartIsTold()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RunConfig config = demoConfig();
        RecordingControl first;
        first.stopAfter = 4;
        QVERIFY(runEngine(first, config, run) == RunOutcome::Stopped);
        config.train.seed += 1;
        config.optim.lr /= 2.0; // an edit, which is told as one
        RecordingControl control;
        QVERIFY(runEngine(control, config, run, run) == RunOutcome::Finished);
        const std::string text = control.said("Changed by this resume: ");
        QCOMPARE(text,
            "Changed by this resume: train.seed is " + std::to_string(config.train.seed) + "; the run was begun with "
                + std::to_string(config.train.seed - 1) + ".");
        QVERIFY(contains(readFile(run / "log.txt"), text));
        QCOMPARE(loadConfig(run / "config.json").train.seed, config.train.seed);

        config.train.seed += 1; // nothing is left to train with it
        RecordingControl again;
        QVERIFY(runEngine(again, config, run, run) == RunOutcome::Finished);
        QCOMPARE(again.said("Changed by this resume: "), std::string());
        QCOMPARE(loadConfig(run / "config.json").train.seed, config.train.seed - 1);
    }

    void warningsAreTold()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        config.optim.warmup = 1000;
        RecordingControl control;
        QVERIFY(runEngine(control, config, folder.path() / "run") == RunOutcome::Finished);
        const std::string text = control.said("Warning: optim.warmup");
        QVERIFY2(text.starts_with("Warning: optim.warmup is 1000, but the run has "), text.c_str());
        QVERIFY(contains(readFile(folder.path() / "run/log.txt"), text));
    }

    void mistakesLeaveNoFolder()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        config.data.path = (folder.path() / "absent.jsonl").string();
        RecordingControl control;
        QVERIFY(contains(errorOf([&] { runEngine(control, config, folder.path() / "run"); }), "absent.jsonl"));
        config = demoConfig();
        config.model.path = (folder.path() / "absent").string();
        QVERIFY(contains(errorOf([&] { runEngine(control, config, folder.path() / "run"); }), "absent"));
        QVERIFY(!fs::exists(folder.path() / "run"));
    }

    void stopInThePreparationLeavesNoFolder()
    {
        const Folder folder;
        RecordingControl control;
        control.token.requestStop();
        bool left = false;
        try {
            runEngine(control, demoConfig(), folder.path() / "run");
        } catch (const Stopped&) {
            left = true;
        }
        QVERIFY(left);
        QVERIFY(!fs::exists(folder.path() / "run"));
    }

    /// A learning rate of 10 without clipping: the numbers leave float32 soon, ten skipped steps end the run.
    void divergenceEndsTheRun()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        config.train.steps = 60;
        config.adalora.tf = 20;
        // A decay of more than the whole: the values change sign and grow tenfold at each step, past float32's range.
        config.optim = {.lr = 10.0, .schedule = LrSchedule::Constant, .weightDecay = 1.0, .maxGradNorm = 0.0};
        config.adalora.alpha = 1e6;
        config.adalora.targets.clear();
        RecordingControl control;
        bool diverged = false;
        std::string text;
        try {
            runEngine(control, config, folder.path() / "run");
        } catch (const Error& error) {
            diverged = error.kind() == FailureKind::Diverged;
            text = error.what();
        }
        QVERIFY2(diverged, text.c_str());
        QVERIFY2(contains(text, "optim.lr"), text.c_str());
        int skipped = 0;
        for (const auto& line : jsonLines(folder.path() / "run/metrics.jsonl")) {
            if (!line.contains("skipped"))
                continue;
            ++skipped;
            QVERIFY(contains(line.at("skipped").get<std::string>(), "not finite"));
            QVERIFY(line.at("loss").is_null() || line.at("grad_norm").is_null());
        }
        QCOMPARE(skipped, 10);
        QCOMPARE(control.all<MetricPoint>().size(), jsonLines(folder.path() / "run/metrics.jsonl").size());
    }
};

QTEST_GUILESS_MAIN(TestResume)
#include "tst_resume.moc"
