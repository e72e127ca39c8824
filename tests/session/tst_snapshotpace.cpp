// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/session/SnapshotPace.h"

#include <QTest>

using namespace spectune;
using namespace std::chrono_literals;

/// How often a live view's snapshots are made, by what one of them costs.
class SnapshotPaceTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theFirstIsDueAtOnce() { QVERIFY(SnapshotPace().isDue(start)); }

    void theNextFollowsTheCost_data()
    {
        QTest::addColumn<int>("cost"); // µs
        QTest::addColumn<int>("gap"); // µs from its end to the next
        QTest::newRow("free") << 0 << 33'000;
        QTest::newRow("a view's redraw is waited for") << 330 << 33'000;
        QTest::newRow("a hundredth of the time") << 600 << 60'000;
        QTest::newRow("slow, but seen") << 40'000 << 250'000;
        QTest::newRow("a clock that stands") << -5 << 33'000;
    }
    void theNextFollowsTheCost()
    {
        QFETCH(int, cost);
        QFETCH(int, gap);
        SnapshotPace pace;
        const auto end = start + std::chrono::microseconds(cost);
        pace.made(start, end);
        QVERIFY(!pace.isDue(end));
        QVERIFY(!pace.isDue(end + std::chrono::microseconds(gap - 1)));
        QVERIFY(pace.isDue(end + std::chrono::microseconds(gap)));
    }

    /// A slow one is forgotten with the next.
    void onlyTheLastCounts()
    {
        SnapshotPace pace;
        pace.made(start, start + 2ms);
        pace.made(start + 202ms, start + 202ms);
        QVERIFY(pace.isDue(start + 202ms + 33ms));
    }

private:
    static constexpr SnapshotPace::Time start {1h};
};

QTEST_APPLESS_MAIN(SnapshotPaceTest)
#include "tst_snapshotpace.moc"
