// SPDX-License-Identifier: GPL-3.0-or-later
// The histogram of sample lengths: every sample is in one bar, and the limit stands where samples begin to be cut.
#include "visualization/LengthHistogram.h"

#include <QTest>

#include <numeric>

using namespace spectune;

namespace {

using Lengths = std::vector<std::int32_t>;

Lengths upTo(std::int32_t longest)
{
    Lengths lengths(static_cast<std::size_t>(longest));
    std::iota(lengths.begin(), lengths.end(), 1);
    return lengths;
}

} // namespace

class TestLengthHistogram : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everySampleIsInOneBar_data()
    {
        QTest::addColumn<Lengths>("lengths");
        QTest::addColumn<qint64>("limit");
        QTest::addColumn<qint64>("beyond");
        QTest::addColumn<bool>("limitShown");
        Lengths outlier(1000, 100);
        outlier.push_back(1'000'000);
        QTest::newRow("one of one token") << Lengths {1} << qint64 {2} << qint64 {0} << true;
        QTest::newRow("all below the limit") << upTo(200) << qint64 {256} << qint64 {0} << true;
        QTest::newRow("some beyond it") << upTo(600) << qint64 {512} << qint64 {0} << true;
        QTest::newRow("a limit that is no power of two") << upTo(600) << qint64 {300} << qint64 {0} << true;
        QTest::newRow("far below the limit") << upTo(40) << qint64 {4096} << qint64 {0} << false;
        QTest::newRow("one far out") << outlier << qint64 {128} << qint64 {1} << true;
        QTest::newRow("all alike") << Lengths(50, 64) << qint64 {64} << qint64 {0} << true;
    }

    void everySampleIsInOneBar()
    {
        QFETCH(Lengths, lengths);
        QFETCH(qint64, limit);
        QFETCH(qint64, beyond);
        QFETCH(bool, limitShown);
        LengthHistogram histogram;
        histogram.setLengths(lengths, limit);
        const QSizeF size(296, 96);
        std::int64_t sum = histogram.bins().beyond;
        double right = 0.0;
        for (const LengthHistogram::Bar& bar : histogram.bars(size)) {
            const auto inside = std::count_if(lengths.begin(), lengths.end(),
                [&bar](std::int32_t length) { return length >= bar.from && length <= bar.to; });
            QCOMPARE(bar.count, static_cast<std::int64_t>(inside));
            QCOMPARE(bar.cut, bar.from > limit);
            QVERIFY(bar.rect.left() >= right && bar.rect.right() <= size.width());
            QVERIFY(bar.rect.top() >= 0.0 && bar.rect.height() >= 1.0 && bar.rect.bottom() <= size.height());
            right = bar.rect.right();
            sum += bar.count;
        }
        QCOMPARE(sum, static_cast<std::int64_t>(lengths.size()));
        QCOMPARE(histogram.bins().beyond, beyond);
        QCOMPARE(histogram.limitX(size).has_value(), limitShown);
        QVERIFY(histogram.bins().counts.size() <= 100U);
        QVERIFY(histogram.bins().end() / histogram.bins().tick <= 8); // labels do not touch
        histogram.resize(296, 96);
        QVERIFY(!histogram.grab().isNull());
    }

    void theLimitParts()
    {
        LengthHistogram histogram;
        histogram.setLengths(upTo(600), 512);
        const QSizeF size(296, 96);
        const double line = *histogram.limitX(size);
        std::int64_t cut = 0;
        for (const LengthHistogram::Bar& bar : histogram.bars(size)) {
            QCOMPARE(bar.cut, bar.rect.left() > line - 0.5);
            cut += bar.cut ? bar.count : 0;
        }
        QCOMPARE(cut, std::int64_t {88}); // 513 to 600
        histogram.setLimit(256);
        QVERIFY(*histogram.limitX(size) < line);
        QVERIFY2(histogram.accessibleDescription().contains(QStringLiteral("half up to 300")),
            qPrintable(histogram.accessibleDescription()));
        QVERIFY(histogram.accessibleDescription().contains(QStringLiteral("limit 256")));
    }

    void theHighestBarFillsThePlot()
    {
        LengthHistogram histogram;
        Lengths lengths(90, 10);
        lengths.insert(lengths.end(), 10, 100);
        histogram.setLengths(lengths, 128);
        const auto bars = histogram.bars({296, 96});
        QCOMPARE(bars.size(), std::size_t {2});
        QVERIFY(std::abs(bars[0].rect.height() / bars[1].rect.height() - 9.0) < 1e-9); // bars start at 0
    }

    void valuesCanBeTakenAlong()
    {
        LengthHistogram histogram;
        histogram.setLengths({3, 3, 4}, 4);
        QCOMPARE(histogram.bins().toCsv(), QStringLiteral("from,to,samples\n1,1,0\n2,2,0\n3,3,2\n4,4,1\n5,5,0\n"));
    }

    void nothingPaintsNothing()
    {
        LengthHistogram histogram;
        histogram.resize(200, 96);
        QVERIFY(!histogram.grab().isNull());
        QVERIFY(histogram.bars({200, 96}).empty());
        QVERIFY(!histogram.limitX({200, 96}));
    }
};

QTEST_MAIN(TestLengthHistogram)
#include "tst_lengths.moc"
