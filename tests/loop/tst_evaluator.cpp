// SPDX-License-Identifier: GPL-3.0-or-later
// An evaluation is the mean over all loss-bearing tokens, however samples come together, and computes no padding.
#include "tests/nn/KernelCases.h"
#include "tests/support/ByteTokenizer.h"
#include "tests/support/Files.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/Device.h"
#include "training/loop/Evaluator.h"
#include "training/nn/CrossEntropy.h"

#include <ATen/ATen.h>

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr std::int32_t noToken = 100'000; ///< beyond the vocabulary: whoever embeds it fails

std::shared_ptr<DecoderModel> modelOf(std::int64_t window)
{
    ModelSpec spec = shapeNamed("demo");
    spec.layers = 2;
    if (window > 0)
        spec.slidingWindow = window;
    Random random(3);
    const WeightSource source = [&random](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor numbers = random.normal(shape);
        return name.find("norm") != std::string::npos ? 1.0 + 0.1 * numbers : 0.15 * numbers;
    };
    return std::make_shared<DecoderModel>(spec, source, at::TensorOptions().dtype(at::kDouble));
}

/// Each sample alone, as it is in the file.
double meanLoss(DecoderModel& model, const Dataset& data)
{
    double sum = 0.0;
    std::int64_t tokens = 0;
    for (std::int64_t i = 0; i < data.size(); ++i) {
        const Batch batch = collate({*data.sample(i)}, 0);
        sum += lossSum(model.forward(batch.tokens, nullptr), model.head(), batch.targets).item<double>();
        tokens += batch.targetCount;
    }
    return sum / static_cast<double>(tokens);
}

} // namespace

class TestEvaluator : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        prepareThread(at::kCPU, 1);
        std::string lines;
        const auto filled = [](int count, char letter) { return std::string(static_cast<std::size_t>(count), letter); };
        for (int i = 0; i < 9; ++i) // of 7 to 55 tokens; the loss begins in the middle, and in one at the very end
            lines += "{\"prompt\": \"" + filled(2 + i * 3, 'a') + "\", \"completion\": \""
                + filled(i == 4 ? 1 : 3 + i * 3, static_cast<char>('b' + i)) + "\"}\n";
        m_path = m_folder.write("eval.jsonl", lines).string();
    }

    void equalsSamplesAlone_data()
    {
        QTest::addColumn<qint64>("window");
        QTest::addColumn<qint64>("batch");
        QTest::addColumn<qint64>("threads");
        for (const qint64 window : {0, 5}) {
            for (const qint64 batch : {1, 4, 9}) {
                for (const qint64 threads : {1, 2})
                    QTest::addRow("window %lld, %lld at once, %lld threads", window, batch, threads)
                        << window << batch << threads;
            }
        }
    }
    void equalsSamplesAlone()
    {
        QFETCH(const qint64, window);
        QFETCH(const qint64, batch);
        QFETCH(const qint64, threads);
        const auto model = modelOf(window);
        DataConfig config;
        config.maxLength = 40; // cuts the longer ones
        const auto data
            = std::make_shared<const Dataset>(m_path, config, std::make_shared<ByteTokenizer>(true, noToken));
        const EvaluationResult result = evaluateLoss(*model, nullptr, data, batch, threads, StopToken());
        const double expected = meanLoss(*model, *data);
        QCOMPARE(result.samples, data->size());
        QVERIFY2(
            std::abs(result.loss - expected) <= 1e-12 * expected, qPrintable(QString::number(result.loss - expected)));
    }

    /// The token that fills batches up is none that could be computed with.
    void paddingFails()
    {
        const auto model = modelOf(0);
        const at::Tensor tokens = at::full({1, 1}, noToken, at::kLong);
        QVERIFY_THROWS_EXCEPTION(std::exception, (void)model->forward(tokens, nullptr));
    }

private:
    Folder m_folder;
    std::string m_path;
};

QTEST_GUILESS_MAIN(TestEvaluator)
#include "tst_evaluator.moc"
