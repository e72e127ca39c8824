// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/io/ModelFolder.h"

#include <ATen/ATen.h>

#include <array>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr const char* config = R"({"model_type":"llama","vocab_size":8,"hidden_size":4,"intermediate_size":6,
"num_hidden_layers":1,"num_attention_heads":2,"tie_word_embeddings":true})";

std::string errorFor(const std::filesystem::path& folder)
{
    return errorOf([&] { ModelFolder model(folder); });
}

} // namespace

class TestModelFolder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsShards()
    {
        const ModelFolder model(sourcePath("tests/reference/models/llama-sharded"));
        QCOMPARE(model.spec().layers, std::int64_t {3});
        const ModelSummary summary = model.summary();
        QCOMPARE(summary.dtype, std::string("float32"));
        QCOMPARE(summary.modelType, std::string("llama"));
        QCOMPARE(summary.weightBytes, 4 * summary.parameters);
        QCOMPARE(summary.matrices.size(), std::size_t {7});
        for (const MatrixShape& matrix : summary.matrices) {
            const bool mlp = matrix.kind.find("_proj") > 1;
            const std::string name
                = std::string("model.layers.2.") + (mlp ? "mlp." : "self_attn.") + matrix.kind + ".weight";
            const std::array<std::int64_t, 2> shape {matrix.outFeatures, matrix.inFeatures};
            QCOMPARE(model.weight(name, shape).sizes().vec(), (std::vector<std::int64_t> {shape[0], shape[1]}));
        }
        const std::array<std::int64_t, 2> wrong {1, 2};
        const std::string error = errorOf([&] { (void)model.weight("lm_head.weight", wrong); });
        QVERIFY2(contains(error, "[64, 24]") && contains(error, "[1, 2]") && contains(error, "lm_head.weight"),
            error.c_str());
        QVERIFY(contains(errorOf([&] { (void)model.weight("model.layers.9.mlp.up_proj.weight"); }), "layers.9"));
    }

    void readsSixteenBits()
    {
        QCOMPARE(
            ModelFolder(sourcePath("tests/reference/models/llama-bfloat16")).summary().dtype, std::string("bfloat16"));
        const ModelFolder half(sourcePath("tests/reference/models/llama-float16-old"));
        QCOMPARE(half.weight("model.norm.weight").scalar_type(), at::kHalf);
    }

    void findsNamesWithoutPrefix()
    {
        const Folder folder;
        folder.write("config.json", config);
        writeSafetensors(folder.path() / "model.safetensors",
            {{"embed_tokens.weight", at::ones({8, 4})}, {"norm.weight", at::ones(4)}, {"ids", at::ones(1, at::kLong)}});
        const ModelFolder model(folder.path());
        QVERIFY(model.contains("model.norm.weight"));
        QVERIFY(!model.contains("model.layers.0.mlp.up_proj.weight"));
        QVERIFY(contains(errorOf([&] { (void)model.weight("ids"); }), "int64"));
    }

    void refusesInWords()
    {
        const Folder folder;
        QVERIFY(contains(errorFor(""), "model.path"));
        QVERIFY(contains(errorFor(folder.path() / "missing"), "no such folder"));
        QVERIFY(contains(errorFor(folder.path()), "no config.json"));
        const std::string pickle = errorFor(folder.write("model.pt", "PK"));
        QVERIFY2(contains(pickle, "pickle") && contains(pickle, "never read") && contains(pickle, "save_pretrained"),
            pickle.c_str());
        QVERIFY(contains(errorFor(folder.write("m.gguf", "GGUF")), "GGUF"));
        QVERIFY(contains(errorFor(folder.write("m.safetensors", "x")), "must be the folder"));
        QVERIFY(contains(errorFor(folder.write("note.txt", "x")), "must be a folder"));

        folder.write("a/config.json", config);
        QVERIFY(contains(errorFor(folder.path() / "a"), "no model.safetensors"));
        folder.write("a/model.gguf", "x");
        QVERIFY(contains(errorFor(folder.path() / "a"), "GGUF"));
        folder.write("a/pytorch_model.bin", "x");
        const std::string bin = errorFor(folder.path() / "a");
        QVERIFY2(contains(bin, "pytorch_model.bin") && contains(bin, "never read"), bin.c_str());
        folder.write("a/model.safetensors", "x");
        QVERIFY(contains(errorFor(folder.path() / "a"), "model.safetensors: is not a valid safetensors file"));
        folder.write("b/adapter_config.json", "{}");
        QVERIFY(contains(errorFor(folder.path() / "b"), "is an adapter"));
        folder.write("c/config.json", "{");
        QVERIFY(contains(errorFor(folder.path() / "c"), "c/config.json: broken JSON at line 1"));
    }

    void refusesBrokenIndexes()
    {
        const Folder folder;
        folder.write("config.json", config);
        const auto index = [&](const std::string& json) {
            folder.write("model.safetensors.index.json", json);
            return errorFor(folder.path());
        };
        writeSafetensors(folder.path() / "one.safetensors", {{"model.embed_tokens.weight", at::ones({8, 4})}});
        writeSafetensors(folder.path() / "two.safetensors", {{"model.embed_tokens.weight", at::ones({8, 4})}});
        QVERIFY(index(R"({"weight_map":{"model.embed_tokens.weight":"one.safetensors"}})").empty());
        QVERIFY(contains(index("[]"), "weight_map"));
        QVERIFY(contains(index("{"), "weight_map"));
        QVERIFY(contains(index(R"({"weight_map":{"a":1}})"), "names no file for a"));
        QVERIFY(contains(index(R"({"weight_map":{"a":"../one.safetensors"}})"), "not a plain file name"));
        QVERIFY(contains(index(R"({"weight_map":{"a":""}})"), "the shard \"\" is not a plain file name"));
        QVERIFY(contains(index(R"({"weight_map":{"a":"/etc/passwd"}})"), "not a plain file name"));
        QVERIFY(contains(index(R"({"weight_map":{"a":"three.safetensors"}})"), "three.safetensors is missing"));
        QVERIFY(contains(index(R"({"weight_map":{"a":"one.safetensors"}})"), "a is not in one.safetensors"));
        QVERIFY(
            contains(index(R"({"weight_map":{"model.embed_tokens.weight":"one.safetensors","b":"two.safetensors"}})"),
                "already"));
        QVERIFY(contains(index(R"({"weight_map":{}})"), "no model.embed_tokens.weight"));
    }

    /// As transformers 5 reads them: a head of its own is not tied, whatever config.json says.
    void readsTheHeadThatIsThere()
    {
        const Folder folder;
        folder.write("config.json", config);
        const at::Tensor vectors = at::arange(32, at::kFloat).view({8, 4});
        const auto save = [&folder](const std::vector<NamedTensor>& tensors) {
            writeSafetensors(folder.path() / "model.safetensors", tensors);
        };
        save({{"model.embed_tokens.weight", vectors}, {"lm_head.weight", vectors.clone()}});
        QVERIFY(ModelFolder(folder.path()).spec().tiedHead);

        save({{"model.embed_tokens.weight", vectors}, {"lm_head.weight", vectors + 1}});
        const ModelFolder own(folder.path());
        QVERIFY(!own.spec().tiedHead && !own.summary().tiedHead);
        QVERIFY(at::equal(own.weight("lm_head.weight"), vectors + 1));

        save({{"lm_head.weight", vectors}});
        const ModelFolder headAlone(folder.path());
        QVERIFY(headAlone.spec().tiedHead);
        QVERIFY(at::equal(headAlone.weight("model.embed_tokens.weight"), vectors));
    }

    /// As for a folder that one may not enter, in a form that root cannot pass either.
    void saysWhatCannotBeRead()
    {
        const Folder folder;
        std::filesystem::create_symlink("loop", folder.path() / "loop");
        QVERIFY(contains(errorOf([&] { ModelFolder model(folder.path() / "loop"); }, FailureKind::Io), "/loop"));
        folder.write("m/config.json", config);
        std::filesystem::create_symlink("model.safetensors", folder.path() / "m/model.safetensors");
        const std::string error = errorOf([&] { ModelFolder model(folder.path() / "m"); }, FailureKind::Io);
        QVERIFY2(contains(error, "m/model.safetensors: ") && contains(error, "links"), error.c_str());
    }

    void readsTheTrainedModel()
    {
        const auto path = sharedPath("models/stories260K");
        SKIP_WITHOUT(path);
        const ModelSummary summary = ModelFolder(path).summary();
        QCOMPARE(summary.layers, std::int64_t {5});
        QCOMPARE(summary.parameters, std::int64_t {260032});
        QVERIFY(contains(errorFor(sharedPath("models/torchtune_tiny_fair.pt")), "pickle"));
    }
};

QTEST_GUILESS_MAIN(TestModelFolder)
#include "tst_modelfolder.moc"
