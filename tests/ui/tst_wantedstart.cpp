// SPDX-License-Identifier: GPL-3.0-or-later
// What the command line names is what the window opens on, and what it cannot do is said.
#include "app/studio/StudioArguments.h"
#include "app/studio/WantedStart.h"
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/RunModel.h"
#include "ui/StatusLine.h"

#include <QFileInfo>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestWantedStart : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aModelFolderBeginsASetUp();
    void aRunIsNotStartedAgain();
    void whatStartsIsNotSpokenOf();
    void aFolderOfNeitherIsRefused();
};

void TestWantedStart::aModelFolderBeginsASetUp()
{
    QVERIFY(m_bench->open());
    test::writeText("llama/config.json", "{\"architectures\": [\"LlamaForCausalLM\"]}");
    test::writeText("llama/model.safetensors", "x");
    for (const QString& picture : {QString(), QStringLiteral("studio.png")}) {
        StudioArguments arguments;
        arguments.path = "llama";
        arguments.screenshot = picture;
        window().newConfig();
        window().showWorkspace(Workspace::Live);
        openWanted(window(), arguments);
        openShown(window(), arguments);
        QCOMPARE(window().workspace(), Workspace::Setup);
        QCOMPARE(QString::fromStdString(window().form().config().model.path), QFileInfo("llama").absoluteFilePath());
        QVERIFY(!window().run().hasRun());
    }
}

void TestWantedStart::aRunIsNotStartedAgain()
{
    QVERIFY(m_bench->open());
    test::writeRun("run0", test::written(0, 1.0));
    StudioArguments arguments;
    arguments.path = "run0";
    arguments.start = true;
    const QString note = noteOnStart(arguments);
    QVERIFY2(note.startsWith("run0 is a run") && note.contains("spectune run0/config.json --start"), qPrintable(note));
    openWanted(window(), arguments);
    openShown(window(), arguments);
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isRecorded(), patience);
    QTRY_VERIFY2(window().status().message().contains(note), qPrintable(window().status().message()));
    QCOMPARE(window().workspace(), Workspace::Live);
    arguments.start = false;
    QCOMPARE(noteOnStart(arguments), QString());
}

void TestWantedStart::whatStartsIsNotSpokenOf()
{
    QVERIFY(m_bench->open());
    test::writeRun("run0", test::written(0, 1.0));
    test::writeText("llama/config.json", "{}");
    test::writeText("llama/model.safetensors", "x");
    StudioArguments arguments;
    arguments.start = true;
    for (const char* path : {"", "run0/config.json", "llama"}) {
        arguments.path = path;
        QCOMPARE(noteOnStart(arguments), QString());
    }
}

void TestWantedStart::aFolderOfNeitherIsRefused()
{
    QVERIFY(m_bench->open());
    test::writeText("notes/a.txt", "mine");
    StudioArguments arguments;
    arguments.path = "notes";
    QVERIFY_EXCEPTION_THROWN(openWanted(window(), arguments), Error);
}

QTEST_MAIN(TestWantedStart)
#include "tst_wantedstart.moc"
