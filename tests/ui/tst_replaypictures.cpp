// SPDX-License-Identifier: GPL-3.0-or-later
// Live's ways of looking back and closer as pictures, for a person's eye, where SPECTUNE_PICTURES names a folder.
#include "tests/ui/StudioBench.h"
#include "ui/AnimationWindow.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QScrollArea>
#include <QScrollBar>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestReplayPictures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_bench.reset(); }
    void looks_data();
    void looks();
    void manyLayers_data();
    void manyLayers();

private:
    void save(const QString& name, QWidget* widget = nullptr);
    void pauseAt(std::int64_t step);
    [[nodiscard]] MainWindow& window() { return *m_bench->window; }

    std::unique_ptr<test::StudioBench> m_bench;
};

void TestReplayPictures::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
    if (!qEnvironmentVariableIsSet("SPECTUNE_PICTURES"))
        QSKIP("SPECTUNE_PICTURES names no folder");
}

void TestReplayPictures::init()
{
    m_bench = std::make_unique<test::StudioBench>();
    m_bench->scene->writesFiles = true;
}

void TestReplayPictures::save(const QString& name, QWidget* widget)
{
    m_bench->picture(QStringLiteral("%1-%2").arg(name, QLatin1String(QTest::currentDataTag())), widget);
}

void TestReplayPictures::pauseAt(std::int64_t step)
{
    m_bench->scene->waitAt = step;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), step, patience);
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    window().live().inspector().setModule(ModuleIndex {17});
    window().live().grid().setSelected(ModuleIndex {17});
}

void TestReplayPictures::looks_data()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::addColumn<QSize>("size");
    for (const ThemeChoice theme : {ThemeChoice::Light, ThemeChoice::Dark})
        for (const QSize size : {QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)})
            QTest::addRow("%s-%d", qPrintable(toString(theme)), size.width()) << theme << size;
}

void TestReplayPictures::looks()
{
    QFETCH(ThemeChoice, theme);
    QFETCH(QSize, size);
    m_bench->theme = theme;
    m_bench->size = size;
    pauseAt(520);
    LivePage& live = window().live();
    save("replay-paused");
    for (QScrollArea* area : live.inspector().findChildren<QScrollArea*>())
        area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
    window().run().showStep(200);
    live.setHeatMode(4);
    save("replay-revivals-200");
    live.setHeatMode(1);
    live.grid().setTransposed(true);
    live.plots().setLogarithmic(true);
    live.plots().showSteps(60.0, 360.0);
    save("replay-across-zoomed");
    live.showAnimation();
    save("animation", live.animation());
}

void TestReplayPictures::manyLayers_data()
{
    QTest::addColumn<int>("layers");
    QTest::newRow("80") << 80;
    QTest::newRow("126") << 126;
}

void TestReplayPictures::manyLayers()
{
    QFETCH(int, layers);
    m_bench->scene->layers = layers;
    pauseAt(300);
    LivePage& live = window().live();
    save("many");
    live.grid().zoomBy(2.5, 60.0);
    save("many-near");
    live.grid().showAllLayers();
    live.grid().setTransposed(true);
    save("many-across");
    live.grid().zoomBy(6.0, 60.0);
    live.setHeatMode(2);
    save("many-across-near");
}

QTEST_MAIN(TestReplayPictures)
#include "tst_replaypictures.moc"
