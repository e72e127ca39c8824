// SPDX-License-Identifier: GPL-3.0-or-later
// What LibTorch keeps for a thread or the whole process: TF32 is CUDA's, by its own option, and what is asked of a
// paused run's thread leaves all of it as the run had it.
#include "tests/support/EngineRuns.h"
#include "training/loop/Device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>

using namespace spectune;
using namespace spectune::testing;

namespace {

at::Float32Precision precisionOf(at::Float32Backend backend)
{
    return at::globalContext().float32Precision(backend, at::Float32Op::MATMUL);
}

} // namespace

class TestPreparedThread : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init() { prepareThread(at::kCPU, 1); }
    void cleanupTestCase() { prepareThread(at::kCPU, 1); }

    void tf32IsCudasAlone()
    {
        QVERIFY(!usesTf32());
        useTf32(true);
        QVERIFY(usesTf32());
        QVERIFY(precisionOf(at::Float32Backend::CUDA) == at::Float32Precision::TF32);
        QVERIFY(precisionOf(at::Float32Backend::MKLDNN) != at::Float32Precision::TF32); // the CPU's products
        useTf32(false);
        QVERIFY(!usesTf32());
        QVERIFY(precisionOf(at::Float32Backend::CUDA) != at::Float32Precision::TF32);
    }

    /// Whatever ran before, on whichever device.
    void everyThreadBeginsWithoutIt()
    {
        useTf32(true);
        prepareThread(at::kCPU, 1);
        QVERIFY(!usesTf32());
    }

    void aGuardPutsAllBack()
    {
        prepareThread(at::kCPU, 2);
        useTf32(true);
        {
            const PreparedThread prepared(at::kCPU, 1);
            QCOMPARE(at::get_num_threads(), 1);
            QVERIFY(!usesTf32());
        }
        QCOMPARE(at::get_num_threads(), 2);
        QVERIFY(usesTf32());
    }

    /// Between two steps, as on a paused run's thread: another model is tried.
    void aTrialLeavesThePausedRunAsItWas()
    {
        RunConfig config = demoConfig();
        config.train.tf32 = true;
        LibTorchEngine engine;
        RecordingControl control;
        control.stopAfter = 2;
        int threads = 0;
        bool rounds = false;
        control.atBorder = [&](std::int64_t done) {
            if (done != 1)
                return;
            threads = at::get_num_threads();
            Generate request;
            request.modelPath = config.model.path + "/."; // not the run's, by its name
            request.prompt = "A";
            request.maxNewTokens = 1;
            (void)engine.answer(request, {});
            rounds = usesTf32();
            QCOMPARE(at::get_num_threads(), threads);
        };
        QVERIFY(
            engine.run({.config = config, .outFolder = {}, .resumeFolder = {}, .device = "cpu", .edits = {}}, control)
            == RunOutcome::Stopped);
        QVERIFY(threads > 0 && rounds);
    }
};

QTEST_GUILESS_MAIN(TestPreparedThread)
#include "tst_preparedthread.moc"
