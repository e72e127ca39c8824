// SPDX-License-Identifier: GPL-3.0-or-later
// The fused adapted linear layer held to the same formula written with plain autograd operations.
#include "tests/support/Tensors.h"
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
    bool trainsLambda = true;
    double dropout = 0.0;
    bool inputNeedsGradient = true;
    at::ScalarType base = at::kDouble;
    at::ScalarType adapter = at::kDouble;

    [[nodiscard]] std::vector<std::int64_t> inputShape() const
    {
        auto sizes = shape;
        sizes.push_back(in);
        return sizes;
    }
};

struct Layer {
    FrozenLinear base;
    TripletViews triplets;
    AdapterPass pass;
    at::Tensor x;
    at::Tensor dy;
};

Layer makeLayer(const Case& test, std::uint64_t seed)
{
    Random random(seed);
    Layer layer;
    layer.base.weight = random.normal({test.out, test.in}, test.base);
    if (test.bias)
        layer.base.bias = random.normal({test.out}, test.base);
    layer.triplets = {.q = random.normal({test.rank, test.in}, test.adapter),
        .pT = random.normal({test.rank, test.out}, test.adapter),
        .lambda = random.normal({test.rank}, test.adapter),
        .qGrad = at::zeros({test.rank, test.in}, test.adapter),
        .pTGrad = at::zeros({test.rank, test.out}, test.adapter),
        .lambdaGrad = test.trainsLambda ? at::zeros({test.rank}, test.adapter) : at::Tensor(),
        .scale = 1.75};
    layer.pass.anchor = at::zeros({1}, test.adapter).requires_grad_(true);
    layer.pass.dropout = test.dropout;
    if (test.dropout > 0.0)
        layer.pass.generator = at::detail::createCPUGenerator(seed + 100);
    layer.x = random.normal(test.inputShape(), test.base).requires_grad_(test.inputNeedsGradient);
    auto outShape = test.shape;
    outShape.push_back(test.out);
    layer.dy = random.normal(outShape, test.base);
    return layer;
}

/// What the layer should give: value and gradients.
struct Expected {
    at::Tensor y;
    at::Tensor x;
    at::Tensor q;
    at::Tensor pT;
    at::Tensor lambda;
};

Expected composition(const Layer& layer, const Case& test)
{
    const auto leaf = [](const at::Tensor& value) { return value.detach().clone().requires_grad_(true); };
    const at::Tensor x = leaf(layer.x);
    const at::Tensor q = leaf(layer.triplets.q);
    const at::Tensor pT = leaf(layer.triplets.pT);
    const at::Tensor lambda = leaf(layer.triplets.lambda);
    at::Tensor input = x.to(test.adapter);
    if (test.dropout > 0.0) {
        at::Generator same = layer.pass.generator->clone();
        const at::Tensor keep
            = at::empty({x.numel() / test.in, test.in}, test.adapter).bernoulli_(1.0 - test.dropout, same);
        input = input * keep.view(x.sizes()) / (1.0 - test.dropout);
    }
    at::Tensor y = at::matmul(x, layer.base.weight.t());
    if (layer.base.bias.defined())
        y = y + layer.base.bias;
    const at::Tensor update = at::matmul(at::matmul(input, q.t()) * lambda, pT) * layer.triplets.scale;
    y = y + update.to(test.base);
    y.backward(layer.dy);
    return {.y = y.detach(), .x = x.grad(), .q = q.grad(), .pT = pT.grad(), .lambda = lambda.grad()};
}

} // namespace

Q_DECLARE_METATYPE(Case)

class TestAdaptedLinear : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsItsFormula_data()
    {
        QTest::addColumn<Case>("test");
        QTest::addColumn<double>("tolerance");
        const auto row = [](const char* name, const Case& test, double tolerance = 1e-14) {
            QTest::newRow(name) << test << tolerance;
        };
        row("one token, rank 1", {.shape = {1, 1}, .in = 5, .out = 7, .rank = 1});
        row("rank 1", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 1});
        row("full rank", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 5});
        row("rank above the sides", {.shape = {3, 2}, .in = 3, .out = 2, .rank = 4});
        row("wide in", {.shape = {1, 11}, .in = 33, .out = 3, .rank = 3});
        row("one feature", {.shape = {4, 1}, .in = 1, .out = 1, .rank = 1});
        row("two-dimensional", {.shape = {6}, .in = 4, .out = 5, .rank = 2});
        row("bias", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3, .bias = true});
        row("fixed lambda", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3, .trainsLambda = false});
        row("dropout", {.shape = {2, 9}, .in = 13, .out = 7, .rank = 3, .bias = true, .dropout = 0.3});
        row("input without gradient", {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3, .inputNeedsGradient = false});
        row("float32",
            {.shape = {2, 3}, .in = 17, .out = 7, .rank = 3, .bias = true, .base = at::kFloat, .adapter = at::kFloat},
            1e-6);
        row("float32, dropout",
            {.shape = {2, 3}, .in = 17, .out = 7, .rank = 3, .dropout = 0.5, .base = at::kFloat, .adapter = at::kFloat},
            1e-6);
        // Base, update and their sum are each rounded to 8 bits, at most 2⁻⁹ relative each.
        row("bfloat16 base",
            {.shape = {2, 3},
                .in = 17,
                .out = 7,
                .rank = 3,
                .bias = true,
                .base = at::kBFloat16,
                .adapter = at::kFloat},
            3.0 / 256.0);
        row("bfloat16 base, dropout",
            {.shape = {2, 3},
                .in = 17,
                .out = 7,
                .rank = 3,
                .dropout = 0.2,
                .base = at::kBFloat16,
                .adapter = at::kFloat},
            3.0 / 256.0);
    }

    void equalsItsFormula()
    {
        QFETCH(const Case, test);
        QFETCH(const double, tolerance);
        const Layer layer = makeLayer(test, 11);
        const Expected expected = composition(layer, test);
        const at::Tensor y = adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass);
        QVERIFY(y.scalar_type() == test.base);
        QVERIFY(relativeDifference(y.detach(), expected.y) <= tolerance);
        y.backward(layer.dy);
        // The triplets' gradients never pass through a type narrower than theirs.
        const double own = test.base == at::kBFloat16 ? 1e-6 : tolerance;
        QVERIFY(relativeDifference(layer.triplets.qGrad, expected.q) <= own);
        QVERIFY(relativeDifference(layer.triplets.pTGrad, expected.pT) <= own);
        if (test.trainsLambda)
            QVERIFY(relativeDifference(layer.triplets.lambdaGrad, expected.lambda) <= own);
        QCOMPARE(layer.x.grad().defined(), test.inputNeedsGradient);
        if (test.inputNeedsGradient)
            QVERIFY(relativeDifference(layer.x.grad(), expected.x) <= tolerance);
        QVERIFY(!layer.base.weight.grad().defined());
    }

    void gradientsAddUp()
    {
        const Case test {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3};
        const Layer layer = makeLayer(test, 12);
        adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass).backward(layer.dy);
        const at::Tensor once = layer.triplets.qGrad.clone();
        const at::Tensor onceP = layer.triplets.pTGrad.clone();
        const at::Tensor onceLambda = layer.triplets.lambdaGrad.clone();
        adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass).backward(layer.dy);
        QVERIFY(relativeDifference(layer.triplets.qGrad, 2.0 * once) <= 1e-15);
        QVERIFY(relativeDifference(layer.triplets.pTGrad, 2.0 * onceP) <= 1e-15);
        QVERIFY(relativeDifference(layer.triplets.lambdaGrad, 2.0 * onceLambda) <= 1e-15);
    }

    /// The adapter starts with λ = 0: the output is the base's, and only λ has a gradient.
    void zeroLambdaIsTheBase()
    {
        const Case test {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3};
        const Layer layer = makeLayer(test, 13);
        layer.triplets.lambda.zero_();
        const at::Tensor y = adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass);
        QVERIFY(identical(y.detach(), linearForward(layer.x.detach(), layer.base, nullptr)));
        y.backward(layer.dy);
        QCOMPARE(layer.triplets.qGrad.abs().max().item<double>(), 0.0);
        QCOMPARE(layer.triplets.pTGrad.abs().max().item<double>(), 0.0);
        QVERIFY(layer.triplets.lambdaGrad.abs().min().item<double>() > 0.0);
    }

    void evaluationIsTheSameWithoutDropout()
    {
        const Case test {.shape = {2, 3}, .in = 5, .out = 7, .rank = 3, .bias = true};
        const Layer layer = makeLayer(test, 14);
        const at::Tensor y = adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass);
        QVERIFY(identical(linearForward(layer.x.detach(), layer.base, &layer.triplets), y.detach()));
        const at::Tensor base = at::linear(layer.x.detach(), layer.base.weight, layer.base.bias);
        QVERIFY(relativeDifference(linearForward(layer.x.detach(), layer.base, nullptr), base) <= 1e-15);
    }

    /// A later draw has another mask, and a generator of the same state the same one.
    void dropoutFollowsItsGenerator()
    {
        const Case test {.shape = {2, 8}, .in = 16, .out = 3, .rank = 2, .dropout = 0.5};
        Layer layer = makeLayer(test, 15);
        const at::Tensor state = layer.pass.generator->get_state();
        const at::Tensor first = adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass).detach();
        const at::Tensor second = adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass).detach();
        QVERIFY(!at::equal(first, second));
        layer.pass.generator->set_state(state);
        QVERIFY(identical(adaptedLinear(layer.x, layer.base, layer.triplets, layer.pass).detach(), first));
    }
};

QTEST_GUILESS_MAIN(TestAdaptedLinear)
#include "tst_adaptedlinear.moc"
