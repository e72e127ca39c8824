// SPDX-License-Identifier: GPL-3.0-or-later
// The base model's forward held to transformers': tests/reference/README.md says how the numbers were made.
#include "tests/support/Tensors.h"
#include "training/core/AtomicFile.h"
#include "training/io/Safetensors.h"

#include <filesystem>
#include <set>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr const char* stories = "stories260K";

const char* const modelNames[] = {"llama-untied", "llama-tied-old", "llama-rope-llama3", "llama-rope-llama3-old",
    "llama-rope-linear", "llama-rope-linear-old", "llama-head-dim", "llama-bias", "llama-bfloat16", "llama-float16-old",
    "llama-sharded", "mistral-window", "mistral-head-dim-old", stories};

/// Empty where it is in ../shared/data and that is absent.
std::filesystem::path modelFolder(const std::string& name)
{
    return name == stories ? sharedPath("models/stories260K") : tinyModel(name);
}

SafetensorsFile referenceOf(const std::string& name)
{
    return SafetensorsFile(sourcePath("tests/reference/models/" + name + ".reference.safetensors"));
}

at::Tensor fullLogits(DecoderModel& model, const at::Tensor& tokens)
{
    return model.logits(model.forward(tokens, nullptr));
}

} // namespace

class TestLogits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void everyModelOfTheReferenceIsHere()
    {
        std::set<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator(sourcePath("tests/reference/models"))) {
            const std::string name = entry.path().filename().string();
            const std::size_t suffix = name.find(".reference.safetensors");
            if (suffix != std::string::npos)
                found.insert(name.substr(0, suffix));
        }
        QVERIFY(found == std::set<std::string>(std::begin(modelNames), std::end(modelNames)));
    }

    void float32_data() { rows(); }
    void float32()
    {
        QFETCH(const QString, name);
        const auto folder = modelFolder(name.toStdString());
        SKIP_WITHOUT(folder);
        const SafetensorsFile reference = referenceOf(name.toStdString());
        const auto model = loadWeights(folder, at::kFloat);
        const at::Tensor logits = fullLogits(*model, reference.tensor("input_ids"));
        QVERIFY(logits.scalar_type() == at::kFloat);
        QCOMPARE(logits.sizes(), reference.info("logits").shape);
        const double difference = relativeDifference(logits, reference.tensor("logits"));
        qInfo("%.1e of the largest logit", difference);
        QVERIFY(difference <= 1e-5);
    }

    void float64_data() { rows(); }
    void float64()
    {
        QFETCH(const QString, name);
        const auto folder = modelFolder(name.toStdString());
        SKIP_WITHOUT(folder);
        const SafetensorsFile reference = referenceOf(name.toStdString());
        const auto model = loadWeights(folder, at::kDouble);
        const at::Tensor logits = fullLogits(*model, reference.tensor("input_ids"));
        QVERIFY(logits.scalar_type() == at::kDouble);
        const double difference = relativeDifference(logits, reference.tensor("logits64"));
        qInfo("%.1e of the largest logit", difference);
        QVERIFY(difference <= 1e-13);
    }

    /// Bounds by first-order error propagation: with 8 mantissa bits each rounding is off by 2⁻⁹ relative at most, and
    /// a block rounds about eight times on the way of the residual stream;
    /// the embedding, the last norm and the head add four.
    void bfloat16_data() { rows(); }
    void bfloat16()
    {
        QFETCH(const QString, name);
        const auto folder = modelFolder(name.toStdString());
        SKIP_WITHOUT(folder);
        const SafetensorsFile reference = referenceOf(name.toStdString());
        const auto model = loadWeights(folder, at::kBFloat16);
        const at::Tensor logits = fullLogits(*model, reference.tensor("input_ids"));
        QVERIFY(logits.scalar_type() == at::kBFloat16);
        const double roundings = 8.0 * static_cast<double>(model->spec().layers) + 4.0;
        const double difference = relativeDifference(logits, reference.tensor("logits64"));
        qInfo("%.1e of the largest logit, %.1e allowed", difference, roundings / 512.0);
        QVERIFY(difference <= roundings / 512.0);
        QVERIFY(difference > 1e-4); // it did compute in 16 bits
    }

    /// A prompt of every length, then token by token: as all tokens at once.
    void cacheChangesNothing_data() { rows(); }
    void cacheChangesNothing()
    {
        QFETCH(const QString, name);
        const auto folder = modelFolder(name.toStdString());
        SKIP_WITHOUT(folder);
        const at::Tensor tokens = referenceOf(name.toStdString()).tensor("input_ids").narrow(1, 0, 24);
        const auto model = loadWeights(folder, at::kDouble);
        const at::Tensor all = model->forward(tokens, nullptr);
        for (const std::int64_t prompt : {1, 2, 4, 5, 6, 7, 23, 24}) {
            KeyValueCache cache;
            std::vector<at::Tensor> pieces {model->forward(tokens.narrow(1, 0, prompt), nullptr, &cache)};
            QCOMPARE(cache.length, prompt);
            for (std::int64_t position = prompt; position < tokens.size(1); ++position)
                pieces.push_back(model->forward(tokens.narrow(1, position, 1), nullptr, &cache));
            QCOMPARE(cache.length, tokens.size(1));
            const double difference = relativeDifference(at::cat(pieces, 1), all);
            QVERIFY2(difference <= 1e-13, qPrintable(QString("prompt %1: %2").arg(prompt).arg(difference)));
        }
    }

    /// A token of the sliding window of 5 sees itself and the four before it, in each of the blocks.
    void windowReachesBackAsFarAsItSays()
    {
        const auto model = loadWeights(tinyModel("mistral-window"), at::kDouble);
        const std::int64_t window = model->spec().slidingWindow.value_or(0);
        QCOMPARE(window, std::int64_t {5});
        const std::int64_t reach = model->spec().layers * (window - 1); // positions back, through all blocks
        Random random(4);
        const at::Tensor tokens = random.integers(model->spec().vocabulary, {1, 24});
        at::Tensor changed = tokens.clone();
        changed[0][0] = (tokens[0][0] + 1) % model->spec().vocabulary;
        const at::Tensor difference
            = (model->forward(tokens, nullptr) - model->forward(changed, nullptr)).abs().amax(-1)[0];
        QVERIFY(difference[reach].item<double>() > 0.0);
        QCOMPARE(difference.narrow(0, reach + 1, 24 - reach - 1).max().item<double>(), 0.0);
    }

    void whatStandsRightOfATokenIsNotSeen()
    {
        const auto model = loadWeights(tinyModel("llama-untied"), at::kDouble);
        Random random(5);
        const at::Tensor tokens = random.integers(model->spec().vocabulary, {2, 9});
        const at::Tensor padded = at::cat({tokens, random.integers(model->spec().vocabulary, {2, 6})}, 1);
        QVERIFY(relativeDifference(model->forward(padded, nullptr).narrow(1, 0, 9), model->forward(tokens, nullptr))
            <= 1e-14);
    }

    void refused_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("names");
        QTest::newRow("qwen2") << "qwen2"
                               << "qwen2";
        QTest::newRow("gpt2") << "gpt2"
                              << "gpt2";
        QTest::newRow("yarn") << "llama-rope-yarn"
                              << "yarn";
        QTest::newRow("quantised") << "llama-quantized"
                                   << "quantization_config";
    }

    void refused()
    {
        QFETCH(const QString, name);
        QFETCH(const QString, names);
        const auto folder = sourcePath("tests/reference/models/refused/" + name.toStdString());
        const std::string text = errorOf(
            [&] { (void)ModelSpec::fromJson(readFile(folder / "config.json"), (folder / "config.json").string()); });
        QVERIFY2(contains(text, names.toStdString()), text.c_str());
        QVERIFY2(contains(text, "config.json"), text.c_str());
        QVERIFY(!errorOf([&] { const ModelFolder opened(folder); }).empty());
    }

private:
    static void rows()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : modelNames)
            QTest::newRow(name) << name;
    }
};

QTEST_GUILESS_MAIN(TestLogits)
#include "tst_logits.moc"
