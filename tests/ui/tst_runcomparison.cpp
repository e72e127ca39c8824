// SPDX-License-Identifier: GPL-3.0-or-later
// Searching, sorting and comparing runs: values in, values out.
#include "tests/ui/RunFolderBench.h"
#include "ui/RunComparison.h"
#include "ui/RunListModel.h"
#include "ui/RunPlans.h"
#include "ui/RunSearch.h"

#include <QLocale>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>

using namespace spectune;
using namespace spectune::test;

namespace {

RunRecord record(std::int64_t id, const QString& name, double evalLoss)
{
    RunRecord record;
    record.id = id;
    record.name = name;
    record.folder = "/runs/" + name;
    record.evalLoss = evalLoss;
    record.method = "adalora";
    record.model = "demo-llama";
    record.state = RecordState::Finished;
    record.started = QDateTime(QDate(2026, 3, static_cast<int>(id)), QTime(10, 0));
    return record;
}

QStringList namesOf(const std::vector<const RunRecord*>& rows)
{
    QStringList names;
    for (const RunRecord* row : rows)
        names << row->name;
    return names;
}

const CompareRow& rowNamed(const std::vector<CompareRow>& rows, const QString& name)
{
    for (const CompareRow& row : rows)
        if (row.name == name)
            return row;
    qFatal("no row %s", qPrintable(name));
}

} // namespace

class TestRunComparison : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void searchFinds_data();
    void searchFinds();
    void daysAreNamedAsTheLocaleDoes();
    void rowsAreSorted();
    void rowsSayHowARunStands();
    void onlyWhatDiffersDiffers();
    void anEditMakesTwoRunsDiffer();
    void aSearchReadsAConfigurationOnce();
    void resultsAreTheRuns();
    void theVerdictSaysWhatItHolds();
    void ranksAreSubtractedByName();
    void tablesAreWrittenAsCsv();
    void aRunByAMapIsReadWithItsRanks();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestRunComparison::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
}

void TestRunComparison::searchFinds_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("found");
    const auto row = [](const char* text, bool found) { QTest::newRow(text) << text << found; };
    row("", true);
    row("GSM8K", true);
    row("gsm8k second", true); // name and notes
    row("gsm8k third", false);
    row("baseline", true);
    row("AdaLoRA", true);
    row("llama", true);
    row("finished", true);
    row("tag=baseline", true);
    row("tag=base", false);
    row("method=adalora", true);
    row("method=lora", false);
    row("state=failed", false);
    row("adalora.gamma=0.1", true);
    row("gamma=1e-1", true);
    row("gamma=0.2", false);
    row("adalora.target_rank=2 baseline", true);
    row("schedule=linear", true);
    row("nonsense=1", false);
    row("total_budget=", true); // not set
}

void TestRunComparison::searchFinds()
{
    QFETCH(QString, text);
    QFETCH(bool, found);
    RunRecord run = record(1, "gsm8k-r6", 0.7);
    run.notes = "the second try";
    run.tags = {"baseline"};
    run.configuration = QString::fromStdString(toJson(smallConfig()));
    QCOMPARE(RunSearch(text).matches(run), found);
}

void TestRunComparison::daysAreNamedAsTheLocaleDoes()
{
    const QLocale before;
    const QDateTime time(QDate(2025, 12, 3), QTime(9, 15));
    QLocale::setDefault(QLocale(QLocale::French));
    const QString sameYear = shortTime(time, QDateTime(QDate(2025, 12, 20), QTime(8, 0)));
    const QString later = shortTime(time, QDateTime(QDate(2026, 1, 20), QTime(8, 0)));
    QLocale::setDefault(QLocale(QLocale::English));
    const QString english = shortTime(time, QDateTime(QDate(2025, 12, 20), QTime(8, 0)));
    QLocale::setDefault(before);
    QCOMPARE(sameYear, QStringLiteral("3 déc. 09:15"));
    QCOMPARE(later, QStringLiteral("3 déc. 2025"));
    QCOMPARE(english, "3 Dec 09:15");
}

void TestRunComparison::rowsAreSorted()
{
    std::vector<RunRecord> runs {record(1, "b", 0.5), record(2, "c", std::nan("")), record(3, "a", 0.7)};
    QCOMPARE(namesOf(arranged(runs, {}, RunOrder::Date)), QStringList({"a", "c", "b"}));
    QCOMPARE(namesOf(arranged(runs, {}, RunOrder::Loss)), QStringList({"b", "a", "c"}));
    QCOMPARE(namesOf(arranged(runs, {}, RunOrder::Name)), QStringList({"a", "b", "c"}));
    runs[1].loss = 0.6; // the task's loss stands in where nothing was evaluated
    QCOMPARE(namesOf(arranged(runs, {}, RunOrder::Loss)), QStringList({"b", "c", "a"}));
    QCOMPARE(
        namesOf(arranged(runs, RunSearch("a"), RunOrder::Name)), QStringList({"a", "b", "c"})); // "adalora", "llama"
    QCOMPARE(namesOf(arranged(runs, RunSearch("name=a"), RunOrder::Name)), QStringList({"a"}));
}

void TestRunComparison::rowsSayHowARunStands()
{
    RunRecord run = record(1, "demo", 0.757);
    run.ranks = {10, 12, 60, 0, 12, 0};
    RunRowLook look = rowLook(run, 1);
    QCOMPARE(look.tag, 1);
    QCOMPARE(look.line, "AdaLoRA 12 → 6");
    QCOMPARE(look.number, "0.757");
    QCOMPARE(look.tone, RunRowLook::Tone::Quiet);
    QVERIFY(look.folder.isEmpty());
    run.folder = "/runs/demo-2";
    QCOMPARE(rowLook(run, 1, true).folder, "demo-2");
    run.folder = "/elsewhere/demo"; // both are called so, too
    QCOMPARE(rowLook(run, 1, true).folder, "elsewhere/");
    QVERIFY(rowLook(run, 1).folder.isEmpty());
    run.state = RecordState::Interrupted;
    run.steps = 1240;
    run.totalSteps = 2000;
    look = rowLook(run, -1);
    QCOMPARE(look.line, "interrupted at 1,240");
    QCOMPARE(look.tone, RunRowLook::Tone::Warn);
    QCOMPARE(look.share, 0.62);
    run.state = RecordState::Unreadable;
    run.evalLoss = std::nan("");
    look = rowLook(run, -1);
    QCOMPARE(look.tone, RunRowLook::Tone::Error);
    QCOMPARE(look.line, "damaged");
    QVERIFY(RunSearch("state=damaged").matches(run)); // by the word that is shown
    QCOMPARE(look.number, "none");
    QVERIFY(!look.hasNumber);
}

void TestRunComparison::onlyWhatDiffersDiffers()
{
    RunConfig a = smallConfig();
    RunConfig b = a;
    b.adalora.gamma = 0.0;
    b.train.seed = 7;
    b.adalora.layers = {0, 1};
    const RunConfig* configs[] {&a, &b};
    const std::vector<CompareRow> rows = compareConfigs(configs);
    QCOMPARE(rows.size(), fields().size());
    QStringList different;
    for (const CompareRow& row : rows)
        if (row.differs)
            different << row.name;
    QCOMPARE(different, QStringList({"train.seed", "adalora.gamma", "adalora.layers"}));
    QCOMPARE(rowNamed(rows, "adalora.gamma").values, QStringList({"0.1", "0"}));
    QCOMPARE(rowNamed(rows, "adalora.layers").values, QStringList({"", "0,1"}));
    const RunConfig* three[] {&a, &a, &b}; // the third alone is another
    QVERIFY(rowNamed(compareConfigs(three), "train.seed").differs);
}

void TestRunComparison::anEditMakesTwoRunsDiffer()
{
    const QString edited = writeRun(m_folder->filePath("b"), {smallConfig()});
    writeText(edited + "/edits.jsonl",
        "{\"step\": 20, \"key\": \"optim.lr\", \"old\": 0.001, \"new\": 0.005}\n"
        "{\"step\": 30, \"key\": \"optim.lr\", \"old\": 0.005, \"new\": 0.002}\n");
    const std::vector<std::shared_ptr<const LoadedRun>> runs {
        loadWritten(m_folder->filePath("a"), {smallConfig()}), std::make_shared<LoadedRun>(loadRun(edited))};
    const std::vector<CompareRow> rows = compareConfigs(runs);
    const CompareRow& rate = rowNamed(rows, "optim.lr");
    QVERIFY(rate.differs);
    QCOMPARE(rate.values.at(1), "0.002");
    QCOMPARE(rate.edited, QStringList({"", "edited at steps 21, 31"}));
    QVERIFY(tableCsv({"a", "b"}, rows).contains("0.002 (edited at steps 21"));
    QCOMPARE(std::count_if(rows.begin(), rows.end(), [](const CompareRow& row) { return row.differs; }), 1);
}

void TestRunComparison::aSearchReadsAConfigurationOnce()
{
    RunRecord run = record(1, "gsm8k-r6", 0.7);
    run.configuration = QString::fromStdString(toJson(smallConfig()));
    QVERIFY(RunSearch("gamma=0.1").matches(run));
    const auto typed = run.typed;
    QVERIFY(typed);
    QVERIFY(RunSearch("target_rank=2 gamma=0.1").matches(run));
    QCOMPARE(run.typed, typed);
    RunConfig other = smallConfig();
    other.adalora.gamma = 0.3;
    run.configuration = QString::fromStdString(toJson(other));
    QVERIFY(RunSearch("gamma=0.3").matches(run)); // another text is read anew
}

void TestRunComparison::resultsAreTheRuns()
{
    const std::vector runs {loadWritten(m_folder->filePath("a"), {smallConfig()}),
        loadWritten(m_folder->filePath("b"), {.config = smallConfig(), .loss = 0.5, .shift = 1})};
    std::vector<RunRecord> records {record(1, "a", 0), record(2, "b", 0)};
    records[0].seconds = 20;
    records[0].ranks.revived = 4;
    records[1].totalSteps = 2000; // it ended early
    const std::vector<CompareRow> rows = compareResults(runs, records);
    QCOMPARE(rowNamed(rows, "evaluation loss").values, QStringList({"1.063", "0.557"}));
    QCOMPARE(rowNamed(rows, "best evaluation").values, QStringList({"1.063", "0.557"}));
    QVERIFY(rowNamed(rows, "evaluation loss").differs);
    QCOMPARE(rowNamed(rows, "kept triplets").values, QStringList({"10", "11"}));
    QCOMPARE(rowNamed(rows, "mean rank").values, QStringList({"1.67", "1.83"}));
    QCOMPARE(rowNamed(rows, "matrices at rank 0").values, QStringList({"2 of 6", "1 of 6"}));
    QCOMPARE(rowNamed(rows, "largest rank").values, QStringList({"4", "4"}));
    QCOMPARE(rowNamed(rows, "revived in total").values, QStringList({"4", "0"}));
    QCOMPARE(rowNamed(rows, "steps").values, QStringList({"40", "40 of 2,000"}));
    QVERIFY(!rowNamed(rows, "largest rank").differs);
    QCOMPARE(rowNamed(rows, "time").values.front(), "20 s");
    LoadedRun plain = *runs[0]; // of a run that has recorded no ranks
    plain.layout.reset();
    plain.ranks.clear();
    const std::vector<std::shared_ptr<const LoadedRun>> one {std::make_shared<LoadedRun>(plain)};
    QCOMPARE(rowNamed(compareResults(one, records), "matrices at rank 0").values.front(), "none");
    LoadedRun measured = *runs[0];
    measured.history.evaluations.back().metrics["perplexity"] = 1.2; // as Try writes it
    const std::vector<std::shared_ptr<const LoadedRun>> two {std::make_shared<LoadedRun>(measured), runs[1]};
    QCOMPARE(rowNamed(compareResults(two, records), "perplexity").values.front(), "1.20");
    QCOMPARE(lossVerdict(*runs[0], *runs[1]).number, "+0.507");
    QCOMPARE(lossVerdict(*runs[1], *runs[0]).number, "−0.507");
    QCOMPARE(lossVerdict(*runs[1], *runs[0]).note, "one seed each: a difference, not a proof");
}

void TestRunComparison::theVerdictSaysWhatItHolds()
{
    const auto a = loadWritten(m_folder->filePath("a"), {smallConfig()});
    LoadedRun like = *a;
    like.history.evaluations.back().evalLoss += 1e-4; // no decimal of it is shown
    QCOMPARE(lossVerdict(*a, like).number, "Equal");
    QCOMPARE(lossVerdict(*a, like).words, "evaluation loss, to three decimals");
    QVERIFY(!lossVerdict(*a, like).note.contains("difference"));
    const auto early = loadWritten(m_folder->filePath("b"), {.config = smallConfig(), .steps = 20});
    QCOMPARE(lossVerdict(*a, *early).note, "A evaluated at step 40, B at step 20");
    like.history.evaluations.clear();
    QCOMPARE(lossVerdict(*a, like), LossVerdict {});
}

void TestRunComparison::ranksAreSubtractedByName()
{
    const auto a = loadWritten(m_folder->filePath("a"), {smallConfig()});
    const auto b = loadWritten(m_folder->filePath("b"), {.config = smallConfig(), .shift = 1});
    RankDifference difference = rankDifference(*a, *b);
    QCOMPARE(difference.difference, std::vector<std::int32_t>({1, 1, 1, 1, -4, 1}));
    QCOMPARE(difference.onlyOne, 0);
    LoadedRun other = *b; // one matrix is not adapted there: its rank counts as 0
    auto layout = std::make_shared<ModuleLayout>(*other.layout);
    layout->modules.erase(layout->modules.begin() + 1);
    other.ranks.erase(other.ranks.begin() + 1);
    other.layout = layout;
    difference = rankDifference(*a, other);
    QCOMPARE(difference.layout->modules.size(), 6U);
    QCOMPARE(difference.layout->modules[1].name, "model.layers.0.self_attn.v_proj");
    QCOMPARE(difference.difference, std::vector<std::int32_t>({1, -1, 1, 1, -4, 1}));
    QCOMPARE(difference.onlyOne, 1);
    other.layout.reset();
    QVERIFY(!rankDifference(*a, other).layout);
}

void TestRunComparison::tablesAreWrittenAsCsv()
{
    const std::vector<CompareRow> rows {{"adalora.score", {}, {"a,b", "say \"x\""}, {}, true, true}};
    QCOMPARE(tableCsv({"one", "two"}, rows), ",one,two\nadalora.score,\"a,b\",\"say \"\"x\"\"\"\n");
    const std::vector runs {loadWritten(m_folder->filePath("a"), {smallConfig()}),
        loadWritten(m_folder->filePath("b"), {.config = smallConfig(), .shift = 1})};
    const QStringList lines = ranksCsv({"a", "b"}, runs).split('\n');
    QCOMPARE(lines.at(0), "matrix,a,b,B - A");
    QCOMPARE(lines.at(5), "model.layers.1.self_attn.v_proj,4,0,-4");
    QCOMPARE(lines.size(), 8);
    const std::vector<std::shared_ptr<const LoadedRun>> half {runs[0], nullptr}; // B is read still, or cannot be
    QCOMPARE(ranksCsv({"a", "b"}, half).split('\n').at(0), "matrix,a,b");
    QCOMPARE(ranksCsv({"a", "b"}, half).split('\n').at(5), "model.layers.1.self_attn.v_proj,4,");
}

void TestRunComparison::aRunByAMapIsReadWithItsRanks()
{
    RunConfig config = fixedRanksFrom(*loadWritten(m_folder->filePath("a"), {smallConfig()})).config;
    const QString folder = writeRun(m_folder->filePath("mapped"), {.config = config, .checkpoint = 40});
    QVERIFY(QFile::remove(folder + "/ranks.jsonl")); // a run of fixed rank has no masking event
    QString modules;
    for (const ModuleInfo& module : smallLayout().modules)
        modules += QStringLiteral("%1{\"name\": \"%2\"}")
                       .arg(modules.isEmpty() ? QString() : QStringLiteral(", "), QString::fromStdString(module.name));
    writeText(folder + "/checkpoints/step-40/state.json", QStringLiteral("{\"modules\": [%1]}").arg(modules));
    const LoadedRun run = loadRun(folder);
    QCOMPARE(run.ranks, (std::vector<std::int32_t> {0, 1, 2, 3, 4, 0}));
    QCOMPARE(run.keptTriplets(), 10);
    // The same map as the run that it was learned in: no rank differs.
    const RankDifference difference = rankDifference(*loadWritten(m_folder->filePath("b"), {smallConfig()}), run);
    QCOMPARE(difference.difference, std::vector<std::int32_t>(6, 0));
    // In the table a map is told by its size; CSV and grids have the ranks.
    const std::vector<const RunConfig*> configs {&run.config, &config};
    QCOMPARE(rowNamed(compareConfigs(configs), "adalora.rank_map").values.front(), "6 matrices, 10 triplets");
}

QTEST_GUILESS_MAIN(TestRunComparison)
#include "tst_runcomparison.moc"
