// SPDX-License-Identifier: GPL-3.0-or-later
// Adapters of PEFT's: read, run, written in every profile and read back. tests/reference/README.md tells of the files.
#include "tests/support/Tensors.h"
#include "training/core/AtomicFile.h"
#include "training/io/AdapterFiles.h"
#include "training/io/Safetensors.h"
#include "training/loop/Commands.h"
#include "training/loop/LibTorchEngine.h"

#include <nlohmann/json.hpp>

#include <map>

using namespace spectune;
using namespace spectune::testing;

namespace {

std::filesystem::path exportFolder(const std::string& name)
{
    return sourcePath("tests/reference/exports/" + name);
}

using Shapes = std::map<std::string, std::vector<std::int64_t>>;

Shapes shapesIn(const std::filesystem::path& folder)
{
    Shapes shapes;
    const SafetensorsFile file(folder / "adapter_model.safetensors");
    for (const TensorInfo& tensor : file.tensors())
        shapes[tensor.name] = tensor.shape;
    return shapes;
}

nlohmann::json configIn(const std::filesystem::path& folder)
{
    return nlohmann::json::parse(readFile(folder / "adapter_config.json"));
}

} // namespace

class TestExports : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        prepareThread(at::kCPU, 1);
        const auto stories = sharedPath("models/stories260K");
        if (stories.empty())
            QSKIP("../shared/data/models/stories260K is not there");
        m_model = loadWeights(stories, at::kFloat);
        m_reference = std::make_unique<SafetensorsFile>(exportFolder("reference.safetensors"));
        m_tokens = m_reference->tensor("input_ids");
        const auto rows = nlohmann::json::parse(readFile(exportFolder("tokens.json")))
                              .get<std::vector<std::vector<std::int64_t>>>();
        for (std::size_t row = 0; row < rows.size(); ++row)
            QVERIFY(at::equal(at::tensor(rows[row]), m_tokens[static_cast<std::int64_t>(row)]));
    }

    void givesPeftsLogits_data()
    {
        QTest::addColumn<QString>("name");
        for (const char* name : {"adalora", "lora-padded", "lora-compact"})
            QTest::newRow(name) << name;
    }

    void givesPeftsLogits()
    {
        QFETCH(const QString, name);
        const AdapterState adapter = readAdapter(exportFolder(name.toStdString()));
        QVERIFY(errorOfLogits(adapter) <= 1e-5);
    }

    /// The test above would pass an adapter that does nothing only if the base gave the same.
    void adapterMatters()
    {
        const at::Tensor base = m_model->logits(m_model->forward(m_tokens, nullptr));
        QVERIFY(relativeDifference(base, m_reference->tensor("logits")) > 0.01);
    }

    void givesPeftsDelta()
    {
        const AdapterState adapter = readAdapter(exportFolder("adalora"));
        int compared = 0;
        for (const ModuleAdapter& module : adapter.modules) {
            if (!m_reference->contains("delta." + module.module))
                continue;
            const at::Tensor delta = at::matmul(module.p * module.lambda, module.q) * adapter.scale;
            QVERIFY(relativeDifference(delta, m_reference->tensor("delta." + module.module)) <= 1e-6);
            ++compared;
        }
        QCOMPARE(compared, 2);
    }

    /// What PEFT wrote, written by us: its tensors by name and shape, the same logits when read back.
    void writesWhatPeftReads_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("reference");
        QTest::newRow("adalora") << "peft-adalora"
                                 << "adalora";
        QTest::newRow("padded") << "peft-lora-padded"
                                << "lora-padded";
        QTest::newRow("compact") << "peft-lora"
                                 << "lora-compact";
    }

    void writesWhatPeftReads()
    {
        QFETCH(const QString, format);
        QFETCH(const QString, reference);
        const Folder folder;
        const auto target = folder.path() / "out";
        const AdapterState adapter = readAdapter(exportFolder("adalora"));
        const ExportReport report = writeAdapter(
            adapter, format.toStdString(), target, {.baseModel = "stories260K", .config = {}, .resolved = {}});
        QVERIFY(report.maxDifference <= 1e-6 * report.maxDelta);
        const auto theirs = exportFolder(reference.toStdString());
        QVERIFY(shapesIn(target) == shapesIn(theirs));
        const auto ourConfig = configIn(target);
        const auto theirConfig = configIn(theirs);
        for (const char* key : {"peft_type", "lora_alpha", "rank_pattern", "alpha_pattern", "r", "init_r", "use_rslora",
                 "bias", "fan_in_fan_out", "task_type"}) {
            if (ourConfig.contains(key) && theirConfig.contains(key))
                QVERIFY2(ourConfig[key] == theirConfig[key], key);
        }
        QVERIFY(ourConfig.contains("rank_pattern") && ourConfig.contains("lora_alpha"));
        QVERIFY(errorOfLogits(readAdapter(target)) <= 1e-5);
    }

    /// Names of files are bytes on Linux; what is told of them must not end in an exception.
    void pathsThatAreNoUtf8AreTold()
    {
        const Folder folder;
        const auto target = folder.path() / "out\xFF";
        const AdapterState adapter = readAdapter(exportFolder("adalora"));
        (void)writeAdapter(adapter, "peft-adalora", target, {.baseModel = "base\xFF", .config = {}, .resolved = {}});
        QCOMPARE(configIn(target).at("base_model_name_or_path"), "base\xEF\xBF\xBD");
        QVERIFY(contains(describeFolder(target.string()), "out\xEF\xBF\xBD"));
    }

    /// Many adapters on the hub have their model's config.json beside them. It is no run's.
    void aModelsConfigurationBesideAnAdapterIsLeftAlone()
    {
        const Folder folder;
        const auto source = folder.path() / "downloaded";
        std::filesystem::copy(exportFolder("adalora"), source);
        folder.write("downloaded/config.json", R"({"model_type": "llama", "hidden_size": 64})");
        LibTorchEngine engine;
        (void)engine.answer(
            ExportAdapter {
                .source = source.string(), .format = "peft-lora", .target = (folder.path() / "out").string()},
            {});
        QVERIFY(std::filesystem::exists(folder.path() / "out/adapter_model.safetensors"));
    }

    void anotherModelsAdapterIsRefused()
    {
        const AdapterState adapter = readAdapter(exportFolder("adalora"));
        const auto other = loadWeights(tinyModel("llama-untied"), at::kFloat);
        const std::string text = errorOf([&] { (void)placeAdapter(adapter, *other); });
        QVERIFY2(contains(text, "model.layers."), text.c_str());
    }

private:
    [[nodiscard]] double errorOfLogits(const AdapterState& adapter)
    {
        const AdapterSet set = placeAdapter(adapter, *m_model);
        const at::Tensor logits = m_model->logits(m_model->forward(m_tokens, &set));
        const double error = relativeDifference(logits, m_reference->tensor("logits"));
        qInfo("%.1e of the largest logit", error);
        return error;
    }

    std::shared_ptr<DecoderModel> m_model;
    std::unique_ptr<SafetensorsFile> m_reference;
    at::Tensor m_tokens;
};

QTEST_GUILESS_MAIN(TestExports)
#include "tst_exports.moc"
