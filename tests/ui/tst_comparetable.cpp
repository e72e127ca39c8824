// SPDX-License-Identifier: GPL-3.0-or-later
// The comparison's table: what tells two values apart stays in sight, however little room there is.
#include "ui/CompareTable.h"
#include "ui/ElidedApart.h"
#include "ui/PictureActions.h"
#include "ui/ShareButton.h"

#include <QAction>
#include <QClipboard>
#include <QFontMetrics>
#include <QGuiApplication>
#include <QMenu>
#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <atomic>
#include <functional>

using namespace spectune;

namespace {

CompareRow keyRow(const QString& name, const QStringList& values)
{
    return {name, {}, values, {}, values.count(values.front()) != values.size(), true};
}

} // namespace

class TestCompareTable : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pathsAreFolded_data();
    void pathsAreFolded();
    void whatDiffersStaysInSight_data();
    void whatDiffersStaysInSight();
    void textsThatFitAreWhole();
    void columnsFitTheirValues();
    void differentPathsReadDifferently();
    void keysGiveTheirGroupFirst();
    void whatIsSharedIsTold();
};

void TestCompareTable::pathsAreFolded_data()
{
    QTest::addColumn<QStringList>("whole");
    QTest::addColumn<QStringList>("folded");
    const auto row = [](const char* name, const QStringList& whole, const QStringList& folded) {
        QTest::newRow(name) << whole << folded;
    };
    row("the same", {"/data/a/train.jsonl", "/data/a/train.jsonl"}, {"train.jsonl", "train.jsonl"});
    row("other folders", {"/data/a/train.jsonl", "/data/b/train.jsonl"}, {"…/a/train.jsonl", "…/b/train.jsonl"});
    row("other files", {"/data/one.jsonl", "/data/two.jsonl"}, {"one.jsonl", "two.jsonl"});
    row("one inside the other", {"/data/a", "/data/a/b"}, {"a", "…/a/b"});
    row("nothing shared", {"/data/a.json", "/models/a.json"}, {"/data/a.json", "/models/a.json"});
    row("relative", {"runs/a", "runs/b"}, {"a", "b"});
    row("one is none", {"/data/a/x.json", "", "/data/b/x.json"}, {"…/a/x.json", "", "…/b/x.json"});
    row("no paths", {"linear", "cosine"}, {"linear", "cosine"});
    row("a slash at the end", {"/models/llama/", "/models/llama/"}, {"llama", "llama"});
}

void TestCompareTable::pathsAreFolded()
{
    QFETCH(const QStringList, whole);
    QFETCH(const QStringList, folded);
    QCOMPARE(foldedPaths(whole), folded);
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
        const QStringList shown = table.shownValues(0);
        QVERIFY2(shown.at(0) != shown.at(1), qPrintable(shown.join(' ')));
        QCOMPARE(shown.at(0), shown.at(2));
        QCOMPARE(shown.at(3), "–");
    }
}

void TestCompareTable::keysGiveTheirGroupFirst()
{
    CompareTable table;
    const QString key = QStringLiteral("adalora.target_rank");
    table.setRows(4, {keyRow(key, {"8", "4", "3", "2"})}, {});
    table.resize(table.neededWidth(), 200);
    QCOMPARE(table.shownKey(0), "target_rank"); // whole, and not the end of the whole key
    table.resize(900, 200);
    QCOMPARE(table.shownKey(0), key);
    const int four = table.neededWidth();
    table.setRows(2, {keyRow(key, {"8", "4"})}, {});
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

QTEST_MAIN(TestCompareTable)
#include "tst_comparetable.moc"
