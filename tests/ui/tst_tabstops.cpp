// SPDX-License-Identifier: GPL-3.0-or-later
// Wherever the keyboard stops in the studio, a screen reader has a name to say: in each workspace before a run, after
// one and after a failure, in the tour, and in the windows beside the studio's own.
#include "tests/ui/RunsTest.h"
#include "tests/ui/Spoken.h"
#include "ui/AdapterChoice.h"
#include "ui/AnimationWindow.h"
#include "ui/ExportWindow.h"
#include "ui/FailurePanel.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/RunsPage.h"
#include "ui/ShortcutsWindow.h"
#include "ui/TryPage.h"
#include "ui/WholeRowsArea.h"
#include "ui/WholeWordsArea.h"

#include <QComboBox>
#include <QDir>
#include <QLabel>
#include <QMenuBar>
#include <QScrollArea>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::TabStopsOf;
using spectune::test::written;

class TestTabStops : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void aNamelessOneIsFound();
    void beforeARun();
    void afterARun();
    void afterAFailure();
    void inTheTour();
    void ofChosenRuns();
    void ofTheWindowsBeside();

private:
    static void areNamed(const char* when, const QWidget& where)
    {
        const test::TabStops stops = test::tabStops(where, TabStopsOf::WhatIsShown);
        QVERIFY2(stops.nameless.isEmpty(),
            qPrintable(QLatin1String(when) + QLatin1String(": ") + stops.nameless.join('\n')));
        QVERIFY2(stops.count >= 2, when);
    }
    void workspacesAreNamed()
    {
        for (const Workspace workspace : {Workspace::Setup, Workspace::Live, Workspace::Try, Workspace::Runs}) {
            window().showWorkspace(workspace);
            areNamed("a workspace", window());
        }
        window().showWorkspace(Workspace::Learn);
        using Lesson = LearnPage::Lesson;
        for (const Lesson lesson : {Lesson::Tour, Lesson::Lens, Lesson::Bound, Lesson::Glossary}) {
            window().learn().page().showLesson(lesson);
            QVERIFY(window().learn().page().isShown(lesson));
            areNamed("a lesson", window());
        }
        window().showWorkspace(Workspace::Live);
    }
};

void TestTabStops::aNamelessOneIsFound()
{
    QWidget own;
    auto* area = new QScrollArea(&own);
    auto* choice = new QComboBox(&own);
    choice->addItem("a");
    choice->setAccessibleName("Letter"); // which is not said on Linux
    auto* label = new QLabel("Letter", &own);
    auto* unseen = new QScrollArea(&own);
    unseen->hide();
    own.show();
    test::TabStops stops = test::tabStops(own, TabStopsOf::WhatIsShown);
    QCOMPARE(stops.count, 2);
    QCOMPARE(stops.nameless.size(), 2);
    QCOMPARE(test::tabStops(own, TabStopsOf::AllThereIs).nameless.size(), 3);
    area->setAccessibleName("Area");
    label->setBuddy(choice);
    stops = test::tabStops(own, TabStopsOf::WhatIsShown);
    QCOMPARE(stops.count, 2);
    QCOMPARE(stops.nameless, QStringList());
}

void TestTabStops::beforeARun()
{
    QVERIFY(m_bench->open());
    workspacesAreNamed();
}

void TestTabStops::afterARun()
{
    m_bench->runTo(SessionState::Finished);
    QDir(window().run().folder()).mkpath("checkpoints/step-800");
    workspacesAreNamed();
    QCOMPARE(test::spokenName(&window().tryPage().adapters()), "Tuned");
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {0});
    const auto areas = inspector.findChildren<WholeWordsArea*>();
    QVERIFY(std::ranges::any_of(areas, &QWidget::isVisible)); // the details; what happened has one too
    areNamed("a chosen cell", window());
}

void TestTabStops::afterAFailure()
{
    m_bench->scene->failAt = 420;
    m_bench->runTo(SessionState::Failed);
    QVERIFY(window().live().inspector().failurePanel().isVisible());
    areNamed("what happened", window());
    workspacesAreNamed();
}

void TestTabStops::inTheTour()
{
    m_bench->tourAt(150);
    areNamed("the tour", window());
}

void TestTabStops::ofChosenRuns()
{
    test::WrittenRun other = written(1, 0.5);
    other.config.adalora.gamma = 0.0;
    write("a", written(0, 1.0));
    write("b", other);
    openRuns(2);
    choose({"a"});
    QTRY_VERIFY(page().findChild<WholeWordsArea*>()->isVisible());
    areNamed("about a run", window());
    choose({"a", "b"});
    QTRY_VERIFY(page().findChild<WholeRowsArea*>()->isVisible());
    areNamed("compared runs", window());
}

void TestTabStops::ofTheWindowsBeside()
{
    m_bench->runTo(SessionState::Finished);
    window().showExport();
    QVERIFY(window().exportWindow()->isVisible());
    areNamed("the export", *window().exportWindow());
    window().live().showAnimation();
    QVERIFY(window().live().animation()->isVisible());
    areNamed("the animation", *window().live().animation());
    ShortcutsWindow keys(*window().findChild<QMenuBar*>(), nullptr);
    keys.showList();
    areNamed("the keys", keys);
}

QTEST_MAIN(TestTabStops)
#include "tst_tabstops.moc"
