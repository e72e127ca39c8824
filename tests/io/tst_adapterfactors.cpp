// SPDX-License-Identifier: GPL-3.0-or-later
// One matrix of an adapter as plain values: what the studio's lens looks at.
#include "tests/support/Errors.h"

#include "training/io/AdapterFactors.h"

#include <ATen/ATen.h>
#include <QTest>

#include <cmath>

using namespace spectune;

namespace {

AdapterState example()
{
    at::manual_seed(5);
    AdapterState state {.method = Method::AdaLora, .initRank = 3, .alpha = 6.0, .scale = 2.0, .modules = {}};
    state.modules.push_back(
        {"model.layers.0.self_attn.q_proj", at::randn({5, 3}), at::zeros({3}), at::randn({3, 4}), {}});
    state.modules.push_back({"model.layers.1.mlp.down_proj", at::randn({6, 3}),
        at::tensor(std::vector<float> {0.5F, 0.0F, -2.0F}), at::randn({3, 7}), {}});
    return state;
}

} // namespace

class TestAdapterFactors : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void theProductIsTheDelta()
    {
        const AdapterState state = example();
        const AdapterFactors factors = factorsOf(state, {}); // the first that kept a triplet
        QCOMPARE(factors.module, std::string("model.layers.1.mlp.down_proj"));
        QCOMPARE(factors.modules.size(), 2U);
        QCOMPARE(factors.rows, 6);
        QCOMPARE(factors.columns, 7);
        QCOMPARE(factors.scale, 2.0);
        QCOMPARE(factors.lambda, (std::vector<float> {0.5F, -2.0F})); // the pruned one is left out
        const ModuleAdapter& module = state.modules[1];
        const at::Tensor delta = at::matmul(module.p * module.lambda, module.q);
        for (std::int64_t row = 0; row < 6; ++row)
            for (std::int64_t column = 0; column < 7; ++column) {
                float sum = 0.0F;
                for (std::size_t i = 0; i < 2; ++i)
                    sum += factors.p[static_cast<std::size_t>(row) * 2 + i] * factors.lambda[i]
                        * factors.q[i * 7 + static_cast<std::size_t>(column)];
                QVERIFY(std::abs(sum - delta[row][column].item<float>()) < 1e-5F);
            }
    }

    void aMatrixMayHaveNothing()
    {
        const AdapterFactors factors = factorsOf(example(), "model.layers.0.self_attn.q_proj");
        QVERIFY(factors.lambda.empty() && factors.p.empty() && factors.q.empty());
        QCOMPARE(factors.rows, 5);
    }

    void whatIsNotThereIsNamed()
    {
        const std::string unknown
            = testing::configErrorOf([] { (void)factorsOf(example(), "model.layers.9.mlp.up_proj"); });
        QVERIFY(unknown.find("model.layers.9.mlp.up_proj") != std::string::npos);
        AdapterState none = example();
        none.modules.pop_back();
        QVERIFY(!testing::configErrorOf([&none] { (void)factorsOf(none, {}); }).empty());
    }
};

QTEST_GUILESS_MAIN(TestAdapterFactors)
#include "tst_adapterfactors.moc"
