// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of the last, the shown and the pointed step stop at words: where they stand the picture is as without them.
#include "tests/visualization/SampleRun.h"
#include "visualization/EventTimeline.h"
#include "visualization/RunPlots.h"

#include <QImage>
#include <QTest>

#include <cmath>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

QImage pictureOf(RunPlots& plots)
{
    QImage image(plots.size(), QImage::Format_RGB32);
    plots.paintOn(image, plots.size());
    return image;
}

QImage partOf(const QImage& image, const QRectF& words)
{
    return image.copy(words.toAlignedRect().adjusted(1, 1, -1, -1));
}

} // namespace

class TestPlotWords : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void theShownStepLeavesTheCurvesWordsFree();
    void theShownStepLeavesTheTimelinesKeyFree_data();
    void theShownStepLeavesTheTimelinesKeyFree();
};

void TestPlotWords::theShownStepLeavesTheCurvesWordsFree()
{
    SampleRun run;
    run.now = run.totalSteps; // the words stand left of the last step, above steps that can be shown
    RunPlots plots;
    plots.resize(428, 668);
    plots.setPlan(run.plan());
    plots.setHistory(run.history());
    QVERIFY(!plots.grab().isNull()); // a plot that was never shown has no places yet
    plots.replotNow();
    plots.setMarks({{500, "a"}, {1500, "b"}});
    const std::vector<PlacedMark> marks = plots.placedMarks();
    QCOMPARE(marks.size(), std::size_t {2});
    const double perStep = (marks[1].x - marks[0].x) / 1000.0;
    plots.setMarks({});
    const QRectF words = plots.lossLabels().front();
    const auto step = static_cast<std::int64_t>(500.0 + (words.center().x() - marks[0].x) / perStep);
    QVERIFY(step > 0 && step < run.now);
    const QImage live = pictureOf(plots);
    plots.setShownStep(step);
    QCOMPARE(plots.lossLabels().front(), words);
    const QImage shown = pictureOf(plots);
    QVERIFY(live != shown); // its line is there
    QCOMPARE(partOf(shown, words), partOf(live, words));
}

void TestPlotWords::theShownStepLeavesTheTimelinesKeyFree_data()
{
    QTest::addColumn<int>("width");
    for (const int width : {900, 1232, 1700})
        QTest::addRow("%d px", width) << width;
}

void TestPlotWords::theShownStepLeavesTheTimelinesKeyFree()
{
    QFETCH(int, width);
    SampleRun run;
    run.now = run.totalSteps;
    EventTimeline timeline;
    timeline.resize(width, 80);
    timeline.setPlan(run.plan());
    timeline.setEvents(run.history().events);
    timeline.setNow(run.now);
    const EventTimeline::KeyPlace place = timeline.keyPlace();
    QVERIFY(!place.key.isEmpty());
    const QImage live = timeline.grab().toImage();
    const std::int64_t step = timeline.stepAt(place.key.center().x());
    timeline.setShownStep(step);
    const QImage shown = timeline.grab().toImage();
    const double ratio = shown.devicePixelRatio();
    for (const QRectF& row : timeline.keyPlace().rows()) {
        const QRectF there(row.topLeft() * ratio, row.size() * ratio);
        if (!row.isEmpty())
            QCOMPARE(partOf(shown, there), partOf(live, there));
    }
    const QPoint below(static_cast<int>(std::round(timeline.xOf(static_cast<double>(step)) * ratio)),
        static_cast<int>((timeline.track().top() + 9.0) * ratio));
    QVERIFY(shown.pixelColor(below) != live.pixelColor(below)); // elsewhere its line is there
}

QTEST_MAIN(TestPlotWords)
#include "tst_plotwords.moc"
