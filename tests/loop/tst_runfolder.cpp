// SPDX-License-Identifier: GPL-3.0-or-later
// Who may write to a run's folder, what is said where it cannot be gone on with, and what a resume warns of.
#include "tests/support/EngineRuns.h"
#include "training/io/AdapterFiles.h"
#include "training/loop/TrainingLoop.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <sys/resource.h>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

void stopAfter(std::int64_t steps, const RunConfig& config, const fs::path& run)
{
    RecordingControl control;
    control.stopAfter = steps;
    QVERIFY(runEngine(control, config, run) == RunOutcome::Stopped);
}

/// What a run said that begins so; empty where it said nothing of the kind.
/// A run on a file of its own, which a test may change.
RunConfig configOn(const fs::path& data)
{
    RunConfig config = demoConfig();
    config.data.path = data.string();
    return config;
}

} // namespace

class TestRunFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The second one is refused before it touches anything; the first does not notice.
    void onlyOneTrainsARun()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        std::string refusal;
        RecordingControl control;
        control.saveAt = {2};
        control.atBorder = [&](std::int64_t steps) {
            if (steps != 5 || !refusal.empty())
                return;
            RecordingControl second;
            refusal = ioErrorOf([&] { runEngine(second, demoConfig(), run, run / "checkpoints/step-2"); });
            QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {5});
        };
        QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
        QVERIFY2(contains(refusal, run.string() + " is being trained by another process"), refusal.c_str());
        QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {12});
        QCOMPARE(namesIn(run / "checkpoints"), (std::vector<std::string> {"step-12", "step-2"}));
        RecordingControl later; // the lock went with the run
        QVERIFY(runEngine(later, demoConfig(), run, run / "checkpoints/step-2") == RunOutcome::Finished);
    }

    /// Nothing is written, so another run may go on there.
    void aResumeWithoutFilesNeedsNoLock()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        stopAfter(4, demoConfig(), run);
        const FolderLock held(run);
        RecordingControl control;
        QVERIFY(runEngine(control, demoConfig(), {}, run) == RunOutcome::Finished);
        QCOMPARE(control.all<MetricPoint>().size(), std::size_t {8});
    }

    /// Two that make the same folder at once: both find it empty, one begins.
    void onlyOneMakesAFolder()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        fs::create_directory(run);
        {
            const FolderLock held(run);
            const std::string text = ioErrorOf([&] { (void)RunFolder::create(run, demoConfig()); });
            QVERIFY2(contains(text, "is being trained"), text.c_str());
            QVERIFY(fs::is_empty(run));
        }
        const RunFolder made = RunFolder::create(run, demoConfig());
        QVERIFY(contains(configErrorOf([&] { (void)RunFolder::create(run, demoConfig()); }), "not empty"));
        QVERIFY(fs::exists(made.path() / "config.json"));
        QVERIFY(!errorOf([&] { const FolderLock second(run); }).empty());
    }

    /// --resume is offered where it would work.
    void aRunWithoutACheckpoint()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RunConfig config = demoConfig();
        config.train.saveEvery = 250;
        {
            (void)RunFolder::create(run, config);
        } // and killed at once
        const std::string again = configErrorOf([&] { RunFolder::checkNew(run); });
        QVERIFY2(contains(again, "not empty") && !contains(again, "--resume"), again.c_str());
        const std::string resumed = configErrorOf([&] { (void)newestCheckpoint(run); });
        QVERIFY2(contains(resumed, "ended before its first one (train.save_every is 250)")
                && contains(resumed, "another --out"),
            resumed.c_str());
        folder.write("run/checkpoints/step-7/state.json", "{}");
        QVERIFY(contains(configErrorOf([&] { RunFolder::checkNew(run); }), "--resume " + run.string()));
        folder.write("other/notes.txt", "mine");
        QVERIFY(
            contains(configErrorOf([&] { (void)newestCheckpoint(folder.path() / "other"); }), "Name a run's folder"));
    }

    /// Checkpoints are large, and the first that a person clears away.
    void aRunWithItsAdapterAloneIsExported()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RecordingControl control;
        QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
        const AdapterState saved = loadAdapterState(run.string());
        fs::remove_all(run / "checkpoints");
        const AdapterState left = loadAdapterState(run.string());
        const DeltaDifference difference = compareDeltas(saved, left);
        QVERIFY(difference.maxDelta > 0.0 && difference.maxDifference <= 1e-5 * difference.maxDelta);
        LibTorchEngine engine;
        for (const std::string_view format : exportFormats) {
            const fs::path target = folder.path() / format;
            // "merged" and "gguf-lora" need to know the base model, which the run's config.json names.
            (void)engine.answer(
                ExportAdapter {.source = run.string(), .format = std::string(format), .target = target.string()}, {});
            QVERIFY2(fs::exists(target), std::string(format).c_str());
        }
        const auto exported = nlohmann::json::parse(readFile(folder.path() / "peft-adalora" / "adapter_config.json"));
        QCOMPARE(exported.at("total_step").get<int>(), 12);
        const Answer answer
            = engine.answer(InspectTriplets {.source = run.string(), .module = left.modules.front().module}, {});
        QCOMPARE(std::get<TripletGeometry>(answer).step, std::int64_t {-1});
        const std::string resumed = configErrorOf([&] { (void)newestCheckpoint(run); });
        QVERIFY2(contains(resumed, "adapter/") && !contains(resumed, "ended before"), resumed.c_str());
    }

    /// A name that cannot be followed is told as an error of the file, not as a fault of the program.
    void aCheckpointThatCannotBeLookedAt()
    {
        const Folder folder;
        const fs::path loop = folder.path() / "loop";
        fs::create_symlink("loop", loop);
        const std::string text = ioErrorOf([&] { (void)newestCheckpoint(loop); });
        QVERIFY2(contains(text, loop.string()) && contains(text, "links"), text.c_str());
        QVERIFY(contains(configErrorOf([&] { (void)newestCheckpoint(folder.path() / "none"); }), "is not a folder"));
        QVERIFY(contains(configErrorOf([&] { (void)newestCheckpoint(folder.write("f", "")); }), "is not a folder"));
    }

    /// The end of a run that may not replace an earlier stop's adapter: here no file can be opened any more.
    void anAdapterThatCannotBeReplaced()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        struct rlimit before { };
        QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
        RecordingControl control;
        control.saveAt = {12};
        control.atBorder = [&](std::int64_t steps) {
            if (steps != 12 || !fs::exists(run / "checkpoints/step-12/state.json"))
                return;
            folder.write("run/adapter/earlier", "x");
            struct rlimit none = before;
            none.rlim_cur = 0;
            (void)::setrlimit(RLIMIT_NOFILE, &none);
        };
        const std::string text = ioErrorOf([&] { runEngine(control, demoConfig(), run); });
        QCOMPARE(::setrlimit(RLIMIT_NOFILE, &before), 0);
        QVERIFY2(text.starts_with("The adapter could not be written; all steps are saved. ")
                && contains(text, (run / "adapter").string()),
            text.c_str());
        RecordingControl again; // nothing is lost
        QVERIFY(runEngine(again, demoConfig(), run, run) == RunOutcome::Finished);
        QVERIFY(fs::exists(run / "adapter/adapter_model.safetensors") && !fs::exists(run / "adapter/earlier"));
    }

    /// The newest that can be read is named, not merely the one before.
    void aBrokenCheckpointNamesAnother()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RunConfig config = demoConfig();
        config.train.saveEvery = 3;
        RecordingControl control;
        runEngine(control, config, run);
        const auto refusal = [&](const fs::path& from) {
            RecordingControl again;
            return ioErrorOf([&] { runEngine(again, config, run, from); });
        };
        const auto cut = [&run](const char* name) {
            const fs::path file = run / "checkpoints" / name / "state.safetensors";
            fs::resize_file(file, fs::file_size(file) / 2);
        };
        const auto advice = [&run](const char* name) {
            return " Go on with --resume " + (run / "checkpoints" / name).string() + ".";
        };
        cut("step-12");
        cut("step-9");
        const std::string newest = refusal(run);
        QVERIFY2(contains(newest, "step-12") && newest.ends_with(advice("step-6")), newest.c_str());
        folder.write("run/checkpoints/step-6/state.json", "{\"schema\": 2");
        const std::string middle = refusal(run / "checkpoints/step-6");
        QVERIFY2(contains(middle, "broken") && middle.ends_with(advice("step-3")), middle.c_str());
        cut("step-3");
        const std::string last = refusal(run / "checkpoints/step-3"); // none is left to name
        QVERIFY2(!last.empty() && !contains(last, "Go on with"), last.c_str());
        QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {12});
    }

    void changedDataAreTold_data()
    {
        QTest::addColumn<int>("lines");
        QTest::addColumn<bool>("longer");
        QTest::addColumn<bool>("earlier");
        QTest::addColumn<QString>("warning");
        QTest::newRow("the same") << 40 << false << false << "";
        QTest::newRow("fewer samples") << 32 << false << false
                                       << "Warning: the training file gives 32 samples; it gave 40 ";
        QTest::newRow("other bytes") << 40 << true << false << "Warning: the training file has ";
        QTest::newRow("a checkpoint that does not know") << 32 << false << true << "";
    }

    void changedDataAreTold()
    {
        QFETCH(const int, lines);
        QFETCH(const bool, longer);
        QFETCH(const bool, earlier);
        QFETCH(const QString, warning);
        const Folder folder;
        const fs::path data = folder.write("train.jsonl", demoEvaluationLines(40));
        const fs::path run = folder.path() / "run";
        stopAfter(4, configOn(data), run);
        const fs::path state = run / "checkpoints/step-4/state.json";
        auto object = nlohmann::json::parse(readFile(state));
        QCOMPARE(object.at("samples").get<std::int64_t>(), std::int64_t {40});
        QCOMPARE(object.at("data_bytes").get<std::uintmax_t>(), fs::file_size(data));
        if (earlier) {
            object.erase("samples");
            object.erase("data_bytes");
            writeFileAtomically(state, object.dump());
        }
        folder.write("train.jsonl", demoEvaluationLines(lines) + (longer ? "\n" : ""));
        RecordingControl control;
        QVERIFY(runEngine(control, configOn(data), run, run) == RunOutcome::Finished);
        const std::string text = control.said("Warning: ");
        QVERIFY2(warning.isEmpty() ? text.empty() : text.starts_with(warning.toStdString()), text.c_str());
        QVERIFY(contains(readFile(run / "log.txt"), text));
    }

    void lostMetricsAreTold_data()
    {
        QTest::addColumn<int>("kept");
        QTest::addColumn<QString>("warning");
        QTest::newRow("all") << 6 << "";
        QTest::newRow("one less") << 5 << "Warning: metrics.jsonl lacks step 6.";
        QTest::newRow("half") << 3 << "Warning: metrics.jsonl lacks steps 4 to 6.";
        QTest::newRow("none") << 0 << "Warning: metrics.jsonl lacks steps 1 to 6.";
    }

    void lostMetricsAreTold()
    {
        QFETCH(const int, kept);
        QFETCH(const QString, warning);
        const Folder folder;
        const fs::path run = folder.path() / "run";
        stopAfter(6, demoConfig(), run);
        std::string lines;
        const auto all = jsonLines(run / "metrics.jsonl", false);
        for (int i = 0; i < kept; ++i)
            lines += all[static_cast<std::size_t>(i)].dump() + "\n";
        writeFileAtomically(run / "metrics.jsonl", lines);
        RecordingControl control;
        QVERIFY(runEngine(control, demoConfig(), run, run) == RunOutcome::Finished);
        QCOMPARE(control.said("Warning: "), warning.toStdString());
        QVERIFY(contains(readFile(run / "log.txt"), warning.toStdString()));
    }

    /// Readers take device and time of the start from the first line: what was found before comes after it.
    void theLogKeepsHowTheFileWasRead()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        config.data.format = DataFormat::Auto;
        RecordingControl control;
        runEngine(control, config, folder.path() / "run");
        const std::string decision = control.said("Training file: ");
        QVERIFY(!decision.empty());
        std::istringstream log(readFile(folder.path() / "run/log.txt"));
        std::string first;
        std::string second;
        std::getline(log, first);
        std::getline(log, second);
        QVERIFY2(contains(first, "  Started at step 0 of 12 on "), first.c_str());
        QVERIFY2(second.ends_with("  " + decision), second.c_str());
    }

    /// As --adapter does: a run's folder stands for the adapter in it.
    void aRunsFolderIsAStart()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        RecordingControl first;
        runEngine(first, config, folder.path() / "first");
        const auto lossesFrom = [&](const fs::path& start) {
            config.adalora.initFrom = start.string();
            RecordingControl control;
            runEngine(control, config, {});
            std::vector<double> losses;
            for (const MetricPoint& point : control.all<MetricPoint>())
                losses.push_back(point.loss);
            return losses;
        };
        const std::vector<double> losses = lossesFrom(folder.path() / "first");
        QCOMPARE(losses.size(), std::size_t {12});
        QVERIFY(losses == lossesFrom(folder.path() / "first/adapter"));
        QVERIFY(losses[0] < first.all<MetricPoint>()[0].loss);
        fs::remove_all(folder.path() / "first/adapter");
        const std::string text = configErrorOf([&] { (void)lossesFrom(folder.path() / "first"); });
        QVERIFY2(contains(text, "no adapter_config.json"), text.c_str());
    }

    void guardEndsARunThatLearnsNothing_data()
    {
        QTest::addColumn<double>("loss"); // as a multiple of what guessing costs
        QTest::addColumn<double>("gradNorm");
        QTest::addColumn<bool>("ends");
        QTest::newRow("all logits the same, the regularizer's gradient alone") << 1.0 << 250.0 << true;
        QTest::newRow("all logits the same") << 1.0 + 1e-7 << 0.0 << true;
        QTest::newRow("worse than guessing, no gradient") << 1.5 << 0.0 << true;
        QTest::newRow("worse than guessing") << 1.5 << 1e-9 << false;
        QTest::newRow("knows nothing yet") << 1.001 << 0.2 << false;
        QTest::newRow("every answer is right") << 0.0 << 0.0 << false;
        QTest::newRow("a gradient too small for float32") << 0.4 << 0.0 << false;
    }

    void guardEndsARunThatLearnsNothing()
    {
        QFETCH(const double, loss);
        QFETCH(const double, gradNorm);
        QFETCH(const bool, ends);
        const double guessing = std::log(1000.0);
        const StepResult result {.loss = loss * guessing, .gradNorm = gradNorm, .skipped = {}};
        const StepResult better {.loss = 0.5 * guessing, .gradNorm = 1.0, .skipped = {}};
        DivergenceGuard guard(1000, 0.0);
        for (std::int64_t step = 1; step <= 9; ++step)
            guard.check(step, result);
        guard.check(10, better); // one step that learns: the count begins anew
        std::int64_t ended = 0;
        for (std::int64_t step = 11; step <= 40 && ended == 0; ++step) {
            if (!errorOf([&] { guard.check(step, result); }, FailureKind::Diverged).empty())
                ended = step;
        }
        QCOMPARE(ended, std::int64_t {ends ? 20 : 0});
    }
};

QTEST_GUILESS_MAIN(TestRunFolder)
#include "tst_runfolder.moc"
