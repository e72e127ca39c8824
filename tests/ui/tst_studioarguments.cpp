// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/StudioArguments.h"

#include <QTemporaryDir>
#include <QTest>

using spectune::StudioArguments;

class TestStudioArguments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsAll();
    void refuses_data();
    void refuses();
};

void TestStudioArguments::readsAll()
{
    const QTemporaryDir folder;
    const QString picture = folder.filePath(QStringLiteral("a.png"));
    const auto read = StudioArguments::parse({folder.path(), QStringLiteral("--start"), QStringLiteral("--theme=dark"),
        QStringLiteral("--size"), QStringLiteral("1280x800"), QStringLiteral("--screenshot"), picture,
        QStringLiteral("--at"), QStringLiteral("40"), QStringLiteral("--device"), QStringLiteral("cuda:1")});
    QVERIFY2(read.error.isEmpty(), qPrintable(read.error));
    QCOMPARE(read.path, folder.path());
    QVERIFY(read.start);
    QCOMPARE(read.theme, QStringLiteral("dark"));
    QCOMPARE(read.size, QSize(1280, 800));
    QCOMPARE(read.screenshot, picture);
    QCOMPARE(read.at, 40);
    QCOMPARE(read.device, QStringLiteral("cuda:1"));
    QVERIFY(StudioArguments::parse({}).error.isEmpty());
}

void TestStudioArguments::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("names");
    QTest::newRow("option") << QStringList {"--fast"} << "--fast";
    QTest::newRow("theme") << QStringList {"--theme", "pink"} << "pink";
    QTest::newRow("size") << QStringList {"--size", "big"} << "big";
    QTest::newRow("no value") << QStringList {"--size"} << "--size";
    QTest::newRow("step") << QStringList {"--screenshot", "a.png", "--at", "-1"} << "--at";
    QTest::newRow("at alone") << QStringList {"--at", "3"} << "--screenshot";
    QTest::newRow("device") << QStringList {"--device", "tpu"} << "tpu";
    QTest::newRow("missing file") << QStringList {"/no/such.json"} << "/no/such.json";
    QTest::newRow("two") << QStringList {"/tmp", "/var"} << "/var";
    QTest::newRow("no folder") << QStringList {"--screenshot", "/no/such/a.png"} << "/no/such";
}

void TestStudioArguments::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, names);
    const auto read = StudioArguments::parse(arguments);
    QVERIFY(!read.error.isEmpty());
    QVERIFY2(read.error.contains(names), qPrintable(read.error));
}

QTEST_GUILESS_MAIN(TestStudioArguments)
#include "tst_studioarguments.moc"
