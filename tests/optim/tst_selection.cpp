// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels that take the scores and choose the pattern, held to ATen's means and to its stable sort, with ties,
// zeros of both signs and numbers that are none; and what they leave alone where a step is skipped.
#include "tests/optim/Layouts.h"
#include "training/nn/KernelTypes.h"
#include "training/optim/RankAllocator.h"

#include <cmath>
#include <limits>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

/// Buffers of a selection over n triplets whose λ lie one after the other.
struct Selection {
    at::Tensor rivals;
    at::Tensor kept;
    at::Tensor keptBefore;
    at::Tensor prunedAt;
    at::Tensor revivedAt;
    at::Tensor order;
    at::Tensor threshold = at::full({}, 7.0, at::kDouble);
    at::Tensor values;
    std::vector<kernels::TripletPlace> places;
    kernels::StepScalars scalars {.chooses = 1.0, .masks = 1.0, .stepsDone = 9.0};
    at::Tensor loss = at::full({}, 2.0, at::kDouble);
    at::Tensor gradNorm = at::full({}, 3.0, at::kDouble);

    explicit Selection(at::Tensor of)
        : rivals(std::move(of))
        , kept(at::ones_like(rivals, at::kBool))
        , keptBefore(at::zeros_like(rivals, at::kBool))
        , prunedAt(at::full_like(rivals, -1, at::kInt))
        , revivedAt(at::full_like(rivals, -1, at::kInt))
        , order(at::zeros_like(rivals, at::kInt))
        , values(at::ones_like(rivals))
        , places(static_cast<std::size_t>(rivals.numel()))
    {
        for (std::size_t i = 0; i < places.size(); ++i)
            places[i].lambda = static_cast<std::int64_t>(i);
    }

    void run(std::int64_t budget)
    {
        scalars.budget = static_cast<double>(budget);
        kernels::cpuTable<double>().select({.triplets = rivals.numel(),
                                               .rivals = ops::pointerOf<const double>(rivals),
                                               .places = places.data(),
                                               .kept = ops::pointerOf<bool>(kept),
                                               .keptBefore = ops::pointerOf<bool>(keptBefore),
                                               .prunedAt = ops::pointerOf<std::int32_t>(prunedAt),
                                               .revivedAt = ops::pointerOf<std::int32_t>(revivedAt),
                                               .order = ops::pointerOf<std::int32_t>(order),
                                               .threshold = ops::pointerOf<double>(threshold),
                                               .values = ops::pointerOf<double>(values),
                                               .scalars = &scalars,
                                               .loss = ops::pointerOf<const double>(loss),
                                               .gradNorm = ops::pointerOf<const double>(gradNorm)},
            nullptr);
    }
};

/// What a stable descending sort keeps.
at::Tensor sortedPattern(const at::Tensor& rivals, std::int64_t budget)
{
    const auto order = std::get<1>(at::sort(rivals, /*stable=*/true, /*dim=*/0, /*descending=*/true));
    return at::zeros_like(rivals, at::kBool).index_fill_(0, order.narrow(0, 0, budget), 1);
}

/// One step of everything that masks, on an arena whose Ī and Ū are random.
struct Setup {
    ModuleLayout layout = mixedLayout(3);
    TripletArena arena {layout, 1.0, at::kDouble};
    Importance importance {arena.order, AdaLoraConfig {}, true, at::kDouble};
    RankAllocator allocator {layout,
        {.totalSteps = 20, .warmUpEnd = 2, .finalSteps = 8, .interval = 2, .initialBudget = 9, .targetBudget = 4}, true,
        at::kDouble};

    Setup()
    {
        Random random(61);
        arena.values.copy_(random.normal({arena.order.size()}));
        importance.restore(random.normal({arena.order.size()}).abs(), random.normal({arena.order.size()}).abs());
    }
};

} // namespace

class TestSelection : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void keepsWhatAStableSortKeeps_data()
    {
        QTest::addColumn<QList<double>>("numbers");
        QTest::newRow("one") << QList<double> {0.5};
        QTest::newRow("rising") << QList<double> {1, 2, 3, 4, 5, 6, 7};
        QTest::newRow("falling") << QList<double> {7, 6, 5, 4, 3, 2, 1};
        QTest::newRow("all equal") << QList<double> {2, 2, 2, 2, 2, 2};
        QTest::newRow("some equal") << QList<double> {1, 3, 2, 3, 2, 1, 3, 2};
        QTest::newRow("zeros of both signs") << QList<double> {0.0, -0.0, 0.0, -0.0, 1.0, -0.0};
        QTest::newRow("not numbers") << QList<double> {1.0, notANumber, 3.0, notANumber, infinity, -infinity, 0.0};
        QTest::newRow("nothing but those") << QList<double> {notANumber, notANumber, notANumber};
        QTest::newRow("pruned doublets") << QList<double> {-infinity, 1.0, -infinity, 2.0, -infinity};
    }

    void keepsWhatAStableSortKeeps()
    {
        QFETCH(const QList<double>, numbers);
        const at::Tensor rivals = at::tensor(std::vector<double>(numbers.begin(), numbers.end()), at::kDouble);
        for (std::int64_t budget = 0; budget <= rivals.numel(); ++budget) {
            Selection selection(rivals);
            selection.run(budget);
            const at::Tensor expected = sortedPattern(rivals, budget);
            QVERIFY2(identical(selection.kept, expected), qPrintable(QString("budget %1").arg(budget)));
            QVERIFY(identical(selection.values, expected.to(at::kDouble))); // λ was 1
            const at::Tensor sorted = std::get<0>(at::sort(rivals, true, 0, true));
            const double threshold = selection.threshold.item<double>();
            const double smallest = budget > 0 ? sorted[budget - 1].item<double>() : 0.0;
            QVERIFY(threshold == smallest || (std::isnan(threshold) && std::isnan(smallest)));
        }
    }

    void manyWithTies()
    {
        Random random(62);
        const at::Tensor rivals = random.integers(40, {3000}).to(at::kDouble);
        for (const std::int64_t budget : {1, 2, 37, 1500, 2999, 3000}) {
            Selection selection(rivals);
            selection.run(budget);
            QVERIFY(identical(selection.kept, sortedPattern(rivals, budget)));
        }
    }

    void notesWhatWentAndWhatCameBack()
    {
        Selection selection(at::tensor({1.0, 2.0, 3.0, 4.0}, at::kDouble));
        selection.kept.copy_(at::tensor({1, 1, 0, 0}).to(at::kBool));
        selection.run(2);
        QVERIFY(identical(selection.keptBefore, at::tensor({1, 1, 0, 0}).to(at::kBool)));
        QVERIFY(identical(selection.prunedAt, at::tensor({9, 9, -1, -1}, at::kInt)));
        QVERIFY(identical(selection.revivedAt, at::tensor({-1, -1, 9, 9}, at::kInt)));
    }

    void withoutANewPatternTheOldOneIsApplied()
    {
        for (const bool masks : {true, false}) {
            Selection selection(at::tensor({1.0, 2.0, 3.0}, at::kDouble));
            selection.kept.copy_(at::tensor({1, 0, 0}).to(at::kBool));
            selection.scalars.chooses = 0.0;
            selection.scalars.masks = masks ? 1.0 : 0.0;
            selection.run(2);
            QVERIFY(identical(selection.kept, at::tensor({1, 0, 0}).to(at::kBool)));
            QVERIFY(identical(selection.keptBefore, at::zeros({3}, at::kBool)));
            const at::Tensor masked = at::tensor({1.0, 0.0, 0.0}, at::kDouble);
            QVERIFY(identical(selection.values, masks ? masked : at::ones({3}, at::kDouble)));
            QCOMPARE(selection.threshold.item<double>(), 7.0);
        }
    }

    void skippedStepsChangeNothing_data()
    {
        QTest::addColumn<double>("loss");
        QTest::addColumn<double>("norm");
        QTest::newRow("loss infinite") << infinity << 1.0;
        QTest::newRow("loss not a number") << notANumber << 1.0;
        QTest::newRow("norm infinite") << 1.0 << infinity;
        QTest::newRow("norm not a number") << 1.0 << notANumber;
    }

    void skippedStepsChangeNothing()
    {
        QFETCH(const double, loss);
        QFETCH(const double, norm);
        Setup setup;
        const at::Tensor lossThere = at::full({}, loss, at::kDouble);
        const at::Tensor normThere = at::full({}, norm, at::kDouble);
        kernels::StepScalars scalars {.lr = 0.1, .correction1 = 0.1, .correction2 = 0.1, .observes = 1.0};
        setup.allocator.planOf(6).writeTo(scalars, 6);
        const AdamW optimizer(OptimConfig {}, setup.arena.order.size(), at::kDouble);
        const at::Tensor values = setup.arena.values.clone();
        const at::Tensor sensitivity = setup.importance.sensitivity().clone();
        const auto state = [&] {
            std::vector<at::Tensor> copies;
            for (const auto& [name, tensor] : setup.allocator.state())
                copies.push_back(tensor.clone());
            return copies;
        };
        const std::vector<at::Tensor> before = state();
        setup.arena.gradients.fill_(0.5);
        ArenaSweep {.values = setup.arena.values,
            .gradients = setup.arena.gradients,
            .loss = lossThere,
            .gradNorm = normThere,
            .scalars = &scalars,
            .maxNorm = 1.0,
            .optimizer = &optimizer,
            .importance = &setup.importance}
            .run();
        setup.allocator.run(setup.arena, setup.importance, &scalars, lossThere, normThere);
        QVERIFY(identical(setup.arena.values, values));
        QVERIFY(identical(setup.importance.sensitivity(), sensitivity));
        QCOMPARE(optimizer.firstMoment().abs().max().item<double>(), 0.0);
        const std::vector<at::Tensor> after = state();
        QCOMPARE(after.size(), before.size());
        for (std::size_t i = 0; i < after.size(); ++i)
            QVERIFY(identical(after[i], before[i]));
        // The same with numbers that are finite does change them.
        setup.allocator.run(
            setup.arena, setup.importance, &scalars, at::ones_like(lossThere), at::ones_like(normThere));
        QVERIFY(!identical(setup.arena.values, values));
        QCOMPARE(setup.allocator.kept().sum().item<std::int64_t>(), setup.allocator.planOf(6).budget);
    }

    /// Widths below and above a register, and float32's sums of thousands of elements.
    void meansOfRows_data()
    {
        QTest::addColumn<int>("typeNumber");
        QTest::addColumn<int>("in");
        QTest::addColumn<int>("out");
        for (const auto type : {at::kDouble, at::kFloat}) {
            for (const auto& [in, out] : {std::pair {1, 2}, {3, 16}, {31, 64}, {100, 129}, {4096, 11008}})
                QTest::addRow("%s %d x %d", at::toString(type), in, out) << static_cast<int>(type) << in << out;
        }
    }

    void meansOfRows()
    {
        QFETCH(const int, typeNumber);
        QFETCH(const int, in);
        QFETCH(const int, out);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        const ModuleLayout layout = layoutOf({{in, out}, {out, in}}, 3);
        const ArenaOrder order(layout);
        Importance importance(order, AdaLoraConfig {}, true, type);
        Random random(63);
        importance.restore(random.normal({order.size()}, type).abs(), random.normal({order.size()}, type).abs());
        const at::Tensor values = random.normal({order.size()}, type);
        const TripletScores scores = importance.scores(values);
        const at::Tensor element = importance.sensitivity().to(at::kDouble) * importance.uncertainty().to(at::kDouble);
        const double tolerance = type == at::kDouble ? 1e-14 : 1e-5;
        for (std::int32_t m = 0; m < 2; ++m) {
            QVERIFY(relativeDifference(scores.meanQ[m], order.q(element, {m}).mean(1)) <= tolerance);
            QVERIFY(relativeDifference(scores.meanP[m], order.pT(element, {m}).mean(1)) <= tolerance);
        }
        QVERIFY(relativeDifference(scores.lambda, order.lambda(element)) <= tolerance);
        QVERIFY(relativeDifference(scores.total, scores.lambda + scores.meanP + scores.meanQ) <= tolerance);
    }
};

QTEST_GUILESS_MAIN(TestSelection)
#include "tst_selection.moc"
