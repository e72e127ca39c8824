// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/config/ConfigTesting.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"

#include <QtCore/QScopeGuard>
#include <QtTest/QtTest>

#include <nlohmann/json.hpp>

#include <filesystem>

using namespace spectune;
using namespace spectune::testing;

class ConfigFileTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFieldRoundTrips();
    void shapeOfTheFile();
    void missingKeysKeepTheirDefaults();
    void listsAsTextOrLists();
    void errors_data();
    void errors();
    void brokenUtf8();
    void pathsAreTakenFromTheFilesFolder();
    void overridesAreTakenFromTheWorkingDirectory();
    void aTargetRankUnsetsTheBudgetWrittenOut();
    void homeStandsForTheTilde();
    void missingFile();
};

void ConfigFileTest::everyFieldRoundTrips()
{
    RunConfig all;
    for (const FieldInfo& field : fields()) {
        for (const FieldValue& value : otherValues(field)) {
            RunConfig one;
            setFieldValue(one, field.key, value);
            setFieldValue(all, field.key, value);
            QCOMPARE(differingKeys(configFromJson(toJson(one), "x"), one), std::vector<std::string>());
        }
    }
    const std::string text = toJson(all);
    QCOMPARE(differingKeys(configFromJson(text, "x"), all), std::vector<std::string>());
    QCOMPARE(toJson(configFromJson(text, "x")), text);
}

void ConfigFileTest::shapeOfTheFile()
{
    const std::string text = toJson(RunConfig {});
    QVERIFY(text.starts_with("{\n    \"schema\": 1,\n    \"model\": {\n"));
    QVERIFY(text.ends_with("}\n"));
    const auto json = nlohmann::json::parse(text);
    QVERIFY(json.at("adalora").at("init_rank").is_null());
    QCOMPARE(json.at("adalora").at("target_rank").get<int>(), 8);
    QCOMPARE(json.at("data").at("columns").size(), 5U);
    QCOMPARE(json.at("method").at("name").get<std::string>(), std::string("adalora"));
    QVERIFY(json.at("adalora").at("layers").is_array());
}

void ConfigFileTest::missingKeysKeepTheirDefaults()
{
    QVERIFY(differingKeys(configFromJson("{}", "x"), RunConfig {}).empty());
    const RunConfig config = configFromJson(R"({"adalora": {"init_rank": 6, "alpha": 12}, "optim": {"lr": 1}})", "x");
    QCOMPARE(differingKeys(config, RunConfig {}),
        (std::vector<std::string> {"optim.lr", "adalora.init_rank", "adalora.alpha"}));
    QCOMPARE(config.adalora.alpha.value_or(0.0), 12.0);
}

void ConfigFileTest::listsAsTextOrLists()
{
    const auto layers = [](const char* json) {
        return configFromJson(R"({"adalora": {"layers": )" + std::string(json) + "}}", "x").adalora.layers;
    };
    using Layers = std::vector<std::int64_t>;
    QCOMPARE(layers("[5, 2]"), (Layers {2, 5}));
    QCOMPARE(layers("\"2-5\""), (Layers {2, 3, 4, 5}));
    QCOMPARE(layers("\"0,2-3\""), (Layers {0, 2, 3}));
    QCOMPARE(layers("[0, \"2-3\"]"), (Layers {0, 2, 3}));
    QCOMPARE(layers("[]"), Layers {});
    const auto config = configFromJson(R"({"adalora": {"targets": "q_proj, v_proj"}})", "x");
    QCOMPARE(config.adalora.targets, (std::vector<std::string> {"q_proj", "v_proj"}));
}

void ConfigFileTest::errors_data()
{
    QTest::addColumn<QString>("json");
    QTest::addColumn<QString>("message");
    const auto row = [](const char* json, const char* message) { QTest::newRow(json) << json << message; };
    row("", "the file is empty");
    row(" \n", "the file is empty");
    row("[]", "the outermost value is no object");
    row("{\n  \"model\": {\n    \"path\" \"x\"\n  }\n}",
        "broken JSON at line 3, column 14: what stands there is no JSON");
    row("{\"model\": {}", "broken JSON at line 1, column 13: it ends too early");
    row("{\"optim\": {\"schedu",
        "broken JSON at line 1, column 19: a text has no closing quote. Was the file cut off?");
    row("PK", "broken JSON at line 1, column 1: what stands there is no JSON: \"P\"");
    row("{} x", "broken JSON at line 1, column 4");
    row("{\"optim\": {\"lr\": 1e999}}", "broken JSON: number overflow");
    row("{\"optim\": {\"lr\": NaN}}", "broken JSON at line 1, column 18");
    row("{\"adalora\": {\"init_rnk\": 6}}", "unknown key \"adalora.init_rnk\"; did you mean \"adalora.init_rank\"?");
    row("{\"adlora\": {\"init_rank\": 6}}", "unknown key \"adlora\"; did you mean \"adalora\"?");
    row("{\"lr\": 6}", "unknown key \"lr\"; did you mean \"optim.lr\"?");
    row("{\"something_else\": 6}", "unknown key \"something_else\"; `spectune-train fields` lists them all");
    row("{\"\": 6}", "unknown key \"\"");
    row("{\"adalora.init_rank\": 6}", "the key \"adalora.init_rank\" has a dot in it");
    row("{\"train\": {\"steps\": 1, \"seed\": 2, \"steps\": 1}}", "the key \"train.steps\" is given twice");
    row("{\"train\": {}, \"train\": {}}", "the key \"train\" is given twice");
    row("{\"adalora\": 3}", "adalora is 3, needs an object with its keys");
    row("{\"data\": {\"columns\": [\"a\"]}}", "data.columns is a list, needs an object with its keys");
    row("{\"adalora\": {\"init_rank\": \"6\"}}", "adalora.init_rank is the text \"6\", needs an integer, or null");
    row("{\"adalora\": {\"init_rank\": 3.0}}", "adalora.init_rank is 3.0, needs an integer, or null");
    row("{\"adalora\": {\"init_rank\": 0}}", "adalora.init_rank is 0, must be at least 1");
    row("{\"adalora\": {\"target_rank\": null}}", "adalora.target_rank is null, needs an integer");
    row("{\"train\": {\"seed\": 18446744073709551615}}", "train.seed is 18446744073709551615, must be at least 0");
    row("{\"train\": {\"seed\": -5}}", "train.seed is -5, must be at least 0");
    row("{\"optim\": {\"lr\": true}}", "optim.lr is true, needs a number");
    row("{\"optim\": {\"lr\": {}}}", "optim.lr is an object, needs a number");
    row("{\"data\": {\"shuffle\": 1}}", "data.shuffle is 1, needs true or false");
    row("{\"model\": {\"path\": []}}", "model.path is a list, needs a folder's path as text");
    row("{\"method\": {\"name\": \"LoRA\"}}",
        "method.name is \"LoRA\", must be one of adalora, lora, svd-lora, prune-lora");
    row("{\"adalora\": {\"layers\": [[1]]}}", "adalora.layers holds a list, needs a list of indices");
    row("{\"adalora\": {\"layers\": [\"\"]}}", "adalora.layers holds the text \"\", needs a list of indices");
    row("{\"adalora\": {\"layers\": 3}}", "adalora.layers is 3, needs a list of indices");
    row("{\"adalora\": {\"targets\": [\"a,b\"]}}", "adalora.targets holds \"a,b\", needs names without commas");
    row("{\"schema\": 2}", "schema is 2, but this program knows schemas up to 1");
    row("{\"schema\": 0}", "schema is 0, needs the integer 1");
    row("{\"schema\": \"1\"}", "schema is the text \"1\", needs the integer 1");
}

void ConfigFileTest::errors()
{
    QFETCH(QString, json);
    QFETCH(QString, message);
    const std::string error = configErrorOf([&] { (void)configFromJson(json.toStdString(), "my/run.json"); });
    QVERIFY2(error.starts_with("my/run.json: " + message.toStdString()), error.c_str());
}

void ConfigFileTest::brokenUtf8()
{
    const std::string error = configErrorOf([&] { (void)configFromJson("{\"model\": {\"path\": \"a\xff\"}}", "f"); });
    QVERIFY2(error.starts_with("f: broken JSON at line 1"), error.c_str());
    RunConfig config;
    config.model.path = "a\xff"; // past the setters: writing must not throw
    QVERIFY(nlohmann::json::accept(toJson(config)));
}

void ConfigFileTest::pathsAreTakenFromTheFilesFolder()
{
    QTemporaryDir folder;
    const std::filesystem::path base = std::filesystem::canonical(folder.path().toStdString());
    const std::filesystem::path file = base / "sub" / "run.json";
    std::filesystem::create_directory(base / "sub");
    std::filesystem::create_directory(base / "other");
    std::filesystem::create_symlink(base / "sub", base / "other" / "link");
    writeFileAtomically(file, R"({"model": {"path": "m"}, "data": {"path": "../d.jsonl", "eval_path": "/e.jsonl"}})");
    for (const auto& way : {file, base / "other" / "link" / "run.json"}) {
        const RunConfig config = loadConfig(way);
        QCOMPARE(config.model.path, (base / "sub" / "m").string());
        QCOMPARE(config.data.path, (base / "d.jsonl").string());
        QCOMPARE(config.data.evalPath, std::string("/e.jsonl"));
        QCOMPARE(config.adalora.initFrom, std::string());
    }
}

void ConfigFileTest::overridesAreTakenFromTheWorkingDirectory()
{
    QTemporaryDir folder;
    const std::filesystem::path base = std::filesystem::canonical(folder.path().toStdString());
    writeFileAtomically(base / "run.json", R"({"model": {"path": "m"}, "data": {"path": "d"}})");
    const RunConfig config = loadConfig(base / "run.json", {"data.path=x/y.txt", "train.steps=5", "train.steps=7"});
    QCOMPARE(config.model.path, (base / "m").string());
    QCOMPARE(config.data.path, (std::filesystem::current_path() / "x" / "y.txt").string());
    QCOMPARE(config.train.steps, 7); // the last one counts
    QVERIFY(configErrorOf([&] { (void)loadConfig(base / "run.json", {"train.stepz=5"}); }).starts_with("unknown key"));
}

/// As a run's folder keeps its configuration: with the total budget written out.
void ConfigFileTest::aTargetRankUnsetsTheBudgetWrittenOut()
{
    QTemporaryDir folder;
    const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "config.json";
    writeFileAtomically(file, R"({"adalora": {"target_rank": 8, "total_budget": 144}})");
    const auto budget = [&file](const std::vector<std::string>& overrides) {
        return loadConfig(file, overrides).adalora.totalBudget.value_or(-1);
    };
    QCOMPARE(budget({}), 144);
    QCOMPARE(budget({"train.steps=5", "adalora.init_rank=12"}), 144);
    QCOMPARE(budget({" adalora.target_rank =3"}), -1);
    QCOMPARE(budget({"adalora.target_rank=3", "adalora.total_budget=60"}), 60);
    QCOMPARE(budget({"adalora.total_budget=60", "adalora.target_rank=3"}), 60);
    QCOMPARE(loadConfig(file, {"adalora.target_rank=3"}).adalora.targetRank, 3);
}

void ConfigFileTest::homeStandsForTheTilde()
{
    const QByteArray before = qgetenv("HOME");
    const auto restore = qScopeGuard([&before] { qputenv("HOME", before); });
    QTemporaryDir folder;
    const std::filesystem::path base = std::filesystem::canonical(folder.path().toStdString());
    writeFileAtomically(base / "run.json", R"({"model": {"path": "~/models/m"}, "data": {"path": "~d/~/x"}})");
    qputenv("HOME", "/home/somebody");
    const RunConfig config = loadConfig(base / "run.json", {"data.eval_path=~/e.jsonl"});
    QCOMPARE(config.model.path, std::string("/home/somebody/models/m"));
    QCOMPARE(config.data.evalPath, std::string("/home/somebody/e.jsonl"));
    QCOMPARE(config.data.path, (base / "~d/~/x").string()); // only at the beginning, and of one's own home
    qunsetenv("HOME");
    QCOMPARE(loadConfig(base / "run.json").model.path, (base / "~/models/m").string());
}

void ConfigFileTest::missingFile()
{
    try {
        (void)loadConfig("/nowhere/run.json");
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY(error.kind() == FailureKind::Io);
        QVERIFY(std::string(error.what()).find("/nowhere/run.json") != std::string::npos);
    }
}

QTEST_GUILESS_MAIN(ConfigFileTest)
#include "tst_configfile.moc"
