// SPDX-License-Identifier: GPL-3.0-or-later
// The memory of a run, told before it starts: parts that add up, peaks that were measured, and changes that help.
#include "tests/config/ConfigTesting.h"
#include "training/config/MemoryChanges.h"
#include "training/config/MemoryWorkspace.h"
#include "training/config/RankBound.h"

#include <QtTest/QtTest>

#include <cmath>

using namespace spectune;

namespace {

constexpr ModelShape tinyLlama {.layers = 22,
    .width = 2048,
    .feedForward = 5632,
    .heads = 32,
    .kvHeads = 4,
    .headDim = 64,
    .vocabulary = 32000,
    .maxPositions = 2048};
constexpr ModelShape llama7b {.layers = 32,
    .width = 4096,
    .feedForward = 11008,
    .heads = 32,
    .kvHeads = 32,
    .headDim = 128,
    .vocabulary = 32000,
    .maxPositions = 4096};
constexpr MemoryPlace gpu {.cuda = true, .cores = 16};
constexpr MemoryPlace twoCores {.cuda = false, .cores = 2};
constexpr double gibibyte = 1024.0 * 1024.0 * 1024.0;

RunConfig configOf(std::int64_t batch, std::int64_t length, ElementType type = ElementType::BFloat16)
{
    RunConfig config;
    config.train.batchSize = batch;
    config.train.dtype = type;
    config.data.maxLength = length;
    config.data.format = DataFormat::Text;
    config.adalora.initRank = 12;
    return config;
}

MemoryEstimate estimate(const ModelShape& shape, const RunConfig& config, const MemoryPlace& place)
{
    return estimateOf(shape, config, {}, place);
}

} // namespace

class MemoryEstimateTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void countsParameters();
    void holdsTheMeasuredPeaks_data();
    void holdsTheMeasuredPeaks();
    void partsFollowTheConfiguration();
    void flashBackwardsCopiesAreCounted();
    void fusedBackwardsScratchIsCounted_data();
    void fusedBackwardsScratchIsCounted();
    void workersShareTheRows();
    void adaptersFollowTheTargets();
    void changesHelpAndAreApplied();
    void whatDoesNotHelpIsNotSaid();
    void changesStayInTheFieldsRanges();
    void sizesBeyondSenseDoNotOverflow();
    void boundOfTheRank();
};

void MemoryEstimateTest::countsParameters()
{
    QCOMPARE(tinyLlama.parameters(), 1'100'048'384); // as its model card says: 1.1 billion
    QCOMPARE(llama7b.parameters(), 6'738'415'616);
    ModelShape tied = tinyLlama;
    tied.tiedHead = true;
    QCOMPARE(tinyLlama.parameters() - tied.parameters(), 32000 * 2048);
}

// spectune-train bench on one H200 (CUDA 13, bfloat16, AdaLoRA, init rank 12, every matrix), as its allocator counted:
// the figures of README.md's table of peaks.
void MemoryEstimateTest::holdsTheMeasuredPeaks_data()
{
    QTest::addColumn<bool>("large");
    QTest::addColumn<int>("batch");
    QTest::addColumn<int>("length");
    QTest::addColumn<bool>("recomputes");
    QTest::addColumn<double>("gib");
    QTest::newRow("TinyLlama 1.1B, 8 x 1024") << false << 8 << 1024 << false << 9.59;
    QTest::newRow("TinyLlama 1.1B, 1 x 512") << false << 1 << 512 << false << 3.06;
    QTest::newRow("Llama-2 7B, 4 x 1024") << true << 4 << 1024 << false << 25.55;
    QTest::newRow("Llama-2 7B, 4 x 1024, recomputed") << true << 4 << 1024 << true << 15.48;
}

void MemoryEstimateTest::holdsTheMeasuredPeaks()
{
    QFETCH(bool, large);
    QFETCH(int, batch);
    QFETCH(int, length);
    QFETCH(bool, recomputes);
    QFETCH(double, gib);
    RunConfig config = configOf(batch, length);
    config.train.gradientCheckpointing = recomputes;
    const ModelShape& shape = large ? llama7b : tinyLlama;
    const double told = static_cast<double>(estimate(shape, config, gpu).tensors()) / gibibyte;
    const QString words = QStringLiteral("%1 GiB, measured %2").arg(told).arg(gib);
    QVERIFY2(std::abs(told - gib) <= 0.005 * gib, qPrintable(words));
}

void MemoryEstimateTest::partsFollowTheConfiguration()
{
    const MemoryEstimate plain = estimate(tinyLlama, configOf(8, 512), gpu);
    QCOMPARE(plain.parts[MemoryEstimate::Weights], 2 * tinyLlama.parameters());
    QVERIFY(plain.total() > plain.tensors()); // the context
    RunConfig recomputed = configOf(8, 512);
    recomputed.train.gradientCheckpointing = true;
    const MemoryEstimate less = estimate(tinyLlama, recomputed, gpu);
    QVERIFY(less.parts[MemoryEstimate::Activations] * 5 < plain.parts[MemoryEstimate::Activations]);
    QCOMPARE(less.parts[MemoryEstimate::Weights], plain.parts[MemoryEstimate::Weights]);
    RunConfig micro = configOf(8, 512);
    micro.train.microBatchSize = 4;
    QVERIFY(std::abs(estimate(tinyLlama, micro, gpu).parts[MemoryEstimate::Activations]
                - plain.parts[MemoryEstimate::Activations] / 2)
        <= 2);
    micro.train.microBatchSize = 2; // a small batch: its blocks keep their norms
    QVERIFY(estimate(tinyLlama, micro, gpu).parts[MemoryEstimate::Activations]
        > plain.parts[MemoryEstimate::Activations] / 4 + 22 * 1022 * 2 * 2048 * 2);
    // float64 keeps everything twice as wide as float32, bfloat16 its triplets in float32.
    const MemoryEstimate wide = estimate(tinyLlama, configOf(8, 512, ElementType::Float64), twoCores);
    const MemoryEstimate single = estimate(tinyLlama, configOf(8, 512, ElementType::Float32), twoCores);
    const MemoryEstimate half = estimate(tinyLlama, configOf(8, 512), twoCores);
    for (const auto part : {MemoryEstimate::Weights, MemoryEstimate::Moments, MemoryEstimate::Gradients})
        QCOMPARE(wide.parts[part], 2 * single.parts[part]);
    QCOMPARE(half.parts[MemoryEstimate::Moments], single.parts[MemoryEstimate::Moments]);
    QCOMPARE(half.parts[MemoryEstimate::Weights] * 2, single.parts[MemoryEstimate::Weights]);
    // A λ of plain LoRA is no parameter of the optimizer.
    RunConfig lora = configOf(8, 512);
    lora.method = Method::Lora;
    lora.adalora.targetRank = 12;
    QCOMPARE(plain.parts[MemoryEstimate::Moments] - estimate(tinyLlama, lora, gpu).parts[MemoryEstimate::Moments],
        2 * 4 * 12 * 154);
}

// Written out by hand from flash_api.cpp: ⌈132 / (samples · heads)⌉ copies of the sums for q on 132 multiprocessors,
// with 128 rows to spare for each sample.
void MemoryEstimateTest::flashBackwardsCopiesAreCounted()
{
    const auto bytes = [](std::int64_t rows, std::int64_t gradients, std::int64_t padded, std::int64_t sums) {
        return 2 * rows * gradients + 4 * padded * sums;
    };
    // 32 heads of 64 that share 4 key heads: q, k, v, and k and v once more for every query head
    constexpr std::int64_t shared = 32 * 64 + 2 * 4 * 64 + 2 * 32 * 64;
    QCOMPARE(memory::flashBackward(tinyLlama, 8, 8 * 1023), bytes(8184, shared, 8184 + 8 * 128, 32 * (64 + 1)));
    QCOMPARE(memory::flashBackward(tinyLlama, 1, 511), bytes(511, shared, 511 + 128, 32 * (5 * 64 + 1)));
    QCOMPARE(memory::flashBackward(tinyLlama, 1, 511), 33'057'664);
    QCOMPARE(memory::flashBackward(llama7b, 4, 4092), bytes(4092, 3 * 4096, 4092 + 4 * 128, 32 * (2 * 128 + 1)));
    // A head's columns are rounded up: to 32, above 128 to 64.
    for (const auto& [columns, rounded] : {std::pair(8, 32), {80, 96}, {128, 128}, {136, 192}}) {
        ModelShape shape = llama7b;
        shape.headDim = columns;
        QCOMPARE(memory::flashBackward(shape, 1, 100), bytes(100, 3 * 32 * columns, 228, 32 * (5 * rounded + 1)));
    }
}

// The gated product's backward with its factors' gradients: on CUDA, in bfloat16, above 1024 rows, ranks up to 16 as
// multiplied. It is there when attention's backward is not. Dropout of what `down` reads rules it out; but for that it
// takes room for a masked input.
void MemoryEstimateTest::fusedBackwardsScratchIsCounted_data()
{
    QTest::addColumn<int>("length");
    QTest::addColumn<int>("rank");
    QTest::addColumn<ElementType>("type");
    QTest::addColumn<QString>("kind"); // empty: every one
    QTest::addColumn<bool>("expected");
    QTest::newRow("a large batch") << 1024 << 12 << ElementType::BFloat16 << "" << true;
    QTest::newRow("1025 rows") << 1026 << 12 << ElementType::BFloat16 << "" << true;
    QTest::newRow("1024 rows: a small batch") << 1025 << 12 << ElementType::BFloat16 << "" << false;
    QTest::newRow("the largest rank") << 1026 << 16 << ElementType::BFloat16 << "" << true;
    QTest::newRow("too large a rank") << 1026 << 17 << ElementType::BFloat16 << "" << false;
    QTest::newRow("float32") << 1026 << 12 << ElementType::Float32 << "" << false;
    QTest::newRow("down alone") << 1026 << 12 << ElementType::BFloat16 << "down_proj" << true;
    QTest::newRow("no factor of it") << 1026 << 12 << ElementType::BFloat16 << "q_proj" << false;
}

void MemoryEstimateTest::fusedBackwardsScratchIsCounted()
{
    QFETCH(int, length);
    QFETCH(int, rank);
    QFETCH(ElementType, type);
    QFETCH(QString, kind);
    QFETCH(bool, expected);
    const std::int64_t batch = length == 1024 ? 8 : 1;
    RunConfig config = configOf(batch, length, type);
    config.adalora.initRank = rank;
    if (!kind.isEmpty())
        config.adalora.targets = {kind.toStdString()};
    RunConfig dropped = config;
    dropped.adalora.dropout = 0.1;
    ModelShape shape = tinyLlama;
    shape.feedForward *= 8; // so that it takes more than attention's backward
    const std::int64_t with = estimate(shape, config, gpu).parts[MemoryEstimate::Workspace];
    const std::int64_t without = estimate(shape, dropped, gpu).parts[MemoryEstimate::Workspace];
    const std::int64_t rows = batch * (length - 1);
    const std::int64_t scratch = memory::gatedBackwardScratch(rows, shape.feedForward);
    const std::int64_t attention = memory::flashBackward(shape, batch, rows);
    QVERIFY(scratch > attention);
    const memory::Plan plan(shape, config, resolveRun(config, {}), gpu);
    QCOMPARE(with - without, (expected ? scratch - attention : 0) - shape.feedForward * plan.element * plan.rows());
}

void MemoryEstimateTest::workersShareTheRows()
{
    const RunConfig config = configOf(6, 256, ElementType::Float32);
    const MemoryEstimate one = estimate(tinyLlama, config, {.cuda = false, .cores = 1});
    const MemoryEstimate four = estimate(tinyLlama, config, {.cuda = false, .cores = 4});
    QCOMPARE(one.parts[MemoryEstimate::Activations], four.parts[MemoryEstimate::Activations]); // split, not multiplied
    const std::int64_t sums = (four.parts[MemoryEstimate::Gradients] - one.parts[MemoryEstimate::Gradients]);
    const std::int64_t values = one.parts[MemoryEstimate::Moments] / 2;
    QCOMPARE(sums, 3 * (one.parts[MemoryEstimate::Gradients] - values)); // each worker adds up for itself
    RunConfig pinned = config;
    pinned.train.threads = 1;
    QCOMPARE(estimate(tinyLlama, pinned, {.cuda = false, .cores = 4}).tensors(), one.tensors());
}

void MemoryEstimateTest::adaptersFollowTheTargets()
{
    RunConfig all = configOf(2, 128);
    RunConfig single = all;
    single.adalora.modules = {"21.q_proj"};
    const MemoryEstimate few = estimate(tinyLlama, single, gpu);
    QCOMPARE(few.parts[MemoryEstimate::Moments], 2 * 4 * 12 * (2048 + 2048 + 1));
    // Below the first block with triplets nothing is kept for a backward.
    QVERIFY(
        few.parts[MemoryEstimate::Activations] * 4 < estimate(tinyLlama, all, gpu).parts[MemoryEstimate::Activations]);
}

void MemoryEstimateTest::changesHelpAndAreApplied()
{
    RunConfig config = configOf(16, 2048, ElementType::Float32);
    config.adalora.alpha = 24.0;
    const RunFacts facts {.matrices = 154, .smallestSide = 256, .width = 2048, .layers = 22, .maxPositions = 2048};
    constexpr auto limit = static_cast<std::int64_t>(24.0 * gibibyte);
    const std::int64_t now = estimateOf(tinyLlama, config, facts, gpu).total();
    QVERIFY(now > limit);
    const std::vector<MemoryChange> changes = memoryChanges(tinyLlama, config, facts, gpu, limit);
    QVERIFY(changes.size() >= 4);
    QVERIFY(changes.front().fits && changes.front().sameSteps);
    bool ended = false; // what fits comes first
    for (const MemoryChange& change : changes) {
        ended = ended || !change.fits;
        QVERIFY(!ended || !change.fits);
        const RunConfig changed = withChange(config, change);
        QCOMPARE(estimateOf(tinyLlama, changed, facts, gpu).total(), change.estimate.total());
        QVERIFY(change.estimate.total() < now);
        QCOMPARE(change.fits, change.estimate.total() <= limit);
    }
    const auto micro = std::ranges::find(changes, MemoryChange::Kind::MicroBatch, &MemoryChange::kind);
    QVERIFY(micro != changes.end() && micro->fits);
    // The mildest one that fits: twice as many samples do not.
    RunConfig twice = config;
    twice.train.microBatchSize = 2 * micro->number;
    QVERIFY(estimateOf(tinyLlama, twice, facts, gpu).total() > limit);
}

void MemoryEstimateTest::whatDoesNotHelpIsNotSaid()
{
    RunConfig config = configOf(1, 32); // weights are nearly all of it
    config.train.gradientCheckpointing = true;
    const RunFacts facts {.matrices = 224, .smallestSide = 4096, .width = 4096, .layers = 32};
    const auto changes = memoryChanges(llama7b, config, facts, gpu, std::int64_t {1} << 30);
    for (const MemoryChange& change : changes)
        QVERIFY(change.kind == MemoryChange::Kind::AttentionOnly || change.kind == MemoryChange::Kind::Rank);
}

/// The studio asks from a slot: a value that its field refuses must be no candidate, not an exception.
void MemoryEstimateTest::changesStayInTheFieldsRanges()
{
    const RunFacts facts {.matrices = 154, .smallestSide = 256, .width = 2048, .layers = 22, .maxPositions = 2048};
    const auto verify = [&facts](const RunConfig& config) {
        const auto changes = memoryChanges(tinyLlama, config, facts, gpu, 1);
        QVERIFY(!changes.empty());
        for (const MemoryChange& change : changes) {
            QVERIFY(!change.values.empty());
            const RunConfig changed = withChange(config, change);
            const auto length = static_cast<double>(changed.data.maxLength);
            QVERIFY(length >= findField("data.max_length")->minimum && changed.data.maxLength <= config.data.maxLength);
            if (changed.adalora.alpha)
                QVERIFY(*changed.adalora.alpha <= findField("adalora.alpha")->maximum);
        }
    };
    for (const std::int64_t length : {2, 3, 4, 33, 64})
        verify(configOf(4, length));
    RunConfig scaled = configOf(4, 256); // α is scaled with the rank, here beyond what its field takes
    scaled.adalora.initRank = 1;
    scaled.adalora.targetRank = 200;
    scaled.adalora.alpha = 1e6;
    verify(scaled);
}

/// As large as a model's config.json may say.
void MemoryEstimateTest::sizesBeyondSenseDoNotOverflow()
{
    constexpr std::int64_t most = std::int64_t {1} << 24;
    constexpr ModelShape shape {.layers = 10'000,
        .width = most,
        .feedForward = most,
        .heads = most,
        .kvHeads = most,
        .headDim = most,
        .vocabulary = most,
        .maxPositions = most};
    QVERIFY(shape.parameters() >= std::int64_t {1} << 58);
    for (const MemoryPlace& place : {gpu, twoCores}) {
        const MemoryEstimate beyond = estimate(shape, configOf(1024, 1 << 20), place);
        for (const std::int64_t part : beyond.parts)
            QVERIFY(part > 0);
        QVERIFY(beyond.total() >= std::int64_t {1} << 58);
    }
    // And what makes sense is counted: the largest that anyone trains on one machine.
    QVERIFY(estimate(llama7b, configOf(1024, 1 << 15), {.cuda = false, .cores = 256}).total() < std::int64_t {1} << 58);
}

void MemoryEstimateTest::boundOfTheRank()
{
    QCOMPARE(rankWithoutSpuriousMinima(1, 32), 8); // the least r with r(r + 1)/2 > K·N
    QCOMPARE(rankWithoutSpuriousMinima(1, 64), 11);
    QCOMPARE(rankWithoutSpuriousMinima(2, 32), 11);
    QCOMPARE(rankWithoutSpuriousMinima(1, 36), 9); // 8 · 9 / 2 is not above it
    QCOMPARE(rankWithoutSpuriousMinima(0, 10), 1);
    for (const std::int64_t samples : {1LL, 999LL, 1'000'000LL, 4'000'000'000'000LL}) {
        const std::int64_t rank = rankWithoutSpuriousMinima(3, samples);
        QVERIFY(rank * (rank + 1) / 2 > 3 * samples);
        QVERIFY((rank - 1) * rank / 2 <= 3 * samples);
    }
}

QTEST_APPLESS_MAIN(MemoryEstimateTest)
#include "tst_memoryestimate.moc"
