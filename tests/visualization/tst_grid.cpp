// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/visualization/Ink.h"
#include "tests/visualization/SampleRun.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridState.h"
#include "visualization/Theme.h"

#include <QAccessible>
#include <QContextMenuEvent>
#include <QMouseEvent>
#include <QSignalSpy>
#include <QTest>

#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

RankGridGeometry geometry(int layers, int kinds, QSize size, double ratio = 1.0, bool targets = false)
{
    return RankGridGeometry::compute({.size = size,
        .layers = layers,
        .kinds = kinds,
        .attentionKinds = std::min(4, kinds),
        .targets = targets,
        .devicePixelRatio = ratio});
}

} // namespace

class TestGrid : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void geometryIsCrispAndInside_data()
    {
        QTest::addColumn<int>("layers");
        QTest::addColumn<int>("kinds");
        QTest::addColumn<QSize>("size");
        QTest::addColumn<double>("ratio");
        for (const int layers : {5, 6, 22, 32, 40, 41, 80, 120, 126}) {
            for (const int kinds : {2, 3, 5, 7, 16}) {
                for (const QSize size : {QSize(360, 500), QSize(420, 568), QSize(486, 668), QSize(656, 900)}) {
                    for (const double ratio : {1.0, 1.25, 1.5, 2.0}) {
                        QTest::addRow(
                            "%d layers %d kinds %dx%d at %g", layers, kinds, size.width(), size.height(), ratio)
                            << layers << kinds << size << ratio;
                    }
                }
            }
        }
    }
    void geometryIsCrispAndInside()
    {
        QFETCH(int, layers);
        QFETCH(int, kinds);
        QFETCH(QSize, size);
        QFETCH(double, ratio);
        const RankGridGeometry g = geometry(layers, kinds, size, ratio);
        QVERIFY(g.pitchY <= g.pitchX + 1e-9); // never taller than wide
        QVERIFY(g.gap * ratio >= 1.0 - 1e-9);
        QCOMPARE(g.blocks, layers > 40 && layers <= 120 ? 2 : 1);
        for (int layer = 0; layer < layers; ++layer) {
            for (int kind = 0; kind < kinds; ++kind) {
                const QRectF cell = g.cell(layer, kind);
                for (const double edge : {cell.left(), cell.top(), cell.right(), cell.bottom()}) {
                    QVERIFY(std::abs(edge * ratio - std::round(edge * ratio)) < 1e-6);
                }
                QVERIFY(cell.left() >= 0.0 && cell.right() <= size.width());
                QVERIFY(cell.bottom() <= size.height());
                QCOMPARE(*g.cellAt(cell.center()), (GridCell {layer, kind}));
            }
        }
        if (kinds > 4) {
            QVERIFY(g.columnX(0, 4) - g.columnX(0, 3) > g.pitchX + 3.0); // attention and MLP stand apart
        }
        QVERIFY(!g.cellAt({0.0, 0.0}));
    }

    void theStudiosSizesKeepTheirNumbers()
    {
        QVERIFY(geometry(22, 7, {486, 668}).numbers);
        QCOMPARE(geometry(22, 7, {486, 668}).pitchY, 25.0);
        const RankGridGeometry big = geometry(80, 7, {530, 668});
        QVERIFY(big.numbers);
        QCOMPARE(big.pitchY, 14.0);
        QCOMPARE(big.labelEvery, 1);
        const RankGridGeometry huge = geometry(126, 7, {486, 668});
        QVERIFY(!huge.numbers);
        QCOMPARE(huge.layerGapEvery, 8);
        QVERIFY(huge.rowY(8) - huge.rowY(7) > huge.rowY(7) - huge.rowY(6));
    }

    void emptyGridsHaveNoCells()
    {
        const RankGridGeometry g = geometry(0, 0, {100, 100});
        QVERIFY(!g.cellAt({50, 50}));
        QVERIFY(!g.rowHeaderAt({5, 50}));
        RankGrid grid;
        grid.resize(300, 300);
        grid.grab();
    }

    void looksSayRankZeroAndFlags()
    {
        RankGridState state;
        const SampleRun run;
        state.view = GridView::Ranks;
        state.setLayout(run.layout());
        CellLook idle = state.lookOf({3, 2});
        QCOMPARE(idle.text, QStringLiteral("12"));
        QCOMPARE(idle.fill, Theme::current().idleCell);
        const auto snapshot = run.snapshot(1106);
        state.snapshot = snapshot;
        state.updateScale();
        int hatched = 0;
        int flags = 0;
        for (int layer = 0; layer < run.layers; ++layer) {
            for (int kind = 0; kind < run.kinds; ++kind) {
                const ModuleState& module = snapshot->modules[static_cast<std::size_t>(layer * run.kinds + kind)];
                const CellLook look = state.lookOf({layer, kind});
                QCOMPARE(look.text, QString::number(module.rank));
                QCOMPARE(look.hatched, module.rank == 0);
                QCOMPARE(look.lost, module.lostAtLastEvent > 0);
                QCOMPARE(look.back, module.backAtLastEvent > 0);
                if (module.rank > 0) {
                    QCOMPARE(look.fill, Theme::current().rankColor(module.rank, 12));
                }
                hatched += look.hatched ? 1 : 0;
                flags += look.lost || look.back ? 1 : 0;
            }
        }
        QVERIFY(hatched > 0);
        QVERIFY(flags > 0);
    }

    void rankZeroIsHatchedInEveryMode_data()
    {
        QTest::addColumn<GridMode>("mode");
        QTest::newRow("ranks") << GridMode::Rank;
        QTest::newRow("importance") << GridMode::Importance;
        QTest::newRow("Σ |λ|") << GridMode::LambdaSum;
        QTest::newRow("orthogonality") << GridMode::Orthogonality;
        QTest::newRow("revivals") << GridMode::Revivals;
    }

    void rankZeroIsHatchedInEveryMode()
    {
        QFETCH(GridMode, mode);
        const SampleRun run;
        auto snapshot = std::make_shared<RankSnapshot>(*run.snapshot(1106));
        ModuleState& emptied = snapshot->modules[5]; // layer 0
        emptied.rank = 0;
        emptied.importance = emptied.lambdaSum = 0.0F;
        emptied.orthP = 1e6F; // of a matrix without colour: it stretches no scale
        RankGrid grid;
        grid.resize(486, 668);
        grid.setMode(mode);
        grid.setSnapshot(snapshot);
        RankGridState state;
        state.view = GridView::Ranks;
        state.mode = mode;
        state.setLayout(run.layout());
        state.geometry = grid.gridGeometry();
        state.snapshot = snapshot;
        state.updateScale();
        for (int layer = 0; layer < run.layers; ++layer)
            for (int kind = 0; kind < run.kinds; ++kind) {
                const auto module = state.moduleAt({layer, kind}).at();
                QCOMPARE(state.lookOf({layer, kind}).hatched, snapshot->modules[module].rank == 0);
            }
        QVERIFY(mode == GridMode::Orthogonality || mode == GridMode::Revivals || state.lookOf({0, 5}).text == "0");
        QVERIFY(mode != GridMode::Orthogonality || state.scale.high < 1e6);
        const QString words = grid.spokenCellAt(0, 5);
        QVERIFY2(words.contains("rank 0 of 12"), qPrintable(words));
        QVERIFY(test::hasInk(grid.grab().toImage(), grid.gridGeometry().cell(0, 5).adjusted(3, 3, -3, -3))); // hatched
        QCOMPARE(state.legendHatch().isEmpty(), mode == GridMode::Rank); // whose legend has it as its first box
        if (mode != GridMode::Rank) {
            QVERIFY(state.legendHatch().right() < state.legendBar().left());
            QVERIFY(state.legendBar().right() < grid.gridGeometry().legend().right());
            for (ModuleState& module : snapshot->modules)
                module.rank = 3;
            QVERIFY(state.legendHatch().isEmpty());
        }
    }

    void scalesPlaceTheirEnds()
    {
        const ValueScale log {1e-6, 1e-2, true};
        QCOMPARE(log.place(1e-6), 0.0);
        QCOMPARE(log.place(1e-2), 1.0);
        QVERIFY(std::abs(log.place(1e-4) - 0.5) < 1e-9);
        QCOMPARE((ValueScale {0.0, 4.0, false}.place(1.0)), 0.25);
        QCOMPARE((ValueScale {0.0, 0.0, false}.place(1.0)), 1.0);
    }

    void aSnapshotRepaintsChangedCellsAlone()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        auto first = std::make_shared<RankSnapshot>(*run.snapshot(1106));
        for (ModuleState& module : first->modules) {
            module.lostAtLastEvent = module.backAtLastEvent = 0;
        }
        grid.setSnapshot(first);
        QCOMPARE(grid.lastChanged().size(), std::size_t {154});
        grid.setSnapshot(first);
        QVERIFY(grid.lastChanged().empty());
        auto second = std::make_shared<RankSnapshot>(*first);
        second->modules[17].rank += 1;
        second->modules[40].lostAtLastEvent = 1;
        grid.setSnapshot(second);
        QCOMPARE(grid.lastChanged(), (std::vector<ModuleIndex> {{17}, {40}}));
    }

    void arrowsMoveTheCell()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        grid.setSnapshot(run.snapshot(1106));
        QSignalSpy spy(&grid, &RankGrid::cellActivated);
        QTest::keyClick(&grid, Qt::Key_Right);
        QCOMPARE(grid.selected(), ModuleIndex {0}); // the first key chooses the first cell
        QTest::keyClick(&grid, Qt::Key_Right);
        QTest::keyClick(&grid, Qt::Key_Down);
        QCOMPARE(grid.selected(), ModuleIndex {8});
        QTest::keyClick(&grid, Qt::Key_Left);
        QTest::keyClick(&grid, Qt::Key_Left); // at the edge: stays
        QCOMPARE(grid.selected(), ModuleIndex {7});
        QTest::keyClick(&grid, Qt::Key_Up);
        QTest::keyClick(&grid, Qt::Key_Up);
        QCOMPARE(grid.selected(), ModuleIndex {0});
        QVERIFY(spy.count() >= 5);
    }

    void aScreenReaderHearsCellAndSummary()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&grid);
        QVERIFY(access);
        const auto said = [&] { return access->text(QAccessible::Description); };
        const auto pointAt = [&grid](const GridCell& cell) {
            const QPointF place = grid.gridGeometry().cell(cell.layer, cell.kind).center();
            QMouseEvent move(QEvent::MouseMove, place, place, Qt::NoButton, Qt::NoButton, Qt::NoModifier);
            QCoreApplication::sendEvent(&grid, &move);
        };
        grid.setModuleLayout(run.layout());
        QVERIFY(!access->text(QAccessible::Name).isEmpty());
        QCOMPARE(said(), QStringLiteral("154 matrices in 22 layers, all 1,848 triplets kept"));
        const auto snapshot = run.snapshot(1106);
        grid.setSnapshot(snapshot);
        int kept = 0;
        int empty = 0;
        for (const ModuleState& module : snapshot->modules) {
            kept += module.rank;
            empty += module.rank == 0 ? 1 : 0;
        }
        const QString whole
            = QStringLiteral("154 matrices in 22 layers, step 1,106: %1 of 1,848 triplets kept, %2 matrices at rank 0")
                  .arg(kept)
                  .arg(empty);
        QCOMPARE(said(), whole);
        QTest::keyClick(&grid, Qt::Key_Down);
        QCOMPARE(said(), grid.cellText(ModuleIndex {0}) + ". " + whole);
        QVERIFY(said().startsWith(QStringLiteral("layer 0, q_proj, rank ")));
        // What the pointer is on goes first, until it leaves or a key moves the cell.
        pointAt({9, 6});
        QCOMPARE(access->text(QAccessible::Value), grid.cellText(ModuleIndex {9 * 7 + 6}));
        QTest::keyClick(&grid, Qt::Key_Right);
        QCOMPARE(access->text(QAccessible::Value), grid.cellText(ModuleIndex {1}));
        pointAt({3, 0});
        QEvent leave(QEvent::Leave);
        QCoreApplication::sendEvent(&grid, &leave);
        QCOMPARE(access->text(QAccessible::Value), grid.cellText(ModuleIndex {1}));
    }

    void aScreenReaderHearsTargets()
    {
        RankGrid grid;
        grid.resize(296, 668);
        grid.setTargets({"q_proj", "v_proj"}, 2, {true, false, true, true});
        grid.setTargetsAvailable({true, true, true, false});
        QAccessibleInterface* const access = QAccessible::queryAccessibleInterface(&grid);
        QCOMPARE(access->text(QAccessible::Description), QStringLiteral("3 of 4 matrices adapted"));
        QTest::keyClick(&grid, Qt::Key_Down);
        QCOMPARE(access->text(QAccessible::Value), QStringLiteral("layer 0, q_proj, adapted"));
        QTest::keyClick(&grid, Qt::Key_Space);
        QCOMPARE(access->text(QAccessible::Description),
            QStringLiteral("layer 0, q_proj, not adapted. 2 of 4 matrices adapted"));
        QTest::keyClick(&grid, Qt::Key_Down);
        QTest::keyClick(&grid, Qt::Key_Right);
        QCOMPARE(access->text(QAccessible::Value), QStringLiteral("layer 1, v_proj, not in the model"));
    }

    void arrowsCrossTheFold()
    {
        SampleRun run;
        run.layers = 80;
        RankGrid grid;
        grid.resize(530, 668);
        grid.setSnapshot(run.snapshot(1106));
        grid.setSelected(ModuleIndex {6}); // layer 0, last column
        QTest::keyClick(&grid, Qt::Key_Right);
        QCOMPARE(grid.selected(), ModuleIndex {40 * 7});
        QTest::keyClick(&grid, Qt::Key_Left);
        QCOMPARE(grid.selected(), ModuleIndex {6});
    }

    void theMenuKeyGoesOnToTheParent()
    {
        QWidget around; // whose menu it is, as in Runs
        around.setContextMenuPolicy(Qt::CustomContextMenu);
        QSignalSpy asked(&around, &QWidget::customContextMenuRequested);
        RankGrid grid(&around);
        grid.resize(486, 668);
        grid.setSnapshot(SampleRun {}.snapshot(1106));
        QTest::keyClick(&grid, Qt::Key_Down);
        QVERIFY(grid.selected().isValid());
        QContextMenuEvent wanted(QContextMenuEvent::Keyboard, grid.rect().center(), {});
        QCoreApplication::sendEvent(&grid, &wanted);
        QCOMPARE(asked.count(), 1);
        grid.setContextMenuPolicy(Qt::CustomContextMenu); // one of its own, on the cell
        QSignalSpy own(&grid, &QWidget::customContextMenuRequested);
        QCoreApplication::sendEvent(&grid, &wanted);
        QCOMPARE(asked.count(), 1);
        QCOMPARE(own.count(), 1);
        QCOMPARE(own.front().front().toPoint(), grid.gridGeometry().cell(0, 0).center().toPoint());
    }

    void aClickActivatesItsCell()
    {
        const SampleRun run;
        RankGrid grid;
        grid.resize(486, 668);
        grid.setSnapshot(run.snapshot(1106));
        QSignalSpy spy(&grid, &RankGrid::cellActivated);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.gridGeometry().cell(9, 6).center().toPoint());
        QCOMPARE(spy.count(), 1);
        QCOMPARE(grid.selected(), ModuleIndex {9 * 7 + 6});
        QTest::mouseClick(&grid, Qt::LeftButton, {}, QPoint(1, 1));
        QCOMPARE(spy.count(), 1);
    }

    void draggingTicksARectangle()
    {
        RankGrid grid;
        grid.resize(296, 668);
        grid.setTargets({"q_proj", "k_proj", "up_proj"}, 4, std::vector<bool>(12, false));
        QSignalSpy spy(&grid, &RankGrid::targetsChanged);
        const auto at = [&](int layer, int kind) { return grid.gridGeometry().cell(layer, kind).center().toPoint(); };
        QTest::mousePress(&grid, Qt::LeftButton, {}, at(0, 0));
        QTest::mouseMove(&grid, at(1, 0));
        QTest::mouseMove(&grid, at(1, 1));
        QTest::mouseRelease(&grid, Qt::LeftButton, {}, at(1, 1));
        QCOMPARE(spy.count(), 1);
        QCOMPARE(grid.targets(),
            (std::vector<bool> {true, true, false, true, true, false, false, false, false, false, false, false}));
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.gridGeometry().columnLabel(0, 0).center().toPoint());
        QVERIFY(grid.targets()[6] && grid.targets()[9]); // some were ticked: now the whole column is
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.gridGeometry().columnBox(0).center().toPoint());
        QVERIFY(!grid.targets()[0] && !grid.targets()[9]);
        QTest::mouseClick(&grid, Qt::LeftButton, {}, grid.gridGeometry().rowLabel(2).center().toPoint());
        QVERIFY(grid.targets()[6] && grid.targets()[7] && grid.targets()[8]);
        QCOMPARE(spy.count(), 4);
    }

    void spaceTicksTheChosenTarget()
    {
        RankGrid grid;
        grid.resize(296, 668);
        grid.setTargets({"q_proj", "v_proj"}, 2, std::vector<bool>(4, false));
        grid.setTargetsAvailable({true, true, true, false});
        QTest::keyClick(&grid, Qt::Key_Down);
        QTest::keyClick(&grid, Qt::Key_Down);
        QTest::keyClick(&grid, Qt::Key_Space);
        QCOMPARE(grid.targets(), (std::vector<bool> {false, false, true, false}));
        QTest::keyClick(&grid, Qt::Key_Right);
        QTest::keyClick(&grid, Qt::Key_Space); // not in the model
        QVERIFY(!grid.targets()[3]);
    }

    void wrongSizesAreRefused()
    {
        RankGrid grid;
        QVERIFY_EXCEPTION_THROWN(grid.setTargets({"q_proj"}, 2, {true}), std::out_of_range);
        QVERIFY_EXCEPTION_THROWN(grid.setDifference(SampleRun {}.layout(), {1, 2}), std::out_of_range);
    }
};

QTEST_MAIN(TestGrid)
#include "tst_grid.moc"
