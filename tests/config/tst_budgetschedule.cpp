// SPDX-License-Identifier: GPL-3.0-or-later
// b(t) against PEFT's own allocator (reference/schedule.py), step by step.
#include "training/config/BudgetSchedule.h"
#include "training/core/AtomicFile.h"

#include <QtTest/QtTest>

#include <nlohmann/json.hpp>

using namespace spectune;

namespace {

nlohmann::json referenceCases()
{
    const auto folder = qEnvironmentVariable("SPECTUNE_SOURCE_DIR").toStdString();
    return nlohmann::json::parse(readFile(folder + "/tests/config/reference/schedule.json"));
}

BudgetSchedule scheduleOf(const nlohmann::json& json)
{
    return {.totalSteps = json.at("T"),
        .warmUpEnd = json.at("ti"),
        .finalSteps = json.at("tf"),
        .interval = json.at("dT"),
        .initialBudget = json.at("b0"),
        .targetBudget = json.at("bT")};
}

std::int64_t countedEvents(const BudgetSchedule& schedule)
{
    std::int64_t count = 0;
    for (std::int64_t t = 0; t < schedule.totalSteps; ++t)
        count += schedule.masksAt(t) ? 1 : 0;
    return count;
}

} // namespace

class BudgetScheduleTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void equalsPeft();
    void eventCountEqualsCounting();
    void phases();
    void constantNeverMasks();
};

void BudgetScheduleTest::equalsPeft()
{
    const nlohmann::json cases = referenceCases();
    QVERIFY(cases.size() >= 400);
    for (const nlohmann::json& json : cases) {
        const BudgetSchedule schedule = scheduleOf(json);
        const auto steps = json.at("t").get<std::vector<std::int64_t>>();
        const auto budgets = json.at("b").get<std::vector<std::int64_t>>();
        const auto masks = json.at("masks").get<std::string>();
        for (std::size_t i = 0; i < steps.size(); ++i) {
            const bool same
                = schedule.budgetAt(steps[i]) == budgets[i] && schedule.masksAt(steps[i]) == (masks[i] == '1');
            QVERIFY2(same, (json.dump() + " at t = " + std::to_string(steps[i])).c_str());
        }
        if (json.contains("events"))
            QCOMPARE(schedule.eventCount(), json.at("events").get<std::int64_t>());
    }
}

void BudgetScheduleTest::eventCountEqualsCounting()
{
    for (const nlohmann::json& json : referenceCases()) {
        const BudgetSchedule schedule = scheduleOf(json);
        if (schedule.totalSteps <= 3000)
            QCOMPARE(schedule.eventCount(), countedEvents(schedule));
    }
}

void BudgetScheduleTest::phases()
{
    const BudgetSchedule schedule {
        .totalSteps = 100, .warmUpEnd = 10, .finalSteps = 40, .interval = 7, .initialBudget = 90, .targetBudget = 30};
    QCOMPARE(schedule.finalStart(), 60);
    QVERIFY(schedule.phaseAt(0) == Phase::WarmUp);
    QVERIFY(schedule.phaseAt(10) == Phase::WarmUp);
    QVERIFY(schedule.phaseAt(11) == Phase::Cubic);
    QVERIFY(schedule.phaseAt(59) == Phase::Cubic);
    QVERIFY(schedule.phaseAt(60) == Phase::Final);
    QVERIFY(schedule.phaseAt(99) == Phase::Final);
    QCOMPARE(schedule.budgetAt(10), 90);
    QCOMPARE(schedule.budgetAt(60), 30);
    QVERIFY(schedule.masksAt(60)); // no multiple of 7: forced
    QVERIFY(!schedule.masksAt(63)); // a multiple, but the pattern is fixed by then
}

void BudgetScheduleTest::constantNeverMasks()
{
    const BudgetSchedule schedule {.totalSteps = 50, .warmUpEnd = 50, .initialBudget = 12, .targetBudget = 12};
    QCOMPARE(schedule.eventCount(), 0);
    QCOMPARE(countedEvents(schedule), 0);
    QCOMPARE(schedule.budgetAt(0), 12);
    QCOMPARE(schedule.budgetAt(49), 12);
    QVERIFY(schedule.phaseAt(49) == Phase::WarmUp);
}

QTEST_GUILESS_MAIN(BudgetScheduleTest)
#include "tst_budgetschedule.moc"
