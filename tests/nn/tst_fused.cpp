// SPDX-License-Identifier: GPL-3.0-or-later
// RMSNorm, rotary embedding and the chunked cross entropy held to plain autograd compositions.
#include "tests/support/Tensors.h"
#include "training/nn/CrossEntropy.h"
#include "training/nn/RmsNorm.h"
#include "training/nn/Rotary.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

at::Tensor leaf(const at::Tensor& value)
{
    return value.detach().clone().requires_grad_(true);
}

/// What of a type rounding alone explains, with some room for the order of sums.
double tolerance(at::ScalarType type)
{
    switch (type) {
    case at::kDouble: return 1e-14;
    case at::kFloat: return 2e-6;
    default: return 3.0 / 256.0;
    }
}

at::Tensor plainNorm(const at::Tensor& x, const at::Tensor& weight, double eps)
{
    const at::Tensor wide = x.scalar_type() == at::kDouble ? x : x.to(at::kFloat);
    return (wide * at::rsqrt(wide.pow(2).mean(-1, true) + eps)).to(x.scalar_type()) * weight;
}

/// [..., d] rotated pair by pair, (i, i + d/2) by position · θ^(−2i/d).
at::Tensor plainRotation(const at::Tensor& x, double theta, std::int64_t start)
{
    const std::int64_t half = x.size(-1) / 2;
    const at::Tensor frequency = at::pow(theta, -at::arange(half, at::kDouble) / static_cast<double>(half));
    const at::Tensor angle = at::arange(start, start + x.size(2), at::kDouble).unsqueeze(1) * frequency;
    const at::Tensor cos = angle.cos().to(x.scalar_type());
    const at::Tensor sin = angle.sin().to(x.scalar_type());
    const auto halves = x.chunk(2, -1);
    return at::cat({halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin}, -1);
}

at::Tensor plainLoss(const at::Tensor& hidden, const at::Tensor& head, const at::Tensor& targets, double normalizer)
{
    const at::Tensor logits = at::matmul(hidden, head.t()).reshape({-1, head.size(0)});
    const auto type = logits.scalar_type() == at::kDouble ? at::kDouble : at::kFloat;
    return at::nll_loss(
               at::log_softmax(logits.to(type), 1), targets.reshape({-1}), std::nullopt, at::Reduction::Sum, -100)
        / normalizer;
}

void addTypes()
{
    QTest::addColumn<int>("typeNumber");
    QTest::newRow("float64") << static_cast<int>(at::kDouble);
    QTest::newRow("float32") << static_cast<int>(at::kFloat);
    QTest::newRow("bfloat16") << static_cast<int>(at::kBFloat16);
}

} // namespace

class TestFused : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void rmsNormEqualsItsFormula_data() { addTypes(); }
    void rmsNormEqualsItsFormula()
    {
        QFETCH(const int, typeNumber);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        Random random(1);
        for (const std::vector<std::int64_t>& shape :
            {std::vector<std::int64_t> {1, 1, 1}, {2, 3, 7}, {1, 5, 64}, {4, 33}}) {
            const at::Tensor weight = random.normal({shape.back()}, type);
            const at::Tensor ours = leaf(random.normal(shape, type) * 3.0);
            const at::Tensor theirs = leaf(ours);
            const at::Tensor dy = random.normal(shape, type);
            const double eps = 1e-3; // large enough to be seen
            const at::Tensor y = rmsNorm(ours, weight, eps);
            const at::Tensor expected = plainNorm(theirs, weight, eps);
            QVERIFY(y.scalar_type() == type);
            QVERIFY(relativeDifference(y.detach(), expected.detach()) <= tolerance(type));
            y.backward(dy);
            expected.backward(dy);
            // For a single feature dx is the small difference of large terms: held to their size.
            const double size = dy.abs().max().item<double>() * weight.abs().max().item<double>();
            const double difference
                = (ours.grad().to(at::kDouble) - theirs.grad().to(at::kDouble)).abs().max().item<double>();
            QVERIFY2(difference <= tolerance(type) * size, qPrintable(QString::number(difference)));
        }
    }

    void rmsNormOfZerosIsZero()
    {
        const at::Tensor x = at::zeros({2, 4}, at::kDouble).requires_grad_(true);
        const at::Tensor y = rmsNorm(x, at::ones({4}, at::kDouble), 1e-5);
        y.backward(at::ones({2, 4}, at::kDouble));
        QCOMPARE(y.abs().max().item<double>(), 0.0);
        QVERIFY(std::abs(x.grad().max().item<double>() - 1.0 / std::sqrt(1e-5)) < 1e-9);
    }

    void rotaryEqualsItsFormula_data() { addTypes(); }
    void rotaryEqualsItsFormula()
    {
        QFETCH(const int, typeNumber);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        Random random(2);
        Rotary rotary({.theta = 500.0}, 10, at::TensorOptions().dtype(type));
        // Short first: the tables grow on the way. Starts beyond the first tables too.
        for (const auto& [length, start] :
            {std::pair<std::int64_t, std::int64_t> {1, 0}, {5, 0}, {1, 7}, {9, 60}, {1, 200}}) {
            const at::Tensor ours = leaf(random.normal({2, 3, length, 10}, type));
            const at::Tensor theirs = leaf(ours);
            const at::Tensor dy = random.normal({2, 3, length, 10}, type);
            const at::Tensor y = rotary.apply(ours, start);
            const at::Tensor expected = plainRotation(theirs, 500.0, start);
            // float32 tables: an angle of 200 has an error of 200 · 2⁻²⁴.
            const double allowed
                = type == at::kFloat ? 3e-5 : std::max(tolerance(type), type == at::kDouble ? 1e-13 : 0.0);
            QVERIFY(relativeDifference(y.detach(), expected.detach()) <= allowed);
            y.backward(dy);
            expected.backward(dy);
            QVERIFY(relativeDifference(ours.grad(), theirs.grad()) <= allowed);
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

    void crossEntropyEqualsItsFormula_data() { addTypes(); }
    void crossEntropyEqualsItsFormula()
    {
        QFETCH(const int, typeNumber);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        Random random(4);
        for (const auto& [batch, length] : {std::pair<std::int64_t, std::int64_t> {1, 1}, {3, 5}}) {
            const at::Tensor head = random.normal({11, 7}, type);
            at::Tensor targets = random.integers(11, {batch, length});
            if (length > 1) {
                targets[1].fill_(-100); // a row without loss
                targets[0][2] = -100;
                targets[2][0] = 0;
                targets[2][1] = 10;
            }
            const at::Tensor ours = leaf(random.normal({batch, length, 7}, type));
            const at::Tensor theirs = leaf(ours);
            const at::Tensor loss = chunkedCrossEntropy(ours, head, targets, 13.0);
            const at::Tensor expected = plainLoss(theirs, head, targets, 13.0);
            QVERIFY(loss.scalar_type() == (type == at::kDouble ? at::kDouble : at::kFloat));
            QVERIFY(relativeDifference(loss.detach(), expected.detach()) <= tolerance(type));
            (loss * 3.0).backward(); // a factor above it must reach the gradient
            (expected * 3.0).backward();
            QVERIFY(relativeDifference(ours.grad(), theirs.grad()) <= 2.0 * tolerance(type));
        }
    }

    /// 2¹⁶ tokens of vocabulary make chunks of 256 rows; 300 rows need two, and the second is shorter.
    void crossEntropyInSeveralChunks()
    {
        Random random(5);
        const std::int64_t vocabulary = std::int64_t {1} << 16;
        const at::Tensor head = random.normal({vocabulary, 2}, at::kFloat);
        at::Tensor targets = random.integers(vocabulary, {300});
        const at::Tensor ours = leaf(random.normal({300, 2}, at::kFloat));
        const at::Tensor theirs = leaf(ours);
        const at::Tensor loss = chunkedCrossEntropy(ours, head, targets, 300.0);
        const at::Tensor expected = plainLoss(theirs, head, targets, 300.0);
        QVERIFY(relativeDifference(loss.detach(), expected.detach()) <= 1e-6);
        loss.backward();
        expected.backward();
        QVERIFY(relativeDifference(ours.grad(), theirs.grad()) <= 1e-5);
    }

    void crossEntropyWithoutTargets()
    {
        const at::Tensor hidden = at::ones({2, 3, 4}, at::kDouble).requires_grad_(true);
        const at::Tensor head = at::ones({5, 4}, at::kDouble);
        const at::Tensor loss = chunkedCrossEntropy(hidden, head, at::full({2, 3}, -100, at::kLong), 1.0);
        QCOMPARE(loss.item<double>(), 0.0);
        loss.backward();
        QCOMPARE(hidden.grad().abs().max().item<double>(), 0.0);
    }

    /// Where nothing asks for gradients the value is the same, and it has no history.
    void crossEntropyInEvaluation()
    {
        Random random(6);
        const at::Tensor hidden = random.normal({2, 3, 4});
        const at::Tensor head = random.normal({5, 4});
        const at::Tensor targets = random.integers(5, {2, 3});
        const at::Tensor trained = chunkedCrossEntropy(leaf(hidden), head, targets, 6.0);
        const c10::NoGradGuard noGradients;
        const at::Tensor loss = chunkedCrossEntropy(hidden, head, targets, 6.0);
        QVERIFY(!loss.requires_grad());
        QVERIFY(identical(loss, trained.detach()));
    }

    /// Large logits: softmax without overflow.
    void crossEntropyOfLargeLogits()
    {
        const at::Tensor hidden = leaf(at::full({1, 1}, 1000.0, at::kFloat));
        const at::Tensor head = at::tensor({1.0F, -1.0F}).view({2, 1});
        const at::Tensor loss = chunkedCrossEntropy(hidden, head, at::ones({1}, at::kLong), 1.0);
        QCOMPARE(loss.item<float>(), 2000.0F);
        loss.backward();
        QCOMPARE(hidden.grad().item<float>(), 2.0F);
    }
};

QTEST_GUILESS_MAIN(TestFused)
#include "tst_fused.moc"
