// SPDX-License-Identifier: GPL-3.0-or-later
// The tour's stops, the lessons and the list of keys as pictures, for a person's eye. Nothing is compared.
#include "tests/ui/StudioBench.h"
#include "ui/GlossaryPage.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/LivePage.h"
#include "ui/RankBoundLesson.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/ShortcutsWindow.h"
#include "ui/SvdLens.h"
#include "ui/Tour.h"

#include <QMenuBar>
#include <QPushButton>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestLearnPictures : public test::PictureTest {
    Q_OBJECT
private Q_SLOTS:
    void tour_data() { test::StudioBench::addLooks(); }
    void tour();
    void lessons_data() { test::StudioBench::addLooks(); }
    void lessons();
};

void TestLearnPictures::tour()
{
    m_bench->scene->waitAt = 60;
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Live);
    m_bench->look("tour-offer");
    window().learn().startTour();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 60, patience);
    for (const std::size_t stop : {0U, 1U, 2U, 3U}) {
        window().learn().tour().goTo(stop);
        m_bench->look(QStringLiteral("tour-%1").arg(stop + 1));
    }
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    for (std::size_t stop = 4; stop < Tour::count(); ++stop) {
        window().learn().tour().goTo(stop);
        m_bench->look(QStringLiteral("tour-%1").arg(stop + 1));
    }
}

void TestLearnPictures::lessons()
{
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().showWorkspace(Workspace::Learn);
    m_bench->look("learn-tour");
    window().learn().page().showLesson(LearnPage::Lesson::Lens);
    SvdLens& lens = window().learn().page().lens();
    QTRY_VERIFY_WITH_TIMEOUT(lens.imageRow().parts() && lens.deltaRow().parts(), patience);
    lens.setRank(3);
    m_bench->look("learn-lens");
    window().learn().page().showLesson(LearnPage::Lesson::Bound);
    m_bench->look("learn-bound-before");
    RankBoundLesson& bound = window().learn().page().bound();
    bound.trainButton().click();
    QTRY_VERIFY_WITH_TIMEOUT(!bound.outcome().isEmpty(), patience);
    m_bench->look("learn-bound");
    window().learn().showGlossaryField("adalora.alpha");
    m_bench->look("learn-glossary");
    ShortcutsWindow keys(*window().findChild<QMenuBar*>(), nullptr);
    keys.showList();
    m_bench->look("keys", &keys);
}

QTEST_MAIN(TestLearnPictures)
#include "tst_learnpictures.moc"
