// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/config/ConfigTesting.h"
#include "training/config/FieldTable.h"

#include <QtTest/QtTest>

#include <set>

using namespace spectune;
using namespace spectune::testing;

class FieldTableTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void namesEveryKeyOfTheContract();
    void everyFieldIsDescribed();
    void defaultsPassTheirOwnChecks();
    void everyFieldReachesItsOwnMember();
    void choicesFollowTheEnums();
    void rangesAreHeld_data();
    void rangesAreHeld();
    void integerForRealAndOtherTypes();
    void textIsReadByTheFieldsType();
    void textErrors_data();
    void textErrors();
    void layersAndTargetsAsText();
    void nearestKeys();
    void assignments();
};

void FieldTableTest::namesEveryKeyOfTheContract()
{
    const std::set<std::string_view> contract {"model.path", "data.path", "data.eval_path", "data.format",
        "data.template", "data.columns.text", "data.columns.text_pair", "data.columns.label", "data.columns.prompt",
        "data.columns.completion", "data.max_length", "data.shuffle", "train.seed", "train.steps", "train.epochs",
        "train.batch_size", "train.micro_batch_size", "train.dtype", "train.gradient_checkpointing", "train.tf32",
        "train.eval_every", "train.save_every", "train.threads", "optim.lr", "optim.schedule", "optim.warmup",
        "optim.weight_decay", "optim.beta1", "optim.beta2", "optim.eps", "optim.max_grad_norm", "method.name",
        "adalora.init_rank", "adalora.target_rank", "adalora.total_budget", "adalora.alpha", "adalora.dropout",
        "adalora.ti", "adalora.tf", "adalora.delta_t", "adalora.beta1", "adalora.beta2", "adalora.gamma",
        "adalora.score", "adalora.sensitivity_step", "adalora.regularizer", "adalora.shrink", "adalora.targets",
        "adalora.layers", "adalora.modules", "adalora.rank_map", "adalora.init_from"};
    std::set<std::string_view> keys;
    for (const FieldInfo& field : fields())
        QVERIFY2(keys.insert(field.key).second, std::string(field.key).c_str());
    QVERIFY(keys == contract);
}

void FieldTableTest::everyFieldIsDescribed()
{
    std::set<std::string_view> labels;
    for (const FieldInfo& field : fields()) {
        const std::string key(field.key);
        QVERIFY2(!field.label.empty() && field.help.size() > 20 && field.help.ends_with('.'), key.c_str());
        QVERIFY2(labels.insert(field.label).second, key.c_str());
        QCOMPARE(findField(field.key), &field);
        QCOMPARE(field.choices.empty(), field.type != FieldType::Choice);
        const bool counts = field.type == FieldType::Integer || field.type == FieldType::Real;
        QVERIFY2(!counts || (std::isfinite(field.minimum) && std::isfinite(field.maximum)), key.c_str());
    }
    QVERIFY(findField("adalora") == nullptr);
    QVERIFY(findField("model.path")->type == FieldType::Folder);
    QVERIFY(findField("data.eval_path")->type == FieldType::File);
    QVERIFY(findField("adalora.ti")->optional && !findField("adalora.target_rank")->optional);
    QVERIFY(findField("optim.lr")->liveEditable && !findField("adalora.init_rank")->liveEditable);
}

void FieldTableTest::defaultsPassTheirOwnChecks()
{
    RunConfig config;
    for (const FieldInfo& field : fields())
        setFieldValue(config, field.key, defaultValue(field.key));
    QCOMPARE(differingKeys(config, RunConfig {}), std::vector<std::string>());
    QVERIFY(defaultValue("adalora.target_rank") == FieldValue(std::int64_t {8}));
    QVERIFY(defaultValue("optim.lr") == FieldValue(1e-3));
    QVERIFY(defaultValue("method.name") == FieldValue(std::string("adalora")));
    QVERIFY(defaultValue("adalora.alpha") == FieldValue());
}

void FieldTableTest::everyFieldReachesItsOwnMember()
{
    for (const FieldInfo& field : fields()) {
        for (const FieldValue& value : otherValues(field)) {
            RunConfig config;
            setFieldValue(config, field.key, value);
            QVERIFY2(fieldValue(config, field.key) == value, std::string(field.key).c_str());
            // No other field moved, and the same text gives the same value.
            QCOMPARE(differingKeys(config, RunConfig {}), std::vector<std::string> {std::string(field.key)});
            RunConfig fromText;
            applyAssignment(fromText, std::string(field.key) + "=" + toText(value));
            QVERIFY2(fieldValue(fromText, field.key) == value, std::string(field.key).c_str());
        }
    }
    // Two members of one type swapped in the table would pass the above.
    RunConfig config;
    applyAssignment(config, "data.columns.prompt=question");
    applyAssignment(config, "adalora.beta1=0.5");
    applyAssignment(config, "optim.beta2=0.98");
    applyAssignment(config, "adalora.tf=7");
    applyAssignment(config, "train.save_every=9");
    QCOMPARE(config.data.columns.prompt, std::string("question"));
    QCOMPARE(config.adalora.beta1, 0.5);
    QCOMPARE(config.optim.beta2, 0.98);
    QCOMPARE(config.adalora.tf.value_or(0), 7);
    QCOMPARE(config.train.saveEvery, 9);
}

void FieldTableTest::choicesFollowTheEnums()
{
    QCOMPARE(toString(DataFormat::PromptCompletion), std::string_view("prompt-completion"));
    QCOMPARE(toString(DataFormat::Table), std::string_view("table"));
    QCOMPARE(toString(ElementType::BFloat16), std::string_view("bfloat16"));
    QCOMPARE(toString(LrSchedule::Cosine), std::string_view("cosine"));
    QCOMPARE(toString(Method::SvdLora), std::string_view("svd-lora"));
    QCOMPARE(toString(Method::PruneLora), std::string_view("prune-lora"));
    QCOMPARE(toString(ScoreKind::SensitivityUncertainty), std::string_view("sensitivity_uncertainty"));
    QCOMPARE(toString(SensitivityStep::Pre), std::string_view("pre"));
    QCOMPARE(toString(RegularizerKind::SquaredSum), std::string_view("squared_sum"));
    QCOMPARE(toString(static_cast<Method>(99)), std::string_view());
    RunConfig config;
    setFieldValue(config, "method.name", std::string("prune-lora"));
    QVERIFY(config.method == Method::PruneLora);
}

void FieldTableTest::rangesAreHeld_data()
{
    QTest::addColumn<QString>("assignment");
    QTest::addColumn<QString>("message"); // empty: accepted
    const auto row
        = [](const char* assignment, const char* message) { QTest::newRow(assignment) << assignment << message; };
    row("adalora.target_rank=1", "");
    row("adalora.target_rank=0", "adalora.target_rank is 0, must be at least 1 and at most 65536");
    row("adalora.dropout=0", "");
    row("adalora.dropout=0.999", "");
    row("adalora.dropout=1", "adalora.dropout is 1, must be at least 0 and below 1");
    row("adalora.dropout=-0.1", "adalora.dropout is -0.1, must be at least 0 and below 1");
    row("optim.beta1=0", "");
    row("optim.beta1=1", "optim.beta1 is 1, must be at least 0 and below 1");
    row("adalora.beta2=1", "adalora.beta2 is 1, must be at least 0 and below 1");
    row("optim.lr=0", "optim.lr is 0, must be above 0 and at most 10");
    row("optim.lr=nan", "optim.lr is nan, must be above 0 and at most 10");
    row("optim.lr=inf", "optim.lr is inf, must be above 0 and at most 10");
    row("adalora.alpha=0", "adalora.alpha is 0, must be above 0 and at most 1e+06");
    row("adalora.tf=0", "adalora.tf is 0, must be at least 1");
    row("adalora.ti=0", "");
    row("adalora.delta_t=0", "adalora.delta_t is 0, must be at least 1");
    row("train.batch_size=0", "train.batch_size is 0, must be at least 1");
    row("train.batch_size=65535", "");
    row("train.batch_size=65536", "train.batch_size is 65536, must be at least 1 and at most 65535");
    row("train.steps=-1", "train.steps is -1, must be at least 0");
    row("train.epochs=0", "train.epochs is 0, must be above 0");
    row("train.seed=9007199254740991", "");
    row("train.seed=9007199254740993", "train.seed is 9007199254740993, must be at least 0");
    row("train.steps=99999999999999999999", "train.steps is 99999999999999999999, must be at least 0");
    row("optim.lr=1e400", "optim.lr is 1e400, must be above 0 and at most 10");
    row("adalora.layers=0,10000", "adalora.layers holds 10000, must be at least 0 and at most 9999");
    row("adalora.layers=0-999999999999", "adalora.layers holds 999999999999, must be");
}

void FieldTableTest::rangesAreHeld()
{
    QFETCH(QString, assignment);
    QFETCH(QString, message);
    RunConfig config;
    const std::string error = configErrorOf([&] { applyAssignment(config, assignment.toStdString()); });
    QVERIFY2(message.isEmpty() ? error.empty() : error.starts_with(message.toStdString()), error.c_str());
    // What is refused leaves the configuration as it was.
    QVERIFY(message.isEmpty() || differingKeys(config, RunConfig {}).empty());
}

void FieldTableTest::integerForRealAndOtherTypes()
{
    RunConfig config;
    setFieldValue(config, "optim.lr", std::int64_t {1});
    QCOMPARE(config.optim.lr, 1.0);
    setFieldValue(config, "adalora.layers", std::vector<std::int64_t> {5, 2, 5});
    QCOMPARE(config.adalora.layers, (std::vector<std::int64_t> {2, 5}));
    QCOMPARE(configErrorOf([&] { setFieldValue(config, "train.steps", 3.0); }),
        std::string("train.steps is 3, needs an integer"));
    QCOMPARE(configErrorOf([&] { setFieldValue(config, "train.steps", FieldValue {}); }),
        std::string("train.steps is null, needs an integer"));
    QCOMPARE(configErrorOf([&] { setFieldValue(config, "data.shuffle", std::string("no")); }),
        std::string("data.shuffle is \"no\", needs true or false"));
    QVERIFY(configErrorOf([&] {
        setFieldValue(config, "model.path", std::string("a\xff"));
    }).ends_with("must be text in UTF-8"));
    setFieldValue(config, "adalora.alpha", 3.5);
    setFieldValue(config, "adalora.alpha", FieldValue {});
    QVERIFY(!config.adalora.alpha);
}

void FieldTableTest::textIsReadByTheFieldsType()
{
    RunConfig config;
    setFieldFromText(config, "optim.lr", " 5e-3 ");
    QCOMPARE(config.optim.lr, 5e-3);
    setFieldFromText(config, "data.shuffle", "false");
    QVERIFY(!config.data.shuffle);
    setFieldFromText(config, "data.template", " {a}=\"{b}\" ");
    QCOMPARE(config.data.templateText, std::string(" {a}=\"{b}\" "));
    setFieldFromText(config, "data.columns.label", "null"); // a column may be called that
    QCOMPARE(config.data.columns.label, std::string("null"));
    setFieldFromText(config, "adalora.ti", "12");
    QCOMPARE(config.adalora.ti.value_or(0), 12);
    setFieldFromText(config, "adalora.ti", "null");
    QVERIFY(!config.adalora.ti);
    setFieldFromText(config, "adalora.tf", "12");
    setFieldFromText(config, "adalora.tf", "");
    QVERIFY(!config.adalora.tf);
    QCOMPARE(toText(FieldValue(0.1)), std::string("0.1"));
    QCOMPARE(toText(FieldValue(1e-8)), std::string("1e-08"));
    QCOMPARE(toText(FieldValue(std::vector<std::int64_t> {0, 1, 2})), std::string("0-2"));
    QCOMPARE(toText(FieldValue(std::vector<std::int64_t> {0, 2, 3, 4, 5, 7, 8})), std::string("0,2-5,7,8"));
}

void FieldTableTest::textErrors_data()
{
    QTest::addColumn<QString>("assignment");
    QTest::addColumn<QString>("message");
    const auto row
        = [](const char* assignment, const char* message) { QTest::newRow(assignment) << assignment << message; };
    row("train.steps=3.0", "train.steps is \"3.0\", needs an integer");
    row("train.steps=", "train.steps is \"\", needs an integer");
    row("train.steps=1e3", "train.steps is \"1e3\", needs an integer");
    row("adalora.ti=x", "adalora.ti is \"x\", needs an integer, or null");
    row("optim.lr=fast", "optim.lr is \"fast\", needs a number");
    row("data.shuffle=yes", "data.shuffle is \"yes\", needs true or false");
    row("method.name=adalorra",
        "method.name is \"adalorra\", must be one of adalora, lora, svd-lora, prune-lora; did you mean \"adalora\"?");
    row("train.dtype=int4", "train.dtype is \"int4\", must be one of float32, bfloat16, float64");
    row("adalora.layers=a-b", "adalora.layers is \"a-b\", needs a list of indices");
    row("adalora.layers=1,,2", "adalora.layers is \"\", needs a list of indices");
    row("adalora.layers=1-", "adalora.layers is \"1-\", needs a list of indices");
    row("adalora.layers=-3", "adalora.layers holds -3, must be at least 0");
    row("adalora.layers=5-2", "adalora.layers holds \"5-2\", the first index must not be above the last");
    row("adalora.layers=[1.5]", "adalora.layers holds 1.5, needs a list of indices");
    row("adalora.layers=[1", "adalora.layers is \"[1\", needs a list of indices");
    row("adalora.targets=q_proj,,v_proj", "adalora.targets holds \"\", needs names");
    row("adalora.targets=[1]", "adalora.targets holds 1, needs a list of names");
    row("adalora.target_rnk=4", "unknown key \"adalora.target_rnk\"; did you mean \"adalora.target_rank\"?");
    row("zzzzzzzz=4", "unknown key \"zzzzzzzz\"; `spectune-train fields` lists them all");
    row("optim.lr", "--set \"optim.lr\" needs the form key=value");
    row("=3", "--set \"=3\" needs the form key=value");
}

void FieldTableTest::textErrors()
{
    QFETCH(QString, assignment);
    QFETCH(QString, message);
    RunConfig config;
    const std::string error = configErrorOf([&] { applyAssignment(config, assignment.toStdString()); });
    QVERIFY2(error.starts_with(message.toStdString()), error.c_str());
    QVERIFY(differingKeys(config, RunConfig {}).empty());
}

void FieldTableTest::layersAndTargetsAsText()
{
    using Layers = std::vector<std::int64_t>;
    using Names = std::vector<std::string>;
    RunConfig config;
    const auto layers = [&](const char* text) {
        setFieldFromText(config, "adalora.layers", text);
        return config.adalora.layers;
    };
    QCOMPARE(layers("2-5"), (Layers {2, 3, 4, 5}));
    QCOMPARE(layers("0, 2 - 4"), (Layers {0, 2, 3, 4}));
    QCOMPARE(layers("4,0-2,1"), (Layers {0, 1, 2, 4}));
    QCOMPARE(layers("[0, \"2-3\"]"), (Layers {0, 2, 3}));
    QCOMPARE(layers("[]"), Layers {});
    QCOMPARE(layers(""), Layers {});
    const auto targets = [&](const char* text) {
        setFieldFromText(config, "adalora.targets", text);
        return config.adalora.targets;
    };
    QCOMPARE(targets("q_proj, v_proj"), (Names {"q_proj", "v_proj"}));
    QCOMPARE(targets("[\"up_proj\"]"), Names {"up_proj"});
    QCOMPARE(targets("[]"), Names {});
    QCOMPARE(targets(" "), Names {});
}

void FieldTableTest::nearestKeys()
{
    QCOMPARE(nearestKey("adalora.init_rnk"), std::string_view("adalora.init_rank"));
    QCOMPARE(nearestKey("lr"), std::string_view("optim.lr"));
    QCOMPARE(nearestKey("train.lr"), std::string_view("optim.lr"));
    QCOMPARE(nearestKey("target_rnk"), std::string_view("adalora.target_rank"));
    QCOMPARE(nearestKey("adalora.deltaT"), std::string_view("adalora.delta_t"));
    QCOMPARE(nearestKey("train.batchsize"), std::string_view("train.batch_size"));
    QCOMPARE(nearestKey("qqqqqqqqqqqq"), std::string_view());
    QCOMPARE(nearestKey(""), std::string_view());
    QCOMPARE(nearestKey(std::string(100000, 'a')), std::string_view());
}

void FieldTableTest::assignments()
{
    RunConfig config;
    applyAssignment(config, " data.template =a=b");
    QCOMPARE(config.data.templateText, std::string("a=b"));
}

QTEST_GUILESS_MAIN(FieldTableTest)
#include "tst_fieldtable.moc"
