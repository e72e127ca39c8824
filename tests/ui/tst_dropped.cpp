// SPDX-License-Identifier: GPL-3.0-or-later
// What is dropped on the window: configurations, datasets, models and runs are told apart by what they hold.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StatusLine.h"

#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QMimeData>
#include <QTest>
#include <QUrl>

using namespace spectune;
using spectune::test::patience;

class TestDropped : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void configIsDropped();
    void datasetIsDropped();
    void aListInJsonIsADataset_data();
    void aListInJsonIsADataset();
    void anEmptyDropIsNothing();
    void modelFolderIsDropped();
    void runIsDropped();
    void otherFilesAreRefusedInWords();
    void missingFileIsTold();

private:
    void drop(const QString& path);
};

void TestDropped::drop(const QString& path)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    const QPoint middle = window().rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window(), &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(middle), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window(), &event);
}

void TestDropped::configIsDropped()
{
    QVERIFY(m_bench->open());
    window().form().setValue("train.steps", FieldValue {std::int64_t {7}});
    drop(m_bench->path("card.json"));
    QCOMPARE(window().form().config().train.steps, 800);
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestDropped::datasetIsDropped()
{
    QVERIFY(m_bench->open());
    QFile file(m_bench->path("other.csv"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    drop(m_bench->path("other.csv"));
    QVERIFY(QString::fromStdString(window().form().config().data.path).endsWith("other.csv"));
}

void TestDropped::aListInJsonIsADataset_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("data");
    const QByteArray row = R"([{"instruction": "a", "input": "", "output": "b"}])";
    QTest::newRow("list") << row << true;
    QTest::newRow("after blanks") << QByteArray("\n  \t") + row << true;
    QTest::newRow("after a byte order mark") << QByteArray("\xEF\xBB\xBF") + row << true;
    QTest::newRow("object") << QByteArray(R"({"train": {"steps": 9}})") << false;
}

void TestDropped::aListInJsonIsADataset()
{
    QFETCH(const QByteArray, text);
    QFETCH(const bool, data);
    QVERIFY(m_bench->open());
    window().form().setValue("train.steps", FieldValue {std::int64_t {7}});
    QFile file(m_bench->path("alpaca.json"));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) > 0);
    file.close();
    drop(file.fileName());
    QCOMPARE(QString::fromStdString(window().form().config().data.path).endsWith("alpaca.json"), data);
    QCOMPARE(window().form().config().train.steps, data ? 7 : 9);
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestDropped::anEmptyDropIsNothing()
{
    QVERIFY(m_bench->open());
    const std::string before = window().form().config().data.path;
    for (const char* uris : {"", "https://example.org/a.json"}) {
        QMimeData data;
        data.setData("text/uri-list", uris);
        QVERIFY(data.hasUrls());
        const QPoint middle = window().rect().center();
        QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        enter.ignore();
        QCoreApplication::sendEvent(&window(), &enter);
        QVERIFY(!enter.isAccepted());
        QDropEvent event(QPointF(middle), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window(), &event);
    }
    QCOMPARE(window().form().config().data.path, before);
}

void TestDropped::modelFolderIsDropped()
{
    QVERIFY(m_bench->open());
    QVERIFY(QDir().mkpath(m_bench->path("bigger")));
    for (const char* name : {"config.json", "model.safetensors"}) {
        QFile file(m_bench->path(QStringLiteral("bigger/") + QLatin1String(name)));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("{}");
    }
    drop(m_bench->path("bigger"));
    QVERIFY(QString::fromStdString(window().form().config().model.path).endsWith("bigger"));
}

void TestDropped::runIsDropped()
{
    m_bench->scene->writesFiles = true;
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    drop(window().run().folder());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isRecorded(), patience); // a worker reads it
    QCOMPARE(window().workspace(), Workspace::Live);
}

void TestDropped::otherFilesAreRefusedInWords()
{
    QVERIFY(m_bench->open());
    QFile file(m_bench->path("song.mp3"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    drop(m_bench->path("song.mp3"));
    QVERIFY(window().status().message().contains("song.mp3"));
    QVERIFY(window().status().message().contains(".jsonl"));
}

void TestDropped::missingFileIsTold()
{
    QVERIFY(m_bench->open());
    window().tryTo([this] { window().openPath(m_bench->path("gone.json")); });
    QVERIFY(window().status().message().contains("gone.json does not exist"));
}

QTEST_MAIN(TestDropped)
#include "tst_dropped.moc"
