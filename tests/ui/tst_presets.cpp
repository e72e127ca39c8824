// SPDX-License-Identifier: GPL-3.0-or-later
// Presets: shipped ones are whole, files there and back, and what is refused. The row of them: tst_presetbar.cpp.
#include "tests/support/Errors.h"
#include "training/config/Validation.h"
#include "ui/PresetLibrary.h"

#include <QDir>
#include <QFile>
#include <QLocale>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace spectune;

namespace {

bool refuses(const QByteArray& text, const char* part)
{
    const std::string error = testing::configErrorOf([&] { (void)presetFromJson(text, "mine.json"); });
    return error.find(part) != std::string::npos && error.find("mine.json") != std::string::npos;
}

/// Where a trash of the test mode's own is.
QString dataFolder()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation);
}

} // namespace

class TestPresets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { m_folder = std::make_unique<QTemporaryDir>(QDir::homePath() + "/.spectune-test-XXXXXX"); }
    void shippedPresetsAreWhole();
    void paperNumbersAreThoseOfTheTables_data();
    void paperNumbersAreThoseOfTheTables();
    void namedFieldsAloneChange();
    void aPresetOfTargetsUnticksSingleMatrices();
    void aNameThatIsTakenGetsANumber();
    void everyFieldComesBack();
    void brokenFilesAreRefused();
    void ownPresetsAreKeptSharedAndRemoved();
    void oneBrokenFileLeavesTheOthers();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestPresets::initTestCase()
{
    QStandardPaths::setTestModeEnabled(true);
    QCoreApplication::setApplicationName("spectune-test");
    // Without it Qt 6.4 finds no trash, and puts what is thrown away into the working folder.
    QVERIFY(QDir().mkpath(dataFolder()));
}

void TestPresets::shippedPresetsAreWhole()
{
    const PresetLibrary library {QString()};
    QVERIFY2(library.problems().isEmpty(), qPrintable(library.problems().join('\n')));
    QCOMPARE(library.presets().size(), 15U);
    int papers = 0;
    for (const Preset& preset : library.presets()) {
        QVERIFY(!preset.about.isEmpty() && !preset.aboutShort.isEmpty() && !preset.sourceShort.isEmpty());
        QVERIFY2(preset.source.size() > 40, qPrintable(preset.name)); // says where its numbers come from
        const bool paper = preset.group == "AdaLoRA paper";
        papers += paper ? 1 : 0;
        QCOMPARE(preset.source.contains("github.com/QingruZhang/AdaLoRA"), paper);
        RunConfig config;
        config.model.path = "/m";
        config.data.path = "/d";
        RunFacts facts; // a task as large as the largest recipe needs
        facts.matrices = 84;
        facts.smallestSide = 768;
        facts.width = 4096;
        facts.samples = 400'000;
        for (const Issue& issue : validate(withPreset(config, preset), &facts))
            QVERIFY2(
                issue.severity != Severity::Error, (preset.name.toStdString() + ": " + issue.text.english()).c_str());
    }
    QCOMPARE(papers, 12);
}

void TestPresets::paperNumbersAreThoseOfTheTables_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<std::vector<double>>("table"); // lr, γ, ti, tf, ΔT, epochs, batch, init, target
    QTest::addColumn<std::vector<double>>("script"); // α, warm-up
    QTest::addColumn<QString>(
        "differs"); // what the authors' script has instead; empty: it has the same, or there is none
    const auto row = [](const char* task, std::vector<double> table, std::vector<double> script, const char* differs) {
        QTest::newRow(task) << QStringLiteral("AdaLoRA paper: %1").arg(QLatin1String(task)) << table << script
                            << QString::fromUtf8(differs);
    };
    // Table 8, ranks of Table 7 and appendix C.1; what no table says is the script's.
    row("CoLA", {5e-4, 0.5, 800, 3500, 10, 25, 32, 4, 2}, {32, 100}, "rank 3 to 1, learning rate 0.0008 and γ 0.1");
    row("MNLI", {5e-4, 0.1, 8000, 50000, 100, 7, 32, 4, 2}, {16, 1000}, "rank 3 to 1");
    row("RTE", {1.2e-3, 0.3, 600, 1800, 1, 50, 32, 4, 2}, {32, 200}, "rank 2 to 1");
    row("STS-B", {2.2e-3, 0.1, 800, 2000, 10, 25, 32, 4, 2}, {32, 100}, "rank 2 to 1 and γ 0.3");
    row("SST-2", {8e-4, 0.1, 6000, 22000, 100, 24, 32, 4, 2}, {16, 1000}, "rank 2 to 1");
    row("MRPC", {1e-3, 0.1, 600, 1800, 1, 30, 32, 4, 2}, {32, 344}, "rank 2 to 1"); // warm-up: 10 % of the steps there
    row("QNLI", {1.2e-3, 0.1, 2000, 8000, 100, 5, 32, 4, 2}, {32, 500}, "rank 2 to 1 and learning rate 0.0005");
    row("QQP", {5e-4, 0.1, 8000, 25000, 100, 5, 32, 4, 2}, {16, 2000}, "rank 2 to 1 and learning rate 0.0008");
    // Tables 10 and 9; there is no script for the first.
    row("SQuAD v1.1", {1e-3, 0.1, 5000, 25000, 100, 10, 16, 2, 1}, {16, 1000}, "");
    row("SQuAD v2.0", {1e-3, 0.1, 5000, 50000, 100, 12, 16, 2, 1}, {16, 1000}, "");
    // Tables 13 and 12.
    row("CNN/DailyMail", {5e-4, 0.1, 5000, 85000, 100, 15, 32, 4, 2}, {32, 3000}, "");
    row("XSum", {5e-4, 0.1, 6000, 50000, 100, 25, 64, 12, 8}, {32, 3000}, "tf 25,000");
}

void TestPresets::paperNumbersAreThoseOfTheTables()
{
    QFETCH(QString, name);
    QFETCH(std::vector<double>, table);
    QFETCH(std::vector<double>, script);
    QFETCH(QString, differs);
    const PresetLibrary library {QString()};
    const auto found = std::ranges::find(library.presets(), name, &Preset::name);
    QVERIFY(found != library.presets().end());
    const RunConfig c = withPreset({}, *found);
    const std::vector<double> numbers {c.optim.lr, c.adalora.gamma, static_cast<double>(*c.adalora.ti),
        static_cast<double>(*c.adalora.tf), static_cast<double>(*c.adalora.deltaT), c.train.epochs,
        static_cast<double>(c.train.batchSize), static_cast<double>(*c.adalora.initRank),
        static_cast<double>(c.adalora.targetRank)};
    QCOMPARE(numbers, table);
    const std::vector<double> others {*c.adalora.alpha, static_cast<double>(c.optim.warmup)};
    QCOMPARE(others, script);
    QCOMPARE(c.adalora.beta1, 0.85);
    QCOMPARE(c.adalora.beta2, 0.85);
    // Its words say the same, which table it is, and where the authors' script has other numbers.
    const QLocale words(QLocale::English, QLocale::UnitedStates);
    const QString told
        = QStringLiteral("rank %1 to %2, learning rate %3, γ %4, ti %5, tf %6, ΔT %7, %8 epochs of batches of %9.")
              .arg(table[7])
              .arg(table[8])
              .arg(table[0], 0, 'g', 4)
              .arg(table[1])
              .arg(words.toString(*c.adalora.ti), words.toString(*c.adalora.tf))
              .arg(table[4])
              .arg(table[5])
              .arg(table[6]);
    QVERIFY2(found->about.contains(told), qPrintable(told));
    const QString brief
        = QStringLiteral("rank %1 to %2, %3 epochs").arg(table[7]).arg(table[8]).arg(table[5]); // as many
    QVERIFY2(found->aboutShort.endsWith(brief), qPrintable(found->aboutShort));
    QVERIFY2(
        found->source.contains("arXiv:2303.10512") && found->source.startsWith("Table "), qPrintable(found->source));
    QCOMPARE(found->source.contains(" instead."), !differs.isEmpty());
    QVERIFY2(found->source.contains(differs), qPrintable(found->source));
}

void TestPresets::namedFieldsAloneChange()
{
    const Preset preset = presetFromJson(R"({"spectune_preset": 1, "name": "n", "source": "s",
        "config": {"optim": {"lr": 0.002}, "adalora": {"total_budget": null, "targets": ["q_proj"]}}})",
        "mine.json");
    QCOMPARE(preset.values.size(), 3U);
    RunConfig config;
    config.model.path = "/m";
    config.adalora.totalBudget = 99;
    config.adalora.gamma = 0.7;
    const RunConfig filled = withPreset(config, preset);
    QCOMPARE(filled.optim.lr, 0.002);
    QVERIFY(!filled.adalora.totalBudget); // null unsets
    QCOMPARE(filled.adalora.targets, std::vector<std::string> {"q_proj"});
    QCOMPARE(filled.adalora.gamma, 0.7);
    QCOMPARE(filled.model.path, "/m");
    QCOMPARE(changedSince(filled, preset), 0);
    QCOMPARE(changedSince(config, preset), 3);
}

void TestPresets::aPresetOfTargetsUnticksSingleMatrices()
{
    RunConfig ticked;
    ticked.adalora.modules = {"0.q_proj"};
    const PresetLibrary library {QString()};
    for (const Preset& preset : library.presets()) {
        const bool names = std::any_of(preset.values.begin(), preset.values.end(),
            [](const auto& entry) { return entry.first == "adalora.targets" || entry.first == "adalora.layers"; });
        QCOMPARE(withPreset(ticked, preset).adalora.modules.empty(), names);
    }
    const Preset given = presetFromJson(R"({"spectune_preset": 1, "name": "n", "source": "s",
        "config": {"adalora": {"targets": ["q_proj"]}}})",
        "given.json"); // by a person who knew no modules
    QCOMPARE(changedSince(ticked, given), 2);
    const RunConfig filled = withPreset(ticked, given);
    QVERIFY(filled.adalora.modules.empty());
    QCOMPARE(changedSince(filled, given), 0);
    const RunConfig single = withPreset(filled, presetOf(ticked, "mine", "s"));
    QCOMPARE(single.adalora.modules, ticked.adalora.modules);
    QVERIFY(single.adalora.targets.empty());
}

void TestPresets::aNameThatIsTakenGetsANumber()
{
    PresetLibrary library(m_folder->filePath("presets"));
    RunConfig config;
    QCOMPARE(library.save(presetOf(config, "a b", "s")), "a b");
    config.optim.lr = 0.007;
    QCOMPARE(library.save(presetOf(config, "a/b", "s")), "a/b"); // would be the same file
    QCOMPARE(library.presets().size(), 17U);
    config.optim.lr = 0.008;
    QCOMPARE(library.save(presetOf(config, "a b", "s")), "a b 2");
    QCOMPARE(library.presets().size(), 18U);
    QCOMPARE(library.save(presetOf(config, "Quick try", "s")), "Quick try 2"); // a shipped one has it
}

void TestPresets::everyFieldComesBack()
{
    RunConfig config;
    config.data.maxLength = 77;
    config.train.steps = 123;
    config.train.dtype = ElementType::BFloat16;
    config.train.gradientCheckpointing = true;
    config.optim.lr = 0.00123456789;
    config.method = Method::PruneLora;
    config.adalora.alpha = 12.5;
    config.adalora.layers = {1, 2, 5};
    config.adalora.targets = {"q_proj", "down_proj"};
    config.adalora.rankMap = {{"model.layers.1.self_attn.q_proj", 3}, {"model.layers.2.mlp.down_proj", 0}};
    config.model.path = "/somewhere";
    config.data.path = "/somewhere/train.jsonl";
    config.data.templateText = "{a}";
    const Preset written = presetOf(config, "mine", "Saved from the set-up");
    const Preset read = presetFromJson(toJson(written), "mine.json");
    QCOMPARE(read.name, written.name);
    QCOMPARE(read.source, written.source);
    QVERIFY(read.values == written.values);
    Preset brief = written;
    brief.aboutShort = "what for";
    brief.sourceShort = "whence";
    const Preset again = presetFromJson(toJson(brief), "mine.json");
    QCOMPARE(again.aboutShort, brief.aboutShort);
    QCOMPARE(again.sourceShort, brief.sourceShort);
    const RunConfig back = withPreset({}, read);
    QCOMPARE(back.data.maxLength, 77);
    QCOMPARE(back.optim.lr, 0.00123456789);
    QVERIFY(back.method == Method::PruneLora);
    QCOMPARE(back.adalora.layers, std::vector<std::int64_t>({1, 2, 5}));
    QVERIFY(back.adalora.rankMap == config.adalora.rankMap);
    QVERIFY(!back.adalora.ti);
    // What sets another method or other matrices takes a map back that it does not name.
    const Preset method = presetFromJson(
        R"({"spectune_preset": 1, "name": "n", "source": "s", "config": {"method": {"name": "lora"}}})", "method.json");
    QVERIFY(withPreset(config, method).adalora.rankMap.empty());
    const Preset rate = presetFromJson(
        R"({"spectune_preset": 1, "name": "n", "source": "s", "config": {"optim": {"lr": 0.01}}})", "rate.json");
    QVERIFY(withPreset(config, rate).adalora.rankMap == config.adalora.rankMap);
    QVERIFY(back.model.path.empty()); // what belongs to one machine does not travel
    QVERIFY(back.data.path.empty());
    QVERIFY(back.data.templateText.empty());
}

void TestPresets::brokenFilesAreRefused()
{
    QVERIFY(refuses("{", "broken JSON"));
    QVERIFY(refuses("{}", "is no preset"));
    QVERIFY(refuses(R"({"spectune_preset": 2})", "newer Spectune"));
    QVERIFY(refuses(R"({"spectune_preset": 1, "source": "s", "config": {"optim": {}}})", "\"name\""));
    QVERIFY(refuses(R"({"spectune_preset": 1, "name": "n", "config": {"optim": {}}})", "\"source\""));
    QVERIFY(refuses(R"({"spectune_preset": 1, "name": "n", "source": "s"})", "\"config\""));
    QVERIFY(
        refuses(R"({"spectune_preset": 1, "name": "n", "source": "s", "config": {"optim": {"rl": 1}}})", "optim.lr"));
    QVERIFY(
        refuses(R"({"spectune_preset": 1, "name": "n", "source": "s", "config": {"optim": {"lr": -1}}})", "optim.lr"));
}

void TestPresets::ownPresetsAreKeptSharedAndRemoved()
{
    PresetLibrary library(m_folder->filePath("presets"));
    RunConfig config;
    config.optim.lr = 0.007;
    library.save(presetOf(config, "My own/preset", "Saved from the set-up"));
    QCOMPARE(library.presets().size(), 16U);
    const Preset kept = library.presets().back();
    QVERIFY(kept.own);
    QVERIFY(QFile::exists(kept.file));
    const QString shared = m_folder->filePath("shared.json");
    PresetLibrary::exportTo(kept, shared);
    PresetLibrary another(m_folder->filePath("another"));
    QCOMPARE(another.import(shared), "My own/preset");
    QVERIFY(another.presets().back().values == kept.values);
    another.import(shared); // it is there already
    QCOMPARE(another.presets().size(), 16U);
    const auto thrown = [] { return QDir(dataFolder() + "/Trash/files").entryList(QDir::Files); };
    const QStringList before = thrown();
    another.remove(another.presets().back());
    QCOMPARE(another.presets().size(), 15U);
    QCOMPARE(thrown().size(), before.size() + 1); // nowhere else
    for (const QString& file : thrown())
        if (!before.contains(file)) {
            QVERIFY(QFile::remove(dataFolder() + "/Trash/files/" + file));
            QVERIFY(QFile::remove(dataFolder() + "/Trash/info/" + file + ".trashinfo"));
        }
    QVERIFY(!testing::ioErrorOf([&] { another.remove(another.presets().front()); }).empty()); // shipped
}

void TestPresets::oneBrokenFileLeavesTheOthers()
{
    PresetLibrary library(m_folder->filePath("presets"));
    library.save(presetOf({}, "good", "Saved from the set-up"));
    QFile bad(m_folder->filePath("presets/bad.json"));
    QVERIFY(bad.open(QIODevice::WriteOnly));
    bad.write("{\"spectune_preset\": 1}");
    bad.close();
    library.reload();
    QCOMPARE(library.presets().size(), 16U);
    QCOMPARE(library.problems().size(), 1);
    QVERIFY(library.problems().front().contains("bad.json"));
}

QTEST_MAIN(TestPresets)
#include "tst_presets.moc"
