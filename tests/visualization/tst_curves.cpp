// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/CurveMath.h"
#include "visualization/LogLevels.h"
#include "visualization/PlotAxes.h"
#include "visualization/PlotPlan.h"
#include "visualization/RunCurves.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

using namespace spectune;

class TestCurves : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void smoothingFollowsItsFormula()
    {
        Smoother smoother;
        QVERIFY(std::isnan(smoother.value()));
        QCOMPARE(smoother.add(4.0), 4.0);
        QCOMPARE(smoother.add(1.0), 1.0); // a line through two values meets both
        QCOMPARE(smoother.add(std::nan("")), 1.0); // a skipped step changes nothing
        // Older values are weighed by 2 / (2 + 8) at the second and by 3 / (3 + 8) at the third.
        // Least squares by hand, x = −age.
        const double weights[] {0.2 * 3.0 / 11.0, 3.0 / 11.0, 1.0};
        const double values[] {4.0, 1.0, 2.0};
        double sum = 0.0;
        double meanX = 0.0;
        double meanY = 0.0;
        for (int i = 0; i < 3; ++i) {
            sum += weights[i];
            meanX += weights[i] * (i - 2);
            meanY += weights[i] * values[i];
        }
        meanX /= sum;
        meanY /= sum;
        double slope = 0.0;
        double spread = 0.0;
        for (int i = 0; i < 3; ++i) {
            slope += weights[i] * (i - 2 - meanX) * (values[i] - meanY);
            spread += weights[i] * (i - 2 - meanX) * (i - 2 - meanX);
        }
        QCOMPARE(smoother.add(2.0), meanY - slope / spread * meanX);
    }

    /// A run that learns its task by heart: a steep fall to almost nothing. A line alone would end below zero.
    void smoothingStaysAmongTheValues()
    {
        Smoother smoother(0.97);
        for (int step = 0; step < 600; ++step) {
            const double loss = 3.0 * std::exp(-step / 40.0) + 0.003 + 0.002 * (step % 3);
            const double smooth = smoother.add(loss);
            QVERIFY2(smooth > 0.0, qPrintable(QStringLiteral("step %1: %2").arg(step).arg(smooth)));
        }
        QVERIFY(smoother.value() >= 0.003 && smoother.value() <= 0.007);
    }

    void smoothingWithoutWeightIsTheRawValue()
    {
        Smoother smoother(0.0);
        for (const double value : {3.0, 1.0, 2.5, -4.0}) {
            QCOMPARE(smoother.add(value), value);
        }
    }

    /// Noise of ±0.1 around a fall of 0.01 a step: a mean of the past would lie 49 steps behind, outside of the noise.
    void smoothingDoesNotLagBehindAFall()
    {
        Smoother smoother;
        std::minstd_rand random(7);
        double fromRamp = 0.0;
        for (int step = 1; step <= 1000; ++step) {
            const double ramp = 12.0 - 0.01 * step;
            const double unit = static_cast<double>(random()) / static_cast<double>(std::minstd_rand::max());
            const double smooth = smoother.add(ramp + 0.2 * unit - 0.1);
            QVERIFY2(std::abs(smooth - ramp) <= 0.1, qPrintable(QString::number(step))); // inside the cloud
            fromRamp += step > 300 ? (smooth - ramp) / 0.01 : 0.0;
        }
        QVERIFY2(std::abs(fromRamp / 700.0) < 2.0, qPrintable(QString::number(fromRamp / 700.0))); // steps, on the mean
    }

    void smoothingFollowsTheFirstFall_data()
    {
        QTest::addColumn<double>("steps");
        for (const double steps : {10.0, 30.0, 100.0, 400.0}) {
            QTest::addRow("in %g steps", steps) << steps;
        }
    }

    void smoothingFollowsTheFirstFall()
    {
        QFETCH(const double, steps);
        Smoother smoother;
        for (int step = 1; step <= 2000; ++step) {
            const double loss = 1.0 + 2.0 * std::exp(-step / steps);
            const double smooth = smoother.add(loss);
            QVERIFY2(std::abs(smooth - loss) < 0.04, qPrintable(QString::number(step)));
        }
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

    void blocksEqualBruteForce_data()
    {
        QTest::addColumn<int>("points");
        QTest::addColumn<int>("columns");
        for (const int points : {7, 8, 9, 64, 511, 4097, 50000}) {
            for (const int columns : {1, 3, 100}) {
                QTest::addRow("%d points, %d columns", points, columns) << points << columns;
            }
        }
    }

    /// Steps with holes, values with gaps, cut and gone on with: as a resumed run leaves them.
    void blocksEqualBruteForce()
    {
        QFETCH(const int, points);
        QFETCH(const int, columns);
        std::minstd_rand random(static_cast<unsigned>(points * 1000 + columns));
        const auto value = [&random] {
            const auto drawn = static_cast<double>(random() % 100000);
            return drawn < 20000.0 ? std::nan("") : drawn - 60000.0;
        };
        CurveSeries series;
        std::vector<double> x;
        std::vector<double> y;
        const auto grow = [&](int count) {
            for (int i = 0; i < count; ++i) {
                x.push_back((x.empty() ? 0.0 : x.back()) + 1.0 + static_cast<double>(random() % 3));
                y.push_back(value());
                series.append(x.back(), y.back());
            }
        };
        grow(points);
        x.resize(x.size() - static_cast<std::size_t>(points) / 3);
        y.resize(x.size());
        series.truncateAfter(x.back());
        QCOMPARE(series.size(), x.size());
        grow(points / 2);
        const double from = x[x.size() / 7];
        const double to = x.back() + 1.0;
        const std::vector<ColumnSpan> spans = series.decimate(from, to, columns);
        auto span = spans.begin();
        for (int column = 0; column < columns; ++column) {
            ColumnSpan expected {column, INFINITY, -INFINITY, 0.0};
            for (std::size_t i = 0; i < x.size(); ++i) {
                const bool inside = x[i] >= from + (to - from) * column / columns
                    && x[i] < from + (to - from) * (column + 1) / columns;
                if (inside && std::isfinite(y[i])) {
                    expected.low = std::min(expected.low, y[i]);
                    expected.high = std::max(expected.high, y[i]);
                    expected.last = y[i];
                }
            }
            if (expected.low > expected.high) {
                QVERIFY(span == spans.end() || span->column > column);
                continue;
            }
            QVERIFY(span != spans.end());
            QVERIFY(*span == expected);
            ++span;
        }
        QVERIFY(span == spans.end());
    }

    /// What a picture costs follows from its columns: a hundred times the points cost two levels of blocks more.
    void aMillionPointsCostTheirColumns()
    {
        CurveSeries series;
        for (int i = 0; i < 1000000; ++i) {
            series.append(i, static_cast<double>(i % 997));
        }
        for (const double to : {1e6, 987654.0, 54321.0, 7777.0}) {
            std::size_t visited = 0;
            const auto spans = series.decimate(123.0, to, 1000, &visited);
            QCOMPARE(spans.size(), std::size_t {1000});
            QVERIFY2(visited <= 1000 * 7 * 2 * 4, qPrintable(QString::number(visited)));
        }
        std::size_t visited = 0;
        QCOMPARE(series.decimate(1.0, 999999.0, 1, &visited).size(), std::size_t {1});
        QVERIFY2(visited <= 7 * 2 * 7, qPrintable(QString::number(visited)));
        QBENCHMARK
        {
            QCOMPARE(series.decimate(0.0, 1e6, 1000).size(), std::size_t {1000});
        }
    }

    void theLastValueIsFoundBehindALongGap()
    {
        CurveSeries series;
        for (int i = 1; i <= 5000; ++i) {
            series.append(i, i == 3 ? 1.5 : std::nan(""));
        }
        QCOMPARE(series.valueAt(5000.0), 1.5);
        QVERIFY(std::isnan(series.valueAt(2.0)));
        QCOMPARE(series.decimate(1.0, 5001.0, 1).at(0), (ColumnSpan {0, 1.5, 1.5, 1.5}));
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
        QVERIFY(near(logTicks(0.012, 0.06), {0.02, 0.05})); // less than a decade: 2 and 5 as well
        QVERIFY(near(logTicks(1.41, 2.7), {1.5, 2.0, 2.5})); // less than that: even, and round
        QVERIFY(near(logTicks(0.0201, 0.0249), {0.021, 0.022, 0.023, 0.024}));
        QVERIFY(logTicks(0.0, 1.0).empty());
        for (double low = 0.01; low < 0.1; low *= 1.03) { // the narrowest axis still has a scale
            QVERIFY2(logTicks(low, low * 1.82).size() >= 2, qPrintable(QString::number(low)));
        }
    }

    void textsBelowAnAxisStandApart()
    {
        // 15,000 would touch 20,000, which was moved inwards; the last one matters most.
        const std::vector<TickPlace> places {
            {0.0, 0.0, 7.0}, {10000.0, 95.0, 38.0}, {15000.0, 150.0, 38.0}, {20000.0, 190.0, 38.0}};
        std::vector<double> ticks;
        for (const TickPlace& place : standingApart(places))
            ticks.push_back(place.tick);
        QCOMPARE(ticks, (std::vector<double> {20000.0, 10000.0, 0.0}));
        QVERIFY(standingApart({}).empty());
    }

    void figuresBesideAnAxisStandApart_data()
    {
        QTest::addColumn<std::vector<double>>("ticks"); // pixels above a plot's lower end at 100; its top is 0
        QTest::addColumn<std::vector<double>>("told");
        using Ticks = std::vector<double>;
        QTest::newRow("far apart") << Ticks {10.0, 40.0, 80.0} << Ticks {10.0, 40.0, 80.0};
        QTest::newRow("just apart") << Ticks {10.0, 26.0, 42.0} << Ticks {10.0, 26.0, 42.0};
        QTest::newRow("nearer than a line") << Ticks {10.0, 20.0, 30.0, 50.0} << Ticks {10.0, 30.0, 50.0};
        QTest::newRow("just below the title") << Ticks {50.0, 96.0} << Ticks {50.0, 96.0};
        QTest::newRow("at the title") << Ticks {50.0, 97.0} << Ticks {50.0};
        QTest::newRow("none") << Ticks {} << Ticks {};
    }

    void figuresBesideAnAxisStandApart()
    {
        QFETCH(std::vector<double>, ticks);
        QFETCH(std::vector<double>, told);
        std::vector<double> standing;
        for (const TickPlace& place : standingLevels(
                 ticks, [](double tick) { return 100.0 - tick; }, 0.0)) {
            QCOMPARE(place.left + place.width / 2.0, 100.0 - place.tick);
            standing.push_back(place.tick);
        }
        QCOMPARE(standing, told);
    }

    void aLogarithmicAxisHasTwoFigures()
    {
        for (const double height : {30.0, 60.0, 110.0, 200.0}) {
            for (double low = 0.001; low < 0.01; low *= 1.011) {
                for (const double times : {1.2, 1.82, 3.0, 8.0, 12.0, 14.6, 90.0, 2000.0}) {
                    const double high = low * times;
                    const auto y = [&](double tick) { return height * std::log(high / tick) / std::log(times); };
                    const std::vector<TickPlace> places = standingLogLevels(low, high, y, 0.0);
                    QVERIFY2(places.size() >= 2, qPrintable(QStringLiteral("%1, %2").arg(low).arg(high)));
                    for (std::size_t i = 1; i < places.size(); ++i)
                        QVERIFY(places[i].left + places[i].width <= places[i - 1].left + 1e-9);
                }
            }
        }
        QVERIFY(standingLogLevels(
            0.0, 1.0, [](double) { return 0.0; }, 0.0)
                    .empty());
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
        QCOMPARE(gate.wait(1999), 1);
        QCOMPARE(gate.wait(5000), 0);
        QVERIFY(gate.allows(2000, false, false));
        QVERIFY(!gate.allows(9000, true, false)); // the pointer is inside
        QVERIFY(gate.allows(9001, true, true)); // the user asked for it
    }
};

QTEST_GUILESS_MAIN(TestCurves)
#include "tst_curves.moc"
