// SPDX-License-Identifier: GPL-3.0-or-later
// Masking: how many are kept, which, when, and what comes back.
#include "tests/optim/Layouts.h"
#include "training/core/Error.h"
#include "training/optim/RankAllocator.h"
#include "training/optim/StepInputs.h"

#include <cmath>
#include <map>
#include <set>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr std::int64_t rank = 4;
constexpr std::int64_t modules = 3;

/// T = 20, ti = 2, tf = 8: masks at 4, 6, 8, 10 and the forced one at 12. 12 triplets, 5 at the end.
constexpr BudgetSchedule schedule {.totalSteps = 20,
    .warmUpEnd = 2,
    .finalSteps = 8,
    .interval = 2,
    .initialBudget = modules * rank,
    .targetBudget = 5};

/// An arena whose triplets' scores the test sets: Ī alone counts, and stands in P's column.
struct Setup {
    ModuleLayout layout = mixedLayout(rank);
    TripletArena arena {layout, 1.0, at::kDouble};
    AdaLoraConfig config = [] {
        AdaLoraConfig sensitivity;
        sensitivity.score = ScoreKind::Sensitivity;
        return sensitivity;
    }();
    Importance importance {arena.order, config, true, at::kDouble};
    RankAllocator allocator;
    Random random {51};

    explicit Setup(bool canRevive = true, BudgetSchedule times = schedule)
        : allocator(layout, times, canRevive, at::kDouble)
    {
        arena.values.copy_(random.normal({arena.order.size()}));
        arena.order.lambda(arena.values).fill_(1.0);
    }

    /// @param scores [modules, rank]
    void score(const at::Tensor& scores)
    {
        at::Tensor flat = at::zeros_like(arena.values);
        for (std::int32_t m = 0; m < modules; ++m)
            arena.order.pT(flat, {m}).copy_(scores[m].unsqueeze(1).expand_as(arena.order.pT(flat, {m})));
        importance.restore(flat, at::zeros_like(flat));
    }

    void freeLambdas() { arena.order.lambda(arena.values).fill_(1.0); }
    [[nodiscard]] at::Tensor lambda() const { return arena.order.lambda(arena.values); }
    bool apply(std::int64_t t) { return apply(t, importance); }
    /// What a step that was not skipped does. @return whether a new pattern was chosen
    bool apply(std::int64_t t, const Importance& scores)
    {
        const MaskPlan plan = allocator.planOf(t);
        kernels::StepScalars scalars;
        plan.writeTo(scalars, t);
        StepInputs inputs(at::kCPU);
        inputs.set(scalars);
        allocator.run(arena, scores, inputs.data(), {}, {});
        if (plan.chooses)
            allocator.chosen(t);
        return plan.chooses;
    }
};

at::Tensor rising()
{
    return at::arange(1, modules * rank + 1, at::kDouble).view({modules, rank});
}

std::string pattern(const at::Tensor& kept)
{
    std::string text;
    for (std::int64_t i = 0; i < kept.numel(); ++i)
        text += kept.flatten()[i].item<bool>() ? '1' : '0';
    return text;
}

} // namespace

class TestRankAllocator : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void keepsExactlyTheLargest()
    {
        for (std::int64_t budget = 0; budget < modules * rank; ++budget) {
            BudgetSchedule times = schedule;
            times.targetBudget = budget;
            Setup setup(true, times);
            const at::Tensor scores = setup.random.normal({modules, rank}).abs();
            const at::Tensor before = setup.arena.values.clone();
            setup.score(scores);
            QVERIFY(setup.apply(schedule.finalStart()));
            const at::Tensor kept = setup.allocator.kept();
            QCOMPARE(kept.sum().item<std::int64_t>(), budget);
            QVERIFY(at::equal(setup.lambda(), kept.to(at::kDouble))); // λ was 1
            const auto factors
                = [&](const at::Tensor& flat) { return flat.narrow(0, 0, setup.arena.order.lambdaOffset()); };
            QVERIFY(identical(factors(setup.arena.values), factors(before)));
            QCOMPARE(setup.allocator.eventStep(), schedule.finalStart() + 1);
            if (budget == 0)
                continue;
            const double smallest = scores.masked_select(kept).min().item<double>();
            QVERIFY(smallest > scores.masked_select(kept.logical_not()).max().item<double>());
            QVERIFY(std::abs(setup.allocator.threshold().item<double>() - smallest) <= 1e-14);
        }
    }

    void tiesGoByMatrixThenIndex()
    {
        Setup equal;
        equal.score(at::ones({modules, rank}, at::kDouble));
        QVERIFY(equal.apply(12));
        QCOMPARE(pattern(equal.allocator.kept()), std::string("111110000000"));
        Setup some;
        at::Tensor scores = at::ones({modules, rank}, at::kDouble);
        scores[2][1] = 2.0; // above the tie
        scores[0][0] = 0.5; // below it
        some.score(scores);
        QVERIFY(some.apply(12));
        QCOMPARE(pattern(some.allocator.kept()), std::string("011110000100"));
    }

    /// Zero scores everywhere, as at a first step with λ = 0 and no gradient: still exactly b.
    void zeroScoresKeepTheBudget()
    {
        Setup setup;
        setup.score(at::zeros({modules, rank}, at::kDouble));
        QVERIFY(setup.apply(12));
        QCOMPARE(setup.allocator.kept().sum().item<std::int64_t>(), std::int64_t {5});
    }

    void happensWhenTheScheduleSays()
    {
        Setup setup;
        setup.score(rising());
        const std::set<std::int64_t> events {4, 6, 8, 10, 12};
        for (std::int64_t t = 0; t < 20; ++t) {
            setup.freeLambdas(); // as an optimizer's step might
            QCOMPARE(setup.apply(t), events.contains(t));
            const std::int64_t masked = modules * rank - setup.lambda().sum().item<std::int64_t>();
            if (events.contains(t) || t > 12)
                QCOMPARE(masked, modules * rank - schedule.budgetAt(t));
            else
                QCOMPARE(masked, std::int64_t {0}); // between events a pruned λ is free to grow
        }
    }

    void finalPatternStays()
    {
        Setup setup;
        setup.score(rising());
        QVERIFY(setup.apply(12));
        const std::string chosen = pattern(setup.allocator.kept());
        QCOMPARE(chosen, std::string("000000011111"));
        setup.score(-rising()); // too late
        for (std::int64_t t = 13; t < 20; ++t) {
            setup.freeLambdas();
            QVERIFY(!setup.apply(t));
            QCOMPARE(pattern(setup.lambda().to(at::kBool)), chosen);
        }
        QCOMPARE(setup.allocator.eventStep(), std::int64_t {13});
    }

    void prunedTripletsComeBack()
    {
        Setup setup;
        setup.score(rising());
        QVERIFY(setup.apply(10));
        const std::int64_t budget = schedule.budgetAt(10);
        QVERIFY(!setup.allocator.kept()[0][0].item<bool>());
        QCOMPARE(setup.allocator.prunedAt()[0][0].item<int>(), 11);
        QCOMPARE(setup.allocator.revivedAt()[0][0].item<int>(), -1);
        const at::Tensor first = setup.allocator.kept().clone();
        setup.score(-rising());
        QVERIFY(setup.apply(12));
        QVERIFY(identical(setup.allocator.keptBefore(), first));
        QCOMPARE(pattern(setup.allocator.kept()), std::string("111110000000"));
        QCOMPARE(setup.allocator.revivedAt()[0][0].item<int>(), 13);
        QCOMPARE(setup.allocator.prunedAt()[0][0].item<int>(), 11); // when it was, stays known
        QCOMPARE(setup.allocator.prunedAt()[2][3].item<int>(), 13);
        QCOMPARE(first.sum().item<std::int64_t>(), budget);
    }

    void doubletsNeverComeBack()
    {
        Setup setup(/*canRevive=*/false);
        setup.score(rising());
        QVERIFY(setup.apply(4));
        std::string held = pattern(setup.allocator.kept());
        Random random(52);
        for (std::int64_t t = 5; t < 20; ++t) {
            setup.freeLambdas();
            setup.score(random.normal({modules, rank}));
            setup.apply(t);
            const std::string now = pattern(setup.allocator.kept());
            for (std::size_t i = 0; i < now.size(); ++i)
                QVERIFY(now[i] <= held[i]);
            QCOMPARE(pattern(setup.lambda().to(at::kBool)), now); // the mask always holds
            held = now;
        }
        QCOMPARE(setup.allocator.kept().sum().item<std::int64_t>(), std::int64_t {5});
        QCOMPARE(setup.allocator.revivedAt().max().item<int>(), -1);
    }

    /// A step that is skipped never reaches the allocator: where it is the one at T − tf, the next chooses.
    void skippedLastChoiceIsMadeUpFor()
    {
        Setup setup;
        setup.score(rising());
        QVERIFY(setup.apply(6));
        QVERIFY(setup.allocator.kept().sum().item<std::int64_t>() > 5);
        setup.freeLambdas();
        QVERIFY(setup.apply(14)); // 7 to 13 were skipped
        QCOMPARE(pattern(setup.allocator.kept()), std::string("000000011111"));
        QCOMPARE(pattern(setup.lambda().to(at::kBool)), std::string("000000011111"));
        QCOMPARE(setup.allocator.eventStep(), std::int64_t {15});
        setup.score(-rising());
        QVERIFY(!setup.apply(15));
        QCOMPARE(pattern(setup.allocator.kept()), std::string("000000011111"));
    }

    void everyStepBeforeTheFinalPhaseSkipped()
    {
        Setup setup;
        setup.score(rising());
        QVERIFY(setup.apply(17));
        QCOMPARE(setup.allocator.kept().sum().item<std::int64_t>(), std::int64_t {5});
    }

    void stateComesBack_data()
    {
        QTest::addColumn<bool>("canRevive");
        QTest::addColumn<bool>("afterAnEvent");
        for (const bool canRevive : {true, false})
            for (const bool afterAnEvent : {true, false})
                QTest::addRow("revives %d, event %d", canRevive, afterAnEvent) << canRevive << afterAnEvent;
    }

    void stateComesBack()
    {
        QFETCH(const bool, canRevive);
        QFETCH(const bool, afterAnEvent);
        Setup setup(canRevive);
        // Without Λ the importance gives no score of it.
        const Importance doublets(setup.arena.order, setup.config, canRevive, at::kDouble);
        if (afterAnEvent) {
            setup.score(rising());
            if (canRevive)
                QVERIFY(setup.apply(10));
            else
                QVERIFY(setup.apply(10, doublets));
        }
        std::map<std::string, at::Tensor> saved;
        for (auto& [name, tensor] : setup.allocator.state())
            saved[name] = tensor.clone();
        Setup other(canRevive);
        other.allocator.restore([&](const std::string& name, at::IntArrayRef shape) {
            const at::Tensor tensor = saved.at(name);
            if (tensor.sizes() != shape)
                throw ioError("%1 has another shape.", name);
            return tensor;
        });
        QCOMPARE(other.allocator.eventStep(), setup.allocator.eventStep());
        QVERIFY(identical(other.allocator.threshold(), setup.allocator.threshold()));
        QVERIFY(identical(other.allocator.revivedAt(), setup.allocator.revivedAt()));
        const auto state = other.allocator.state();
        QCOMPARE(state.size(), saved.size());
        for (const auto& [name, tensor] : state)
            QVERIFY2(identical(tensor, saved.at(name)), name.c_str());
    }
};

QTEST_GUILESS_MAIN(TestRankAllocator)
#include "tst_rankallocator.moc"
