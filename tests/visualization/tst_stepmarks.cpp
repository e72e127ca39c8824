// SPDX-License-Identifier: GPL-3.0-or-later
// Where the marks of live edits stand on the curves, and which of their words have room.
#include "visualization/StepMarks.h"

#include <QTest>

using namespace spectune;

class TestStepMarks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wordsWhereTheyHaveRoom();
    void oneStepIsOneMark();
    void outsideIsLeftOut();
};

namespace {

const QRectF plot(10.0, 20.0, 400.0, 100.0);

/// Step 0 … 400 on 10 … 410; ten pixels a character.
std::vector<PlacedMark> place(const std::vector<StepMark>& marks)
{
    return placeMarks(
        marks, plot, 14.0, [](double step) { return 10.0 + step; },
        [](const QString& text) { return 10.0 * static_cast<double>(text.size()); });
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

QTEST_MAIN(TestStepMarks)
#include "tst_stepmarks.moc"
