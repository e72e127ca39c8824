// SPDX-License-Identifier: GPL-3.0-or-later
// What is dropped on the window: configurations, datasets, models and runs are told apart by what they hold.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/TryPage.h"

#include <QDir>
#include <QDropEvent>
#include <QFile>
#include <QLineEdit>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QSignalSpy>
#include <QTest>
#include <QUrl>

#include <algorithm>

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
    void aFolderOfRunsIsAdded();
    void aFolderWithoutRunsIsRefused();
    void aSearchThatFailsIsNotOverwritten();
    void aFolderIsSearchedOnce();
    void aFolderTooDeepSaysSo();
    void whoWentElsewhereStaysThere();
    void otherFilesAreRefusedInWords();
    void missingFileIsTold();
    void aRunIsDroppedOnThePrompt();
    void aConfigIsDroppedOnTheNotes();
    void aDatasetIsDroppedOnAField();
    void textIsDroppedIntoItsEditor();
    void anotherWindowKeepsItsDrops();

private:
    void drop(const QString& path);
    /// As a file manager has it: the address is offered as text too, which every editor takes.
    void dropOn(QWidget& editor, const QString& path);
    [[nodiscard]] QPlainTextEdit& prompt();
    /// The folder of a run that this session has done.
    [[nodiscard]] QString finishedRun();
};

/// Drags @p data into @p target and lets it go there. @returns whether it was taken
static bool drag(QWidget& target, const QMimeData& data)
{
    const QPoint middle = target.rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    enter.ignore();
    QCoreApplication::sendEvent(&target, &enter);
    QDragMoveEvent move(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    move.ignore();
    QCoreApplication::sendEvent(&target, &move);
    QDropEvent event(QPointF(middle), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    event.ignore();
    QCoreApplication::sendEvent(&target, &event);
    return enter.isAccepted() && move.isAccepted() && event.isAccepted();
}

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

void TestDropped::dropOn(QWidget& editor, const QString& path)
{
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(path)});
    data.setText(QUrl::fromLocalFile(path).toString());
    QVERIFY(editor.isVisible() && editor.isEnabled() && editor.acceptDrops());
    QVERIFY(drag(editor, data));
}

QPlainTextEdit& TestDropped::prompt()
{
    for (QPlainTextEdit* editor : window().tryPage().findChildren<QPlainTextEdit*>())
        if (editor->accessibleName() == "Prompt")
            return *editor;
    qFatal("no prompt");
}

QString TestDropped::finishedRun()
{
    m_bench->scene->writesFiles = true;
    m_bench->runTo(SessionState::Finished);
    return window().run().folder();
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

void TestDropped::aFolderOfRunsIsAdded()
{
    test::writeRun(m_bench->path("old/a"), {test::smallConfig()});
    test::writeRun(m_bench->path("old/deeper/b"), {test::smallConfig()});
    QVERIFY(m_bench->open());
    drop(m_bench->path("old"));
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Runs, patience);
    QCOMPARE(window().library().records().size(), 2U);
    QVERIFY(window().library().findFolder(m_bench->path("old/deeper/b")));
    const QString told = window().status().message();
    QVERIFY2(told.contains("2 runs added from " + m_bench->path("old")), qPrintable(told));
    window().showWorkspace(Workspace::Setup);
    drop(m_bench->path("old"));
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Runs, patience);
    QVERIFY2(window().status().message().contains("2 runs below"), qPrintable(window().status().message()));
    QCOMPARE(window().library().records().size(), 2U);
}

void TestDropped::aFolderWithoutRunsIsRefused()
{
    QVERIFY(QDir().mkpath(m_bench->path("photos/2024")));
    QVERIFY(m_bench->open());
    drop(m_bench->path("photos"));
    const auto told = [this] { return window().status().message(); };
    QTRY_VERIFY2_WITH_TIMEOUT(told().contains("there is no run below it"), qPrintable(told()), patience);
    QCOMPARE(window().workspace(), Workspace::Setup);
    QVERIFY(window().library().records().empty());
}

void TestDropped::aSearchThatFailsIsNotOverwritten()
{
    QVERIFY(QDir().mkpath(m_bench->path("photos")));
    QVERIFY(m_bench->open());
    drop(m_bench->path("photos"));
    Q_EMIT window().library().failed("The history is locked.");
    Q_EMIT window().library().scanned(m_bench->path("photos"), 0, 0, 0, SearchEnd::Failed);
    const QString told = window().status().message();
    QVERIFY2(told.contains("The history is locked."), qPrintable(told));
}

void TestDropped::aFolderIsSearchedOnce()
{
    test::writeRun(m_bench->path("old/a"), {test::smallConfig()});
    QVERIFY(m_bench->open());
    QSignalSpy scanned(&window().library(), &RunLibrary::scanned);
    const auto answers = [&] {
        return std::ranges::count_if(
            scanned, [this](const QList<QVariant>& each) { return each.at(0) == m_bench->path("old"); });
    };
    drop(m_bench->path("old"));
    drop(m_bench->path("old"));
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Runs, patience);
    QCOMPARE(answers(), 1);
    window().showWorkspace(Workspace::Setup);
    drop(m_bench->path("old")); // later it is searched again
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Runs, patience);
    QCOMPARE(answers(), 2);
}

void TestDropped::aFolderTooDeepSaysSo()
{
    test::writeRun(m_bench->path("disk/near"), {test::smallConfig()});
    test::writeRun(m_bench->path("disk/1/2/3/4/5/far"), {test::smallConfig()});
    QVERIFY(m_bench->open());
    drop(m_bench->path("disk"));
    const auto told = [this] { return window().status().message(); };
    QTRY_VERIFY2_WITH_TIMEOUT(told().contains("holds more than was searched"), qPrintable(told()), patience);
    QVERIFY2(told().contains("1 run added from") && told().contains("4 levels"), qPrintable(told()));
    QCOMPARE(window().workspace(), Workspace::Runs);
    QVERIFY(window().library().findFolder(m_bench->path("disk/near")));
    QVERIFY(!window().library().findFolder(m_bench->path("disk/1/2/3/4/5/far")));
}

void TestDropped::whoWentElsewhereStaysThere()
{
    test::writeRun(m_bench->path("old/a"), {test::smallConfig()});
    QVERIFY(m_bench->open());
    drop(m_bench->path("old"));
    window().showWorkspace(Workspace::Try);
    QTRY_VERIFY_WITH_TIMEOUT(window().status().message().contains("1 run added from"), patience);
    QCOMPARE(window().workspace(), Workspace::Try);
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

void TestDropped::aRunIsDroppedOnThePrompt()
{
    const QString folder = finishedRun();
    QVERIFY(!window().run().isRecorded());
    window().showWorkspace(Workspace::Try);
    prompt().setPlainText("Paul is a brown wolf.");
    dropOn(*prompt().viewport(), folder);
    QCOMPARE(prompt().toPlainText(), QString("Paul is a brown wolf."));
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isRecorded(), patience); // a worker reads it
    QCOMPARE(window().run().folder(), folder);
    QCOMPARE(window().workspace(), Workspace::Live);
}

void TestDropped::aConfigIsDroppedOnTheNotes()
{
    const QString folder = finishedRun();
    window().form().setValue("train.steps", FieldValue {std::int64_t {7}});
    window().showWorkspace(Workspace::Runs);
    QTRY_VERIFY_WITH_TIMEOUT(window().library().findFolder(folder), patience);
    window().runsPage().list().choose({window().library().findFolder(folder)->id});
    auto* notes = window().runsPage().details().findChild<QPlainTextEdit*>("RunNotes");
    QTRY_VERIFY_WITH_TIMEOUT(notes->isVisible() && notes->isEnabled(), patience);
    notes->setPlainText("first try");
    dropOn(*notes->viewport(), m_bench->path("card.json"));
    QCOMPARE(notes->toPlainText(), QString("first try"));
    QCOMPARE(window().form().config().train.steps, 800);
    QCOMPARE(window().workspace(), Workspace::Setup);
}

void TestDropped::aDatasetIsDroppedOnAField()
{
    QVERIFY(m_bench->open());
    QFile file(m_bench->path("other.csv"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    auto* line = window().setup().fields().find("data.eval_path")->findChild<QLineEdit*>();
    const QString before = line->text();
    const std::string evaluation = window().form().config().data.evalPath;
    dropOn(*line, file.fileName());
    QCOMPARE(line->text(), before);
    QCOMPARE(window().form().config().data.evalPath, evaluation);
    QVERIFY(QString::fromStdString(window().form().config().data.path).endsWith("other.csv"));
}

void TestDropped::textIsDroppedIntoItsEditor()
{
    QVERIFY(m_bench->open());
    QMimeData text;
    text.setText("sleepy");
    auto* line = window().setup().fields().find("data.eval_path")->findChild<QLineEdit*>();
    QVERIFY(drag(*line, text));
    QVERIFY2(line->text().contains("sleepy"), qPrintable(line->text()));
    window().showWorkspace(Workspace::Try);
    prompt().clear();
    QVERIFY(drag(*prompt().viewport(), text));
    QCOMPARE(prompt().toPlainText(), QString("sleepy"));
    QMimeData link; // of a browser: no file of this machine
    link.setUrls({QUrl("https://example.org/a.json")});
    link.setText("https://example.org/a.json");
    prompt().clear();
    QVERIFY(drag(*prompt().viewport(), link));
    QCOMPARE(prompt().toPlainText(), QString("https://example.org/a.json"));
    QCOMPARE(window().workspace(), Workspace::Try);
}

void TestDropped::anotherWindowKeepsItsDrops()
{
    QVERIFY(m_bench->open());
    QLineEdit other; // of another window
    QMimeData data;
    data.setUrls({QUrl::fromLocalFile(m_bench->path("card.json"))});
    data.setText("card");
    window().form().setValue("train.steps", FieldValue {std::int64_t {7}});
    QVERIFY(drag(other, data));
    QCOMPARE(other.text(), QString("card"));
    QCOMPARE(window().form().config().train.steps, 7);
    QVERIFY(m_bench->close());
    other.clear();
    QVERIFY(drag(other, data));
    QCOMPARE(other.text(), QString("card"));
}

QTEST_MAIN(TestDropped)
#include "tst_dropped.moc"
