// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs workspace as pictures, for a person's eye, where SPECTUNE_PICTURES names a folder.
#include "tests/ui/RunsTest.h"
#include "ui/CompareTable.h"
#include "ui/ConfigForm.h"
#include "ui/PresetBar.h"
#include "ui/RunBar.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "ui/SessionController.h"
#include "ui/SetupPage.h"
#include "visualization/ComparePlot.h"

#include <QPushButton>
#include <QTest>

using namespace spectune;
using spectune::test::patience;
using spectune::test::written;

class TestRunsPictures : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void pictures_data();
    void pictures();

private:
    void train(const QString& name, double gamma);
    void writeOthers();
};

/// A whole run of the scene's engine, as a person would start it.
void TestRunsPictures::train(const QString& name, double gamma)
{
    window().newConfig();
    window().openConfig(m_bench->path("card.json"));
    Q_EMIT window().runBar().runNameEdited(name);
    window().form().setValue("adalora.gamma", FieldValue {gamma});
    window().form().setValue("optim.lr", FieldValue {gamma > 0 ? 5e-3 : 2e-3});
    window().form().setValue("adalora.target_rank", FieldValue {std::int64_t {gamma > 0 ? 3 : 4}});
    QTRY_VERIFY_WITH_TIMEOUT(window().form().errorCount() == 0 && window().form().model(), patience);
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
}

void TestRunsPictures::writeOthers()
{
    test::WrittenRun dead = written(2, 0.8, {});
    dead.config.train.steps = 80; // of which 40 were done
    write("dead", dead);
    write(
        "early", {.config = test::smallConfig(), .steps = 20, .lastWord = "Stopped after step 20.", .checkpoint = 20});
    write("bad", written(3, 0.9));
    test::writeText(m_bench->path("runs/bad/metrics.jsonl"), "{\"step\": \"one\"}\n{}\n");
}

void TestRunsPictures::pictures_data()
{
    test::StudioBench::addLooks();
}

void TestRunsPictures::pictures()
{
    if (!test::StudioBench::paints())
        QSKIP("SPECTUNE_PICTURES names no folder");
    m_bench->takeLook();
    m_bench->scene->writesFiles = true;
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Runs);
    QTRY_VERIFY_WITH_TIMEOUT(!window().library().isScanning(), patience);
    m_bench->look("runs-empty");
    train("card-g01", 0.1);
    train("card-g0", 0.0);
    writeOthers();
    window().showWorkspace(Workspace::Runs);
    QTRY_COMPARE_WITH_TIMEOUT(window().library().records().size(), 5U, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!window().library().isScanning(), patience);
    m_bench->look("runs-none-chosen");
    std::vector<std::int64_t> ids;
    for (const RunRecord& record : window().library().records())
        if (record.totalSteps == 800)
            ids.push_back(record.id);
    page().list().choose(ids);
    QTRY_VERIFY_WITH_TIMEOUT(!page().table().results().empty(), patience);
    page().plot().setCrosshair(410.0);
    m_bench->look("runs-two");
    page().list().choose({ids[0]});
    m_bench->look("runs-one");
    page().continueRun();
    m_bench->look("runs-continue");
    page().bar().question().no()->click();
    page().deleteRun();
    QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience);
    m_bench->look("runs-delete");
    page().bar().question().no()->click();
    page().list().choose({id("bad")});
    m_bench->look("runs-unreadable");
    page().list().choose({id("dead")});
    m_bench->look("runs-interrupted");
    page().list().choose({ids[0], ids[1], id("dead"), id("early")});
    QTRY_VERIFY_WITH_TIMEOUT(!page().table().results().empty(), patience);
    m_bench->look("runs-four");
    window().showWorkspace(Workspace::Setup);
    window().setup().presets().choose(4);
    m_bench->look("presets");
}

QTEST_MAIN(TestRunsPictures)
#include "tst_runspictures.moc"
