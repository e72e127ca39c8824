// SPDX-License-Identifier: GPL-3.0-or-later
// What Runs does with its room: the list, bar, maps, table and facts in a small window and in a wide one.
#include "tests/ui/RunsTest.h"
#include "ui/ElidedLabel.h"
#include "ui/KeyValueList.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListDelegate.h"
#include "ui/RunListModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "visualization/Fonts.h"
#include "visualization/RankGrid.h"

#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTest>

#include <cmath>

using namespace spectune;
using spectune::test::written;

class TestRunsRoom : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void theBarKeepsTogetherWhatBelongsTogether_data();
    void theBarKeepsTogetherWhatBelongsTogether();
    void anEmptyHistoryOffersNoChoice();
    void cellsGrowAsFarAsIsComfortable();
    void mapsThatNeedTheWidthHaveIt();
    void factsFoldWhereTwoHaveRoom();
    void wideDetailsFold();
    void fieldsEndWhereTheirPanelDoes();
    void notesGrowWithTheirLines();
    void runsOfOneNameAreToldApart();

private:
    /// The label of the bar that reads so; null: none.
    [[nodiscard]] const QLabel* inBar(const QString& text);
    [[nodiscard]] QRect placeInBar(const QWidget* part) { return {part->mapTo(&page().bar(), QPoint()), part->size()}; }
};

const QLabel* TestRunsRoom::inBar(const QString& text)
{
    for (const QLabel* label : page().bar().findChildren<QLabel*>())
        if (label->text() == text && label->isVisible())
            return label;
    return nullptr;
}

void TestRunsRoom::theBarKeepsTogetherWhatBelongsTogether_data()
{
    QTest::addColumn<int>("width");
    QTest::newRow("1280") << 1280;
    QTest::newRow("1920") << 1920;
}

void TestRunsRoom::theBarKeepsTogetherWhatBelongsTogether()
{
    QFETCH(const int, width);
    m_bench->size = QSize(width, 800);
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a", "b"});
    const QString words = QStringLiteral("evaluation loss of A against B");
    QTRY_VERIFY(inBar("against") && inBar("a") && inBar("b") && inBar(words));
    for (const ElidedLabel* label : page().bar().findChildren<ElidedLabel*>())
        if (label->isVisible())
            QTRY_COMPARE(label->shownText(), label->text());
    const QPushButton* swap = nullptr;
    for (const QPushButton* button : page().bar().findChildren<QPushButton*>())
        swap = button->text() == "Swap" ? button : swap;
    QVERIFY(swap);
    // Each follows right behind the one before, which is as wide as its words.
    QTRY_COMPARE(placeInBar(inBar("against")).left() - placeInBar(inBar("a")->parentWidget()).right(), 15);
    QCOMPARE(placeInBar(swap).left() - placeInBar(inBar("b")->parentWidget()).right(), 11);
    QVERIFY(placeInBar(inBar(words)).left() - placeInBar(swap).right() < 80); // the number is between
    QCOMPARE(placeInBar(page().bar().mainButton()).right(), page().bar().width() - 13);
}

void TestRunsRoom::anEmptyHistoryOffersNoChoice()
{
    openRuns(0);
    const auto says = [this](const char* text) {
        for (const QLabel* label : page().findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains(text))
                return true;
        return false;
    };
    QVERIFY(says("Runs appear here as soon as they start"));
    QVERIFY(!says("Choose a run") && !says("Tick 2"));
}

void TestRunsRoom::cellsGrowAsFarAsIsComfortable()
{
    const auto run = test::loadWritten(m_bench->path("one"), written(0, 1.0)); // 2 layers of 3 matrices
    RunsMaps maps;
    maps.setRuns({run}, {"one"});
    maps.resize(1589, 576); // of a window of 1920 × 1080
    maps.show();
    const auto cell = [&maps](const RankGrid* grid) { return grid->gridGeometry().cell(0, 0).size(); };
    QTRY_VERIFY(cell(maps.grid(0)).width() > 180.0 && cell(maps.grid(0)).width() < 224.0);
    QVERIFY(cell(maps.grid(0)).height() > 50.0 && cell(maps.grid(0)).height() <= 64.0);
    QCOMPARE(maps.grid(0)->mapTo(&maps, QPoint()).x(), 0); // what is left lies at the right
    maps.setRuns({run, run}, {"one", "two"}); // all three maps alike
    QTRY_VERIFY(maps.differenceGrid()->isVisible());
    const auto areAlike = [&](const RankGrid* one, const RankGrid* other) { // but for pixels that three cannot share
        const QSizeF apart = cell(one) - cell(other);
        return std::abs(apart.width()) <= 1.0 && std::abs(apart.height()) <= 1.0;
    };
    QTRY_VERIFY(areAlike(maps.differenceGrid(), maps.grid(0)));
    QTRY_VERIFY(areAlike(maps.grid(1), maps.grid(0)));
    maps.setRuns({nullptr}, {"bad"}, {"a long reason"}); // which has the whole width
    QTRY_COMPARE(maps.grid(0)->parentWidget()->width(), maps.width());
}

void TestRunsRoom::mapsThatNeedTheWidthHaveIt()
{
    const auto run = test::loadWritten(m_bench->path("one"), written(0, 1.0));
    RunsMaps maps;
    maps.setRuns({run, run}, {"one", "two"});
    maps.resize(993, 400); // of a window of 1280 × 800
    maps.show();
    const RankGrid& last = *maps.differenceGrid();
    QTRY_VERIFY(last.mapTo(&maps, QPoint(last.width(), 0)).x() >= 991); // but for pixels that three cannot share
    QVERIFY(maps.grid(0)->gridGeometry().pitchX > 60.0);
}

void TestRunsRoom::factsFoldWhereTwoHaveRoom()
{
    KeyValueList list;
    list.setRows({{"state", "finished"}, {"steps", "40"}, {"folder", QString(100, 'x')}, {"time", "20 s"}});
    QCOMPARE(list.heightForWidth(400), -1); // unless it is told to
    list.setFoldsFrom(300);
    QCOMPARE(list.heightForWidth(299), 4 * 17);
    const std::vector<QRect> places = list.places(400);
    QCOMPARE(places[0], QRect(0, 0, 186, 17));
    QCOMPARE(places[1], QRect(214, 0, 186, 17));
    QCOMPARE(places[2], QRect(0, 17, 400, 17)); // half the width would cut it
    QCOMPARE(places[3], QRect(0, 34, 186, 17));
    QCOMPARE(list.heightForWidth(400), 3 * 17);
}

void TestRunsRoom::wideDetailsFold()
{
    m_bench->size = QSize(1920, 1080);
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    const KeyValueList& facts = *page().details().findChild<KeyValueList*>();
    QTRY_VERIFY(facts.isVisible() && facts.width() > 380);
    QTRY_COMPARE(facts.height(), facts.heightForWidth(facts.width()));
    QVERIFY(facts.height() < 17 * static_cast<int>(facts.rows().size()));
}

/// With a scroll bar and without one.
void TestRunsRoom::fieldsEndWhereTheirPanelDoes()
{
    m_bench->size = QSize(1280, 800);
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    const QWidget& details = page().details();
    const auto* area = qobject_cast<const QScrollArea*>(details.parentWidget()->parentWidget());
    QVERIFY(area != nullptr);
    const auto* field = details.findChild<QLineEdit*>();
    for (const bool scrolls : {true, false}) {
        window().resize(1280, scrolls ? 800 : 2400);
        QTRY_COMPARE(area->verticalScrollBar()->maximum() > 0, scrolls);
        QTRY_COMPARE(field->mapTo(area, QPoint(field->width(), 0)).x(), area->width() - 12);
    }
}

void TestRunsRoom::notesGrowWithTheirLines()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    auto& notes = *page().details().findChild<QPlainTextEdit*>("RunNotes");
    QTRY_COMPARE(notes.height(), 58);
    notes.setPlainText("the rate\nthe budget\nthe seed\nthe data\nwhat came out");
    QTRY_VERIFY(notes.viewport()->height() >= 5 * notes.fontMetrics().lineSpacing());
    notes.setPlainText(QString(200, '\n')); // a book scrolls
    QTRY_VERIFY(notes.verticalScrollBar()->maximum() > 0);
    QVERIFY(notes.height() < 200);
    notes.setPlainText({});
    QTRY_COMPARE(notes.height(), 58);
}

/// By their folders, in the narrowest list; when each began is told where there is room for it.
void TestRunsRoom::runsOfOneNameAreToldApart()
{
    m_bench->size = QSize(1280, 800);
    write("demo-1", written(0, 1.0));
    write("demo-2", written(1, 0.5, {}));
    write("other", written(2, 0.7));
    openRuns(3);
    const auto row = [this](const char* folder) { return page().list().indexOf(id(folder)); };
    const auto folder = [&](const char* name) { return page().list().look(row(name)).folder; };
    const auto spoken
        = [&](const char* name) { return page().list().data(row(name), Qt::AccessibleTextRole).toString(); };
    QCOMPARE(folder("demo-1"), QString());
    const std::int64_t first = id("demo-1");
    const std::int64_t second = id("demo-2");
    window().library().setName(first, "demo");
    window().library().setName(second, "demo");
    const auto look = [this](std::int64_t run) { return page().list().look(page().list().indexOf(run)); };
    QTRY_COMPARE(look(first).folder, "demo-1");
    QTRY_COMPARE(look(second).folder, "demo-2");
    QCOMPARE(folder("other"), QString());
    for (const std::int64_t run : {first, second}) {
        const QModelIndex index = page().list().indexOf(run);
        const RunRowLook shown = look(run);
        const int width = RunListDelegate::placesOf(list().visualRect(index), shown).words.width();
        const RunListDelegate::Title title = RunListDelegate::titleOf(shown, width);
        QCOMPARE(title.name, "demo");
        QCOMPARE(title.folder, shown.folder);
        QVERIFY(title.x + QFontMetrics(Fonts::caption()).horizontalAdvance(title.folder) <= width);
        QVERIFY(page().list().data(index, Qt::ToolTipRole).toString().contains("\nstarted "));
        const QString said = page().list().data(index, Qt::AccessibleTextRole).toString();
        QVERIFY2(said.startsWith("demo in " + shown.folder + ", "), qPrintable(said));
        QVERIFY2(said.contains("started "), qPrintable(said));
    }
    QVERIFY2(spoken("other").startsWith("other, "), qPrintable(spoken("other")));
    // Long ones have half of the width each, and end as they differ.
    RunRowLook longer;
    longer.name = "a-run-with-a-long-name-and-seed-1";
    longer.folder = "a-run-with-a-long-name-and-seed-1-12";
    const RunListDelegate::Title title = RunListDelegate::titleOf(longer, 140);
    QVERIFY(title.name.endsWith('1') && title.folder.endsWith("12"));
    QVERIFY(title.x + QFontMetrics(Fonts::caption()).horizontalAdvance(title.folder) <= 140);
}

QTEST_MAIN(TestRunsRoom)
#include "tst_runsroom.moc"
