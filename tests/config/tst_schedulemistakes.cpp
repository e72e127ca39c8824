// SPDX-License-Identifier: GPL-3.0-or-later
// ti and tf that do not fit into the run: one mistake is told once and mended at once, two are both told.
#include "tests/config/ConfigTesting.h"
#include "training/config/Validation.h"

#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// The demo's model.
constexpr RunFacts demoFacts {
    .matrices = 42, .smallestSide = 64, .width = 128, .layers = 6, .maxPositions = 256, .samples = 1500};

RunConfig configWith(const std::vector<std::string>& assignments)
{
    RunConfig config;
    config.model.path = "/m";
    config.data.path = "/d";
    config.data.evalPath = "/e";
    config.data.maxLength = 64;
    config.adalora.alpha = 1e3; // far from the scale's warning
    for (const std::string& assignment : assignments)
        applyAssignment(config, assignment);
    return config;
}

const Issue* issueOf(const std::vector<Issue>& issues, std::string_view key)
{
    const auto found = std::ranges::find(issues, key, &Issue::key);
    return found == issues.end() ? nullptr : &*found;
}

} // namespace

class ScheduleMistakesTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void bothPhasesCanBeWrong_data();
    void bothPhasesCanBeWrong();
    void oneMistakeTakesOneMend();
};

void ScheduleMistakesTest::bothPhasesCanBeWrong_data()
{
    QTest::addColumn<QString>("first");
    QTest::newRow("tf first") << "adalora.tf";
    QTest::newRow("ti first") << "adalora.ti";
}

/// Each is told, and each suggestion mends its own, in whichever order they are taken.
void ScheduleMistakesTest::bothPhasesCanBeWrong()
{
    QFETCH(QString, first);
    RunConfig config = configWith({"train.steps=329", "adalora.ti=8000", "adalora.tf=50000"});
    const std::vector<Issue> issues = validate(config, &demoFacts);
    QCOMPARE(issues.size(), 2U);
    QVERIFY(issueOf(issues, "adalora.tf") && issueOf(issues, "adalora.ti"));
    QCOMPARE(issueOf(issues, "adalora.tf")->text.english(),
        std::string("adalora.tf is 50000, must be below the run's 329 steps"));
    QCOMPARE(issueOf(issues, "adalora.ti")->text.english(),
        std::string("adalora.ti is 8000, must be below 328: at least 1 of the run's 329 steps is the final phase"));
    setFieldValue(config, first.toStdString(), *issueOf(issues, first.toStdString())->suggestion);
    const std::vector<Issue> rest = validate(config, &demoFacts);
    QCOMPARE(rest.size(), 1U);
    QVERIFY(rest.front().key != first.toStdString());
    setFieldValue(config, rest.front().key, *rest.front().suggestion);
    QVERIFY(validate(config, &demoFacts).empty());
}

void ScheduleMistakesTest::oneMistakeTakesOneMend()
{
    for (const char* ti : {"adalora.ti=0", "adalora.ti=250", "adalora.ti=327"}) { // each would fit with another tf
        RunConfig config = configWith({"train.steps=329", "adalora.tf=50000", ti});
        const std::vector<Issue> issues = validate(config, &demoFacts);
        QCOMPARE(issues.size(), 1U);
        QCOMPARE(issues.front().key, std::string("adalora.tf"));
        setFieldValue(config, "adalora.tf", *issues.front().suggestion);
        QVERIFY2(validate(config, &demoFacts).empty(), ti);
    }
}

QTEST_GUILESS_MAIN(ScheduleMistakesTest)
#include "tst_schedulemistakes.moc"
