// SPDX-License-Identifier: GPL-3.0-or-later
// A run of 10,000 masking events over 560 matrices in the whole window: what a drag along its timeline and a click on a
// cell keep the GUI thread for, and what opening its folder costs. Counted is a thread's own computing, which a busy
// machine does not lengthen.
#include "tests/support/CpuTime.h"
#include "tests/support/ReplayPlay.h"
#include "tests/ui/StudioBench.h"
#include "training/config/ConfigFile.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayWriter.h"
#include "training/monitor/RunHistory.h"
#include "training/monitor/SnapshotEvent.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RecordedRun.h"
#include "ui/RunModel.h"
#include "visualization/TripletHistory.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <fstream>
#include <random>
#include <string>

using namespace spectune;
using namespace spectune::testing;
using spectune::test::patience;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int events = 500;
constexpr double slower = 10.0; // what sanitizers look at costs time
#else
constexpr int events = 10'000;
constexpr double slower = 1.0;
#endif

RecordedRun longRun(const std::filesystem::path& folder)
{
    ReplayPlay play(80, 7, 12, 200);
    ReplayWriter writer(folder / replay::fileName);
    RecordedRun run;
    run.folder = QString::fromStdString(folder.string());
    run.name = QStringLiteral("long");
    run.state = RecordState::Finished;
    for (int event = 1; event <= events; ++event) {
        const auto snapshot = play.next(event, event == 1);
        writer.append(*snapshot);
        run.history.events.push_back(maskEventOf(*snapshot));
        run.history.metrics.push_back({.step = event, .loss = 1.0 + 1.0 / event, .skipped = {}});
    }
    writer.finish();
    RunConfig config;
    config.train.steps = events;
    config.adalora.deltaT = 1;
    run.edited.begin(config, resolveRun(config, {.matrices = 560}));
    run.replay.open(folder);
    run.layout = run.replay.reader().layout();
    run.curves.setHistory(run.history);
    run.latest = run.replay.at(run.layout, run.history.events, run.lastStep());
    return run;
}

/// As toJsonLine() writes it, which looks for each of the names among those before it.
std::string rankLine(const MaskEvent& event, const ModuleLayout& layout)
{
    std::string line
        = "{\"step\":" + std::to_string(event.step) + ",\"budget\":" + std::to_string(event.budget) + ",\"ranks\":{";
    for (std::size_t i = 0; i < event.ranks.size(); ++i)
        line += (i > 0 ? ",\"" : "\"") + layout.modules[i].name + "\":" + std::to_string(event.ranks[i]);
    return line + "},\"pruned\":" + std::to_string(event.pruned) + ",\"revived\":" + std::to_string(event.revived)
        + "}";
}

/// A finished run's whole folder; some 240 MB.
void writeLongRun(const std::filesystem::path& folder)
{
    ReplayPlay play(80, 7, 12, 200);
    ReplayWriter writer(folder / replay::fileName);
    std::ofstream ranks(folder / "ranks.jsonl");
    std::ofstream metrics(folder / "metrics.jsonl");
    for (int event = 1; event <= events; ++event) {
        const auto snapshot = play.next(event, event == 1);
        writer.append(*snapshot);
        const std::string line = rankLine(maskEventOf(*snapshot), *snapshot->layout);
        if (event == 1)
            QCOMPARE(line, toJsonLine(maskEventOf(*snapshot), *snapshot->layout));
        ranks << line << '\n';
        metrics << toJsonLine(MetricPoint {.step = event, .loss = 1.0 + 1.0 / event, .skipped = {}}) << '\n';
    }
    writer.finish();
    RunConfig config;
    config.train.steps = events;
    config.adalora.deltaT = 1;
    std::ofstream(folder / "config.json") << toJson(config);
    std::ofstream(folder / "log.txt") << "2026-03-02 10:00:00  Started at step 0 of " << events
                                      << " on Processor, 2 cores.\n2026-03-02 10:05:00  Finished after step " << events
                                      << ".\n";
}

} // namespace

class TestLongRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void openingStaysShort();
    void draggingAndClickingStayShort();
};

/// What a worker does behind the click that opens a run.
void TestLongRun::openingStaysShort()
{
    constexpr double most = slower * 1000.0; // ms
    const QTemporaryDir folder;
    writeLongRun(folder.path().toStdString());
    RecordedRun run;
    const double opened = quickestCpu(2, most, [&] { run = readRecordedRun(folder.path()); });
    QCOMPARE(run.history.events.size(), static_cast<std::size_t>(events));
    QCOMPARE(run.history.metrics.size(), static_cast<std::size_t>(events));
    QCOMPARE(run.layout->modules.size(), std::size_t {560});
    QCOMPARE(run.latest->eventStep, std::int64_t {events});
    QCOMPARE(run.damage, QString());
    qInfo("a folder of %d events x 560 matrices opens in %.0f ms", events, opened);
    QVERIFY2(opened < most, qPrintable(QString::number(opened)));
}

void TestLongRun::draggingAndClickingStayShort()
{
    constexpr double mostOfADrag = slower * 16.0; // ms: sixty whole windows a second, the file's own seek with them
    constexpr double mostOfAClick = slower * 50.0;
    test::StudioBench bench;
    QVERIFY(bench.open());
    MainWindow& window = *bench.window;
    window.run().showRecorded(longRun(bench.path(QString()).toStdString()));
    window.showWorkspace(Workspace::Live);
    Inspector& inspector = window.live().inspector();
    inspector.setModule(ModuleIndex {300});
    auto* history = inspector.findChild<TripletHistory*>();
    QTRY_VERIFY_WITH_TIMEOUT(!history->isEmpty(), patience);
    const auto painted = [] {
        QCoreApplication::sendPostedEvents();
        QCoreApplication::processEvents();
    };
    std::mt19937 random(1);
    const auto step = [&random] { return static_cast<std::int64_t>(random() % events) + 1; };
    std::vector<double> drags;
    for (int i = 0; i < 40; ++i)
        drags.push_back(quickestCpu(2, mostOfADrag, [&] {
            window.run().showStep(step());
            painted();
        }));
    std::ranges::sort(drags);
    window.run().showStep(events / 2);
    QCOMPARE(window.run().shownSnapshot()->eventStep, std::int64_t {events / 2});
    std::int32_t module = 0;
    const double click = quickestCpu(5, mostOfAClick, [&] {
        inspector.setModule(ModuleIndex {module++});
        painted();
    });
    QTRY_VERIFY_WITH_TIMEOUT(!history->isEmpty(), patience);
    qInfo("%d events x 560 matrices, the whole window: a moment of a drag %.1f ms, the slowest of 40 %.1f ms; a click "
          "on a "
          "cell %.1f ms",
        events, drags[drags.size() / 2], drags.back(), click);
    QVERIFY(drags[drags.size() / 2] <= mostOfADrag && click <= mostOfAClick);
}

QTEST_MAIN(TestLongRun)
#include "tst_longrun.moc"
