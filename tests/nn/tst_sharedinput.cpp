// SPDX-License-Identifier: GPL-3.0-or-later
// The linear layers of one input, with their triplets, held to autograd on the same formula in float64.
#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "training/nn/Buffer.h"
#include "training/nn/SharedInput.h"

#include <numeric>

using namespace spectune;
using namespace spectune::testing;

namespace {

struct Case {
    std::int64_t rows = 9;
    std::int64_t in = 12;
    std::vector<std::int64_t> outs; ///< of the layers, one below the other
    std::vector<std::size_t> adapted; ///< positions among them
    std::int64_t rank = 3;
    bool bias = false;
    double dropout = 0.0;
    bool roomy = true; ///< x has columns to spare
    bool keepsX = true;
    at::ScalarType base = at::kDouble;

    [[nodiscard]] at::ScalarType wide() const { return base == at::kDouble ? at::kDouble : at::kFloat; }
    [[nodiscard]] std::int64_t width() const { return std::accumulate(outs.begin(), outs.end(), std::int64_t {0}); }
};

constexpr double scale = 1.75;

struct Layer {
    SharedLinear base;
    SharedTriplets triplets;
    DropoutPass dropout;
    SharedInputBuffers buffers;
    GradientSums sums;
    bool keepsX;
    at::Tensor x;
    at::Tensor y;
    at::Tensor dy;
    at::Tensor dx;

    Layer(const Case& test, std::uint64_t seed)
        : keepsX(test.keepsX)
    {
        Random random(seed);
        const auto ranks = static_cast<std::int64_t>(test.adapted.size()) * test.rank;
        base.weight = random.normal({test.width(), test.in}, test.base);
        if (test.bias)
            base.bias = random.normal({test.width()}, test.base);
        for (std::int64_t begin = 0; const std::int64_t out : test.outs) {
            base.begins.push_back(begin);
            begin += out;
        }
        at::Tensor joined = at::zeros({test.width() + ranks, test.in + ranks}, test.base);
        joined.narrow(0, 0, test.width()).narrow(1, 0, test.in).copy_(base.weight);
        joined.narrow(0, test.width(), ranks).narrow(1, 0, test.in).copy_(random.normal({ranks, test.in}, test.base));
        base.weight = joined.narrow(0, 0, test.width()).narrow(1, 0, test.in);
        triplets.joined = joined;
        triplets.qGrad = at::zeros({ranks, test.in}, test.wide());
        triplets.productGrad = at::zeros({ranks, test.width()}, test.wide());
        for (std::int64_t row = 0; const std::size_t position : test.adapted) {
            triplets.members.push_back(
                {.row = row, .rank = test.rank, .begin = base.begins[position], .out = test.outs[position]});
            scaledP(triplets.members.size() - 1).copy_(random.normal({test.outs[position], test.rank}, test.base));
            row += test.rank;
        }
        dropout.probability = test.dropout;
        if (test.dropout > 0.0)
            dropout.generator = at::detail::createCPUGenerator(seed + 100);
        draw(random, test, test.rows);
    }

    /// A member's block, [out, r].
    [[nodiscard]] at::Tensor scaledP(std::size_t member) const { return blockOf(triplets.p(), member); }
    /// What its gradient, and that of λ, follow from, [r, out].
    [[nodiscard]] at::Tensor productGrad(std::size_t member) const
    {
        return blockOf(triplets.productGrad.t(), member).t();
    }
    [[nodiscard]] at::Tensor blockOf(const at::Tensor& like, std::size_t member) const
    {
        const SharedTriplets::Member& own = triplets.members[member];
        return like.narrow(0, own.begin, own.out).narrow(1, own.row, own.rank);
    }

    /// [rows, width] of numbers, with room beside it as the triplets want it.
    [[nodiscard]] at::Tensor roomy(Random& random, const Case& test, std::int64_t rows, std::int64_t width) const
    {
        at::Tensor memory;
        const at::Tensor view = bufferRows(memory, rows, width, test.base, triplets.rows());
        widened(view, triplets.rows()).fill_(NAN);
        return view.copy_(random.normal({rows, width}, test.base));
    }

    /// Another batch of so many rows.
    void draw(Random& random, const Case& test, std::int64_t rows)
    {
        x = test.roomy ? roomy(random, test, rows, test.in) : random.normal({rows, test.in}, test.base);
        dy = roomy(random, test, rows, test.width());
        y = at::full({rows, test.width()}, NAN, test.base); // both are overwritten
        dx = at::full({rows, test.in}, NAN, test.base);
    }

    void run(bool wantsInput = true)
    {
        sharedInputForward(x, keepsX, base, &triplets, dropout, buffers, y);
        sharedInputBackward(dy, base, &triplets, dropout, buffers, &sums, wantsInput ? dx : at::Tensor());
        addGradientOfQ(x, dy, &triplets, dropout, buffers, sums);
    }
    [[nodiscard]] std::vector<at::Tensor> gradients() const
    {
        std::vector<at::Tensor> all {triplets.qGrad.clone()};
        for (std::size_t i = 0; i < triplets.members.size(); ++i)
            all.push_back(productGrad(i).clone());
        return all;
    }
};

/// Value and gradients by autograd, with the masks that @p layer drew.
struct Expected {
    at::Tensor y;
    at::Tensor x;
    at::Tensor q;
    std::vector<at::Tensor> scaledPT; // by member, [r, out]
};

/// @param magnitudes of all numbers alone: then each result is the sum of its terms' sizes, which rounding goes by
Expected expectedOf(const Layer& layer, bool magnitudes)
{
    const auto taken = [&](const at::Tensor& value) {
        const at::Tensor wide = value.to(at::kDouble);
        return leaf(magnitudes ? wide.abs() : wide);
    };
    const at::Tensor x = taken(layer.x);
    const at::Tensor q = taken(layer.triplets.q());
    at::Tensor y = at::matmul(x, taken(layer.base.weight).t());
    if (layer.base.bias.defined())
        y = y + taken(layer.base.bias);
    Expected expected;
    for (std::size_t i = 0; i < layer.triplets.members.size(); ++i) {
        const SharedTriplets::Member& member = layer.triplets.members[i];
        expected.scaledPT.push_back(taken(layer.scaledP(i).t()));
        const TripletViews own {.q = q.narrow(0, member.row, member.rank),
            .pT = expected.scaledPT.back(),
            .lambda = at::ones({member.rank}, at::kDouble),
            .scale = 1.0};
        const at::Tensor mask = layer.buffers.masks.empty() ? at::Tensor() : layer.buffers.masks[i].to(at::kDouble);
        const std::int64_t end = y.size(1) - member.begin - member.out;
        y = y + at::constant_pad_nd(plain::update(x, own, mask), {member.begin, end});
    }
    y.backward(taken(layer.dy).detach());
    expected.y = y.detach();
    expected.x = x.grad();
    expected.q = q.grad();
    for (at::Tensor& factor : expected.scaledPT)
        factor = factor.grad();
    return expected;
}

double largest(const at::Tensor& x)
{
    return x.max().item<double>();
}

} // namespace

Q_DECLARE_METATYPE(Case)

class TestSharedInput : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsAutograd_data()
    {
        QTest::addColumn<Case>("test");
        const auto row = [](const std::string& name, Case test) {
            for (const auto& [type, suffix] :
                {std::pair {at::kDouble, "float64"}, {at::kFloat, "float32"}, {at::kBFloat16, "bfloat16"}}) {
                test.base = type;
                QTest::newRow((name + ", " + suffix).c_str()) << test;
            }
        };
        row("q, k and v", {.outs = {8, 4, 4}, .adapted = {0, 1, 2}});
        row("x is not kept", {.outs = {8}, .adapted = {0}, .keepsX = false});
        row("no room beside x", {.outs = {8}, .adapted = {0}, .roomy = false});
        row("only v", {.outs = {8, 4, 4}, .adapted = {2}});
        row("q and v", {.outs = {8, 4, 4}, .adapted = {0, 2}});
        row("only up", {.outs = {10, 10}, .adapted = {1}});
        row("one layer", {.outs = {7}, .adapted = {0}});
        row("bias", {.outs = {8, 4, 4}, .adapted = {1, 2}, .bias = true});
        row("dropout", {.rows = 30, .outs = {8, 4, 4}, .adapted = {0, 1, 2}, .dropout = 0.25});
        row("dropout, bias, only k", {.rows = 30, .outs = {8, 4, 4}, .adapted = {1}, .bias = true, .dropout = 0.5});
        row("rank 1", {.outs = {8, 4, 4}, .adapted = {0, 1, 2}, .rank = 1});
        row("rank above the width", {.in = 3, .outs = {4, 2}, .adapted = {0, 1}, .rank = 6});
        row("one token", {.rows = 1, .outs = {8, 4, 4}, .adapted = {0, 2}, .rank = 1});
        row("one feature", {.rows = 4, .in = 1, .outs = {1, 1}, .adapted = {0, 1}, .rank = 2});
    }

    /// Held to the sizes of the terms. bfloat16 rounds, one after the other: x Qᵀ, that ∘ λ, the base's product, the
    /// sum; the gradient of x Qᵀ and that ∘ λ likewise. float32 gradients are sums of such numbers.
    void equalsAutograd()
    {
        QFETCH(const Case, test);
        Layer layer(test, 61);
        layer.run();
        const Expected expected = expectedOf(layer, false);
        const Expected size = expectedOf(layer, true);
        const double tolerance = allowed(test.base, test.rows + test.in + test.width() + test.rank + 8, 4);
        QVERIFY(layer.triplets.qGrad.scalar_type() == test.wide());
        NEAR("y", layer.y, expected.y, tolerance, largest(size.y));
        NEAR("x", layer.dx, expected.x, tolerance, largest(size.x));
        NEAR("Q", layer.triplets.qGrad, expected.q, tolerance, largest(size.q));
        for (std::size_t i = 0; i < expected.scaledPT.size(); ++i)
            NEAR("s λ P", layer.productGrad(i), expected.scaledPT[i], tolerance, largest(size.scaledPT[i]));
        QCOMPARE(layer.buffers.masks.size(), test.dropout > 0.0 ? test.adapted.size() : 0U);
    }

    /// Two batches, a long and a short one, through one layer's buffers: the sum of what fresh layers give.
    void gradientsAddUp_data() { equalsAutograd_data(); }
    void gradientsAddUp()
    {
        QFETCH(const Case, test);
        Layer layer(test, 62);
        layer.run();
        const std::vector<at::Tensor> first = layer.gradients();
        Random random(63);
        layer.draw(random, test, (test.rows + 1) / 2);
        Layer fresh(test, 62);
        fresh.x = layer.x;
        fresh.dy = layer.dy;
        fresh.y = at::empty_like(layer.y);
        fresh.dx = at::empty_like(layer.dx);
        if (test.dropout > 0.0)
            fresh.dropout.generator->set_state(layer.dropout.generator->get_state());
        layer.run();
        fresh.run();
        QVERIFY(identical(layer.y, fresh.y));
        QVERIFY(identical(layer.dx, fresh.dx));
        const std::vector<at::Tensor> both = layer.gradients();
        const std::vector<at::Tensor> second = fresh.gradients();
        const double tolerance = test.wide() == at::kDouble ? 1e-14 : 1e-6;
        for (std::size_t i = 0; i < both.size(); ++i)
            NEAR("sum", both[i], first[i] + second[i], tolerance, first[i].abs().max().item<double>());
    }

    /// A recomputed block's last layer: its output is not wanted, what the backward needs is.
    void anOutputThatNobodyWants_data() { equalsAutograd_data(); }
    void anOutputThatNobodyWants()
    {
        QFETCH(const Case, test);
        Layer with(test, 68);
        Layer without(test, 68);
        without.y = at::Tensor();
        with.run();
        without.run();
        const std::vector<at::Tensor> expected = with.gradients();
        const std::vector<at::Tensor> actual = without.gradients();
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(identical(actual[i], expected[i]));
        QVERIFY(identical(without.dx, with.dx));
    }

    void anInputThatNobodyWants_data() { equalsAutograd_data(); }
    void anInputThatNobodyWants()
    {
        QFETCH(const Case, test);
        Layer with(test, 64);
        Layer without(test, 64);
        with.run();
        without.run(/*wantsInput=*/false);
        const std::vector<at::Tensor> expected = with.gradients();
        const std::vector<at::Tensor> actual = without.gradients();
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY(identical(actual[i], expected[i]));
    }

    /// The adapter starts with λ = 0, and pruned triplets have it:
    /// Q gets no gradient, the product that λ's follows from does.
    void zeroLambdas()
    {
        for (const auto type : {at::kDouble, at::kBFloat16}) {
            const Case test {.outs = {8, 4, 4}, .adapted = {0, 2}, .base = type};
            Layer layer(test, 65);
            for (const std::int64_t row : {1, 4, 5})
                layer.scaledP(static_cast<std::size_t>(row / 3)).select(1, row % 3).zero_();
            layer.run();
            for (const std::int64_t row : {1, 4, 5}) {
                QCOMPARE(layer.triplets.qGrad[row].abs().max().item<double>(), 0.0);
                const at::Tensor own = layer.productGrad(static_cast<std::size_t>(row / 3));
                QVERIFY(own[row % 3].abs().max().item<double>() > 0.0);
            }
            QVERIFY(layer.triplets.qGrad[0].abs().max().item<double>() > 0.0);
            layer.triplets.p().zero_();
            layer.run();
            const at::Tensor base = at::empty_like(layer.y);
            SharedInputBuffers none;
            sharedInputForward(layer.x, true, layer.base, nullptr, layer.dropout, none, base);
            QVERIFY(identical(layer.y, base));
        }
    }

    void withoutTriplets()
    {
        const Case test {.outs = {8, 4, 4}, .adapted = {0}, .bias = true, .dropout = 0.5};
        Layer layer(test, 66);
        const at::Tensor state = layer.dropout.generator->get_state();
        sharedInputForward(layer.x, true, layer.base, nullptr, layer.dropout, layer.buffers, layer.y);
        sharedInputBackward(layer.dy, layer.base, nullptr, layer.dropout, layer.buffers, &layer.sums, layer.dx);
        sharedInputForward(layer.x, true, layer.base, nullptr, layer.dropout, layer.buffers, {});
        sharedInputBackward(layer.dy, layer.base, nullptr, layer.dropout, layer.buffers, &layer.sums, {});
        addGradientOfQ(layer.x, layer.dy, nullptr, layer.dropout, layer.buffers, layer.sums);
        NEAR("y", layer.y, at::linear(layer.x, layer.base.weight, layer.base.bias), 1e-14);
        NEAR("x", layer.dx, at::mm(layer.dy, layer.base.weight), 1e-14);
        QVERIFY(!layer.buffers.u.defined());
        QVERIFY(at::equal(layer.dropout.generator->get_state(), state)); // no mask was drawn
    }

    /// Each module has a mask of its own, of 0 and 1/(1 − p); the next call another, and the same state the same ones.
    void dropoutFollowsItsGenerator()
    {
        const Case test {.rows = 40, .in = 50, .outs = {8, 4, 4}, .adapted = {0, 1, 2}, .dropout = 0.2};
        Layer layer(test, 67);
        const at::Tensor state = layer.dropout.generator->get_state();
        layer.run();
        std::vector<at::Tensor> masks;
        for (const at::Tensor& mask : layer.buffers.masks)
            masks.push_back(mask.clone()); // the next call takes their memory
        const at::Tensor y = layer.y.clone();
        QCOMPARE(masks.size(), 3U);
        for (const at::Tensor& mask : masks) {
            QVERIFY(at::logical_or(mask == 0.0, mask == 1.0 / 0.8).all().item<bool>());
            // 2000 draws: a share of 0.8 has a deviation of 0.009.
            QVERIFY(std::abs(mask.ne(0.0).to(at::kDouble).mean().item<double>() - 0.8) < 0.05);
        }
        QVERIFY(!at::equal(masks[0], masks[1]) && !at::equal(masks[1], masks[2]));
        layer.run();
        QVERIFY(!at::equal(layer.buffers.masks[0], masks[0]));
        layer.dropout.generator->set_state(state);
        layer.run();
        QVERIFY(identical(layer.y, y));
        QVERIFY(identical(layer.buffers.masks[2], masks[2]));
    }
};

QTEST_GUILESS_MAIN(TestSharedInput)
#include "tst_sharedinput.moc"
