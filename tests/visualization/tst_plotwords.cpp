// SPDX-License-Identifier: GPL-3.0-or-later
// The lines of the last, the shown and the pointed step stop at words: where they stand the picture is as without them.
// Plots and grid tell where all of their words stand.
#include "tests/visualization/Ink.h"
#include "tests/visualization/SampleRun.h"
#include "visualization/EventTimeline.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridPlaces.h"
#include "visualization/RunPlots.h"

#include <QImage>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace spectune;
using spectune::test::SampleRun;

namespace {

QImage pictureOf(RunPlots& plots)
{
    QImage image(plots.size(), QImage::Format_RGB32);
    plots.paintOn(image, plots.size());
    return image;
}

/// A pixel of @p part that is unlike the picture's corner and in none of @p words; −1, −1: there is none.
QPoint untold(const QImage& picture, const QRect& part, const std::vector<QRectF>& words)
{
    for (int y = part.top(); y <= part.bottom(); ++y)
        for (int x = part.left(); x <= part.right(); ++x)
            if (picture.pixel(x, y) != picture.pixel(0, 0)
                && std::none_of(words.begin(), words.end(), [x, y](const QRectF& place) {
                       return place.adjusted(-2.0, -2.0, 2.0, 2.0).contains(QPointF(x, y)); // soft edges
                   }))
                return {x, y};
    return {-1, -1};
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
    void wordsAreWhereThePlotsWrite_data();
    void wordsAreWhereThePlotsWrite();
    void wordsAreWhereTheGridWrites_data();
    void wordsAreWhereTheGridWrites();
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

void TestPlotWords::wordsAreWhereThePlotsWrite_data()
{
    QTest::addColumn<QSize>("size");
    QTest::addColumn<bool>("logarithmic");
    QTest::addRow("narrow") << QSize(362, 560) << false;
    QTest::addRow("wide") << QSize(660, 860) << false;
    QTest::addRow("logarithmic") << QSize(428, 668) << true;
}

void TestPlotWords::wordsAreWhereThePlotsWrite()
{
    QFETCH(QSize, size);
    QFETCH(bool, logarithmic);
    SampleRun run;
    RunPlots plots;
    plots.resize(size);
    plots.setPlan(run.plan());
    plots.setHistory(run.history());
    plots.setLogarithmic(logarithmic);
    QVERIFY(!plots.grab().isNull());
    plots.replotNow();
    const QImage picture = pictureOf(plots);
    const std::vector<QRectF> words = plots.words();
    for (const QRectF& place : words) {
        QVERIFY(plots.rect().contains(place.toRect()));
        QVERIFY2(test::hasInk(picture, place), qPrintable(QStringLiteral("%1, %2").arg(place.x()).arg(place.y())));
    }
    // Left of the plots, which begin at 44 px or later, and below the lowest one nothing else is written.
    const int foot = plots.partRect(2).bottom() - 20;
    for (const QRect& part :
        {QRect(0, 0, 38, picture.height()), QRect(0, foot, picture.width(), picture.height() - foot)})
        QCOMPARE(untold(picture, part, words), QPoint(-1, -1));
}

void TestPlotWords::wordsAreWhereTheGridWrites_data()
{
    QTest::addColumn<bool>("transposed");
    QTest::addColumn<bool>("noted");
    QTest::addRow("upright") << false << false;
    QTest::addRow("with a note") << false << true;
    QTest::addRow("across") << true << false;
}

void TestPlotWords::wordsAreWhereTheGridWrites()
{
    QFETCH(bool, transposed);
    QFETCH(bool, noted);
    SampleRun run;
    run.layers = 6;
    run.initRank = 8;
    const GridNote note = noted ? GridNote {"Every matrix starts with rank 8.",
                              "Each event then keeps the most important triplets over all 42 matrices; the others lose "
                              "their λ. After step 500, 126 of the 336 are left."}
                                : GridNote {};
    RankGrid grid;
    grid.resize(404, 560);
    grid.setReducedMotion(true);
    grid.setModuleLayout(run.layout());
    grid.setTransposed(transposed);
    grid.setNote(note.headline, note.detail);
    const QImage picture = grid.grab().toImage();
    const RankGridGeometry& geometry = grid.gridGeometry();
    const std::vector<QRectF> words = gridWords(geometry, note);
    for (const QRectF& place : words)
        QVERIFY2(test::hasInk(picture, place), qPrintable(QStringLiteral("%1, %2").arg(place.x()).arg(place.y())));
    const int below = static_cast<int>(geometry.bottom()) + (transposed ? 32 : 11); // the sums' bars end there
    QCOMPARE(untold(picture, QRect(0, below, picture.width(), picture.height() - below), words), QPoint(-1, -1));
}

QTEST_MAIN(TestPlotWords)
#include "tst_plotwords.moc"
