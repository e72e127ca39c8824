// SPDX-License-Identifier: GPL-3.0-or-later
// The terminal program as other programs meet it: commands, exit codes, JSON, files.
#include "tests/support/Files.h"
#include "tests/train/Program.h"
#include "training/core/AtomicFile.h"
#include "training/io/SafetensorsHeader.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

QString demoModel()
{
    return text(sourcePath("resources/demo/model"));
}

/// Ends with code 2, tells why on stderr naming @p part, and says nothing on stdout.
void refuses(const QStringList& arguments, const std::string& part)
{
    const Outcome outcome = call(arguments);
    QVERIFY2(outcome.code == 2, (std::to_string(outcome.code) + ": " + outcome.err + outcome.out).c_str());
    QVERIFY2(contains(outcome.err, part), outcome.err.c_str());
}

} // namespace

class TestCommandLine : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// One run that most of the tests look at.
    void initTestCase()
    {
        m_config = writeConfig(m_folder.path());
        m_run = m_folder.path() / "run";
        const Outcome outcome = call({"run", text(m_config), "--out", text(m_run)});
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        QVERIFY(contains(outcome.out, "Adapter: " + (m_run / "adapter").string()));
        QCOMPARE(lineCount(m_run / "metrics.jsonl"), std::size_t {6});
        QVERIFY(fs::exists(m_run / "adapter/adapter_model.safetensors"));
    }

    void everyCommandHasHelp()
    {
        QCOMPARE(call({"--help"}).code, 0);
        const Outcome version = call({"--version"}); // as the studio's: the program's name, then the number
        QVERIFY2(version.code == 0 && version.out.starts_with("spectune-train "), version.out.c_str());
        for (const char* command : {"run", "eval", "generate", "logits", "tokenize", "export", "info", "fields"}) {
            const Outcome outcome = call({command, "--help"});
            QVERIFY2(outcome.code == 0, command);
            QVERIFY2(contains(outcome.out, "--device"), command);
        }
    }

    void unknownCommandsAndOptions()
    {
        refuses({}, "subcommand");
        refuses({"trian"}, "trian");
        refuses({"run"}, "config");
        refuses({"eval", "--model", demoModel(), "--data", "x", "--jsn"}, "--jsn");
    }

    void quietRunsSayNothing()
    {
        const Outcome outcome = call(
            {"run", text(m_config), "--out", text(m_folder.path() / "quiet"), "--quiet", "--set", "train.steps=5"});
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        QCOMPARE(outcome.out + outcome.err, std::string());
        QCOMPARE(lineCount(m_folder.path() / "quiet/metrics.jsonl"), std::size_t {5});
    }

    void badConfigurations_data()
    {
        QTest::addColumn<QStringList>("assignments");
        QTest::addColumn<QString>("names");
        QTest::newRow("unknown key") << QStringList {"adalora.target_rnk=3"} << "adalora.target_rank";
        QTest::newRow("unknown section") << QStringList {"adlora.alpha=3"} << "adalora.alpha";
        QTest::newRow("wrong type") << QStringList {"train.steps=many"} << "train.steps";
        QTest::newRow("out of range") << QStringList {"optim.lr=-1"} << "optim.lr";
        QTest::newRow("no value") << QStringList {"optim.lr"} << "optim.lr";
        QTest::newRow("combination") << QStringList {"adalora.target_rank=9"} << "adalora.target_rank";
        QTest::newRow("budget phases") << QStringList {"adalora.tf=6"} << "adalora.t";
        QTest::newRow("unknown matrix") << QStringList {"adalora.targets=[\"qproj\"]"} << "qproj";
        QTest::newRow("unknown block") << QStringList {"adalora.layers=[6]"} << "adalora.layers";
        QTest::newRow("too long") << QStringList {"data.max_length=257"} << "data.max_length";
        QTest::newRow("no model there") << QStringList {"model.path=/absent/model"} << "/absent/model";
        QTest::newRow("no data there") << QStringList {"data.path=/absent/data.jsonl"} << "/absent/data.jsonl";
        QTest::newRow("method") << QStringList {"method.name=dora"} << "method.name";
    }

    void badConfigurations()
    {
        QFETCH(const QStringList, assignments);
        QFETCH(const QString, names);
        const fs::path out = m_folder.path() / "never";
        QStringList arguments {"run", text(m_config), "--out", text(out)};
        for (const QString& assignment : assignments)
            arguments << "--set" << assignment;
        refuses(arguments, names.toStdString());
        QVERIFY(!fs::exists(out));
    }

    void badFiles()
    {
        refuses({"run", "/absent/CONFIG.json"}, "/absent/CONFIG.json");
        const fs::path broken = m_folder.write("broken.json", "{\"train\": {");
        refuses({"run", text(broken)}, "broken.json");
        const fs::path unknown = m_folder.write("unknown.json", R"({"train": {"stepz": 3}})");
        refuses({"run", text(unknown)}, "train.steps");
        refuses({"run", text(m_config), "--out", text(m_run)}, "not empty");
        refuses({"run", text(m_config), "--resume", text(m_folder.path() / "absent")}, "absent");
        refuses({"eval", "--model", demoModel(), "--data", "/absent.jsonl"}, "/absent.jsonl");
        refuses({"info", "/absent/folder"}, "/absent/folder: there is no such folder.");
        refuses({"info", text(m_folder.path())}, "no model, run, checkpoint or adapter");
        refuses({"tokenize", "--model", demoModel(), "--text-file", "/absent.txt"}, "/absent.txt");
        refuses({"generate", "--model", demoModel(), "--adapter", "/absent", "--prompt", "x"}, "/absent");
    }

    void pickledModelsAreRefused()
    {
        const fs::path pickle = m_folder.write("pickled/pytorch_model.bin", "PK");
        fs::copy_file(sourcePath("resources/demo/model/config.json"), m_folder.path() / "pickled/config.json",
            fs::copy_options::skip_existing);
        refuses({"info", text(pickle.parent_path())}, "safetensors");
        refuses({"eval", "--model", text(pickle.parent_path()), "--data", text(m_folder.path() / "train.jsonl")},
            "safetensors");
        const fs::path file = m_folder.write("model.pt", "PK");
        refuses({"info", text(file)}, "model.pt");
        refuses({"run", text(m_config), "--set", "model.path=" + text(file), "--out", text(m_folder.path() / "never")},
            "model.pt");
    }

    void devices()
    {
        for (const char* device : {"gpu0", "cpu:1x", "cuda:", "", "CUDA"})
            refuses({"run", text(m_config), "--out", text(m_folder.path() / "never"), "--device", device}, "cuda:N");
        refuses({"generate", "--model", demoModel(), "--prompt", "x", "--device", "tpu"}, "tpu");
        refuses({"info", demoModel(), "--device", "tpu"}, "tpu"); // even where nothing is computed
        for (const char* seed : {"-1", "99999999999999999999"})
            refuses({"generate", "--model", demoModel(), "--prompt", "x", "--seed", seed}, seed);
        if (fs::exists("/dev/nvidiactl"))
            QSKIP("a CUDA device is here");
        refuses({"run", text(m_config), "--out", text(m_folder.path() / "never"), "--device", "cuda"}, "CUDA");
        refuses({"eval", "--model", demoModel(), "--data", text(m_folder.path() / "train.jsonl"), "--device", "cuda:1"},
            "CUDA");
        QVERIFY(!fs::exists(m_folder.path() / "never"));
    }

    void evaluates()
    {
        const QStringList arguments {"eval", "--model", demoModel(), "--data", text(m_folder.path() / "train.jsonl"),
            "--set", "data.max_length=64", "--json"};
        const auto base = call(arguments).object();
        QVERIFY(base.is_object());
        const double loss = base.at("loss").get<double>();
        QVERIFY(std::abs(base.at("perplexity").get<double>() - std::exp(loss)) <= 1e-9 * std::exp(loss));
        QVERIFY(base.at("tokens").get<int>() > 100);
        for (const fs::path& adapter : {m_run / "adapter", m_run, m_run / "checkpoints/step-6"}) {
            const auto tuned = call(arguments + QStringList {"--adapter", text(adapter)}).object();
            QVERIFY(tuned.is_object());
            QVERIFY(tuned.at("loss").get<double>() < loss); // six steps did something, and something good
            QCOMPARE(tuned.at("tokens"), base.at("tokens"));
        }
    }

    void generates()
    {
        const QStringList arguments {
            "generate", "--model", demoModel(), "--prompt", "Once there was a", "--max-new-tokens", "7", "--json"};
        const auto first = call(arguments).object();
        QVERIFY(first.is_object());
        QVERIFY(first.at("text").is_string());
        QVERIFY(!first.at("ids").empty() && first.at("ids").size() <= 7);
        QVERIFY(call(arguments).object() == first);
        const QStringList warm {"--temperature", "1.5", "--seed", "3"};
        const auto drawn = call(arguments + warm).object();
        QVERIFY(drawn.is_object() && drawn != first);
        QVERIFY(call(arguments + warm).object() == drawn);
        const Outcome plain = call(arguments.mid(0, arguments.size() - 1));
        QCOMPARE(plain.code, 0);
        QCOMPARE(plain.out, first.at("text").get<std::string>() + "\n");
        refuses({"generate", "--model", demoModel(), "--prompt", QString("a ").repeated(400)}, "256");
        for (const char* number : {"nan", "inf", "-1"})
            for (const char* option : {"--temperature", "--top-p"})
                refuses({"generate", "--model", demoModel(), "--prompt", "x", QString(option) + '=' + number}, option);
    }

    void writesLogits()
    {
        const fs::path tokens = m_folder.write("tokens.json", "[[1, 5, 9], [1, 7, 2]]");
        const fs::path out = m_folder.path() / "logits.safetensors";
        const QStringList arguments {"logits", "--model", demoModel(), "--tokens", text(tokens), "--out", text(out)};
        QCOMPARE(call(arguments).code, 0);
        const std::string bytes = readFile(out);
        const SafetensorsHeader header = SafetensorsHeader::parse(bytes, "logits");
        QCOMPARE(header.tensors.size(), std::size_t {1});
        QCOMPARE(header.tensors[0].name, std::string("logits"));
        QCOMPARE(header.tensors[0].dtype, std::string("F32"));
        QCOMPARE(header.tensors[0].shape, (std::vector<std::int64_t> {2, 3, 832}));
        QCOMPARE(call(arguments + QStringList {"--adapter", text(m_run)}).code, 0);
        QVERIFY(readFile(out) != bytes);
        for (const char* bad : {"[[1, 2], [3]]", "[[832]]", "[[-1]]", "{}", "[]", "[[1.5]]", "no"}) {
            const fs::path file = m_folder.write("bad.json", bad);
            refuses({"logits", "--model", demoModel(), "--tokens", text(file), "--out", text(out)}, "bad.json");
        }
        const fs::path deep
            = m_folder.write("deep.json", "[[" + std::string(200000, '[') + std::string(200000, ']') + "]]");
        refuses({"logits", "--model", demoModel(), "--tokens", text(deep), "--out", text(out)}, "nested too deeply");
        const fs::path listed = m_folder.write("listed.json", "[[[1]]]");
        refuses({"logits", "--model", demoModel(), "--tokens", text(listed), "--out", text(out)}, "row 0 has a list");
        refuses({"logits", "--model", demoModel(), "--tokens", text(tokens), "--out", text(tokens)}, "--tokens");
        QCOMPARE(readFile(tokens), std::string("[[1, 5, 9], [1, 7, 2]]"));
    }

    void tokenizes()
    {
        const fs::path lines = m_folder.write("lines.txt", "Once there was\n\n a red ant\r\nlast");
        const Outcome json = call({"tokenize", "--model", demoModel(), "--text-file", text(lines), "--json"});
        const auto ids = json.object().at("ids");
        QCOMPARE(ids.size(), std::size_t {4});
        QVERIFY(ids[1].empty());
        QVERIFY(ids[0].size() >= 3);
        QVERIFY(ids[0][0] != 1); // no BOS
        const Outcome plain = call({"tokenize", "--model", demoModel(), "--text-file", text(lines)});
        QCOMPARE(plain.out.substr(0, plain.out.find('\n')), ids[0].dump());
        QCOMPARE(std::count(plain.out.begin(), plain.out.end(), '\n'), std::ptrdiff_t {4});
        const Outcome absent = call({"tokenize", "--model", demoModel(), "--text-file", "/absent.txt", "--json"});
        QVERIFY(absent.code == 2 && absent.out.empty());
        const fs::path latin = m_folder.write("latin.txt", "Once\nthere was a caf\xE9\n");
        for (const QStringList& more : {QStringList(), QStringList("--json")}) {
            const Outcome wrong
                = call(QStringList {"tokenize", "--model", demoModel(), "--text-file", text(latin)} + more);
            QVERIFY2(
                wrong.code == 2 && contains(wrong.err, "latin.txt:2: byte 16 (0xE9) is not UTF-8"), wrong.err.c_str());
            QCOMPARE(wrong.out, std::string());
        }
        const fs::path nothing = m_folder.write("nothing.txt", "");
        QCOMPARE(call({"tokenize", "--model", demoModel(), "--text-file", text(nothing), "--json"})
                     .object()
                     .at("ids")
                     .size(),
            std::size_t {0});
    }

    void describes()
    {
        const auto kind = [](const fs::path& path) {
            const auto object = call({"info", text(path), "--json"}).object();
            return object.is_object() ? object.at("kind").get<std::string>() : std::string();
        };
        QCOMPARE(kind(sourcePath("resources/demo/model")), std::string("model"));
        QCOMPARE(kind(m_run), std::string("run"));
        QCOMPARE(kind(m_run / "checkpoints/step-6"), std::string("checkpoint"));
        QCOMPARE(kind(m_run / "adapter"), std::string("adapter"));
        const auto run = call({"info", text(m_run), "--json"}).object();
        QCOMPARE(run.at("steps"), 6);
        QCOMPARE(run.at("finished"), true);
        QCOMPARE(run.at("budget"), 12);
        const Outcome plain = call({"info", text(m_run)});
        QVERIFY(plain.code == 0 && contains(plain.out, "kind: run"));
    }

    /// What it prints holds together; what it cannot do it says by the option's name.
    void benches()
    {
        const QStringList few {
            "bench", "--batch", "2", "--seq", "9", "--steps", "3", "--warmup", "1", "--threads", "1"};
        const fs::path trace = m_folder.path() / "trace.json";
        for (const char* method : {"adalora", "lora", "frozen"}) {
            const auto report = call(few + QStringList {"--json", "--method", method}).object();
            QCOMPARE(report.at("frozen").get<std::int64_t>(), std::int64_t {1'214'080});
            QCOMPARE(report.at("trainable").get<std::int64_t>() > 0, std::string(method) != "frozen");
            QVERIFY(report.at("ms_p10") <= report.at("ms_median") && report.at("ms_median") <= report.at("ms_p90"));
            QVERIFY(report.at("phases_ms").contains("backward"));
            QVERIFY(report.at("peak_bytes").get<std::int64_t>() > 0);
        }
        QStringList shared = few; // among two
        shared.last() = "2";
        const Outcome traced = call(shared + QStringList {"--profile", text(trace), "--snapshots"});
        QVERIFY2(traced.code == 0 && contains(traced.out, "ms a step"), traced.err.c_str());
        std::set<std::int64_t> threads; // those that did a product: each worker does some
        const auto written = nlohmann::json::parse(std::ifstream(trace));
        for (const nlohmann::json& event : written.at("traceEvents")) {
            if (event.value("name", "") == "aten::mm")
                threads.insert(event.at("tid").get<std::int64_t>());
        }
        QCOMPARE(threads.size(), std::size_t {2});
        refuses({"bench", "--shape", "gpt-5"}, "--shape gpt-5 is not known. There are demo,");
        refuses({"bench", "--method", "qlora"}, "--method qlora is not known");
        refuses({"bench", "--seq", "1"}, "--seq is 1");
        refuses({"bench", "--profile", "/nowhere/trace.json"}, "--profile /nowhere/trace.json cannot be written");
        refuses({"bench", "--method", "frozen", "--micro-batch", "2"}, "--micro-batch does not go with");
        refuses({"bench", "--init-rank", "500"}, "--init-rank is 500");
        refuses({"bench", "--init-rank", "4", "--target-rank", "4"}, "--target-rank is 4");
    }

    void listsFields()
    {
        const auto fields = call({"fields", "--json"}).object().at("fields");
        std::set<std::string> keys;
        for (const auto& field : fields) {
            keys.insert(field.at("key").get<std::string>());
            QVERIFY(!field.at("help").get<std::string>().empty());
        }
        for (const char* key : {"model.path", "data.columns.prompt", "train.micro_batch_size", "optim.max_grad_norm",
                 "method.name", "adalora.total_budget", "adalora.layers", "adalora.init_from"})
            QVERIFY2(keys.contains(key), key);
        const Outcome plain = call({"fields"});
        QVERIFY(plain.code == 0 && contains(plain.out, "adalora.delta_t"));
        QVERIFY(contains(plain.out, "data.max_length  (integer, 2 to 1048576; default "));
        QVERIFY(contains(plain.out, "optim.lr  (number, above 0 and at most 10; default "));
    }

    void exports()
    {
        for (const char* format : {"peft-adalora", "peft-lora-padded", "peft-lora"}) {
            const fs::path out = m_folder.path() / (std::string("export-") + format);
            const Outcome outcome = call({"export", text(m_run), "--format", format, "--out", text(out)});
            QVERIFY2(outcome.code == 0, outcome.err.c_str());
            QVERIFY(fs::exists(out / "adapter_model.safetensors") && fs::exists(out / "adapter_config.json"));
            const auto config = nlohmann::json::parse(readFile(out / "adapter_config.json"));
            QCOMPARE(config.at("peft_type"), std::string(format) == "peft-adalora" ? "ADALORA" : "LORA");
            refuses({"export", text(m_run), "--format", format, "--out", text(out)}, "export-");
        }
        const QString never = text(m_folder.path() / "never");
        refuses({"export", text(m_run), "--format", "onnx", "--out", never}, "onnx");
        refuses({"export", demoModel(), "--format", "peft-lora", "--out", never}, "model");
        QVERIFY(!fs::exists(m_folder.path() / "never"));
    }

    void divergence()
    {
        const Outcome outcome = call({"run", text(m_config), "--out", text(m_folder.path() / "diverged"), "--quiet",
            "--set", "train.steps=60", "--set", "adalora.tf=20", "--set", "optim.lr=10", "--set",
            "optim.max_grad_norm=0", "--set", "optim.schedule=constant", "--set", "optim.weight_decay=1", "--set",
            "adalora.alpha=1e6", "--set", "adalora.targets=[]"});
        QVERIFY2(outcome.code == 4, (std::to_string(outcome.code) + outcome.err).c_str());
        QVERIFY2(contains(outcome.err, "diverged"), outcome.err.c_str());
    }

    /// A resumed run goes on where it lies: another folder beside it would be a wish that is not fulfilled.
    void outBesideResumeIsRefused()
    {
        const fs::path other = m_folder.path() / "other";
        const QStringList arguments {"run", text(m_config), "--resume", text(m_run), "--out", text(other)};
        refuses(arguments, "--resume goes on in " + m_run.string());
        refuses(arguments, "--out names " + other.string());
        QVERIFY(!fs::exists(other));
    }

    /// The path of the adapter that is told is where it lies, also when a checkpoint was named.
    void resumeByCheckpointTellsTheRunsAdapter()
    {
        const fs::path run = m_folder.path() / "bycheckpoint";
        QCOMPARE(call({"run", text(m_config), "--out", text(run), "--set", "train.save_every=4"}).code, 0);
        const Outcome outcome = call({"run", text(m_config), "--resume", text(run / "checkpoints/step-4")});
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        QVERIFY2(contains(outcome.out, "Adapter: " + (run / "adapter").string() + "\n"), outcome.out.c_str());
        QCOMPARE(lineCount(run / "metrics.jsonl"), std::size_t {6});
    }

private:
    Folder m_folder;
    fs::path m_config;
    fs::path m_run;
};

QTEST_GUILESS_MAIN(TestCommandLine)
#include "tst_commandline.moc"
