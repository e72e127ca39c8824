// SPDX-License-Identifier: GPL-3.0-or-later
// Evaluation's norm and rotation, and the chunked cross entropy of both evaluation and training,
// held to their formulas.
#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "training/config/StepShares.h"
#include "training/nn/CrossEntropy.h"
#include "training/nn/RmsNorm.h"
#include "training/nn/Rotary.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

/// Σ losses · @p scale by autograd, and the gradient of the rows.
struct Expected {
    at::Tensor losses;
    at::Tensor gradient;
};

Expected plainLosses(const at::Tensor& rows, const at::Tensor& head, const at::Tensor& targets, double scale)
{
    const at::Tensor input = leaf(rows);
    const at::Tensor losses = plain::crossEntropy(at::matmul(input, leaf(head).detach().t()), targets);
    (losses.sum() * scale).backward();
    return {.losses = losses.detach(), .gradient = input.grad()};
}

} // namespace

class TestFused : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void rmsNormEqualsItsFormula_data() { addTypes(); }
    void rmsNormEqualsItsFormula()
    {
        const at::ScalarType type = fetchType();
        Random random(1);
        for (const std::vector<std::int64_t>& shape :
            {std::vector<std::int64_t> {1, 1, 1}, {2, 3, 7}, {1, 5, 64}, {4, 33}}) {
            const at::Tensor weight = random.normal({shape.back()}, type);
            const at::Tensor x = random.normal(shape, type) * 3.0;
            const double eps = 1e-3; // large enough to be seen
            const at::Tensor y = rmsNorm(x, weight, eps);
            QVERIFY(y.scalar_type() == type);
            const at::Tensor expected = plain::rmsNorm(x.to(at::kDouble), weight.to(at::kDouble), eps);
            NEAR("norm", y, expected, allowed(type, shape.back() + 8, 2));
        }
    }

    void rotaryEqualsItsFormula_data() { addTypes(); }
    void rotaryEqualsItsFormula()
    {
        const at::ScalarType type = fetchType();
        Random random(2);
        Rotary rotary({.theta = 500.0}, 10, at::TensorOptions().dtype(type));
        // Short first: the tables grow on the way. Starts beyond the first tables too.
        for (const auto& [length, start] :
            {std::pair<std::int64_t, std::int64_t> {1, 0}, {5, 0}, {1, 7}, {9, 60}, {1, 200}}) {
            const at::Tensor x = random.normal({2, 3, length, 10}, type);
            const at::Tensor y = rotary.apply(x, start);
            const at::Tensor angle = plain::angles(start + length, 10, 500.0);
            const at::Tensor rows = x.to(at::kDouble).permute({0, 2, 1, 3}).reshape({2 * length, 30});
            const at::Tensor positions = at::arange(start, start + length).repeat(2);
            const at::Tensor expected = plain::rotate(rows, 3, positions, angle.cos(), angle.sin())
                                            .view({2, length, 3, 10})
                                            .permute({0, 2, 1, 3});
            // The float32 angle of position 208 has an error of 208 units, its tables and products some more; bfloat16
            // rounds the tables, a product and the sum.
            NEAR("rotation", y, expected, allowed(type, 224, 3), x.abs().max().item<double>());
        }
    }

    void linearScalingDividesPositions()
    {
        Random random(3);
        const at::Tensor x = random.normal({1, 2, 9, 6});
        Rotary stretched({.theta = 100.0, .scaling = RopeScaling::Linear, .factor = 4.0}, 6, at::kDouble);
        Rotary plain({.theta = 100.0}, 6, at::kDouble);
        const at::Tensor every = plain.apply(x.select(2, 8).unsqueeze(2), 2);
        QVERIFY(relativeDifference(stretched.apply(x, 0).select(2, 8), every.select(2, 0)) <= 1e-14);
    }

    /// At this vocabulary a chunk has the fewest rows that it can have:
    /// one row, one chunk, one and a row, and three of which the last is shorter.
    /// bfloat16 rounds the logits (which exponentials magnify by their size, 30 here), their gradient and the result.
    void rowLossesEqualAutograd_data() { addTypes(); }
    void rowLossesEqualAutograd()
    {
        const at::ScalarType type = fetchType();
        Random random(4);
        const std::int64_t vocabulary = std::int64_t {1} << 13;
        const at::Tensor head = random.normal({vocabulary, 16}, type);
        at::Tensor logits; // used again
        const std::int64_t chunk = lossChunkRows(vocabulary, /*onCuda=*/false);
        QCOMPARE(chunk, 512);
        for (const std::int64_t count : {std::int64_t {1}, chunk, chunk + 1, 2 * chunk + 76}) {
            const at::Tensor values = random.normal({count, 16}, type);
            at::Tensor targets = random.integers(vocabulary, {count});
            targets[0] = 0;
            targets[count - 1] = vocabulary - 1;
            const auto [expected, gradient] = plainLosses(values, head, targets, 0.3);
            const at::Tensor losses = at::zeros({count}, type == at::kDouble ? at::kDouble : at::kFloat);
            const double size = at::mm(values, head.t()).abs().max().item<double>();
            at::Tensor rows = values.clone();
            rowLosses(rows, head, targets, losses, logits, {});
            NEAR("loss", losses, expected, allowed(type, 64, 1), size);
            QVERIFY(identical(rows, values));
            rowLosses(rows, head, targets, losses, logits, at::full({}, 0.3, losses.options()));
            NEAR("loss beside its gradient", losses, expected, allowed(type, 64, 1), size);
            NEAR("gradient", rows, gradient, allowed(type, 1024, 2), size);
        }
    }

    void lossSumLeavesOutWhatBearsNone()
    {
        Random random(5);
        const at::Tensor hidden = random.normal({3, 5, 7});
        const at::Tensor head = random.normal({11, 7});
        at::Tensor targets = random.integers(11, {3, 5});
        targets[1].fill_(-100); // a sample without loss
        targets[0][2] = -100;
        const at::Tensor rows = hidden.view({15, 7});
        const at::Tensor flat = targets.flatten();
        const at::Tensor all = plain::crossEntropy(at::matmul(rows, head.t()), flat.clamp_min(0));
        const at::Tensor before = hidden.clone();
        NEAR("sum", lossSum(hidden, head, targets), (all * flat.ge(0)).sum(), 1e-14);
        QVERIFY(identical(hidden, before));
        QCOMPARE(lossSum(hidden, head, at::full({3, 5}, -100, at::kLong)).item<double>(), 0.0);
    }

    /// Large logits: softmax without overflow.
    void lossesOfLargeLogits()
    {
        const at::Tensor rows = at::full({1, 1}, 1000.0, at::kFloat);
        const at::Tensor head = at::tensor({1.0F, -1.0F}).view({2, 1});
        const at::Tensor losses = at::zeros({1}, at::kFloat);
        at::Tensor logits;
        rowLosses(rows, head, at::ones({1}, at::kLong), losses, logits, at::ones({}, at::kFloat));
        QCOMPARE(losses.item<float>(), 2000.0F);
        QCOMPARE(rows.item<float>(), 2.0F);
    }

private:
    static at::ScalarType fetchType()
    {
        QFETCH(const int, typeNumber);
        return static_cast<at::ScalarType>(typeNumber);
    }
};

QTEST_GUILESS_MAIN(TestFused)
#include "tst_fused.moc"
