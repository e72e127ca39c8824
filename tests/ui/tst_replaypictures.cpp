// SPDX-License-Identifier: GPL-3.0-or-later
// Live's ways of looking back and closer as pictures, for a person's eye, where SPECTUNE_PICTURES names a folder.
#include "tests/ui/StudioBench.h"
#include "ui/AnimationWindow.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QScrollArea>
#include <QScrollBar>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestReplayPictures : public test::PictureTest {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void looks_data();
    void looks();
    void manyLayers_data();
    void manyLayers();

private:
    void pauseAt(std::int64_t step);
};

void TestReplayPictures::init()
{
    StudioTest::init(); // a row may have no look
    m_bench->scene->writesFiles = true;
}

void TestReplayPictures::pauseAt(std::int64_t step)
{
    m_bench->pauseAt(step);
    window().live().inspector().setModule(ModuleIndex {17});
    window().live().grid().setSelected(ModuleIndex {17});
}

void TestReplayPictures::looks_data()
{
    test::StudioBench::addLooks();
}

void TestReplayPictures::looks()
{
    m_bench->takeLook();
    pauseAt(520);
    LivePage& live = window().live();
    m_bench->look("replay-paused");
    for (QScrollArea* area : live.inspector().findChildren<QScrollArea*>())
        area->verticalScrollBar()->setValue(area->verticalScrollBar()->maximum());
    window().run().showStep(200);
    live.setHeatMode(4);
    m_bench->look("replay-revivals-200");
    live.setHeatMode(1);
    live.grid().setTransposed(true);
    live.plots().setLogarithmic(true);
    live.plots().showSteps(60.0, 360.0);
    m_bench->look("replay-across-zoomed");
    live.showAnimation();
    m_bench->look("animation", live.animation());
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
    m_bench->look("many");
    live.grid().zoomBy(2.5, 60.0);
    m_bench->look("many-near");
    live.grid().showAllLayers();
    live.grid().setTransposed(true);
    m_bench->look("many-across");
    live.grid().zoomBy(6.0, 60.0);
    live.setHeatMode(2);
    m_bench->look("many-across-near");
}

QTEST_MAIN(TestReplayPictures)
#include "tst_replaypictures.moc"
