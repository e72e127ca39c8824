// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/io/AdapterFiles.h"
#include "training/io/Safetensors.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <limits>

using namespace spectune;
using namespace spectune::testing;
using Json = nlohmann::json;

namespace {

/// Two blocks of q and v, init rank 3, ranks 2, 0, 3, 1.
AdapterState example(at::ScalarType type = at::kFloat)
{
    at::manual_seed(3);
    AdapterState state {
        .method = Method::AdaLora, .initRank = 3, .alpha = 6.0, .scale = 6.0 / (3.0 + 1e-5), .modules = {}};
    const std::vector<std::vector<float>> lambdas {
        {0.5F, 0.0F, -2.0F}, {0.0F, 0.0F, 0.0F}, {1.0F, 2.0F, 3.0F}, {0.0F, 0.25F, 0.0F}};
    for (std::size_t i = 0; i < lambdas.size(); ++i) {
        const std::string name
            = "model.layers." + std::to_string(i / 2) + ".self_attn." + (i % 2 == 0 ? "q" : "v") + "_proj";
        state.modules.push_back(
            {name, at::randn({5, 3}).to(type), at::tensor(lambdas[i]).to(type), at::randn({3, 4}).to(type), {}});
    }
    return state;
}

AdapterMeta meta(std::int64_t layers)
{
    AdapterMeta meta {.baseModel = "base", .baseLayers = layers, .config = {}, .resolved = {}};
    meta.config.adalora.targetRank = 2;
    meta.resolved.schedule
        = {.totalSteps = 100, .warmUpEnd = 10, .finalSteps = 40, .interval = 5, .initialBudget = 12, .targetBudget = 8};
    return meta;
}

Json configOf(const std::filesystem::path& folder)
{
    return Json::parse(readFile(folder / "adapter_config.json"));
}

} // namespace

class TestAdapterFiles : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void writesAdaLora()
    {
        const Folder folder;
        const auto target = folder.path() / "out";
        const ExportReport report = writeAdapter(example(), "peft-adalora", target, meta(2));
        QCOMPARE(report.modules, std::int64_t {4});
        QCOMPARE(report.leftOut, std::int64_t {0});
        QCOMPARE(report.maxRank, std::int64_t {3});
        QCOMPARE(report.maxDifference, 0.0);
        QVERIFY(report.maxDelta > 0.1 && report.bytes > 0);
        const Json config = configOf(target);
        QCOMPARE(config["peft_type"], "ADALORA");
        QCOMPARE(config["init_r"], 3);
        QCOMPARE(config["target_r"], 2);
        QCOMPARE(config["lora_alpha"].dump(), std::string("6"));
        QCOMPARE(config["tinit"], 10);
        QCOMPARE(config["tfinal"], 40);
        QCOMPARE(config["total_step"], 100);
        QCOMPARE(config["target_modules"], (Json {"q_proj", "v_proj"}));
        QCOMPARE(config["rank_pattern"]["model.layers.0.self_attn.q_proj.lora_E"], (Json {true, false, true}));
        QCOMPARE(config["rank_pattern"].size(), std::size_t {4});
        const SafetensorsFile file(target / "adapter_model.safetensors");
        QCOMPARE(file.info("base_model.model.model.layers.0.self_attn.q_proj.lora_E").shape,
            (std::vector<std::int64_t> {2, 1}));
        QCOMPARE(file.info("base_model.model.model.layers.0.self_attn.v_proj.lora_A").shape,
            (std::vector<std::int64_t> {0, 4}));

        const AdapterState back = readAdapter(target);
        QCOMPARE(back.scale, example().scale);
        QCOMPARE(back.modules[0].kept, (std::vector<bool> {true, false, true}));
        QCOMPARE(back.modules[1].q.size(0), std::int64_t {0});
        QCOMPARE(compareDeltas(example(), back).maxDifference, 0.0);
        // What was read is written again without loss.
        QCOMPARE(writeAdapter(back, "peft-adalora", folder.path() / "again", meta(2)).maxDifference, 0.0);
        QCOMPARE(readFile(folder.path() / "again/adapter_model.safetensors"),
            readFile(target / "adapter_model.safetensors"));
    }

    void tripletsWithoutLambdaAreNoDifference_data()
    {
        QTest::addColumn<int>("row");
        QTest::addColumn<float>("lambda");
        QTest::addColumn<float>("p");
        QTest::addColumn<bool>("differs");
        const float nan = std::numeric_limits<float>::quiet_NaN();
        const float infinite = std::numeric_limits<float>::infinity();
        QTest::newRow("the same") << 1 << 0.0F << 1.0F << false;
        QTest::newRow("another P where λ is 0") << 1 << 0.0F << 7.0F << false;
        QTest::newRow("a λ that came back") << 1 << 1e-3F << 1.0F << true;
        QTest::newRow("a λ that is gone") << 2 << 0.0F << 1.0F << true;
        QTest::newRow("λ is no number") << 1 << nan << 1.0F << true;
        QTest::newRow("P is no number where λ is 0") << 1 << 0.0F << nan << true;
        QTest::newRow("P is infinite where λ is 0") << 1 << 0.0F << infinite << true;
    }

    /// Module 0 has its λ = 0 at row 1. Both ways round, for either side may be the one that leaves such rows out.
    void tripletsWithoutLambdaAreNoDifference()
    {
        QFETCH(const int, row);
        QFETCH(const float, lambda);
        QFETCH(const float, p);
        QFETCH(const bool, differs);
        const Folder folder;
        (void)writeAdapter(example(), "peft-adalora", folder.path() / "out", meta(2));
        const AdapterState back = readAdapter(folder.path() / "out");
        AdapterState other = example();
        if (row == 1)
            other.modules[0].lambda[row].fill_(lambda);
        else
            other.modules[0].lambda[row].zero_();
        if (p != 1.0F)
            other.modules[0].p[0][row].fill_(p);
        for (const DeltaDifference& found : {compareDeltas(other, back), compareDeltas(back, other)}) {
            QCOMPARE(!(found.maxDifference <= 0.0), differs); // NaN is a difference
            QVERIFY(found.maxDelta > 0.1);
        }
    }

    void writesLora_data()
    {
        QTest::addColumn<QString>("format");
        QTest::newRow("padded") << "peft-lora-padded";
        QTest::newRow("compact") << "peft-lora";
    }

    void writesLora()
    {
        QFETCH(QString, format);
        const Folder folder;
        const auto target = folder.path() / "out";
        const ExportReport report = writeAdapter(example(), format.toStdString(), target, meta(2));
        QCOMPARE(report.modules, std::int64_t {3});
        QCOMPARE(report.leftOut, std::int64_t {1});
        QCOMPARE(report.vllmMaxRank, std::int64_t {8});
        QVERIFY(report.maxDifference <= 1e-6 * report.maxDelta);
        const Json config = configOf(target);
        QCOMPARE(config["r"].dump(), std::string("3"));
        QCOMPARE(config["lora_alpha"].dump(), std::string("3"));
        // v_proj of block 0 has rank 0, so suffixes would match too much.
        QCOMPARE(config["target_modules"].size(), std::size_t {3});
        QCOMPARE(config["target_modules"][0], "model.layers.0.self_attn.q_proj");
        const bool padded = format == "peft-lora-padded";
        QCOMPARE(config["rank_pattern"].size(), padded ? std::size_t {0} : std::size_t {3});
        QCOMPARE(config["alpha_pattern"], config["rank_pattern"]);
        const SafetensorsFile file(target / "adapter_model.safetensors");
        QCOMPARE(file.info("base_model.model.model.layers.1.self_attn.v_proj.lora_A.weight").shape,
            (std::vector<std::int64_t> {padded ? 3 : 1, 4}));
        QVERIFY(compareDeltas(example(), readAdapter(target)).maxDifference <= 1e-6 * report.maxDelta);
    }

    void keepsFloat64()
    {
        const Folder folder;
        for (const char* format : {"peft-adalora", "peft-lora", "peft-lora-padded"}) {
            const ExportReport report = writeAdapter(example(at::kDouble), format, folder.path() / format, meta(2));
            QVERIFY(report.maxDifference <= 1e-14 * report.maxDelta);
            QCOMPARE(readAdapter(folder.path() / format).modules[0].p.scalar_type(), at::kDouble);
        }
    }

    void putsLoraScaleIntoLambda()
    {
        AdapterState state = example(at::kDouble);
        state.method = Method::Lora;
        state.scale = 2.0; // alpha / r, without 1e-5
        for (ModuleAdapter& module : state.modules)
            module.lambda = at::Tensor();
        const Folder folder;
        for (const char* format : {"peft-adalora", "peft-lora"}) {
            const ExportReport report = writeAdapter(state, format, folder.path() / format, meta(2));
            QVERIFY(report.maxDifference <= 1e-14 * report.maxDelta);
            QCOMPARE(report.maxRank, std::int64_t {3});
        }
        const Json config = configOf(folder.path() / "peft-adalora");
        QCOMPARE(config["tinit"], 0);
        QCOMPARE(config["tfinal"], 0);
        QCOMPARE(config["target_modules"], (Json {"q_proj", "v_proj"}));
    }

    /// A rank_pattern above r: init_r is one number for all modules, so it has to be the largest.
    void holdsRanksAboveR()
    {
        AdapterState state = example(at::kDouble);
        state.method = Method::Lora;
        state.scale = 2.0;
        for (ModuleAdapter& module : state.modules)
            module.lambda = at::ones({3}, at::kDouble);
        ModuleAdapter& wide = state.modules[1];
        wide.p = at::randn({5, 4}, at::kDouble);
        wide.lambda = at::tensor({0.5, -1.0, 2.0, 0.25}, at::kDouble);
        wide.q = at::randn({4, 4}, at::kDouble);
        const Folder folder;
        const ExportReport report = writeAdapter(state, "peft-adalora", folder.path() / "out", meta(2));
        QVERIFY(report.verified);
        const Json config = configOf(folder.path() / "out");
        QCOMPARE(config["init_r"], 4);
        for (const Json& kept : config["rank_pattern"])
            QCOMPARE(kept.size(), std::size_t {4});
        const AdapterState back = readAdapter(folder.path() / "out");
        for (std::size_t i = 0; i < state.modules.size(); ++i) {
            const ModuleAdapter& given = state.modules[i];
            const ModuleAdapter& read = back.modules[i];
            QCOMPARE(read.module, given.module);
            const at::Tensor wanted = (given.p * given.lambda).matmul(given.q) * state.scale;
            QVERIFY(at::allclose((read.p * read.lambda).matmul(read.q) * back.scale, wanted, 1e-12, 1e-12));
        }
    }

    void namesModulesOfSomeLayers()
    {
        const Folder folder;
        (void)writeAdapter(example(), "peft-adalora", folder.path() / "a", meta(3));
        QCOMPARE(configOf(folder.path() / "a")["target_modules"].size(), std::size_t {4});
        (void)writeAdapter(example(), "peft-adalora", folder.path() / "b", meta(0));
        QCOMPARE(configOf(folder.path() / "b")["target_modules"].size(), std::size_t {4});
    }

    void refusesTargetsAndFormats()
    {
        const Folder folder;
        folder.write("full/note", "mine");
        const auto error = [&](const char* format, const std::filesystem::path& target) {
            return errorOf([&] { (void)writeAdapter(example(), format, target, meta(2)); });
        };
        QVERIFY(contains(error("peft-lora", folder.path() / "full"), "not empty"));
        QVERIFY(contains(error("peft-lora", folder.write("file", "x")), "is a file"));
        QVERIFY(contains(error("merged", folder.path() / "g"), "no adapter format \"merged\""));
        QVERIFY(contains(error("zip", folder.path() / "g"), "no adapter format \"zip\""));
        QVERIFY(!std::filesystem::exists(folder.path() / "g"));
        QCOMPARE(readFile(folder.path() / "full/note"), std::string("mine"));
        std::filesystem::create_directory(folder.path() / "empty");
        QVERIFY(error("peft-lora", folder.path() / "empty").empty());
        AdapterState nothing = example();
        for (ModuleAdapter& module : nothing.modules)
            module.lambda.zero_();
        QVERIFY(
            contains(errorOf([&] { (void)writeAdapter(nothing, "peft-lora", folder.path() / "n", meta(2)); }), "λ"));
        QVERIFY(errorOf([&] { (void)writeAdapter(nothing, "peft-adalora", folder.path() / "n", meta(2)); }).empty());
    }

    void readsPeftsOwn()
    {
        const AdapterState adalora = readAdapter(sourcePath("tests/reference/exports/adalora"));
        QCOMPARE(adalora.initRank, std::int64_t {12});
        QCOMPARE(adalora.alpha, 24.0);
        QCOMPARE(adalora.modules.size(), std::size_t {35});
        QCOMPARE(adalora.modules[0].module, std::string("model.layers.0.self_attn.q_proj"));
        QCOMPARE(adalora.modules[6].module, std::string("model.layers.0.mlp.down_proj"));
        QCOMPARE(adalora.modules[0].q.size(0), std::int64_t {0});
        const SafetensorsFile reference(sourcePath("tests/reference/exports/reference.safetensors"));
        const Folder folder;
        for (const char* name : {"model.layers.1.self_attn.v_proj", "model.layers.3.mlp.down_proj"}) {
            const at::Tensor expected = reference.tensor(std::string("delta.") + name);
            for (const ModuleAdapter& module : adalora.modules) {
                if (module.module != name)
                    continue;
                const at::Tensor delta = (module.p * module.lambda).matmul(module.q) * adalora.scale;
                QVERIFY((delta - expected).abs().max().item<double>() <= 1e-6 * expected.abs().max().item<double>());
            }
        }
        for (const char* name : {"lora-padded", "lora-compact"}) {
            const AdapterState lora = readAdapter(sourcePath(std::string("tests/reference/exports/") + name));
            QVERIFY(lora.method == Method::Lora);
            QCOMPARE(lora.modules.size(), std::size_t {33});
            const DeltaDifference difference = compareDeltas(adalora, lora);
            QVERIFY(difference.maxDifference <= 1e-6 * difference.maxDelta);
        }
        const AdapterState initial = readAdapter(sourcePath("tests/reference/trajectory/initial-adalora"));
        QVERIFY(initial.modules[0].kept.empty());
        QCOMPARE(initial.modules[0].p.scalar_type(), at::kDouble);
    }

    void readsRankStabilisedAndPatterns()
    {
        const Folder folder;
        const std::string key = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
        writeSafetensors(folder.path() / "adapter_model.safetensors",
            {{key + "A.weight", at::ones({4, 3})}, {key + "B.weight", at::ones({2, 4})}});
        folder.write("adapter_config.json", R"({"peft_type":"LORA","r":4,"lora_alpha":8,"use_rslora":true})");
        QCOMPARE(readAdapter(folder.path()).scale, 4.0);
        folder.write("adapter_config.json",
            R"({"peft_type":"LORA","r":2,"lora_alpha":8,"rank_pattern":{"q_proj":4},"alpha_pattern":{"self_attn.q_proj":2}})");
        const AdapterState state = readAdapter(folder.path());
        QCOMPARE(state.scale * state.modules[0].lambda[0].item<double>(), 0.5);
        folder.write(
            "adapter_config.json", R"({"peft_type":"LORA","r":4,"lora_alpha":8,"alpha_pattern":{"q_proj|x":4}})");
        QVERIFY(contains(errorOf([&] { (void)readAdapter(folder.path()); }), "regular expression"));
    }

    void refusesBrokenAdapters_data()
    {
        QTest::addColumn<QString>("config");
        QTest::addColumn<QString>("reason");
        const auto ada = [](const char* extra) {
            return QString(R"({"peft_type":"ADALORA","init_r":3,"lora_alpha":6%1})").arg(extra);
        };
        QTest::newRow("no JSON") << QString("{") << "broken JSON at line 1, column 2: it ends too early";
        QTest::newRow("other type") << R"({"peft_type":"IA3"})"
                                    << "\"IA3\"";
        QTest::newRow("dora") << ada(R"(,"use_dora":true)") << "use_dora";
        QTest::newRow("bias") << ada(R"(,"bias":"all")") << "bias is \"all\"";
        QTest::newRow("modules_to_save") << ada(R"(,"modules_to_save":["lm_head"])") << "modules_to_save";
        QTest::newRow("pissa") << ada(R"(,"init_lora_weights":"pissa_niter_4")") << "pissa";
        QTest::newRow("no rank") << R"({"peft_type":"ADALORA","lora_alpha":6})"
                                 << "init_r";
        QTest::newRow("rank is a text") << R"({"peft_type":"ADALORA","init_r":"3","lora_alpha":6})"
                                        << "init_r";
        QTest::newRow("no alpha") << R"({"peft_type":"ADALORA","init_r":3})"
                                  << "lora_alpha";
        QTest::newRow("other rank") << R"({"peft_type":"ADALORA","init_r":4,"lora_alpha":6})"
                                    << "has rank 3";
        QTest::newRow("pattern of other length")
            << ada(R"(,"rank_pattern":{"model.layers.0.self_attn.q_proj.lora_E":[true]})") << "has 1 entries";
        QTest::newRow("pattern of other rank")
            << ada(R"(,"rank_pattern":{"model.layers.0.self_attn.q_proj.lora_E":[true,true,false]})") << "has rank 3";
        QTest::newRow("pattern of numbers")
            << ada(R"(,"rank_pattern":{"model.layers.0.self_attn.q_proj.lora_E":[1,1,1]})") << "true and false";
        QTest::newRow("pattern of nobody") << ada(R"(,"rank_pattern":{"x.lora_E":[true,true,true]})") << "no tensors";
        QTest::newRow("other targets") << ada(R"(,"target_modules":["k_proj","proj","v_proj.q_proj"])")
                                       << "does not name model.layers.0.self_attn.q_proj";
        QTest::newRow("targets that fit, but no rank") // the name's end behind a dot is enough
            << R"({"peft_type":"ADALORA","lora_alpha":6,"target_modules":["self_attn.q_proj"]})"
            << "init_r";
        for (const char* none : {"null", "[7]", "{}"})
            QTest::addRow("targets %s", none)
                << ada((R"(,"target_modules":)" + std::string(none)).c_str()) << "target_modules must be a list";
        for (const char* none : {"\"x\"", "1000000000000000000", "-1", "[0,0.5]"})
            QTest::addRow("layers %s", none)
                << ada((R"(,"layers_to_transform":)" + std::string(none)).c_str()) << "layers_to_transform must be";
        QTest::newRow("other layers") << ada(R"(,"layers_to_transform":[1,2])") << "does not name block 0";
        QTest::newRow("plain LoRA with E") << R"({"peft_type":"LORA","r":3,"lora_alpha":6})"
                                           << "no lora_E";
    }

    void refusesBrokenAdapters()
    {
        QFETCH(QString, config);
        QFETCH(QString, reason);
        const Folder folder;
        const std::string key = "base_model.model.model.layers.0.self_attn.q_proj.lora_";
        writeSafetensors(folder.path() / "adapter_model.safetensors",
            {{key + "A", at::ones({3, 4})}, {key + "B", at::ones({5, 3})}, {key + "E", at::ones({3, 1})}});
        folder.write("adapter_config.json", config.toStdString());
        const std::string error = errorOf([&] { (void)readAdapter(folder.path()); });
        QVERIFY2(contains(error, "adapter_") && contains(error, reason.toStdString()), error.c_str());
    }

    void refusesBrokenTensors()
    {
        const Folder folder;
        folder.write("adapter_config.json", R"({"peft_type":"LORA","r":3,"lora_alpha":6})");
        const auto error = [&] { return errorOf([&] { (void)readAdapter(folder.path()); }); };
        QVERIFY(contains(errorOf([&] { (void)readAdapter(folder.path() / "x"); }), "no such adapter"));
        QVERIFY(contains(error(), "no adapter_model.safetensors"));
        folder.write("adapter_model.bin", "x");
        QVERIFY(contains(error(), "pickle"));
        const auto with = [&](const std::vector<NamedTensor>& tensors) {
            writeSafetensors(folder.path() / "adapter_model.safetensors", tensors);
            return error();
        };
        QVERIFY(contains(with({}), "holds no tensors"));
        QVERIFY(contains(with({{"m.lora_A.weight", at::ones({3, 2})}}), "m must have lora_A, lora_B"));
        QVERIFY(contains(with({{"m.lora_magnitude_vector", at::ones({3, 2})}}), "lora_magnitude_vector"));
        QVERIFY(contains(with({{"m.lora_A.weight", at::ones(3)}}), "must be a matrix"));
        QVERIFY(contains(
            with({{"m.lora_A.weight", at::ones({3, 2})}, {"m.lora_B.weight", at::ones({2, 4})}}), "one common rank"));
        QVERIFY(with({{"m.lora_A.weight", at::ones({3, 2})}, {"m.lora_B.weight", at::ones({2, 3})}}).empty());
        QVERIFY(contains(
            with({{"m.lora_A.weight", at::ones({3, 0})}, {"m.lora_B.weight", at::ones({2, 3})}}), "no elements"));
        QVERIFY(contains(
            with({{"m.lora_A.weight", at::ones({0, 2})}, {"m.lora_B.weight", at::ones({2, 0})}}), "no elements"));
    }

    void vllmRanks()
    {
        QCOMPARE(vllmMaxRank(1), std::int64_t {8});
        QCOMPARE(vllmMaxRank(8), std::int64_t {8});
        QCOMPARE(vllmMaxRank(9), std::int64_t {16});
        QCOMPARE(vllmMaxRank(300), std::int64_t {320});
        QCOMPARE(vllmMaxRank(513), std::int64_t {0});
    }
};

QTEST_GUILESS_MAIN(TestAdapterFiles)
#include "tst_adapterfiles.moc"
