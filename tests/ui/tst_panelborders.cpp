// SPDX-License-Identifier: GPL-3.0-or-later
// The borders between panels move by keys as they do by the pointer: F6 comes to each, and it is seen where one is.
#include "tests/ui/Spoken.h"
#include "tests/ui/StudioBench.h"
#include "ui/LivePage.h"
#include "ui/PanelSplitter.h"
#include "ui/RunsPage.h"
#include "ui/SetupPage.h"
#include "visualization/RankGrid.h"
#include "visualization/Theme.h"

#include <QImage>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>
#include <set>

using namespace spectune;

class TestPanelBorders : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void everyBorderIsReached_data();
    void everyBorderIsReached();
    void arrowsMoveIt();
    void rowsMoveUpAndDown();
    void homeAndEndAreTheLimits();
    void escapeGivesTheKeyboardBack();
    void otherKeysAreForOthers();
    void theOneWithTheKeyboardIsSeen_data();
    void theOneWithTheKeyboardIsSeen();

private:
    void open(Workspace workspace);
    void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier)
    {
        QTest::keyClick(window().focusWidget() ? window().focusWidget() : &window(), key, modifiers);
    }
    [[nodiscard]] PanelBorder* focused() { return qobject_cast<PanelBorder*>(window().focusWidget()); }
};

void TestPanelBorders::open(Workspace workspace)
{
    QVERIFY(m_bench->open());
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    window().showWorkspace(workspace);
    QCoreApplication::processEvents(); // columns that fit themselves to their neighbours
}

void TestPanelBorders::everyBorderIsReached_data()
{
    QTest::addColumn<Workspace>("workspace");
    QTest::addColumn<int>("least");
    QTest::newRow("Set up") << Workspace::Setup << 3;
    QTest::newRow("Live") << Workspace::Live << 3;
    QTest::newRow("Try") << Workspace::Try << 3;
    QTest::newRow("Runs") << Workspace::Runs << 3;
    QTest::newRow("Learn") << Workspace::Learn << 0; // one lesson at a time
}

void TestPanelBorders::everyBorderIsReached()
{
    QFETCH(const Workspace, workspace);
    QFETCH(const int, least);
    open(workspace);
    std::set<PanelBorder*> there;
    for (PanelBorder* border : window().findChildren<PanelBorder*>()) {
        QVERIFY(!test::spokenName(border).isEmpty());
        QVERIFY((border->focusPolicy() & Qt::TabFocus) == 0); // fields stay one Tab apart
        if (border->isVisible())
            there.insert(border);
    }
    QVERIFY(static_cast<int>(there.size()) >= least);
    std::set<PanelBorder*> reached;
    int before = -1;
    for (std::size_t i = 0; i < there.size(); ++i) {
        press(Qt::Key_F6);
        QVERIFY(focused());
        reached.insert(focused());
        const int x = focused()->mapTo(&window(), QPoint()).x();
        QVERIFY(x >= before); // from left to right
        before = x;
    }
    QVERIFY(reached == there);
    if (there.empty())
        return;
    press(Qt::Key_F6);
    QVERIFY(focused()->mapTo(&window(), QPoint()).x() <= before); // the first one again
}

void TestPanelBorders::arrowsMoveIt()
{
    open(Workspace::Live);
    press(Qt::Key_F6);
    QSplitter& columns = window().live().splitter();
    QVERIFY(focused() && focused() == columns.handle(1));
    const QSignalSpy moved(&columns, &QSplitter::splitterMoved);
    const QList<int> before = columns.sizes();
    QVERIFY(!window().live().keepsWidths());
    press(Qt::Key_Right);
    QCOMPARE(columns.sizes().at(0), before.at(0) + PanelBorder::keyStep);
    QCOMPARE(columns.sizes().at(1), before.at(1) - PanelBorder::keyStep);
    press(Qt::Key_Left);
    QCOMPARE(columns.sizes(), before);
    QCOMPARE(moved.count(), 2);
    QVERIFY(window().live().keepsWidths()); // as after a drag: the next start has these
}

void TestPanelBorders::rowsMoveUpAndDown()
{
    open(Workspace::Runs);
    auto* rows = window().runsPage().findChild<QSplitter*>("RunsRight");
    qobject_cast<PanelBorder*>(rows->handle(1))->takeFocus(nullptr);
    const QList<int> before = rows->sizes();
    press(Qt::Key_Down);
    QCOMPARE(rows->sizes().at(0), before.at(0) + PanelBorder::keyStep);
    press(Qt::Key_Up);
    QCOMPARE(rows->sizes(), before);
    press(Qt::Key_Left);
    QCOMPARE(rows->sizes(), before);
}

void TestPanelBorders::homeAndEndAreTheLimits()
{
    open(Workspace::Setup);
    press(Qt::Key_F6);
    QSplitter& columns = window().setup().splitter();
    QVERIFY(focused() && focused() == columns.handle(1));
    int least = 0;
    int most = 0;
    columns.getRange(1, &least, &most);
    QVERIFY(least < columns.sizes().at(0) && columns.sizes().at(0) < most);
    press(Qt::Key_Home);
    QCOMPARE(columns.sizes().at(0), least);
    press(Qt::Key_Left);
    QCOMPARE(columns.sizes().at(0), least);
    press(Qt::Key_End);
    columns.getRange(1, &least, &most);
    QCOMPARE(columns.sizes().at(0), most);
    press(Qt::Key_Right);
    QCOMPARE(columns.sizes().at(0), most);
    const QList<int> sizes = columns.sizes();
    QVERIFY(std::ranges::all_of(sizes, [](int size) { return size > 0; })); // none is shut
}

void TestPanelBorders::escapeGivesTheKeyboardBack()
{
    open(Workspace::Live);
    RankGrid& grid = window().live().grid();
    grid.setFocus();
    QTRY_VERIFY(grid.hasFocus());
    press(Qt::Key_F6);
    press(Qt::Key_F6); // from one border to the next
    QVERIFY(focused());
    press(Qt::Key_Escape);
    QVERIFY(grid.hasFocus());
}

void TestPanelBorders::otherKeysAreForOthers()
{
    open(Workspace::Live);
    press(Qt::Key_F6);
    const QList<int> before = window().live().splitter().sizes();
    press(Qt::Key_Up);
    press(Qt::Key_Right, Qt::ShiftModifier); // a step of the timeline
    QCOMPARE(window().live().splitter().sizes(), before);
    press(Qt::Key_2);
    QCOMPARE(window().live().grid().mode(), GridMode::Importance);
}

void TestPanelBorders::theOneWithTheKeyboardIsSeen_data()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::newRow("dark") << ThemeChoice::Dark;
    QTest::newRow("light") << ThemeChoice::Light;
}

void TestPanelBorders::theOneWithTheKeyboardIsSeen()
{
    QFETCH(const ThemeChoice, theme);
    m_bench->theme = theme;
    open(Workspace::Live);
    press(Qt::Key_F6);
    PanelBorder* border = focused();
    QVERIFY(border);
    const QPoint middle = border->mapTo(&window(), border->rect().center());
    const auto colors = [this, middle] {
        QStringList names;
        const QImage image = window().grab().toImage();
        for (int x = -2; x <= 2; ++x)
            names << image.pixelColor(middle + QPoint(x, 0)).name();
        return names;
    };
    const Theme& shown = Theme::current();
    const QString focus = shown.focus.name();
    QCOMPARE(colors().mid(1, 3), QStringList({focus, focus, focus}));
    QVERIFY(Theme::contrast(shown.focus, shown.panel) >= 3.0);
    press(Qt::Key_Escape);
    QVERIFY(!border->hasFocus());
    const QStringList calm = colors();
    QCOMPARE(calm.at(2), shown.line.name()); // one pixel, as ever
    QVERIFY(!calm.contains(focus));
}

QTEST_MAIN(TestPanelBorders)
#include "tst_panelborders.moc"
