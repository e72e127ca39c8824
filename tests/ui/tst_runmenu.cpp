// SPDX-License-Identifier: GPL-3.0-or-later
// What can be done with a run, said of it by its name: by the bar of A, by the list's menu of any row.
#include "tests/ui/RunsTest.h"
#include "ui/ConfigForm.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunMenu.h"
#include "ui/RunModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "ui/StatusLine.h"

#include <QContextMenuEvent>
#include <QLineEdit>
#include <QListView>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;
using spectune::test::written;

class TestRunMenu : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void theBarNamesItsRun();
    void theBarSaysWhatKeepsARunFromIt();
    void aRunWithoutACheckpointSaysSo();
    void whatIsShownAlreadyIsLeftAlone();
    void aRowsMenuIsOfItsRun();
    void aMenuReadsNoRun();
    void whatWaitsForARunIsGivenUp();
    void aRowIsComparedByItsMenu();
    void tickingRunsLetsAnotherOpen();
    void whatIsBeingOpenedIsNotOpenedAgain();
    void theSeventhRunIsRefused();
    void notesAreReachedByTheMenu();
    void theKeysOpenTheMenu();

private:
    [[nodiscard]] RunMenu& menu() { return *page().findChild<RunMenu*>(); }
    [[nodiscard]] QPushButton& button(const QString& text);
    [[nodiscard]] QAction& entry(const QString& text);
    /// As a right click on the run's row does.
    void rightClick(const QString& name);
};

QPushButton& TestRunMenu::button(const QString& text)
{
    const auto buttons = page().bar().findChildren<QPushButton*>();
    const auto found = std::ranges::find(buttons, text, &QPushButton::text);
    if (found == buttons.end())
        qFatal("no button %s", qPrintable(text));
    return **found;
}

QAction& TestRunMenu::entry(const QString& text)
{
    const auto actions = menu().actions();
    const auto found = std::ranges::find(actions, text, &QAction::text);
    if (found == actions.end())
        qFatal("no entry %s", qPrintable(text));
    return **found;
}

void TestRunMenu::rightClick(const QString& name)
{
    const QPoint place = list().visualRect(page().list().indexOf(id(name))).center();
    QContextMenuEvent asked(QContextMenuEvent::Mouse, place, list().viewport()->mapToGlobal(place));
    QCoreApplication::sendEvent(list().viewport(), &asked);
}

void TestRunMenu::theBarNamesItsRun()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    QCOMPARE(button("Open A").toolTip(), "Opens “a” in Live, as it was recorded");
    QCOMPARE(button("Open A").accessibleDescription(), button("Open A").toolTip());
    QCOMPARE(button("Swap").toolTip(), "“b” becomes A, “a” becomes B");
    for (const char* text : {"Start A again", "Use A’s ranks", "More", "Export A…"}) {
        const QPushButton& named = button(text);
        QVERIFY2(named.isEnabled() && named.toolTip().contains("“a”"), qPrintable(named.toolTip()));
        QCOMPARE(named.accessibleDescription(), named.toolTip());
    }
    page().swap();
    QCOMPARE(button("Open A").toolTip(), "Opens “b” in Live, as it was recorded");
    choose({"b"}); // alone it needs no letter
    for (const char* text : {"Open", "Start again", "Use rank map", "Export…"})
        QVERIFY2(button(text).toolTip().contains("“b”"), qPrintable(button(text).toolTip()));
}

void TestRunMenu::theBarSaysWhatKeepsARunFromIt()
{
    write("a", written(0, 1.0));
    write("bad", written(3, 0.9));
    test::writeText(m_bench->path("runs/bad/metrics.jsonl"), "{\"step\": \"one\"}\n{}\n");
    openRuns(2);
    choose({"bad"});
    QVERIFY(!button("Open").isEnabled());
    QCOMPARE(button("Open").toolTip(), "“bad” is damaged.");
    choose({"a"});
    page().setBusy(true);
    QVERIFY(!button("Open").isEnabled());
    QCOMPARE(button("Open").toolTip(), "Another run is still running. Stop it or wait for its end.");
}

void TestRunMenu::aRunWithoutACheckpointSaysSo()
{
    test::WrittenRun run = written(0, 1.0, "Stopped after step 20.");
    run.checkpoint = -1;
    write("a", run);
    openRuns(1);
    rightClick("a");
    menu().close();
    QCOMPARE(
        entry("Start again").toolTip(), "“a” has no checkpoint to resume from: a new set-up with its configuration");
    QCOMPARE(entry("Delete…").toolTip(), "Moves the folder of “a” to the trash, after asking");
}

/// A search of the disk tells of its rows thirty times a second: the bar does not look into A's folder each time.
void TestRunMenu::whatIsShownAlreadyIsLeftAlone()
{
    write("a", written(0, 1.0));
    openRuns(1);
    RunsBar bar;
    RunsBar::Content content;
    content.runs.push_back(*window().library().find(id("a")));
    bar.setContent(content);
    QAction* open = bar.actionsOfA()[RunAction::Open];
    open->setToolTip("left alone");
    bar.setContent(content);
    QCOMPARE(open->toolTip(), "left alone");
    content.runs.front().fingerprint += 'x';
    bar.setContent(content);
    QVERIFY(open->toolTip() != "left alone");
}

void TestRunMenu::aRowsMenuIsOfItsRun()
{
    test::WrittenRun c = written(2, 0.7);
    c.config.adalora.gamma = 0.25;
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    write("c", c);
    openRuns(3);
    choose({"a", "b"});
    rightClick("c");
    QVERIFY(menu().isVisible());
    QCOMPARE(page().list().chosen(), std::vector<std::int64_t>({id("a"), id("b")})); // the comparison stays
    QCOMPARE(entry("Open").toolTip(), "Opens “c” in Live, as it was recorded");
    QCOMPARE(button("Open A").toolTip(), "Opens “a” in Live, as it was recorded");
    menu().close();
    entry("Delete…").trigger();
    QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience);
    QVERIFY2(page().bar().question().text().contains("runs/c"), qPrintable(page().bar().question().text()));
    page().bar().question().no()->click();
    entry("Start again").trigger();
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Setup, patience); // once it is read
    QCOMPARE(window().form().config().adalora.gamma, 0.25);
}

/// A run that is large and looked at in a menu alone would keep what is chosen there waiting.
void TestRunMenu::aMenuReadsNoRun()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    test::writeText(m_bench->path("runs/b/adapter/adapter_config.json"), "{}"); // it can be continued
    openRuns(2);
    choose({"a"});
    QSignalSpy loaded(&window().library(), &RunLibrary::runLoaded);
    rightClick("b");
    menu().close();
    entry("Delete…").trigger();
    QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience); // in the same queue, behind what would have been read
    QCOMPARE(loaded.count(), 0);
    page().bar().question().no()->click();
    for (const char* text : {"Use rank map", "Continue with more steps…"}) {
        entry(text).trigger();
        QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience);
        page().bar().question().no()->click();
    }
    QCOMPARE(loaded.count(), 1);
}

void TestRunMenu::whatWaitsForARunIsGivenUp()
{
    for (const char* name : {"a", "b", "c"})
        write(name, written(0, 1.0));
    openRuns(3);
    choose({"a"});
    QSignalSpy loaded(&window().library(), &RunLibrary::runLoaded);
    rightClick("b");
    menu().close();
    entry("Start again").trigger();
    page().list().choose({id("c")}); // another one is looked at by now
    QTRY_COMPARE_WITH_TIMEOUT(loaded.count(), 2, patience);
    QCOMPARE(window().workspace(), Workspace::Runs);
    QVERIFY(!page().bar().asks());
}

void TestRunMenu::aRowIsComparedByItsMenu()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a"});
    rightClick("b");
    QVERIFY(!entry("Compare").isChecked());
    entry("Compare").trigger();
    QCOMPARE(page().list().chosen(), std::vector<std::int64_t>({id("a"), id("b")}));
    menu().close();
    rightClick("b");
    QVERIFY(entry("Compare").isChecked());
    entry("Compare").trigger();
    QCOMPARE(page().list().chosen(), std::vector<std::int64_t> {id("a")});
    menu().close();
}

void TestRunMenu::tickingRunsLetsAnotherOpen()
{
    for (const char* name : {"a", "b", "c"})
        write(name, written(0, 1.0));
    openRuns(3);
    choose({"a"});
    rightClick("c");
    menu().close();
    entry("Open").trigger();
    QVERIFY2(window().status().message().contains("Opening"), qPrintable(window().status().message()));
    page().list().choose({id("a"), id("b")}); // before c is read: no event has passed
    QVERIFY2(window().status().message().contains("Opening"), qPrintable(window().status().message()));
    QTRY_COMPARE_WITH_TIMEOUT(window().run().folder(), m_bench->path("runs/c"), patience);
}

/// However its folder was written.
void TestRunMenu::whatIsBeingOpenedIsNotOpenedAgain()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    page().setOpening(m_bench->path("runs/../runs/b/"));
    QVERIFY(button("Open A").isEnabled()); // A is another one
    rightClick("b");
    menu().close();
    QVERIFY(!entry("Opening…").isEnabled());
    page().setOpening(m_bench->path("runs//a"));
    QVERIFY(!button("Opening…").isEnabled());
    page().setOpening({});
    QVERIFY(button("Open A").isEnabled());
}

void TestRunMenu::theSeventhRunIsRefused()
{
    const QStringList six {"a", "b", "c", "d", "e", "f"};
    for (const QString& name : six + QStringList {"g"})
        write(name, written(0, 1.0));
    openRuns(7);
    choose(six);
    rightClick("g");
    menu().close();
    const QString refused = "6 runs are compared already. Untick one first.";
    QVERIFY(!entry("Compare").isEnabled());
    QCOMPARE(entry("Compare").toolTip(), refused);
    QSignalSpy told(&page(), &RunsPage::told);
    list().setCurrentIndex(page().list().indexOf(id("g")));
    QTest::keyClick(&list(), Qt::Key_Space);
    QCOMPARE(told.back().at(1).toString(), refused);
}

void TestRunMenu::notesAreReachedByTheMenu()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    const auto* name = page().details().findChild<QLineEdit*>();
    rightClick("a");
    menu().close();
    entry("Name, notes and tags").trigger();
    QCOMPARE(page().list().chosen().size(), 2U); // A's stand beside the comparison
    QVERIFY(page().details().isVisible());
    QCOMPARE(window().focusWidget(), name);
    rightClick("b");
    menu().close();
    entry("Name, notes and tags").trigger();
    QCOMPARE(page().list().chosen(), std::vector<std::int64_t> {id("b")});
    QCOMPARE(name->text(), "b");
    QCOMPARE(name->selectedText(), "b");
}

void TestRunMenu::theKeysOpenTheMenu()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a"});
    list().setFocus();
    list().setCurrentIndex(page().list().indexOf(id("b")));
    QTest::keyClick(&list(), Qt::Key_F10, Qt::ShiftModifier);
    QVERIFY(menu().isVisible());
    QCOMPARE(entry("Open").toolTip(), "Opens “b” in Live, as it was recorded");
    menu().close();
    list().setCurrentIndex(page().list().indexOf(id("a")));
    QContextMenuEvent asked(QContextMenuEvent::Keyboard, {}, {});
    QCoreApplication::sendEvent(&list(), &asked);
    QVERIFY(menu().isVisible());
    QCOMPARE(entry("Open").toolTip(), "Opens “a” in Live, as it was recorded");
    menu().close();
    const QPoint below(10, list().viewport()->height() - 4);
    QContextMenuEvent beside(QContextMenuEvent::Mouse, below, list().viewport()->mapToGlobal(below));
    QCoreApplication::sendEvent(list().viewport(), &beside);
    QVERIFY(!menu().isVisible());
}

QTEST_MAIN(TestRunMenu)
#include "tst_runmenu.moc"
