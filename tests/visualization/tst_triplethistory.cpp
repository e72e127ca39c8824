// SPDX-License-Identifier: GPL-3.0-or-later
// One matrix over the whole run: the figures of its steps, and a caption that nothing runs through.
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"
#include "visualization/TripletHistory.h"

#include <QImage>
#include <QPixmap>
#include <QScopeGuard>
#include <QTest>
#include <QtMath>

using namespace spectune;

class TestTripletHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void historiesHaveTheirSteps_data();
    void historiesHaveTheirSteps();
    void theShownLineLeavesTheCaption();
    void itsMarksAreExplained_data();
    void itsMarksAreExplained();
};

void TestTripletHistory::historiesHaveTheirSteps_data()
{
    QTest::addColumn<int>("width");
    QTest::addColumn<qint64>("total");
    for (const int width : {220, 272, 336, 900})
        for (const qint64 total : {qint64 {7}, qint64 {800}, qint64 {2000}, qint64 {123'456}})
            QTest::addRow("%lld in %d", static_cast<long long>(total), width) << width << total;
}

void TestTripletHistory::historiesHaveTheirSteps()
{
    QFETCH(int, width);
    QFETCH(qint64, total);
    TripletHistory view;
    view.setHistory(std::vector<TripletMoment>(2), {1}, {0.1F}, 2, total);
    view.resize(width, view.sizeHint().height());
    const auto labels = view.axisLabels();
    QVERIFY(labels.size() >= 2);
    QCOMPARE(labels.front().text, QStringLiteral("0"));
    QCOMPARE(labels.back().step, std::int64_t {total}); // its neighbour gives way
    double end = -100.0;
    for (const TripletHistory::AxisLabel& label : labels) {
        QVERIFY(label.step <= total);
        QVERIFY(label.place.left() >= end + 3.0);
        QVERIFY(label.place.left() >= 0.0 && label.place.right() <= width + 1e-9);
        QVERIFY(label.place.bottom() <= view.height());
        QVERIFY(label.text.contains(formatCount(label.step)));
        end = label.place.right();
    }
    const std::int64_t interval = labels[1].step; // from 0 on
    for (std::size_t i = 2; i + 1 < labels.size(); ++i)
        QCOMPARE(labels[i].step - labels[i - 1].step, interval);
    if (total % interval == 0) // a round end: it is one of the even steps, with none missing before it
        QCOMPARE(labels.size(), static_cast<std::size_t>(total / interval) + 1);
}

void TestTripletHistory::theShownLineLeavesTheCaption()
{
    TripletMoment moment;
    moment.hasScore = true;
    moment.score = 0.2F;
    TripletHistory view;
    view.setHistory(std::vector<TripletMoment>(2 * 2, moment), {20, 40}, {0.1F, 0.1F}, 2, 100);
    view.setSelected(0);
    view.setShownStep(20);
    view.resize(300, view.sizeHint().height());
    const QImage image = view.grab().toImage();
    const int x = 20 + (300 - 20) / 5; // of step 20, behind the triplets' numbers
    const auto line = [&](int from, int to) {
        int count = 0;
        for (int y = from; y < to; ++y)
            count += image.pixelColor(x, y).rgb() == Theme::current().focus.rgb() ? 1 : 0;
        return count;
    };
    const int caption = 2 * 8 + 6; // below the two rows
    QCOMPARE(line(0, caption), caption);
    QCOMPARE(line(caption + 1, caption + 14), 0);
    QVERIFY(line(caption + 16, caption + 48) > 20);
}

void TestTripletHistory::itsMarksAreExplained_data()
{
    QTest::addColumn<bool>("dark");
    QTest::addColumn<int>("width");
    for (const int width : {220, 272, 336, 900})
        for (const bool dark : {true, false})
            QTest::addRow("%s %d", dark ? "dark" : "light", width) << dark << width;
}

void TestTripletHistory::itsMarksAreExplained()
{
    QFETCH(bool, dark);
    QFETCH(int, width);
    const auto before = qScopeGuard([was = Theme::current().dark] { Theme::setCurrent(was); });
    Theme::setCurrent(dark);
    const Theme& theme = Theme::current();
    TripletHistory view;
    view.setHistory(std::vector<TripletMoment>(2), {1}, {0.1F}, 2, 100);
    view.resize(width, view.sizeHint().height());
    const auto legend = view.legend();
    QCOMPARE(legend.size(), 3U);
    QCOMPARE(legend[0].text, QString("kept"));
    QCOMPARE(legend[1].text, QString("pruned"));
    QCOMPARE(legend[2].text, QString("came back"));
    double end = 0.0;
    for (const TripletHistory::LegendEntry& entry : legend) { // in one line, and none meets its neighbour
        QVERIFY(entry.piece.left() >= end && entry.place.left() > entry.piece.right());
        QVERIFY2(entry.place.right() <= width, qPrintable(entry.text));
        QVERIFY(entry.place.top() >= view.axisLabels().front().place.bottom() && entry.place.bottom() <= view.height());
        end = entry.place.right() + 3.0;
    }
    const QImage image = view.grab().toImage();
    const auto at = [&](const TripletHistory::LegendEntry& entry, double x, double y) {
        return image.pixelColor(qFloor(entry.piece.left() + x), qFloor(entry.piece.top() + y)).rgb();
    };
    // Kept is filled, pruned is empty; what fell is marked low, what came back high: without a colour, too.
    QCOMPARE(at(legend[0], 8, 1), theme.loss.rgb());
    QCOMPARE(at(legend[1], 2, 3), theme.loss.rgb());
    QCOMPARE(at(legend[1], 8, 5), theme.prune.rgb());
    QCOMPARE(at(legend[1], 8, 1), theme.sunken.rgb());
    QCOMPARE(at(legend[1], 13, 3), theme.sunken.rgb());
    QCOMPARE(at(legend[2], 2, 3), theme.sunken.rgb());
    QCOMPARE(at(legend[2], 8, 1), theme.revive.rgb());
    QCOMPARE(at(legend[2], 8, 5), theme.loss.rgb());
    QCOMPARE(at(legend[2], 13, 3), theme.loss.rgb());
    for (const double x : {6.0, 9.0}) { // wide enough for its colour to be seen
        QCOMPARE(at(legend[1], x, 5), theme.prune.rgb());
        QCOMPARE(at(legend[2], x, 1), theme.revive.rgb());
    }
}

QTEST_MAIN(TestTripletHistory)
#include "tst_triplethistory.moc"
