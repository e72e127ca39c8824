// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurveMath.h"
#include "visualization/PlotAxes.h"
#include "visualization/PlotPlan.h"
#include "visualization/RunCurves.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace spectune;

class TestCurves : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void smoothingFollowsItsFormula()
    {
        Smoother smoother;
        QVERIFY(std::isnan(smoother.value()));
        QCOMPARE(smoother.add(4.0), 4.0);
        const double second = 0.2 * 4.0 + 0.8 * 2.0; // w = 2 / (2 + 8)
        QCOMPARE(smoother.add(2.0), second);
        QCOMPARE(smoother.add(std::nan("")), second); // a skipped step changes nothing
        const double third = 3.0 / 11.0 * second + 8.0 / 11.0 * 1.0;
        QCOMPARE(smoother.add(1.0), third);
    }

    void smoothingOfAConstantIsThatConstant()
    {
        Smoother smoother;
        for (int i = 0; i < 1000; ++i) {
            QVERIFY(std::abs(smoother.add(0.7) - 0.7) < 1e-12);
        }
    }

    void decimationKeepsEverySpike()
    {
        CurveSeries series;
        for (int i = 1; i <= 100000; ++i) {
            series.append(i, i == 54321 ? 9.0 : i == 12345 ? -9.0 : std::sin(i * 0.01));
        }
        const auto spans = series.decimate(1.0, 100001.0, 400);
        QCOMPARE(spans.size(), std::size_t {400});
        double low = 0.0;
        double high = 0.0;
        for (const ColumnSpan& span : spans) {
            low = std::min(low, span.low);
            high = std::max(high, span.high);
        }
        QCOMPARE(low, -9.0);
        QCOMPARE(high, 9.0);
        const auto column = static_cast<std::size_t>((54321 - 1) * 400 / 100000);
        QCOMPARE(spans[column].high, 9.0);
    }

    void decimationEqualsBruteForce()
    {
        CurveSeries series;
        for (int i = 0; i < 1000; ++i) {
            series.append(i, i % 7 == 3 ? std::nan("") : std::cos(i * 1.7) * i);
        }
        for (const ColumnSpan& span : series.decimate(100.0, 900.0, 37)) {
            const double from = 100.0 + 800.0 * span.column / 37;
            const double to = 100.0 + 800.0 * (span.column + 1) / 37;
            double low = INFINITY;
            double high = -INFINITY;
            double last = 0.0;
            for (int i = 0; i < 1000; ++i) {
                if (i >= from && i < to && i % 7 != 3) {
                    low = std::min(low, std::cos(i * 1.7) * i);
                    high = std::max(high, std::cos(i * 1.7) * i);
                    last = std::cos(i * 1.7) * i;
                }
            }
            QCOMPARE(span.low, low);
            QCOMPARE(span.high, high);
            QCOMPARE(span.last, last);
        }
    }

    void aMillionPointsDecimateQuickly()
    {
        CurveSeries series;
        for (int i = 0; i < 1000000; ++i) {
            series.append(i, static_cast<double>(i % 997));
        }
        QBENCHMARK
        {
            const auto spans = series.decimate(0.0, 1e6, 1000);
            QCOMPARE(spans.size(), std::size_t {1000});
        }
    }

    void truncationForgetsWhatIsRepeated()
    {
        CurveSeries series;
        for (int i = 1; i <= 200; ++i) {
            series.append(i, i == 150 ? 100.0 : 1.0);
        }
        series.truncateAfter(130.0);
        QCOMPARE(series.size(), std::size_t {130});
        const auto spans = series.decimate(1.0, 201.0, 1);
        QCOMPARE(spans.at(0).high, 1.0);
        QVERIFY(std::isnan(CurveSeries().valueAt(3.0)));
        QCOMPARE(series.valueAt(1e9), 1.0);
    }

    void ticksAreRound()
    {
        const auto near = [](const std::vector<double>& actual, const std::vector<double>& expected) {
            return std::equal(actual.begin(), actual.end(), expected.begin(), expected.end(),
                [](double a, double b) { return std::abs(a - b) < 1e-9 * std::abs(b) + 1e-12; });
        };
        QVERIFY(near(niceTicks(0.58, 1.5, 5), {0.6, 0.8, 1.0, 1.2, 1.4}));
        QCOMPARE(niceTicks(1.0, 1.0, 5).size(), std::size_t {0});
        QCOMPARE(niceTicks(std::nan(""), 1.0, 5).size(), std::size_t {0});
        QCOMPARE(stepTicks(0.0, 2000.0, 5), (std::vector<double> {0.0, 500.0, 1000.0, 1500.0, 2000.0}));
        QCOMPARE(stepTicks(0.0, 3.0, 5), (std::vector<double> {0.0, 1.0, 2.0, 3.0})); // no half steps
        QVERIFY(near(logTicks(0.004, 0.3), {0.01, 0.1}));
        QVERIFY(logTicks(0.012, 0.06).size() >= 2); // less than a decade: 2 and 5 as well
        QVERIFY(logTicks(0.0, 1.0).empty());
        for (double low = 0.01; low < 0.1; low *= 1.03) { // the narrowest axis still has a scale
            QVERIFY2(logTicks(low, low * 1.82).size() >= 2, qPrintable(QString::number(low)));
        }
    }

    void plannedEventsFollowTheSchedule()
    {
        const PlotPlan plan {.totalSteps = 100,
            .ti = 10,
            .finalStart = 45,
            .interval = 10,
            .initialBudget = 8,
            .targetBudget = 4,
            .budgetCurve = {{0, 8}, {10, 8}, {45, 4}, {100, 4}}};
        QCOMPARE(plan.plannedEvents(), (std::vector<std::int64_t> {21, 31, 41, 46}));
        QCOMPARE(plan.budgetAt(27.5), 6.0);
        QCOMPARE(plan.budgetAt(1000.0), 4.0);
        PlotPlan fixed = plan;
        fixed.targetBudget = 8;
        QVERIFY(fixed.plannedEvents().empty());
    }

    void theStaircaseIsThatOfTheEvents()
    {
        RunCurves curves;
        // The plan as it is after the last edit: every 50 steps. The run masked every 20 until then.
        curves.setPlan(
            {.totalSteps = 100, .ti = 10, .finalStart = 90, .interval = 50, .initialBudget = 80, .targetBudget = 40});
        std::vector<MetricPoint> points;
        for (std::int64_t step = 1; step <= 100; ++step)
            points.push_back({step, 1.0, 0.1, 1e-3, step <= 10 ? 80 : 80 - (step - 10) * 4 / 9, 1.0, 10, 1.0, {}});
        curves.append(points);
        const std::vector<MaskEvent> events {
            {21, 76, {}, 4, 0}, {41, 67, {}, 9, 0}, {51, 62, {}, 5, 0}, {91, 40, {}, 22, 0}};
        curves.setEvents(events);
        QCOMPARE(curves.keptAt(20), 80.0);
        QCOMPARE(curves.keptAt(30), 76.0);
        QCOMPARE(curves.keptAt(45), 67.0);
        QCOMPARE(curves.keptAt(100), 40.0);
        curves.setEvents({}); // not known: it stays
        QCOMPARE(curves.keptAt(30), 76.0);
    }

    void stepAxesLeaveRoom()
    {
        const PlotPlan plan {.totalSteps = 2000};
        QCOMPARE(soFarAxis(plan, 3).high, 100.0);
        QVERIFY(soFarAxis(plan, 150).high > 150.0);
        QCOMPARE(soFarAxis(plan, 2000).high, 2000.0);
        QCOMPARE(wholeRunAxis(plan, 10).high, 2000.0);
        const AxisBounds last = lastAxis(plan, 1106, 200);
        QVERIFY(last.low <= 1106.0 - 175.0 && last.low >= 1106.0 - 200.0);
        QVERIFY(last.high > 1150.0); // room for the figures
        QCOMPARE(lastAxis(plan, 2000, 200).low, 1800.0);
        QCOMPARE(lastAxis(plan, 2000, 200).high, 2000.0);
    }

    void axesRescaleAtMostOnceInTwoSeconds()
    {
        RescaleGate gate;
        QVERIFY(gate.allows(0, false, false));
        QVERIFY(!gate.allows(1999, false, false));
        QVERIFY(gate.allows(2000, false, false));
        QVERIFY(!gate.allows(9000, true, false)); // the pointer is inside
        QVERIFY(gate.allows(9001, true, true)); // the user asked for it
    }
};

QTEST_GUILESS_MAIN(TestCurves)
#include "tst_curves.moc"
