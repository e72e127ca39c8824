// SPDX-License-Identifier: GPL-3.0-or-later
// Steps once their buffers are there: none takes a block of memory for a tensor any more, however the work is shared.
// Views, lists and the like are not counted, nor what a batch is prepared in.
#include "tests/support/Tensors.h"
#include "training/loop/CountingAllocator.h"
#include "training/loop/Device.h"
#include "training/loop/RunContext.h"
#include "training/loop/Trainer.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/cpu/Utils.h>
#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

namespace {

struct Form {
    std::int64_t threads = 2;
    std::int64_t samples = 4;
    ElementType dtype = ElementType::Float32;
    bool recomputes = false;
    Method method = Method::AdaLora;
    double dropout = 0.0;
    std::int64_t micro = 0;
    bool shrinks = false; ///< after step 10
    const char* model = "llama-untied";
};

RunConfig configOf(const Form& form)
{
    RunConfig config;
    config.train = {.seed = 5, .steps = 40, .batchSize = form.samples, .dtype = form.dtype, .threads = form.threads};
    config.train.gradientCheckpointing = form.recomputes;
    config.train.microBatchSize = form.micro;
    config.method = form.method;
    config.adalora.targetRank = 2;
    config.adalora.initRank = allocatesBudget(form.method) ? 4 : 2;
    config.adalora.ti = 2;
    config.adalora.tf = 30;
    config.adalora.deltaT = 1; // a new pattern every step
    config.adalora.dropout = form.dropout;
    config.adalora.shrink = form.shrinks;
    return config;
}

std::unique_ptr<Trainer> trainerOf(const Form& form)
{
    const RunConfig config = configOf(form);
    prepareThread(at::kCPU, config.train.threads);
    const auto model = loadWeights(tinyModel(form.model), scalarType(config.train.dtype));
    const ResolvedRun resolved = resolveRun(config, factsOf(model->spec(), config));
    const auto layout = std::make_shared<const ModuleLayout>(
        adaptedLayout(model->spec(), TargetSelection::of(config.adalora), resolved.initRank));
    return std::make_unique<Trainer>(model, layout, config, resolved);
}

/// oneDNN makes the products in bfloat16 where the processor has AVX-512; they take scratch and give it back.
bool takesScratch(const Form& form)
{
    return form.dtype == ElementType::BFloat16 && at::cpu::get_cpu_capabilities().at("avx512_bw").toBool();
}

/// Samples of different lengths, the longest first met at the first step.
Batch batchAt(std::int64_t t, std::int64_t samples)
{
    Random random(static_cast<std::uint64_t>(300 + t));
    const std::int64_t length = t == 0 ? 12 : 7 + t % 5;
    Batch batch {.tokens = random.integers(64, {samples, length}), .targets = random.integers(64, {samples, length})};
    batch.targets[0].narrow(0, 0, 3).fill_(Batch::ignored); // of a prompt
    batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();
    return batch;
}

} // namespace

Q_DECLARE_METATYPE(Form)

class TestSteadySteps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { prepareThread(at::kCPU, 1); }

    void takeNoMemory_data()
    {
        QTest::addColumn<Form>("form");
        QTest::newRow("two workers") << Form {};
        QTest::newRow("one sample on two threads") << Form {.samples = 1};
        QTest::newRow("one thread") << Form {.threads = 1};
        QTest::newRow("bfloat16") << Form {.dtype = ElementType::BFloat16};
        QTest::newRow("blocks twice") << Form {.recomputes = true};
        QTest::newRow("lora") << Form {.method = Method::Lora};
        QTest::newRow("dropout") << Form {.dropout = 0.1};
        QTest::newRow("three workers") << Form {.threads = 3, .samples = 3};
        QTest::newRow("micro-batches") << Form {.micro = 2};
        QTest::newRow("float64") << Form {.dtype = ElementType::Float64};
        QTest::newRow("prune-lora") << Form {.method = Method::PruneLora};
        QTest::newRow("a window") << Form {.model = "mistral-window"};
        QTest::newRow("shrunk") << Form {.shrinks = true};
    }
    void takeNoMemory()
    {
        QFETCH(const Form, form);
        const auto trainer = trainerOf(form);
        // A shrunk arena has new buffers, which have met every length again five steps later.
        const std::int64_t steady = form.shrinks ? 16 : 4;
        const std::int64_t steps = steady + 12;
        std::vector<PreparedBatch> batches;
        for (std::int64_t t = 0; t < steps; ++t)
            batches.push_back(trainer->prepare(batchAt(t, form.samples)));
        bool masked = false;
        for (std::int64_t t = 0; t < steps; ++t) {
            const std::int64_t before = CountingAllocator::allocations();
            const std::int64_t held = CountingAllocator::current();
            const StepResult result = trainer->step(t, batches[static_cast<std::size_t>(t)]);
            const std::int64_t taken = CountingAllocator::allocations() - before;
            QVERIFY2(result.skipped.empty(), result.skipped.english().c_str());
            masked = masked || result.masked;
            if (t == 0)
                QVERIFY(taken > 0); // the count sees what it is to see
            // With dropout each worker's generator is copied, so that a step that fails can be drawn again: 5 kB.
            if (t < steady)
                continue;
            QCOMPARE(CountingAllocator::current(), held);
            if (!takesScratch(form))
                QVERIFY2(taken == (form.dropout > 0.0 ? 2 : 0),
                    qPrintable(QString("step %1 takes memory %2 times").arg(t).arg(taken)));
        }
        QCOMPARE(masked, allocatesBudget(form.method));
        QVERIFY(!form.shrinks || trainer->arena().order.tripletCount() == 28); // 14 matrices of mean rank 2
    }
};

QTEST_GUILESS_MAIN(TestSteadySteps)
#include "tst_steadysteps.moc"
