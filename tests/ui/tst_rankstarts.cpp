// SPDX-License-Identifier: GPL-3.0-or-later
// The rank bound's trial: starts that agree with the bound, how they are drawn, and how they came to their losses.
#include "tests/visualization/Ink.h"
#include "training/config/RankBound.h"
#include "ui/RankTrial.h"
#include "ui/TrialCourses.h"
#include "visualization/LossCourses.h"
#include "visualization/StartsPlot.h"

#include <QTest>
#include <QToolTip>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

using namespace spectune;

namespace {

/// A plot without any start yet.
struct EmptyPlot : StartsPlot {
    EmptyPlot(int ranks, int bound, int width = 500)
    {
        resize(width, 300);
        clear(ranks, bound);
    }
};

} // namespace

class TestRankStarts : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void startsAreCounted();
    void theSentenceStandsBesideTheBound_data();
    void theSentenceStandsBesideTheBound();
    void lossesHaveRoundTicks_data();
    void lossesHaveRoundTicks();
    void equalStartsStandSideBySide_data();
    void equalStartsStandSideBySide();
    void aTrialIsTheSameEachTime();
    void noStartIsStuckBeyondTheBound_data();
    void noStartIsStuckBeyondTheBound();
    void coursesOfTwoRanksAreShown();
};

void TestRankStarts::startsAreCounted()
{
    EmptyPlot plot(3, 3);
    plot.add(1, 0.5);
    plot.add(2, 0.2);
    plot.add(2, 0.206); // within 5 %
    plot.add(2, 0.3);
    QCOMPARE(plot.best(), 0.2);
    QCOMPARE(plot.stuckAt(1), 1);
    QCOMPARE(plot.stuckAt(2), 1);
    QCOMPARE(plot.firstFree(), 3);
    plot.add(3, 0.1); // a better one: the others have been stuck all along
    QCOMPARE(plot.stuckAt(2), 3);
    QVERIFY(plot.yOf(0.1) > plot.yOf(0.5) && plot.xOf(1) < plot.xOf(3));
    QVERIFY(test::hasInk(plot.grab().toImage(), plot.marks(3).front(), 7.0));
    plot.clear(3, 3);
    QCOMPARE(plot.count(), 0);
}

void TestRankStarts::theSentenceStandsBesideTheBound_data()
{
    QTest::addColumn<int>("bound");
    for (const int bound : {1, 2, 6, 7, 8, 12, 13})
        QTest::addRow("%d", bound) << bound;
}

void TestRankStarts::theSentenceStandsBesideTheBound()
{
    QFETCH(int, bound);
    const EmptyPlot plot(12, bound, 600);
    const QRectF text = plot.emptyTextRect();
    QVERIFY(text.right() < plot.boundX() || text.left() > plot.boundX());
    QVERIFY2(text.width() >= 240.0 && text.left() >= 0.0 && text.right() <= 600.0,
        qPrintable(QString::number(text.width())));
}

void TestRankStarts::lossesHaveRoundTicks_data()
{
    QTest::addColumn<double>("best");
    QTest::addColumn<double>("worst");
    QTest::addRow("one decade") << 0.017 << 0.18;
    QTest::addRow("all the same") << 0.1 << 0.1;
    QTest::addRow("many decades") << 1e-6 << 3.0;
    QTest::addRow("a tick beside the best") << 0.0195 << 0.18;
}

void TestRankStarts::lossesHaveRoundTicks()
{
    QFETCH(double, best);
    QFETCH(double, worst);
    EmptyPlot plot(2, 2);
    QVERIFY(plot.lossTicks().empty());
    plot.add(1, worst);
    plot.add(2, best);
    const std::vector<double> ticks = plot.lossTicks(); // from the lowest up, each with its figure
    QVERIFY(!ticks.empty()); // the best loss has one, too
    double below = 1e9;
    for (const double tick : ticks) {
        QVERIFY(plot.yOf(tick) <= below - 16.0 && std::abs(plot.yOf(tick) - plot.yOf(best)) >= 16.0);
        below = plot.yOf(tick);
    }
    const QImage image = plot.grab().toImage();
    for (const double tick : ticks)
        QVERIFY(test::hasInk(image, QRectF(0.0, plot.yOf(tick) - 6.0, 36.0, 12.0))); // its figure
}

void TestRankStarts::equalStartsStandSideBySide_data()
{
    QTest::addColumn<int>("ranks");
    QTest::addColumn<double>("least"); // px between two marks
    QTest::addRow("room for all") << 3 << 6.0;
    QTest::addRow("narrow columns") << 12 << 1.5;
}

void TestRankStarts::equalStartsStandSideBySide()
{
    QFETCH(int, ranks);
    QFETCH(double, least);
    EmptyPlot plot(ranks, 2);
    for (int start = 0; start < 12; ++start)
        plot.add(1, start % 2 == 0 ? 0.2 : 0.2001);
    plot.add(2, 0.2);
    plot.add(2, 0.9); // far from the first: no reason to stand aside
    const std::vector<QPointF> marks = plot.marks(1);
    QCOMPARE(marks.size(), std::size_t {12});
    const double half = (plot.xOf(2) - plot.xOf(1)) / 2.0;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        // In its column, and not so near its end that columns run into one another.
        QVERIFY(std::abs(marks[i].x() - plot.xOf(1)) <= half - 3.0 - std::min(8.0, half / 4.0) + 1e-6);
        QCOMPARE(marks[i].y(), plot.yOf(i % 2 == 0 ? 0.2 : 0.2001));
        for (std::size_t other = 0; other < i; ++other)
            QVERIFY(std::abs(marks[i].x() - marks[other].x()) >= least);
    }
    const auto [left, right] = std::ranges::minmax(marks, {}, &QPointF::x);
    QVERIFY(std::abs((left.x() + right.x()) / 2.0 - plot.xOf(1)) < 1e-6); // in its middle
    for (const QPointF& mark : plot.marks(2))
        QCOMPARE(mark.x(), plot.xOf(2));
    QVERIFY(plot.marks(1) == marks);
    const QImage image = plot.grab().toImage();
    for (const QPointF& mark : marks)
        QVERIFY(test::hasInk(image, mark, 7.0));
}

void TestRankStarts::aTrialIsTheSameEachTime()
{
    const std::atomic<bool> going {false};
    const double loss = RankTrial(32).train(3, 2, going);
    QVERIFY(std::isfinite(loss) && loss > 0.0);
    QCOMPARE(RankTrial(32).train(3, 2, going), loss);
    const double other = RankTrial(32).train(3, 3, going);
    QVERIFY(std::isfinite(other) && other > 0.0);
    const std::atomic<bool> stopped {true};
    QVERIFY(std::isnan(RankTrial(32).train(3, 2, stopped)));
    std::vector<float> course; // how it came there; who keeps it changes nothing
    QCOMPARE(RankTrial(32).train(3, 2, going, &course), loss);
    QCOMPARE(course.size(), std::size_t {RankTrial::steps + 1});
    QCOMPARE(course.back(), static_cast<float>(loss));
    QVERIFY(course.front() > 2.0F * course.back());
}

void TestRankStarts::noStartIsStuckBeyondTheBound_data()
{
    QTest::addColumn<int>("equations");
    for (const int equations : {3, 16})
        QTest::addRow("%d", equations) << equations;
}

void TestRankStarts::noStartIsStuckBeyondTheBound()
{
    QFETCH(int, equations);
    const std::atomic<bool> going {false};
    const RankTrial trial(equations);
    const auto bound = static_cast<int>(rankWithoutSpuriousMinima(1, equations));
    EmptyPlot plot(RankTrial::ranks, bound);
    for (int rank = 1; rank <= RankTrial::ranks; ++rank)
        for (int start = 0; start < RankTrial::starts; ++start)
            plot.add(rank, trial.train(rank, start, going));
    QVERIFY2(plot.firstFree() <= bound, qPrintable(QString::number(plot.firstFree())));
    QVERIFY(plot.stuckAt(1) > 0); // and it is no empty statement
}

void TestRankStarts::coursesOfTwoRanksAreShown()
{
    EmptyPlot starts(4, 3);
    TrialCourses courses(starts);
    courses.clear(4, 3);
    courses.setShown(true);
    const auto train = [&](int rank, float end) {
        starts.add(rank, end);
        courses.add(rank, {1.0F, 0.5F, end});
    };
    using Ranks = std::array<int, 2>;
    for (int rank = 1; rank <= 4; ++rank)
        train(rank, 0.1F);
    train(1, 0.4F);
    QVERIFY((courses.chosen() == Ranks {1, 3})); // some start is stuck at rank 1, and 3 is the bound
    QCOMPARE(courses.plot(0).title(), QString("Rank 1"));
    QCOMPARE(courses.plot(0).outcome(), QString("1 of 2 stuck"));
    QCOMPARE(courses.plot(1).outcome(), QString("all 1 reach the best loss"));
    const LossCourses& plot = courses.plot(0);
    QCOMPARE(plot.valueText(1), QString("Rank 1, start 2: ends at 0.40, stuck"));
    QVERIFY(plot.xOf(2) > plot.xOf(1) && plot.yOf(0.1) > plot.yOf(0.4));
    QCOMPARE(plot.textAt({plot.xOf(2) - 1.0, plot.yOf(0.1)}), QString("Rank 1, start 1, step 2: loss 0.10"));
    QVERIFY(plot.toCsv().startsWith("rank,start,step,loss\n1,1,0,1\n1,1,1,0.5\n"));
    QTest::mouseClick(&starts, Qt::LeftButton, {}, QPoint(static_cast<int>(starts.xOf(4)), 100));
    QVERIFY((courses.chosen() == Ranks {3, 4}));
    QTest::mouseClick(&starts, Qt::LeftButton, {}, QPoint(static_cast<int>(starts.xOf(2)), 100));
    QVERIFY((courses.chosen() == Ranks {2, 4})); // 4 was chosen later than 3
    for (const Qt::Key key : {Qt::Key_Left, Qt::Key_Return}) // rank 1 is the first that the keys read
        QTest::keyClick(&starts, key);
    QVERIFY((courses.chosen() == Ranks {1, 2}));
    QToolTip::hideText();
    QVERIFY(test::hasInk(starts.grab().toImage(), QRectF(starts.xOf(1) - 55.0, 60.0, 10.0, 2.0))); // its frame
}

QTEST_MAIN(TestRankStarts)
#include "tst_rankstarts.moc"
