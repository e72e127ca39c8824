// SPDX-License-Identifier: GPL-3.0-or-later
// The menu of Set up's grid: whole layers, whole kinds of matrices, all, one alone, and the picture.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/TargetsMenu.h"
#include "ui/TargetsPanel.h"
#include "visualization/RankGrid.h"

#include <QClipboard>
#include <QContextMenuEvent>
#include <QGuiApplication>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace spectune;

class TestTargetsMenu : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void linesAreTickedAndCleared();
    void headersHaveTheirLine();
    void oneMatrixOrAll();
    void aGridThatChangesUnderTheMenuIsLeft();
    void theKeysOpenItOnTheirCell();
    void thePictureIsCopied();

private:
    [[nodiscard]] RankGrid& grid() { return window().findChild<TargetsPanel*>()->targets(); }
    [[nodiscard]] TargetsMenu& menu() { return *window().findChild<TargetsMenu*>(); }
    [[nodiscard]] QAction* entry(const QString& text);
    void open();
    void rightClick(QPointF place);
    [[nodiscard]] QPointF cell(int layer, int kind) { return grid().gridGeometry().cell(layer, kind).center(); }
};

QAction* TestTargetsMenu::entry(const QString& text)
{
    const auto actions = menu().actions();
    const auto found = std::ranges::find_if(actions,
        [&text](const QAction* action) { return action->isVisible() && QString(action->text()).remove('&') == text; });
    return found == actions.end() ? nullptr : *found;
}

/// Set up with the scene's model: 6 layers of 7 matrices.
void TestTargetsMenu::open()
{
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Setup);
    QTRY_COMPARE(grid().layers(), 6);
    QTRY_VERIFY(grid().isVisible());
}

void TestTargetsMenu::rightClick(QPointF place)
{
    QContextMenuEvent asked(QContextMenuEvent::Mouse, place.toPoint(), grid().mapToGlobal(place.toPoint()));
    QCoreApplication::sendEvent(&grid(), &asked);
    menu().close();
}

void TestTargetsMenu::linesAreTickedAndCleared()
{
    open();
    rightClick(cell(2, 1));
    QVERIFY(entry("The whole of layer 2") && entry("The whole of layer 2")->isChecked());
    entry("The whole of layer 2")->trigger();
    QCOMPARE(window().form().facts().matrices, 35);
    rightClick(cell(2, 1));
    QVERIFY(!entry("The whole of layer 2")->isChecked());
    QVERIFY(entry("k_proj of every layer") && !entry("k_proj of every layer")->isChecked()); // not in layer 2
    entry("k_proj of every layer")->trigger();
    QCOMPARE(window().form().facts().matrices, 36);
    rightClick(cell(2, 1));
    entry("k_proj of every layer")->trigger();
    QCOMPARE(window().form().facts().matrices, 30);
}

void TestTargetsMenu::headersHaveTheirLine()
{
    open();
    rightClick(grid().gridGeometry().rowLabel(3).center());
    QVERIFY(entry("The whole of layer 3"));
    QVERIFY(!entry("q_proj of every layer") && !entry("Only q_proj of layer 3"));
    rightClick(grid().gridGeometry().columnBox(0).center());
    QVERIFY(entry("q_proj of every layer"));
    QVERIFY(!entry("The whole of layer 0") && !entry("Only q_proj of layer 0"));
}

void TestTargetsMenu::oneMatrixOrAll()
{
    open();
    rightClick(cell(4, 6));
    QVERIFY(entry("Only down_proj of layer 4"));
    entry("Only down_proj of layer 4")->trigger();
    QCOMPARE(window().form().facts().matrices, 1);
    QVERIFY(grid().targets().at(4 * 7 + 6));
    rightClick(cell(0, 0));
    entry("All")->trigger();
    QCOMPARE(window().form().facts().matrices, 42);
}

void TestTargetsMenu::aGridThatChangesUnderTheMenuIsLeft()
{
    RankGrid small;
    small.resize(296, 400);
    small.show();
    TargetsMenu own(small);
    small.setTargets({"q_proj", "k_proj"}, 4, std::vector<bool>(8, true));
    QSignalSpy wanted(&own, &TargetsMenu::wanted);
    const QPoint place = small.gridGeometry().cell(3, 1).center().toPoint();
    QContextMenuEvent asked(QContextMenuEvent::Mouse, place, small.mapToGlobal(place));
    QCoreApplication::sendEvent(&small, &asked);
    own.close();
    small.setTargets({"q_proj"}, 2, std::vector<bool>(2, true)); // another model's
    for (QAction* action : own.actions().first(2) + own.actions().mid(4, 1)) // layer, kind, only
        action->trigger();
    QCOMPARE(wanted.count(), 0);
    for (QAction* action : own.actions())
        if (action->text() == QStringLiteral("&All"))
            action->trigger();
    QCOMPARE(wanted.count(), 1);
    QCOMPARE(wanted.front().front().value<std::vector<bool>>(), std::vector<bool>(2, true));
}

void TestTargetsMenu::theKeysOpenItOnTheirCell()
{
    open();
    grid().setFocus(Qt::TabFocusReason);
    QTest::keyClick(&grid(), Qt::Key_Down); // the first cell
    QTest::keyClick(&grid(), Qt::Key_Down);
    QTest::keyClick(&grid(), Qt::Key_Right);
    QContextMenuEvent asked(QContextMenuEvent::Keyboard, grid().rect().center(), {});
    QCoreApplication::sendEvent(&grid(), &asked);
    QVERIFY(menu().isVisible());
    menu().close();
    QVERIFY(entry("The whole of layer 1") && entry("k_proj of every layer"));
}

void TestTargetsMenu::thePictureIsCopied()
{
    open();
    rightClick(cell(0, 0));
    entry("Copy picture")->trigger();
    QCOMPARE(QGuiApplication::clipboard()->image().size(), grid().size() * 2);
    entry("Copy values")->trigger();
    QTRY_VERIFY(QGuiApplication::clipboard()->text().startsWith("layer,matrix,adapted\n0,q_proj,1\n"));
}

QTEST_MAIN(TestTargetsMenu)
#include "tst_targetsmenu.moc"
