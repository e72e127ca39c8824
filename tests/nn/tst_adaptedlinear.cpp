// SPDX-License-Identifier: GPL-3.0-or-later
// The adapted linear layer of evaluation and generation held to its formula in float64.
#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "training/nn/AdaptedLinear.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

struct Case {
    std::vector<std::int64_t> shape; ///< of x without its last dimension
    std::int64_t in = 1;
    std::int64_t out = 1;
    std::int64_t rank = 1;
    bool bias = false;
};

struct Layer {
    FrozenLinear base;
    TripletViews triplets;
    at::Tensor x;

    Layer(const Case& test, at::ScalarType type, at::ScalarType adapter)
    {
        Random random(11);
        base.weight = random.normal({test.out, test.in}, type);
        if (test.bias)
            base.bias = random.normal({test.out}, type);
        triplets = {.q = random.normal({test.rank, test.in}, adapter),
            .pT = random.normal({test.rank, test.out}, adapter),
            .lambda = random.normal({test.rank}, adapter),
            .scale = 1.75};
        auto sizes = test.shape;
        sizes.push_back(test.in);
        x = random.normal(sizes, type);
    }

    /// @param magnitudes the sum of the terms' sizes instead, which rounding goes by
    [[nodiscard]] at::Tensor expected(bool adapted, bool magnitudes = false) const
    {
        const auto taken
            = [&](const at::Tensor& value) { return magnitudes ? value.to(at::kDouble).abs() : value.to(at::kDouble); };
        at::Tensor y = at::matmul(taken(x), taken(base.weight).t());
        if (base.bias.defined())
            y = y + taken(base.bias);
        if (!adapted)
            return y;
        const TripletViews wide {.q = taken(triplets.q),
            .pT = taken(triplets.pT),
            .lambda = taken(triplets.lambda),
            .scale = triplets.scale};
        return y + plain::update(taken(x), wide, {});
    }
};

} // namespace

Q_DECLARE_METATYPE(Case)

class TestAdaptedLinear : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsItsFormula_data()
    {
        QTest::addColumn<Case>("test");
        const auto row = [](const char* name, const Case& test) { QTest::newRow(name) << test; };
        row("one token, rank 1", {.shape = {1, 1}, .in = 5, .out = 7, .rank = 1});
        row("full rank", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 5});
        row("rank above the sides", {.shape = {3, 2}, .in = 3, .out = 2, .rank = 4});
        row("wide in", {.shape = {1, 11}, .in = 33, .out = 3, .rank = 3});
        row("one feature", {.shape = {4, 1}, .in = 1, .out = 1, .rank = 1});
        row("two-dimensional", {.shape = {6}, .in = 4, .out = 5, .rank = 2});
        row("bias", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3, .bias = true});
    }

    /// A half-precision base rounds its own product, the update and their sum; the triplets' product stays float32.
    void equalsItsFormula()
    {
        QFETCH(const Case, test);
        for (const auto& [type, adapter] :
            {std::pair {at::kDouble, at::kDouble}, {at::kFloat, at::kFloat}, {at::kBFloat16, at::kFloat}}) {
            const Layer layer(test, type, adapter);
            auto sizes = test.shape;
            sizes.push_back(test.out);
            for (const bool adapted : {false, true}) {
                const at::Tensor y = linearForward(layer.x, layer.base, adapted ? &layer.triplets : nullptr);
                QVERIFY(y.scalar_type() == type);
                QVERIFY(y.sizes().vec() == sizes);
                const double size = layer.expected(adapted, /*magnitudes=*/true).max().item<double>();
                NEAR("y", y, layer.expected(adapted), allowed(type, test.in + test.rank + 8, adapted ? 3 : 1), size);
            }
        }
    }

    /// The adapter starts with λ = 0.
    void zeroLambdaIsTheBase()
    {
        const Layer layer({.shape = {2, 3}, .in = 5, .out = 7, .rank = 3, .bias = true}, at::kBFloat16, at::kFloat);
        layer.triplets.lambda.zero_();
        const at::Tensor base = linearForward(layer.x, layer.base, nullptr);
        QVERIFY(identical(linearForward(layer.x, layer.base, &layer.triplets), base));
    }

    void rowsMayLieApart()
    {
        const Layer layer({.shape = {4, 6}, .in = 5, .out = 7, .rank = 3}, at::kDouble, at::kDouble);
        const at::Tensor apartRows = layer.x.transpose(0, 1);
        const at::Tensor y = linearForward(apartRows, layer.base, &layer.triplets);
        QVERIFY(identical(y, linearForward(apartRows.contiguous(), layer.base, &layer.triplets)));
    }
};

QTEST_GUILESS_MAIN(TestAdaptedLinear)
#include "tst_adaptedlinear.moc"
