// SPDX-License-Identifier: GPL-3.0-or-later
// What of the grid is set anew, fades and is repainted, and what is left alone.
#include "tests/visualization/PaintCount.h"
#include "tests/visualization/SampleRun.h"
#include "visualization/RankGrid.h"

#include <QAbstractEventDispatcher>
#include <QAccessible>
#include <QElapsedTimer>
#include <QImage>
#include <QPixmap>
#include <QTest>
#include <QTimerEvent>

using namespace spectune;
using spectune::test::PaintCount;
using spectune::test::SampleRun;

namespace {

/// Of a grid of seven kinds.
QPoint centreOf(RankGrid& grid, std::size_t module)
{
    auto* table = QAccessible::queryAccessibleInterface(&grid)->tableInterface();
    return grid.mapFromGlobal(
        table->cellAt(static_cast<int>(module / 7), static_cast<int>(module % 7))->rect().center());
}

constexpr qint64 mostMilliseconds = 250; ///< that a change may take

/// Of its fades.
qsizetype timersOf(RankGrid& grid)
{
    return static_cast<qsizetype>(QAbstractEventDispatcher::instance()->registeredTimers(&grid).size());
}

/// The same moment with another rank, and so another colour, of one matrix.
std::shared_ptr<const RankSnapshot> changed(const RankSnapshot& before, std::size_t module)
{
    auto after = std::make_shared<RankSnapshot>(before);
    after->modules[module].rank = before.modules[module].rank == 9 ? 2 : 9;
    return after;
}

/// As a grid paints it that has shown nothing before.
QImage pictureAtOnce(const std::shared_ptr<const RankSnapshot>& snapshot)
{
    RankGrid grid;
    grid.resize(486, 668);
    grid.setSnapshot(snapshot);
    return grid.grab().toImage();
}

} // namespace

class TestGridChanges : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void whatDidNotChangeIsNotSetAgain()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        grid.setNote(QStringLiteral("headline"), QStringLiteral("detail"));
        const auto shown = run.snapshot(1106);
        grid.setSnapshot(shown);
        grid.show();
        QVERIFY(QTest::qWaitForWindowActive(&grid));
        grid.setSnapshot(shown);
        QVERIFY(grid.lastChanged().empty());
        QCoreApplication::processEvents();
        PaintCount paints(grid);
        grid.setNote(QStringLiteral("headline"), QStringLiteral("detail")); // as the page does with each snapshot
        grid.setLoading({});
        grid.setFailed(false);
        QVERIFY(grid.lastChanged().empty()); // a new arrangement would count all
        QCoreApplication::processEvents();
        QCOMPARE(paints.count, 0);
        grid.setNote(QStringLiteral("another headline"), QStringLiteral("detail"));
        QCOMPARE(grid.lastChanged().size(), std::size_t {154});
        QTRY_VERIFY(paints.count > 0);
    }

    /// Values of another step than the ranks are named as such wherever they stand, and are no line of a file.
    void valuesOfTheNearestStepSaySo()
    {
        auto snapshot = std::make_shared<RankSnapshot>(*SampleRun {}.snapshot(1106));
        snapshot->nearestStep = 1200;
        RankGrid grid;
        grid.resize(486, 668);
        grid.setSnapshot(snapshot);
        const QString words = QStringLiteral("λ and S of step 1,200, the nearest kept");
        QCOMPARE(grid.nearestText(), QString()); // the ranks are the step's own
        QVERIFY(!grid.cellText(ModuleIndex {0}).contains(words));
        QVERIFY(grid.cellDetails(ModuleIndex {0}).endsWith(words));
        for (const GridMode mode : {GridMode::Importance, GridMode::LambdaSum, GridMode::Orthogonality}) {
            grid.setMode(mode);
            QCOMPARE(grid.missingText(), QString());
            QCOMPARE(grid.nearestText(), words);
            QVERIFY(grid.cellText(ModuleIndex {0}).contains(words));
            QCOMPARE(grid.cellDetails(ModuleIndex {0}).count(words), 1);
            QVERIFY(grid.spokenSummary().endsWith(words));
            QVERIFY(!grid.grab().isNull());
        }
        grid.setMode(GridMode::Revivals);
        QCOMPARE(grid.nearestText(), QString());
        const QStringList line = grid.toCsv().split('\n').at(1).split(',');
        for (const int column : {9, 10, 11, 12})
            QVERIFY(line.at(column).isEmpty());
    }

    void aFadeEndsWithItsLayout_data()
    {
        QTest::addColumn<int>("layers"); // of the next layout; 0: none, −1: targets
        QTest::newRow("none") << 0;
        QTest::newRow("larger") << 80;
        QTest::newRow("smaller") << 4;
        QTest::newRow("targets") << -1;
    }
    void aFadeEndsWithItsLayout()
    {
        QFETCH(int, layers);
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        auto first = std::make_shared<RankSnapshot>(*run.snapshot(1106));
        first->hasLambda = first->hasScores = false;
        first->modules[150].rank = 3;
        grid.setMode(GridMode::Importance); // nothing to show yet: the next change is the first, and fades
        grid.setSnapshot(first);
        grid.setMode(GridMode::Rank);
        auto second = std::make_shared<RankSnapshot>(*first);
        second->modules[150].rank = 9;
        grid.setSnapshot(second);
        QCOMPARE(timersOf(grid), 1);
        if (layers < 0)
            grid.setTargets({"q_proj"}, 1, {true});
        else
            grid.setModuleLayout(layers > 0 ? SampleRun {.layers = layers}.layout() : nullptr);
        QCOMPARE(timersOf(grid), 0);
        QTimerEvent late(1); // one that was under way
        QCoreApplication::sendEvent(&grid, &late);
        QVERIFY(!grid.grab().isNull());
    }

    /// A change that follows another too soon ends its fade: what was half-way there is painted anew, not left so.
    void aFadeThatIsCutShortLeavesTheNewColour()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        const auto first = run.snapshot(1106);
        grid.setSnapshot(first);
        grid.show();
        QVERIFY(QTest::qWaitForWindowExposed(&grid));
        QCoreApplication::processEvents();
        const auto second = changed(*first, 3);
        grid.setSnapshot(second);
        QCOMPARE(timersOf(grid), 1); // it fades
        PaintCount paints(grid);
        grid.setSnapshot(changed(*second, 150));
        QCOMPARE(timersOf(grid), 0);
        QTRY_VERIFY(paints.count > 0);
        for (const std::size_t module : {std::size_t {3}, std::size_t {150}})
            QVERIFY(paints.region.contains(centreOf(grid, module)));
    }

    /// A quarter of a second after a change, on whatever machine, the picture is that of a grid that never faded.
    void aFadeLastsAQuarterOfASecondAtMost()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        const auto first = run.snapshot(1106);
        grid.setSnapshot(first);
        const auto second = changed(*first, 3);
        QElapsedTimer clock;
        clock.start();
        grid.setSnapshot(second);
        QCOMPARE(timersOf(grid), 1);
        QTRY_VERIFY(clock.hasExpired(mostMilliseconds));
        QCoreApplication::processEvents(); // a tick that is due
        QCOMPARE(timersOf(grid), 0);
        QCOMPARE(grid.grab().toImage(), pictureAtOnce(second));
    }

    /// However fast events come, there is one fade at most, and what is shown is the last of them.
    void changesDoNotQueueUp()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        auto last = run.snapshot(1106);
        grid.setSnapshot(last);
        QElapsedTimer clock;
        for (std::size_t module = 0; module < 40; ++module) {
            last = changed(*last, module);
            clock.start();
            grid.setSnapshot(last);
            QCOMPARE(grid.lastChanged(), std::vector<ModuleIndex> {ModuleIndex {static_cast<std::int32_t>(module)}});
            QVERIFY(timersOf(grid) <= 1);
            if (module % 8 == 7)
                QCoreApplication::processEvents();
        }
        QTRY_VERIFY(clock.hasExpired(mostMilliseconds)); // one fade's time after all forty
        QCoreApplication::processEvents();
        QCOMPARE(timersOf(grid), 0);
        QCOMPARE(grid.grab().toImage(), pictureAtOnce(last));
    }

    void nothingFadesUnasked_data()
    {
        QTest::addColumn<bool>("scrubbing");
        QTest::newRow("reduced motion") << false;
        QTest::newRow("dragged timeline") << true;
    }
    void nothingFadesUnasked()
    {
        QFETCH(bool, scrubbing);
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        const auto first = run.snapshot(1106);
        grid.setSnapshot(first);
        const auto still = [scrubbing](RankGrid& of) { scrubbing ? of.setScrubbing(true) : of.setReducedMotion(true); };
        still(grid);
        const auto second = changed(*first, 3);
        grid.setSnapshot(second);
        QCOMPARE(timersOf(grid), 0);
        QCOMPARE(grid.grab().toImage(), pictureAtOnce(second)); // at once
        RankGrid other; // the same change where nobody asks for stillness
        other.resize(486, 668);
        other.setSnapshot(first);
        other.setSnapshot(second);
        QCOMPARE(timersOf(other), 1);
        still(other);
        QCOMPARE(timersOf(other), 0); // a fade that has begun ends as well
        QCOMPARE(other.grab().toImage(), pictureAtOnce(second));
    }

    void targetsForgetTheRun()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        const auto snapshot = run.snapshot(1106);
        grid.setSnapshot(snapshot);
        grid.setSelected(ModuleIndex {10});
        grid.setTargets({"q_proj", "v_proj"}, 3, std::vector<bool>(6, true));
        QTest::keyClick(&grid, Qt::Key_Down);
        QVERIFY(!grid.selected().isValid()); // a target is no matrix of the run before
        grid.setSnapshot(snapshot);
        QCOMPARE(grid.layers(), 22); // the run is back, with its own cells
        QCOMPARE(grid.moduleAt(9, 6), ModuleIndex {9 * 7 + 6});
    }
};

QTEST_MAIN(TestGridChanges)
#include "tst_gridchanges.moc"
