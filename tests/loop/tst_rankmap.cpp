// SPDX-License-Identifier: GPL-3.0-or-later
// Runs with adalora.rank_map through the real engine on the bundled demo: every matrix keeps its own rank, in the
// arena, in what is shown, in checkpoints and in every export.
#include "tests/support/EngineRuns.h"
#include "tests/support/Errors.h"
#include "tests/support/Tensors.h"
#include "training/config/ConfigFile.h"
#include "training/io/AdapterFiles.h"
#include "training/loop/Checkpoint.h"
#include "training/loop/RunContext.h"

#include <algorithm>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// The 18 matrices of demoConfig() in the model's order.
std::vector<std::string> demoMatrices()
{
    std::vector<std::string> names;
    for (int layer = 0; layer < 6; ++layer) {
        for (const char* name : {"self_attn.q_proj", "self_attn.v_proj", "mlp.down_proj"})
            names.push_back("model.layers." + std::to_string(layer) + "." + name);
    }
    return names;
}

RankMap mapOf(const std::vector<std::int64_t>& ranks)
{
    RankMap map;
    for (std::size_t i = 0; const std::string& name : demoMatrices())
        map.emplace(name, ranks[i++ % ranks.size()]);
    return map;
}

/// 37 triplets: 3 0 1 2 5, again and again.
RunConfig mappedConfig(Method method)
{
    RunConfig config = demoConfig(method);
    config.adalora.rankMap = mapOf({3, 0, 1, 2, 5});
    return config;
}

std::int64_t rankIn(const AdapterState& adapter, const std::string& name)
{
    for (const ModuleAdapter& module : adapter.modules) {
        if (module.module == name)
            return module.q.size(0);
    }
    return 0; // matrices of rank 0 are left out of plain LoRA files
}

nlohmann::json adapterConfigIn(const fs::path& folder)
{
    return nlohmann::json::parse(readFile(folder / "adapter_config.json"));
}

std::string metricsOf(const fs::path& run)
{
    std::string text;
    for (const auto& line : jsonLines(run / "metrics.jsonl"))
        text += line.dump() + "\n";
    return text;
}

void addMethods()
{
    QTest::addColumn<int>("methodNumber");
    QTest::newRow("svd-lora") << static_cast<int>(Method::SvdLora);
    QTest::newRow("lora") << static_cast<int>(Method::Lora);
}

} // namespace

class TestRankMap : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyMatrixKeepsItsRank_data() { addMethods(); }

    void everyMatrixKeepsItsRank()
    {
        QFETCH(const int, methodNumber);
        const auto method = static_cast<Method>(methodNumber);
        const Folder folder;
        const fs::path run = folder.path() / "run";
        const RunConfig config = mappedConfig(method);
        RecordingControl control;
        control.wantsSnapshots = true;
        QVERIFY(runEngine(control, config, run) == RunOutcome::Finished);

        const RunStarted started = control.all<RunStarted>().at(0);
        QCOMPARE(started.resolved.initRank, std::int64_t {5});
        QCOMPARE(started.resolved.matrices, std::int64_t {18});
        QCOMPARE(started.resolved.schedule.initialBudget, std::int64_t {37});
        QCOMPARE(started.resolved.schedule.targetBudget, std::int64_t {37});
        QCOMPARE(started.layout->tripletCount(), std::int64_t {37});
        std::int64_t parameters = 0;
        for (const ModuleInfo& module : started.layout->modules)
            parameters += config.adalora.rankMap.at(module.name)
                * (module.inFeatures + module.outFeatures + (hasLambda(method) ? 1 : 0));
        QCOMPARE(started.trainableParameters, parameters);

        QCOMPARE(control.all<MetricPoint>().size(), std::size_t {12});
        for (const MetricPoint& point : control.all<MetricPoint>()) {
            QVERIFY(point.skipped.empty() && std::isfinite(point.loss));
            QCOMPARE(point.budget, std::int64_t {37});
        }
        QVERIFY(control.all<MaskEvent>().empty());
        QVERIFY(control.snapshots.size() > 12);
        for (const auto& snapshot : control.snapshots)
            checkSnapshot(*snapshot, config.adalora.rankMap);
        QVERIFY(loadConfig(run / "config.json").adalora.rankMap == config.adalora.rankMap);
        QCOMPARE(loadConfig(run / "config.json").adalora.initRank.value_or(0), 5);
    }

    /// One rank written as a map is one rank: the same numbers, the same files.
    void anEvenMapChangesNothing_data() { addMethods(); }

    void anEvenMapChangesNothing()
    {
        QFETCH(const int, methodNumber);
        const Folder folder;
        RunConfig config = demoConfig(static_cast<Method>(methodNumber));
        config.adalora.initRank = 3;
        RecordingControl control;
        QVERIFY(runEngine(control, config, folder.path() / "plain") == RunOutcome::Finished);
        config.adalora.rankMap = mapOf({3});
        RecordingControl second;
        QVERIFY(runEngine(second, config, folder.path() / "mapped") == RunOutcome::Finished);
        QCOMPARE(metricsOf(folder.path() / "mapped"), metricsOf(folder.path() / "plain"));
        for (const char* file : {"adapter/adapter_model.safetensors", "adapter/adapter_config.json",
                 "checkpoints/step-12/state.safetensors"})
            QVERIFY2(readFile(folder.path() / "mapped" / file) == readFile(folder.path() / "plain" / file), file);
    }

    void resumedEqualsTheUninterrupted_data() { addMethods(); }

    void resumedEqualsTheUninterrupted()
    {
        QFETCH(const int, methodNumber);
        const Folder folder;
        const RunConfig config = mappedConfig(static_cast<Method>(methodNumber));
        RecordingControl control;
        QVERIFY(runEngine(control, config, folder.path() / "whole") == RunOutcome::Finished);
        const fs::path stopped = folder.path() / "stopped";
        RecordingControl first;
        first.stopAfter = 7;
        QVERIFY(runEngine(first, config, stopped) == RunOutcome::Stopped);
        RecordingControl second;
        QVERIFY(runEngine(second, loadConfig(stopped / "config.json"), stopped, stopped) == RunOutcome::Finished);
        QCOMPARE(metricsOf(stopped), metricsOf(folder.path() / "whole"));
        for (const char* file : {"adapter/adapter_model.safetensors", "adapter/adapter_config.json",
                 "checkpoints/step-12/state.safetensors", "checkpoints/step-12/state.json"})
            QVERIFY2(readFile(stopped / file) == readFile(folder.path() / "whole" / file), file);
    }

    void anotherMapIsNoResume()
    {
        const Folder folder;
        const fs::path run = folder.path() / "run";
        RunConfig config = mappedConfig(Method::SvdLora);
        config.adalora.initRank = 5;
        RecordingControl control;
        control.stopAfter = 2;
        runEngine(control, config, run);
        const auto refusal = [&run](const RunConfig& other) {
            RecordingControl again;
            return configErrorOf([&] { runEngine(again, other, run, run); });
        };
        RunConfig other = config;
        other.adalora.rankMap["model.layers.0.self_attn.q_proj"] = 4;
        std::string text = refusal(other);
        QVERIFY2(contains(text, "adalora.rank_map") && contains(text, "q_proj 4, but") && contains(text, "has 3"),
            text.c_str());
        other.adalora.rankMap.clear();
        text = refusal(other);
        QVERIFY2(contains(text, "adalora.rank_map"), text.c_str());
        QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {2});
    }

    /// What files say of the ranks, and that ΔW read back is the engine's.
    void exportsHoldTheRanks_data() { addMethods(); }

    void exportsHoldTheRanks()
    {
        QFETCH(const int, methodNumber);
        const Folder folder;
        const fs::path run = folder.path() / "run";
        const RunConfig config = mappedConfig(static_cast<Method>(methodNumber));
        RecordingControl control;
        QVERIFY(runEngine(control, config, run) == RunOutcome::Finished);
        for (const std::string_view format : exportFormats) {
            const fs::path target = folder.path() / format;
            LibTorchEngine engine;
            const Answer answer = engine.answer(
                ExportAdapter {.source = run.string(), .format = std::string(format), .target = target.string()}, {});
            const auto* report = std::get_if<ExportReport>(&answer);
            QVERIFY2(report && report->verified && report->maxDelta > 0.0, std::string(format).c_str());
            if (format == "peft-adalora" || format == "peft-lora")
                checkFile(target, format == "peft-lora", config.adalora.rankMap);
            if (format == "peft-lora-padded")
                QCOMPARE(adapterConfigIn(target).at("r").get<int>(), 5);
            if (format != "merged" && format != "peft-adalora") {
                QCOMPARE(report->maxRank, std::int64_t {5});
                QCOMPARE(report->leftOut, std::int64_t {4}); // of 18, every fifth from the second on
            }
        }
    }

    /// The ranks that a run has learned, and its P, Λ and Q: training goes on where it ended.
    void startsFromWhatWasLearned()
    {
        const Folder folder;
        const fs::path learned = folder.path() / "learned";
        RecordingControl control;
        QVERIFY(runEngine(control, demoConfig(Method::AdaLora), learned) == RunOutcome::Finished);
        RunConfig config = demoConfig(Method::SvdLora);
        config.adalora.initRank = 4; // as the run's, so that s is the same
        config.adalora.initFrom = (learned / "adapter").string();
        const auto events = jsonLines(learned / "ranks.jsonl");
        for (const auto& [name, rank] : events.back().at("ranks").items())
            config.adalora.rankMap[name] = rank.get<std::int64_t>();
        QCOMPARE(config.adalora.rankMap.size(), std::size_t {18});

        LoadedModel cache;
        RecordingControl quiet;
        RunRequest request;
        request.config = config;
        request.device = "cpu";
        const auto context = prepareRun(request, cache, quiet);
        const AdapterState now = adapterState(*context->trainer, context->resolved);
        const AdapterState before = readAdapter(learned / "adapter");
        QVERIFY(std::abs(now.scale - before.scale) < 1e-9);
        QCOMPARE(now.modules.size(), before.modules.size());
        for (std::size_t i = 0; i < now.modules.size(); ++i) {
            QCOMPARE(now.modules[i].module, before.modules[i].module);
            QVERIFY(identical(now.modules[i].p, before.modules[i].p.contiguous()));
            QVERIFY(identical(now.modules[i].lambda, before.modules[i].lambda.contiguous()));
            QVERIFY(identical(now.modules[i].q, before.modules[i].q.contiguous()));
        }

        const std::vector<std::string> names = demoMatrices();
        const auto taught = std::find_if(
            names.begin(), names.end(), [&before](const std::string& name) { return rankIn(before, name) > 0; });
        QVERIFY(taught != names.end());
        config.adalora.rankMap[*taught] = 0; // no room for what was learned there
        request.config = config;
        const std::string text = configErrorOf([&] { (void)prepareRun(request, cache, quiet); });
        QVERIFY2(contains(text, "adalora.init_from") && contains(text, "adalora.rank_map"), text.c_str());
    }

    void whatDoesNotFitIsRefusedBeforeAnythingIsWritten()
    {
        const Folder folder;
        const auto refusal = [&](const std::string& name, std::int64_t rank, Method method) {
            RunConfig config = mappedConfig(method);
            config.adalora.rankMap[name] = rank;
            RecordingControl control;
            return configErrorOf([&] { runEngine(control, config, folder.path() / "run"); });
        };
        const std::string known = demoMatrices()[0];
        QVERIFY(contains(refusal(known, 2, Method::AdaLora), "method.name is adalora"));
        QVERIFY(contains(refusal("model.layers.6.self_attn.q_proj", 2, Method::Lora), "no matrix of the model"));
        QVERIFY(contains(refusal("model.layers.0.self_attn.k_proj", 2, Method::Lora), "leave it out"));
        QVERIFY(contains(refusal("model.layers.0.self_attn.v_proj", 65, Method::SvdLora), "must be at most 64"));
        QVERIFY(!fs::exists(folder.path() / "run"));
    }

private:
    static void checkSnapshot(const RankSnapshot& snapshot, const RankMap& map)
    {
        QCOMPARE(snapshot.triplets.size(), std::size_t {18 * 5});
        for (std::int32_t i = 0; i < 18; ++i) {
            const std::int64_t rank = map.at((*snapshot.layout)[{i}].name);
            QCOMPARE(snapshot.layout->rankOf({i}), rank);
            QCOMPARE(std::int64_t {snapshot.modules[static_cast<std::size_t>(i)].rank}, rank);
            for (std::int64_t place = 0; place < 5; ++place) {
                const TripletState& triplet = snapshot.tripletsOf({i})[place];
                QCOMPARE(triplet.kept, place < rank);
                QVERIFY(triplet.kept || triplet.lambda == 0.0F);
                QCOMPARE(triplet.prunedAt, -1);
            }
        }
    }

    static void checkFile(const fs::path& folder, bool plain, const RankMap& map)
    {
        const AdapterState adapter = readAdapter(folder);
        const nlohmann::json config = adapterConfigIn(folder);
        for (const auto& [name, rank] : map) {
            QCOMPARE(rankIn(adapter, name), rank);
            if (plain && rank == 0) {
                QVERIFY(!config.at("rank_pattern").contains(name));
            } else if (plain) { // r and alpha of a module agree: its scale is 1, and B holds s
                QCOMPARE(config.at("rank_pattern").at(name).get<std::int64_t>(), rank);
                QCOMPARE(config.at("alpha_pattern").at(name).get<std::int64_t>(), rank);
            } else {
                const auto kept = config.at("rank_pattern").at(name + ".lora_E").get<std::vector<bool>>();
                QCOMPARE(kept.size(), std::size_t {5});
                QCOMPARE(std::count(kept.begin(), kept.end(), true), rank);
            }
        }
        if (!plain)
            QCOMPARE(config.at("init_r").get<int>(), 5);
    }
};

QTEST_GUILESS_MAIN(TestRankMap)
#include "tst_rankmap.moc"
