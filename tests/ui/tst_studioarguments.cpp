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
    void aSmallWindowIsToldOf();
    void picturesOfEverySuffix();
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
    QVERIFY(StudioArguments::parse({QStringLiteral("-h")}).help);
    QVERIFY(StudioArguments::parse({QStringLiteral("--help")}).help);
    QVERIFY(StudioArguments::parse({QStringLiteral("--version")}).version);
}

void TestStudioArguments::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("names");
    QTest::newRow("option") << QStringList {"--fast"} << "--fast";
    QTest::newRow("short option") << QStringList {"-x"} << "-x";
    QTest::newRow("a value for none") << QStringList {"--start=now"} << "--start";
    QTest::newRow("a wrong value before a right one") << QStringList {"--theme=pink", "--theme=dark"} << "pink";
    QTest::newRow("theme") << QStringList {"--theme", "pink"} << "pink";
    QTest::newRow("size") << QStringList {"--size", "big"} << "big";
    QTest::newRow("no value") << QStringList {"--size"} << "--size";
    QTest::newRow("step") << QStringList {"--screenshot", "a.png", "--at", "-1"} << "--at";
    QTest::newRow("at alone") << QStringList {"--at", "3"} << "--screenshot";
    QTest::newRow("device") << QStringList {"--device", "tpu"} << "tpu";
    QTest::newRow("missing file") << QStringList {"/no/such.json"} << "/no/such.json";
    QTest::newRow("too wide") << QStringList {"--size", "16385x900"} << "16384";
    QTest::newRow("too high") << QStringList {"--size", "1440x99999"} << "16384";
    QTest::newRow("two") << QStringList {"/tmp", "/var"} << "/var";
    QTest::newRow("no folder") << QStringList {"--screenshot", "/no/such/a.png"} << "/no/such";
    QTest::newRow("no picture's suffix") << QStringList {"--screenshot", "/tmp/a.docx"} << ".png";
    QTest::newRow("no suffix") << QStringList {"--screenshot", "/tmp/a"} << ".png";
    QTest::newRow("a folder") << QStringList {"--screenshot", "/tmp"} << "is a folder";
}

void TestStudioArguments::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, names);
    const auto read = StudioArguments::parse(arguments);
    QVERIFY(!read.error.isEmpty());
    QVERIFY2(read.error.contains(names), qPrintable(read.error));
}

void TestStudioArguments::aSmallWindowIsToldOf()
{
    const QSize least(1180, 720);
    const auto note = [least](const char* size) {
        const auto read = StudioArguments::parse({QStringLiteral("--size"), QString::fromLatin1(size)});
        return read.error.isEmpty() ? read.sizeNote(least) : read.error;
    };
    QCOMPARE(note("1180x720"), QString());
    QCOMPARE(note("16384x16384"), QString());
    QVERIFY(note("1179x900").contains(QLatin1String("1180x720")));
    QVERIFY(note("1440x719").contains(QLatin1String("1440x719")));
    QCOMPARE(StudioArguments::parse({}).sizeNote(least), QString());
}

void TestStudioArguments::picturesOfEverySuffix()
{
    const QTemporaryDir folder;
    for (const char* name : {"a.png", "a.PNG", "a.b.bmp"}) {
        const auto read = StudioArguments::parse({QStringLiteral("--screenshot"), folder.filePath(name)});
        QVERIFY2(read.error.isEmpty(), qPrintable(read.error));
    }
}

QTEST_GUILESS_MAIN(TestStudioArguments)
#include "tst_studioarguments.moc"
