// SPDX-License-Identifier: GPL-3.0-or-later
// The budget editor's geometry both ways: values → pixels → values, and what is impossible.
#include "tests/visualization/SampleRun.h"
#include "visualization/BudgetCurve.h"
#include "visualization/EventTimeline.h"

#include <QSignalSpy>
#include <QTest>

#include <array>
#include <cmath>
#include <utility>

using namespace spectune;
using spectune::test::SampleRun;

Q_DECLARE_METATYPE(BudgetHandle)

namespace {

BudgetValues sampleValues()
{
    BudgetValues values = BudgetValues::of(SampleRun {}.plan()); // T 2000, ti 160, T − tf 1700, 12 → 6, 154 matrices
    values.largestRank = 256;
    return values;
}

bool anyHolds(const std::vector<QRectF>& parts, QPointF point)
{
    return std::any_of(parts.begin(), parts.end(), [point](const QRectF& part) { return part.contains(point); });
}

} // namespace

class TestBudgetGeometry : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void valuesBecomePixelsAndComeBack_data()
    {
        QTest::addColumn<QSizeF>("size");
        QTest::newRow("usual") << QSizeF(416.0, 420.0);
        QTest::newRow("least") << QSizeF(300.0, 180.0);
        QTest::newRow("large") << QSizeF(1200.0, 900.0);
        QTest::newRow("between pixels") << QSizeF(417.33, 299.5);
    }

    void valuesBecomePixelsAndComeBack()
    {
        QFETCH(QSizeF, size);
        BudgetValues values = sampleValues();
        const BudgetHold held = BudgetGeometry::compute(size, values).scales;
        for (int rank = 1; rank <= 13; ++rank) {
            values.initRank = rank;
            values.targetRank = rank;
            const BudgetGeometry geometry = BudgetGeometry::compute(size, values, held);
            for (const BudgetHandle handle : {BudgetHandle::InitRank, BudgetHandle::TargetRank})
                QCOMPARE(geometry.valueAt(handle, geometry.handle(handle)), rank);
            QVERIFY(std::abs(geometry.rankAt(geometry.yOf(rank)) - rank) < 1e-9);
        }
        for (std::int64_t step = 0; step < 2000; step += 37) {
            values.ti = step;
            values.finalStart = step;
            const BudgetGeometry geometry = BudgetGeometry::compute(size, values);
            for (const BudgetHandle handle : {BudgetHandle::WarmUpEnd, BudgetHandle::FinalStart})
                QCOMPARE(geometry.valueAt(handle, geometry.handle(handle)), step);
        }
    }

    void pixelsBecomeValuesAndComeBack()
    {
        const BudgetGeometry geometry = BudgetGeometry::compute({416.0, 420.0}, sampleValues());
        const double stepWidth = geometry.ground.width() / 2000.0;
        for (double x = geometry.ground.left(); x <= geometry.ground.right(); x += 1.0) {
            BudgetValues moved = sampleValues();
            moved.ti = geometry.valueAt(BudgetHandle::WarmUpEnd, {x, 0.0});
            QVERIFY(std::abs(BudgetGeometry::compute({416.0, 420.0}, moved).handle(BudgetHandle::WarmUpEnd).x() - x)
                <= stepWidth / 2.0 + 1e-9);
        }
        const double rankHeight = geometry.ground.height() / geometry.scales.topRank;
        for (double y = geometry.ground.top(); y <= geometry.yOf(1.0); y += 1.0) {
            BudgetValues moved = sampleValues();
            moved.targetRank = static_cast<double>(geometry.valueAt(BudgetHandle::TargetRank, {0.0, y}));
            const BudgetGeometry after = BudgetGeometry::compute({416.0, 420.0}, moved, geometry.scales);
            QVERIFY(std::abs(after.yOf(moved.targetRank) - y) <= rankHeight / 2.0 + 1e-9);
        }
    }

    void intervalAndLengthComeBack_data()
    {
        QTest::addColumn<std::int64_t>("total");
        QTest::newRow("short") << std::int64_t {60};
        QTest::newRow("usual") << std::int64_t {2000};
        QTest::newRow("long") << std::int64_t {85'914};
    }

    void intervalAndLengthComeBack()
    {
        QFETCH(std::int64_t, total);
        BudgetValues values = sampleValues();
        values.totalSteps = total;
        values.ti = total / 10;
        values.finalStart = total / 2;
        const QSizeF size(416.0, 420.0);
        for (const std::int64_t interval : {1, 2, 3, 7, 10, 20, 100}) {
            values.interval = interval;
            const BudgetGeometry geometry = BudgetGeometry::compute(size, values);
            const QPointF handle = geometry.handle(BudgetHandle::Interval);
            if (handle.x() < geometry.ground.right()) // an interval longer than the run has its handle at the edge
                QCOMPARE(geometry.valueAt(BudgetHandle::Interval, handle), interval);
            // It is never on the handle of ti, and a pixel is worth no more than the interval itself.
            QVERIFY(handle.x() - geometry.xOf(static_cast<double>(values.ti)) >= 24.0
                || handle.x() >= geometry.ground.right() - 1e-9);
            QVERIFY(geometry.stepAt(1.0) - geometry.stepAt(0.0)
                <= geometry.scales.intervals * static_cast<double>(interval));
        }
        const BudgetGeometry geometry = BudgetGeometry::compute(size, values);
        QCOMPARE(geometry.valueAt(BudgetHandle::TotalSteps, geometry.handle(BudgetHandle::TotalSteps)), total);
    }

    void theScalesRestWhileTheLengthIsDragged()
    {
        const QSizeF size(416.0, 420.0);
        const BudgetGeometry before = BudgetGeometry::compute(size, sampleValues());
        const QPointF handle = before.handle(BudgetHandle::TotalSteps);
        const double stepWidth = before.ground.width() / 2000.0;
        for (const double by : {-200.0, -40.0, -1.0, 1.0, 20.0}) { // into the plot, and out of it at the right
            BudgetValues moved = sampleValues();
            moved.totalSteps = before.valueAt(BudgetHandle::TotalSteps, handle + QPointF(by, 0.0));
            const BudgetGeometry held = BudgetGeometry::compute(size, moved, before.scales);
            QVERIFY(std::abs(held.handle(BudgetHandle::TotalSteps).x() - (handle.x() + by)) <= stepWidth / 2.0 + 1e-9);
            QVERIFY(std::abs(held.xOf(160.0) - before.xOf(160.0)) < 1e-9);
            QCOMPARE(held.run().right() < held.ground.right(), by < 0.0);
            // Let go, T is the plot's edge again.
            QVERIFY(std::abs(BudgetGeometry::compute(size, moved).run().right() - before.ground.right()) < 1e-9);
        }
        QVERIFY(before.valueAt(BudgetHandle::TotalSteps, handle + QPointF(4000.0, 0.0)) > 20'000);
        QCOMPARE(before.valueAt(BudgetHandle::TotalSteps, {-1e6, 0.0}), 1);
        QCOMPARE(before.valueAt(BudgetHandle::Interval, {-1e6, 0.0}), 1);
    }

    void theShadeOfThePhasesStaysInThePlot_data()
    {
        QTest::addColumn<qint64>("ti");
        QTest::addColumn<qint64>("finalStart");
        QTest::newRow("as it should be") << qint64 {160} << qint64 {1700};
        QTest::newRow("ti beyond T") << qint64 {5000} << qint64 {1700};
        QTest::newRow("tf longer than T") << qint64 {160} << qint64 {-700};
        QTest::newRow("both outside") << qint64 {-50} << qint64 {9000};
    }

    void theShadeOfThePhasesStaysInThePlot()
    {
        QFETCH(qint64, ti);
        QFETCH(qint64, finalStart);
        PlotPlan plan = SampleRun {}.plan();
        plan.ti = ti;
        plan.finalStart = finalStart;
        const BudgetGeometry geometry = BudgetGeometry::compute({416.0, 420.0}, BudgetValues::of(plan));
        EventTimeline timeline;
        timeline.resize(600, 86);
        timeline.setPlan(plan);
        const std::array<std::pair<QRectF, QRectF>, 2> shades {
            {{geometry.cubicPart(), geometry.ground}, {timeline.cubicPart(), timeline.track()}}};
        for (const auto& [shade, ground] : shades) {
            QVERIFY(shade.left() >= ground.left() && shade.right() <= ground.right() && shade.width() >= 0.0);
            QCOMPARE(shade.height(), ground.height());
            QCOMPARE(shade.width() > 0.0, finalStart > ti);
        }
    }

    void dragsEndWhereTheFieldsDo()
    {
        const BudgetGeometry geometry = BudgetGeometry::compute({416.0, 420.0}, sampleValues());
        QCOMPARE(geometry.valueAt(BudgetHandle::InitRank, {0.0, 1e6}), 1);
        QVERIFY(geometry.valueAt(BudgetHandle::InitRank, {0.0, -100.0}) > 13); // above the axis it goes on
        QCOMPARE(geometry.valueAt(BudgetHandle::WarmUpEnd, {-1e6, 0.0}), 0);
        QCOMPARE(geometry.valueAt(BudgetHandle::WarmUpEnd, {1e6, 0.0}), 2000);
        QCOMPARE(geometry.valueAt(BudgetHandle::FinalStart, {1e6, 0.0}), 1999); // tf is 1 at least
    }

    void impossibleValuesAreNamed_data()
    {
        QTest::addColumn<BudgetHandle>("handle");
        QTest::addColumn<double>("last"); // possible
        QTest::addColumn<double>("first"); // impossible
        QTest::newRow("target reaches init") << BudgetHandle::TargetRank << 11.0 << 12.0;
        QTest::newRow("init reaches target") << BudgetHandle::InitRank << 7.0 << 6.0;
        QTest::newRow("init above the smallest side") << BudgetHandle::InitRank << 256.0 << 257.0;
        QTest::newRow("ti reaches T - tf") << BudgetHandle::WarmUpEnd << 1699.0 << 1700.0;
        QTest::newRow("T - tf reaches ti") << BudgetHandle::FinalStart << 161.0 << 160.0;
        QTest::newRow("T - tf reaches T") << BudgetHandle::FinalStart << 1999.0 << 2000.0;
        QTest::newRow("T reaches ti + tf") << BudgetHandle::TotalSteps << 461.0 << 460.0;
    }

    void impossibleValuesAreNamed()
    {
        QFETCH(BudgetHandle, handle);
        QFETCH(double, last);
        QFETCH(double, first);
        const auto with = [handle](double value) {
            BudgetValues values = sampleValues();
            switch (handle) {
            case BudgetHandle::InitRank: values.initRank = static_cast<int>(value); break;
            case BudgetHandle::TargetRank: values.targetRank = value; break;
            case BudgetHandle::WarmUpEnd: values.ti = std::llround(value); break;
            case BudgetHandle::FinalStart: values.finalStart = std::llround(value); break;
            case BudgetHandle::Interval: values.interval = std::llround(value); break;
            case BudgetHandle::TotalSteps: // tf is given: it stays as long as it is
                values.finalStart += std::llround(value) - values.totalSteps;
                values.totalSteps = std::llround(value);
                break;
            }
            return BudgetGeometry::compute({416.0, 420.0}, values);
        };
        QVERIFY(!with(last).fault());
        QCOMPARE(with(first).fault(handle), handle);
        QVERIFY(with(first).fault().has_value()); // typed into a field, with no handle moved
    }

    void whatIsDerivedGivesWay()
    {
        BudgetValues values = sampleValues();
        values.tfGiven = false;
        values.ti = 1900;
        QVERIFY(BudgetGeometry::compute({416.0, 420.0}, values).possible(BudgetHandle::WarmUpEnd).holds(1998.0));
        values = sampleValues();
        values.initGiven = false;
        QVERIFY(BudgetGeometry::compute({416.0, 420.0}, values).possible(BudgetHandle::TargetRank).holds(100.0));
    }

    void impossiblePartsBeginAtTheOtherValue()
    {
        const BudgetGeometry geometry = BudgetGeometry::compute({416.0, 420.0}, sampleValues());
        const QPointF centre = geometry.ground.center();
        const auto target = geometry.impossible(BudgetHandle::TargetRank);
        QVERIFY(anyHolds(target, {centre.x(), geometry.yOf(12.0) - 2.0}));
        QVERIFY(!anyHolds(target, {centre.x(), geometry.yOf(12.0) + 2.0}));
        const auto init = geometry.impossible(BudgetHandle::InitRank);
        QVERIFY(anyHolds(init, {centre.x(), geometry.yOf(6.0) + 2.0}));
        QVERIFY(!anyHolds(init, {centre.x(), geometry.yOf(7.0)}));
        const auto warm = geometry.impossible(BudgetHandle::WarmUpEnd);
        QVERIFY(anyHolds(warm, {geometry.xOf(1700.0) + 1.0, centre.y()}));
        QVERIFY(!anyHolds(warm, {geometry.xOf(1700.0) - 2.0, centre.y()}));
        const auto end = geometry.impossible(BudgetHandle::FinalStart);
        QVERIFY(anyHolds(end, {geometry.xOf(160.0) - 1.0, centre.y()}));
        QVERIFY(!anyHolds(end, {geometry.xOf(160.0) + 2.0, centre.y()}));
    }

    // The owner answers each edit, as the set-up page does: the handle stays under the pointer all the way.
    void aDragFollowsThePointer()
    {
        BudgetCurve curve;
        curve.resize(416, 420);
        BudgetValues values = sampleValues();
        const PlotPlan plan = SampleRun {}.plan();
        curve.setCurve(plan, values);
        QObject::connect(&curve, &BudgetCurve::initRankEdited, &curve, [&](int rank) {
            values.initRank = rank;
            curve.setCurve(plan, values);
        });
        const QPoint from = curve.handlePosition(BudgetHandle::InitRank).toPoint();
        QTest::mousePress(&curve, Qt::LeftButton, {}, from + QPoint(0, 3)); // beside its centre
        for (int by = 0; by <= 200; by += 20) {
            QTest::mouseMove(&curve, from + QPoint(0, 3 + by));
            QVERIFY(
                std::abs(curve.handlePosition(BudgetHandle::InitRank).y() - (from.y() + by)) <= 15.0); // half a rank
        }
        QVERIFY(values.initRank < 6);
        QVERIFY2(
            curve.impossibleText().contains(QStringLiteral("not above target 6")), qPrintable(curve.impossibleText()));
        QTest::mouseMove(&curve, from + QPoint(0, 3));
        QVERIFY(curve.impossibleText().isEmpty());
        QCOMPARE(values.initRank, 12);
        QTest::mouseRelease(&curve, Qt::LeftButton, {}, from + QPoint(0, 3));
        QVERIFY(!curve.grab().isNull());
    }

    void anOverlongFinalPhaseIsWhatIsTold()
    {
        BudgetCurve curve;
        curve.resize(416, 420);
        BudgetValues values = sampleValues();
        values.tiGiven = true;
        values.tfGiven = true;
        values.totalSteps = 329;
        values.ti = 100;
        values.finalStart = 329 - 50'000;
        curve.setCurve(SampleRun {}.plan(), values);
        QCOMPARE(curve.budgetGeometry().fault(), std::optional(BudgetHandle::FinalStart));
        QCOMPARE(curve.budgetGeometry().fault(BudgetHandle::WarmUpEnd), std::optional(BudgetHandle::FinalStart));
        QCOMPARE(curve.impossibleText(), QStringLiteral("Impossible: tf 50,000 is not below the run's 329 steps"));
        values.ti = 8'000; // both at once
        curve.setCurve(SampleRun {}.plan(), values);
        QCOMPARE(curve.impossibleText(),
            QStringLiteral("Impossible: neither ti 8,000 nor tf 50,000 fits into the run's 329 steps"));
        values.finalStart = 329 - 100; // ti alone
        curve.setCurve(SampleRun {}.plan(), values);
        QCOMPARE(curve.budgetGeometry().fault(), std::optional(BudgetHandle::WarmUpEnd));
    }

    void arrowsMoveTheHandleThatIsSpoken()
    {
        BudgetCurve curve;
        curve.resize(416, 420);
        curve.setCurve(SampleRun {}.plan(), sampleValues());
        QSignalSpy init(&curve, &BudgetCurve::initRankEdited);
        QTest::keyClick(&curve, Qt::Key_Up);
        QCOMPARE(init.last()[0].toInt(), 13);
        QVERIFY(curve.accessibleName().contains(QStringLiteral("init rank 12")));
        QTest::keyClick(&curve, Qt::Key_Tab);
        QCOMPARE(curve.currentHandle(), BudgetHandle::TargetRank);
        QSignalSpy target(&curve, &BudgetCurve::targetRankEdited);
        QTest::keyClick(&curve, Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(target.last()[0].toInt(), 16);
        QTest::keyClick(&curve, Qt::Key_Tab);
        QTest::keyClick(&curve, Qt::Key_Tab);
        QSignalSpy end(&curve, &BudgetCurve::finalStartEdited);
        QTest::keyClick(&curve, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(end.last()[0].toLongLong(), 1690);
        QTest::keyClick(&curve, Qt::Key_Tab);
        QVERIFY2(curve.accessibleName().contains(QStringLiteral("interval ΔT, 20 steps")),
            qPrintable(curve.accessibleName()));
        QSignalSpy interval(&curve, &BudgetCurve::intervalEdited);
        QTest::keyClick(&curve, Qt::Key_Right);
        QCOMPARE(interval.last()[0].toLongLong(), 21);
        QTest::keyClick(&curve, Qt::Key_Tab);
        QVERIFY(curve.accessibleName().contains(QStringLiteral("end of the run, T, step 2,000")));
        QSignalSpy total(&curve, &BudgetCurve::totalStepsEdited);
        QTest::keyClick(&curve, Qt::Key_Left, Qt::ShiftModifier);
        QCOMPARE(total.last()[0].toLongLong(), 1990);
    }

    void theIntervalTellsHowManyItsBracketSpans_data()
    {
        QTest::addColumn<int>("width");
        QTest::newRow("narrow") << 416;
        QTest::newRow("wide") << 900;
        QTest::newRow("one interval has its pixels") << 6000;
    }

    void theIntervalTellsHowManyItsBracketSpans()
    {
        QFETCH(int, width);
        BudgetCurve curve;
        curve.resize(width, 420);
        curve.setCurve(SampleRun {}.plan(), sampleValues());
        const int spans = curve.budgetGeometry().scales.intervals;
        const QString words = QStringLiteral("interval ΔT, 20 steps");
        QCOMPARE(spans > 1, width < 6000);
        QCOMPARE(curve.handleText(BudgetHandle::Interval),
            spans > 1 ? words + QStringLiteral("; the bracket spans %1 of them").arg(spans) : words);
    }

    void theHandlesOfIntervalAndLengthAreDragged()
    {
        BudgetCurve curve;
        curve.resize(416, 420);
        BudgetValues values = sampleValues();
        PlotPlan plan = SampleRun {}.plan();
        curve.setCurve(plan, values);
        QObject::connect(&curve, &BudgetCurve::intervalEdited, &curve, [&](qint64 steps) {
            values.interval = plan.interval = steps;
            curve.setCurve(plan, values);
        });
        QObject::connect(&curve, &BudgetCurve::totalStepsEdited, &curve, [&](qint64 steps) {
            values.finalStart = plan.finalStart = plan.finalStart + steps - plan.totalSteps;
            values.totalSteps = plan.totalSteps = steps;
            curve.setCurve(plan, values);
        });
        const auto drag = [&](BudgetHandle handle, int by) {
            const QPoint from = curve.handlePosition(handle).toPoint();
            QTest::mousePress(&curve, Qt::LeftButton, {}, from);
            QTest::mouseMove(&curve, from + QPoint(by, 0));
            QVERIFY(!curve.grab().isNull());
            QTest::mouseRelease(&curve, Qt::LeftButton, {}, from + QPoint(by, 0));
        };
        drag(BudgetHandle::Interval, 30);
        QVERIFY(values.interval > 20);
        drag(BudgetHandle::Interval, -400);
        QCOMPARE(values.interval, std::int64_t {1});
        drag(BudgetHandle::TotalSteps, 100); // out of the plot
        QVERIFY2(values.totalSteps > 2500 && values.totalSteps < 2800, qPrintable(QString::number(values.totalSteps)));
        drag(BudgetHandle::TotalSteps, -1000);
        QCOMPARE(values.totalSteps, std::int64_t {1});
        QVERIFY2(curve.impossibleText().contains(QStringLiteral("of T 1 no step is left")),
            qPrintable(curve.impossibleText()));
    }
};

QTEST_MAIN(TestBudgetGeometry)
#include "tst_budgetgeometry.moc"
