// SPDX-License-Identifier: GPL-3.0-or-later
// What a training step does to the triplets' arena, on every instruction set that this processor has: joining and
// collecting, thin products, orthonormality, the optimizer's sweep, scores and the mask.
#include "tests/nn/InstructionSetCases.h"
#include "tests/nn/OddArena.h"
#include "training/nn/FusedOps.h"

#include <algorithm>
#include <array>

using namespace spectune;
using namespace spectune::testing;
using kernels::Table;
using kernels::Wide;

namespace {

/// Copies and products of two: nothing is added up.
template <typename T>
void runJoin(const Table<T>& table, at::ScalarType type, Outputs& outputs)
{
    const OddArena arena;
    Random random(61);
    const at::Tensor values = random.normal({arena.elements}, ops::wideType(type));
    std::vector<Range> joined;
    std::vector<kernels::JoinedFactor> factors;
    for (const auto& [q, p, lambda] : arena.modules) {
        joined.emplace_back(at::zeros({q.rank, q.width}, type));
        factors.push_back({.values = q.begin,
            .lambda = -1,
            .rank = q.rank,
            .joinedRank = q.rank,
            .width = q.width,
            .joined = joined.back().rows.data_ptr(),
            .stride = joined.back().rows.stride(0)});
        joined.emplace_back(at::zeros({p.width, p.rank}, type));
        factors.push_back({.values = p.begin,
            .lambda = lambda.begin,
            .rank = p.rank,
            .joinedRank = p.rank,
            .width = p.width,
            .joined = joined.back().rows.data_ptr(),
            .stride = joined.back().rows.stride(0)});
    }
    table.join({.factors = factors.data(),
                   .count = countOf(factors),
                   .widest = widths.back(),
                   .values = ops::pointerOf<const Wide<T>>(values),
                   .scale = 0.7},
        nullptr);
    for (const Range& range : joined)
        outputs.addExact("joined factor", range);
}

/// The gradients of Q and P are products of two; those of λ are sums over a row.
template <typename T>
void runCollect(const Table<T>& table, at::ScalarType type, bool trainsLambda, Outputs& outputs)
{
    const OddArena arena;
    Random random(62);
    const at::Tensor values = random.normal({arena.elements}, type);
    const Range gradients(random.normal({1, arena.elements}, type));
    const at::Tensor before = gradients.rows.clone();
    const auto [factors, size] = arena.collected();
    const at::Tensor sums = random.normal({size}, type);
    table.collect({.factors = factors.data(),
                      .count = countOf(factors),
                      .mostRows = ranks.back(),
                      .values = ops::pointerOf<const Wide<T>>(values),
                      .sums = ops::pointerOf<const Wide<T>>(sums),
                      .gradients = flat<Wide<T>>(gradients),
                      .scale = 0.7,
                      .trainsLambda = trainsLambda},
        nullptr);
    for (const auto& [q, p, lambda] : arena.modules) {
        outputs.addExact("collected gradient of Q", q.of(gradients.rows));
        outputs.addExact("collected gradient of P", p.of(gradients.rows));
        outputs.add("collected gradient of λ", lambda.of(gradients.rows), static_cast<double>(p.width));
        outputs.stayedInside = outputs.stayedInside
            && identical(lambda.of(gradients.rows), lambda.of(before)) == (!trainsLambda || lambda.rank == 0);
    }
    outputs.stayedInside
        = outputs.stayedInside && gradients.marginsHold() && arena.isKeptBeside(gradients.rows, before);
}

/// Both kinds with factors of every rank at once, over five rows.
template <typename T>
void runThin(const Table<T>& table, at::ScalarType type, std::int64_t width, Outputs& rounded, Outputs& wide)
{
    Random random(63);
    const Range x(random.normal({5, width}, type));
    std::vector<Range> inputs;
    std::vector<Range> products;
    std::vector<Range> sums;
    kernels::ThinRowArgs<T> rows {.products = {}, .count = countOf(ranks), .rows = 5};
    kernels::ThinSumArgs<T> added {.products = {}, .count = countOf(ranks), .rows = 5};
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        const std::int64_t rank = ranks[i];
        const Range factor(random.normal({width, rank + 1}, type).narrow(1, 0, rank));
        const Range thin(random.normal({5, rank + 1}, type).narrow(1, 0, rank));
        products.emplace_back(at::zeros({5, rank}, type));
        sums.emplace_back(random.normal({rank + 1, width}, ops::wideType(type)).narrow(0, 0, rank));
        rows.products[i] = {.x = ops::rowsOf<const T>(x.rows),
            .factor = ops::rowsOf<const T>(factor.rows),
            .out = ops::rowsOf<T>(products.back().rows),
            .rank = rank,
            .depth = width};
        added.products[i] = {.thin = ops::rowsOf<const T>(thin.rows),
            .wide = ops::rowsOf<const T>(x.rows),
            .sums = ops::rowsOf<Wide<T>>(sums.back().rows),
            .rank = rank,
            .width = width};
        inputs.push_back(factor);
        inputs.push_back(thin);
    }
    rounded.stayedInside = rounded.stayedInside && table.thinRows(rows, nullptr);
    table.thinSums(added, nullptr);
    for (std::size_t i = 0; i < ranks.size(); ++i) {
        rounded.add("thin rows", products[i]);
        wide.add("thin sums", sums[i]);
    }
}

/// @param gamma 0: norms alone
template <typename T>
void runGram(const Table<T>& table, at::ScalarType type, double gamma, bool squared, Outputs& outputs)
{
    const OddArena arena;
    const auto factors = arena.factors();
    constexpr std::int64_t square = ranks.back() * ranks.back();
    Random random(64);
    const at::Tensor values = random.normal({arena.elements}, type) * 0.3;
    const Range gradients(random.normal({1, arena.elements}, type));
    const at::Tensor before = gradients.rows.clone();
    const Range errors(at::full({1, countOf(factors) * square}, 7.0, type));
    const Range norms(at::full({1, countOf(factors)}, -1.0, type));
    table.gram({.factors = factors.data(),
                   .count = countOf(factors),
                   .all = countOf(factors) + 2,
                   .mostRows = ranks.back(),
                   .widest = widths.back(),
                   .values = ops::pointerOf<const Wide<T>>(values),
                   .gradients = flat<Wide<T>>(gradients),
                   .errors = flat<Wide<T>>(errors),
                   .norms = flat<Wide<T>>(norms),
                   .gamma = gamma,
                   .squared = squared},
        nullptr);
    outputs.add("norms of M − I", norms);
    for (std::size_t i = 0; i < factors.size(); ++i) {
        const auto& [begin, rank, width] = factors[i];
        const at::Tensor own = errors.rows[0].narrow(0, static_cast<std::int64_t>(i) * square, square);
        outputs.add("M − I", own.narrow(0, 0, rank * rank));
        outputs.add("orthonormality's gradient", gradients.rows[0].narrow(0, begin, rank * width));
        outputs.stayedInside
            = outputs.stayedInside && own.narrow(0, rank * rank, square - rank * rank).eq(7.0).all().item<bool>();
    }
    outputs.stayedInside = outputs.stayedInside && gradients.marginsHold() && errors.marginsHold()
        && arena.isKeptBeside(gradients.rows, before) && identical(gradients.rows, before) == (gamma == 0.0);
}

template <typename T>
void runSweep(const Table<T>& table, at::ScalarType type, std::int64_t elements, bool before, Outputs& outputs)
{
    Random random(65);
    std::vector<Range> buffers; // values, gradients, first, second, Ī, Ū
    for (int i = 0; i < 6; ++i) {
        const at::Tensor numbers = random.normal({1, elements}, type);
        buffers.emplace_back(i < 3 ? numbers : numbers.abs());
    }
    const at::Tensor gradNorm = at::full({}, 9.0, type);
    const kernels::StepScalars step {.lr = 0.03, .correction1 = 0.2, .correction2 = 0.03, .observes = 1.0};
    table.sweep({.elements = elements,
                    .trained = elements - elements / 3,
                    .values = flat<Wide<T>>(buffers[0]),
                    .gradients = flat<Wide<T>>(buffers[1]),
                    .first = flat<Wide<T>>(buffers[2]),
                    .second = flat<Wide<T>>(buffers[3]),
                    .sensitivity = flat<Wide<T>>(buffers[4]),
                    .uncertainty = flat<Wide<T>>(buffers[5]),
                    .gradNorm = ops::pointerOf<const Wide<T>>(gradNorm),
                    .scalars = &step,
                    .maxNorm = 4.0,
                    .eps = 1e-3,
                    .weightDecay = 0.1,
                    .beta2Importance = 0.7,
                    .before = before},
        nullptr);
    outputs.add("swept values", buffers[0]);
    outputs.addExact("clipped gradients", buffers[1]);
    outputs.add("first moment", buffers[2]);
    outputs.add("second moment", buffers[3]);
    outputs.add("sensitivity", buffers[4]);
    outputs.add("uncertainty", buffers[5]);
}

/// Rivals are compared, and nothing is computed. @return the threshold, one of them
template <typename T>
at::Tensor runSelect(const Table<T>& table, const at::Tensor& rivals, std::int64_t budget, Outputs& outputs)
{
    const OddArena arena;
    const auto places = arena.places();
    Random random(66);
    const Range values(random.normal({1, arena.elements}, rivals.scalar_type()));
    const at::Tensor before = values.rows.clone();
    const Range kept(random.integers(2, {1, countOf(places)}).to(at::kByte)); // margins too are told apart
    const Range keptBefore(at::zeros_like(kept.rows));
    const Range prunedAt(at::full({1, countOf(places)}, -1, at::kInt));
    const Range revivedAt(at::full({1, countOf(places)}, -1, at::kInt));
    const Range order(at::zeros({1, countOf(places)}, at::kInt));
    const at::Tensor threshold = at::full({}, -1.0, rivals.scalar_type());
    const kernels::StepScalars step {
        .chooses = 1.0, .masks = 1.0, .budget = static_cast<double>(budget), .stepsDone = 12.0};
    table.select({.triplets = countOf(places),
                     .rivals = ops::pointerOf<const Wide<T>>(rivals),
                     .places = places.data(),
                     .kept = flat<bool>(kept),
                     .keptBefore = flat<bool>(keptBefore),
                     .prunedAt = flat<std::int32_t>(prunedAt),
                     .revivedAt = flat<std::int32_t>(revivedAt),
                     .order = flat<std::int32_t>(order),
                     .threshold = ops::pointerOf<Wide<T>>(threshold),
                     .values = flat<Wide<T>>(values),
                     .scalars = &step},
        nullptr);
    outputs.addExact("mask", kept);
    outputs.addExact("mask before", keptBefore);
    outputs.addExact("pruned at", prunedAt);
    outputs.addExact("revived at", revivedAt);
    outputs.addExact("masked values", values);
    outputs.stayedInside = outputs.stayedInside && order.marginsHold() && arena.isKeptBeside(values.rows, before)
        && kept.rows.sum().item<std::int64_t>() == std::min(budget, countOf(places));
    return threshold;
}

/// Which parts a score has.
struct ScoreForm {
    bool sensitivity = true; ///< false: |λ| alone
    bool uncertainty = true;
    bool lambda = true;
};

/// And the mask that follows. What is one product or none is exact: s(λ), and a whole score of |λ|.
template <typename T>
void runScore(const Table<T>& table, at::ScalarType type, const ScoreForm& form, Outputs& outputs)
{
    const OddArena arena;
    const auto places = arena.places();
    Random random(67);
    const at::Tensor values = random.normal({arena.elements}, type);
    const at::Tensor sensitivity = random.normal({arena.elements}, type).abs();
    const at::Tensor uncertainty = random.normal({arena.elements}, type).abs();
    const at::Tensor mayStay = at::arange(countOf(places), at::kLong).remainder(5).ne(3);
    const auto column = [&] { return Range(at::full({1, countOf(places)}, -1.0, type)); };
    const Range total = column();
    const Range lambda = column();
    const Range meanP = column();
    const Range meanQ = column();
    const Range rivals = column();
    table.score({.triplets = countOf(places),
                    .places = places.data(),
                    .values = ops::pointerOf<const Wide<T>>(values),
                    .sensitivity = form.sensitivity ? ops::pointerOf<const Wide<T>>(sensitivity) : nullptr,
                    .uncertainty = form.uncertainty ? ops::pointerOf<const Wide<T>>(uncertainty) : nullptr,
                    .mayStay = ops::pointerOf<const bool>(mayStay),
                    .total = flat<Wide<T>>(total),
                    .lambda = form.lambda ? flat<Wide<T>>(lambda) : nullptr,
                    .meanP = flat<Wide<T>>(meanP),
                    .meanQ = flat<Wide<T>>(meanQ),
                    .rivals = flat<Wide<T>>(rivals)},
        nullptr);
    outputs.addExact("score of λ", lambda);
    const auto add = [&](const char* name, const Range& range) {
        if (form.sensitivity)
            outputs.add(name, range);
        else
            outputs.addExact(name, range);
    };
    add("score", total);
    add("mean score of P", meanP);
    add("mean score of Q", meanQ);
    outputs.addExact("who may not stay", rivals.rows.isneginf());
    outputs.stayedInside = outputs.stayedInside && rivals.marginsHold()
        && identical(rivals.rows, at::where(mayStay, total.rows, at::full_like(total.rows, -INFINITY)));
    outputs.add("threshold of scores", runSelect(table, rivals.rows, countOf(places) / 2, outputs));
}

/// Many equal rivals, one that is not a number and one that may not stay.
at::Tensor equalRivals(at::ScalarType type)
{
    Random random(68);
    const at::Tensor rivals = random.integers(9, {countOf(OddArena().places())}).to(type);
    rivals[5] = NAN;
    rivals[40] = -INFINITY;
    return rivals;
}

template <typename T>
std::array<Outputs, 2> outputsOf(const QString& level, at::ScalarType type)
{
    const Table<T>& table = tableOf<T>(level);
    Outputs rounded(type);
    const at::ScalarType wideType = ops::wideType(type);
    Outputs wide(wideType);
    runJoin(table, type, rounded);
    for (const bool trainsLambda : {true, false})
        runCollect(table, wideType, trainsLambda, wide);
    for (const std::int64_t width : widths)
        runThin(table, type, width, rounded, wide);
    runGram(table, wideType, 3.0, /*squared=*/false, wide);
    runGram(table, wideType, 3.0, /*squared=*/true, wide);
    runGram(table, wideType, 0.0, /*squared=*/false, wide);
    for (const std::int64_t elements : {1, 7, 33, 172, 1024 + 7, 2048 + 172}) { // up to three blocks of a sweep
        for (const bool before : {true, false})
            runSweep(table, wideType, elements, before, wide);
    }
    for (const ScoreForm& form : {ScoreForm {}, ScoreForm {.uncertainty = false},
             ScoreForm {.sensitivity = false, .uncertainty = false}, ScoreForm {.lambda = false}})
        runScore(table, wideType, form, wide);
    for (const std::int64_t budget : {0, 3, 33, 64, 100}) // all triplets from 64 on
        wide.addExact("threshold", runSelect(table, equalRivals(wideType), budget, wide));
    return {std::move(rounded), std::move(wide)};
}

} // namespace

class TestInstructionSetsOfSteps : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void agree_data() { addLevels(); }
    void agree()
    {
        const LevelRow row = levelRow();
        if (!row.isHere)
            QSKIP("this processor does not have it");
        const auto of = [type = row.type](const QString& name) {
            return ops::withElementType(type, [&]<typename T>(T*) { return outputsOf<T>(name, type); });
        };
        const auto expected = of("sse2");
        const auto actual = of(row.level);
        for (std::size_t i = 0; i < expected.size(); ++i)
            NEAR(actual[i], expected[i]);
    }
};

QTEST_GUILESS_MAIN(TestInstructionSetsOfSteps)
#include "tst_instructionsetsofsteps.moc"
