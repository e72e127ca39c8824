// SPDX-License-Identifier: GPL-3.0-or-later
// Live edits through the real engine: what they change, what the folder tells of them,
// and that it is enough for a replay.
#include "tests/support/EngineRuns.h"
#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/optim/LearningRate.h"

#include <map>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// All that two runs must share to the bit; `seconds` taken out.
std::map<std::string, std::string> bitsOf(const fs::path& run)
{
    std::map<std::string, std::string> bits;
    for (const char* name :
        {"checkpoints/step-12/state.json", "checkpoints/step-12/state.safetensors", "adapter/adapter_model.safetensors",
            "adapter/adapter_config.json", "ranks.jsonl", "config.json", "edits.jsonl"})
        bits[name] = readFile(run / name);
    for (const auto& line : jsonLines(run / "metrics.jsonl"))
        bits["metrics.jsonl"] += line.dump() + "\n";
    return bits;
}

void compareBits(const fs::path& run, const fs::path& expected)
{
    const auto bits = bitsOf(run);
    for (const auto& [name, bytes] : bitsOf(expected))
        QVERIFY2(bits.at(name) == bytes, name.c_str());
}

/// 12 steps, masks after t = 4, 6 and 8 (T − tf); all that may change changes.
RunConfig editedConfig(const Folder& folder)
{
    RunConfig config = demoConfig();
    config.train.saveEvery = 3;
    config.data.evalPath = folder.write("eval.jsonl", demoEvaluationLines(4)).string();
    return config;
}

void letEdit(RecordingControl& control)
{
    control.editAt.emplace(3, LiveEdit {"optim.lr", 1e-3});
    control.editAt.emplace(5, LiveEdit {"adalora.gamma", 0.5});
    control.editAt.emplace(5, LiveEdit {"adalora.target_rank", std::int64_t {1}});
    control.editAt.emplace(6, LiveEdit {"adalora.delta_t", std::int64_t {1}});
    control.editAt.emplace(6, LiveEdit {"train.eval_every", std::int64_t {2}});
    control.editAt.emplace(9, LiveEdit {"optim.lr", 4e-3});
}

} // namespace

class TestLiveEdits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        m_config = editedConfig(m_folder);
        m_run = m_folder.path() / "edited";
        RecordingControl control;
        letEdit(control);
        QVERIFY(runEngine(control, m_config, m_run) == RunOutcome::Finished);
        QCOMPARE(control.all<EditTaken>().size(), std::size_t {6});
        QVERIFY(control.all<EditRefused>().empty());
    }

    void holdsFromTheNextStepOn()
    {
        const auto lines = jsonLines(m_run / "metrics.jsonl");
        OptimConfig slow = m_config.optim;
        slow.lr = 1e-3;
        OptimConfig fast = m_config.optim;
        fast.lr = 4e-3;
        std::vector<std::int64_t> evaluated;
        for (const auto& line : lines) {
            const auto step = line.at("step").get<std::int64_t>();
            if (line.contains("eval_loss")) {
                evaluated.push_back(step);
                continue;
            }
            const OptimConfig& rule = step <= 3 ? m_config.optim : step <= 9 ? slow : fast;
            QCOMPARE(line.at("lr").get<double>(), learningRate(rule, step - 1, 12));
        }
        QCOMPARE(evaluated, (std::vector<std::int64_t> {8, 10, 12}));
        std::vector<std::int64_t> events;
        for (const auto& line : jsonLines(m_run / "ranks.jsonl")) {
            events.push_back(line.at("step").get<std::int64_t>());
            std::int64_t sum = 0;
            for (const auto& [name, rank] : line.at("ranks").items())
                sum += rank.get<std::int64_t>();
            QCOMPARE(sum, line.at("budget").get<std::int64_t>());
        }
        QCOMPARE(events, (std::vector<std::int64_t> {5, 7, 8, 9})); // t = 4, 6, and 7 by the new ΔT; the forced one
        QCOMPARE(jsonLines(m_run / "ranks.jsonl").back().at("budget"), 18); // rank 1 · 18 matrices
    }

    void theFolderTellsIt()
    {
        const auto edits = editsOfRun(m_run);
        QCOMPARE(edits.size(), std::size_t {6});
        QCOMPARE(edits[0].step, std::int64_t {3});
        QVERIFY(edits[0].before == FieldValue(5e-3) && edits[0].after == FieldValue(1e-3));
        QCOMPARE(edits[2].key, std::string("adalora.target_rank"));
        QVERIFY(edits[5].before == FieldValue(1e-3)); // the value in force, not the one at the start
        QCOMPARE(loadConfig(m_run / "config.json").optim.lr, 5e-3); // what the run began with
        QCOMPARE(loadConfig(m_run / "checkpoints/step-12/config.json").optim.lr, 4e-3); // what it ended with
        QVERIFY(contains(readFile(m_run / "log.txt"), "From step 4 on optim.lr is 0.001; it was 0.005."));
    }

    void theSameConfigurationWithTheFileGivesTheSameBits()
    {
        const fs::path again = m_folder.path() / "again";
        RecordingControl control;
        QVERIFY(runEngine(control, m_config, again, {}, loadEdits(m_run / "edits.jsonl")) == RunOutcome::Finished);
        compareBits(again, m_run);
        // And it is the edits that do it.
        const fs::path plain = m_folder.path() / "plain";
        RecordingControl other;
        QVERIFY(runEngine(other, m_config, plain) == RunOutcome::Finished);
        QVERIFY(readFile(plain / "adapter/adapter_model.safetensors")
            != readFile(m_run / "adapter/adapter_model.safetensors"));
        QVERIFY(!fs::exists(plain / "edits.jsonl"));
    }

    /// From before all edits, between them, and at the very border of some.
    void aResumeReplaysTheRest_data()
    {
        QTest::addColumn<int>("step");
        for (const int step : {3, 6, 9})
            QTest::addRow("step %d", step) << step;
    }

    void aResumeReplaysTheRest()
    {
        QFETCH(const int, step);
        const fs::path copy = m_folder.path() / ("copy-" + std::to_string(step));
        fs::copy(m_run, copy, fs::copy_options::recursive);
        RecordingControl control;
        QVERIFY(runEngine(control, loadConfig(copy / "config.json"), copy,
                    copy / "checkpoints" / ("step-" + std::to_string(step)), loadEdits(m_run / "edits.jsonl"))
            == RunOutcome::Finished);
        QCOMPARE(control.all<RunStarted>().at(0).firstStep, std::int64_t {step});
        compareBits(copy, m_run);
    }

    /// What was edited before the checkpoint holds; what was edited behind it is cut off.
    void aResumeKeepsWhatWasEditedBefore()
    {
        const fs::path copy = m_folder.path() / "kept";
        fs::copy(m_run, copy, fs::copy_options::recursive);
        RecordingControl control;
        control.stopAfter = 8;
        QVERIFY(runEngine(control, loadConfig(copy / "config.json"), copy, copy / "checkpoints/step-6")
            == RunOutcome::Stopped);
        QCOMPARE(editsOfRun(copy).size(), std::size_t {5});
        QCOMPARE(jsonLines(copy / "ranks.jsonl"), [&] {
            auto lines = jsonLines(m_run / "ranks.jsonl");
            lines.pop_back();
            return lines;
        }());
    }

    /// A resume under another learning rate is an edit at the checkpoint, so that the folder still tells all.
    void aChangedConfigurationOfAResumeIsAnEdit()
    {
        const fs::path copy = m_folder.path() / "changed";
        fs::copy(m_run, copy, fs::copy_options::recursive);
        RunConfig config = loadConfig(copy / "config.json");
        config.optim.lr = 2e-3;
        RecordingControl control;
        QVERIFY(runEngine(control, config, copy, copy / "checkpoints/step-6") == RunOutcome::Finished);
        const auto edits = editsOfRun(copy);
        QCOMPARE(edits.back().step, std::int64_t {6});
        QVERIFY(edits.back().before == FieldValue(1e-3) && edits.back().after == FieldValue(2e-3));
        QCOMPARE(loadConfig(copy / "config.json").optim.lr, 5e-3);
        const fs::path again = m_folder.path() / "changed-again";
        RecordingControl second;
        QVERIFY(runEngine(second, m_config, again, {}, edits) == RunOutcome::Finished);
        compareBits(again, copy);
    }

    void refusedEditsChangeNothing()
    {
        const fs::path run = m_folder.path() / "refused";
        RecordingControl control;
        control.editAt.emplace(2, LiveEdit {"optim.lr", -1.0});
        control.editAt.emplace(2, LiveEdit {"adalora.init_rank", std::int64_t {3}});
        control.editAt.emplace(9, LiveEdit {"adalora.target_rank", std::int64_t {1}}); // the last mask is chosen
        control.editAt.emplace(12, LiveEdit {"optim.lr", 1e-3}); // no step follows
        QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
        const auto refused = control.all<EditRefused>();
        QCOMPARE(refused.size(), std::size_t {4});
        for (const EditRefused& one : refused)
            QVERIFY2(contains(one.failure.message.english(), one.edit.key), one.failure.message.english().c_str());
        QVERIFY(!fs::exists(run / "edits.jsonl"));
    }

    void aFileThatWouldBeRefusedStartsNothing()
    {
        const fs::path run = m_folder.path() / "never";
        RecordingControl control;
        const std::string text = errorOf([&] {
            runEngine(control, demoConfig(), run, {}, {{10, "adalora.target_rank", {}, FieldValue(std::int64_t {1})}});
        });
        QVERIFY2(contains(text, "adalora.target_rank can no longer be changed"), text.c_str());
        QVERIFY(!fs::exists(run));
    }

    /// Nothing would tell that it was never in force.
    void anEditBehindTheEndStartsNothing()
    {
        const fs::path run = m_folder.path() / "never";
        RecordingControl control;
        const fs::path file = m_folder.write("late.jsonl", "\n{\"step\": 12, \"key\": \"optim.lr\", \"new\": 0.001}\n");
        const std::string text = errorOf([&] { runEngine(control, demoConfig(), run, {}, loadEdits(file)); });
        QVERIFY2(contains(text, "Line 2") && contains(text, "optim.lr at step 12"), text.c_str());
        QVERIFY(!fs::exists(run));
    }

    /// The target rank stood at its old value while another number of triplets was in force:
    /// naming it again is an edit.
    void aValueThatComesBackTellsWhatItWas()
    {
        const fs::path run = m_folder.path() / "back";
        const std::int64_t rank = m_config.adalora.targetRank;
        RecordingControl control;
        control.editAt.emplace(3, LiveEdit {"adalora.total_budget", std::int64_t {20}});
        control.editAt.emplace(4, LiveEdit {"adalora.target_rank", rank});
        control.editAt.emplace(5, LiveEdit {"adalora.target_rank", rank}); // in force by now
        QVERIFY(runEngine(control, m_config, run) == RunOutcome::Finished);
        const auto taken = control.all<EditTaken>();
        QCOMPARE(taken.size(), std::size_t {3});
        QVERIFY(taken[0].changed && taken[1].changed && !taken[2].changed);
        const auto edits = editsOfRun(run);
        QCOMPARE(edits.size(), std::size_t {2});
        QVERIFY(edits[1].before == FieldValue(rank) && edits[1].after == FieldValue(rank));
        QVERIFY(contains(readFile(run / "log.txt"), "adalora.target_rank is " + std::to_string(rank) + " again."));
        QCOMPARE(jsonLines(run / "ranks.jsonl").back().at("budget"), rank * 18);
    }

    /// What the folder does not tell must not happen; but a full disk costs no step, and no more than the edit.
    void anEditThatCannotBeWrittenIsRefused()
    {
        const fs::path run = m_folder.path() / "unwritten";
        RecordingControl control;
        control.atBorder = [&run](std::int64_t steps) {
            if (steps == 1)
                fs::create_symlink("/dev/full", run / "edits.jsonl");
        };
        control.editAt.emplace(2, LiveEdit {"optim.lr", 1e-3});
        QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
        const auto refused = control.all<EditRefused>();
        QCOMPARE(refused.size(), std::size_t {1});
        QVERIFY(refused[0].failure.kind == FailureKind::Io
            && contains(refused[0].failure.message.english(), "edits.jsonl"));
        QVERIFY(control.all<EditTaken>().empty());
        QCOMPARE(
            jsonLines(run / "metrics.jsonl").at(4).at("lr").get<double>(), learningRate(demoConfig().optim, 4, 12));
    }

    void aWaitingEditThatCannotBeWrittenSavesFirst()
    {
        const fs::path run = m_folder.path() / "saved";
        RecordingControl control;
        control.onPost = [&run](const RunEvent& event) {
            if (std::holds_alternative<RunStarted>(event))
                fs::create_symlink("/dev/full", run / "edits.jsonl");
        };
        const std::string text = ioErrorOf([&] {
            runEngine(control, demoConfig(), run, {}, {{3, "optim.lr", {}, FieldValue(1e-3)}});
        });
        QVERIFY2(contains(text, "edits.jsonl"), text.c_str());
        QVERIFY(fs::exists(run / "checkpoints/step-3/state.json"));
        QVERIFY(contains(readFile(run / "log.txt"), "  Failed: "));
    }

    /// The last mask is chosen, so a running run would refuse it:
    /// it is another start, but the folder tells it all the same.
    void anotherStartIsKeptByTheNextResume()
    {
        const fs::path copy = m_folder.path() / "another";
        fs::copy(m_run, copy, fs::copy_options::recursive);
        RunConfig config = loadConfig(copy / "config.json");
        config.adalora.targetRank = 3;
        RecordingControl control;
        control.stopAfter = 10;
        QVERIFY(runEngine(control, config, copy, copy / "checkpoints/step-9") == RunOutcome::Stopped);
        const auto edits = editsOfRun(copy);
        QCOMPARE(edits.back().key, std::string("adalora.target_rank"));
        QVERIFY(edits.back().step == 9 && edits.back().after == FieldValue(std::int64_t {3}));
        QCOMPARE(loadConfig(copy / "config.json").adalora.targetRank, std::int64_t {2}); // what the run began with
        RecordingControl second;
        QVERIFY(runEngine(second, loadConfig(copy / "config.json"), copy, copy) == RunOutcome::Finished);
        QCOMPARE(loadConfig(copy / "checkpoints/step-12/config.json").adalora.targetRank, std::int64_t {3});
        QCOMPARE(editsOfRun(copy).size(), edits.size());
    }

    /// An export says what was in force, not what the run began with.
    void anExportTellsWhatWasInForce()
    {
        LibTorchEngine engine;
        const fs::path target = m_folder.path() / "exported";
        (void)engine.answer(
            ExportAdapter {.source = m_run.string(), .format = "peft-adalora", .target = target.string()}, {});
        const auto exported = nlohmann::json::parse(readFile(target / "adapter_config.json"));
        QCOMPARE(exported.at("target_r"), 1);
        QCOMPARE(exported.at("orth_reg_weight"), 0.5);
        QVERIFY(exported == nlohmann::json::parse(readFile(m_run / "adapter/adapter_config.json")));
    }

private:
    Folder m_folder;
    RunConfig m_config;
    fs::path m_run;
};

QTEST_GUILESS_MAIN(TestLiveEdits)
#include "tst_liveedits.moc"
