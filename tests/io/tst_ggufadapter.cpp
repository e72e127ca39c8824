// SPDX-License-Identifier: GPL-3.0-or-later
// gguf-lora: names, the order of the rows, the tensors that the gguf package writes of the same adapter, and the logits
// that llama.cpp itself makes of those (tests/reference/gguf, made by gguf_adapter.py).
#include "tests/io/ExportExample.h"
#include "tests/support/Tensors.h"
#include "training/config/FieldTable.h"
#include "training/core/AtomicFile.h"
#include "training/io/AdapterFiles.h"
#include "training/io/GgufAdapter.h"
#include "training/io/GgufFile.h"
#include "training/loop/LibTorchEngine.h"

#include <nlohmann/json.hpp>

#include <map>
#include <set>

using namespace spectune;
using namespace spectune::testing;

namespace {

AdapterMeta metaFor(const ModelSpec& spec)
{
    return {
        .baseModel = "base", .baseLayers = spec.layers, .config = {}, .resolved = {}, .name = "a run", .spec = spec};
}

/// Names, shapes and numbers, whatever the order.
void sameTensors(const GgufFile& ours, const GgufFile& theirs)
{
    std::map<std::string, at::Tensor> expected;
    for (const NamedTensor& item : theirs.tensors())
        expected[item.name] = item.tensor;
    QCOMPARE(ours.tensors().size(), expected.size());
    for (const NamedTensor& item : ours.tensors()) {
        QVERIFY2(expected.count(item.name) == 1, item.name.c_str());
        QVERIFY2(item.tensor.sizes() == expected[item.name].sizes(), item.name.c_str());
        QVERIFY2(relativeDifference(item.tensor, expected[item.name]) <= 1e-7, item.name.c_str());
    }
}

} // namespace

class TestGgufAdapter : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// Against the formula of llama.cpp's converter, as committed numbers.
    void ordersRowsAsLlamaCpp()
    {
        const auto cases = nlohmann::json::parse(readFile(sourcePath("tests/reference/gguf/rows.json"))).at("cases");
        QCOMPARE(cases.size(), std::size_t {4});
        for (const auto& one : cases) {
            const auto order = one.at("order").get<std::vector<std::int64_t>>();
            const auto heads = one.at("heads").get<std::int64_t>();
            const auto size = static_cast<std::int64_t>(order.size());
            const at::Tensor rows = at::arange(size * 3, at::kFloat).reshape({size, 3});
            const at::Tensor expected = rows.index_select(0, at::tensor(order));
            QVERIFY(at::equal(toNeighbours(rows, heads), expected));
            QVERIFY(at::equal(toHalves(expected, heads), rows));
        }
        QVERIFY(!errorOf([] { (void)toNeighbours(at::zeros({6, 2}), 2); }).empty()); // heads of 3 rows have no halves
        QVERIFY(!errorOf([] { (void)toHalves(at::zeros({1, 2}), 1); }).empty());
    }

    void namesMatrices()
    {
        std::set<std::string> names;
        for (std::size_t i = 0; i < matrixNames.size(); ++i)
            names.insert(ggufName(modulePath(12, static_cast<Matrix>(i))));
        QCOMPARE(names,
            (std::set<std::string> {"blk.12.attn_q", "blk.12.attn_k", "blk.12.attn_v", "blk.12.attn_output",
                "blk.12.ffn_gate", "blk.12.ffn_up", "blk.12.ffn_down"}));
        for (const char* other : {"lm_head", "model.embed_tokens", "model.layers.0.mlp.experts.1.up_proj",
                 "model.layers.0.self_attn.qkv_proj", "transformer.h.0.attn.c_attn", ""}) {
            const std::string text = errorOf([&] { (void)ggufName(other); });
            QVERIFY2(contains(text, "no name for this matrix"), other);
        }
    }

    void writesTrueRanksAndScaleOne()
    {
        const Folder folder;
        const ModelFolder base(tinyModel("llama-untied"));
        AdapterState adapter = randomAdapter(base.spec(), {2, 0, 3});
        const ExportReport report = writeAdapter(adapter, "gguf-lora", folder.path() / "out", metaFor(base.spec()));
        QVERIFY(report.verified && report.note.empty());
        QVERIFY(report.maxDelta > 0.0 && report.maxDifference <= 1e-6 * report.maxDelta);
        QVERIFY(report.leftOut > 0);
        QCOMPARE(report.leftOut + report.modules, static_cast<std::int64_t>(adapter.modules.size()));
        QCOMPARE(report.maxRank, std::int64_t {3});
        QCOMPARE(report.vllmMaxRank, std::int64_t {0});
        const auto path = folder.path() / "out" / ggufAdapterFile;
        QCOMPARE(report.bytes, static_cast<std::int64_t>(std::filesystem::file_size(path)));
        const GgufFile file = GgufFile::read(path);
        QCOMPARE(*file.find<std::string>("general.type"), std::string("adapter"));
        QCOMPARE(*file.find<std::string>("general.architecture"), std::string("llama"));
        QCOMPARE(*file.find<std::string>("general.name"), std::string("a run"));
        QCOMPARE(*file.find<std::string>("adapter.type"), std::string("lora"));
        QCOMPARE(*file.find<float>("adapter.lora.alpha"), 0.0F);
        QCOMPARE(file.tensors().size(), static_cast<std::size_t>(2 * report.modules));
        for (const NamedTensor& item : file.tensors())
            QCOMPARE(item.tensor.scalar_type(), at::kFloat);
        // Its rows of q are not those of PEFT's file.
        const ModuleAdapter& q = adapter.modules[0];
        const at::Tensor kept = q.lambda.flatten().nonzero().flatten();
        const at::Tensor ours = (q.p * q.lambda.flatten() * adapter.scale).index_select(1, kept).to(at::kFloat);
        QVERIFY(!at::equal(file.tensors()[1].tensor, ours));
        QVERIFY(at::allclose(file.tensors()[1].tensor, toNeighbours(ours, base.spec().heads), 1e-6, 1e-9));
    }

    /// Grouped heads, a head_dim of its own, biases, a sliding window, another rope: the file's ΔW is the engine's.
    void everyFormOfModel_data()
    {
        QTest::addColumn<QString>("model");
        for (const char* name : {"llama-untied", "llama-tied-old", "llama-head-dim", "llama-bias", "llama-rope-llama3",
                 "llama-bfloat16", "llama-float16-old", "llama-sharded", "mistral-window", "mistral-head-dim-old"})
            QTest::newRow(name) << name;
    }

    void everyFormOfModel()
    {
        QFETCH(const QString, model);
        const Folder folder;
        const ModelFolder base(tinyModel(model.toStdString()));
        for (const Method method : {Method::AdaLora, Method::Lora, Method::PruneLora}) {
            AdapterState adapter = randomAdapter(base.spec(), {1, 4, 0, 2});
            adapter.method = method;
            const auto target = folder.path() / toString(method);
            const ExportReport report = writeAdapter(adapter, "gguf-lora", target, metaFor(base.spec()));
            QVERIFY(report.verified && report.maxDifference <= 1e-6 * report.maxDelta);
            QCOMPARE(report.note.empty(), !base.spec().slidingWindow.has_value());
            QVERIFY(compareDeltas(adapter, loadAdapterState(target.string())).maxDifference <= 1e-6 * report.maxDelta);
        }
    }

    void refusesWhatItCannotHold()
    {
        const Folder folder;
        const ModelFolder base(tinyModel("llama-untied"));
        const auto error = [&](const AdapterState& adapter, const AdapterMeta& meta) {
            return errorOf([&] { (void)writeAdapter(adapter, "gguf-lora", folder.path() / "out", meta); });
        };
        AdapterState adapter = randomAdapter(base.spec(), {2});
        QVERIFY(contains(error(adapter, {.baseModel = "gone", .config = {}, .resolved = {}}), "--model"));
        adapter.modules[0].module = "lm_head";
        QVERIFY(contains(error(adapter, metaFor(base.spec())), "lm_head: llama.cpp has no name"));
        const ModelFolder other(tinyModel("llama-head-dim"));
        QVERIFY(contains(error(randomAdapter(base.spec(), {2}), metaFor(other.spec())), "another model"));
        QVERIFY(contains(error(randomAdapter(base.spec(), {0}), metaFor(base.spec())), "Every λ"));
        AdapterState broken = randomAdapter(base.spec(), {2});
        broken.modules[3].q[0][0] = std::numeric_limits<float>::quiet_NaN();
        const std::string text = error(broken, metaFor(base.spec()));
        QVERIFY2(contains(text, broken.modules[3].module) && contains(text, "not finite"), text.c_str());
        QVERIFY(!std::filesystem::exists(folder.path() / "out"));
    }

    void refusesOtherGgufFiles()
    {
        const Folder folder;
        const auto error = [&](const std::function<void(GgufFile&)>& change) {
            GgufFile file;
            file.set("general.type", std::string("adapter"));
            file.set("general.architecture", std::string("llama"));
            file.set("adapter.type", std::string("lora"));
            change(file);
            file.write(folder.path() / "a.gguf");
            return errorOf([&] { (void)readGgufAdapter(folder.path() / "a.gguf"); });
        };
        QVERIFY(contains(error([](GgufFile&) {}), "adapter.lora.alpha"));
        const auto withPair = [&](const std::string& base) {
            return error([&](GgufFile& file) {
                file.set("adapter.lora.alpha", 4.0F);
                file.add(base + ".weight.lora_a", at::ones({2, 3}));
                file.add(base + ".weight.lora_b", at::ones({4, 2}));
            });
        };
        QVERIFY(withPair("blk.0.ffn_up").empty());
        const AdapterState read = readGgufAdapter(folder.path() / "a.gguf");
        QCOMPARE(read.modules[0].module, std::string("model.layers.0.mlp.up_proj"));
        QCOMPARE(read.modules[0].lambda[0].item<double>(), 2.0); // alpha / r
        QVERIFY(contains(withPair("blk.0.attn_q"), "llama.attention.head_count"));
        QVERIFY(contains(withPair("output"), "output is no matrix"));
        QVERIFY(contains(error([](GgufFile& file) {
            file.set("adapter.lora.alpha", 0.0F);
            file.add("blk.0.ffn_up.weight.lora_a", at::ones({2, 3}));
        }),
            "needs a lora_a"));
        QVERIFY(contains(error([](GgufFile& file) {
            file.set("adapter.lora.alpha", 0.0F);
            file.add("blk.0.ffn_up.weight", at::ones({2, 3}));
        }),
            "no lora_a or lora_b"));
        QVERIFY(contains(error([](GgufFile& file) { // as large as it says, and no byte of a file
            file.set("adapter.lora.alpha", 4.0F);
            file.add("blk.0.ffn_up.weight.lora_a", at::ones({1 << 20, 0}));
            file.add("blk.0.ffn_up.weight.lora_b", at::ones({0, 1 << 20}));
        }),
            "has no elements"));
        GgufFile model;
        model.set("general.architecture", std::string("llama"));
        model.write(folder.path() / "model.gguf");
        QVERIFY(
            contains(errorOf([&] { (void)readGgufAdapter(folder.path() / "model.gguf"); }), "general.type is missing"));
    }

    /// Our export of PEFT's adapter holds what the gguf package wrote of it, and gives the logits that llama.cpp gave.
    void givesLlamaCppsLogits()
    {
        const auto stories = sharedPath("models/stories260K");
        SKIP_WITHOUT(stories);
        const Folder folder;
        const SafetensorsFile reference(sourcePath("tests/reference/gguf/reference.safetensors"));
        const at::Tensor tokens = reference.tensor("input_ids");
        const auto model = loadWeights(stories, at::kFloat);
        const AdapterState adapter = readAdapter(sourcePath("tests/reference/exports/adalora"));
        const ExportReport report
            = writeAdapter(adapter, "gguf-lora", folder.path() / "out", metaFor(ModelFolder(stories).spec()));
        QVERIFY(report.verified);
        sameTensors(GgufFile::read(folder.path() / "out" / ggufAdapterFile),
            GgufFile::read(sourcePath("tests/reference/gguf/adapter.gguf")));
        const auto logits = [&](const AdapterState* state) {
            if (state == nullptr)
                return model->logits(model->forward(tokens, nullptr));
            const AdapterSet set = placeAdapter(*state, *model);
            return model->logits(model->forward(tokens, &set));
        };
        const AdapterState back = readGgufAdapter(folder.path() / "out" / ggufAdapterFile);
        const double base = relativeDifference(logits(nullptr), reference.tensor("base"));
        const double read = relativeDifference(logits(&back), reference.tensor("logits"));
        const double engine = relativeDifference(logits(&adapter), reference.tensor("logits"));
        qInfo("of the largest logit: base %.1e, file read back %.1e, engine's own adapter %.1e", base, read, engine);
        QVERIFY(base <= 1e-5 && read <= 1e-5 && engine <= 1e-5);
        QVERIFY(relativeDifference(logits(nullptr), reference.tensor("logits")) > 0.1);
    }
};

QTEST_GUILESS_MAIN(TestGgufAdapter)
#include "tst_ggufadapter.moc"
