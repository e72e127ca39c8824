// SPDX-License-Identifier: GPL-3.0-or-later
// merged: a model folder whose logits are the adapted model's, in the type it was stored in, in shards,
// copied companions.
#include "tests/io/ExportExample.h"
#include "tests/support/Tensors.h"
#include "training/config/FieldTable.h"
#include "training/core/AtomicFile.h"
#include "training/io/MergedModel.h"
#include "training/io/SafetensorsStream.h"
#include "training/loop/LibTorchEngine.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>
#include <set>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// Logits in float64 arithmetic, so that only what is stored differs.
at::Tensor logitsOf(const fs::path& folder, const AdapterState* adapter)
{
    const auto model = loadWeights(folder, at::kDouble);
    const at::Tensor tokens = at::arange(24, at::kLong).reshape({2, 12}) % model->spec().vocabulary;
    if (adapter == nullptr)
        return model->logits(model->forward(tokens, nullptr));
    const AdapterSet set = placeAdapter(*adapter, *model);
    return model->logits(model->forward(tokens, &set));
}

std::set<std::string> namesIn(const fs::path& folder)
{
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder))
        names.insert(entry.path().filename().string());
    return names;
}

nlohmann::json jsonIn(const fs::path& file)
{
    return nlohmann::json::parse(readFile(file));
}

} // namespace

class TestMergedModel : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// In the base's own type the logits may move by its rounding; in float32 they are those of the adapted model.
    void givesTheAdaptedLogits_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<double>("asStored");
        for (const char* name : {"llama-untied", "llama-tied-old", "llama-head-dim", "llama-bias", "llama-sharded",
                 "llama-rope-llama3", "mistral-window", "mistral-head-dim-old"})
            QTest::newRow(name) << name << 1e-5;
        QTest::newRow("llama-bfloat16") << "llama-bfloat16" << 0.05;
        QTest::newRow("llama-float16-old") << "llama-float16-old" << 5e-3;
    }

    void givesTheAdaptedLogits()
    {
        QFETCH(const QString, model);
        QFETCH(const double, asStored);
        const Folder folder;
        const fs::path base = tinyModel(model.toStdString());
        const ModelFolder opened(base);
        for (const Method method : {Method::AdaLora, Method::Lora, Method::PruneLora}) {
            AdapterState adapter = randomAdapter(opened.spec(), {4, 1, 0, 3});
            adapter.method = method;
            const at::Tensor expected = logitsOf(base, &adapter);
            QVERIFY(relativeDifference(logitsOf(base, nullptr), expected) > 0.1);
            for (const bool wide : {false, true}) {
                const fs::path target = folder.path() / (std::string(toString(method)) + (wide ? "-32" : ""));
                MergeOptions options;
                if (wide)
                    options.type = at::kFloat;
                const ExportReport report = writeMerged(adapter, opened, target, options);
                QVERIFY(report.verified);
                QCOMPARE(report.maxDifference, 0.0);
                const double difference = relativeDifference(logitsOf(target, nullptr), expected);
                qInfo("%s: %.1e of the largest logit, rounding %.1e of ΔW", report.dtype.c_str(), difference,
                    report.roundingLoss);
                QVERIFY(difference <= (wide ? 1e-5 : asStored));
                QVERIFY(report.roundingLoss > 0.0 && report.roundingLoss < (wide ? 1e-6 : 0.05));
            }
        }
    }

    void copiesWhatItDoesNotChange()
    {
        const Folder folder;
        const fs::path base = tinyModel("llama-bfloat16");
        const ModelFolder opened(base);
        AdapterState adapter = randomAdapter(opened.spec(), {2});
        adapter.modules.resize(3); // q, k, v of block 0
        const fs::path target = folder.path() / "out";
        const ExportReport report = writeMerged(adapter, opened, target);
        QCOMPARE(report.modules, std::int64_t {3});
        QCOMPARE(report.dtype, std::string("bfloat16"));
        const ModelFolder written(target);
        std::set<std::string> changed;
        for (const TensorInfo& info : opened.files().front().tensors()) {
            const SafetensorsFile& file = written.files().front();
            QCOMPARE(file.info(info.name).dtype, info.dtype);
            QCOMPARE(file.info(info.name).shape, info.shape);
            if (file.bytes(info.name) != opened.files().front().bytes(info.name))
                changed.insert(info.name);
        }
        QCOMPARE(changed,
            (std::set<std::string> {"model.layers.0.self_attn.k_proj.weight", "model.layers.0.self_attn.q_proj.weight",
                "model.layers.0.self_attn.v_proj.weight"}));
        QCOMPARE(readFile(target / "config.json"), readFile(base / "config.json"));
    }

    void takesTheCompanionsAlong()
    {
        const Folder folder;
        const fs::path base = folder.path() / "base";
        fs::copy(tinyModel("llama-tied-old"), base);
        for (const char* name : {"tokenizer.json", "tokenizer.model", "tokenizer_config.json", "generation_config.json",
                 "special_tokens_map.json", "chat_template.jinja", "merges.txt", "LICENSE", "USE_POLICY.md"})
            folder.write("base/" + std::string(name), name);
        for (const char* name : {"pytorch_model.bin", "README.md", "adapter_config.json", "modeling.py",
                 "pytorch_model.bin.index.json", "original/consolidated.pth"})
            folder.write("base/" + std::string(name), "x");
        fs::remove(base / "tokenizer.model"); // the hub's cache holds links
        fs::create_symlink(folder.write("blob", "tokenizer.model"), base / "tokenizer.model");
        const ModelFolder opened(base);
        (void)writeMerged(randomAdapter(opened.spec(), {1}), opened, folder.path() / "out");
        QCOMPARE(namesIn(folder.path() / "out"),
            (std::set<std::string> {"config.json", "model.safetensors", "tokenizer.json", "tokenizer.model",
                "tokenizer_config.json", "generation_config.json", "special_tokens_map.json", "chat_template.jinja",
                "merges.txt", "LICENSE", "USE_POLICY.md"}));
        QCOMPARE(readFile(folder.path() / "out/tokenizer.model"), std::string("tokenizer.model"));
        QVERIFY(!fs::is_symlink(folder.path() / "out/tokenizer.model"));
    }

    void namesACompanionThatCannotBeRead()
    {
        const Folder folder;
        const fs::path base = folder.path() / "base";
        fs::copy(tinyModel("llama-tied-old"), base);
        const fs::path companion = base / "chat_template.jinja";
        fs::create_symlink("chat_template.jinja", companion); // it leads back to itself
        const ModelFolder opened(base);
        const AdapterState adapter = randomAdapter(opened.spec(), {1});
        const auto refusal
            = [&] { return ioErrorOf([&] { (void)writeMerged(adapter, opened, folder.path() / "out"); }); };
        const std::string text = refusal();
        QVERIFY2(contains(text, companion.string()), text.c_str());
        fs::remove(companion);
        folder.write("base/chat_template.jinja", "x");
        fs::resize_file(companion, (std::uintmax_t {256} << 20U) + 1); // sparse, but it would all be taken into memory
        const std::string huge = refusal();
        QVERIFY2(contains(huge, companion.string() + ": it has more than 256 MiB"), huge.c_str());
        QVERIFY(!fs::exists(folder.path() / "out"));
    }

    void shards()
    {
        const Folder folder;
        for (const char* model : {"llama-untied", "llama-sharded"}) {
            const ModelFolder opened(tinyModel(model));
            const AdapterState adapter = randomAdapter(opened.spec(), {3});
            const fs::path whole = folder.path() / (std::string(model) + "-whole");
            const fs::path split = folder.path() / (std::string(model) + "-split");
            QCOMPARE(writeMerged(adapter, opened, whole).files, std::int64_t {1});
            const ExportReport report = writeMerged(adapter, opened, split, {.shardBytes = 20'000});
            QVERIFY(report.files > 2 && report.verified);
            const auto index = jsonIn(split / "model.safetensors.index.json");
            std::set<std::string> files;
            for (const auto& [tensor, file] : index.at("weight_map").items()) {
                files.insert(file.get<std::string>());
                const SafetensorsFile shard(split / file.get<std::string>());
                QVERIFY(shard.bytes(tensor) == SafetensorsFile(whole / "model.safetensors").bytes(tensor));
            }
            QCOMPARE(static_cast<std::int64_t>(files.size()), report.files);
            QVERIFY(files.count("model-00001-of-0000" + std::to_string(report.files) + ".safetensors") == 1);
            std::uint64_t total = 0;
            const ModelFolder opened2(split);
            for (const SafetensorsFile& file : opened2.files()) {
                std::uint64_t bytes = 0;
                for (const TensorInfo& info : file.tensors())
                    bytes += info.bytes();
                QVERIFY(bytes <= 20'000 || file.tensors().size() == 1);
                total += bytes;
            }
            QCOMPARE(index.at("metadata").at("total_size").get<std::uint64_t>(), total);
            QVERIFY(!fs::exists(whole / "model.safetensors.index.json"));
        }
    }

    void changesTheTypeWhereAsked()
    {
        const Folder folder;
        for (const char* model : {"llama-bfloat16", "llama-float16-old"}) {
            const ModelFolder opened(tinyModel(model));
            const fs::path target = folder.path() / model;
            const ExportReport report
                = writeMerged(randomAdapter(opened.spec(), {2}), opened, target, {.type = at::kFloat});
            QCOMPARE(report.dtype, std::string("float32"));
            const ModelFolder written(target);
            for (const TensorInfo& info : written.files().front().tensors())
                QCOMPARE(info.dtype, std::string("F32"));
            const auto before = jsonIn(tinyModel(model) / "config.json");
            auto after = jsonIn(target / "config.json");
            QVERIFY(after.contains("dtype") || after.contains("torch_dtype"));
            for (const char* key : {"dtype", "torch_dtype"}) {
                if (after.contains(key))
                    QCOMPARE(after[key], "float32");
                if (before.contains(key))
                    after[key] = before.at(key);
            }
            if (!before.contains("torch_dtype"))
                after.erase("torch_dtype");
            QVERIFY(after == before);
        }
    }

    void saysWhatRoundingCosts()
    {
        const Folder folder;
        const ModelFolder opened(tinyModel("llama-bfloat16"));
        const AdapterState small = randomAdapter(opened.spec(), {4}, 1e-3);
        const ExportReport report = writeMerged(small, opened, folder.path() / "a");
        QVERIFY(report.verified && report.roundingLoss > 0.01);
        const std::string note = report.note.english();
        QVERIFY2(
            contains(note, "to bfloat16 changes") && contains(note, " % of its norm; float32 keeps it."), note.c_str());
        const ExportReport wide = writeMerged(small, opened, folder.path() / "b", {.type = at::kFloat});
        QVERIFY(wide.roundingLoss < 1e-3 && wide.note.empty());
        // Nothing to merge is no fault: the base comes out, byte for byte.
        const ExportReport none = writeMerged(randomAdapter(opened.spec(), {0}), opened, folder.path() / "c");
        QVERIFY(none.verified && none.roundingLoss == 0.0 && none.modules == 0);
        QCOMPARE(none.dtype, std::string("bfloat16"));
        QVERIFY(at::equal(logitsOf(folder.path() / "c", nullptr), logitsOf(opened.path(), nullptr)));
    }

    void refusesAnOverflow()
    {
        const Folder folder;
        const ModelFolder opened(tinyModel("llama-float16-old"));
        const AdapterState huge = randomAdapter(opened.spec(), {4}, 1e7);
        const std::string text = errorOf([&] { (void)writeMerged(huge, opened, folder.path() / "out"); });
        QVERIFY2(contains(text, "does not fit into") && contains(text, "--dtype float32"), text.c_str());
        QVERIFY(contains(text, "model.layers.0."));
        QVERIFY(fs::is_empty(folder.path())); // nothing half-written stays
        QVERIFY(writeMerged(huge, opened, folder.path() / "out", {.type = at::kFloat}).verified);
    }

    /// A larger type would not help here.
    void saysThatTheBaseIsBroken()
    {
        const Folder folder;
        const fs::path base = folder.path() / "base";
        fs::copy(tinyModel("llama-untied"), base);
        const std::string weight = "model.layers.1.mlp.up_proj.weight";
        std::vector<NamedTensor> tensors;
        {
            const SafetensorsFile file(base / "model.safetensors");
            for (const TensorInfo& info : file.tensors())
                tensors.push_back({info.name, file.tensor(info.name).clone()});
        }
        std::ranges::find(tensors, weight, &NamedTensor::name)->tensor[1][2] = std::numeric_limits<float>::infinity();
        writeSafetensors(base / "model.safetensors", tensors, {{"format", "pt"}});
        const ModelFolder opened(base);
        const AdapterState adapter = randomAdapter(opened.spec(), {2});
        const std::string text = errorOf([&] { (void)writeMerged(adapter, opened, folder.path() / "out"); });
        QVERIFY2(contains(text, weight + " of the base model") && !contains(text, "--dtype"), text.c_str());
    }

    void refusesWhatDoesNotFit()
    {
        const Folder folder;
        const ModelFolder opened(tinyModel("llama-untied"));
        const auto error = [&](const AdapterState& adapter) {
            return errorOf([&] { (void)writeMerged(adapter, opened, folder.path() / "out"); });
        };
        AdapterState other = randomAdapter(opened.spec(), {2});
        other.modules.back().module = "model.layers.7.mlp.down_proj";
        QVERIFY(contains(error(other), "model.layers.7.mlp.down_proj"));
        QVERIFY(contains(error(randomAdapter(ModelFolder(tinyModel("llama-head-dim")).spec(), {2})), "another model"));
        AdapterState broken = randomAdapter(opened.spec(), {2});
        broken.modules[1].lambda[0] = std::numeric_limits<float>::infinity();
        QVERIFY(contains(error(broken), "not finite"));
        QVERIFY(!fs::exists(folder.path() / "out"));
        folder.write("out/mine", "x");
        QVERIFY(contains(error(randomAdapter(opened.spec(), {2})), "not empty"));
        QCOMPARE(namesIn(folder.path() / "out"), (std::set<std::string> {"mine"}));
    }

    /// Asked to stop at any tensor, while writing or reading back: nothing stays.
    void stopsWithoutATrace()
    {
        const Folder folder;
        const ModelFolder opened(tinyModel("llama-sharded"));
        const AdapterState adapter = randomAdapter(opened.spec(), {2});
        std::vector<std::string> stages;
        RequestContext counting {.stop = {}, .partialText = {}};
        counting.progress
            = [&](const Message& stage, std::int64_t, std::int64_t) { stages.push_back(stage.english()); };
        (void)writeMerged(adapter, opened, folder.path() / "whole", {}, counting);
        QCOMPARE(
            std::set<std::string>(stages.begin(), stages.end()), (std::set<std::string> {"Writing", "Reading back"}));
        for (std::size_t at = 0; at < stages.size(); at += 7) {
            RequestContext context {.stop = {}, .partialText = {}};
            std::size_t seen = 0;
            context.progress = [&](const Message&, std::int64_t done, std::int64_t total) {
                QVERIFY(done < total);
                if (seen++ == at)
                    context.stop.requestStop();
            };
            bool stopped = false;
            try {
                (void)writeMerged(adapter, opened, folder.path() / "out", {.shardBytes = 9'000}, context);
            } catch (const Stopped&) {
                stopped = true;
            }
            QVERIFY(stopped);
            QCOMPARE(namesIn(folder.path()), (std::set<std::string> {"whole"}));
        }
    }

    void streamsWhatTheHeaderSays()
    {
        const Folder folder;
        const auto path = folder.path() / "a.safetensors";
        const std::vector<TensorPlan> plan {{"b", "BF16", {3}}, {"c", "F32", {2}}, {"a", "F32", {0, 4}}};
        {
            SafetensorsStream file(path, plan);
            QCOMPARE(file.plan()[0].name, std::string("a"));
            QCOMPARE(file.plan()[2].name, std::string("b"));
            file.write("12345678", 8);
            QVERIFY(contains(errorOf([&] { file.commit(); }), "the header says"));
            file.write("123456", 6);
            file.commit();
        }
        QCOMPARE(namesIn(folder.path()), (std::set<std::string> {"a.safetensors"}));
        QCOMPARE(SafetensorsFile(path).bytes("b"), std::string_view("123456"));
        QVERIFY(!errorOf([&] { SafetensorsStream(path, {{"x", "F31", {1}}}); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestMergedModel)
#include "tst_mergedmodel.moc"
