// SPDX-License-Identifier: GPL-3.0-or-later
// The planned masking events, by arithmetic:
// they are those of the schedule, and however many there are, none is stored.
#include "training/config/BudgetSchedule.h"
#include "visualization/BudgetCurve.h"
#include "visualization/EventTimeline.h"
#include "visualization/PlotPlan.h"

#include <QTest>

#include <algorithm>
#include <vector>

using namespace spectune;

class TestPlotPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void plannedEventsFollowTheSchedule()
    {
        const PlotPlan plan {.totalSteps = 100,
            .ti = 10,
            .finalStart = 45,
            .interval = 10,
            .initialBudget = 8,
            .targetBudget = 4,
            .budgetCurve = {{0, 8}, {10, 8}, {45, 4}, {100, 4}}};
        const std::vector<std::int64_t> events {21, 31, 41, 46};
        QCOMPARE(plan.eventCount(), 4);
        for (std::int64_t i = 0; i < 4; ++i)
            QCOMPARE(plan.eventAt(i), events[static_cast<std::size_t>(i)]);
        for (std::int64_t step = 0; step <= 100; ++step)
            QCOMPARE(plan.eventsUntil(step), std::ranges::count_if(events, [step](auto at) { return at <= step; }));
        QCOMPARE(plan.eventsApart(0.0), events);
        QCOMPARE(plan.eventsApart(6.0), (std::vector<std::int64_t> {21, 31, 41}));
        QCOMPARE(plan.eventsApart(11.0), (std::vector<std::int64_t> {21, 41}));
        QCOMPARE(plan.budgetAt(27.5), 6.0);
        QCOMPARE(plan.budgetAt(1000.0), 4.0);
        PlotPlan fixed = plan;
        fixed.targetBudget = 8;
        QCOMPARE(fixed.eventCount(), 0);
        QCOMPARE(fixed.eventsUntil(100), 0);
        QVERIFY(fixed.eventsApart(0.0).empty());
    }

    /// A few digits too many in a field must cost nothing.
    void aHugePlanIsNotWrittenOut()
    {
        const PlotPlan plan {.totalSteps = 1'000'000'000'000,
            .ti = 10,
            .finalStart = 900'000'000'000,
            .interval = 1,
            .initialBudget = 8,
            .targetBudget = 4};
        QCOMPARE(plan.eventCount(), 900'000'000'000 - 10);
        QCOMPARE(plan.eventAt(plan.eventCount() - 1), 900'000'000'001);
        QCOMPARE(plan.eventsUntil(500'000'000'000), 500'000'000'000 - 11);
        QCOMPARE(plan.eventsApart(1e10).size(), 90U);
        EventTimeline timeline;
        timeline.resize(800, 80);
        timeline.setPlan(plan);
        timeline.setNow(1000);
        BudgetCurve curve;
        curve.resize(600, 300);
        curve.setCurve(plan, BudgetValues::of(plan));
        QVERIFY(!timeline.grab().isNull() && !curve.grab().isNull());
    }

    void itIsTheSchedule()
    {
        for (const std::int64_t interval : {1, 3, 7, 100}) {
            const BudgetSchedule schedule {.totalSteps = 100,
                .warmUpEnd = 12,
                .finalSteps = 31,
                .interval = interval,
                .initialBudget = 20,
                .targetBudget = 9};
            const PlotPlan plan {.totalSteps = schedule.totalSteps,
                .ti = schedule.warmUpEnd,
                .finalStart = schedule.finalStart(),
                .interval = schedule.interval,
                .initialBudget = schedule.initialBudget,
                .targetBudget = schedule.targetBudget};
            std::vector<std::int64_t> masking;
            for (std::int64_t t = 0; t < schedule.totalSteps; ++t)
                if (schedule.masksAt(t) && t <= schedule.finalStart())
                    masking.push_back(t + 1);
            QCOMPARE(plan.eventsApart(0.0), masking);
            QCOMPARE(plan.eventCount(), static_cast<std::int64_t>(masking.size()));
        }
    }
};

QTEST_MAIN(TestPlotPlan)
#include "tst_plotplan.moc"
