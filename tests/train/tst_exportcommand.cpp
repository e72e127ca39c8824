// SPDX-License-Identifier: GPL-3.0-or-later
// `spectune-train export` as other programs meet it:
// five formats, JSON, exit codes, sources of every kind, broken ones.
#include "tests/support/Files.h"
#include "tests/train/Program.h"
#include "training/core/AtomicFile.h"
#include "training/io/SafetensorsHeader.h"

#include <cmath>
#include <cstring>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

class TestExportCommand : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        const fs::path config = writeConfig(m_folder.path());
        m_run = m_folder.path() / "run";
        const Outcome outcome = call({"run", text(config), "--out", text(m_run), "--quiet"});
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        m_folder.write("tokens.json", "[[1, 5, 9, 300, 2, 77, 12], [1, 7, 2, 8, 8, 8, 831]]");
        m_tuned = logits({"--model", text(model()), "--adapter", text(m_run)});
        m_base = logits({"--model", text(model())});
        QVERIFY2(difference(m_base, m_tuned) > 0.0, "the run changed nothing");
    }

    void helpNamesEveryFormat()
    {
        const Outcome outcome = call({"export", "--help"});
        QCOMPARE(outcome.code, 0);
        for (const char* part : {"peft-adalora", "peft-lora-padded", "peft-lora ", "gguf-lora", "merged", "--model",
                 "--dtype", "--shard-size", "--json", "Exit codes"})
            QVERIFY2(contains(outcome.out, part), part);
    }

    /// What was exported gives the adapted model's logits again, from a run, a checkpoint or an adapter.
    void everyFormatFromEverySource_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("source");
        for (const char* format : {"peft-adalora", "peft-lora-padded", "peft-lora", "gguf-lora", "merged"}) {
            for (const char* source : {"", "checkpoints/step-6", "adapter"})
                QTest::addRow("%s of run/%s", format, source) << format << source;
        }
    }

    void everyFormatFromEverySource()
    {
        QFETCH(const QString, format);
        QFETCH(const QString, source);
        const fs::path out = m_folder.path() / ("out-" + format + source.left(3)).toStdString();
        const Outcome outcome
            = call({"export", text(m_run / source.toStdString()), "--format", format, "--out", text(out), "--json"});
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        const auto report = outcome.object();
        QCOMPARE(report.at("format"), format.toStdString());
        QCOMPARE(report.at("path"), out.string());
        QCOMPARE(report.at("verified"), true);
        QVERIFY(report.at("bytes").get<std::int64_t>() > 1000);
        QVERIFY(report.at("max_delta").get<double>() > 0.0);
        QVERIFY(report.at("max_difference").get<double>() <= 1e-5 * report.at("max_delta").get<double>());
        QCOMPARE(report.contains("vllm_max_lora_rank"), format.startsWith("peft-lora"));
        QCOMPARE(report.contains("dtype"), format == "merged");
        QCOMPARE(report.value("step", -1), source == "adapter" ? -1 : 6);
        const std::vector<float> again = format == "merged"
            ? logits({"--model", text(out)})
            : logits({"--model", text(model()), "--adapter", text(out)});
        QVERIFY2(difference(again, m_tuned) <= 1e-5, qPrintable(QString::number(difference(again, m_tuned))));
        const Outcome info = call({"info", text(out), "--json"});
        QCOMPARE(info.object().at("kind"),
            format == "merged"          ? "model"
                : format == "gguf-lora" ? "gguf-adapter"
                                        : "adapter");
        // A second time into the same folder is refused, and nothing in it is touched.
        const Outcome twice = call({"export", text(m_run), "--format", format, "--out", text(out)});
        QVERIFY(twice.code == 2 && contains(twice.err, "not empty"));
    }

    void tellsAPerson()
    {
        const fs::path out = m_folder.path() / "told";
        const Outcome outcome = call({"export", text(m_run), "--format", "merged", "--out", text(out)});
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        for (const char* part : {"merged", "bit for bit", "float32", "Rounding"})
            QVERIFY2(contains(outcome.out, part), outcome.out.c_str());
        QVERIFY(outcome.err.empty());
        const Outcome lora
            = call({"export", text(m_run), "--format", "peft-lora", "--out", text(m_folder.path() / "told2")});
        QVERIFY(contains(lora.out, "vLLM: --max-lora-rank 8"));
        QVERIFY2(contains(lora.out, ": peft-lora from step-6, "), lora.out.c_str());
    }

    void mergesIntoShardsAndTypes()
    {
        const fs::path out = m_folder.path() / "shards";
        const auto report = call({"export", text(m_run), "--format", "merged", "--out", text(out), "--shard-size",
                                     "1MB", "--dtype", "bfloat16", "--json"})
                                .object();
        QCOMPARE(report.at("dtype"), "bfloat16");
        QVERIFY(report.at("files").get<int>() > 1);
        QVERIFY(report.at("rounding_loss").get<double>() > 0.0);
        QVERIFY(fs::exists(out / "model.safetensors.index.json"));
        QVERIFY(fs::exists(out / "tokenizer.model"));
        QVERIFY(difference(logits({"--model", text(out)}), m_tuned) < 0.05);
        QCOMPARE(call({"info", text(out), "--json"}).object().at("dtype"), "bfloat16");
    }

    void refuses_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("names");
        const QString run = text(m_run);
        QTest::newRow("format") << QStringList {run, "--format", "onnx"} << "peft-lora-padded";
        QTest::newRow("no format") << QStringList {run} << "--format";
        QTest::newRow("dtype of an adapter")
            << QStringList {run, "--format", "gguf-lora", "--dtype", "float16"} << "--dtype";
        QTest::newRow("dtype") << QStringList {run, "--format", "merged", "--dtype", "int4"} << "int4";
        QTest::newRow("shard size") << QStringList {run, "--format", "merged", "--shard-size", "0"} << "--shard-size";
        QTest::newRow("shard unit") << QStringList {run, "--format", "merged", "--shard-size", "5XB"} << "shard-size";
        QTest::newRow("no model there") << QStringList {run, "--format", "merged", "--model", "/absent"} << "/absent";
        QTest::newRow("no base for gguf")
            << QStringList {run, "--format", "gguf-lora", "--model", "/absent"} << "/absent";
        QTest::newRow("another model") << QStringList {run, "--format", "merged", "--model",
            text(sourcePath("tests/reference/models/llama-bias"))}
                                       << "llama-bias";
        QTest::newRow("a model is no source") << QStringList {text(model()), "--format", "peft-lora"} << "model";
        QTest::newRow("no source") << QStringList {"/absent/run", "--format", "merged"} << "/absent/run";
    }

    void refuses()
    {
        QFETCH(const QStringList, arguments);
        QFETCH(const QString, names);
        const fs::path never = m_folder.path() / "never";
        const Outcome outcome = call(QStringList {"export"} + arguments + QStringList {"--out", text(never), "--json"});
        QVERIFY2(outcome.code == 2, (std::to_string(outcome.code) + outcome.err).c_str());
        QVERIFY2(contains(outcome.err, names.toStdString()), outcome.err.c_str());
        QCOMPARE(outcome.out, std::string());
        QVERIFY(!fs::exists(never));
    }

    /// A checkpoint that was cut, emptied or holds nonsense: exit 2, its name, nothing written.
    void brokenCheckpoints()
    {
        const fs::path good = m_run / "checkpoints/step-6";
        const std::string state = readFile(good / "state.json");
        const std::string tensors = readFile(good / "state.safetensors");
        const auto breaks = [&](const char* what, const std::string& json, const std::string& weights) {
            const fs::path broken = m_folder.path() / "broken/checkpoints/step-6";
            fs::remove_all(m_folder.path() / "broken");
            fs::create_directories(broken);
            fs::copy_file(good / "config.json", broken / "config.json");
            writeFileAtomically(broken / "state.json", json);
            if (!weights.empty())
                writeFileAtomically(broken / "state.safetensors", weights);
            for (const char* format : {"peft-adalora", "gguf-lora", "merged"}) {
                const Outcome outcome = call({"export", text(broken), "--format", format, "--out",
                    text(m_folder.path() / "never"), "--model", text(model())});
                QVERIFY2(
                    outcome.code == 2, (std::string(what) + ": " + std::to_string(outcome.code) + outcome.err).c_str());
                QVERIFY2(contains(outcome.err, "broken") || contains(outcome.err, "not finite"), outcome.err.c_str());
                QVERIFY(!fs::exists(m_folder.path() / "never"));
            }
        };
        breaks("cut JSON", state.substr(0, state.size() / 2), tensors);
        breaks("no JSON", "", tensors);
        breaks("cut tensors", state, tensors.substr(0, tensors.size() / 2));
        breaks("no tensors", state, "");
        std::string values = tensors;
        const SafetensorsHeader header = SafetensorsHeader::parse(tensors, "state");
        for (const TensorInfo& info : header.tensors) {
            if (info.name == "values")
                std::memset(
                    values.data() + header.dataStart + info.begin, 0xFF, info.bytes()); // not a number, all of it
        }
        breaks("not finite", state, values);
    }

    void rankZeroEverywhere()
    {
        const fs::path good = m_run / "checkpoints/step-6";
        const fs::path zero = m_folder.path() / "zero";
        fs::copy(good, zero, fs::copy_options::recursive);
        std::string tensors = readFile(good / "state.safetensors");
        const SafetensorsHeader header = SafetensorsHeader::parse(tensors, "state");
        for (const TensorInfo& info : header.tensors) {
            if (info.name == "values")
                std::memset(tensors.data() + header.dataStart + info.begin, 0, info.bytes());
        }
        writeFileAtomically(zero / "state.safetensors", tensors);
        const auto exports = [&](const char* format) {
            return call({"export", text(zero), "--format", format, "--out",
                text(m_folder.path() / ("zero-" + std::string(format)))});
        };
        for (const char* format : {"peft-lora", "peft-lora-padded", "gguf-lora"}) {
            const Outcome outcome = exports(format);
            QVERIFY2(outcome.code == 2 && contains(outcome.err, "Every λ"), outcome.err.c_str());
        }
        QCOMPARE(exports("peft-adalora").code, 0);
        QCOMPARE(exports("merged").code, 0);
        QVERIFY(logits({"--model", text(m_folder.path() / "zero-merged")}) == m_base);
    }

    void methodsWithoutLambda_data()
    {
        QTest::addColumn<QString>("method");
        for (const char* name : {"lora", "prune-lora", "svd-lora"})
            QTest::newRow(name) << name;
    }

    void methodsWithoutLambda()
    {
        QFETCH(const QString, method);
        const fs::path run = m_folder.path() / method.toStdString();
        const Outcome trained = call({"run", text(m_folder.path() / "CONFIG.json"), "--out", text(run), "--quiet",
            "--set", "method.name=" + method});
        QVERIFY2(trained.code == 0, trained.err.c_str());
        const std::vector<float> tuned = logits({"--model", text(model()), "--adapter", text(run)});
        for (const char* format : {"peft-adalora", "peft-lora-padded", "peft-lora", "gguf-lora", "merged"}) {
            const fs::path out = run / format;
            const Outcome outcome = call({"export", text(run), "--format", format, "--out", text(out)});
            QVERIFY2(outcome.code == 0, outcome.err.c_str());
            const std::vector<float> again = std::string(format) == "merged"
                ? logits({"--model", text(out)})
                : logits({"--model", text(model()), "--adapter", text(out)});
            QVERIFY(difference(again, tuned) <= 1e-5);
        }
    }

private:
    [[nodiscard]] static fs::path model() { return sourcePath("resources/demo/model"); }

    /// Of tokens.json; empty where the program failed.
    [[nodiscard]] std::vector<float> logits(const QStringList& arguments) const
    {
        const fs::path out = m_folder.path() / "logits.safetensors";
        const Outcome outcome = call(
            QStringList {"logits", "--tokens", text(m_folder.path() / "tokens.json"), "--out", text(out)} + arguments);
        if (outcome.code != 0) {
            qWarning("%s", outcome.err.c_str());
            return {};
        }
        const std::string bytes = readFile(out);
        const SafetensorsHeader header = SafetensorsHeader::parse(bytes, "logits");
        std::vector<float> values(header.tensors[0].bytes() / sizeof(float));
        std::memcpy(values.data(), bytes.data() + header.dataStart, header.tensors[0].bytes());
        return values;
    }

    /// Largest difference over the largest logit; 1 where the lengths differ.
    [[nodiscard]] static double difference(const std::vector<float>& a, const std::vector<float>& b)
    {
        if (a.size() != b.size() || a.empty())
            return 1.0;
        double largest = 0.0;
        double most = 0.0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            largest = std::max(largest, static_cast<double>(std::abs(b[i])));
            most = std::max(most, static_cast<double>(std::abs(a[i] - b[i])));
        }
        return most / largest;
    }

    Folder m_folder;
    fs::path m_run;
    std::vector<float> m_tuned;
    std::vector<float> m_base;
};

QTEST_GUILESS_MAIN(TestExportCommand)
#include "tst_exportcommand.moc"
