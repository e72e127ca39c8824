// SPDX-License-Identifier: GPL-3.0-or-later
// AdamW held to the same recursion written for single numbers.
#include "tests/optim/Layouts.h"
#include "training/optim/AdamW.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// One parameter of Loshchilov and Hutter's algorithm 2, as torch.optim.AdamW has it.
struct Scalar {
    double p = 0.0;
    double m = 0.0;
    double v = 0.0;

    void step(double g, double lr, std::int64_t k, const OptimConfig& config)
    {
        p -= lr * config.weightDecay * p;
        m = config.beta1 * m + (1.0 - config.beta1) * g;
        v = config.beta2 * v + (1.0 - config.beta2) * g * g;
        const auto power = static_cast<double>(k);
        const double mHat = m / (1.0 - std::pow(config.beta1, power));
        const double vHat = v / (1.0 - std::pow(config.beta2, power));
        p -= lr * mHat / (std::sqrt(vHat) + config.eps);
    }
};

OptimConfig configOf(double weightDecay)
{
    OptimConfig config;
    config.weightDecay = weightDecay;
    config.beta1 = 0.8;
    config.beta2 = 0.97;
    config.eps = 1e-3; // large enough to be seen
    return config;
}

} // namespace

class TestAdamW : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsTheScalarRecursion_data()
    {
        QTest::addColumn<double>("weightDecay");
        QTest::addColumn<bool>("wide");
        QTest::newRow("float64") << 0.0 << true;
        QTest::newRow("float64, weight decay") << 0.3 << true;
        QTest::newRow("float32, weight decay") << 0.3 << false;
    }

    void equalsTheScalarRecursion()
    {
        QFETCH(const double, weightDecay);
        QFETCH(const bool, wide);
        const OptimConfig config = configOf(weightDecay);
        const auto type = wide ? at::kDouble : at::kFloat;
        Random random(31);
        constexpr std::int64_t trained = 9;
        const at::Tensor values = random.normal({trained + 2}, type);
        const at::Tensor rest = values.narrow(0, trained, 2).clone();
        AdamW optimizer(config, trained, at::TensorOptions().dtype(type));
        std::vector<Scalar> expected(trained);
        for (std::int64_t i = 0; i < trained; ++i)
            expected[static_cast<std::size_t>(i)].p = values[i].item<double>();
        for (std::int64_t k = 1; k <= 25; ++k) {
            const double lr = 0.01 * static_cast<double>(k % 7); // 0 among them
            at::Tensor gradients = random.normal({trained + 2}, type);
            gradients[3] = 0.0;
            stepOf(optimizer, values, gradients, lr);
            QCOMPARE(optimizer.steps(), k);
            for (std::int64_t i = 0; i < trained; ++i)
                expected[static_cast<std::size_t>(i)].step(gradients[i].item<double>(), lr, k, config);
        }
        for (std::int64_t i = 0; i < trained; ++i) {
            const Scalar& scalar = expected[static_cast<std::size_t>(i)];
            const double tolerance = wide ? 1e-14 : 3e-6;
            QVERIFY(std::abs(values[i].item<double>() - scalar.p) <= tolerance);
            QVERIFY(std::abs(optimizer.firstMoment()[i].item<double>() - scalar.m) <= tolerance);
            QVERIFY(std::abs(optimizer.secondMoment()[i].item<double>() - scalar.v) <= tolerance);
        }
        QVERIFY(identical(values.narrow(0, trained, 2), rest)); // λ of a plain LoRA lies there
    }

    void restoredGoesOnAlike()
    {
        Random random(32);
        const at::Tensor values = random.normal({5});
        AdamW first(configOf(0.1), 5, at::kDouble);
        for (int i = 0; i < 3; ++i)
            stepOf(first, values, random.normal({5}), 0.02);
        AdamW second(configOf(0.1), 5, at::kDouble);
        second.restore(first.firstMoment(), first.secondMoment(), first.steps());
        const at::Tensor copy = values.clone();
        const at::Tensor gradient = random.normal({5});
        stepOf(first, values, gradient, 0.02);
        stepOf(second, copy, gradient, 0.02);
        QVERIFY(identical(values, copy));
        QVERIFY(identical(first.secondMoment(), second.secondMoment())); // and neither holds the other's buffer
    }
};

QTEST_GUILESS_MAIN(TestAdamW)
#include "tst_adamw.moc"
