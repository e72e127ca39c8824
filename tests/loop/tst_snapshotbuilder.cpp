// SPDX-License-Identifier: GPL-3.0-or-later
// A snapshot says what the trainer's tensors say, every number in its own field.
#include "tests/loop/ShrinkRuns.h"
#include "training/loop/SnapshotBuilder.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

/// All that a snapshot has of triplets and modules, as numbers: [triplets, 10], [modules, 7].
std::pair<at::Tensor, at::Tensor> numbersOf(const RankSnapshot& snapshot)
{
    std::vector<double> triplets;
    for (const TripletState& of : snapshot.triplets)
        triplets.insert(triplets.end(),
            {of.lambda, of.score, of.scoreLambda, of.sensitivityLambda, of.uncertaintyLambda, of.meanScoreP,
                of.meanScoreQ, static_cast<double>(of.prunedAt), static_cast<double>(of.revivedAt),
                of.kept ? 1.0 : 0.0});
    std::vector<double> modules;
    for (const ModuleState& of : snapshot.modules)
        modules.insert(modules.end(),
            {static_cast<double>(of.rank), static_cast<double>(of.lostAtLastEvent),
                static_cast<double>(of.backAtLastEvent), of.importance, of.lambdaSum, of.orthP, of.orthQ});
    return {at::tensor(triplets, at::kDouble).view({-1, 10}), at::tensor(modules, at::kDouble).view({-1, 7})};
}

at::Tensor asShown(const at::Tensor& values)
{
    return values.flatten().to(at::kFloat).to(at::kDouble);
}

} // namespace

class TestSnapshotBuilder : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void numbersAreTheTrainersOwn()
    {
        const auto trainer = shrinkTrainer(shrinkConfig(false));
        stepsOf(*trainer, 0, 8);
        const auto snapshot = buildSnapshot(*trainer, 8, 28);
        const auto [triplets, modules] = numbersOf(*snapshot);
        const RankAllocator& allocator = trainer->allocator();
        QVERIFY(allocator.eventStep() > 0);
        const TripletScores& scores = allocator.eventScores();
        const LambdaState lambdas = trainer->lambdas();
        const std::array<at::Tensor, 10> expected {lambdas.lambda, scores.total, scores.lambda, lambdas.sensitivity,
            lambdas.uncertainty, scores.meanP, scores.meanQ, allocator.prunedAt(), allocator.revivedAt(),
            allocator.kept()};
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(identical(triplets.select(1, static_cast<std::int64_t>(i)), asShown(expected[i])),
                qPrintable(QString("column %1").arg(i)));
        QVERIFY(identical(modules.select(1, 0), allocator.kept().sum(1).to(at::kDouble)));
        QVERIFY(identical(modules.select(1, 5), asShown(trainer->orthogonality().errorP())));
        QVERIFY(identical(modules.select(1, 6), asShown(trainer->orthogonality().errorQ())));
        QCOMPARE(snapshot->threshold, allocator.threshold().to(at::kFloat).item<float>());
    }

    void whatThereIsFollowsFromTheMethod_data()
    {
        QTest::addColumn<Method>("method");
        QTest::addColumn<bool>("lambdas");
        QTest::addColumn<bool>("scores");
        QTest::newRow("adalora") << Method::AdaLora << true << true;
        QTest::newRow("svd-lora") << Method::SvdLora << true << false;
        QTest::newRow("lora") << Method::Lora << false << false;
    }

    void whatThereIsFollowsFromTheMethod()
    {
        QFETCH(Method, method);
        QFETCH(bool, lambdas);
        QFETCH(bool, scores);
        const auto trainer = shrinkTrainer(shrinkConfig(false, method));
        const auto before = buildSnapshot(*trainer, 0, 28);
        QVERIFY(!before->hasLambda && !before->hasScores);
        stepsOf(*trainer, 0, 3);
        const auto snapshot = buildSnapshot(*trainer, 3, 28);
        QCOMPARE(snapshot->hasLambda, lambdas);
        QCOMPARE(snapshot->hasScores, scores);
        if (!lambdas)
            return;
        QVERIFY(snapshot->modules.front().lambdaSum > 0.0F);
        QVERIFY(snapshot->modules.front().orthP > 0.0F);
    }
};

QTEST_GUILESS_MAIN(TestSnapshotBuilder)
#include "tst_snapshotbuilder.moc"
