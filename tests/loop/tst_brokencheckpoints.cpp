// SPDX-License-Identifier: GPL-3.0-or-later
// Checkpoints that were changed, cut or half deleted: what is refused, what is passed over, and that it is said.
#include "tests/support/EngineRuns.h"
#include "training/loop/Commands.h"

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// A finished run with checkpoints after 4, 8 and 12 steps.
fs::path savedRun(const Folder& folder)
{
    fs::path run = folder.path() / "run";
    RunConfig config = demoConfig();
    config.train.saveEvery = 4;
    RecordingControl control;
    runEngine(control, config, run);
    return run;
}

std::string refusalOf(const fs::path& run, const fs::path& checkpoint)
{
    RecordingControl control;
    return ioErrorOf([&] { runEngine(control, demoConfig(), run, checkpoint); });
}

ExportReport exported(const fs::path& source, const fs::path& target)
{
    LibTorchEngine engine;
    return std::get<ExportReport>(
        engine.answer(ExportAdapter {.source = source.string(), .format = "peft-lora", .target = target.string()}, {}));
}

} // namespace

class TestBrokenCheckpoints : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_run = savedRun(m_folder); }

    void valuesThatCannotBe_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value"); // JSON; empty: the key is missing
        QTest::addColumn<QString>("told");
        const auto row = [](const char* name, const char* key, const char* value, const char* told) {
            QTest::newRow(name) << key << value << told;
        };
        row("a step below 0", "step", "-1", "\"step\" is no whole number from 0 to");
        row("another folder's step", "step", "4", "\"step\" is 4, but the folder is that of step 12");
        row("a step that no run has", "step", "1000000000000000000", "\"step\" is no whole number");
        row("a real step", "step", "1e300", "\"step\" is no whole number");
        row("no step", "step", "", "\"step\" is missing");
        row("updates below 0", "optimizer_steps", "-1", "\"optimizer_steps\" is no whole number from 0 to 12");
        row("more updates than steps", "optimizer_steps", "13", "\"optimizer_steps\" is no whole number from 0 to 12");
        row("real updates", "optimizer_steps", "1e300", "\"optimizer_steps\" is no whole number from 0 to 12");
        row("no epoch", "epoch", "", "\"epoch\" is missing");
        row("a text for the place", "epoch_index", "\"4\"", "\"epoch_index\" is no whole number");
        row("a limit in words", "loss_limit", "\"high\"", "\"loss_limit\" is no number");
        row("no scale", "scale", "0", "\"scale\" is no number above 0");
        row("a method by number", "method", "3", "\"method\" is no text");
        row("no modules", "modules", "{}", "\"modules\" is no list");
        row("a module that is none", "modules", "[7]", "modules[0] is no object");
        row("a nameless module", "modules", "[{}]", "\"modules[0].name\" is missing");
        row("no schema", "schema", "", "\"schema\" is missing");
    }

    /// Believed, they would cut the history and the other checkpoints, or train nonsense.
    void valuesThatCannotBe()
    {
        QFETCH(const QString, key);
        QFETCH(const QString, value);
        QFETCH(const QString, told);
        const fs::path file = m_run / "checkpoints/step-12/state.json";
        const std::string good = readFile(file);
        auto state = nlohmann::json::parse(good);
        state.erase(key.toStdString());
        if (!value.isEmpty())
            state[key.toStdString()] = nlohmann::json::parse(value.toStdString());
        writeFileAtomically(file, state.dump());
        const std::string text = refusalOf(m_run, m_run);
        writeFileAtomically(file, good);
        QVERIFY2(text.starts_with(file.string() + " is broken (" + told.toStdString()), text.c_str());
        QVERIFY2(contains(text, "). Use another checkpoint of this run. Go on with --resume "), text.c_str());
        QVERIFY2(!contains(text, "json.exception"), text.c_str());
        QCOMPARE(jsonLines(m_run / "metrics.jsonl").size(), std::size_t {12});
        QCOMPARE(namesIn(m_run / "checkpoints"), (std::vector<std::string> {"step-12", "step-4", "step-8"}));
    }

    /// The advice is of a checkpoint, which nobody has downloaded.
    void tensorsThatAreCut()
    {
        const Folder folder;
        const fs::path run = savedRun(folder);
        const fs::path file = run / "checkpoints/step-12/state.safetensors";
        fs::resize_file(file, fs::file_size(file) / 2);
        const std::string resumed = refusalOf(run, run);
        QVERIFY2(contains(resumed, " Use another checkpoint of this run. Go on with --resume "), resumed.c_str());
        QVERIFY2(!contains(resumed, "download"), resumed.c_str());
        const std::string text = ioErrorOf([&] { (void)exported(run, folder.path() / "out"); });
        QVERIFY2(
            text.ends_with("The newest before it that can be read is " + (run / "checkpoints/step-8").string() + "."),
            text.c_str());
        QVERIFY(!fs::exists(folder.path() / "out"));
    }

    void anExportTellsItsStep()
    {
        const Folder folder;
        const ExportReport newest = exported(m_run, folder.path() / "newest");
        QCOMPARE(newest.step, std::int64_t {12});
        QVERIFY2(!contains(newest.note.english(), "step-"), newest.note.english().c_str());
        QCOMPARE(exported(m_run / "checkpoints/step-4", folder.path() / "named").step, std::int64_t {4});
        QCOMPARE(exported(m_run / "adapter", folder.path() / "adapter").step, std::int64_t {-1});
    }

    /// It is taken for no checkpoint, but nobody should think that it was.
    void aNewerOneWithoutItsStateIsTold()
    {
        const Folder folder;
        const fs::path run = savedRun(folder);
        fs::remove(run / "checkpoints/step-12/state.json");
        const std::string warning = (run / "checkpoints/step-12").string()
            + " is newer than step-8, but has no state.json; it is passed over.";
        const ExportReport report = exported(run, folder.path() / "out");
        QCOMPARE(report.step, std::int64_t {8});
        QVERIFY2(report.note.english().starts_with(warning), report.note.english().c_str());
        const ExportReport named = exported(run / "checkpoints/step-8", folder.path() / "named");
        QVERIFY2(!contains(named.note.english(), "passed over"), named.note.english().c_str());
        RecordingControl control;
        QVERIFY(runEngine(control, demoConfig(), run, run) == RunOutcome::Finished);
        QCOMPARE(control.said("Warning: " + (run / "checkpoints").string()), "Warning: " + warning);
        QVERIFY(contains(readFile(run / "log.txt"), warning));
    }

    /// It is no model for that: what is missing is said.
    void aRunWithoutItsMetricsIsTold()
    {
        const Folder folder;
        const fs::path run = savedRun(folder);
        fs::remove(run / "metrics.jsonl");
        const std::string told = run.string() + ": is a run's folder, but its metrics.jsonl is missing.";
        for (const char* without : {"nothing else", "ranks.jsonl", "replay.bin"}) {
            fs::remove(run / without);
            const std::string text = ioErrorOf([&] { (void)describeFolder(run.string()); });
            QVERIFY2(text.starts_with(told), (without + text).c_str());
        }
        QVERIFY(contains(describeFolder((run / "checkpoints/step-4").string()), "\"checkpoint\""));
    }

private:
    Folder m_folder;
    fs::path m_run;
};

QTEST_GUILESS_MAIN(TestBrokenCheckpoints)
#include "tst_brokencheckpoints.moc"
