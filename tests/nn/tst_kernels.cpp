// SPDX-License-Identifier: GPL-3.0-or-later
// Norm, rotation, gated product and cross entropy on the CPU, values and gradients, held to autograd in float64.
#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "training/nn/FusedOps.h"

#include <array>
#include <vector>

using namespace spectune;
using namespace spectune::testing;

namespace {

struct Shape {
    std::int64_t rows;
    std::int64_t width;
};
constexpr Shape shapes[] = {{1, 1}, {3, 1}, {1, 7}, {5, 7}, {2, 16}, {3, 33}, {1, 172}, {4, 172}};
constexpr double eps = 1e-3; // large enough to be seen

double largest(const at::Tensor& x)
{
    return x.abs().max().item<double>();
}

at::Tensor wideColumn(std::int64_t rows, at::ScalarType type)
{
    return at::full({rows}, -1.0, ops::wideType(type));
}

/// As crossEntropy takes it.
at::Tensor scalar(double number, at::ScalarType type)
{
    return at::full({}, number, ops::wideType(type));
}

} // namespace

class TestKernels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// bfloat16: the sum, its effect on the root, x̂ and y are each rounded.
    void rmsNorm_data() { addTypes(); }
    void rmsNorm()
    {
        const at::ScalarType type = fetchType();
        Random random(1);
        for (const auto& [rows, width] : shapes) {
            const double tolerance = allowed(type, width + 8, 4);
            const at::Tensor weight = random.normal({width}, type);
            const Range x(random.normal({rows, width}, type) * 3.0);
            const Range delta(random.normal({rows, width}, type));
            const Range sum(at::zeros_like(x.rows));
            const Range y(at::zeros_like(x.rows));
            const at::Tensor inverse = wideColumn(rows, type);
            ops::rmsNorm(x.rows, {}, {}, weight, eps, y.rows, inverse);
            const at::Tensor expected = plain::rmsNorm(leaf(x.rows), leaf(weight), eps);
            NEAR("norm", y.rows, expected, tolerance);
            const at::Tensor mean = leaf(x.rows).pow(2).mean(1) + eps;
            NEAR("inverse", inverse, mean.rsqrt(), allowed(type, width + 8, 0));

            ops::rmsNorm(x.rows, delta.rows, sum.rows, weight, eps, y.rows, inverse);
            const at::Tensor added = leaf(x.rows) + leaf(delta.rows);
            NEAR("sum", sum.rows, added, allowed(type, 1, 1));
            NEAR("norm of the sum", y.rows, plain::rmsNorm(added, leaf(weight), eps), tolerance);
            const at::Tensor once = y.rows.clone();
            ops::rmsNorm(sum.rows, {}, {}, weight, eps, y.rows, {});
            QVERIFY(identical(y.rows, once)); // a block's backward norms the kept sum again

            ops::rmsNorm(x.rows, delta.rows, x.rows, weight, eps, {}, inverse);
            QVERIFY(identical(x.rows, sum.rows)); // in place, without a norm
            QVERIFY(x.marginsHold() && delta.marginsHold() && sum.marginsHold() && y.marginsHold());
        }
    }

    /// Held to the size of its terms too: for a single feature the gradient is their small difference.
    void rmsNormBackward_data() { addTypes(); }
    void rmsNormBackward()
    {
        const at::ScalarType type = fetchType();
        Random random(2);
        for (const auto& [rows, width] : shapes) {
            const at::Tensor weight = random.normal({width}, type);
            const Range x(random.normal({rows, width}, type) * 3.0);
            const Range dy(random.normal({rows, width}, type));
            const Range dx(random.normal({rows, width}, type));
            const at::Tensor start = leaf(dx.rows).detach();
            const at::Tensor inverse = wideColumn(rows, type);
            ops::rmsNorm(x.rows, {}, {}, weight, eps, {}, inverse);
            ops::rmsNormBackward(x.rows, inverse, weight, dy.rows, dx.rows);
            const at::Tensor input = leaf(x.rows);
            plain::rmsNorm(input, leaf(weight), eps).backward(leaf(dy.rows).detach());
            const double terms = largest(leaf(dy.rows) * leaf(weight) * inverse.unsqueeze(1)) + largest(start);
            NEAR("gradient", dx.rows, start + input.grad(), allowed(type, width + 8, 1), terms);
            QVERIFY(x.marginsHold() && dy.marginsHold() && dx.marginsHold());
        }
    }

    void normOfZerosIsZero()
    {
        const at::Tensor x = at::zeros({2, 5}, at::kFloat);
        const at::Tensor y = at::ones({2, 5}, at::kFloat);
        const at::Tensor inverse = wideColumn(2, at::kFloat);
        const at::Tensor weight = at::ones({5}, at::kFloat);
        ops::rmsNorm(x, {}, {}, weight, 1e-5, y, inverse);
        QCOMPARE(largest(y), 0.0);
        const at::Tensor dx = at::zeros({2, 5}, at::kFloat);
        ops::rmsNormBackward(x, inverse, weight, at::ones({2, 5}, at::kFloat), dx);
        NEAR("gradient", dx, at::full({2, 5}, 1.0 / std::sqrt(1e-5)), 1e-6);
    }

    /// bfloat16: x·cos and the result are rounded, each at most |x| large.
    void rotate_data() { addTypes(); }
    void rotate()
    {
        const at::ScalarType type = fetchType();
        Random random(3);
        constexpr std::int64_t heads = 3; // of five: values follow, which do not turn
        const at::Tensor positions = at::tensor({0, 1, 2, 0, 0, 40}, at::kLong);
        for (const std::int64_t headDim : {2, 6, 8, 64, 80}) {
            const at::Tensor angle = plain::angles(41, headDim, 500.0);
            const at::Tensor cos = angle.cos().to(type);
            const at::Tensor sin = angle.sin().to(type);
            const at::Tensor values = random.normal({6, 5 * headDim}, type);
            const at::Tensor dy = random.normal({6, 5 * headDim}, type);
            const at::Tensor input = leaf(values);
            const at::Tensor expected = plain::rotate(input, heads, positions, leaf(cos), leaf(sin));
            expected.backward(leaf(dy).detach());
            const Range x(values);
            ops::rotate(x.rows, heads, positions.to(at::kInt), cos, sin, /*back=*/false);
            NEAR("rotation", x.rows, expected, allowed(type, 4, 2), largest(values));
            const Range gradient(dy);
            ops::rotate(gradient.rows, heads, positions.to(at::kInt), cos, sin, /*back=*/true);
            NEAR("gradient", gradient.rows, input.grad(), allowed(type, 4, 2), largest(dy));
            const std::int64_t rest = 2 * headDim;
            QVERIFY(identical(x.rows.narrow(1, heads * headDim, rest), values.narrow(1, heads * headDim, rest)));
            QVERIFY(x.marginsHold() && gradient.marginsHold());
        }
    }

    /// bfloat16: one product before the last and the result are rounded.
    void swiGlu_data() { addTypes(); }
    void swiGlu()
    {
        const at::ScalarType type = fetchType();
        Random random(4);
        const double tolerance = allowed(type, 24, 2);
        for (const auto& [rows, width] : shapes) {
            const Range gateUp(random.normal({rows, 2 * width}, type) * 3.0);
            const Range out(at::zeros({rows, width}, type));
            const Range dOut(random.normal({rows, width}, type));
            const at::Tensor input = leaf(gateUp.rows);
            const at::Tensor expected = plain::swiGlu(input);
            expected.backward(leaf(dOut.rows).detach());
            ops::swiGlu(gateUp.rows, out.rows);
            NEAR("value", out.rows, expected, tolerance);
            ops::swiGluBackward(gateUp.rows, dOut.rows, /*wantsOut=*/true);
            NEAR("gradient of the gate", gateUp.rows.narrow(1, 0, width), input.grad().narrow(1, 0, width), tolerance);
            NEAR(
                "gradient of up", gateUp.rows.narrow(1, width, width), input.grad().narrow(1, width, width), tolerance);
            QVERIFY(identical(dOut.rows, out.rows)); // the value a second time
            QVERIFY(gateUp.marginsHold() && out.marginsHold() && dOut.marginsHold());
        }
    }

    /// Gradients of S in gate + thin · S and of X in gate + X · factorᵀ are thinᵀ d and d · factor. Every term of a sum
    /// has the error of d, so the sums of all terms' sizes are what tolerances are of.
    void swiGluWithFactors_data() { addTypes(); }
    void swiGluWithFactors()
    {
        const at::ScalarType type = fetchType();
        Random random(6);
        for (const auto& [rows, width] : shapes) {
            for (const std::array<std::int64_t, 3> ranks :
                {std::array<std::int64_t, 3> {3, 1, 2}, {0, 2, 0}, {5, 0, 9}}) {
                const Range gateUp(random.normal({rows, 2 * width}, type) * 3.0);
                const Range dOut(random.normal({rows, width}, type));
                ops::GatedFactors factors;
                std::vector<at::Tensor> s;
                std::vector<at::Tensor> x;
                at::Tensor input = leaf(gateUp.rows);
                std::vector<at::Tensor> parts {input.narrow(1, 0, width), input.narrow(1, width, width)};
                for (std::size_t i = 0; i < factors.size(); ++i) {
                    if (ranks[i] > 0)
                        factors[i] = {.thin = random.normal({rows, ranks[i]}, type),
                            .sums = at::ones({ranks[i], width}, ops::wideType(type)),
                            .factor = random.normal({width, ranks[i]}, type),
                            .product = at::zeros({rows, ranks[i]}, type)};
                    s.push_back(leaf(at::zeros({ranks[i], width}, type)));
                    x.push_back(leaf(at::zeros({rows, ranks[i]}, type)));
                    if (ranks[i] > 0 && i < 2)
                        parts[i] = parts[i] + at::mm(leaf(factors[i].thin), s[i])
                            + at::mm(x[i], leaf(factors[i].factor).t());
                }
                const at::Tensor out = plain::swiGlu(at::cat(parts, 1));
                out.backward(leaf(dOut.rows).detach());
                QVERIFY(ops::swiGluBackwardWithFactors(gateUp.rows, dOut.rows, /*wantsOut=*/true, factors));
                NEAR("gradient", gateUp.rows, input.grad(), allowed(type, 24, 2));
                NEAR("value", dOut.rows, out, allowed(type, 24, 2));
                for (std::size_t i = 0; i < factors.size(); ++i) {
                    if (ranks[i] == 0)
                        continue;
                    const at::Tensor sums
                        = (i < 2 ? s[i].grad() : at::mm(leaf(factors[i].thin).t(), out).detach()) + 1.0;
                    const double size = largest(i < 2 ? input.grad() : out.detach());
                    NEAR("sums", factors[i].sums, sums, allowed(type, 24 + rows, 2),
                        1.0 + static_cast<double>(rows) * size * largest(factors[i].thin));
                    if (i < 2)
                        NEAR("product", factors[i].product, x[i].grad(), allowed(type, 24 + width, 3),
                            static_cast<double>(width) * size * largest(factors[i].factor));
                }
                QVERIFY(gateUp.marginsHold() && dOut.marginsHold());
            }
        }
    }

    /// Where e^x overflows or vanishes each element still has its own accuracy: |gate| + 1 is the size of its terms.
    void swiGluOfLargeGates_data() { addTypes(); }
    void swiGluOfLargeGates()
    {
        const at::ScalarType type = fetchType();
        const at::Tensor gate = at::tensor({-1e4, -1000.0, -709.0, -104.0, -89.0, -88.0, -87.0, -30.0, -1.0, -0.0, 0.0,
                                               1e-30, 1.0, 30.0, 87.0, 88.0, 104.0, 709.0, 1000.0, 1e4, 1e30})
                                    .to(type)
                                    .unsqueeze(0);
        const at::Tensor gateUp = at::cat({gate, at::full_like(gate, -2.0)}, 1);
        const at::Tensor out = at::zeros_like(gate);
        const at::Tensor input = leaf(gateUp);
        const at::Tensor expected = plain::swiGlu(input);
        expected.backward(at::ones_like(expected));
        ops::swiGlu(gateUp, out);
        const at::Tensor dOut = at::ones_like(gate);
        ops::swiGluBackward(gateUp, dOut, /*wantsOut=*/true);
        const at::Tensor size = 2.0 * gate.to(at::kDouble).abs() + 2.0;
        const at::Tensor sizes = at::cat({at::full_like(size, 2.0), size}, 1);
        NEAR("value", out / size, expected / size, allowed(type, 24, 3), 1.0);
        NEAR("gradient", gateUp / sizes, input.grad() / sizes, allowed(type, 24, 3), 1.0);
        QVERIFY(identical(dOut, out));
    }

    void crossEntropy_data() { addTypes(); }
    void crossEntropy()
    {
        const at::ScalarType type = fetchType();
        Random random(5);
        constexpr double scale = 0.37;
        for (const std::int64_t vocabulary : {1, 2, 5, 17, 33, 512}) {
            for (const std::int64_t rows : {1, 7}) {
                const at::Tensor values = random.normal({rows, vocabulary}, type) * 4.0;
                const at::Tensor targets = random.integers(vocabulary, {rows});
                targets[rows - 1] = vocabulary - 1;
                const at::Tensor input = leaf(values);
                const at::Tensor expected = plain::crossEntropy(input, targets);
                (expected.sum() * scale).backward();
                const Range logits(values);
                const at::Tensor losses = wideColumn(rows, type);
                const double tolerance = allowed(type, vocabulary + 32, 0);
                ops::crossEntropy(logits.rows, targets, losses, {});
                NEAR("loss", losses, expected, tolerance, 1.0);
                QVERIFY(identical(logits.rows, values));
                ops::crossEntropy(logits.rows, targets, losses, scalar(scale, type));
                NEAR("loss beside its gradient", losses, expected, tolerance, 1.0);
                NEAR("gradient", logits.rows, input.grad(), allowed(type, vocabulary + 32, 1), scale);
                QVERIFY(logits.marginsHold());
            }
        }
    }

    /// Rows that fill a batch up.
    void negativeTargetsBearNone_data() { addTypes(); }
    void negativeTargetsBearNone()
    {
        const at::ScalarType type = fetchType();
        Random random(6);
        for (const std::int64_t vocabulary : {1, 37}) {
            const at::Tensor values = random.normal({3, vocabulary}, type);
            const at::Tensor targets = at::tensor({-100, 0, -1}, at::kLong);
            const Range logits(values);
            const at::Tensor losses = wideColumn(3, type);
            ops::crossEntropy(logits.rows, targets, losses, {});
            QVERIFY(identical(logits.rows, values));
            ops::crossEntropy(logits.rows, targets, losses, scalar(1.0, type));
            const at::Tensor own = values.narrow(0, 1, 1).clone();
            const at::Tensor loss = wideColumn(1, type);
            ops::crossEntropy(own, at::zeros({1}, at::kLong), loss, scalar(1.0, type));
            QVERIFY(identical(logits.rows, at::cat({at::zeros_like(own), own, at::zeros_like(own)})));
            QVERIFY(identical(losses, at::cat({at::zeros_like(loss), loss, at::zeros_like(loss)})));
            QVERIFY(logits.marginsHold());
        }
    }

    /// Neither overflow nor a sum of probabilities that is not 1, however large the logits are.
    void crossEntropyOfHugeLogits_data() { addTypes(); }
    void crossEntropyOfHugeLogits()
    {
        const at::ScalarType type = fetchType();
        for (const double size : {100.0, 1e4, 1e30}) {
            // The same number everywhere; one apart above, and below; at both ends.
            at::Tensor values = at::full({4, 37}, size, type);
            values[1] = -size;
            values[1][3] = size;
            values[2][36] = -size;
            values[3].narrow(0, 0, 20).fill_(-size);
            const at::Tensor targets = at::tensor({5, 3, 36, 0}, at::kLong);
            const at::Tensor input = leaf(values);
            const at::Tensor expected = plain::crossEntropy(input, targets);
            expected.sum().backward();
            const at::Tensor losses = wideColumn(4, type);
            ops::crossEntropy(values, targets, losses, scalar(1.0, type));
            NEAR("loss", losses[0], expected[0], allowed(type, 64, 0), size);
            NEAR("losses", losses, expected, allowed(type, 64, 0));
            NEAR("gradient", values, at::softmax(input, 1).detach() - at::one_hot(targets, 37), allowed(type, 64, 1));
        }
    }

    /// The largest logit is 0 and all others so far below that log Σ is 0: each gradient is e^x of the logit itself.
    /// Registers full (512 of them) and the rest of a row (2).
    void exponentialToTheLastBits_data()
    {
        QTest::addColumn<bool>("isWide");
        QTest::addColumn<int>("vocabulary");
        for (const int vocabulary : {2, 512}) {
            QTest::addRow("float64, %d", vocabulary) << true << vocabulary;
            QTest::addRow("float32, %d", vocabulary) << false << vocabulary;
        }
    }
    void exponentialToTheLastBits()
    {
        QFETCH(const bool, isWide);
        QFETCH(const int, vocabulary);
        const auto type = isWide ? at::kDouble : at::kFloat;
        constexpr std::int64_t rows = 50;
        const at::Tensor values
            = at::linspace(isWide ? -708.0 : -87.0, isWide ? -45.0 : -25.0, rows * vocabulary, at::kDouble)
                  .to(type)
                  .view({rows, vocabulary});
        values.select(1, 1).fill_(0.0);
        const at::Tensor before = values.clone();
        ops::crossEntropy(values, at::ones({rows}, at::kLong), wideColumn(rows, type), scalar(1.0, type));
        long double most = 0.0L;
        for (std::int64_t i = 0; i < values.numel(); ++i) {
            if (i % vocabulary == 1)
                continue;
            const long double exact = std::exp(static_cast<long double>(before.flatten()[i].item<double>()));
            const long double ours = values.flatten()[i].item<double>();
            most = std::max(most, std::abs(ours / exact - 1.0L));
        }
        const double unit = std::ldexp(1.0, isWide ? -53 : -24);
        qInfo("%.2f units", static_cast<double>(most) / unit);
        QVERIFY(static_cast<double>(most) <= 4.0 * unit);
    }

    void exponentialVanishesBelowTheNormalNumbers()
    {
        for (const auto type : {at::kFloat, at::kDouble}) {
            const at::Tensor values = at::full({1, 40}, type == at::kFloat ? -88.0 : -709.0, type);
            values[0][0] = 0.0;
            values[0][39] = -INFINITY; // a forbidden token
            const at::Tensor losses = wideColumn(1, type);
            ops::crossEntropy(values, at::zeros({1}, at::kLong), losses, scalar(1.0, type));
            QCOMPARE(largest(values), 0.0);
            QCOMPARE(losses.item<double>(), 0.0);
        }
    }

    void notANumberStaysNotANumber_data() { addTypes(); }
    void notANumberStaysNotANumber()
    {
        const at::ScalarType type = fetchType();
        for (const std::int64_t place : {0, 20, 36}) { // in a register, and after the last full one
            at::Tensor logits = at::zeros({1, 37}, type);
            logits[0][place] = NAN;
            const at::Tensor losses = wideColumn(1, type);
            ops::crossEntropy(logits, at::ones({1}, at::kLong), losses, scalar(1.0, type));
            QVERIFY(losses.isnan().all().item<bool>());
            at::Tensor gateUp = at::ones({1, 74}, type);
            gateUp[0][place] = NAN;
            const at::Tensor out = at::zeros({1, 37}, type);
            ops::swiGlu(gateUp, out);
            QVERIFY(out[0][place].isnan().item<bool>());
            QCOMPARE(out.isnan().sum().item<std::int64_t>(), std::int64_t {1});
        }
    }

private:
    static at::ScalarType fetchType()
    {
        QFETCH(const int, typeNumber);
        return static_cast<at::ScalarType>(typeNumber);
    }
};

QTEST_GUILESS_MAIN(TestKernels)
#include "tst_kernels.moc"
