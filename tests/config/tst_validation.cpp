// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/config/ConfigTesting.h"
#include "training/config/Validation.h"

#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// The demo's model: 6 layers of 7 matrices, 128 wide, the smallest side is k and v's 64.
constexpr RunFacts demoFacts {
    .matrices = 42, .smallestSide = 64, .width = 128, .layers = 6, .maxPositions = 256, .samples = 1500};
constexpr RunFacts wideFacts {
    .matrices = 224, .smallestSide = 1024, .width = 4096, .layers = 32, .maxPositions = 8192, .samples = 10000};

RunConfig configWith(const std::vector<std::string>& assignments)
{
    RunConfig config;
    config.model.path = "/m";
    config.data.path = "/d";
    config.data.evalPath = "/e";
    config.adalora.alpha = 1e3; // far from the scale's warning, unless a test sets it
    config.data.maxLength = 64;
    for (const std::string& assignment : assignments)
        applyAssignment(config, assignment);
    return config;
}

const Issue* issueOf(const std::vector<Issue>& issues, std::string_view key)
{
    const auto found = std::ranges::find(issues, key, &Issue::key);
    return found == issues.end() ? nullptr : &*found;
}

bool hasErrors(const std::vector<Issue>& issues)
{
    return std::ranges::any_of(issues, [](const Issue& issue) { return issue.severity == Severity::Error; });
}

} // namespace

class ValidationTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyConfigurationNamesBothPaths();
    void issues_data();
    void issues();
    void suggestionsMend_data();
    void suggestionsMend();
    void goodConfigurationsHaveNone();
    void rangesAreCheckedPastTheSetters();
    void scaleTakesTheWidthIntoAccount();
    void errorsComeFirstAndThrow();
    void resolvesDefaults();
    void resolvesEpochs();
    void resolvesFixedRank();
    void derivedValuesKeepTheRules();
    void totalBudgetRaisesTheInitialRank();
    void resolvedIsWrittenOut();
};

void ValidationTest::emptyConfigurationNamesBothPaths()
{
    const std::vector<Issue> issues = validate(RunConfig {});
    QCOMPARE(issues.size(), 2U);
    QCOMPARE(issueOf(issues, "model.path")->text.english(),
        std::string("model.path is empty, needs the folder of a Hugging Face model"));
    QCOMPARE(issueOf(issues, "data.path")->text.english(),
        std::string("data.path is empty, needs the file with the training samples"));
}

void ValidationTest::issues_data()
{
    QTest::addColumn<QString>("assignments"); // separated by blanks
    QTest::addColumn<QString>("key");
    QTest::addColumn<bool>("isError");
    QTest::addColumn<QString>("text");
    const auto error = [](const char* assignments, const char* key, const char* text) {
        QTest::newRow(assignments) << assignments << key << true << text;
    };
    const auto warning = [](const char* assignments, const char* key, const char* text) {
        QTest::newRow(assignments) << assignments << key << false << text;
    };
    error("adalora.target_rank=12 adalora.init_rank=12", "adalora.target_rank",
        "adalora.target_rank is 12, must be below adalora.init_rank 12");
    error("method.name=prune-lora adalora.target_rank=3 adalora.init_rank=2", "adalora.target_rank",
        "adalora.target_rank is 3, must be below adalora.init_rank 2");
    error("method.name=prune-lora adalora.score=magnitude", "adalora.score",
        "adalora.score is magnitude, which ranks by |λ|, but method.name is prune-lora, which has none: choose "
        "sensitivity_uncertainty or sensitivity");
    error("adalora.init_rank=65", "adalora.init_rank", "adalora.init_rank is 65, must be at most 64, the smaller side");
    error("adalora.target_rank=65", "adalora.target_rank", "adalora.init_rank (derived) is 98, must be at most 64");
    error("method.name=lora adalora.target_rank=65", "adalora.target_rank",
        "adalora.init_rank (derived) is 65, must be at most 64");
    error("adalora.init_rank=8 adalora.total_budget=336", "adalora.total_budget",
        "adalora.total_budget is 336, must be below 336, the triplets at the start (adalora.init_rank is 8, times 42 "
        "matrices)");
    error("train.steps=100 adalora.ti=50 adalora.tf=50", "adalora.ti",
        "adalora.ti is 50, must be below 50, the run's 100 steps less adalora.tf 50");
    error("train.steps=100 adalora.ti=99", "adalora.ti",
        "adalora.ti is 99, must be below 99, the run's 100 steps less adalora.tf 1");
    error("train.steps=100 adalora.tf=100", "adalora.tf", "adalora.tf is 100, must be below the run's 100 steps");
    error("train.steps=100 adalora.tf=300 adalora.ti=5", "adalora.tf",
        "adalora.tf is 300, must be below the run's 100 steps");
    error("train.steps=1", "train.steps", "train.steps is 1, must be at least 2 with a falling budget");
    error("train.epochs=0.001", "train.epochs", "train.epochs gives 1, must be at least 2 with a falling budget");
    error("data.max_length=257", "data.max_length",
        "data.max_length is 257, must be at most 256, the positions that the model knows");
    error("adalora.layers=2-6", "adalora.layers",
        "adalora.layers holds 6, must be at most 5: the model has 6 layers, counted from 0");
    error("adalora.targets=q_proj,v*", "adalora.targets", "adalora.targets holds \"v*\", needs names of matrices");
    error("adalora.modules=q_proj", "adalora.modules",
        "adalora.modules holds \"q_proj\", needs entries such as \"0-3.q_proj\" or \"*.q_proj\"");
    error("adalora.modules=3-2.q_proj", "adalora.modules", "adalora.modules holds \"3-2.q_proj\", needs entries");
    error("adalora.modules=4-6.q_proj", "adalora.modules",
        "adalora.modules holds \"4-6.q_proj\", whose blocks must be at most 5: the model has 6 layers");
    error("adalora.modules=0.q_proj adalora.layers=1", "adalora.modules",
        "adalora.modules names every adapted matrix itself; leave adalora.targets and adalora.layers empty");
    warning(
        "train.micro_batch_size=9", "train.micro_batch_size", "train.micro_batch_size is 9, above train.batch_size 8");
    warning("train.steps=100 optim.warmup=100", "optim.warmup", "optim.warmup is 100, but the run has 100 steps");
    warning("train.eval_every=10 data.eval_path=", "train.eval_every",
        "train.eval_every is 10, but data.eval_path is empty");
    warning("train.steps=100 adalora.delta_t=60", "adalora.delta_t",
        "adalora.delta_t is 60, so that no masking event falls between");
    warning("adalora.init_rank=12 adalora.alpha=4", "adalora.alpha",
        "adalora.alpha is 4 with an initial rank of 12, so s = 0.33");
}

void ValidationTest::issues()
{
    QFETCH(QString, assignments);
    QFETCH(QString, key);
    QFETCH(bool, isError);
    QFETCH(QString, text);
    std::vector<std::string> list;
    for (const QString& part : assignments.split(u' '))
        list.push_back(part.toStdString());
    const std::vector<Issue> issues = validate(configWith(list), &demoFacts);
    const Issue* issue = issueOf(issues, key.toStdString());
    QVERIFY2(issue, "no such issue");
    QCOMPARE(issue->severity == Severity::Error, isError);
    QVERIFY2(issue->text.english().starts_with(text.toStdString()), issue->text.english().c_str());
    QVERIFY(!issue->title.pattern().empty() && !issue->text.pattern().empty()); // both can be translated
    QCOMPARE(issues.size(), 1U); // one fault, one issue
    QVERIFY(findField(issue->key));
}

void ValidationTest::suggestionsMend_data()
{
    issues_data();
}

void ValidationTest::suggestionsMend()
{
    QFETCH(QString, assignments);
    RunConfig config = configWith({});
    for (const QString& part : assignments.split(u' '))
        applyAssignment(config, part.toStdString());
    const Issue issue = validate(config, &demoFacts).front();
    if (!issue.suggestion)
        return;
    setFieldValue(config, issue.key, *issue.suggestion);
    const std::vector<Issue> rest = validate(config, &demoFacts);
    QVERIFY2(rest.empty(), rest.empty() ? "" : rest.front().text.english().c_str());
}

void ValidationTest::goodConfigurationsHaveNone()
{
    const auto none = [](const std::vector<std::string>& assignments, const RunFacts* facts) {
        const std::vector<Issue> issues = validate(configWith(assignments), facts);
        if (!issues.empty())
            qWarning("%s", issues.front().text.english().c_str());
        return issues.empty();
    };
    QVERIFY(none({}, nullptr));
    QVERIFY(none({}, &demoFacts));
    QVERIFY(none({"adalora.alpha=null"}, &wideFacts));
    // as the demo was first tried
    QVERIFY(none({"adalora.init_rank=8", "adalora.target_rank=3", "adalora.alpha=64", "train.steps=800",
                     "adalora.ti=80", "adalora.tf=300", "adalora.delta_t=10", "optim.warmup=20"},
        &demoFacts));
    QVERIFY(none({"method.name=lora", "adalora.target_rank=64", "train.steps=1"}, &demoFacts));
    QVERIFY(none({"adalora.score=magnitude"}, &demoFacts));
    QVERIFY(none({"adalora.score=magnitude", "method.name=lora"}, &demoFacts)); // never asked for
    QVERIFY(
        none({"method.name=svd-lora", "adalora.init_rank=8", "adalora.target_rank=8", "adalora.ti=900"}, &demoFacts));
    QVERIFY(none({"adalora.init_rank=6", "adalora.total_budget=251"}, &demoFacts)); // target_rank 8 does not count then
    QVERIFY(none({"adalora.layers=5", "adalora.targets=self_attn.q_proj"}, &demoFacts));
    QVERIFY(none({"train.steps=2"}, &demoFacts));
    RunFacts nothing = demoFacts;
    nothing.matrices = 0;
    const std::vector<Issue> issues = validate(configWith({"adalora.targets=x_proj"}), &nothing);
    QVERIFY(issueOf(issues, "adalora.targets"));
    QVERIFY(issueOf(issues, "adalora.targets")->text.english().starts_with("adalora.targets is \"x_proj\""));
}

void ValidationTest::rangesAreCheckedPastTheSetters()
{
    RunConfig config = configWith({});
    config.adalora.dropout = 1.5;
    config.train.batchSize = 0;
    config.adalora.initRank = INT64_MAX; // must not be computed with
    config.method = static_cast<Method>(77);
    const std::vector<Issue> issues = validate(config, &demoFacts);
    QCOMPARE(issues.size(), 4U);
    QVERIFY(issueOf(issues, "method.name"));
    QVERIFY(!issueOf(issues, "adalora.dropout")->suggestion); // 1 itself is excluded
    QVERIFY(issueOf(issues, "train.batch_size")->suggestion == FieldValue(std::int64_t {1}));
    QVERIFY(issueOf(issues, "adalora.init_rank")->suggestion == FieldValue(std::int64_t {65536}));
}

void ValidationTest::scaleTakesTheWidthIntoAccount()
{
    const auto warned = [](std::int64_t width, double alphaPerRank, const char* method) {
        RunFacts facts = wideFacts;
        facts.width = width;
        RunConfig config = configWith({"adalora.init_rank=16", std::string("method.name=") + method});
        config.adalora.alpha = alphaPerRank * 16;
        const std::vector<Issue> issues = validate(config, &facts);
        const Issue* issue = issueOf(issues, "adalora.alpha");
        return issue ? std::get<double>(*issue->suggestion) / 16 : 0.0;
    };
    QCOMPARE(warned(4096, 2, "adalora"), 0.0);
    QCOMPARE(warned(4096, 0.5, "adalora"), 0.0);
    QCOMPARE(warned(4096, 0.49, "adalora"), 2.0);
    QCOMPARE(warned(4096, 0.125, "svd-lora"), 2.0); // PEFT's own benchmark
    QCOMPARE(warned(128, 2, "adalora"), 8.0); // where 2 r learnt almost nothing
    QCOMPARE(warned(128, 8, "adalora"), 0.0);
    QCOMPARE(warned(64, 2, "adalora"), 16.0);
    QCOMPARE(warned(128, 2, "lora"), 0.0);
    QCOMPARE(warned(128, 0.25, "lora"), 2.0);
    QCOMPARE(warned(0, 2, "adalora"), 0.0); // width not known
}

void ValidationTest::errorsComeFirstAndThrow()
{
    const std::vector<Issue> issues
        = validate(configWith({"train.micro_batch_size=9", "data.path=", "train.steps=1"}), &demoFacts);
    QCOMPARE(issues.size(), 3U);
    QVERIFY(issues[0].severity == Severity::Error && issues[1].severity == Severity::Error);
    QVERIFY(issues[2].severity == Severity::Warning);
    try {
        throwOnErrors(issues);
        QFAIL("no error");
    } catch (const Error& error) {
        QVERIFY(error.kind() == FailureKind::Config);
        QCOMPARE(std::string(error.what()), issues[0].text.english());
        QCOMPARE(error.detail().english(), issues[1].text.english());
    }
    try {
        throwOnErrors({issues[0], issues[2], issues[1], issues[0]});
        QFAIL("no error");
    } catch (const Error& error) { // the further errors, a line each, as sentences of their own
        QCOMPARE(error.detail().english(), issues[1].text.english() + "\n" + issues[0].text.english());
        QVERIFY((error.detail().values() == std::vector<Message> {issues[1].text, issues[0].text}));
    }
    throwOnErrors({issues[2]});
    throwOnErrors({});
}

void ValidationTest::resolvesDefaults()
{
    RunConfig config = configWith({"train.steps=2000", "adalora.alpha=null"});
    const ResolvedRun run = resolveRun(config, wideFacts);
    QCOMPARE(run.totalSteps, 2000);
    QCOMPARE(run.initRank, 12);
    QCOMPARE(run.alpha, 24.0);
    QCOMPARE(run.scale, 24.0 / 12.00001);
    QCOMPARE(run.schedule.warmUpEnd, 200);
    QCOMPARE(run.schedule.finalSteps, 1000);
    QCOMPARE(run.schedule.interval, 2);
    QCOMPARE(run.schedule.initialBudget, 12 * 224);
    QCOMPARE(run.schedule.targetBudget, 8 * 224);
    config.adalora.targetRank = 1;
    QCOMPARE(resolveRun(config, wideFacts).initRank, 2);
    config.adalora.targetRank = 3;
    QCOMPARE(resolveRun(config, wideFacts).initRank, 5);
    config.train.steps = 999;
    QCOMPARE(resolveRun(config, wideFacts).schedule.interval, 1);
}

void ValidationTest::resolvesEpochs()
{
    const auto steps = [](double epochs, std::int64_t samples, std::int64_t batch) {
        RunConfig config = configWith({});
        config.train.epochs = epochs;
        config.train.batchSize = batch;
        RunFacts facts = demoFacts;
        facts.samples = samples;
        return resolveRun(config, facts).totalSteps;
    };
    QCOMPARE(steps(1, 16, 8), 2);
    QCOMPARE(steps(3, 17, 8), 9); // 8, 8 and 1
    QCOMPARE(steps(0.5, 80, 8), 5);
    QCOMPARE(steps(0.1, 24, 8), 1);
    QCOMPARE(steps(0.07, 800, 8), 7); // 7.000000000000001
    QCOMPARE(steps(1e-5, 80, 8), 1);
    QCOMPARE(steps(2, 0, 8), 0); // not known
}

void ValidationTest::resolvesFixedRank()
{
    const ResolvedRun run
        = resolveRun(configWith({"method.name=lora", "train.steps=50", "adalora.alpha=16"}), demoFacts);
    QCOMPARE(run.initRank, 8);
    QCOMPARE(run.scale, 2.0);
    QCOMPARE(run.schedule.eventCount(), 0);
    for (std::int64_t t = 0; t < 50; ++t) {
        QCOMPARE(run.schedule.budgetAt(t), 8 * 42);
        QVERIFY(!run.schedule.masksAt(t));
    }
    const ResolvedRun svd
        = resolveRun(configWith({"method.name=svd-lora", "adalora.init_rank=5", "adalora.alpha=16"}), demoFacts);
    QCOMPARE(svd.initRank, 5);
    QCOMPARE(svd.scale, 16.0 / 5.00001);
    QCOMPARE(svd.schedule.targetBudget, 5 * 42);
}

void ValidationTest::derivedValuesKeepTheRules()
{
    for (std::int64_t steps = 2; steps <= 60; ++steps) {
        RunConfig config = configWith({});
        config.train.steps = steps;
        QVERIFY(!hasErrors(validate(config, &demoFacts)));
        for (std::int64_t given = 0; given < steps - 1; ++given) {
            config.adalora.ti = given;
            config.adalora.tf = std::nullopt;
            QVERIFY(!hasErrors(validate(config, &demoFacts)));
            config.adalora.ti = std::nullopt;
            config.adalora.tf = given + 1;
            QVERIFY(!hasErrors(validate(config, &demoFacts)));
        }
    }
    for (std::int64_t target = 1; target < 64; ++target) {
        RunConfig config = configWith({});
        config.adalora.targetRank = target;
        QVERIFY(!hasErrors(validate(config, &demoFacts)));
    }
}

void ValidationTest::totalBudgetRaisesTheInitialRank()
{
    const auto rank = [](std::int64_t budget) {
        const RunConfig config = configWith({"adalora.total_budget=" + std::to_string(budget)});
        const bool fine = !hasErrors(validate(config, &demoFacts));
        return fine ? resolveRun(config, demoFacts).initRank : -1;
    };
    QCOMPARE(rank(100), 12); // 12 · 42 is enough
    QCOMPARE(rank(503), 12);
    QCOMPARE(rank(504), 20);
    QCOMPARE(rank(64 * 42 - 1), 64);
    QCOMPARE(rank(64 * 42), -1);
}

void ValidationTest::resolvedIsWrittenOut()
{
    const RunConfig config = configWith({"adalora.alpha=null"});
    const RunConfig full = withResolved(config, resolveRun(config, demoFacts));
    QCOMPARE(full.train.steps, 564);
    QCOMPARE(full.adalora.initRank.value_or(0), 12);
    QCOMPARE(full.adalora.alpha.value_or(0.0), 24.0);
    QCOMPARE(full.adalora.totalBudget.value_or(0), 336);
    QCOMPARE(full.adalora.ti.value_or(0), 56);
    QCOMPARE(full.adalora.tf.value_or(0), 282);
    QCOMPARE(full.adalora.deltaT.value_or(0), 1);
    // Resolving again changes nothing, also without the facts it came from.
    RunFacts fewer = demoFacts;
    fewer.samples = 0;
    QVERIFY(differingKeys(withResolved(full, resolveRun(full, fewer)), full).empty());
    QVERIFY(!hasErrors(validate(full, &demoFacts)));
    const RunConfig lora = configWith({"method.name=lora", "train.steps=9"});
    const RunConfig fullLora = withResolved(lora, resolveRun(lora, demoFacts));
    QVERIFY(!fullLora.adalora.tf && !fullLora.adalora.totalBudget);
    QCOMPARE(fullLora.adalora.initRank.value_or(0), 8);
}

QTEST_GUILESS_MAIN(ValidationTest)
#include "tst_validation.moc"
