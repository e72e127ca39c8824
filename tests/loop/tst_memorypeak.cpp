// SPDX-License-Identifier: GPL-3.0-or-later
// What a run is told to need beforehand against what its tensors took, as the allocator counted.
#include "tests/support/BenchedRun.h"
#include "tests/support/EngineRuns.h"
#include "training/config/MemoryChanges.h"
#include "training/config/MemoryWorkspace.h"
#include "training/cuda/SwiGluThinArgs.h"
#include "training/io/ModelFolder.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/CountingAllocator.h"
#include "training/loop/Device.h"

#include <ATen/ATen.h>
#include <QTemporaryDir>
#include <QtTest/QtTest>

using namespace spectune;
using namespace spectune::testing;

Q_DECLARE_METATYPE(BenchCommand)

namespace {

BenchCommand command(const char* shape, std::int64_t batch, std::int64_t sequence)
{
    BenchCommand command;
    command.shape = shape;
    command.batch = batch;
    command.sequence = sequence;
    command.steps = 2;
    command.warmUp = 1;
    command.threads = 2;
    return command;
}

} // namespace

class TestMemoryPeak : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theAllocatorCounts()
    {
        prepareThread(at::kCPU, 1);
        const std::int64_t before = CountingAllocator::current();
        resetPeakMemory(at::kCPU);
        {
            const at::Tensor first = at::empty({1 << 20}, at::kFloat);
            QCOMPARE(CountingAllocator::current() - before, 4 << 20);
            QVERIFY(reinterpret_cast<std::uintptr_t>(first.const_data_ptr()) % 64 == 0);
            at::Tensor second = at::ones({1000}, at::kFloat);
            second.resize_({5000});
            QCOMPARE(second[999].item<float>(), 1.0F);
        }
        QCOMPARE(CountingAllocator::current(), before);
        QVERIFY(peakMemory(at::kCPU) - before >= 4 << 20);
        QCOMPARE(at::empty({0}).numel(), 0);
    }

    // training/config may not include training/cuda: what it says twice is the same.
    void theFusedBackwardsScratchIsItsKernels()
    {
        for (const std::int64_t rows : {1, 1025, 8184, 4092}) {
            for (const std::int64_t width : {8, 511, 512, 513, 5632, 11008})
                QCOMPARE(memory::gatedBackwardScratch(rows, width),
                    kernels::swiGluThinScratch(rows, width)
                        * static_cast<std::int64_t>(sizeof(kernels::Wide<kernels::BFloat16>)));
        }
    }

    void estimatesTheMeasuredPeak_data()
    {
        QTest::addColumn<BenchCommand>("command");
        QTest::newRow("stories260k") << command("stories260k", 8, 256);
        QTest::newRow("demo") << command("demo", 16, 256);
        QTest::newRow("llama-20m") << command("llama-20m", 4, 256);
        QTest::newRow("one sample, one worker") << command("llama-20m", 1, 512);
        QTest::newRow("an odd batch") << command("demo", 5, 200);
        BenchCommand changed = command("llama-20m", 4, 256);
        changed.recomputes = true;
        QTest::newRow("recomputed") << changed;
        changed = command("demo", 16, 256);
        changed.dtype = ElementType::Float64;
        QTest::newRow("float64") << changed;
        changed = command("llama-20m", 4, 128);
        changed.dtype = ElementType::BFloat16;
        QTest::newRow("bfloat16") << changed;
        changed = command("demo", 16, 256);
        changed.microBatch = 4;
        QTest::newRow("micro-batches") << changed;
        changed = command("demo", 8, 256);
        changed.initRank = 48;
        changed.targetRank = 16;
        QTest::newRow("large ranks") << changed;
        changed = command("stories260k", 8, 512);
        changed.method = "lora";
        QTest::newRow("LoRA") << changed;
    }

    void estimatesTheMeasuredPeak()
    {
        QFETCH(BenchCommand, command);
        const auto measured = static_cast<double>(bench(command).peakBytes);
        verify(shapeOf(shapeNamed(command.shape)), configOf(command), command.threads, measured);
    }

    // Model, data, steps, masking, the evaluation at the end, the adapter's files: what a person starts.
    void estimatesAWholeRun()
    {
        const QTemporaryDir folder;
        const std::filesystem::path text = folder.filePath("text.txt").toStdString();
        writeFileAtomically(text, readFile(sourcePath("resources/demo/train.jsonl")));
        writeFileAtomically(folder.filePath("eval.txt").toStdString(), readFile(text).substr(0, 40'000));
        RunConfig config = demoConfig();
        config.data.path = text.string();
        config.data.evalPath = folder.filePath("eval.txt").toStdString();
        config.data.format = DataFormat::Text;
        config.data.maxLength = 200;
        config.train = {.seed = 3, .steps = 12, .batchSize = 16, .threads = 2};
        config.adalora.dropout = 0.0;
        config.adalora.targets = {};
        resetPeakMemory(at::kCPU);
        const std::int64_t before = CountingAllocator::current();
        RecordingControl control;
        QCOMPARE(runEngine(control, config, folder.filePath("out").toStdString()), RunOutcome::Finished);
        const auto measured = static_cast<double>(peakMemory(at::kCPU) - before);
        verify(shapeOf(ModelFolder(config.model.path).spec()), config, config.train.threads, measured);
    }

private:
    static void verify(const ModelShape& shape, const RunConfig& config, std::int64_t cores, double measured)
    {
        const MemoryEstimate estimate = estimateOf(shape, config, {}, {.cuda = false, .cores = cores});
        const auto told = static_cast<double>(estimate.tensors());
        QString parts;
        for (const std::int64_t part : estimate.parts)
            parts += QStringLiteral(" %1").arg(static_cast<double>(part) / (1 << 20), 0, 'f', 2);
        const QString words = QStringLiteral("told %1 MiB, measured %2 MiB, off by %3 %; parts%4")
                                  .arg(told / (1 << 20), 0, 'f', 2)
                                  .arg(measured / (1 << 20), 0, 'f', 2)
                                  .arg(100.0 * (told - measured) / measured, 0, 'f', 1)
                                  .arg(parts);
        qInfo().noquote() << words;
        QVERIFY2(std::abs(told - measured) <= 0.1 * measured, qPrintable(words));
    }
};

QTEST_MAIN(TestMemoryPeak)
#include "tst_memorypeak.moc"
