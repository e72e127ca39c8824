// SPDX-License-Identifier: GPL-3.0-or-later
// replay.bin beside its events: λ and S in the warm-up, between events and at the end.
#include "training/core/AtomicFile.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayReader.h"
#include "training/monitor/ReplayWriter.h"

#include <QTemporaryDir>
#include <QtTest>

#include <cmath>

using namespace spectune;
namespace fs = std::filesystem;

namespace {

std::shared_ptr<ModuleLayout> layoutOf(int modules, int rank)
{
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = rank;
    layout->layerCount = modules;
    layout->kinds = {"q_proj"};
    for (int layer = 0; layer < modules; ++layer)
        layout->modules.push_back(
            {"model.layers." + std::to_string(layer) + ".self_attn.q_proj", LayerIndex {layer}, KindIndex {0}, 8, 16});
    return layout;
}

/// With numbers of its own for each @p step.
/// @param pruned as many triplets are not kept, since the event at @p eventStep
RankSnapshot snapshotOf(
    const std::shared_ptr<const ModuleLayout>& layout, std::int64_t step, std::int64_t eventStep, std::size_t pruned)
{
    RankSnapshot snapshot;
    snapshot.layout = layout;
    snapshot.step = step;
    snapshot.eventStep = eventStep;
    snapshot.hasLambda = snapshot.hasScores = true;
    snapshot.budget = layout->tripletCount() - static_cast<std::int64_t>(pruned);
    snapshot.modules.resize(layout->modules.size());
    snapshot.triplets.resize(static_cast<std::size_t>(layout->tripletCount()));
    const auto rank = static_cast<std::size_t>(layout->initRank);
    for (std::size_t i = 0; i < snapshot.triplets.size(); ++i) {
        const auto base = static_cast<float>(step) + 0.01F * static_cast<float>(i);
        TripletState& triplet = snapshot.triplets[i];
        triplet = {.lambda = -base,
            .score = base + 0.1F,
            .scoreLambda = base + 0.2F,
            .sensitivityLambda = base + 0.3F,
            .uncertaintyLambda = base + 0.4F,
            .meanScoreP = base + 0.5F,
            .meanScoreQ = base + 0.6F,
            .prunedAt = i < pruned ? static_cast<std::int32_t>(eventStep) : -1,
            .revivedAt = -1,
            .kept = i >= pruned};
        ModuleState& module = snapshot.modules[i / rank];
        module.orthP = base;
        module.orthQ = base + 1.0F;
        module.rank += triplet.kept ? 1 : 0;
        module.lostAtLastEvent += triplet.kept ? 0 : 1;
        module.importance += triplet.kept ? triplet.score : 0.0F;
        module.lambdaSum += std::abs(triplet.lambda);
    }
    return snapshot;
}

void verifySame(const RankSnapshot& now, const RankSnapshot& then)
{
    QCOMPARE(now.step, then.step);
    QCOMPARE(now.eventStep, then.eventStep);
    QCOMPARE(now.budget, then.budget);
    QCOMPARE(now.hasLambda, then.hasLambda);
    QCOMPARE(now.hasScores, then.hasScores);
    for (std::size_t i = 0; i < then.triplets.size(); ++i) {
        QCOMPARE(now.triplets[i].lambda, then.triplets[i].lambda);
        QCOMPARE(now.triplets[i].score, then.triplets[i].score);
        QCOMPARE(now.triplets[i].meanScoreQ, then.triplets[i].meanScoreQ);
        QCOMPARE(now.triplets[i].prunedAt, then.triplets[i].prunedAt);
        QCOMPARE(now.triplets[i].kept, then.triplets[i].kept);
    }
    for (std::size_t i = 0; i < then.modules.size(); ++i) {
        QCOMPARE(now.modules[i].rank, then.modules[i].rank);
        QCOMPARE(now.modules[i].importance, then.modules[i].importance);
        QCOMPARE(now.modules[i].lambdaSum, then.modules[i].lambdaSum);
        QCOMPARE(now.modules[i].orthQ, then.modules[i].orthQ);
    }
}

} // namespace

class TestReplayMoments : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aMomentIsTheRunAtItsStep()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const auto layout = layoutOf(3, 4);
        const RankSnapshot warmUp = snapshotOf(layout, 4, -1, 0);
        const RankSnapshot event = snapshotOf(layout, 10, 10, 5);
        const RankSnapshot later = snapshotOf(layout, 15, 10, 5);
        {
            ReplayWriter writer(path / replay::fileName);
            writer.appendMoment(warmUp);
            writer.append(event);
            writer.appendMoment(later);
            writer.appendMoment(later); // it is there
            writer.finish();
        }
        const ReplayReader reader(path);
        QCOMPARE(reader.eventCount(), 1U);
        QCOMPARE(reader.momentUntil(3), -1);
        QCOMPARE(reader.momentUntil(4), 4);
        QCOMPARE(reader.momentUntil(14), 4);
        QCOMPARE(reader.momentUntil(99), 15);
        verifySame(*reader.snapshotAt(0), event);
        verifySame(reader.atMoment(*reader.snapshotAt(0), 15), later);
        RankSnapshot before = snapshotOf(layout, 4, -1, 0); // as a run's layout tells it: all kept, no numbers
        for (TripletState& triplet : before.triplets)
            triplet = {};
        before.hasLambda = before.hasScores = false;
        verifySame(reader.atMoment(before, 4), warmUp);
    }

    /// svd-lora: a Λ, and no event in the whole file.
    void aMethodWithoutScoresKeepsItsLambda()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const auto layout = layoutOf(3, 4);
        RankSnapshot fixed = snapshotOf(layout, 6, -1, 0);
        fixed.hasScores = false;
        {
            ReplayWriter writer(path / replay::fileName);
            writer.appendMoment(fixed);
        }
        {
            ReplayWriter resumed(path / replay::fileName);
            resumed.appendMoment(fixed); // it is there
            fixed.step = 9;
            resumed.appendMoment(fixed);
            resumed.finish();
        }
        const ReplayReader reader(path);
        QCOMPARE(reader.eventCount(), 0U);
        QCOMPARE(reader.momentUntil(8), 6);
        QCOMPARE(reader.momentUntil(99), 9);
        RankSnapshot base = snapshotOf(layout, 0, -1, 0);
        base.hasLambda = base.hasScores = false;
        for (const RankSnapshot& told : {reader.atMoment(base, 9), reader.withNearest(base, 99)}) {
            QVERIFY(told.hasLambda && !told.hasScores);
            for (std::size_t i = 0; i < told.triplets.size(); ++i) {
                QCOMPARE(told.triplets[i].lambda, fixed.triplets[i].lambda);
                QCOMPARE(told.triplets[i].score, 0.0F);
            }
            for (std::size_t i = 0; i < told.modules.size(); ++i) {
                QCOMPARE(told.modules[i].orthP, fixed.modules[i].orthP);
                QCOMPARE(told.modules[i].lambdaSum, fixed.modules[i].lambdaSum);
                QCOMPARE(told.modules[i].importance, 0.0F);
            }
        }
        truncateReplay(path, 7);
        QCOMPARE(ReplayReader(path).momentUntil(99), 6);
    }

    /// Events and moments alike; the pattern stays that of the step itself.
    void theNearestStateIsOfAnEventOrAMoment()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const auto layout = layoutOf(3, 4);
        const RankSnapshot later = snapshotOf(layout, 15, 10, 5);
        {
            ReplayWriter writer(path / replay::fileName);
            writer.appendMoment(snapshotOf(layout, 4, -1, 0));
            writer.append(snapshotOf(layout, 10, 10, 5));
            writer.appendMoment(later);
            writer.finish();
        }
        const ReplayReader reader(path);
        QCOMPARE(ReplayReader().nearestState(7), -1);
        QCOMPARE(reader.nearestState(1), 4);
        QCOMPARE(reader.nearestState(7), 4); // as far from 10: the earlier one
        QCOMPARE(reader.nearestState(8), 10);
        QCOMPARE(reader.nearestState(13), 15);
        QCOMPARE(reader.nearestState(99), 15);
        RankSnapshot base = snapshotOf(layout, 12, 10, 2);
        base.hasLambda = base.hasScores = false;
        const RankSnapshot told = reader.withNearest(base, 13);
        QCOMPARE(told.step, 12);
        QCOMPARE(told.nearestStep, 15);
        QVERIFY(told.hasLambda && told.hasScores);
        float importance = 0.0F;
        for (std::size_t i = 0; i < told.triplets.size(); ++i) {
            QCOMPARE(told.triplets[i].lambda, later.triplets[i].lambda);
            QCOMPARE(told.triplets[i].score, later.triplets[i].score);
            QCOMPARE(told.triplets[i].kept, base.triplets[i].kept);
            if (i < 4)
                importance += told.triplets[i].kept ? later.triplets[i].score : 0.0F;
        }
        QCOMPARE(told.modules[0].importance, importance);
        QCOMPARE(told.modules[0].rank, base.modules[0].rank);
        QCOMPARE(told.modules[2].orthQ, later.modules[2].orthQ);
        QCOMPARE(reader.withNearest(base, 8).triplets[11].lambda, -(10.0F + 0.01F * 11.0F)); // an event's state
    }

    /// A run that is gone on with writes the moments after its checkpoint anew, and none of them twice.
    void aResumeGoesOn()
    {
        const QTemporaryDir folder;
        const fs::path path = folder.path().toStdString();
        const auto layout = layoutOf(3, 4);
        {
            ReplayWriter writer(path / replay::fileName);
            writer.append(snapshotOf(layout, 10, 10, 5));
            writer.appendMoment(snapshotOf(layout, 12, 10, 5));
            writer.appendMoment(snapshotOf(layout, 15, 10, 5));
        }
        truncateReplay(path, 13);
        QCOMPARE(ReplayReader(path).momentUntil(99), 12);
        ReplayWriter writer(path / replay::fileName);
        writer.appendMoment(snapshotOf(layout, 12, 10, 5));
        writer.appendMoment(snapshotOf(layout, 14, 10, 5));
        writer.append(snapshotOf(layout, 20, 20, 6));
        const ReplayReader reader(path);
        QCOMPARE(reader.momentUntil(13), 12);
        QCOMPARE(reader.momentUntil(99), 14);
        QCOMPARE(reader.eventCount(), 2U);
    }

    void theirRoomIsBounded()
    {
        QCOMPARE(ReplayWriter::momentInterval(*layoutOf(42, 8), 640, true), 14);
        QCOMPARE(ReplayWriter::momentInterval(*layoutOf(42, 8), 20, true), 1);
        QCOMPARE(ReplayWriter::momentInterval(*layoutOf(560, 12), 10'000, true), 477); // 21 of 193 KB
        QCOMPARE(ReplayWriter::momentInterval(*layoutOf(560, 12), 10'000, false), 209); // 48 of 31 KB
        QCOMPARE(ReplayWriter::momentInterval(*layoutOf(1, 1), 0, true), 1);
    }
};

QTEST_GUILESS_MAIN(TestReplayMoments)
#include "tst_replaymoments.moc"
