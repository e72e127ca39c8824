// SPDX-License-Identifier: GPL-3.0-or-later
// The grid as a screen reader walks it: a table of cells in words.
#include "tests/visualization/SampleRun.h"
#include "visualization/RankGrid.h"

#include <QAccessible>
#include <QTest>

using namespace spectune;
using spectune::test::SampleRun;

class TestGridAccess : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isATableOfLayersAndMatrices()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&grid);
        QVERIFY(access);
        QCOMPARE(access->role(), QAccessible::Table);
        QAccessibleTableInterface* const table = access->tableInterface();
        QVERIFY(table);
        QCOMPARE(access->childCount(), 0);
        QVERIFY(!table->cellAt(0, 0));
        grid.setModuleLayout(run.layout());
        grid.setSnapshot(run.snapshot(1106));
        QCOMPARE(table->rowCount(), 22);
        QCOMPARE(table->columnCount(), 7);
        QCOMPARE(access->childCount(), 154);
        QCOMPARE(table->columnDescription(6), QStringLiteral("down_proj"));
        QAccessibleInterface* const cell = table->cellAt(9, 6);
        QVERIFY(cell);
        QCOMPARE(cell->text(QAccessible::Name), grid.cellText(ModuleIndex {9 * 7 + 6}));
        QVERIFY(cell->text(QAccessible::Name).startsWith(QStringLiteral("layer 9, down_proj, rank ")));
        QCOMPARE(cell->tableCellInterface()->rowIndex(), 9);
        QCOMPARE(cell->tableCellInterface()->columnIndex(), 6);
        QCOMPARE(access->child(9 * 7 + 6), cell); // the same one each time it is asked for
        QCOMPARE(access->indexOfChild(cell), 9 * 7 + 6);
        QVERIFY(!cell->rect().isEmpty());
        QCOMPARE(access->childAt(cell->rect().center().x(), cell->rect().center().y()), cell);
        QVERIFY(!table->cellAt(22, 0));
    }

    void theChosenCellIsSelected()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        grid.setModuleLayout(run.layout());
        QAccessibleTableInterface* const table = QAccessible::queryAccessibleInterface(&grid)->tableInterface();
        QCOMPARE(table->selectedCellCount(), 0);
        grid.setSelected(ModuleIndex {10});
        QCOMPARE(table->selectedCellCount(), 1);
        QCOMPARE(table->selectedCells().front(), table->cellAt(1, 3));
        QVERIFY(table->cellAt(1, 3)->state().selected);
        QVERIFY(!table->cellAt(1, 4)->state().selected);
    }

    void anotherLayoutHasOtherCells()
    {
        RankGrid grid;
        grid.resize(400, 400);
        grid.setTargets({"q_proj", "v_proj"}, 3, {true, false, true, true, false, false});
        QAccessibleTableInterface* const table = QAccessible::queryAccessibleInterface(&grid)->tableInterface();
        QCOMPARE(table->columnCount(), 2);
        QCOMPARE(table->cellAt(0, 1)->text(QAccessible::Name), QStringLiteral("layer 0, v_proj, not adapted"));
        QCOMPARE(table->cellAt(1, 0)->text(QAccessible::Name), QStringLiteral("layer 1, q_proj, adapted"));
        const SampleRun run;
        grid.setModuleLayout(run.layout());
        QCOMPARE(table->columnCount(), 7);
        QVERIFY(table->cellAt(0, 1)->text(QAccessible::Name).startsWith(QStringLiteral("layer 0, k_proj, rank ")));
    }

    void aCellOfAnotherLayoutIsNoneAnyMore()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        grid.setModuleLayout(run.layout());
        QAccessibleTableInterface* const table = QAccessible::queryAccessibleInterface(&grid)->tableInterface();
        QAccessibleInterface* const cell = table->cellAt(20, 6); // a reader may keep it
        QVERIFY(cell->isValid());
        grid.setModuleLayout(SampleRun {.layers = 4}.layout());
        QVERIFY(!cell->isValid());
        grid.setTargets({"q_proj", "v_proj"}, 30, std::vector<bool>(60, true));
        QVERIFY(!cell->isValid()); // the row is there, the column is not
        QVERIFY(cell->text(QAccessible::Name).isEmpty());
        QVERIFY(cell->rect().isEmpty());
        QVERIFY(!cell->tableCellInterface()->isSelected());
        QVERIFY(cell->state().invalid);
        grid.setModuleLayout(nullptr);
        QVERIFY(!cell->isValid());
    }

    void aDifferenceIsSaidInTriplets_data()
    {
        QTest::addColumn<int>("delta");
        QTest::addColumn<QString>("words");
        QTest::newRow("more") << 3 << QStringLiteral("layer 0, q_proj, 3 triplets more than in run A");
        QTest::newRow("one more") << 1 << QStringLiteral("layer 0, q_proj, 1 triplet more than in run A");
        QTest::newRow("same") << 0 << QStringLiteral("layer 0, q_proj, same rank in both runs");
        QTest::newRow("one fewer") << -1 << QStringLiteral("layer 0, q_proj, 1 triplet fewer than in run A");
        QTest::newRow("fewer") << -12 << QStringLiteral("layer 0, q_proj, 12 triplets fewer than in run A");
    }
    void aDifferenceIsSaidInTriplets()
    {
        QFETCH(int, delta);
        QFETCH(QString, words);
        RankGrid grid;
        grid.resize(486, 668);
        std::vector<std::int32_t> difference(22 * 7, 0);
        difference[0] = delta;
        grid.setDifference(SampleRun {}.layout(), difference);
        QCOMPARE(grid.cellText(ModuleIndex {0}), words);
        QCOMPARE(grid.cellDetails(ModuleIndex {0}), words); // its tool tip
        QCOMPARE(grid.spokenCellAt(0, 0), words);
    }
};

QTEST_MAIN(TestGridAccess)
#include "tst_gridaccess.moc"
