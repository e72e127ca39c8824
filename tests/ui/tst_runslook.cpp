// SPDX-License-Identifier: GPL-3.0-or-later
// How Runs looks: chosen rows, where the keyboard stands, room for a search, labels beside their fields, and handles where they were put.
#include "tests/ui/RunsTest.h"
#include "ui/RowGround.h"
#include "ui/RunDetails.h"
#include "ui/RunListModel.h"
#include "ui/RunsPage.h"
#include "ui/StudioStyle.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QImage>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QSplitter>
#include <QTest>

using namespace spectune;
using spectune::test::written;

class TestRunsLook : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void chosenRowsStandOut_data();
    void chosenRowsStandOut();
    void theKeyboardFollowsTheChoice();
    void theSearchHasRoom();
    void labelsStandAtTheirFields();
    void aProblemStandsApart();
    void handlesStayWhereTheyWerePut();

private:
    [[nodiscard]] QListView& list() { return *page().findChild<QListView*>(); }
    [[nodiscard]] QLineEdit& search();
};

QLineEdit& TestRunsLook::search()
{
    for (QLineEdit* field : page().findChildren<QLineEdit*>())
        if (field->accessibleName() == "Search runs")
            return *field;
    qFatal("no search");
}

void TestRunsLook::chosenRowsStandOut_data()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::newRow("dark") << ThemeChoice::Dark;
    QTest::newRow("light") << ThemeChoice::Light;
}

void TestRunsLook::chosenRowsStandOut()
{
    QFETCH(const ThemeChoice, theme);
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"a"});
    applyTheme(*qApp, theme);
    search().setFocus(); // without the keyboard's frame
    const QImage image = list().viewport()->grab().toImage();
    const auto at = [&](const char* name, int x) {
        const QRect row = list().visualRect(page().list().indexOf(id(name)));
        return image.pixelColor(row.left() + x, row.top() + 3);
    };
    const Theme& colors = Theme::current();
    QCOMPARE(at("a", 1).name(), colors.text.name()); // the bar
    QCOMPARE(at("a", 5).name(), chosenGround(colors).name());
    QVERIFY(Theme::contrast(at("a", 5), at("b", 5)) > 1.05);
    QCOMPARE(at("b", 1).name(), colors.panel.name());
}

void TestRunsLook::theKeyboardFollowsTheChoice()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    write("c", written(2, 0.7));
    openRuns(3);
    const auto current = [this] {
        const RunRecord* record = page().list().record(list().currentIndex());
        return record ? record->id : 0;
    };
    choose({"b"});
    QCOMPARE(current(), id("b"));
    choose({"b", "c"});
    QCOMPARE(current(), id("c"));
    QVERIFY(page().list().toggle(id("c"))); // unticked: it is still the row that was acted on last
    QCOMPARE(current(), id("c"));
    QVERIFY(page().list().toggle(id("a")));
    QCOMPARE(current(), id("a"));
}

void TestRunsLook::theSearchHasRoom()
{
    m_bench->size = QSize(1280, 800);
    write("a", written(0, 1.0));
    openRuns(1);
    const QLineEdit& field = search();
    QVERIFY2(field.width() >= 200, qPrintable(QString::number(field.width())));
    QVERIFY(field.fontMetrics().horizontalAdvance(field.placeholderText()) <= field.width() - 30);
}

void TestRunsLook::labelsStandAtTheirFields()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    QTRY_VERIFY(page().details().isVisible());
    int fields = 0;
    for (const QLabel* label : page().details().findChildren<QLabel*>()) {
        const QWidget* field = label->buddy();
        if (!field)
            continue;
        QTRY_COMPARE(field->y() - (label->y() + label->height()), 4);
        for (const QLabel* other : page().details().findChildren<QLabel*>())
            if (other->buddy() && other->y() > field->y()) { // the next one
                QTRY_COMPARE(other->y() - (field->y() + field->height()), 12);
                break;
            }
        ++fields;
    }
    QCOMPARE(fields, 3);
}

void TestRunsLook::aProblemStandsApart()
{
    write("bad", written(3, 0.9));
    test::writeText(m_bench->path("runs/bad/metrics.jsonl"), "{\"step\": \"one\"}\n{}\n");
    openRuns(1);
    choose({"bad"});
    const QLabel* problem = nullptr;
    const QLabel* name = nullptr;
    for (const QLabel* label : page().details().findChildren<QLabel*>()) {
        problem = label->text().startsWith("Not all of this run") ? label : problem;
        name = label->text() == "Name" ? label : name;
    }
    QVERIFY(problem && name && !problem->isHidden());
    QTRY_COMPARE(name->y() - (problem->y() + problem->height() - problem->contentsMargins().bottom()), 12);
}

void TestRunsLook::handlesStayWhereTheyWerePut()
{
    openRuns(0);
    auto* right = page().findChild<QSplitter*>("RunsRight");
    auto* upper = page().findChild<QSplitter*>("RunsUpper");
    const QByteArray untouched = page().saveSplitters();
    right->setSizes({right->height() - 250, 250});
    Q_EMIT upper->splitterMoved(0, 1);
    upper->setSizes({upper->width() - 300, 300});
    const QList<int> rightSizes = right->sizes();
    const QList<int> upperSizes = upper->sizes();
    const QByteArray moved = page().saveSplitters();
    page().restoreSplitters(untouched);
    QVERIFY(right->sizes() != rightSizes);
    page().restoreSplitters(moved);
    QCOMPARE(right->sizes(), rightSizes);
    QCOMPARE(upper->sizes(), upperSizes);
    page().restoreSplitters("of an earlier version");
    page().restoreSplitters({});
    QCOMPARE(right->sizes(), rightSizes);
}

QTEST_MAIN(TestRunsLook)
#include "tst_runslook.moc"
