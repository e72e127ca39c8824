// SPDX-License-Identifier: GPL-3.0-or-later
// adalora.rank_map as a field: in files and after --set, what follows from it, and what is wrong with it.
#include "tests/config/ConfigTesting.h"
#include "training/config/ConfigFile.h"
#include "training/config/MemoryChanges.h"
#include "training/config/TargetSelection.h"
#include "training/config/Validation.h"

#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

const std::string key = "adalora.rank_map";
const std::string q0 = "model.layers.0.self_attn.q_proj";
const std::string q1 = "model.layers.1.self_attn.q_proj";
const std::string v0 = "model.layers.0.self_attn.v_proj";

/// Two layers whose q is 64 × 64 and whose v is 64 × 16, as the configuration chooses them.
RunFacts factsOf(const RunConfig& config)
{
    RunFacts facts {.width = 4096, .layers = 2, .maxPositions = 512, .samples = 100};
    const std::vector<std::string> kinds {"q_proj", "v_proj"};
    const std::vector<bool> ticked = TargetSelection::of(config.adalora).ticks(kinds, 2);
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        facts.blockMatrices.push_back({.name = matrixPath(static_cast<std::int64_t>(i / 2), kinds[i % 2]),
            .side = i % 2 == 0 ? 64 : 16,
            .adapted = ticked[i]});
        facts.matrices += ticked[i] ? 1 : 0;
        if (ticked[i])
            facts.smallestSide = i % 2 == 0 && facts.smallestSide != 16 ? 64 : 16;
    }
    return facts;
}

RunConfig mapped(const RankMap& map, Method method = Method::SvdLora)
{
    RunConfig config;
    config.model.path = "/models/small";
    config.data.path = "/data/train.jsonl";
    config.train.steps = 100;
    config.method = method;
    config.adalora.rankMap = map;
    return config;
}

/// All that is told of the map or of the initial rank.
std::vector<Issue> issuesOf(const RunConfig& config)
{
    const RunFacts facts = factsOf(config);
    std::vector<Issue> issues = validate(config, &facts);
    std::erase_if(issues, [](const Issue& issue) { return issue.key != key && !issue.key.ends_with("_rank"); });
    return issues;
}

} // namespace

class RankMapFieldTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void goesThroughAFileByteForByte();
    void isReadFromText_data();
    void isReadFromText();
    void whatFollows();
    void whatIsWrong_data();
    void whatIsWrong();
    void theInitialRankMustReach();
    void matricesWithoutAnEntryAreTold();
    void memoryCountsTheTriplets();
};

void RankMapFieldTest::goesThroughAFileByteForByte()
{
    QVERIFY(toJson(RunConfig {}).find("\"rank_map\": {}") != std::string::npos);
    const RunConfig config = mapped({{q1, 0}, {q0, 7}, {v0, 3}});
    const std::string text = toJson(config);
    const RunConfig again = configFromJson(text, "config.json");
    QVERIFY(again.adalora.rankMap == config.adalora.rankMap);
    QCOMPARE(toJson(again), text);
    RunConfig typed; // as a person would type what is told
    applyAssignment(typed, key + "=" + toText(fieldValue(config, key)));
    QVERIFY(typed.adalora.rankMap == config.adalora.rankMap);
    // A file of before knows no such key.
    QVERIFY(configFromJson(R"({"adalora": {"init_rank": 6}})", "old.json").adalora.rankMap.empty());
    const std::string twice
        = configErrorOf([] { (void)configFromJson(R"({"adalora": {"rank_map": {"a": 1, "a": 2}}})", "config.json"); });
    QVERIFY2(twice.find("given twice") != std::string::npos, twice.c_str());
}

void RankMapFieldTest::isReadFromText_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("error"); // empty: accepted
    QTest::newRow("object") << R"( {"a.b": 3, "c": 0} )"
                            << "";
    QTest::newRow("blank") << " "
                           << "";
    QTest::newRow("empty") << "{}"
                           << "";
    QTest::newRow("list") << "[1]"
                          << "adalora.rank_map is \"[1]\", needs an object of names and ranks";
    QTest::newRow("broken") << "{\"a\": "
                            << "adalora.rank_map is \"{\\\"a\\\": \", needs an object";
    QTest::newRow("real") << R"({"a": 1.5})"
                          << "adalora.rank_map gives \"a\" 1.5, needs a rank";
    QTest::newRow("text") << R"({"a": "3"})"
                          << "adalora.rank_map gives \"a\" the text \"3\", needs a rank";
    QTest::newRow("below 0") << R"({"a": -1})"
                             << "adalora.rank_map gives \"a\" the rank -1, must be at least 0 and at most 65536";
    QTest::newRow("too large") << R"({"a": 65537})"
                               << "adalora.rank_map gives \"a\" the rank 65537, must be";
    QTest::newRow("beyond 64 bits") << R"({"a": 18446744073709551615})"
                                    << "adalora.rank_map is 18446744073709551615, must be";
    QTest::newRow("no name") << R"({"": 1})"
                             << "adalora.rank_map has a rank without a name";
}

void RankMapFieldTest::isReadFromText()
{
    QFETCH(const QString, text);
    QFETCH(const QString, error);
    RunConfig config = mapped({{q0, 2}});
    const RunConfig before = config;
    const std::string told = configErrorOf([&] { applyAssignment(config, key + "=" + text.toStdString()); });
    QVERIFY2(error.isEmpty() ? told.empty() : told.starts_with(error.toStdString()), told.c_str());
    QVERIFY(error.isEmpty() || config.adalora.rankMap == before.adalora.rankMap);
    if (error.isEmpty() && text.contains('a')) {
        const RankMap expected {{"a.b", 3}, {"c", 0}};
        QVERIFY(config.adalora.rankMap == expected);
    } else if (error.isEmpty()) {
        QVERIFY(config.adalora.rankMap.empty());
    }
}

void RankMapFieldTest::whatFollows()
{
    RunConfig config = mapped({{q0, 7}, {q1, 0}, {v0, 3}});
    RunFacts facts = factsOf(config);
    QCOMPARE(facts.matrices, 4);
    ResolvedRun run = resolveRun(config, facts);
    QCOMPARE(run.initRank, 7); // the largest: alpha is divided by it
    QCOMPARE(run.matrices, 4);
    QCOMPARE(run.alpha, 14.0);
    QVERIFY(std::abs(run.scale - 2.0) < 1e-5);
    QCOMPARE(run.schedule.initialBudget, 7 + 0 + 3 + 7); // one matrix is not named
    QCOMPARE(run.schedule.targetBudget, run.schedule.initialBudget);
    QCOMPARE(initialRankOf(config, run, v0), 3);
    QCOMPARE(initialRankOf(config, run, "model.layers.1.self_attn.v_proj"), 7);
    // Written out and read again it is the same run.
    const RunConfig full = withResolved(config, run);
    QCOMPARE(full.adalora.initRank.value_or(0), 7);
    QCOMPARE(resolveRun(full, facts).schedule.initialBudget, run.schedule.initialBudget);
    config.adalora.initRank = 10; // of what is not named, and what alpha is divided by
    run = resolveRun(config, facts);
    QCOMPARE(run.schedule.initialBudget, 20);
    QCOMPARE(run.alpha, 20.0);
    config.adalora.initRank.reset();
    config.method = Method::Lora;
    QCOMPARE(resolveRun(config, facts).scale, 2.0);
    config.method = Method::AdaLora; // refuses the map, and follows from what it would without it
    QCOMPARE(resolveRun(config, facts).initRank, 12);
    QCOMPARE(resolveRun(config, facts).schedule.initialBudget, 48);
    facts.matrices = 0;
    config.method = Method::SvdLora;
    QCOMPARE(resolveRun(config, facts).schedule.initialBudget, 0); // not known
}

void RankMapFieldTest::whatIsWrong_data()
{
    QTest::addColumn<QString>("assignment");
    QTest::addColumn<QString>("text"); // empty: nothing
    QTest::newRow("good") << ""
                          << "";
    for (const char* method : {"adalora", "prune-lora"})
        QTest::newRow(method)
            << QStringLiteral("method.name=%1").arg(method)
            << QStringLiteral("gives 4 matrices ranks of their own, but method.name is %1").arg(method);
    QTest::newRow("lora") << "method.name=lora"
                          << "";
    QTest::newRow("another model") << R"(adalora.rank_map={"model.layers.2.self_attn.q_proj": 1})"
                                   << "which is no matrix of the model's blocks; did you mean \"model.layers.";
    QTest::newRow("nothing near") << R"(adalora.rank_map={"transformer.h.0.attn.c_attn": 1})"
                                  << "no matrix of the model's blocks; names are such as \"model.layers.0.";
    QTest::newRow("kinds") << "adalora.targets=q_proj"
                           << "gives \"model.layers.0.self_attn.v_proj\" (and 1 more) the rank 3, but adalora.targets";
    QTest::newRow("layers") << "adalora.layers=0"
                            << "gives \"model.layers.1.self_attn.q_proj\" (and 1 more) the rank 0, but";
    QTest::newRow("side") << R"(adalora.rank_map={"model.layers.0.self_attn.v_proj": 17})"
                          << "the rank 17, must be at most 16, the matrix's smaller side";
    QTest::newRow("nothing left") << R"(adalora.rank_map={"model.layers.0.self_attn.q_proj": 0,
        "model.layers.0.self_attn.v_proj": 0, "model.layers.1.self_attn.q_proj": 0, "model.layers.1.self_attn.v_proj": 0})"
                                  << "gives every chosen matrix the rank 0";
}

void RankMapFieldTest::whatIsWrong()
{
    QFETCH(const QString, assignment);
    QFETCH(const QString, text);
    RunConfig config = mapped({{q0, 7}, {q1, 0}, {v0, 3}, {"model.layers.1.self_attn.v_proj", 16}});
    if (!assignment.isEmpty())
        applyAssignment(config, assignment.toStdString());
    const std::vector<Issue> issues = issuesOf(config);
    const bool wrong = !issues.empty() && issues.front().severity == Severity::Error;
    QCOMPARE(wrong, !text.isEmpty());
    if (!wrong)
        return;
    const Issue& issue = issues.front();
    const std::string& told = issue.text.english();
    QVERIFY2(told.starts_with(key) && told.find(text.toStdString()) != std::string::npos, told.c_str());
    QVERIFY(issue.suggestion == FieldValue(RankMap {})); // the map dropped mends it
    setFieldValue(config, issue.key, *issue.suggestion);
    for (const Issue& left : issuesOf(config))
        QVERIFY2(left.severity != Severity::Error, left.text.english().c_str());
}

void RankMapFieldTest::theInitialRankMustReach()
{
    RunConfig config = mapped({{q0, 7}, {q1, 9}});
    config.adalora.targets = {"q_proj"};
    config.adalora.initRank = 8;
    std::vector<Issue> issues = issuesOf(config);
    QCOMPARE(issues.size(), 1U);
    QCOMPARE(issues[0].key, std::string("adalora.init_rank"));
    QVERIFY2(issues[0].text.english().starts_with(
                 "adalora.init_rank is 8, must be at least 9, the rank that adalora.rank_map "
                 "gives \"model.layers.1.self_attn.q_proj\""),
        issues[0].text.english().c_str());
    setFieldValue(config, issues[0].key, *issues[0].suggestion);
    QVERIFY(issuesOf(config).empty());
    // The narrow matrices are held to their own ranks, and to the initial rank where they have none.
    config = mapped({{q0, 40}, {q1, 40}, {v0, 3}});
    issues = issuesOf(config);
    QVERIFY(!issues.empty() && issues[0].severity == Severity::Error);
    QVERIFY2(issues[0].text.english().find("is 40") != std::string::npos, issues[0].text.english().c_str());
    config.adalora.rankMap["model.layers.1.self_attn.v_proj"] = 16;
    QVERIFY(issuesOf(config).empty());
}

void RankMapFieldTest::matricesWithoutAnEntryAreTold()
{
    const std::vector<Issue> issues = issuesOf(mapped({{q0, 7}, {v0, 3}}));
    QCOMPARE(issues.size(), 1U);
    QVERIFY(issues[0].severity == Severity::Note && issues[0].key == key);
    QCOMPARE(issues[0].text.english(),
        std::string("adalora.rank_map does not name 2 of 4 chosen matrices: their rank is 7, adalora.init_rank"));
}

void RankMapFieldTest::memoryCountsTheTriplets()
{
    constexpr ModelShape shape {.layers = 2,
        .width = 64,
        .feedForward = 96,
        .heads = 4,
        .kvHeads = 2,
        .headDim = 16,
        .vocabulary = 100,
        .maxPositions = 128};
    constexpr MemoryPlace place {.cuda = false, .cores = 1};
    RunConfig config = mapped({});
    config.adalora.targets = {"q_proj"};
    config.adalora.initRank = 6;
    const RunFacts facts {.matrices = 2, .smallestSide = 64, .width = 64, .layers = 2};
    const MemoryEstimate plain = estimateOf(shape, config, facts, place);
    config.adalora.rankMap = {{q0, 6}, {q1, 6}};
    QVERIFY(estimateOf(shape, config, facts, place).parts == plain.parts);
    config.adalora.rankMap = {{q0, 6}, {q1, 2}};
    const MemoryEstimate fewer = estimateOf(shape, config, facts, place);
    constexpr std::int64_t dropped = 4 * (64 + 64 + 1) * 4; // four triplets of q in float32
    QCOMPARE(plain.parts[MemoryEstimate::Triplets] - fewer.parts[MemoryEstimate::Triplets], dropped);
    QCOMPARE(plain.parts[MemoryEstimate::Moments] - fewer.parts[MemoryEstimate::Moments], 2 * dropped);
    config.adalora.rankMap = {{q0, 0}, {q1, 6}}; // nothing is kept for the first block's backward
    const MemoryEstimate upper = estimateOf(shape, config, facts, place);
    QVERIFY(upper.parts[MemoryEstimate::Activations] < plain.parts[MemoryEstimate::Activations]);
    // No change of the target rank or of the matrices is offered: the ranks are the map's.
    for (const MemoryChange& change : memoryChanges(shape, config, facts, place, 1))
        QVERIFY(change.kind != MemoryChange::Kind::Rank && change.kind != MemoryChange::Kind::AttentionOnly);
}

QTEST_GUILESS_MAIN(RankMapFieldTest)
#include "tst_rankmapfield.moc"
