// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/Files.h"

#include "training/core/AtomicFile.h"
#include "training/nn/ModelSpec.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr const char* smallest = R"("model_type":"llama","vocab_size":8,"hidden_size":4,"intermediate_size":6,
"num_hidden_layers":1,"num_attention_heads":2)";

ModelSpec reference(const std::string& name)
{
    const auto path = sourcePath("tests/reference/models/" + name + "/config.json");
    return ModelSpec::fromJson(readFile(path), path.string());
}

} // namespace

class TestModelSpec : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsBothSpellings()
    {
        for (const char* name : {"llama-rope-llama3", "llama-rope-llama3-old"}) {
            const ModelSpec spec = reference(name);
            QCOMPARE(spec.rope.scaling, RopeScaling::Llama3);
            QCOMPARE(spec.rope.theta, 100.0);
            QCOMPARE(spec.rope.factor, 8.0);
            QCOMPARE(spec.rope.highFreqFactor, 4.0);
            QCOMPARE(spec.rope.originalMaxPositions, std::int64_t {64});
        }
        for (const char* name : {"llama-rope-linear", "llama-rope-linear-old"}) {
            QCOMPARE(reference(name).rope.scaling, RopeScaling::Linear);
            QCOMPARE(reference(name).rope.factor, 4.0);
        }
        QCOMPARE(reference("llama-untied").rope.scaling, RopeScaling::None);
    }

    void readsTheRest()
    {
        const ModelSpec head = reference("llama-head-dim");
        QCOMPARE(head.headDim, std::int64_t {10});
        QCOMPARE(head.heads, std::int64_t {3});
        const ModelSpec bias = reference("llama-bias");
        QVERIFY(bias.attentionBias && bias.mlpBias);
        QCOMPARE(bias.rmsNormEps, 1e-6);
        const ModelSpec old = reference("llama-tied-old");
        QVERIFY(old.tiedHead);
        QCOMPARE(old.rope.theta, 500.0);
        QCOMPARE(old.kvHeads, old.heads);
        QCOMPARE(old.headDim, old.width / old.heads);
        QCOMPARE(reference("mistral-window").slidingWindow, std::optional<std::int64_t>(5));
        QVERIFY(!reference("mistral-head-dim-old").slidingWindow);
    }

    void hasTransformersDefaults()
    {
        const ModelSpec llama = ModelSpec::fromJson('{' + std::string(smallest) + '}', "c");
        QCOMPARE(llama.maxPositions, std::int64_t {2048});
        QCOMPARE(llama.rmsNormEps, 1e-6);
        QCOMPARE(llama.bosToken, std::optional<std::int64_t>(1));
        QVERIFY(!llama.slidingWindow && !llama.tiedHead);
        QCOMPARE(llama.eosTokens, std::vector<std::int64_t> {2});
        ModelSpec lists
            = ModelSpec::fromJson('{' + std::string(smallest) + R"(,"eos_token_id":[7,8],"bos_token_id":null})", "c");
        QCOMPARE(lists.eosTokens, (std::vector<std::int64_t> {7, 8}));
        QVERIFY(!lists.bosToken);
        lists.addEosTokens(R"({"eos_token_id":[9,"x"]})", "g");
        lists.addEosTokens(R"({"eos_token_id":11})", "g");
        for (const char* nothing : {"", "{", "[]", R"({"eos_token_id":null})", "{}"})
            lists.addEosTokens(nothing, "g");
        QCOMPARE(lists.eosTokens, (std::vector<std::int64_t> {7, 8, 9, 11}));
    }

    void refuses_data()
    {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("reason");
        const auto row = [](const char* name, const std::string& extra, const char* reason) {
            QTest::newRow(name) << QString::fromStdString('{' + std::string(smallest) + ',' + extra + '}')
                                << QString(reason);
        };
        QTest::newRow("no JSON") << "{"
                                 << "broken JSON at line 1";
        QTest::newRow("a list") << "[]"
                                << "JSON object";
        QTest::newRow("no type") << "{}"
                                 << "model_type is missing";
        QTest::newRow("other type") << R"({"model_type":"qwen2"})"
                                    << "model_type is \"qwen2\"";
        QTest::newRow("no width") << R"({"model_type":"llama","vocab_size":8})"
                                  << "hidden_size is missing";
        row("activation", R"("hidden_act":"gelu")", "hidden_act is \"gelu\"");
        row("quantised", R"("quantization_config":{"bits":4})", "quantization_config");
        row("zero layers", R"("num_hidden_layers":0)", "num_hidden_layers is 0");
        row("negative width", R"("hidden_size":-4)", "hidden_size is -4");
        row("a real", R"("vocab_size":8.5)", "vocab_size is 8.5");
        row("far too large", R"("vocab_size":99999999999999)", "vocab_size is 99999999999999");
        row("too many layers", R"("num_hidden_layers":1099511627776)", "num_hidden_layers is 1099511627776");
        row("more than 10000", R"("num_hidden_layers":10001)", "up to 10000");
        row("too wide", R"("hidden_size":16777218)", "hidden_size is 16777218");
        row("text", R"("vocab_size":"8")", "vocab_size is \"8\"");
        row("heads", R"("num_attention_heads":3)", "hidden_size is 4");
        row("groups", R"("num_key_value_heads":3)", "num_key_value_heads is 3");
        row("heads too wide", R"("head_dim":16777216)", "head_dim is 16777216, times num_attention_heads, 2");
        row("odd head", R"("head_dim":5)", "head_dim is 5");
        row("epsilon", R"("rms_norm_eps":0)", "rms_norm_eps is 0");
        row("theta", R"("rope_theta":"x")", "rope_theta is \"x\"");
        row("rope list", R"("rope_scaling":[])", "rope_scaling is a list");
        row("yarn", R"("rope_scaling":{"type":"yarn","factor":2})", "rope_scaling.rope_type is \"yarn\"");
        row("new yarn", R"("rope_parameters":{"rope_type":"yarn"})", "rope_parameters.rope_type is \"yarn\"");
        row("no factor", R"("rope_scaling":{"type":"linear"})", "rope_scaling.factor is missing");
        row("llama3", R"("rope_scaling":{"rope_type":"llama3","factor":2,"low_freq_factor":4,"high_freq_factor":1})",
            "high_freq_factor");
        row("deep", "\"vocab_size\":" + std::string(200000, '[') + std::string(200000, ']'), "is nested too deeply");
        row("partial", R"("rope_parameters":{"partial_rotary_factor":0.5})", "partial_rotary_factor");
        row("outer partial, linear",
            R"("partial_rotary_factor":0.5,"rope_parameters":{"rope_type":"linear","factor":2})",
            "json: partial_rotary_factor is not 1");
        row("outer partial, llama3",
            R"("partial_rotary_factor":2,"rope_scaling":{"rope_type":"llama3","factor":2,"low_freq_factor":1,
"high_freq_factor":4,"partial_rotary_factor":null})",
            "json: partial_rotary_factor is not 1");
        row("no base", R"("rope_theta":null)", "json: rope_theta is null");
        row("no base, older", R"("rope_theta":null,"rope_scaling":{"type":"linear","factor":2})",
            "json: rope_theta is null");
        row("no inner base", R"("rope_theta":500,"rope_parameters":{"rope_type":"default","rope_theta":null})",
            "json: rope_parameters.rope_theta is null");
        row("tied", R"("tie_word_embeddings":1)", "tie_word_embeddings is 1");
        row("eos", R"("eos_token_id":"</s>")", "eos_token_id");
    }

    void refuses()
    {
        QFETCH(QString, json);
        QFETCH(QString, reason);
        const std::string error = errorOf([&] { (void)ModelSpec::fromJson(json.toStdString(), "m/config.json"); });
        QVERIFY2(contains(error, "m/config.json: ") && contains(error, reason.toStdString()), error.c_str());
    }

    /// What transformers 5.24 does not look at.
    void otherPlacesDoNotCount()
    {
        const auto ropeWith = [](const char* keys) {
            return ModelSpec::fromJson('{' + std::string(smallest) + ',' + keys + '}', "c").rope;
        };
        QCOMPARE(ropeWith(R"("partial_rotary_factor":0.5)").scaling, RopeScaling::None);
        QCOMPARE(ropeWith(R"("partial_rotary_factor":0.5,"rope_parameters":{"rope_theta":500})").theta, 500.0);
        QCOMPARE(
            ropeWith(
                R"("partial_rotary_factor":0.5,"rope_scaling":{"type":"linear","factor":2,"partial_rotary_factor":1})")
                .factor,
            2.0);
        QCOMPARE(ropeWith(R"("rope_theta":null,"rope_parameters":{"rope_theta":500})").theta, 500.0);
        QCOMPARE(ropeWith(R"("rope_theta":700,"rope_parameters":{"rope_type":"default"})").theta, 700.0);
    }

    /// As by transformers 5.24, where Llama's counts as absent.
    void groupsOfNullAreRefusedForMistral()
    {
        const std::string rest = R"(,"vocab_size":8,"hidden_size":4,"intermediate_size":6,"num_hidden_layers":1,
"num_attention_heads":2,"num_key_value_heads":null})";
        const auto read = [&rest](const std::string& type) {
            return ModelSpec::fromJson("{\"model_type\":\"" + type + '"' + rest, "c");
        };
        QCOMPARE(read("llama").kvHeads, std::int64_t {2});
        const std::string error = errorOf([&] { (void)read("mistral"); });
        QVERIFY2(contains(error, "c: num_key_value_heads is null"), error.c_str());
    }

    void mixedWindowsAreRefused()
    {
        const auto errorWith = [](const std::string& keys) {
            return errorOf([&] {
                (void)ModelSpec::fromJson(
                    R"({"model_type":"mistral","vocab_size":8,"hidden_size":4,"intermediate_size":6,
"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":2,)"
                        + keys + "}",
                    "m/config.json");
            });
        };
        const std::string mixed = R"("layer_types":["full_attention","sliding_attention"])";
        for (const char* window : {R"("sliding_window":7,)", R"("sliding_window":null,)"})
            QVERIFY(contains(errorWith(window + mixed), "m/config.json: layer_types mixes"));
        QVERIFY(contains(errorWith(R"("layer_types":"sliding_attention")"), "layer_types"));
    }

    /// transformers takes the older key, whole, where it is not empty.
    void ofBothRopesTheOlderCounts()
    {
        const std::string form = R"({"model_type":"llama","vocab_size":8,"hidden_size":4,"intermediate_size":6,
"num_hidden_layers":1,"num_attention_heads":2,"rope_parameters":{"rope_type":"default","rope_theta":500},)";
        const RopeSpec both
            = ModelSpec::fromJson(form + R"("rope_scaling":{"rope_type":"linear","factor":4}})", "c").rope;
        QCOMPARE(both.scaling, RopeScaling::Linear);
        QCOMPARE(both.factor, 4.0);
        QCOMPARE(both.theta, 10000.0);
        for (const char* none : {R"("rope_scaling":{}})", R"("rope_scaling":null})"}) {
            const RopeSpec rope = ModelSpec::fromJson(form + none, "c").rope;
            QCOMPARE(rope.scaling, RopeScaling::None);
            QCOMPARE(rope.theta, 500.0);
        }
    }

    /// As transformers 5.24.
    void ofBothOriginalLengthsTheOuterCounts()
    {
        const auto lengthWith = [](const std::string& outer, const std::string& inner, const char* rope) {
            return ModelSpec::fromJson('{' + std::string(smallest) + outer + ",\"" + rope + "\":"
                    + R"({"rope_type":"llama3","factor":8,"low_freq_factor":1,"high_freq_factor":4)" + inner + "}}",
                "c")
                .rope.originalMaxPositions;
        };
        const std::string outer = R"(,"original_max_position_embeddings":256)";
        const std::string inner = R"(,"original_max_position_embeddings":64)";
        for (const char* rope : {"rope_parameters", "rope_scaling"}) {
            QCOMPARE(lengthWith(outer, inner, rope), std::int64_t {256});
            QCOMPARE(lengthWith(outer, {}, rope), std::int64_t {256});
            QCOMPARE(lengthWith({}, inner, rope), std::int64_t {64});
            QCOMPARE(lengthWith({}, {}, rope), std::int64_t {2048}); // max_position_embeddings
        }
    }

    void refusesTheReferencesList()
    {
        for (const char* name : {"refused/qwen2", "refused/gpt2", "refused/llama-rope-yarn", "refused/llama-quantized"})
            QVERIFY2(!errorOf([&] { (void)reference(name); }).empty(), name);
    }
};

QTEST_GUILESS_MAIN(TestModelSpec)
#include "tst_modelspec.moc"
