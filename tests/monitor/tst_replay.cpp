// SPDX-License-Identifier: GPL-3.0-or-later
// replay.bin: what was shown live at an event is what its folder shows later; sizes, cuts, damage.
#include "tests/support/CpuTime.h"
#include "tests/support/ReplayPlay.h"
#include "tests/support/SameSnapshot.h"
#include "training/core/AtomicFile.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayReader.h"
#include "training/monitor/ReplayWriter.h"
#include "training/monitor/RunHistory.h"

#include <QTemporaryDir>
#include <QtTest>

#include <random>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

class TestReplay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void replayEqualsLive();
    void keyframesAgreeWithTheWalk();
    void theLayoutComesBack();
    void aMatrixOverTime();
    void aLiveReaderFollows();
    void aTornTailEndsTheFile();
    void damageEndsTheFile();
    void resumeCutsAndGoesOn();
    void aRunWithoutTheFileGoesOnWithOne();
    void statesThinOut();
    void longRunStaysSmall();
    void fastLinesReadAsSlowOnes();

private:
    [[nodiscard]] fs::path path() const { return m_folder->path().toStdString(); }
    [[nodiscard]] fs::path file() const { return path() / replay::fileName; }
    std::vector<std::shared_ptr<const RankSnapshot>> write(int events, std::size_t room = ReplayWriter::usualStateBytes)
    {
        std::vector<std::shared_ptr<const RankSnapshot>> shown;
        ReplayPlay play(3, 4, 5, 6);
        ReplayWriter writer(file(), room);
        for (int event = 1; event <= events; ++event) {
            shown.push_back(play.next(10 * event));
            writer.append(*shown.back());
        }
        writer.finish();
        return shown;
    }

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestReplay::replayEqualsLive()
{
    const auto shown = write(40);
    const ReplayReader reader(path());
    QCOMPARE(reader.eventCount(), shown.size());
    for (std::size_t k : {0U, 39U, 17U, 18U, 3U})
        QVERIFY2(sameSnapshot(*reader.snapshotAt(k), *shown[k]), qPrintable(QString::number(k)));
    QCOMPARE(reader.find(180), 17U);
    QCOMPARE(reader.find(181), reader.eventCount());
}

void TestReplay::keyframesAgreeWithTheWalk()
{
    const auto shown = write(600); // two keyframes and a bit
    const ReplayReader reader(path());
    for (std::size_t k : {255U, 256U, 257U, 511U, 512U, 599U})
        QVERIFY2(sameSnapshot(*reader.snapshotAt(k), *shown[k]), qPrintable(QString::number(k)));
}

void TestReplay::theLayoutComesBack()
{
    const auto shown = write(1);
    const ReplayReader reader(path());
    const ModuleLayout& was = *shown[0]->layout;
    const ModuleLayout& is = *reader.layout();
    QCOMPARE(is.layerCount, was.layerCount);
    QCOMPARE(is.initRank, was.initRank);
    QCOMPARE(is.kinds, was.kinds);
    QCOMPARE(is.modules.size(), was.modules.size());
    QCOMPARE(is.modules[7].name, was.modules[7].name);
    QCOMPARE(is.modules[7].layer.value, was.modules[7].layer.value);
    QCOMPARE(is.modules[7].kind.value, was.modules[7].kind.value);
    QCOMPARE(is.modules[7].outFeatures, 16);
    const QTemporaryDir empty;
    const ReplayReader none {fs::path(empty.path().toStdString())};
    QVERIFY(!none.layout());
    QCOMPARE(none.eventCount(), 0U);
}

void TestReplay::aMatrixOverTime()
{
    const auto shown = write(300);
    const ReplayReader reader(path());
    const ModuleIndex module {5};
    const std::vector<TripletMoment> history = reader.historyOf(module);
    QCOMPARE(history.size(), 300U * 5U);
    int changes = 0;
    for (std::size_t event = 0; event < shown.size(); ++event) {
        for (std::size_t i = 0; i < 5; ++i) {
            const TripletState& was = shown[event]->tripletsOf(module)[i];
            const TripletMoment& is = history[event * 5 + i];
            QCOMPARE(is.kept, was.kept);
            QCOMPARE(is.score, was.score);
            QCOMPARE(is.lambda, was.lambda);
            QCOMPARE(is.changed, std::max(was.prunedAt, was.revivedAt) == shown[event]->eventStep);
            changes += is.changed ? 1 : 0;
        }
    }
    QVERIFY(changes > 10);
}

void TestReplay::aLiveReaderFollows()
{
    ReplayPlay play(3, 4, 5, 6);
    ReplayReader reader(path());
    QVERIFY(!reader.refresh());
    ReplayWriter writer(file());
    for (int event = 1; event <= 5; ++event) {
        const auto shown = play.next(event);
        writer.append(*shown);
        QVERIFY(reader.refresh());
        QVERIFY(!reader.refresh());
        QCOMPARE(reader.eventCount(), static_cast<std::size_t>(event));
        QVERIFY(sameSnapshot(*reader.snapshotAt(reader.eventCount() - 1), *shown));
    }
}

void TestReplay::aTornTailEndsTheFile()
{
    const auto shown = write(3);
    const std::string whole = readFile(file());
    std::size_t least = 3;
    for (std::size_t size = whole.size(); size-- > replay::headBytes;) {
        const ReplayReader reader = ReplayReader::fromBytes(whole.substr(0, size));
        QVERIFY(reader.eventCount() <= least);
        least = reader.eventCount();
        if (least > 0)
            QCOMPARE(reader.snapshotAt(least - 1)->threshold, shown[least - 1]->threshold);
    }
    QCOMPARE(least, 0U);
    fs::resize_file(file(), whole.size() - 5); // as after a crash; the next run goes on behind the last whole record
    ReplayPlay play(3, 4, 5, 6);
    ReplayWriter writer(file());
    for (int event = 1; event <= 3; ++event)
        play.next(10 * event);
    const auto fourth = play.next(40);
    writer.append(*fourth);
    const ReplayReader reader(path());
    QCOMPARE(reader.eventCount(), 4U);
    QVERIFY(!reader.hasState(2)); // it was cut off
    QVERIFY(sameSnapshot(*reader.snapshotAt(3), *fourth));
}

void TestReplay::damageEndsTheFile()
{
    write(20);
    const std::string whole = readFile(file());
    std::mt19937 random(3);
    for (int round = 0; round < 400; ++round) {
        std::string bytes = whole;
        bytes[random() % bytes.size()] ^= static_cast<char>(1 + random() % 255);
        const ReplayReader reader = ReplayReader::fromBytes(bytes);
        QVERIFY(reader.eventCount() <= 20);
        if (reader.eventCount() > 0)
            QVERIFY(reader.snapshotAt(reader.eventCount() - 1));
    }
}

void TestReplay::resumeCutsAndGoesOn()
{
    const auto shown = write(20);
    ReplayReader live(path());
    truncateHistory(path(), 125); // a checkpoint between the events of step 120 and 130
    const std::string cut = readFile(file());
    truncateHistory(path(), 125);
    QCOMPARE(readFile(file()), cut);
    QVERIFY(live.refresh());
    QCOMPARE(live.eventCount(), 12U);
    ReplayWriter writer(file());
    for (std::size_t event = 12; event < 20; ++event)
        writer.append(*shown[event]);
    const ReplayReader reader(path());
    QCOMPARE(reader.eventCount(), 20U);
    for (std::size_t k : {11U, 12U, 19U})
        QVERIFY(sameSnapshot(*reader.snapshotAt(k), *shown[k]));
    truncateHistory(path(), 0);
    QCOMPARE(ReplayReader(path()).eventCount(), 0U);
}

void TestReplay::aRunWithoutTheFileGoesOnWithOne()
{
    ReplayPlay play(3, 4, 5, 6);
    for (int event = 1; event <= 9; ++event)
        play.next(10 * event);
    ReplayWriter writer(file());
    const auto tenth = play.next(100);
    writer.append(*tenth);
    const auto next = play.next(110);
    writer.append(*next);
    const ReplayReader reader(path());
    QVERIFY(sameSnapshot(*reader.snapshotAt(0), *tenth)); // with the steps at which earlier ones were pruned
    QVERIFY(sameSnapshot(*reader.snapshotAt(1), *next));
}

void TestReplay::statesThinOut()
{
    const std::size_t state = 60 * 7 * 4 + 12 * 2 * 4; // bytes of one, without its frame
    const auto shown = write(100, 10 * state);
    const ReplayReader reader(path());
    QCOMPARE(reader.eventCount(), 100U);
    std::size_t states = 0;
    for (std::size_t k = 0; k < 100; ++k) {
        const auto snapshot = reader.snapshotAt(k);
        states += reader.hasState(k) ? 1 : 0;
        QCOMPARE(snapshot->hasScores, reader.hasState(k));
        QCOMPARE(snapshot->modules[3].rank, shown[k]->modules[3].rank);
        QCOMPARE(snapshot->triplets[7].prunedAt, shown[k]->triplets[7].prunedAt);
        if (reader.hasState(k))
            QVERIFY(sameSnapshot(*snapshot, *shown[k]));
    }
    QVERIFY(states >= 4 && states <= 11);
    for (std::int64_t step = 0; step <= 1010; step += 7) {
        std::int64_t nearest = -1;
        for (std::size_t k = 0; k < 100; ++k) {
            if (reader.hasState(k) && (nearest < 0 || std::abs(reader.stepOf(k) - step) < std::abs(nearest - step)))
                nearest = reader.stepOf(k);
        }
        QCOMPARE(reader.nearestState(step), nearest);
    }
    QVERIFY(reader.hasState(99));
    for (int events = 1; events <= 40; ++events) { // wherever in the thinning a run ends
        fs::remove(file());
        (void)write(events, 3 * state);
        QVERIFY(ReplayReader(path()).hasState(static_cast<std::size_t>(events) - 1));
    }
}

void TestReplay::longRunStaysSmall()
{
#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
    constexpr int events = 500;
    constexpr double slower = 10.0; // what sanitizers look at costs time
#else
    constexpr int events = 10'000;
    constexpr double slower = 1.0;
#endif
    ReplayPlay play(80, 7, 12, 200); // 560 matrices, 200 changes an event
    {
        ReplayWriter writer(file());
        for (int event = 1; event <= events; ++event)
            writer.append(*play.next(event, event == 1));
        writer.finish();
    }
    QVERIFY2(fs::file_size(file()) <= 20'000'000, qPrintable(QString::number(fs::file_size(file()))));
    std::unique_ptr<ReplayReader> reader;
    const double opened = quickestCpu(3, slower * 1000.0, [&] { reader = std::make_unique<ReplayReader>(path()); });
    QCOMPARE(reader->eventCount(), static_cast<std::size_t>(events));
    std::mt19937 random(1);
    double worst = 0.0;
    for (int seek = 0; seek < 100; ++seek) {
        const std::size_t k = random() % static_cast<unsigned>(events);
        std::int64_t step = 0;
        worst = std::max(worst, quickest(2, slower * 16.0, [&] {
            (void)reader->snapshotAt((k + events / 2) % events); // whence a hand that drags the timeline comes
            const double begin = cpuMilliseconds();
            step = reader->snapshotAt(k)->eventStep;
            return cpuMilliseconds() - begin;
        }));
        QCOMPARE(step, static_cast<std::int64_t>(k) + 1);
    }
    const double over = quickestCpu(
        1, 1e9, [&] { QCOMPARE(reader->historyOf(ModuleIndex {300}).size(), static_cast<std::size_t>(events) * 12); });
    qInfo("%d events x 560 matrices: %.1f MB, opened in %.0f ms, slowest of 100 seeks %.2f ms, one matrix over time in "
          "%.0f ms",
        events, static_cast<double>(fs::file_size(file())) / 1e6, opened, worst, over);
    QVERIFY(opened <= slower * 1000.0 && worst <= slower * 16.0);
}

void TestReplay::fastLinesReadAsSlowOnes()
{
    ReplayPlay play(80, 7, 12, 200);
    std::string fast;
    std::string slow; // spaces: the general reader takes these
    const auto layout = play.next(1)->layout;
    for (int step = 1; step <= 50; ++step) {
        const auto snapshot = play.next(step);
        MaskEvent event {step, snapshot->budget, {}, step % 7, step % 5};
        for (const ModuleState& module : snapshot->modules)
            event.ranks.push_back(module.rank);
        const std::string line = toJsonLine(event, *layout);
        fast += line + '\n';
        slow += "{ " + line.substr(1) + '\n';
    }
    writeFileAtomically(path() / "ranks.jsonl", fast);
    const RunHistory quick = loadHistory(path());
    writeFileAtomically(path() / "ranks.jsonl", slow);
    const RunHistory general = loadHistory(path());
    QCOMPARE(quick.events.size(), 50U);
    QCOMPARE(quick.modules, general.modules);
    for (std::size_t i = 0; i < 50; ++i) {
        QCOMPARE(quick.events[i].step, general.events[i].step);
        QCOMPARE(quick.events[i].budget, general.events[i].budget);
        QCOMPARE(quick.events[i].ranks, general.events[i].ranks);
        QCOMPARE(quick.events[i].pruned, general.events[i].pruned);
        QCOMPARE(quick.events[i].revived, general.events[i].revived);
    }
}

QTEST_GUILESS_MAIN(TestReplay)
#include "tst_replay.moc"
