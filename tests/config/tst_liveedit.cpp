// SPDX-License-Identifier: GPL-3.0-or-later
// What may change while a run goes on, what it does to the schedules, and the file that tells it.
#include "tests/config/ConfigTesting.h"
#include "tests/support/Files.h"
#include "training/config/EditLog.h"
#include "training/core/AtomicFile.h"

#include <QtTest>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// 1,000 steps on 42 matrices: 12 → 8, ti 100, tf 500, ΔT 10.
struct Run {
    RunConfig config;
    ResolvedRun resolved;

    explicit Run(Method method = Method::AdaLora)
    {
        config.model.path = "model";
        config.data.path = "train.jsonl";
        config.train.steps = 1000;
        config.method = method;
        config.adalora.targetRank = 8;
        if (allocatesBudget(method)) {
            config.adalora.ti = 100;
            config.adalora.tf = 500;
            config.adalora.deltaT = 10;
        }
        resolved = resolveRun(config, {.matrices = 42});
    }

    bool edit(const std::string& key, FieldValue value, std::int64_t stepsDone)
    {
        return applyLiveEdit(config, resolved, {.key = key, .value = std::move(value)}, stepsDone);
    }
};

constexpr std::int64_t at(std::int64_t value)
{
    return value;
}

} // namespace

class TestLiveEdit : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theTableSaysWhatIsLive()
    {
        const auto keys = liveKeys();
        const std::vector<std::string> expected {"train.eval_every", "train.save_every", "optim.lr",
            "optim.max_grad_norm", "adalora.target_rank", "adalora.total_budget", "adalora.delta_t", "adalora.gamma"};
        QCOMPARE(keys, expected);
        RunConfig lora = Run(Method::Lora).config;
        QCOMPARE(liveKeysOf(lora), (std::vector<std::string> {"train.save_every", "optim.lr", "optim.max_grad_norm"}));
        lora.data.evalPath = "eval.jsonl";
        QCOMPARE(liveKeysOf(lora).front(), std::string("train.eval_every"));
    }

    void plainFieldsChangeAlone()
    {
        Run run;
        const ResolvedRun before = run.resolved;
        QVERIFY(run.edit("optim.lr", 2e-3, 400));
        QVERIFY(run.edit("adalora.gamma", 0.3, 700)); // also after the last mask
        QCOMPARE(run.config.optim.lr, 2e-3);
        QCOMPARE(run.config.adalora.gamma, 0.3);
        for (const std::int64_t t : {0, 101, 300, 499, 500, 999})
            QCOMPARE(run.resolved.schedule.budgetAt(t), before.schedule.budgetAt(t));
        QVERIFY(!run.edit("optim.lr", 2e-3, 401)); // in force already
        QCOMPARE(run.config.train.steps, at(1000)); // and all that is derived stands in the configuration
        QCOMPARE(*run.config.adalora.totalBudget, at(8 * 42));
    }

    /// b(t) after the edit is that of a run which had the new end from its start.
    void theBudgetsEndMovesTheWholeCurve()
    {
        for (const std::int64_t rank : {4, 11}) {
            Run run;
            QVERIFY(run.edit("adalora.target_rank", rank, 240));
            RunConfig other = Run().config;
            other.adalora.targetRank = rank;
            other.adalora.initRank = 12;
            const BudgetSchedule fresh = resolveRun(other, {.matrices = 42}).schedule;
            for (std::int64_t t = 0; t < 1000; ++t)
                QCOMPARE(run.resolved.schedule.budgetAt(t), fresh.budgetAt(t));
            QCOMPARE(run.resolved.schedule.targetBudget, rank * 42);
            QCOMPARE(run.resolved.scale, Run().resolved.scale);
        }
        Run byTriplets;
        QVERIFY(byTriplets.edit("adalora.total_budget", at(301), 240));
        QCOMPARE(byTriplets.resolved.schedule.budgetAt(500), at(301));
        QCOMPARE(byTriplets.resolved.schedule.budgetAt(100), at(12 * 42));
    }

    /// The rank in the configuration is stale once the triplets were edited: naming it again must take effect.
    void theTargetRankTurnsTheBudgetBack()
    {
        Run run;
        QVERIFY(run.edit("adalora.total_budget", at(300), 200));
        QCOMPARE(run.config.adalora.targetRank, at(8));
        QVERIFY(run.edit("adalora.target_rank", at(8), 210));
        QCOMPARE(run.resolved.schedule.targetBudget, at(8 * 42));
        QCOMPARE(*run.config.adalora.totalBudget, at(8 * 42));
        QVERIFY(!run.edit("adalora.target_rank", at(8), 211)); // in force by now
    }

    void theIntervalMovesTheEvents()
    {
        Run run;
        QVERIFY(run.edit("adalora.delta_t", at(25), 200));
        QVERIFY(run.resolved.schedule.masksAt(225) && !run.resolved.schedule.masksAt(230));
        QVERIFY(run.resolved.schedule.masksAt(500)); // the forced one
    }

    void refusals_data()
    {
        QTest::addColumn<int>("method");
        QTest::addColumn<QString>("key");
        QTest::addColumn<double>("value");
        QTest::addColumn<bool>("whole");
        QTest::addColumn<int>("stepsDone");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* name, Method method, const char* key, double value, bool whole, int stepsDone,
                             const char* why) {
            QTest::newRow(name) << static_cast<int>(method) << key << value << whole << stepsDone << why;
        };
        row("not live", Method::AdaLora, "adalora.init_rank", 9, true, 10, "cannot be changed while a run goes on");
        row("unknown", Method::AdaLora, "optim.rl", 1, false, 10, "optim.lr");
        row("range", Method::AdaLora, "optim.lr", 11, false, 10, "at most 10");
        row("type", Method::AdaLora, "adalora.delta_t", 0.5, false, 10, "integer");
        row("not below the start", Method::AdaLora, "adalora.target_rank", 12, true, 10, "below adalora.init_rank 12");
        row("not below the start, by triplets", Method::AdaLora, "adalora.total_budget", 504, true, 10, "below 504");
        row("after the last mask", Method::AdaLora, "adalora.target_rank", 4, true, 501, "step 501");
        row("interval after it", Method::AdaLora, "adalora.delta_t", 4, true, 501, "can no longer be changed");
        row("fixed rank", Method::SvdLora, "adalora.target_rank", 4, true, 10, "keeps one rank");
        row("what was pruned stays so", Method::PruneLora, "adalora.target_rank", 9, true, 10, "cannot come back");
        row("no term", Method::Lora, "adalora.gamma", 0.5, false, 10, "no orthogonality term");
        row("no file", Method::AdaLora, "train.eval_every", 10, true, 10, "data.eval_path is empty");
    }

    void refusals()
    {
        QFETCH(const int, method);
        QFETCH(const QString, key);
        QFETCH(const double, value);
        QFETCH(const bool, whole);
        QFETCH(const int, stepsDone);
        QFETCH(const QString, why);
        Run run(static_cast<Method>(method));
        const RunConfig before = run.config;
        const FieldValue given = whole ? FieldValue(static_cast<std::int64_t>(value)) : FieldValue(value);
        const std::string text = errorOf([&] { run.edit(key.toStdString(), given, stepsDone); });
        QVERIFY2(contains(text, key.toStdString()) && contains(text, why.toStdString()), text.c_str());
        for (const FieldInfo& field : fields())
            QVERIFY(fieldValue(run.config, field.key) == fieldValue(before, field.key));
    }

    void theForcedMaskIsTheLastThatABudgetReaches()
    {
        Run run;
        QVERIFY(run.edit("adalora.target_rank", at(4), 500)); // t = T − tf is still to come
        QCOMPARE(run.resolved.schedule.budgetAt(500), at(4 * 42));
        Run pruning(Method::PruneLora);
        QVERIFY(pruning.edit("adalora.target_rank", at(4), 300));
    }

    void derivedIsNoLiveValue()
    {
        Run run;
        QVERIFY(contains(errorOf([&] { run.edit("adalora.delta_t", {}, 10); }), "needs a value"));
    }

    void linesReadBack()
    {
        const Folder folder;
        const std::vector<AppliedEdit> edits {{120, "optim.lr", 1e-3, 0.1 + 0.2},
            {120, "adalora.delta_t", at(1), at(7)}, {300, "adalora.total_budget", at(336), at(168)}};
        std::string text;
        for (const AppliedEdit& edit : edits)
            text += toJsonLine(edit) + "\n";
        QCOMPARE(QString::fromStdString(text.substr(0, text.find('\n'))),
            QString(R"({"step":120,"key":"optim.lr","old":0.001,"new":0.30000000000000004})"));
        const fs::path file = folder.write("edits.jsonl", text + "{\"step\": 400, \"ke");
        const auto read = loadEdits(file);
        QCOMPARE(read.size(), edits.size());
        for (std::size_t i = 0; i < edits.size(); ++i) {
            QCOMPARE(read[i].step, edits[i].step);
            QCOMPARE(read[i].key, edits[i].key);
            QVERIFY(read[i].before == edits[i].before && read[i].after == edits[i].after);
        }
        QCOMPARE(read[2].line, at(3));
        truncateEdits(folder.path(), 299);
        QCOMPARE(editsOfRun(folder.path()).size(), std::size_t {2});
        truncateEdits(folder.path(), 119);
        QVERIFY(!fs::exists(file));
        QVERIFY(editsOfRun(folder.path()).empty());
        QVERIFY(contains(errorOf([&] { (void)loadEdits(file); }), "edits.jsonl"));
    }

    /// --edits may name any file.
    void aFileThatIsNoListOfEditsIsNotTakenIn()
    {
        const Folder folder;
        const fs::path file = folder.write("model.gguf", "x");
        fs::resize_file(file, (std::uintmax_t {256} << 20U) + 1); // sparse
        const std::string text = ioErrorOf([&] { (void)loadEdits(file); });
        QVERIFY2(contains(text, "model.gguf: it has more than 256 MiB"), text.c_str());
    }

    /// What was not known before stays so, and the line can be read again.
    void aLineWithoutTheOldValueReadsBack()
    {
        const Folder folder;
        const AppliedEdit edit {.step = 7, .key = "adalora.target_rank", .before = {}, .after = at(8)};
        const auto read = loadEdits(folder.write("edits.jsonl", toJsonLine(edit) + "\n"));
        QCOMPARE(read.size(), std::size_t {1});
        QVERIFY(read[0].before == FieldValue {} && read[0].after == edit.after);
    }

    void brokenLinesAreNamed_data()
    {
        QTest::addColumn<QString>("line");
        QTest::addColumn<QString>("why");
        QTest::newRow("no key") << R"({"step": 3, "new": 1})"
                                << "step, key and new";
        QTest::newRow("unknown") << R"({"step": 3, "key": "optim.rl", "new": 1})"
                                 << "optim.lr";
        QTest::newRow("range") << R"({"step": 3, "key": "optim.lr", "new": 0})"
                               << "above 0";
        QTest::newRow("type") << R"({"step": 3, "key": "adalora.delta_t", "new": "x"})"
                              << "integer";
        QTest::newRow("step") << R"({"step": -1, "key": "optim.lr", "new": 1})"
                              << "whole number";
        QTest::newRow("order") << R"({"step": 1, "key": "optim.lr", "new": 1})"
                               << "comes after step 2";
        QTest::newRow("no JSON") << "lr = 3"
                                 << "an object";
    }

    void brokenLinesAreNamed()
    {
        QFETCH(const QString, line);
        QFETCH(const QString, why);
        const Folder folder;
        const fs::path file = folder.write(
            "edits.jsonl", "{\"step\": 2, \"key\": \"optim.lr\", \"new\": 1}\n" + line.toStdString() + "\n");
        const std::string text = errorOf([&] { (void)loadEdits(file); });
        QVERIFY2(contains(text, "edits.jsonl:2:") && contains(text, why.toStdString()), text.c_str());
    }
};

QTEST_GUILESS_MAIN(TestLiveEdit)
#include "tst_liveedit.moc"
