// SPDX-License-Identifier: GPL-3.0-or-later
// Training on the CPU where numbers or work are cut another way than usual: in bfloat16, beside float32 and again; and
// with more cores than samples, where products are shared out, again.
#include "tests/loop/ShrinkRuns.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// How far a loss in bfloat16 may be from float32's on the same values, relative: by first-order error propagation 8
/// roundings a block and 4 more, of 2⁻⁹ on average; two blocks (see tst_trainingpass).
constexpr double ofLoss = 20.0 / 512.0;

RunConfig configOf(ElementType type, std::int64_t threads = 1, std::int64_t samples = 4)
{
    RunConfig config = shrinkConfig(/*shrinks=*/false);
    config.train.dtype = type;
    config.train.threads = threads;
    config.train.batchSize = samples;
    return config;
}

/// The first samples of the batches that are learnt by turns.
Batch batchOf(std::int64_t t, std::int64_t samples)
{
    Batch batch = shrinkBatch(t);
    batch.tokens = batch.tokens.narrow(0, 0, samples);
    batch.targets = batch.targets.narrow(0, 0, samples);
    batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();
    return batch;
}

struct Run {
    std::vector<StepResult> results;
    at::Tensor values;
    at::Tensor kept;
};

Run train(const RunConfig& config)
{
    const auto trainer = shrinkTrainer(config);
    Run run;
    for (std::int64_t t = 0; t < shrinkSteps; ++t)
        run.results.push_back(trainer->step(t, batchOf(t, config.train.batchSize)));
    run.values = trainer->arena().values.clone();
    run.kept = trainer->allocator().kept().clone();
    return run;
}

} // namespace

class TestNarrowRuns : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { prepareThread(at::kCPU, 1); }

    /// Every step of a bfloat16 trainer from the values that float32 has come to.
    void bfloat16sStepsAreFloat32sUpToRounding()
    {
        const auto single = shrinkTrainer(configOf(ElementType::Float32));
        const auto half = shrinkTrainer(configOf(ElementType::BFloat16));
        QVERIFY(half->arena().values.scalar_type() == at::kFloat);
        double ofNorm = 0.0;
        for (std::int64_t t = 0; t < shrinkSteps; ++t) {
            half->arena().values.copy_(single->arena().values);
            const StepResult expected = single->step(t, shrinkBatch(t));
            const StepResult result = half->step(t, shrinkBatch(t));
            const QByteArray step = QByteArray::number(static_cast<int>(t));
            QVERIFY2(result.skipped.empty() && expected.skipped.empty(), step);
            QVERIFY2(std::abs(result.loss - expected.loss) <= ofLoss * expected.loss, step);
            QVERIFY2(result.loss != expected.loss, step); // it does round
            ofNorm += std::abs(result.gradNorm - expected.gradNorm) / expected.gradNorm / shrinkSteps;
        }
        // Some thirty roundings of 2⁻⁸ one after the other are apart by √30 · 2⁻⁸ = 2 % of the norm, in the mean of all
        // steps; three times that.
        QVERIFY2(ofNorm <= 0.06, qPrintable(QString::number(ofNorm)));
    }

    /// And left to itself it learns: the loss falls by half of what it falls by in float32, which is far more than
    /// rounding.
    void bfloat16Learns()
    {
        const Run single = train(configOf(ElementType::Float32));
        const Run half = train(configOf(ElementType::BFloat16));
        const auto fallOf = [](const Run& run) { return run.results.front().loss - run.results.back().loss; };
        const double first = single.results.front().loss;
        QVERIFY(std::abs(half.results.front().loss - first) <= ofLoss * first);
        QVERIFY(fallOf(single) > 4.0 * ofLoss * first);
        QVERIFY2(fallOf(half) > 0.5 * fallOf(single), qPrintable(QString::number(fallOf(half))));
    }

    void twiceTheSameBits_data()
    {
        QTest::addColumn<int>("typeNumber");
        QTest::addColumn<int>("threads");
        QTest::addColumn<int>("samples");
        QTest::addColumn<double>("dropout");
        const auto row = [](const char* name, int threads, int samples, double dropout = 0.0) {
            QTest::addRow("%s, float32", name)
                << static_cast<int>(ElementType::Float32) << threads << samples << dropout;
            QTest::addRow("%s, bfloat16", name)
                << static_cast<int>(ElementType::BFloat16) << threads << samples << dropout;
        };
        row("one thread", 1, 4);
        row("two workers", 2, 4);
        row("a sample for two cores", 2, 1);
        row("two workers of two cores each", 4, 2);
        row("dropout", 1, 4, 0.2);
        row("dropout, two workers", 2, 4, 0.2);
    }

    void twiceTheSameBits()
    {
        QFETCH(const int, typeNumber);
        QFETCH(const int, threads);
        QFETCH(const int, samples);
        QFETCH(const double, dropout);
        RunConfig config = configOf(static_cast<ElementType>(typeNumber), threads, samples);
        config.adalora.dropout = dropout;
        const Run run = train(config);
        const Run again = train(config);
        for (std::size_t t = 0; t < run.results.size(); ++t) {
            QVERIFY(run.results[t].skipped.empty());
            QCOMPARE(again.results[t].loss, run.results[t].loss);
            QCOMPARE(again.results[t].gradNorm, run.results[t].gradNorm);
        }
        QVERIFY(identical(again.values, run.values));
        QVERIFY(identical(again.kept, run.kept));
    }
};

QTEST_GUILESS_MAIN(TestNarrowRuns)
#include "tst_narrowruns.moc"
