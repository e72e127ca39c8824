// SPDX-License-Identifier: GPL-3.0-or-later
// Every screen and state as a picture, for a person's eye. Nothing is compared: painting is tested through its data.
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/ExportWindow.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SampleList.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "ui/TryPage.h"
#include "visualization/RankGrid.h"

#include <QDir>
#include <QSignalSpy>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestStudioPictures : public test::PictureTest {
    Q_OBJECT
private Q_SLOTS:
    void setUp_data() { test::StudioBench::addLooks(); }
    void setUp();
    void live_data() { test::StudioBench::addLooks(); }
    void live();
    void held_data() { test::StudioBench::addLooks(); }
    void held();
    void failed_data() { test::StudioBench::addLooks(); }
    void failed();
    void ended_data() { test::StudioBench::addLooks(); }
    void ended();

private:
    void begin();
};

void TestStudioPictures::begin()
{
    QVERIFY(window().startRun());
    const std::int64_t step = m_bench->scene->waitAt;
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), step, patience);
    window().live().inspector().setModule(ModuleIndex {17});
    window().live().grid().setSelected(ModuleIndex {17});
}

void TestStudioPictures::setUp()
{
    QVERIFY(m_bench->open());
    m_bench->look("setup");
    window().showWorkspace(Workspace::Live);
    m_bench->look("ready");
    window().showWorkspace(Workspace::Try);
    m_bench->look("try-untrained");
    window().showWorkspace(Workspace::Setup);
    std::filesystem::create_directories(m_bench->path("broken").toStdString());
    QSignalSpy settled(&window().facts(), &SetupFacts::settled);
    window().form().setValue("adalora.alpha", FieldValue {4.0});
    window().form().setValue("model.path", FieldValue {m_bench->path("broken").toStdString()});
    QVERIFY(settled.wait(patience));
    window().setup().nextIssue();
    m_bench->look("setup-issues");
}

void TestStudioPictures::live()
{
    m_bench->scene->waitAt = 520;
    QVERIFY(m_bench->open());
    begin();
    m_bench->look("running");
    window().close();
    m_bench->look("close-question");
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    window().runBar().findChild<QWidget*>("KeepTraining")->setFocus();
    QTest::keyClick(window().focusWidget(), Qt::Key_Space);
    m_bench->look("paused");
    window().live().setHeatMode(1);
    window().run().showStep(200);
    m_bench->look("paused-importance-200");
}

void TestStudioPictures::held()
{
    m_bench->scene->fillsAt = 420;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld(), patience);
    m_bench->look("held");
}

void TestStudioPictures::failed()
{
    m_bench->scene->failAt = 420;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    m_bench->look("failed");
}

void TestStudioPictures::ended()
{
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    window().live().inspector().setModule(ModuleIndex {3});
    window().live().grid().setSelected(ModuleIndex {3});
    m_bench->look("finished");
    QDir(window().run().folder()).mkpath("adapter");
    window().showWorkspace(Workspace::Try);
    QTRY_VERIFY_WITH_TIMEOUT(window().tryPage().samples().shownCount() > 0, patience);
    window().tryPage().samples().selectNext();
    window().tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!window().tryPage().isGenerating(), patience);
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
    m_bench->look("try");
    window().showExport();
    m_bench->look("export-before", window().exportWindow());
    window().exportWindow()->write();
    QTRY_COMPARE_WITH_TIMEOUT(window().exportWindow()->written().size(), 5U, patience);
    m_bench->look("export", window().exportWindow());
}

QTEST_MAIN(TestStudioPictures)
#include "tst_studiopictures.moc"
