// SPDX-License-Identifier: GPL-3.0-or-later
// A run of 10,000 masking events over 560 matrices in the whole window: what a drag along its timeline and a click on a
// cell keep the GUI thread for. Counted is that thread's own computing, which a busy machine does not lengthen.
#include "tests/support/CpuTime.h"
#include "tests/support/ReplayPlay.h"
#include "tests/ui/StudioBench.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayWriter.h"
#include "training/monitor/SnapshotEvent.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RecordedRun.h"
#include "ui/RunModel.h"
#include "visualization/TripletHistory.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace spectune;
using namespace spectune::testing;
using spectune::test::patience;

namespace {

constexpr int events = 10'000;

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

} // namespace

class TestLongRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void draggingAndClickingStayShort();
};

void TestLongRun::draggingAndClickingStayShort()
{
    constexpr double mostOfADrag
        = 33.0; // ms: thirty whole windows a second; the file's own seek is bounded in tst_replay
    constexpr double mostOfAClick = 50.0;
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
