// SPDX-License-Identifier: GPL-3.0-or-later
// Words fit: at the smallest window and at 1280 × 800 nothing is cut off, in any state.
#include "tests/ui/CutOff.h"
#include "tests/ui/StudioBench.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/TryPage.h"

#include <QPushButton>
#include <QTest>

using namespace spectune;
using spectune::test::cutOff;
using spectune::test::patience;

class TestStudioFit : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void beforeARun_data() { sizes(); }
    void beforeARun();
    void duringARun_data() { sizes(); }
    void duringARun();
    void afterARun_data() { sizes(); }
    void afterARun();
    void afterAFailure_data() { sizes(); }
    void afterAFailure();
    void whileHeld_data() { sizes(); }
    void whileHeld();

private:
    static void sizes();
    void check(const char* state);
};

void TestStudioFit::sizes()
{
    QTest::addColumn<QSize>("size");
    QTest::newRow("least") << QSize(1180, 720);
    QTest::newRow("1280") << QSize(1280, 800);
}

void TestStudioFit::init()
{
    QFETCH(QSize, size);
    StudioTest::init();
    m_bench->size = size;
    QVERIFY(m_bench->open());
}

void TestStudioFit::check(const char* state)
{
    // Samples may still arrive, and a layout follows its words with the next events.
    QTRY_VERIFY2(cutOff(window()).isEmpty(), qPrintable(QLatin1String(state) + ":\n" + cutOff(window())));
    QCOMPARE(window().size(), m_bench->size);
}

void TestStudioFit::beforeARun()
{
    check("set-up");
    window().showWorkspace(Workspace::Live);
    check("ready");
    window().showWorkspace(Workspace::Try);
    check("try");
}

void TestStudioFit::duringARun()
{
    m_bench->scene->waitAt = 520;
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 520, patience);
    window().live().inspector().setModule(ModuleIndex {17});
    check("running");
    window().close();
    check("close question");
    window().findChild<QPushButton*>("KeepTraining")->click();
    QCOMPARE(window().focusWidget(), window().runBar().mainButton());
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    check("paused");
}

void TestStudioFit::afterARun()
{
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_VERIFY(window().run().matricesAtZero() > 0); // the rail's longest line
    check("finished");
    window().showWorkspace(Workspace::Try);
    window().tryPage().setPrompt("Card:", " Paul | wolf");
    window().tryPage().generate();
    QTRY_VERIFY_WITH_TIMEOUT(!window().tryPage().isGenerating(), patience);
    check("try");
}

void TestStudioFit::afterAFailure()
{
    m_bench->scene->failAt = 420;
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    check("failed");
}

void TestStudioFit::whileHeld()
{
    m_bench->scene->fillsAt = 420;
    QVERIFY(window().startRun());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld(), patience);
    check("held");
}

QTEST_MAIN(TestStudioFit)
#include "tst_studiofit.moc"
