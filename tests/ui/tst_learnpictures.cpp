// SPDX-License-Identifier: GPL-3.0-or-later
// The tour's stops, the lessons and the list of keys as pictures, for a person's eye. Nothing is compared.
#include "tests/ui/StudioBench.h"
#include "ui/GlossaryPage.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LensRow.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/ShortcutsWindow.h"
#include "ui/SvdLens.h"
#include "ui/Tour.h"

#include <QMenuBar>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestLearnPictures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void tour_data() { looks(); }
    void tour();
    void lessons_data() { looks(); }
    void lessons();

private:
    static void looks();
    void save(const QString& name, QWidget* widget = nullptr);
    [[nodiscard]] MainWindow& window() { return *m_bench->window; }

    std::unique_ptr<test::StudioBench> m_bench;
};

void TestLearnPictures::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
    if (!qEnvironmentVariableIsSet("SPECTUNE_PICTURES"))
        QSKIP("SPECTUNE_PICTURES names no folder");
}

void TestLearnPictures::looks()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::addColumn<QSize>("size");
    for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark})
        for (const QSize size : {QSize(1280, 800), QSize(1920, 1080)})
            QTest::addRow("%s-%d", qPrintable(toString(theme)), size.width()) << theme << size;
}

void TestLearnPictures::init()
{
    QFETCH(ThemeChoice, theme);
    QFETCH(QSize, size);
    m_bench = std::make_unique<test::StudioBench>();
    m_bench->theme = theme;
    m_bench->size = size;
}

void TestLearnPictures::cleanup()
{
    m_bench.reset();
}

void TestLearnPictures::save(const QString& name, QWidget* widget)
{
    m_bench->picture(QStringLiteral("%1-%2").arg(name, QLatin1String(QTest::currentDataTag())), widget);
}

void TestLearnPictures::tour()
{
    m_bench->scene->waitAt = 60;
    QVERIFY(m_bench->open());
    window().showWorkspace(Workspace::Live);
    save("tour-offer");
    window().learn().startTour();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 60, patience);
    for (const std::size_t stop : {0U, 1U, 2U, 3U}) {
        window().learn().tour().goTo(stop);
        save(QStringLiteral("tour-%1").arg(stop + 1));
    }
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    for (std::size_t stop = 4; stop < Tour::count(); ++stop) {
        window().learn().tour().goTo(stop);
        save(QStringLiteral("tour-%1").arg(stop + 1));
    }
}

void TestLearnPictures::lessons()
{
    QVERIFY(m_bench->open());
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    window().showWorkspace(Workspace::Learn);
    save("learn-tour");
    window().learn().page().showLesson(LearnPage::Lesson::Lens);
    SvdLens& lens = window().learn().page().lens();
    QTRY_VERIFY_WITH_TIMEOUT(lens.imageRow().parts() && lens.deltaRow().parts(), patience);
    lens.setRank(3);
    save("learn-lens");
    window().learn().showGlossaryField("adalora.alpha");
    save("learn-glossary");
    ShortcutsWindow keys(*window().findChild<QMenuBar*>(), nullptr);
    keys.showList();
    save("keys", &keys);
}

QTEST_MAIN(TestLearnPictures)
#include "tst_learnpictures.moc"
