// SPDX-License-Identifier: GPL-3.0-or-later
// A run in a terminal whose disk refuses: what is told, how long it waits, who ends it. No time passes here.
#include "app/train/WriteHold.h"

#include <QtTest/QtTest>

#include <string>
#include <vector>

using namespace spectune;
using std::chrono::seconds;

namespace {

/// Keeps what a hold does, and counts the time that it would have waited.
struct Bench {
    std::vector<std::string> told;
    seconds waited {0};
    bool stops = false;
    seconds stopAfter {-1}; ///< −1: nobody asks

    [[nodiscard]] WriteHold::Surroundings surroundings()
    {
        return {.wait =
                    [this](seconds pause) {
                        waited += pause;
                        stops = stops || (stopAfter.count() >= 0 && waited >= stopAfter);
                    },
            .stopped = [this] { return stops; },
            .tell = [this](const std::string& text) { told.push_back(text); }};
    }
};

Failure full()
{
    return {.kind = FailureKind::Io,
        .message = makeMessage("Could not write %1: the disk is full.", "run/x"),
        .detail = {},
        .step = 3};
}

/// Tries until the hold gives up, 1000 times at most. @return how often it was tried again
int triesOf(WriteHold& hold)
{
    int tries = 0;
    while (tries < 1000 && hold.holdFor(full()))
        ++tries;
    return tries;
}

} // namespace

class TestWriteHold : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void itIsToldOnce()
    {
        Bench bench;
        WriteHold hold(bench.surroundings(), {});
        for (int i = 0; i < 3; ++i)
            QVERIFY(hold.holdFor(full()));
        QCOMPARE(bench.told.size(), std::size_t {1});
        QCOMPARE(bench.told[0],
            std::string("Could not write run/x: the disk is full.\nThe run waits and tries again every 2 s. Ctrl-C "
                        "gives up."));
        QCOMPARE(bench.waited.count(), seconds::rep {6});
        hold.wentOn();
        QVERIFY(hold.holdFor(full())); // another one
        QCOMPARE(bench.told.size(), std::size_t {2});
    }

    /// The last pause is no longer than what is left, and one more try follows it.
    void nobodyIsWaitedForWithoutEnd_data()
    {
        QTest::addColumn<int>("limit");
        QTest::addColumn<int>("tries");
        QTest::newRow("60 s") << 60 << 30;
        QTest::newRow("5 s") << 5 << 3;
        QTest::newRow("none") << 0 << 0;
    }

    void nobodyIsWaitedForWithoutEnd()
    {
        QFETCH(const int, limit);
        QFETCH(const int, tries);
        Bench bench;
        WriteHold hold(bench.surroundings(), seconds(limit));
        QCOMPARE(triesOf(hold), tries);
        QCOMPARE(bench.waited.count(), seconds::rep {limit});
        QCOMPARE(bench.told.empty(), limit == 0); // the run's own end tells it then
        if (!bench.told.empty())
            QVERIFY(bench.told[0].find(" waits for " + std::to_string(limit) + " s at most ") != std::string::npos);
        bench.waited = {};
        hold.wentOn();
        QCOMPARE(triesOf(hold), tries); // the limit is of each wait
    }

    void aStopGivesUp()
    {
        Bench bench;
        bench.stopAfter = seconds(6);
        WriteHold hold(bench.surroundings(), {});
        QCOMPARE(triesOf(hold), 2);
    }

    /// What is to be written then is what the stop saves.
    void anEarlierStopDoesNot()
    {
        Bench bench;
        bench.stops = true;
        WriteHold hold(bench.surroundings(), seconds(8));
        QCOMPARE(triesOf(hold), 4);
        QVERIFY(bench.told.at(0).ends_with("Ctrl-C quits without saving."));
    }
};

QTEST_GUILESS_MAIN(TestWriteHold)
#include "tst_writehold.moc"
