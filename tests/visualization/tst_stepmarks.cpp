// SPDX-License-Identifier: GPL-3.0-or-later
// Where the marks of live edits stand on the curves, and which of their words have room.
#include "visualization/StepMarks.h"

#include <QTest>

#include <cmath>

using namespace spectune;

class TestStepMarks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wordsWhereTheyHaveRoom();
    void oneStepIsOneMark();
    void outsideIsLeftOut();
    void wordsKeepOffWhatStandsThere_data();
    void wordsKeepOffWhatStandsThere();
    void marksOfOneStepAreStacked();
    void wordsCoverTheCurveOnlyWhereTheyMust();
};

namespace {

const QRectF plot(10.0, 20.0, 400.0, 100.0);

/// Step 0 … 400 on 10 … 410; ten pixels a character.
std::vector<PlacedMark> place(const std::vector<StepMark>& marks, const MarkObstacles& obstacles = {})
{
    return placeMarks(
        marks, plot, 14.0, [](double step) { return 10.0 + step; },
        [](const QString& text) { return 10.0 * static_cast<double>(text.size()); }, obstacles);
}

} // namespace

void TestStepMarks::wordsWhereTheyHaveRoom()
{
    const auto placed = place({{100, "lr 1"}, {200, "gamma"}, {220, "interval"}, {390, "end"}});
    QCOMPARE(placed.size(), std::size_t {4});
    QCOMPARE(placed[0].x, 110.0);
    QVERIFY(placed[0].label.left() > placed[0].x);
    QVERIFY(placed[1].label.right() < placed[1].x); // the next line is too near on the right
    QVERIFY(placed[2].label.left() > placed[2].x);
    QVERIFY(placed[3].label.right() < placed[3].x); // the plot ends
    for (std::size_t i = 0; i < placed.size(); ++i) {
        QVERIFY(plot.contains(placed[i].label));
        for (std::size_t j = 0; j < i; ++j)
            QVERIFY(!placed[i].label.intersects(placed[j].label));
    }
    const auto crowded = place({{10, "first long"}, {20, "second long"}, {30, "third long"}});
    QVERIFY(crowded[0].text.isEmpty() && crowded[1].text.isEmpty() && !crowded[2].text.isEmpty());
}

void TestStepMarks::oneStepIsOneMark()
{
    const auto placed = place({{100, "a"}, {100, "b"}});
    QCOMPARE(placed.size(), std::size_t {1});
    QCOMPARE(placed[0].text, QStringLiteral("a, b"));
}

void TestStepMarks::outsideIsLeftOut()
{
    QVERIFY(place({{500, "later"}}).empty());
}

void TestStepMarks::wordsKeepOffWhatStandsThere_data()
{
    QTest::addColumn<std::vector<QRectF>>("labels");
    QTest::addColumn<std::vector<double>>("uprights");
    QTest::addColumn<bool>("right");
    QTest::addColumn<double>("top");
    using Labels = std::vector<QRectF>;
    using Uprights = std::vector<double>;
    const QRectF curveEnd(230.0, 98.0, 80.0, 20.0);
    const QRectF now(216.0, 22.0, 90.0, 14.0);
    const double below = plot.bottom() - 16.0;
    QTest::newRow("nothing") << Labels {} << Uprights {} << true << below;
    QTest::newRow("a curve's end") << Labels {curveEnd} << Uprights {} << false << below;
    QTest::newRow("and a line on the left") << Labels {curveEnd} << Uprights {190.0} << true << plot.top() + 2.0;
    QTest::newRow("and words at the top") << Labels {curveEnd, now} << Uprights {190.0} << true << plot.top() + 18.0;
}

void TestStepMarks::wordsKeepOffWhatStandsThere()
{
    QFETCH(std::vector<QRectF>, labels);
    QFETCH(std::vector<double>, uprights);
    QFETCH(bool, right);
    QFETCH(double, top);
    const auto placed = place({{200, "rank 2"}}, {.labels = labels, .uprights = uprights});
    QCOMPARE(placed.size(), std::size_t {1});
    QCOMPARE(placed[0].text, QStringLiteral("rank 2"));
    QCOMPARE(placed[0].label.left() > placed[0].x, right);
    QCOMPARE(placed[0].label.top(), top);
    for (const QRectF& label : labels)
        QVERIFY(!placed[0].label.intersects(label));
    for (const double x : uprights)
        QVERIFY(x < placed[0].label.left() || x > placed[0].label.right());
}

/// Where their words beside each other are too wide, below one another they are not.
void TestStepMarks::marksOfOneStepAreStacked()
{
    const auto placed = place({{100, "lr 1"}, {100, "gamma"}}, {.labels = {}, .uprights = {180.0}});
    QCOMPARE(placed.size(), std::size_t {1});
    QCOMPARE(placed[0].lines, (QStringList {"lr 1", "gamma"}));
    QCOMPARE(placed[0].label.size(), QSizeF(50.0, 28.0));
    QVERIFY(plot.contains(placed[0].label));
    QVERIFY(placed[0].label.left() > placed[0].x && placed[0].label.right() < 180.0);
}

void TestStepMarks::wordsCoverTheCurveOnlyWhereTheyMust()
{
    const auto falling = [](double x) { return x < 207.0 ? 60.0 : plot.bottom() - 8.0; };
    const auto aside = place({{200, "rank 2"}}, {.curve = falling});
    QVERIFY(aside[0].label.right() < aside[0].x); // on the right the curve lies low
    const auto both = [](double x) { return x < 207.0 ? 110.0 : 28.0; };
    QCOMPARE(place({{200, "rank 2"}}, {.curve = both})[0].label.bottom(), plot.bottom() - 2.0); // the right is free
    // Steep everywhere: what covers it is better than what is not told.
    const auto saw = [](double x) { return std::fmod(x, 4.0) < 2.0 ? plot.top() : plot.bottom(); };
    QVERIFY(!place({{200, "rank 2"}}, {.curve = saw})[0].text.isEmpty());
}

QTEST_MAIN(TestStepMarks)
#include "tst_stepmarks.moc"
