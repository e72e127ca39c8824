// SPDX-License-Identifier: GPL-3.0-or-later
// What a configuration is told where nothing is wrong with it: adalora.shrink, its default, file form and notes.
#include "tests/config/ConfigTesting.h"
#include "training/config/ConfigFile.h"
#include "training/config/Validation.h"

#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

RunConfig configWith(const QStringList& assignments)
{
    RunConfig config;
    config.model.path = "/m";
    config.data.path = "/d";
    config.adalora.alpha = 1e3; // far from the scale's warning
    for (const QString& assignment : assignments)
        applyAssignment(config, assignment.toStdString());
    return config;
}

} // namespace

class NotesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void shrinkIsOffAndSurvivesAFile()
    {
        QVERIFY(!RunConfig {}.adalora.shrink);
        QVERIFY(validate(configWith({})).empty());
        const RunConfig config = configWith({"adalora.shrink=true"});
        QVERIFY(toJson(config).find("\"shrink\": true") != std::string::npos);
        QVERIFY(configFromJson(toJson(config), "x").adalora.shrink);
        const FieldInfo* field = findField("adalora.shrink");
        QVERIFY(field && field->type == FieldType::Boolean && field->level == FieldLevel::Advanced);
        QVERIFY(!field->optional && !field->liveEditable);
    }

    void notes_data()
    {
        QTest::addColumn<QStringList>("assignments");
        QTest::addColumn<QString>("text"); // empty: none
        QTest::newRow("gamma") << QStringList {} << "adalora.gamma is 0.1: once the pruned triplets are dropped";
        QTest::newRow("clipping") << QStringList {"adalora.gamma=0"}
                                  << "optim.max_grad_norm is 1: the gradient's norm leaves out";
        QTest::newRow("exact") << QStringList {"adalora.gamma=0", "optim.max_grad_norm=0"} << "";
        QTest::newRow("prune-lora") << QStringList {"method.name=prune-lora"} << "";
        QTest::newRow("lora") << QStringList {"method.name=lora"} << "adalora.shrink is on, but method.name is lora";
        QTest::newRow("svd-lora") << QStringList {"method.name=svd-lora"}
                                  << "adalora.shrink is on, but method.name is svd-lora";
    }

    void notes()
    {
        QFETCH(const QStringList, assignments);
        QFETCH(const QString, text);
        RunConfig config = configWith(assignments);
        QVERIFY(validate(config).empty());
        config.adalora.shrink = true;
        const std::vector<Issue> issues = validate(config);
        QCOMPARE(issues.empty(), text.isEmpty());
        if (issues.empty())
            return;
        QCOMPARE(issues.size(), 1U);
        QVERIFY(issues[0].severity == Severity::Note && issues[0].key == "adalora.shrink");
        const std::string& told = issues[0].text.english();
        QVERIFY2(told.starts_with(text.toStdString()), told.c_str());
        throwOnErrors(issues); // a note stops nothing
    }

    void notesComeLast()
    {
        RunConfig config = configWith(
            {"adalora.shrink=true", "adalora.target_rank=12", "adalora.init_rank=12", "train.micro_batch_size=9"});
        const std::vector<Issue> issues = validate(config);
        QCOMPARE(issues.size(), 3U);
        QVERIFY(issues[0].severity == Severity::Error);
        QVERIFY(issues[1].severity == Severity::Warning);
        QVERIFY(issues[2].severity == Severity::Note);
    }
};

QTEST_GUILESS_MAIN(NotesTest)
#include "tst_notes.moc"
