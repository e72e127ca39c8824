// SPDX-License-Identifier: GPL-3.0-or-later
// What a run keeps when something ends it before its time, and what a resume takes from a checkpoint.
#include "tests/support/EngineRuns.h"
#include "training/config/ConfigFile.h"
#include "training/io/Safetensors.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// A data file that is read in place, not tokenised at once: blanks behind its first two samples make it large enough.
class LargeFile {
public:
    LargeFile(const Folder& folder, const std::string& name, const std::string& samples)
        : m_rest(samples)
    {
        std::string padded;
        for (int i = 0; i < 2; ++i) {
            const std::size_t end = m_rest.find('\n');
            padded += m_rest.substr(0, end) + std::string(Dataset::eagerLimit / 2, ' ') + "\n";
            m_rest.erase(0, end + 1);
        }
        m_padded = padded.size();
        m_path = folder.write(name, padded + m_rest);
    }
    [[nodiscard]] std::string path() const { return m_path.string(); }
    /// From now on reading fails. The engine holds the file open, so it must stay the same one.
    void cut() const { fs::resize_file(m_path, m_padded + 100); }
    void mend() const
    {
        fs::resize_file(m_path, m_padded);
        std::ofstream(m_path, std::ios::binary | std::ios::app) << m_rest;
    }

private:
    std::string m_rest; ///< the samples behind the first two
    std::size_t m_padded = 0; ///< bytes of the first two
    fs::path m_path;
};

RunConfig withEvaluation(RunConfig config, const std::string& path)
{
    config.data.evalPath = path;
    config.train.evalEvery = 6;
    return config;
}

bool saysEvaluatingAt(const RunEvent& event, std::int64_t step)
{
    const auto* line = std::get_if<LogLine>(&event);
    return line != nullptr && contains(line->text.english(), "Evaluating at step " + std::to_string(step));
}

bool saysDropoutDrawsAnew(const RecordingControl& control)
{
    const auto lines = control.all<LogLine>();
    return std::any_of(lines.begin(), lines.end(),
        [](const LogLine& line) { return contains(line.text.english(), "Dropout draws anew"); });
}

/// Ends the demo run after @p steps.
void stopAfter(std::int64_t steps, const RunConfig& config, const fs::path& run)
{
    RecordingControl control;
    control.stopAfter = steps;
    QVERIFY(runEngine(control, config, run) == RunOutcome::Stopped);
}

nlohmann::json stateOf(const fs::path& run, int step)
{
    return nlohmann::json::parse(readFile(run / "checkpoints" / ("step-" + std::to_string(step)) / "state.json"));
}

/// The same run: triplets, moments, EMAs and mask of the last checkpoint, and every line but for its time.
void compareEnds(const fs::path& run, const fs::path& expected)
{
    for (const char* name : {"checkpoints/step-12/state.safetensors", "checkpoints/step-12/state.json", "ranks.jsonl"})
        QVERIFY2(readFile(run / name) == readFile(expected / name), name);
    QVERIFY(jsonLines(run / "metrics.jsonl") == jsonLines(expected / "metrics.jsonl"));
}

} // namespace

class TestInterruptions : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// The batch that could not be read is trained after the resume: the run ends as if nothing had been.
    void aReadErrorSavesFirst()
    {
        const Folder folder;
        const LargeFile data(folder, "train.jsonl", demoEvaluationLines(48));
        RunConfig config = demoConfig();
        config.data.path = data.path();
        config.data.shuffle = false; // 16 lines are read at once: four steps
        RecordingControl whole;
        runEngine(whole, config, folder.path() / "whole");

        const fs::path run = folder.path() / "run";
        RecordingControl control;
        control.atBorder = [&](std::int64_t steps) {
            if (steps == 2)
                data.cut();
        };
        const std::string text = errorOf([&] { runEngine(control, config, run); });
        QVERIFY2(contains(text, "train.jsonl") && contains(text, "shorter"), text.c_str());
        const std::string log = readFile(run / "log.txt"); // from which a reader tells how it ended
        QVERIFY2(contains(log.substr(log.rfind('\n', log.size() - 2) + 1), "  Failed: " + text), log.c_str());
        QCOMPARE(namesIn(run / "checkpoints"), (std::vector<std::string> {"step-4"}));
        data.mend();
        RecordingControl again;
        QVERIFY(runEngine(again, config, run, run) == RunOutcome::Finished);
        compareEnds(run, folder.path() / "whole");
    }

    void aFailingEvaluationSavesFirst()
    {
        const Folder folder;
        const LargeFile data(folder, "eval.jsonl", demoEvaluationLines(20)); // 16 lines are read at once
        const RunConfig config = withEvaluation(demoConfig(), data.path());
        RecordingControl whole;
        runEngine(whole, config, folder.path() / "whole");

        const fs::path run = folder.path() / "run";
        RecordingControl control;
        control.onPost = [&](const RunEvent& event) {
            if (saysEvaluatingAt(event, 6))
                data.cut();
        };
        const std::string text = errorOf([&] { runEngine(control, config, run); });
        QVERIFY2(contains(text, "eval.jsonl"), text.c_str());
        QCOMPARE(namesIn(run / "checkpoints"), (std::vector<std::string> {"step-6"}));
        data.mend();
        RecordingControl again; // the evaluation of step 6 is made up for
        QVERIFY(runEngine(again, config, run, run) == RunOutcome::Finished);
        compareEnds(run, folder.path() / "whole");
    }

    /// It is a side file: the run goes on without it, and says so once.
    void aReplayThatCannotBeWrittenCostsNothing()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RecordingControl control;
        control.onPost = [&run](const RunEvent& event) {
            if (std::holds_alternative<RunStarted>(event)) // the folder is there, and no step was done
                fs::create_directory(run / "replay.bin");
        };
        QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
        QVERIFY(fs::exists(run / "adapter/adapter_model.safetensors"));
        QCOMPARE(jsonLines(run / "ranks.jsonl").size(), std::size_t {3});
        const auto lines = control.all<LogLine>();
        QCOMPARE(std::ranges::count_if(
                     lines, [](const LogLine& line) { return contains(line.text.english(), "cannot be replayed"); }),
            1);
        QVERIFY(contains(readFile(run / "log.txt"), "cannot be replayed"));
    }

    /// All is saved by then, but the run has not done what it was asked for.
    void aStopInTheLastEvaluationIsAStop()
    {
        const Folder folder;
        const RunConfig config
            = withEvaluation(demoConfig(), folder.write("eval.jsonl", demoEvaluationLines(8)).string());
        const fs::path run = folder.path() / "run";
        RecordingControl control;
        control.onPost = [&](const RunEvent& event) {
            if (saysEvaluatingAt(event, 12))
                control.token.requestStop();
        };
        QVERIFY(runEngine(control, config, run) == RunOutcome::Stopped);
        QCOMPARE(control.all<EvalPoint>().size(), std::size_t {1});
        QCOMPARE(control.all<MetricPoint>().size(), std::size_t {12});
        QCOMPARE(namesIn(run / "checkpoints"), (std::vector<std::string> {"step-12"}));
        QVERIFY(fs::exists(run / "adapter/adapter_model.safetensors"));
        QVERIFY(contains(readFile(run / "log.txt"), "The evaluation at step 12 was stopped"));
        RecordingControl again;
        QVERIFY(runEngine(again, config, run, run) == RunOutcome::Finished);
        QVERIFY(again.all<MetricPoint>().empty());
        QCOMPARE(again.all<EvalPoint>().size(), std::size_t {1});
        QVERIFY(jsonLines(run / "metrics.jsonl").back().contains("eval_loss"));
    }

    /// It is made up for before the first step of a resume; a stop in it must not wait for that step.
    void aStopInTheFirstEvaluationOfAResumeTrainsNothing()
    {
        const Folder folder;
        const RunConfig config
            = withEvaluation(demoConfig(), folder.write("eval.jsonl", demoEvaluationLines(8)).string());
        const fs::path run = folder.path() / "run";
        for (const std::size_t steps : {std::size_t {6}, std::size_t {0}}) {
            RecordingControl control;
            control.stopAfter = 6;
            control.onPost = [&](const RunEvent& event) {
                if (saysEvaluatingAt(event, 6))
                    control.token.requestStop();
            };
            QVERIFY(runEngine(control, config, run, steps == 0 ? run : fs::path()) == RunOutcome::Stopped);
            QCOMPARE(control.all<MetricPoint>().size(), steps);
            QVERIFY(control.all<EvalPoint>().empty());
            QCOMPARE(namesIn(run / "checkpoints"), (std::vector<std::string> {"step-6"}));
        }
        RecordingControl again;
        QVERIFY(runEngine(again, config, run, run) == RunOutcome::Finished);
        QCOMPARE(again.all<MetricPoint>().size(), std::size_t {6});
        QCOMPARE(again.all<EvalPoint>().size(), std::size_t {2});
    }

    /// alpha is s: with another one the trained triplets would be another ΔW.
    void anotherScaleIsRefused()
    {
        const Folder folder;
        const RunConfig config = demoConfig();
        const fs::path run = folder.path() / "run";
        stopAfter(2, config, run);
        RunConfig other = config;
        other.adalora.alpha = 8.0;
        RecordingControl control;
        const std::string text = errorOf([&] { runEngine(control, other, run, run); });
        QVERIFY2(contains(text, "adalora.alpha is 8") && contains(text, "16"), text.c_str());
        other.adalora.alpha.reset(); // 8, by the default
        QVERIFY(contains(errorOf([&] { runEngine(control, other, run, run); }), "adalora.alpha"));
        QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {2});
    }

    void whatMayChangeIsWrittenDown()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        const fs::path run = folder.path() / "run";
        stopAfter(2, config, run);
        config.optim.lr = 1e-3;
        config.adalora.gamma = 0.25;
        RecordingControl control;
        QVERIFY(runEngine(control, config, run, run) == RunOutcome::Finished);
        // config.json tells how the run began; what changed on the way is recorded with its step.
        QCOMPARE(loadConfig(run / "config.json").optim.lr, 5e-3);
        const auto edits = jsonLines(run / "edits.jsonl");
        QCOMPARE(edits.size(), std::size_t {2});
        for (const auto& edit : edits)
            QCOMPARE(edit["new"].get<double>(), edit["key"] == "optim.lr" ? 1e-3 : 0.25);
        QCOMPARE(loadConfig(run / "checkpoints/step-2/config.json").optim.lr, 5e-3); // what those steps were made with
    }

    /// The checkpoint holds all of it: the adapter that the run began with may be gone.
    void theAdapterAtTheStartIsReadOnce()
    {
        const Folder folder;
        RunConfig config = demoConfig();
        RecordingControl first;
        runEngine(first, config, folder.path() / "first");
        config.adalora.initFrom = (folder.path() / "first/adapter").string();
        RecordingControl second;
        runEngine(second, config, folder.path() / "whole");
        const fs::path run = folder.path() / "run";
        stopAfter(5, config, run);
        fs::remove_all(config.adalora.initFrom);
        RecordingControl third;
        QVERIFY(runEngine(third, config, run, run) == RunOutcome::Finished);
        compareEnds(run, folder.path() / "whole");
    }

    /// A run may go on on another device, whose generators have another state: dropout then draws anew.
    void aGeneratorOfAnotherDeviceIsLeftOut()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        stopAfter(2, demoConfig(), run);
        const fs::path file = run / "checkpoints/step-2/state.safetensors";
        std::vector<NamedTensor> tensors;
        {
            const SafetensorsFile saved(file);
            QVERIFY(saved.contains("generator.0"));
            for (const TensorInfo& entry : saved.tensors())
                tensors.push_back({entry.name,
                    entry.name == "generator.0" ? at::zeros({16}, at::kByte) : saved.tensor(entry.name).clone()});
        }
        writeSafetensors(file, tensors);
        RecordingControl control;
        QVERIFY(runEngine(control, demoConfig(), run, run) == RunOutcome::Finished);
        QCOMPARE(control.all<MetricPoint>().size(), std::size_t {10});
        QVERIFY(saysDropoutDrawsAnew(control));

        RecordingControl again; // from its own end, with its own generator
        QVERIFY(runEngine(again, demoConfig(), run, run) == RunOutcome::Finished);
        QVERIFY(!saysDropoutDrawsAnew(again));
        RunConfig threads = demoConfig();
        threads.train.threads = 2;
        RecordingControl more;
        QVERIFY(runEngine(more, threads, run, run) == RunOutcome::Finished);
        QVERIFY(saysDropoutDrawsAnew(more));
    }

    /// A run that was resumed after its loss had risen must not take that loss for its measure.
    void guardsLimitIsInTheCheckpoint()
    {
        const Folder folder;
        const RunConfig config = demoConfig();
        const fs::path run = folder.path() / "run";
        stopAfter(1, config, run);
        const fs::path file = run / "checkpoints/step-1/state.json";
        nlohmann::json state = stateOf(run, 1);
        QVERIFY(state.at("loss_limit").get<double>() >= 2.0 * std::log(832.0));
        state["loss_limit"] = 1e-3;
        writeFileAtomically(file, state.dump());
        RecordingControl control;
        const std::string text = errorOf([&] { runEngine(control, config, run, run); });
        QVERIFY2(contains(text, "diverged") && contains(text, "0.001"), text.c_str());

        state.erase("loss_limit"); // as earlier versions wrote it
        writeFileAtomically(file, state.dump());
        RecordingControl again;
        QVERIFY(runEngine(again, config, run, run / "checkpoints/step-1") == RunOutcome::Finished);
        QVERIFY(stateOf(run, 12).at("loss_limit").get<double>() > 1.0);
    }

    void resumeWithAnotherFolderIsRefused()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        stopAfter(2, demoConfig(), run);
        RecordingControl control;
        const fs::path other = folder.path() / "other";
        const std::string text = errorOf([&] { runEngine(control, demoConfig(), other, run); });
        QVERIFY2(contains(text, run.string()) && contains(text, other.string()), text.c_str());
        QVERIFY(!fs::exists(other));
        for (const fs::path& same : {run / ".", run / "checkpoints/step-2", run / "../run"})
            QVERIFY(runEngine(control, demoConfig(), same, run) == RunOutcome::Finished);
    }

    /// Two models at once may be more than the memory holds.
    void theModelBeforeIsLetGoFirst_data()
    {
        QTest::addColumn<bool>("held");
        QTest::newRow("nobody else holds it") << false;
        QTest::newRow("somebody holds it") << true;
    }
    void theModelBeforeIsLetGoFirst()
    {
        QFETCH(const bool, held);
        RunConfig config = demoConfig();
        LoadedModel cache;
        cache = loadModel(config.model.path, ElementType::Float32, at::kCPU, cache);
        const std::weak_ptr<DecoderModel> before = cache.model;
        const std::shared_ptr<DecoderModel> holder = held ? cache.model : nullptr;
        RecordingControl control;
        QVERIFY(prepareRun({.config = config, .outFolder = {}, .resumeFolder = {}, .device = "cpu"}, cache, control)
                    ->base.model
            == before.lock()); // the same model in the same type: nothing is read
        config.train.dtype = ElementType::Float64;
        int blocksRead = 0;
        bool alive = false;
        control.onPost = [&](const RunEvent& event) {
            const auto* progress = std::get_if<PreparationProgress>(&event);
            if (progress == nullptr || progress->stage.english() != "Reading weights" || progress->done == 0)
                return;
            ++blocksRead;
            alive = alive || !before.expired();
        };
        const auto context
            = prepareRun({.config = config, .outFolder = {}, .resumeFolder = {}, .device = "cpu"}, cache, control);
        QVERIFY(blocksRead > 0);
        QCOMPARE(alive, held);
        QVERIFY(context->base.model->options().dtype() == at::kDouble);
    }
};

QTEST_GUILESS_MAIN(TestInterruptions)
#include "tst_interruptions.moc"
