// SPDX-License-Identifier: GPL-3.0-or-later
// R and its gradient where every matrix has a rank of its own, held to autograd on the definition.
#include "tests/optim/Layouts.h"
#include "training/optim/OrthogonalityRegularizer.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

TripletArena arenaOf(const std::vector<std::int64_t>& ranks)
{
    const ModuleLayout layout = mixedLayout(4);
    TripletArena arena(layout, ArenaOrder(layout, ranks), 1.0, at::kDouble);
    Random random(23);
    arena.values.copy_(random.normal({arena.order.size()}) * 0.4);
    arena.gradients.copy_(random.normal({arena.order.size()}));
    return arena;
}

/// ‖M − I‖² of Q and of P by module, [2, modules], with its history.
at::Tensor squaredErrors(const ArenaOrder& order, const at::Tensor& flat)
{
    std::vector<at::Tensor> errors;
    for (const auto view : {&ArenaOrder::q, &ArenaOrder::pT}) {
        for (std::int32_t i = 0; i < order.moduleCount(); ++i) {
            const at::Tensor rows = (order.*view)(flat, {i});
            errors.push_back((at::matmul(rows, rows.t()) - at::eye(rows.size(0), flat.options())).square().sum());
        }
    }
    return at::stack(errors).view({2, order.moduleCount()});
}

} // namespace

class TestUnevenRanks : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsAutograd_data()
    {
        QTest::addColumn<bool>("squared");
        QTest::addColumn<QList<int>>("ranks");
        for (const bool squared : {false, true}) {
            const auto row = [squared](const char* name, const QList<int>& ranks) {
                QTest::addRow("%s, %s", squared ? "squared sum" : "norm", name) << squared << ranks;
            };
            row("4 2 1", {4, 2, 1});
            row("one without", {0, 3, 2});
            row("one alone", {0, 0, 3});
            row("equal", {2, 2, 2});
        }
    }

    void equalsAutograd()
    {
        QFETCH(const bool, squared);
        QFETCH(const QList<int>, ranks);
        const auto kind = squared ? RegularizerKind::SquaredSum : RegularizerKind::Norm;
        const double gamma = 0.3;
        TripletArena arena = arenaOf({ranks.begin(), ranks.end()});
        const at::Tensor before = arena.gradients.clone();
        const at::Tensor flat = arena.values.clone().requires_grad_(true);
        const at::Tensor errors = squaredErrors(arena.order, flat);
        // The root of 0, of a matrix without triplets, has no derivative: it is left out.
        const at::Tensor present = errors.masked_select(errors > 0.0);
        const at::Tensor expected = squared ? present.sum() : present.sqrt().sum() / 6.0;
        expected.backward();

        const OrthogonalityResult result = addOrthogonalityGradient(arena, kind, gamma);
        QVERIFY(relativeDifference(result.value, expected.detach()) <= 1e-13);
        QVERIFY(relativeDifference(arena.gradients - before, gamma * flat.grad()) <= 1e-13);
        QVERIFY(relativeDifference(result.errorQ(), errors.detach()[0].sqrt()) <= 1e-13);
        QVERIFY(relativeDifference(result.errorP(), errors.detach()[1].sqrt()) <= 1e-13);
    }
};

QTEST_GUILESS_MAIN(TestUnevenRanks)
#include "tst_unevenranks.moc"
