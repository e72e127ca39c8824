// SPDX-License-Identifier: GPL-3.0-or-later
// adalora.shrink: what leaves the arena, what stays as it would have been, and what differs.
#include "tests/loop/ShrinkRuns.h"
#include "training/loop/Checkpoint.h"
#include "training/loop/SnapshotBuilder.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

bool close(double a, double b, double tolerance = 1e-12)
{
    return std::abs(a - b) <= tolerance * std::max(std::abs(b), 1e-3);
}

/// A run's adapter with nothing but what its files and the model see: the rows whose λ is not 0.
struct Seen {
    std::vector<at::Tensor> deltas; ///< s · P diag(λ) Q by module
    at::Tensor lambda; // [modules, r]
};

Seen seenOf(const Trainer& trainer)
{
    const ResolvedRun resolved;
    Seen seen {.deltas = {}, .lambda = trainer.lambdas().lambda};
    for (const ModuleAdapter& module : adapterState(trainer, resolved).modules)
        seen.deltas.push_back(at::matmul(module.p * module.lambda, module.q));
    return seen;
}

/// How far a shrunk run may be from the whole one, relative. float64: the order of sums, some ten thousand units after
/// all steps. The same way of the same errors is as many units of float32. In bfloat16 a number may be rounded to the
/// other side then: by first-order propagation each run's loss has 8 roundings a block and 4 more, of 2⁻⁹ on average
/// (see tst_trainingpass), twice, and the runs go on from values that differ by as much.
double tolerance(ElementType type)
{
    switch (type) {
    case ElementType::Float64: return 1e-12;
    case ElementType::Float32: return 1e-12 * 0x1p29;
    case ElementType::BFloat16: break;
    }
    return 2.0 * 20.0 / 512.0;
}

/// @param most relative difference of λ, absolute one of ΔW; infinite: the pattern alone
void compareAdapters(const Trainer& shrunk, const Trainer& whole, double most)
{
    QVERIFY(identical(shrunk.allocator().kept(), whole.allocator().kept()));
    const Seen now = seenOf(shrunk);
    const Seen then = seenOf(whole);
    QVERIFY(relativeDifference(now.lambda, then.lambda) <= most);
    QVERIFY(identical(now.lambda == 0.0, then.lambda == 0.0));
    for (std::size_t i = 0; i < then.deltas.size(); ++i)
        QVERIFY((now.deltas[i] - then.deltas[i]).abs().max().item<double>() <= most);
}

/// Elements of the kept triplets: P's columns, Q's rows, λ.
std::int64_t keptElements(const Trainer& trainer, bool withLambda)
{
    const at::Tensor ranks = trainer.allocator().kept().sum(1);
    std::int64_t elements = 0;
    for (std::size_t i = 0; i < trainer.layout().modules.size(); ++i) {
        const ModuleInfo& module = trainer.layout().modules[i];
        elements += ranks[static_cast<std::int64_t>(i)].item<std::int64_t>()
            * (module.inFeatures + module.outFeatures + (withLambda ? 1 : 0));
    }
    return elements;
}

} // namespace

class TestShrink : public QObject {
    Q_OBJECT

private Q_SLOTS:
    /// γ = 0 and nothing clipped: the same losses, ranks and adapter, up to the order in which products are summed.
    void equalsTheRunWithoutIt_data()
    {
        QTest::addColumn<QStringList>("assignments");
        const auto row = [](const char* name, const QStringList& assignments) { QTest::newRow(name) << assignments; };
        row("adalora", {});
        row("two threads", {"train.threads=2"});
        row("micro-batches", {"train.micro_batch_size=3"});
        row("blocks twice", {"train.gradient_checkpointing=true"});
        row("weight decay", {"optim.weight_decay=0.3"});
        row("scores of |λ|", {"adalora.score=magnitude"});
        row("sensitivity before the step", {"adalora.sensitivity_step=pre"});
        row("attention alone", {"adalora.targets=q_proj,v_proj"});
        row("dropout over matrices that all keep a rank", {"adalora.dropout=0.2", "adalora.target_rank=5"});
        row("clipping that is not reached", {"optim.max_grad_norm=1000"});
        row("prune-lora, clipped", {"method.name=prune-lora", "optim.max_grad_norm=0.01"});
        row("float32", {"train.dtype=float32"});
        row("bfloat16", {"train.dtype=bfloat16"});
    }

    void equalsTheRunWithoutIt()
    {
        QFETCH(const QStringList, assignments);
        RunConfig config = shrinkConfig(/*shrinks=*/false);
        for (const QString& assignment : assignments)
            applyAssignment(config, assignment.toStdString());
        const auto whole = shrinkTrainer(config);
        config.adalora.shrink = true;
        const auto shrunk = shrinkTrainer(config);
        const double most = tolerance(config.train.dtype);
        const std::vector<StepResult> expected = stepsOf(*whole, 0, shrinkSteps);
        const std::vector<StepResult> results = stepsOf(*shrunk, 0, shrinkSteps);
        for (std::size_t t = 0; t < results.size(); ++t) {
            const QByteArray step = QByteArray::number(static_cast<int>(t));
            QVERIFY2(results[t].skipped.empty() && expected[t].skipped.empty(), step);
            if (t <= lastMask) { // the same arena, the same bits
                QCOMPARE(results[t].loss, expected[t].loss);
                QCOMPARE(results[t].gradNorm, expected[t].gradNorm);
            }
            QVERIFY2(close(results[t].loss, expected[t].loss, most), step);
            QVERIFY2(results[t].gradNorm <= expected[t].gradNorm * (1.0 + most), step);
            QCOMPARE(results[t].masked, expected[t].masked);
        }
        QVERIFY(results.front().loss > 1.2 * results.back().loss); // it learns
        compareAdapters(*shrunk, *whole, config.train.dtype == ElementType::BFloat16 ? INFINITY : 100.0 * most);
        QVERIFY(shrunk->arena().order.size() < whole->arena().order.size());
    }

    void ranksAreUnevenAndOneIsZero()
    {
        const auto trainer = shrinkTrainer(shrinkConfig(true));
        stepsOf(*trainer, 0, shrinkSteps);
        const at::Tensor ranks = trainer->allocator().kept().sum(1);
        QCOMPARE(ranks.min().item<std::int64_t>(), std::int64_t {0});
        QVERIFY(ranks.max().item<std::int64_t>() > 3);
        for (std::int32_t i = 0; i < trainer->arena().order.moduleCount(); ++i)
            QCOMPARE(trainer->arena().order.rank({i}), ranks[i].item<std::int64_t>());
        // A matrix without triplets is not adapted at all.
        std::int64_t adapted = 0;
        for (const auto& views : trainer->arena().adapters.modules)
            adapted += views.has_value() ? 1 : 0;
        QCOMPARE(adapted, (ranks > 0).sum().item<std::int64_t>());
    }

    void theArenaHoldsTheKeptTripletsAlone_data() { addShrinkingMethods(); }

    void theArenaHoldsTheKeptTripletsAlone()
    {
        QFETCH(const int, methodNumber);
        const auto method = static_cast<Method>(methodNumber);
        const auto trainer = shrinkTrainer(shrinkConfig(true, method));
        const auto sizes = [&] {
            return std::vector<std::int64_t> {trainer->arena().values.numel(), trainer->arena().gradients.numel(),
                trainer->importance().sensitivity().numel(), trainer->importance().uncertainty().numel()};
        };
        stepsOf(*trainer, 0, lastMask);
        const std::int64_t all = ArenaOrder(trainer->layout()).size();
        QCOMPARE(sizes(), std::vector<std::int64_t>(4, all));
        QVERIFY(trainer->notice().empty());
        stepsOf(*trainer, lastMask, lastMask + 1);
        QCOMPARE(sizes(), std::vector<std::int64_t>(4, keptElements(*trainer, true)));
        QCOMPARE(trainer->trainableParameters(), keptElements(*trainer, hasLambda(method)));
        QCOMPARE(trainer->optimizer().secondMoment().numel(), trainer->trainableParameters());
        QCOMPARE(trainer->arena().order.tripletCount(), std::int64_t {28}); // 14 matrices of mean rank 2
        const std::string notice = trainer->notice().english();
        QVERIFY2(contains(notice, "56 of 84 triplets"), notice.c_str());
        QVERIFY2(contains(notice, std::to_string(trainer->trainableParameters())), notice.c_str());
        QVERIFY(!contains(notice, "gamma") && !contains(notice, "max_grad_norm"));
        QVERIFY(trainer->notice().empty()); // told once
    }

    /// The one thing that the norm loses are the dropped λ's gradients: P and Q of a triplet whose λ is 0 have none.
    void normLeavesOutTheDroppedLambdas()
    {
        const auto whole = shrinkTrainer(shrinkConfig(false));
        const auto shrunk = shrinkTrainer(shrinkConfig(true));
        stepsOf(*whole, 0, lastMask + 1);
        stepsOf(*shrunk, 0, lastMask + 1);
        const double expected = stepsOf(*whole, lastMask + 1, lastMask + 2)[0].gradNorm;
        const double norm = stepsOf(*shrunk, lastMask + 1, lastMask + 2)[0].gradNorm;
        const at::Tensor gradients = whole->arena().gradients;
        const at::Tensor dropped
            = whole->arena().order.lambda(gradients).masked_select(whole->allocator().kept().logical_not());
        const double lost = dropped.square().sum().item<double>();
        QVERIFY(lost > 1e-6 * expected * expected);
        QVERIFY(close(norm * norm, expected * expected - lost, 1e-10));
    }

    /// So steps that are clipped differ, and this is said.
    void clippingDiffersAndSaysSo()
    {
        RunConfig config = shrinkConfig(true);
        config.optim.maxGradNorm = 0.01;
        const auto shrunk = shrinkTrainer(config);
        config.adalora.shrink = false;
        const auto whole = shrinkTrainer(config);
        const std::vector<StepResult> expected = stepsOf(*whole, 0, shrinkSteps);
        const std::vector<StepResult> results = stepsOf(*shrunk, 0, shrinkSteps);
        for (std::int64_t t = 0; t <= lastMask; ++t)
            QCOMPARE(results[t].loss, expected[t].loss);
        QVERIFY(close(results[lastMask + 1].loss, expected[lastMask + 1].loss)); // the state is still the same
        QVERIFY(results.back().loss != expected.back().loss);
        QVERIFY(contains(shrunk->notice().english(), "optim.max_grad_norm"));
    }

    /// With γ > 0 R is that of the kept triplets, n still the number of all adapted matrices.
    void regularizerCoversTheKeptTriplets()
    {
        RunConfig config = shrinkConfig(true);
        config.adalora.gamma = 0.1;
        const auto shrunk = shrinkTrainer(config);
        stepsOf(*shrunk, 0, lastMask + 1);
        const std::string notice = shrunk->notice().english();
        QVERIFY2(contains(notice, "adalora.gamma is 0.1") && contains(notice, "kept triplets alone"), notice.c_str());
        const ArenaOrder& order = shrunk->arena().order;
        double expected = 0.0;
        for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
            for (const at::Tensor& rows : {order.q(shrunk->arena().values, {i}), order.pT(shrunk->arena().values, {i})})
                expected += (at::matmul(rows, rows.t()) - at::eye(rows.size(0), at::kDouble)).norm().item<double>();
        }
        const StepResult result = stepsOf(*shrunk, lastMask + 1, lastMask + 2)[0];
        QVERIFY(close(result.orth, expected / (2.0 * static_cast<double>(order.moduleCount()))));

        config.adalora.shrink = false;
        const auto whole = shrinkTrainer(config);
        stepsOf(*whole, 0, lastMask + 1);
        const StepResult other = stepsOf(*whole, lastMask + 1, lastMask + 2)[0];
        QVERIFY(close(other.loss, result.loss)); // before R has moved anything
        QVERIFY(other.orth > result.orth);
        QVERIFY(!close(stepsOf(*whole, lastMask + 2, lastMask + 3)[0].loss,
            stepsOf(*shrunk, lastMask + 2, lastMask + 3)[0].loss, 1e-9));
    }

    /// Where the step at T − tf is skipped the final pattern comes a step later, and shrinking with it.
    void waitsForTheFinalPattern()
    {
        const auto trainer = shrinkTrainer(shrinkConfig(true));
        stepsOf(*trainer, 0, lastMask);
        at::Tensor norm = trainer->model().finalNorm();
        const double good = norm[0].item<double>();
        norm[0] = std::nan("");
        QVERIFY(!trainer->step(lastMask, shrinkBatch(lastMask)).skipped.empty());
        QVERIFY(trainer->arena().order.isEven());
        norm[0] = good;
        QVERIFY(trainer->step(lastMask + 1, shrinkBatch(lastMask + 1)).masked);
        QCOMPARE(trainer->arena().order.tripletCount(), std::int64_t {28});
    }

    void fixedRanksHaveNothingToShrink_data()
    {
        QTest::addColumn<int>("methodNumber");
        QTest::newRow("lora") << static_cast<int>(Method::Lora);
        QTest::newRow("svd-lora") << static_cast<int>(Method::SvdLora);
    }

    void fixedRanksHaveNothingToShrink()
    {
        QFETCH(const int, methodNumber);
        const auto with = shrinkTrainer(shrinkConfig(true, static_cast<Method>(methodNumber)));
        const auto without = shrinkTrainer(shrinkConfig(false, static_cast<Method>(methodNumber)));
        QCOMPARE(stepsOf(*with, 0, shrinkSteps).back().loss, stepsOf(*without, 0, shrinkSteps).back().loss);
        QVERIFY(identical(with->arena().values, without->arena().values));
        QVERIFY(with->notice().empty());
    }

    /// What a view shows goes on in full size, of dropped triplets with the λ statistics that decided.
    void snapshotsKeepAllTriplets()
    {
        const auto whole = shrinkTrainer(shrinkConfig(false));
        const auto shrunk = shrinkTrainer(shrinkConfig(true));
        stepsOf(*whole, 0, shrinkSteps);
        stepsOf(*shrunk, 0, shrinkSteps);
        const auto expected = buildSnapshot(*whole, shrinkSteps, 28);
        const auto snapshot = buildSnapshot(*shrunk, shrinkSteps, 28);
        QCOMPARE(snapshot->triplets.size(), std::size_t {84});
        for (std::size_t i = 0; i < expected->triplets.size(); ++i) {
            const TripletState& now = snapshot->triplets[i];
            const TripletState& then = expected->triplets[i];
            QVERIFY(std::abs(now.lambda - then.lambda) <= 1e-5F * std::abs(then.lambda));
            QCOMPARE(now.score, then.score);
            QCOMPARE(now.sensitivityLambda, then.sensitivityLambda);
            QCOMPARE(now.uncertaintyLambda, then.uncertaintyLambda);
            QCOMPARE(now.prunedAt, then.prunedAt);
            QCOMPARE(now.kept, then.kept);
        }
        for (std::size_t i = 0; i < expected->modules.size(); ++i)
            QCOMPARE(snapshot->modules[i].rank, expected->modules[i].rank);
    }
};

QTEST_GUILESS_MAIN(TestShrink)
#include "tst_shrink.moc"
