// SPDX-License-Identifier: GPL-3.0-or-later
// Targets picked by rectangles, lines and keys.
#include "visualization/RankGrid.h"
#include "visualization/TargetDrag.h"

#include <QSignalSpy>
#include <QTest>

using namespace spectune;

namespace {

/// 'x' is ticked; rows are parted by blanks.
QString rowsOf(const std::vector<bool>& ticked, int kinds)
{
    QString text;
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        text += i > 0 && static_cast<int>(i) % kinds == 0 ? QStringLiteral(" ") : QString();
        text += ticked[i] ? QLatin1Char('x') : QLatin1Char('.');
    }
    return text;
}

std::vector<bool> none()
{
    return std::vector<bool>(12, false);
}

/// Four layers of three kinds to choose from, none of them ticked.
struct PickerGrid : RankGrid {
    PickerGrid()
    {
        resize(296, 668);
        setTargets({"q_proj", "k_proj", "up_proj"}, 4, none());
    }
    [[nodiscard]] QPoint at(int layer, int kind) const { return gridGeometry().cell(layer, kind).center().toPoint(); }
};

} // namespace

class TestTargetDrag : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aRectangleGrowsAndShrinks()
    {
        TargetDrag drag(none(), {}, 3, {2, 1}, TargetDrag::Extent::Cells);
        QVERIFY(drag.ticks());
        QCOMPARE(rowsOf(drag.after(), 3), QStringLiteral("... ... .x. ..."));
        drag.moveTo({0, 2});
        QCOMPARE(rowsOf(drag.after(), 3), QStringLiteral(".xx .xx .xx ..."));
        drag.moveTo({3, 0}); // across the corner where it began
        QCOMPARE(rowsOf(drag.after(), 3), QStringLiteral("... ... xx. xx."));
        QCOMPARE(drag.first(), (GridCell {2, 0}));
        QCOMPARE(drag.last(), (GridCell {3, 1}));
        QCOMPARE(rowsOf(drag.before(), 3), QStringLiteral("... ... ... ..."));
    }

    void whereItBeginsDecides()
    {
        std::vector<bool> ticked = none();
        ticked[4] = true;
        TargetDrag drag(ticked, {}, 3, {1, 1}, TargetDrag::Extent::Cells);
        QVERIFY(!drag.ticks());
        drag.moveTo({3, 2});
        QCOMPARE(rowsOf(drag.after(), 3), QStringLiteral("... ... ... ..."));
        // A line of which some are ticked is ticked whole.
        QVERIFY(TargetDrag(ticked, {}, 3, {1, 0}, TargetDrag::Extent::Rows).ticks());
        QVERIFY(!TargetDrag(std::vector<bool>(12, true), {}, 3, {0, 2}, TargetDrag::Extent::Columns).ticks());
    }

    void linesReachFromEdgeToEdge()
    {
        TargetDrag rows(none(), {}, 3, {1, 0}, TargetDrag::Extent::Rows);
        rows.moveTo({2, 1});
        QCOMPARE(rowsOf(rows.after(), 3), QStringLiteral("... xxx xxx ..."));
        TargetDrag columns(none(), {}, 3, {0, 2}, TargetDrag::Extent::Columns);
        columns.moveTo({2, 1});
        QCOMPARE(rowsOf(columns.after(), 3), QStringLiteral(".xx .xx .xx .xx"));
    }

    void whatIsNotInTheModelStays()
    {
        std::vector<bool> available(12, true);
        available[5] = false;
        TargetDrag drag(none(), available, 3, {0, 0}, TargetDrag::Extent::Cells);
        drag.moveTo({3, 2});
        QCOMPARE(rowsOf(drag.after(), 3), QStringLiteral("xxx xx. xxx xxx"));
    }

    void thePointerDragsOverHeaders()
    {
        PickerGrid grid;
        QSignalSpy spy(&grid, &RankGrid::targetsChanged);
        const auto header = [&](int layer) { return grid.gridGeometry().rowBox(layer).center().toPoint(); };
        QTest::mousePress(&grid, Qt::LeftButton, {}, header(1));
        QTest::mouseMove(&grid, header(3));
        QCOMPARE(spy.count(), 0); // one change, told at its end
        QTest::mouseRelease(&grid, Qt::LeftButton, {}, header(3));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("... xxx xxx xxx"));
    }

    void escapeTakesADragBack()
    {
        PickerGrid grid;
        QSignalSpy spy(&grid, &RankGrid::targetsChanged);
        QTest::mousePress(&grid, Qt::LeftButton, {}, grid.at(0, 0));
        QTest::mouseMove(&grid, grid.at(2, 2));
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("xxx xxx xxx ..."));
        QTest::keyClick(&grid, Qt::Key_Escape);
        QTest::mouseRelease(&grid, Qt::LeftButton, {}, grid.at(2, 2));
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("... ... ... ..."));
        QCOMPARE(spy.count(), 0);
    }

    void aRightPressEndsADrag()
    {
        PickerGrid grid;
        QSignalSpy spy(&grid, &RankGrid::targetsChanged);
        QTest::mousePress(&grid, Qt::LeftButton, {}, grid.at(0, 0));
        QTest::mouseMove(&grid, grid.at(1, 1));
        QTest::mousePress(&grid, Qt::RightButton, {}, grid.at(1, 1)); // its menu takes both releases
        QCOMPARE(spy.count(), 1);
        QTest::mouseMove(&grid, grid.at(3, 2));
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("xx. xx. ... ..."));
        QCOMPARE(spy.count(), 1);
    }

    void keysTickRectanglesAndLines()
    {
        PickerGrid grid;
        QSignalSpy spy(&grid, &RankGrid::targetsChanged);
        QTest::keyClick(&grid, Qt::Key_Down); // the first cell
        QTest::keyClick(&grid, Qt::Key_Down, Qt::ShiftModifier);
        QTest::keyClick(&grid, Qt::Key_Right, Qt::ShiftModifier);
        QTest::keyClick(&grid, Qt::Key_Space);
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("xx. xx. ... ..."));
        QTest::keyClick(&grid, Qt::Key_Down);
        QTest::keyClick(&grid, Qt::Key_Space, Qt::ShiftModifier);
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("xx. xx. xxx ..."));
        QTest::keyClick(&grid, Qt::Key_Space, Qt::ControlModifier);
        QCOMPARE(rowsOf(grid.targets(), 3), QStringLiteral("xx. xx. xxx .x."));
        QCOMPARE(spy.count(), 3);
        QVERIFY(!grid.grab().isNull());
    }
};

QTEST_MAIN(TestTargetDrag)
#include "tst_targetdrag.moc"
