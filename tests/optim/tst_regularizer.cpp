// SPDX-License-Identifier: GPL-3.0-or-later
// R and its closed-form gradient held to autograd on the definition.
#include "tests/optim/Layouts.h"
#include "training/optim/OrthogonalityRegularizer.h"

#include <cmath>

using namespace spectune;
using namespace spectune::testing;

namespace {

TripletArena arenaOf(const ModuleLayout& layout, at::ScalarType type = at::kDouble)
{
    TripletArena arena(layout, 1.0, at::TensorOptions().dtype(type));
    Random random(21);
    arena.values.copy_(random.normal({arena.order.size()}) * 0.4);
    arena.gradients.copy_(random.normal({arena.order.size()}));
    return arena;
}

/// R with its history, from a flat leaf of the arena's order.
at::Tensor definition(const ArenaOrder& order, const at::Tensor& flat, RegularizerKind kind)
{
    at::Tensor sum = at::zeros({}, flat.options());
    const at::Tensor identity = at::eye(order.rank(), flat.options());
    for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
        for (const at::Tensor& rows : {order.q(flat, {i}), order.pT(flat, {i})}) {
            const at::Tensor squared = (at::matmul(rows, rows.t()) - identity).pow(2).sum();
            sum = sum + (kind == RegularizerKind::Norm ? squared.sqrt() : squared);
        }
    }
    return kind == RegularizerKind::Norm ? sum / (2.0 * static_cast<double>(order.moduleCount())) : sum;
}

} // namespace

class TestRegularizer : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsAutograd_data()
    {
        QTest::addColumn<bool>("squared");
        QTest::addColumn<int>("rank");
        QTest::addColumn<int>("typeNumber");
        for (const bool squared : {false, true})
            for (const int rank : {1, 3, 5})
                QTest::addRow("%s, rank %d", squared ? "squared sum" : "norm", rank)
                    << squared << rank << static_cast<int>(at::kDouble);
        QTest::newRow("norm, float32") << false << 3 << static_cast<int>(at::kFloat);
        QTest::newRow("squared sum, float32") << true << 3 << static_cast<int>(at::kFloat);
    }

    void equalsAutograd()
    {
        QFETCH(const bool, squared);
        QFETCH(const int, rank);
        QFETCH(const int, typeNumber);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        const auto kind = squared ? RegularizerKind::SquaredSum : RegularizerKind::Norm;
        const double tolerance = type == at::kDouble ? 1e-13 : 1e-5;
        const double gamma = 0.3;
        TripletArena arena = arenaOf(mixedLayout(rank), type);
        const at::Tensor before = arena.gradients.clone();
        const at::Tensor values = arena.values.clone();
        const at::Tensor flat = arena.values.to(at::kDouble).requires_grad_(true);
        const at::Tensor expected = definition(arena.order, flat, kind);
        expected.backward();
        const OrthogonalityResult result = addOrthogonalityGradient(arena, kind, gamma);
        QVERIFY(relativeDifference(result.value, expected.detach()) <= tolerance);
        QVERIFY(relativeDifference(arena.gradients - before, gamma * flat.grad()) <= tolerance);
        QVERIFY(identical(arena.values, values));
        QVERIFY(identical(arena.order.lambda(arena.gradients), arena.order.lambda(before))); // R knows no λ
    }

    void errorsByModule()
    {
        TripletArena arena = arenaOf(mixedLayout(3));
        const OrthogonalityResult result = addOrthogonalityGradient(arena, RegularizerKind::Norm, 0.1);
        const at::Tensor identity = at::eye(3, at::kDouble);
        for (std::int32_t i = 0; i < 3; ++i) {
            const at::Tensor q = arena.order.q(arena.values, {i});
            const at::Tensor p = arena.order.pT(arena.values, {i});
            QVERIFY(relativeDifference(result.errorQ()[i], (at::matmul(q, q.t()) - identity).norm()) <= 1e-13);
            QVERIFY(relativeDifference(result.errorP()[i], (at::matmul(p, p.t()) - identity).norm()) <= 1e-13);
        }
        const at::Tensor mean = (result.errorP().sum() + result.errorQ().sum()) / 6.0;
        QVERIFY(relativeDifference(result.value, mean) <= 1e-14);
    }

    void gammaZeroAddsNothing()
    {
        TripletArena arena = arenaOf(mixedLayout(2));
        const at::Tensor before = arena.gradients.clone();
        const double value = addOrthogonalityGradient(arena, RegularizerKind::Norm, 0.0).value.item<double>();
        QVERIFY(value > 0.0); // R is still told
        QVERIFY(identical(arena.gradients, before));
    }

    /// Rows that are orthonormal to the bit: the norm is 0, and so is its gradient; not 0/0.
    void orthonormalRowsHaveNoGradient_data()
    {
        QTest::addColumn<bool>("squared");
        QTest::newRow("norm") << false;
        QTest::newRow("squared sum") << true;
    }
    void orthonormalRowsHaveNoGradient()
    {
        QFETCH(const bool, squared);
        const auto kind = squared ? RegularizerKind::SquaredSum : RegularizerKind::Norm;
        const ModuleLayout layout = mixedLayout(3);
        TripletArena arena(layout, 1.0, at::kDouble);
        for (std::size_t i = 0; i < arena.order.groups().size(); ++i) {
            at::Tensor group = arena.order.group(arena.values, i);
            group.copy_(at::eye(3, group.size(2), at::kDouble).expand_as(group));
        }
        const OrthogonalityResult result = addOrthogonalityGradient(arena, kind, 1.0);
        QCOMPARE(result.value.item<double>(), 0.0);
        QCOMPARE(arena.gradients.abs().max().item<double>(), 0.0);
    }

    /// One orthonormal factor among others takes nothing from their gradients.
    void oneOrthonormalFactorAmongOthers()
    {
        TripletArena arena = arenaOf(mixedLayout(3));
        arena.gradients.zero_();
        arena.order.q(arena.values, {1}).copy_(at::eye(3, 5, at::kDouble));
        (void)addOrthogonalityGradient(arena, RegularizerKind::Norm, 1.0);
        QCOMPARE(arena.order.q(arena.gradients, {1}).abs().max().item<double>(), 0.0);
        QVERIFY(arena.order.q(arena.gradients, {0}).abs().max().item<double>() > 0.01);
        QVERIFY(std::isfinite(arena.gradients.sum().item<double>()));
    }
};

QTEST_GUILESS_MAIN(TestRegularizer)
#include "tst_regularizer.moc"
