// SPDX-License-Identifier: GPL-3.0-or-later
// A run's past, where its file turns against the studio.
#include "training/monitor/ReplayWriter.h"
#include "ui/RunReplay.h"

#include <QTemporaryDir>
#include <QTest>

using namespace spectune;

namespace {

/// Of a run with one matrix of rank 4.
RankSnapshot oneMatrix(std::int64_t event)
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = 4;
    layout->layerCount = 1;
    layout->kinds = {"q_proj"};
    layout->modules.push_back({"model.layers.0.self_attn.q_proj", LayerIndex {0}, KindIndex {0}, 8, 8});
    RankSnapshot snapshot;
    snapshot.layout = layout;
    snapshot.step = snapshot.eventStep = event;
    snapshot.hasLambda = snapshot.hasScores = true;
    snapshot.modules.resize(1);
    snapshot.triplets.resize(4);
    return snapshot;
}

} // namespace

class TestRunReplay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aFileThatCannotBeReadAnyMoreEndsNothing();
};

/// The views ask for it from their slots, where nobody catches anything.
void TestRunReplay::aFileThatCannotBeReadAnyMoreEndsNothing()
{
    const QTemporaryDir folder;
    const std::filesystem::path path = folder.path().toStdString();
    const RankSnapshot picture = oneMatrix(10);
    ReplayWriter(path / "replay.bin").append(picture);
    const std::vector<MaskEvent> events {{10, 4, {4}, 0, 0}};
    RunReplay replay;
    replay.open(path);
    QVERIFY(replay.at(picture.layout, events, 10)->hasScores);
    std::filesystem::rename(path / "replay.bin", path / "away");
    std::filesystem::create_symlink("/proc/self/mem", path / "replay.bin"); // its first byte is an error of the disk
    const auto alone = replay.at(picture.layout, events, 10);
    QVERIFY(alone && !alone->hasScores);
    QCOMPARE(alone->modules.front().rank, 4);
    QCOMPARE(replay.nearestState(10), std::int64_t {-1});
    std::filesystem::rename(path / "away", path / "replay.bin");
    QVERIFY(replay.at(picture.layout, events, 10)->hasScores);
}

QTEST_GUILESS_MAIN(TestRunReplay)
#include "tst_runreplay.moc"
