// SPDX-License-Identifier: GPL-3.0-or-later
// What must not change a step's numbers: micro-batches, threads, padding. In float64 on a tiny random model.
#include "tests/support/Tensors.h"
#include "training/core/Error.h"
#include "training/loop/RunContext.h"
#include "training/loop/Trainer.h"

#include <algorithm>
#include <cmath>
#include <functional>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr std::int64_t steps = 10;

RunConfig configOf(Method method)
{
    RunConfig config;
    config.train = {.seed = 5, .steps = steps, .batchSize = 7, .dtype = ElementType::Float64, .threads = 1};
    config.optim.lr = 0.005;
    config.optim.maxGradNorm = 0.01; // clips
    config.method = method;
    config.adalora.targetRank = 2;
    config.adalora.initRank = allocatesBudget(method) ? 4 : 2;
    config.adalora.alpha = 16.0;
    if (allocatesBudget(method)) {
        config.adalora.ti = 2;
        config.adalora.tf = 3;
        config.adalora.deltaT = 2;
    }
    return config;
}

std::unique_ptr<Trainer> makeTrainer(const RunConfig& config, const std::string& modelName = "llama-untied")
{
    prepareThread(at::kCPU, 1);
    const auto model = loadWeights(tinyModel(modelName), at::kDouble);
    const ResolvedRun resolved = resolveRun(config, factsOf(model->spec(), config));
    const auto layout = std::make_shared<const ModuleLayout>(
        adaptedLayout(model->spec(), TargetSelection::of(config.adalora), resolved.initRank));
    return std::make_unique<Trainer>(model, layout, config, resolved);
}

/// Seven samples of lengths 3 to 15; one bears no loss at all, one a single target.
std::vector<Sample> samplesOf(std::int64_t step)
{
    Random random(static_cast<std::uint64_t>(100 + step));
    std::vector<Sample> samples;
    for (std::int64_t i = 0; i < 7; ++i) {
        const std::int64_t length = 3 + (i * 5 + step) % 13;
        const at::Tensor ids = random.integers(64, {length}).to(at::kInt);
        Sample sample;
        sample.ids.assign(ids.const_data_ptr<std::int32_t>(), ids.const_data_ptr<std::int32_t>() + length);
        sample.bearsLoss.resize(static_cast<std::size_t>(length));
        for (std::int64_t j = 1; j < length; ++j)
            sample.bearsLoss[static_cast<std::size_t>(j)] = i == 2 ? 0 : (i == 4 ? j == 2 : j >= length / 2);
        samples.push_back(std::move(sample));
    }
    return samples;
}

struct Run {
    std::vector<StepResult> results;
    at::Tensor values;
    at::Tensor kept;
};

Run train(const RunConfig& config, const std::function<Batch(std::int64_t)>& batch,
    const std::string& modelName = "llama-untied")
{
    const auto trainer = makeTrainer(config, modelName);
    Run run;
    for (std::int64_t t = 0; t < steps; ++t)
        run.results.push_back(trainer->step(t, batch(t)));
    run.values = trainer->arena().values.clone();
    run.kept = trainer->allocator().kept().clone();
    return run;
}

Batch plainBatch(std::int64_t t)
{
    return collate(samplesOf(t), 0);
}

void compare(const Run& run, const Run& expected)
{
    const auto close = [](double a, double b) { return std::abs(a - b) <= 1e-12 * std::max(std::abs(b), 1e-3); };
    for (std::size_t t = 0; t < expected.results.size(); ++t) {
        const StepResult& now = run.results[t];
        const StepResult& then = expected.results[t];
        QVERIFY(now.skipped.empty() && then.skipped.empty());
        QCOMPARE(now.tokens, then.tokens);
        QVERIFY2(
            close(now.loss, then.loss), qPrintable(QString("loss of step %1: %2").arg(t).arg(now.loss - then.loss)));
        QVERIFY2(close(now.gradNorm, then.gradNorm),
            qPrintable(QString("gradient of step %1: %2").arg(t).arg(now.gradNorm / then.gradNorm - 1.0)));
        QVERIFY(close(now.orth, then.orth));
        QCOMPARE(now.masked, then.masked);
    }
    QVERIFY(identical(run.kept, expected.kept));
    QVERIFY(relativeDifference(run.values, expected.values) <= 1e-11);
}

} // namespace

class TestAccumulation : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void microBatchesAddUp_data()
    {
        QTest::addColumn<int>("methodNumber");
        QTest::addColumn<int>("micro");
        QTest::addColumn<int>("threads");
        QTest::addColumn<bool>("recompute");
        const auto row = [](const char* name, Method method, int micro, int threads, bool recompute = false) {
            QTest::newRow(name) << static_cast<int>(method) << micro << threads << recompute;
        };
        row("adalora, 1", Method::AdaLora, 1, 1);
        row("adalora, 2", Method::AdaLora, 2, 1);
        row("adalora, 3", Method::AdaLora, 3, 1);
        row("adalora, 7", Method::AdaLora, 7, 1);
        row("adalora, more than there are", Method::AdaLora, 50, 1);
        row("adalora, more threads than samples", Method::AdaLora, 2, 5);
        row("lora, 2", Method::Lora, 2, 1);
        row("prune-lora, 3", Method::PruneLora, 3, 1);
        row("svd-lora, 3", Method::SvdLora, 3, 1);
        row("adalora, two threads", Method::AdaLora, 0, 2);
        row("adalora, five threads", Method::AdaLora, 0, 5);
        row("adalora, 3, two threads", Method::AdaLora, 3, 2);
        row("prune-lora, three threads", Method::PruneLora, 0, 3);
        row("adalora, blocks twice", Method::AdaLora, 2, 1, true);
        row("adalora, blocks twice, two threads", Method::AdaLora, 0, 2, true);
    }

    void microBatchesAddUp()
    {
        QFETCH(const int, methodNumber);
        QFETCH(const int, micro);
        QFETCH(const int, threads);
        QFETCH(const bool, recompute);
        RunConfig config = configOf(static_cast<Method>(methodNumber));
        const Run whole = train(config, plainBatch);
        QVERIFY(whole.results.front().loss > 0.0);
        QVERIFY2(whole.results.front().gradNorm > 0.01, qPrintable(QString::number(whole.results.front().gradNorm)));
        config.train.microBatchSize = micro;
        config.train.threads = threads;
        config.train.gradientCheckpointing = recompute;
        compare(train(config, plainBatch), whole);
        if (config.method == Method::AdaLora)
            QVERIFY(std::any_of(whole.results.begin(), whole.results.end(), [](const auto& r) { return r.masked; }));
    }

    void paddingChangesNothing_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("micro");
        QTest::newRow("whole batch") << "llama-untied" << 0;
        QTest::newRow("micro-batches") << "llama-untied" << 2;
        QTest::newRow("window") << "mistral-window" << 0;
    }

    void paddingChangesNothing()
    {
        QFETCH(const QString, model);
        QFETCH(const int, micro);
        RunConfig config = configOf(Method::AdaLora);
        config.train.microBatchSize = micro;
        const Run plain = train(config, plainBatch, model.toStdString());
        const auto padded = [](std::int64_t t) {
            Batch batch = collate(samplesOf(t), 17); // another id
            batch.tokens = at::cat({batch.tokens, at::full({batch.samples(), 6}, 33, at::kLong)}, 1);
            batch.targets = at::cat({batch.targets, at::full({batch.samples(), 6}, Batch::ignored, at::kLong)}, 1);
            return batch;
        };
        compare(train(config, padded, model.toStdString()), plain);
    }

    /// The mean is over the tokens of the whole batch, not a mean of the micro-batches' means.
    void lossIsTheMeanOverTokens()
    {
        const RunConfig config = configOf(Method::AdaLora);
        const Batch batch = plainBatch(0);
        double sum = 0.0;
        for (const Sample& sample : samplesOf(0)) {
            const Batch alone = collate({sample}, 0);
            if (alone.targetCount > 0)
                sum += makeTrainer(config)->step(0, alone).loss * static_cast<double>(alone.targetCount);
        }
        const StepResult together = makeTrainer(config)->step(0, batch);
        QVERIFY(std::abs(together.loss - sum / static_cast<double>(batch.targetCount)) <= 1e-13);
    }

    /// One number of the base that is not finite: nothing may change. Afterwards the run goes on as if that step had
    /// never been.
    void nonFiniteStepChangesNothing_data()
    {
        QTest::addColumn<int>("methodNumber");
        QTest::newRow("adalora") << static_cast<int>(Method::AdaLora);
        QTest::newRow("prune-lora") << static_cast<int>(Method::PruneLora);
        QTest::newRow("lora") << static_cast<int>(Method::Lora);
    }

    void nonFiniteStepChangesNothing()
    {
        QFETCH(const int, methodNumber);
        const auto trainer = makeTrainer(configOf(static_cast<Method>(methodNumber)));
        for (std::int64_t t = 0; t < 5; ++t)
            QVERIFY(trainer->step(t, plainBatch(t)).skipped.empty());
        at::Tensor weight = trainer->model().linear(1, Matrix::Up).weight;
        const double good = weight[0][0].item<double>();
        for (const double poison : {std::nan(""), HUGE_VAL}) {
            const at::Tensor values = trainer->arena().values.clone();
            const at::Tensor first = trainer->optimizer().firstMoment().clone();
            const at::Tensor second = trainer->optimizer().secondMoment().clone();
            const at::Tensor sensitivity = trainer->importance().sensitivity().clone();
            const at::Tensor uncertainty = trainer->importance().uncertainty().clone();
            const at::Tensor kept = trainer->allocator().kept().clone();
            weight[0][0] = poison;
            const StepResult result = trainer->step(6, plainBatch(6)); // a masking event's step
            weight[0][0] = good;
            QVERIFY2(contains(result.skipped.english(), "not finite"), result.skipped.english().c_str());
            QVERIFY(!result.masked);
            QVERIFY(trainer->isConsistent());
            QCOMPARE(trainer->optimizer().steps(), std::int64_t {5});
            QVERIFY(identical(trainer->arena().values, values));
            QVERIFY(identical(trainer->optimizer().firstMoment(), first));
            QVERIFY(identical(trainer->optimizer().secondMoment(), second));
            QVERIFY(identical(trainer->importance().sensitivity(), sensitivity));
            QVERIFY(identical(trainer->importance().uncertainty(), uncertainty));
            QVERIFY(identical(trainer->allocator().kept(), kept));
        }
        const StepResult next = trainer->step(7, plainBatch(7));
        QVERIFY(next.skipped.empty() && std::isfinite(next.gradNorm));
        QCOMPARE(trainer->optimizer().steps(), std::int64_t {6});
    }

    /// Memory that runs out between forward and backward costs nothing, not even dropout's draws. Here it is the head's
    /// shape that stops the step.
    void aStepThatFailsIsMadeAgain_data()
    {
        QTest::addColumn<int>("micro");
        QTest::addColumn<int>("threads");
        QTest::newRow("the whole batch") << 0 << 1;
        QTest::newRow("micro-batches, two threads") << 4 << 2;
    }

    void aStepThatFailsIsMadeAgain()
    {
        QFETCH(const int, micro);
        QFETCH(const int, threads);
        RunConfig config = configOf(Method::AdaLora);
        config.adalora.dropout = 0.3;
        config.train.microBatchSize = micro;
        config.train.threads = threads;
        const Run expected = train(config, plainBatch);
        const auto trainer = makeTrainer(config);
        for (std::int64_t t = 0; t < steps; ++t) {
            if (t == 3) {
                at::Tensor head = trainer->model().head(); // the model's own: its memory stays as it is
                const std::vector<std::int64_t> shape = head.sizes().vec();
                head.resize_({shape[0], shape[1] - 1});
                QVERIFY_EXCEPTION_THROWN((void)trainer->step(t, plainBatch(t)), c10::Error);
                head.resize_(shape);
                QVERIFY(trainer->isConsistent());
            }
            QCOMPARE(trainer->step(t, plainBatch(t)).loss, expected.results[static_cast<std::size_t>(t)].loss);
        }
        QVERIFY(identical(trainer->arena().values, expected.values));
    }

    /// The loss is finite, as λ is 0, but the gradient is not.
    void nonFiniteGradientAloneIsSkipped()
    {
        const auto trainer = makeTrainer(configOf(Method::AdaLora));
        trainer->arena().order.pT(trainer->arena().values, {0}).fill_(1e200);
        const at::Tensor values = trainer->arena().values.clone();
        const StepResult result = trainer->step(0, plainBatch(0));
        QVERIFY(std::isfinite(result.loss));
        QVERIFY(!std::isfinite(result.gradNorm));
        QVERIFY2(contains(result.skipped.english(), "gradient"), result.skipped.english().c_str());
        QVERIFY(identical(trainer->arena().values, values));
        QCOMPARE(trainer->optimizer().steps(), std::int64_t {0});
    }

    /// The step at T − tf = 7 is skipped: the final pattern is chosen at the next, and then stays.
    void skippedLastEventIsMadeUpFor()
    {
        const auto trainer = makeTrainer(configOf(Method::AdaLora));
        at::Tensor weight = trainer->model().linear(0, Matrix::V).weight;
        const double good = weight[0][0].item<double>();
        std::vector<std::int64_t> masked;
        for (std::int64_t t = 0; t < steps; ++t) {
            if (t == 7)
                weight[0][0] = std::nan("");
            const StepResult result = trainer->step(t, plainBatch(t));
            weight[0][0] = good;
            QCOMPARE(result.skipped.empty(), t != 7);
            if (result.masked)
                masked.push_back(t);
        }
        QCOMPARE(masked, (std::vector<std::int64_t> {4, 6, 8}));
        const std::int64_t modules = trainer->arena().order.moduleCount();
        QCOMPARE(trainer->allocator().kept().sum().item<std::int64_t>(), 2 * modules);
    }

    void gradientNormIsBeforeClipping()
    {
        RunConfig config = configOf(Method::AdaLora);
        const double clipped = makeTrainer(config)->step(0, plainBatch(0)).gradNorm;
        config.optim.maxGradNorm = 0.0;
        const auto trainer = makeTrainer(config);
        QCOMPARE(trainer->step(0, plainBatch(0)).gradNorm, clipped);
        QVERIFY(std::abs(trainer->arena().gradients.norm().item<double>() - clipped) <= 1e-15);
        config.optim.maxGradNorm = 0.01;
        const auto limited = makeTrainer(config);
        (void)limited->step(0, plainBatch(0));
        const double norm = limited->arena().gradients.norm().item<double>();
        QVERIFY(std::abs(norm - 0.01 * clipped / (clipped + 1e-6)) <= 1e-15);
    }
};

QTEST_GUILESS_MAIN(TestAccumulation)
#include "tst_accumulation.moc"
