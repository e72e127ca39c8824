// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison's table: what tells two values apart stays in sight, however little room there is.
#include "ui/CompareTable.h"
#include "ui/ElidedApart.h"
#include "ui/PictureActions.h"
#include "ui/ShareButton.h"
#include "ui/WholeRowsArea.h"

#include <QAction>
#include <QClipboard>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QMenu>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <functional>

using namespace spectune;

namespace {

CompareRow keyRow(const QString& name, const QStringList& values)
{
    return {name, {}, values, {}, values.count(values.front()) != values.size(), true, name.endsWith("path")};
}

} // namespace

class TestCompareTable : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pathsAreToldApart_data();
    void pathsAreToldApart();
    void whatDiffersStaysInSight_data();
    void whatDiffersStaysInSight();
    void textsThatFitAreWhole();
    void columnsFitTheirValues();
    void roomIsSharedOut();
    void noHeadingStandsLast();
    void zeroIsToldAsInSetUp();
    void zeroOfAnAmountStaysANumber();
    void differentPathsReadDifferently();
    void namesOfModelsAreRead();
    void allKeysAreWholeOrNone();
    void whatIsSharedIsTold();
    void theLastRowInSightIsWhole();
    void rowsThatCameUnseenHaveTheirHeight();
};

void TestCompareTable::pathsAreToldApart_data()
{
    QTest::addColumn<QStringList>("whole");
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QStringList>("folders");
    const auto row = [](const char* name, const QStringList& whole, const QStringList& names,
                         const QStringList& folders) { QTest::newRow(name) << whole << names << folders; };
    row("the same", {"/data/a/train.jsonl", "/data/a/train.jsonl"}, {"train.jsonl", "train.jsonl"}, {});
    row("other folders", {"/data/a/train.jsonl", "/data/b/train.jsonl"}, {"train.jsonl", "train.jsonl"}, {"a", "b"});
    row("other files", {"/data/one.jsonl", "/data/two.jsonl"}, {"one.jsonl", "two.jsonl"}, {});
    row("one inside the other", {"/data/a", "/data/a/b"}, {"a", "b"}, {});
    row("nothing shared", {"/data/a.json", "/models/a.json"}, {"a.json", "a.json"}, {"data", "models"});
    row("two folders are needed", {"/a/1/m", "/a/2/m", "/b/1/m"}, {"m", "m", "m"}, {"a/1", "a/2", "b/1"});
    row("the root", {"/m", "/x/m"}, {"m", "m"}, {"/", "x"});
    row("the root, deeper", {"/x/m", "/y/x/m"}, {"m", "m"}, {"/x", "y/x"});
    row("relative", {"m", "/m"}, {"m", "m"}, {"", "/"});
    row("one of its own", {"/a/m", "/b/m", "/c/n"}, {"m", "m", "n"}, {"a", "b", ""});
    row("one is none", {"/a/x.json", "", "/b/x.json"}, {"x.json", "", "x.json"}, {"a", "", "b"});
    row("a slash at the end", {"/models/llama/", "/models/llama"}, {"llama", "llama"}, {});
}

void TestCompareTable::pathsAreToldApart()
{
    QFETCH(const QStringList, whole);
    QFETCH(const QStringList, names);
    QFETCH(const QStringList, folders);
    const ToldPaths told = toldApart(whole);
    QCOMPARE(told.names, names);
    QCOMPARE(told.folders, folders);
}

void TestCompareTable::whatDiffersStaysInSight_data()
{
    QTest::addColumn<QStringList>("texts");
    QTest::newRow("in the middle") << QStringList {
        "…/experiment-with-a-long-name-1/and-its-train.jsonl", "…/experiment-with-a-long-name-2/and-its-train.jsonl"};
    QTest::newRow("three, of which two are nearer") << QStringList {"a-long-beginning-of-a-name-alpha-1-and-its-end",
        "a-long-beginning-of-a-name-alpha-2-and-its-end", "a-long-beginning-of-a-name-omega-1-and-its-end"};
    QTest::newRow("one goes on where the other ends")
        << QStringList {"a-long-name-that-has-an-end", "a-long-name-that-has-one-more-long-end"};
}

void TestCompareTable::whatDiffersStaysInSight()
{
    QFETCH(const QStringList, texts);
    const QFontMetrics metrics(QGuiApplication::font());
    const int width = metrics.horizontalAdvance("…/experiment");
    const QStringList shown = elidedApart(texts, metrics, width);
    QCOMPARE(shown.size(), texts.size());
    for (qsizetype i = 0; i < shown.size(); ++i) {
        QVERIFY2(metrics.horizontalAdvance(shown.at(i)) <= width, qPrintable(shown.at(i)));
        for (qsizetype j = 0; j < i; ++j)
            QVERIFY2(shown.at(i) != shown.at(j), qPrintable(shown.at(i)));
    }
}

void TestCompareTable::textsThatFitAreWhole()
{
    const QFontMetrics metrics(QGuiApplication::font());
    const QStringList texts {"train.jsonl", "train.jsonl", "eval.jsonl"};
    QCOMPARE(elidedApart(texts, metrics, metrics.horizontalAdvance("train.jsonl") + 20), texts);
}

void TestCompareTable::columnsFitTheirValues()
{
    CompareTable table;
    table.setRows(
        2, {keyRow("optim.lr", {"0.005", "0.002"}), keyRow("data.path", {"/d/train.jsonl", "/d/train.jsonl"})}, {});
    table.resize(600, 200);
    QCOMPARE(table.shownValues(0), QStringList({"0.005", "0.002"}));
    QCOMPARE(table.shownValues(1), QStringList({"train.jsonl", "train.jsonl"}));
    table.resize(table.neededWidth(), 200); // the least: a number is never cut
    QCOMPARE(table.shownValues(0), QStringList({"0.005", "0.002"}));
}

void TestCompareTable::roomIsSharedOut()
{
    CompareTable table;
    table.setRows(2, {keyRow("optim.lr", {"0.005", "0.002"})}, {});
    table.resize(440, 200); // of a window of 1920
    const auto [leftOfA, rightOfA] = table.columnAt(0);
    const auto [leftOfB, rightOfB] = table.columnAt(1);
    QVERIFY2(leftOfA < 220, qPrintable(QString::number(leftOfA))); // not at the far end of a row of nothing
    QVERIFY(rightOfA - leftOfA > 80 && leftOfB > rightOfA);
    QCOMPARE(rightOfB, 440 - 12);
    table.resize(table.neededWidth(), 200);
    QCOMPARE(table.shownValues(0), QStringList({"0.005", "0.002"}));
}

void TestCompareTable::noHeadingStandsLast()
{
    CompareTable table;
    table.setRows(4,
        {keyRow("optim.lr", {"0.1", "0.2", "0.3", "0.4"}), keyRow("adalora.target_rank", {"8", "4", "3", "2"}),
            keyRow("adalora.alpha", {"8", "4", "3", "2"})},
        {});
    table.resize(table.neededWidth(), 200);
    QCOMPARE(table.shownGroups(), QStringList({"optim", "adalora"}));
    const int firstRow = table.wholeRows(0, 72);
    QVERIFY(firstRow > 0 && firstRow < 72);
    QCOMPARE(table.wholeRows(0, firstRow + 20), firstRow); // "adalora" would fit
    QCOMPARE(table.wholeRows(0, firstRow + 20 + CompareTable::rowHeight), firstRow + 20 + CompareTable::rowHeight);
}

void TestCompareTable::zeroIsToldAsInSetUp()
{
    CompareTable table;
    table.setRows(2, {keyRow("train.save_every", {"0", "50"}), keyRow("train.seed", {"0", "7"})}, {});
    table.resize(600, 200);
    QCOMPARE(table.shownValues(0), QStringList({"at the end", "50"}));
    QCOMPARE(table.shownValues(1), QStringList({"0", "7"})); // an amount
    QVERIFY(table.accessibleDescription().contains("at the end, 50"));
    QCOMPARE(table.configuration().front().values, QStringList({"0", "50"})); // which is what a file gets
}

void TestCompareTable::zeroOfAnAmountStaysANumber()
{
    CompareTable table;
    table.setRows(2, {keyRow("adalora.gamma", {"0", "0.1"}), keyRow("optim.weight_decay", {"0.01", "0"})}, {});
    table.resize(600, 200);
    QCOMPARE(table.shownValues(0), QStringList({"0", "0.1"}));
    QCOMPARE(table.shownValues(1), QStringList({"0.01", "0"}));
    QVERIFY(!table.accessibleDescription().contains("none"));
}

void TestCompareTable::differentPathsReadDifferently()
{
    CompareTable table;
    table.setRows(4,
        {keyRow("model.path",
            {"/home/me/models/a-llama-of-one-billion/checkpoint",
                "/home/me/models/a-llama-of-seven-billions/checkpoint",
                "/home/me/models/a-llama-of-one-billion/checkpoint", ""})},
        {});
    for (const int width : {table.neededWidth(), 440, 900}) {
        table.resize(width, 200);
        const QStringList names = table.shownValues(0);
        QCOMPARE(names.at(0), names.at(1));
        QCOMPARE(names.at(3), "–");
        const QStringList folders = table.shownFolders(0);
        QVERIFY2(folders.at(0) != folders.at(1), qPrintable(folders.join(' ')));
        QCOMPARE(folders.at(0), folders.at(2));
        QCOMPARE(folders.at(3), "");
    }
}

void TestCompareTable::namesOfModelsAreRead()
{
    CompareTable table;
    const QStringList models {
        "/tmp/some/demo-llama", "/tmp/some/demo-llama", "/models/demo-llama", "/models/demo-llama"};
    table.setRows(4, {keyRow("model.path", models), keyRow("adalora.target_rank", {"4", "3", "2", "2"})}, {});
    table.resize(440, 300); // of the smallest window
    const QStringList demo {"demo-llama", "demo-llama", "demo-llama", "demo-llama"};
    QCOMPARE(table.shownValues(0), demo);
    QCOMPARE(table.shownFolders(0), QStringList({"some", "some", "models", "models"}));
    QVERIFY(table.shownFolders(1).isEmpty());
    const int tall = table.heightForWidth(440);
    table.setRows(4, {keyRow("model.path", demo), keyRow("adalora.target_rank", {"4", "3", "2", "2"})}, {});
    QVERIFY(table.heightForWidth(440) < tall); // no second line
}

void TestCompareTable::allKeysAreWholeOrNone()
{
    CompareTable table;
    const QString rank = QStringLiteral("adalora.target_rank");
    table.setRows(4,
        {keyRow("optim.lr", {"0.1", "0.2", "0.3", "0.4"}), keyRow(rank, {"8", "4", "3", "2"}),
            keyRow("adalora.alpha", {"8", "4", "3", "2"})},
        {});
    table.resize(table.neededWidth(), 200);
    QCOMPARE(table.shownKey(0), "lr");
    QCOMPARE(table.shownKey(1), "target_rank"); // whole, and not the end of the whole key
    QCOMPARE(table.shownKey(2), "alpha");
    QCOMPARE(table.shownGroups(), QStringList({"optim", "adalora"}));
    const int grouped = table.heightForWidth(table.width());
    table.resize(900, 200);
    QCOMPARE(table.shownKey(0), "optim.lr");
    QCOMPARE(table.shownKey(1), rank);
    QVERIFY(table.shownGroups().isEmpty());
    QVERIFY(table.heightForWidth(900) < grouped);
    const int four = table.neededWidth();
    table.setRows(2, {keyRow(rank, {"8", "4"})}, {});
    QVERIFY(table.neededWidth() < four);
}

void TestCompareTable::whatIsSharedIsTold()
{
    QWidget picture;
    picture.resize(40, 30);
    std::atomic<QThread*> writer {nullptr};
    const ShareButton share("table", &picture, [&writer]() -> std::function<QString()> {
        return [&writer] {
            writer = QThread::currentThread();
            return QString("a,b\n1,2\n");
        };
    });
    QStringList texts;
    QAction* copyValues = nullptr;
    QAction* copyPicture = nullptr;
    for (QAction* action : share.menu()->actions()) {
        texts << action->text();
        copyValues = action->text() == "Copy &values" ? action : copyValues;
        copyPicture = action->text() == "&Copy picture" ? action : copyPicture;
    }
    QMenu same; // as every other view says it
    addPictureActions(same, picture, share.source(), [](const QString&, const QString&) {});
    QStringList wanted;
    for (const QAction* action : same.actions())
        wanted << action->text();
    QCOMPARE(texts, wanted);
    QSignalSpy told(&share, &ShareButton::told);
    copyPicture->trigger();
    QCOMPARE(told.count(), 1);
    QCOMPARE(QGuiApplication::clipboard()->image().size(), QSize(80, 60));
    copyValues->trigger();
    QTRY_COMPARE(told.count(), 2);
    QCOMPARE(QGuiApplication::clipboard()->text(), QString("a,b\n1,2\n"));
    QVERIFY(writer.load() != nullptr && writer.load() != QThread::currentThread());
}

void TestCompareTable::theLastRowInSightIsWhole()
{
    auto* table = new CompareTable;
    WholeRowsArea area(table, "Rows");
    std::vector<CompareRow> rows {keyRow("data.path", {"/a/train.jsonl", "/b/train.jsonl"})}; // a taller one
    for (int row = 0; row < 20; ++row)
        rows.push_back(keyRow(QStringLiteral("optim.key%1").arg(row), {"1", "2"}));
    table->setRows(2, rows, {});
    area.resize(400, 200);
    area.show();
    for (int height = 190; height < 190 + CompareTable::rowHeight; ++height) {
        area.resize(400, height);
        QTRY_COMPARE(area.height(), height);
        QTRY_COMPARE(table->wholeRows(0, height), area.viewport()->height());
        const int shown = area.viewport()->height();
        QVERIFY(shown <= height && shown > height - CompareTable::rowHeight);
        QCOMPARE(table->wholeRows(0, shown), shown);
        QCOMPARE(table->wholeRows(0, shown + 1), shown); // not a row less than there is room for
        QVERIFY(area.verticalScrollBar()->isVisible());
    }
    QScrollBar& bar = *area.verticalScrollBar();
    QCOMPARE(bar.singleStep(), CompareTable::rowHeight);
    for (int value = 1; value < 2 * CompareTable::rowHeight; ++value) { // scrolled as well
        bar.setValue(value);
        QCOMPARE(bar.value(), value);
        const int shown = area.viewport()->height();
        QVERIFY(shown <= area.height() && shown > area.height() - CompareTable::rowHeight);
        QCOMPARE(table->wholeRows(0, value + shown), value + shown); // a row ends there
        QCOMPARE(table->wholeRows(value, area.height()), shown);
    }
    bar.setValue(bar.maximum());
    QCOMPARE(area.viewport()->height(), area.height()); // the last row, and what is below it
    QCOMPARE(bar.value(), table->height() - area.height());
    bar.setValue(0);
    area.resize(400, 900);
    QTRY_COMPARE(area.viewport()->height(), 900); // all of it fits
    QTRY_VERIFY(!area.verticalScrollBar()->isVisible());
}

void TestCompareTable::rowsThatCameUnseenHaveTheirHeight()
{
    QWidget page;
    page.resize(400, 200);
    auto* table = new CompareTable;
    auto* area = new WholeRowsArea(table, "Rows", &page);
    area->resize(400, 200);
    table->setRows(2, {keyRow("optim.lr", {"1", "2"})}, {});
    page.show();
    QTRY_VERIFY(table->isVisible());
    page.hide();
    std::vector<CompareRow> rows;
    for (int row = 0; row < 20; ++row)
        rows.push_back(keyRow(QStringLiteral("optim.key%1").arg(row), {"1", "2"}));
    table->setRows(2, rows, {});
    page.show();
    QTRY_COMPARE(table->height(), table->heightForWidth(table->width()));
    QVERIFY(area->verticalScrollBar()->isVisible());
}

QTEST_MAIN(TestCompareTable)
#include "tst_comparetable.moc"
