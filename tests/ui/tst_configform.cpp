// SPDX-License-Identifier: GPL-3.0-or-later
// The form round-trips a configuration for every field of the table, and errors mark their fields.
#include "tests/ui/SceneEngine.h"
#include "training/config/ConfigFile.h"
#include "ui/ConfigForm.h"
#include "ui/EffectiveScale.h"
#include "ui/FieldEditor.h"
#include "ui/FieldLine.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "visualization/ScaleGauge.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QGridLayout>
#include <QHash>
#include <QLabel>
#include <QLineEdit>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>

using namespace spectune;

class TestConfigForm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFieldHasAnEditor();
    void theOtherFieldsStandInGroups();
    void editorsChangeTheConfiguration_data();
    void editorsChangeTheConfiguration();
    void theFormShowsAConfiguration();
    void epochsThatCountForNothingSaySo();
    void unreadableTextMarksItsField();
    void aTypedPathMayBeginAtHome_data();
    void aTypedPathMayBeginAtHome();
    void aMissingFileSuggestsItsNeighbour();
    void derivedValuesAreShown();
    void gaugeAndWarningTellTheSameScale_data();
    void gaugeAndWarningTellTheSameScale();
    void checkBoxesComeLastInARowOfTheirOwn();
    void smallNumbersAreShownAsTyped();
};

static QString keyOf(const FieldInfo& info)
{
    return QString::fromUtf8(info.key.data(), static_cast<qsizetype>(info.key.size()));
}

// A value other than the default that the field's type and range allow.
static QString otherText(const FieldInfo& info)
{
    switch (info.type) {
    case FieldType::Integer: {
        const FieldValue value = defaultValue(info.key);
        const auto* usual = std::get_if<std::int64_t>(&value);
        const std::int64_t base = usual ? *usual : static_cast<std::int64_t>(std::max(info.minimum, 1.0));
        return QString::number(base + 1);
    }
    case FieldType::Real: return info.maximum <= 1 ? QStringLiteral("0.25") : QStringLiteral("2.5");
    case FieldType::TextList: return QStringLiteral("q_proj,v_proj");
    case FieldType::IntegerList: return QStringLiteral("1,2");
    case FieldType::IntegerMap: return QStringLiteral("{\"model.layers.0.self_attn.q_proj\":3}");
    default: return QStringLiteral("some text");
    }
}

void TestConfigForm::everyFieldHasAnEditor()
{
    ConfigForm form;
    SetupPage page(form);
    QVERIFY2(page.fields().remaining().isEmpty(), qPrintable(page.fields().remaining().join(' ')));
    for (const FieldInfo& info : fields())
        if (const FieldEditor* editor = page.fields().find(keyOf(info)))
            QVERIFY(editor->help().contains(keyOf(info)));
}

void TestConfigForm::theOtherFieldsStandInGroups()
{
    ConfigForm form;
    SetupPage page(form);
    const QWidget* body = nullptr;
    for (const QLabel* label : page.findChildren<QLabel*>())
        body = label->text() == "All other fields" ? label->parentWidget() : body;
    QVERIFY(body);
    QHash<const QWidget*, QString> keys;
    for (const FieldInfo& info : fields())
        if (const FieldEditor* editor = page.fields().find(keyOf(info)))
            keys.insert(editor, keyOf(info));
    const QStringList groups {"optim", "train", "adalora", "data"}; // any other: after them
    const QStringList names {"Optimizer", "Training", "Adapter", "Data", "Other"};
    QStringList expected;
    qsizetype last = -1;
    for (const FieldEditor* editor : body->findChildren<FieldEditor*>(Qt::FindDirectChildrenOnly)) {
        const qsizetype found = groups.indexOf(keys.value(editor).section('.', 0, 0));
        const qsizetype group = found < 0 ? groups.size() : found;
        QVERIFY2(group >= last, qPrintable(keys.value(editor)));
        if (group > last)
            expected << names.at(group);
        last = group;
    }
    QVERIFY(!expected.isEmpty());
    QStringList shown;
    for (const QLabel* label : body->findChildren<QLabel*>(Qt::FindDirectChildrenOnly))
        if (names.contains(label->text()))
            shown << label->text();
    QCOMPARE(shown, expected);
}

void TestConfigForm::editorsChangeTheConfiguration_data()
{
    QTest::addColumn<QString>("key");
    for (const FieldInfo& info : fields())
        QTest::newRow(info.key.data()) << keyOf(info);
}

void TestConfigForm::editorsChangeTheConfiguration()
{
    QFETCH(QString, key);
    const FieldInfo& info = *findField(key.toStdString());
    ConfigForm form;
    FieldEditor editor(form, key);
    QString wanted;
    if (auto* box = editor.findChild<QCheckBox*>()) {
        box->click();
        wanted = box->isChecked() ? "true" : "false";
    } else if (auto* combo = editor.findChild<QComboBox*>()) {
        const int other = combo->currentIndex() == 0 ? 1 : 0;
        combo->setCurrentIndex(other);
        Q_EMIT combo->activated(other);
        wanted = combo->currentData().toString();
    } else if (auto* line = editor.findChild<QLineEdit*>()) {
        wanted = otherText(info);
        line->setText(wanted);
        Q_EMIT line->textEdited(wanted);
    } else {
        auto* button = editor.findChildren<QToolButton*>().last();
        button->click();
        wanted = button->text();
    }
    QVERIFY2(!editor.message().startsWith("Not a value"), qPrintable(editor.message()));
    // Through the file and back into another form.
    const RunConfig read = configFromJson(toJson(form.config()), "test");
    QVERIFY(fieldValue(read, info.key) == form.value(key));
    QVERIFY(form.value(key) != defaultValue(info.key));
    ConfigForm other;
    FieldEditor shown(other, key);
    other.setConfig(read);
    if (auto* line = shown.findChild<QLineEdit*>())
        QCOMPARE(line->text(), QString::fromStdString(toText(form.value(key))));
    else if (auto* combo = shown.findChild<QComboBox*>())
        QCOMPARE(combo->currentData().toString(), wanted);
    else if (auto* box = shown.findChild<QCheckBox*>())
        QCOMPARE(box->isChecked(), wanted == "true");
}

void TestConfigForm::theFormShowsAConfiguration()
{
    RunConfig config;
    config.optim.lr = 5e-3;
    config.adalora.initRank = 12;
    config.method = Method::SvdLora;
    ConfigForm form;
    SetupPage page(form);
    form.setConfig(config);
    QCOMPARE(page.fields().find("adalora.init_rank")->findChild<QLineEdit*>()->text(), "12");
    QCOMPARE(page.fields().find("optim.lr")->findChild<QLineEdit*>()->text().toDouble(), 5e-3);
    QVERIFY(page.fields().find("adalora.ti")->findChild<QLineEdit*>()->text().isEmpty());
}

void TestConfigForm::epochsThatCountForNothingSaySo()
{
    ConfigForm form;
    const FieldEditor epochs(form, "train.epochs");
    const FieldEditor steps(form, "train.steps");
    auto* line = epochs.findChild<FieldLine*>();
    form.setText("train.steps", "800");
    QCOMPARE(line->shownText(), "by steps");
    QVERIFY(line->isEnabled());
    line->setText("5"); // it can be typed all the same, and waits
    Q_EMIT line->textEdited("5");
    QCOMPARE(form.config().train.epochs, 5.0);
    QCOMPARE(line->shownText(), "by steps");
    form.setText("train.steps", "0");
    QCOMPARE(line->shownText(), "5");
    QCOMPARE(steps.findChild<FieldLine*>()->shownText(), "by epochs");
}

void TestConfigForm::unreadableTextMarksItsField()
{
    ConfigForm form;
    FieldEditor editor(form, "optim.lr");
    auto* line = editor.findChild<QLineEdit*>();
    line->setText("fast");
    Q_EMIT line->textEdited("fast");
    QCOMPARE(editor.mark(), FieldMark::Error);
    QVERIFY(!editor.message().isEmpty());
    QVERIFY(form.errorCount() >= 1);
    QCOMPARE(form.config().optim.lr, RunConfig {}.optim.lr);
    line->setText("1e-4");
    Q_EMIT line->textEdited("1e-4");
    QCOMPARE(editor.mark(), FieldMark::None);
    QCOMPARE(form.config().optim.lr, 1e-4);
}

void TestConfigForm::aTypedPathMayBeginAtHome_data()
{
    QTest::addColumn<QString>("typed");
    QTest::addColumn<QString>("path");
    QTest::newRow("home") << "~" << QDir::homePath();
    QTest::newRow("in it") << "~/data/a.jsonl" << QDir::homePath() + "/data/a.jsonl";
    QTest::newRow("a name of its own") << "~data.jsonl"
                                       << "~data.jsonl";
    QTest::newRow("further on") << "/tmp/~/a.jsonl"
                                << "/tmp/~/a.jsonl";
}

void TestConfigForm::aTypedPathMayBeginAtHome()
{
    QFETCH(const QString, typed);
    QFETCH(const QString, path);
    ConfigForm form;
    const FieldEditor editor(form, "data.path");
    auto* line = editor.findChild<QLineEdit*>();
    line->setText(typed);
    Q_EMIT line->textEdited(typed);
    QCOMPARE(QString::fromStdString(form.config().data.path), path);
}

void TestConfigForm::aMissingFileSuggestsItsNeighbour()
{
    const QTemporaryDir folder;
    QFile file(folder.filePath("test.jsonl"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    ConfigForm form;
    FieldEditor editor(form, "data.eval_path");
    form.setValue("data.eval_path", FieldValue {folder.filePath("tset.jsonl").toStdString()});
    QCOMPARE(editor.mark(), FieldMark::Error);
    const auto issue = std::find_if(
        form.issues().begin(), form.issues().end(), [](const Issue& one) { return one.key == "data.eval_path"; });
    QVERIFY(issue != form.issues().end() && issue->suggestion);
    form.setValue("data.eval_path", *issue->suggestion);
    QCOMPARE(editor.mark(), FieldMark::None);
}

void TestConfigForm::derivedValuesAreShown()
{
    ConfigForm form;
    form.setModel(Answer {test::sceneModel(6)});
    form.setValue("adalora.target_rank", FieldValue {std::int64_t {6}});
    FieldEditor editor(form, "adalora.init_rank");
    QVERIFY(editor.findChild<QLineEdit*>()->placeholderText().startsWith("9 "));
    QCOMPARE(form.facts().matrices, 42);
    QCOMPARE(form.facts().smallestSide, 64);
}

void TestConfigForm::gaugeAndWarningTellTheSameScale_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<int>("width");
    QTest::addColumn<double>("alpha");
    for (const char* method : {"adalora", "lora"})
        for (const int width : {64, 128, 1024, 2500, 4096})
            for (const double alpha : {1.0, 4.0, 16.0, 17.0, 18.0, 64.0})
                QTest::newRow(
                    qPrintable(QStringLiteral("%1 %2 wide, alpha %3").arg(QLatin1String(method)).arg(width).arg(alpha)))
                    << QString(method) << width << alpha;
}

void TestConfigForm::gaugeAndWarningTellTheSameScale()
{
    QFETCH(QString, method);
    QFETCH(int, width);
    QFETCH(double, alpha);
    ConfigForm form;
    SetupPage page(form);
    ModelSummary model = test::sceneModel(2);
    model.width = width;
    form.setModel(model);
    form.setText("method.name", method);
    form.setText("adalora.init_rank", "8");
    form.setText("adalora.target_rank", method == "lora" ? "8" : "4");
    form.setText("adalora.alpha", QString::number(alpha));
    const EffectiveScale scale = EffectiveScale::of(form.resolved(), form.config().method, form.facts().width);
    const auto issue = std::find_if(form.issues().begin(), form.issues().end(),
        [](const Issue& one) { return one.key == "adalora.alpha" && one.severity == Severity::Warning; });
    const bool warns = issue != form.issues().end();
    QCOMPARE(scale.effective() < 0.5, warns);
    QCOMPARE(page.findChild<ScaleGauge*>()->isLow(), warns);
    if (!warns)
        return;
    const QString words = QString::fromStdString(issue->title.english() + "; " + issue->text.english());
    const QString number = scale.headline().section("<b>", 1).section("</b>", 0, 0);
    QVERIFY2(
        words.contains("is " + number) || words.contains("acts like " + number), qPrintable(number + ": " + words));
    QVERIFY2(words.startsWith("Effective scale is " + number), qPrintable(words)); // as the gauge is called
    QCOMPARE(words.contains("acts like"), scale.headline().startsWith("acts like"));
}

void TestConfigForm::checkBoxesComeLastInARowOfTheirOwn()
{
    ConfigForm form;
    SetupFields fields(form);
    QWidget page;
    auto* grid = new QGridLayout(&page);
    fields.fill(grid, {"data.shuffle", "train.threads", "optim.lr", "train.seed"}, 2);
    int row = 0;
    int column = 0;
    int rows = 0;
    int columns = 0;
    grid->getItemPosition(grid->indexOf(fields.find("data.shuffle")), &row, &column, &rows, &columns);
    QCOMPARE((std::vector<int> {row, column, rows, columns}), (std::vector<int> {2, 0, 1, 2}));
    grid->getItemPosition(grid->indexOf(fields.find("optim.lr")), &row, &column, &rows, &columns);
    QCOMPARE((std::vector<int> {row, column, rows, columns}), (std::vector<int> {0, 1, 1, 1}));
}

void TestConfigForm::smallNumbersAreShownAsTyped()
{
    ConfigForm form;
    FieldEditor editor(form, "optim.eps");
    QCOMPARE(editor.findChild<QLineEdit*>()->text(), QStringLiteral("1e-8"));
}

QTEST_MAIN(TestConfigForm)
#include "tst_configform.moc"
