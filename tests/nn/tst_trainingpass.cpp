// SPDX-License-Identifier: GPL-3.0-or-later
// Forward and backward of the whole model held to plain autograd, on small random models.
#include "tests/nn/SmallRun.h"
#include "training/nn/CrossEntropy.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

void addCases()
{
    QTest::addColumn<Case>("test");
    const auto row = [](const char* name, const Case& test) { QTest::newRow(name) << test; };
    row("all", {});
    row("one head", {.heads = 1, .kvHeads = 1});
    row("one key head", {.heads = 4, .kvHeads = 1});
    row("tied head", {.tiedHead = true});
    row("bias", {.bias = true});
    row("window 1", {.window = 1});
    row("window 5", {.window = 5});
    row("rank 1", {.rank = 1});
    row("fixed lambda", {.trainsLambda = false});
    row("v and down of the middle layer", {.layers = 3, .targets = {"v_proj", "down_proj"}, .adaptedLayers = {1}});
    row("q and k of the last", {.layers = 3, .targets = {"q_proj", "k_proj"}, .adaptedLayers = {2}});
    row("o of the middle", {.layers = 3, .targets = {"o_proj"}, .adaptedLayers = {1}});
    row("up of the first", {.layers = 3, .targets = {"up_proj"}, .adaptedLayers = {0}});
    row("gate and down of the first and last",
        {.layers = 3, .targets = {"gate_proj", "down_proj"}, .adaptedLayers = {0, 2}});
    row("everything at once",
        {.layers = 3, .heads = 4, .kvHeads = 1, .window = 5, .tiedHead = true, .bias = true, .adaptedLayers = {1, 2}});
}

void addDropoutCases()
{
    addCases();
    QTest::newRow("single matrices") << Case {
        .layers = 3, .modules = {"0.q_proj", "1-2.v_proj", "2.k_proj", "2.o_proj", "1.up_proj", "0.down_proj"}};
    QTest::newRow("dropout") << Case {.dropout = 0.25};
    QTest::newRow("dropout, v and down") << Case {
        .layers = 3, .targets = {"v_proj", "down_proj"}, .adaptedLayers = {1, 2}, .dropout = 0.5};
}

} // namespace

Q_DECLARE_METATYPE(Case)

class TestTrainingPass : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// The reference computes every padded position: what was left out changed nothing.
    void equalsAutogradOfThePaddedBatch_data() { addCases(); }
    void equalsAutogradOfThePaddedBatch()
    {
        QFETCH(const Case, test);
        for (const Batch& batch : {mixedBatch(74), fullBatch(75, 3, 17), fullBatch(76, 1, 1)}) {
            Setup setup(test);
            const auto normalizer = static_cast<double>(batch.targetCount) + 2.0; // of a larger batch
            const double loss = setup.run(batch, normalizer);
            const auto [expected, gradients] = setup.plainly(plain::Tokens::padded(batch), normalizer);
            QVERIFY2(std::abs(loss - expected) <= 1e-13 * expected, qPrintable(QString::number(loss - expected)));
            const QString text = setup.differences(gradients);
            QVERIFY2(text.isEmpty(), qPrintable(text));
        }
    }

    /// With the masks that the pass draws, block by block, input by input, module by module.
    void equalsAutogradWithDropout()
    {
        for (const double dropout : {0.1, 0.5}) {
            Setup setup({.layers = 3, .adaptedLayers = {1, 2}, .dropout = dropout});
            const Batch batch = mixedBatch(77);
            const double loss = setup.run(batch, 20.0);
            const auto [expected, gradients] = setup.plainly(plain::Tokens::cut(batch), 20.0);
            QVERIFY(std::abs(loss - expected) <= 1e-13 * expected);
            const QString text = setup.differences(gradients);
            QVERIFY2(text.isEmpty(), qPrintable(text));
        }
    }

    void lossIsTheEvaluations_data() { addCases(); }
    void lossIsTheEvaluations()
    {
        QFETCH(const Case, test);
        Setup setup(test);
        const Batch batch = mixedBatch(78);
        const double trained = setup.run(batch, 1.0);
        const at::Tensor hidden = setup.model->forward(batch.tokens, &setup.arena.adapters);
        const double evaluated = lossSum(hidden, setup.model->head(), batch.targets).item<double>();
        QVERIFY(std::abs(trained - evaluated) <= 1e-13 * evaluated);
        const at::Tensor base = setup.model->forward(batch.tokens, nullptr);
        QVERIFY(std::abs(lossSum(base, setup.model->head(), batch.targets).item<double>() - evaluated) > 1e-3);
    }

    void recomputedBlocksGiveTheSameBits_data() { addDropoutCases(); }
    void recomputedBlocksGiveTheSameBits()
    {
        QFETCH(const Case, test);
        for (const auto type : {at::kDouble, at::kBFloat16}) {
            Setup kept(test, type);
            Setup twice(test, type);
            for (const std::uint64_t seed : {79U, 80U}) { // the second shows that the generators stand alike
                const Batch batch = mixedBatch(seed);
                QCOMPARE(twice.run(batch, 20.0, /*recomputes=*/true), kept.run(batch, 20.0, /*recomputes=*/false));
                QVERIFY(kept.gradients.abs().max().item<double>() > 0.0);
                QVERIFY(identical(twice.gradients, kept.gradients));
                if (test.dropout > 0.0)
                    QVERIFY(at::equal(
                        kept.pass.dropout().generator->get_state(), twice.pass.dropout().generator->get_state()));
            }
        }
    }

    void recomputedNormsGiveTheSameBits_data() { addCases(); }
    /// Of both halves of a block where blocks are kept, of the first where they are computed again.
    void recomputedNormsGiveTheSameBits()
    {
        QFETCH(const Case, test);
        for (const auto type : {at::kDouble, at::kBFloat16}) {
            Setup kept(test, type);
            Setup twice(test, type);
            twice.pass.recomputeNorms();
            for (const std::uint64_t seed : {79U, 80U}) { // the second finds used buffers
                const Batch batch = mixedBatch(seed);
                for (const bool recomputes : {false, true}) {
                    QCOMPARE(twice.run(batch, 20.0, recomputes), kept.run(batch, 20.0));
                    QVERIFY(kept.gradients.abs().max().item<double>() > 0.0);
                    QVERIFY(identical(twice.gradients, kept.gradients));
                }
            }
        }
    }

    /// A run may change its mind from step to step.
    void recomputationComesAndGoes()
    {
        const Case test {.layers = 3, .adaptedLayers = {1, 2}, .dropout = 0.2};
        Setup kept(test);
        Setup changing(test);
        for (const bool recomputes : {true, false, false, true, false}) {
            const Batch batch = mixedBatch(81);
            QCOMPARE(changing.run(batch, 20.0, recomputes), kept.run(batch, 20.0));
            QVERIFY(identical(changing.gradients, kept.gradients));
        }
    }

    void microBatchesSumToTheWhole_data() { addCases(); }
    void microBatchesSumToTheWhole()
    {
        QFETCH(const Case, test);
        const Batch batch = mixedBatch(82);
        const auto normalizer = static_cast<double>(batch.targetCount);
        Setup whole(test);
        const double expected = whole.run(batch, normalizer);
        for (const std::int64_t size : {1, 3}) {
            Setup parts(test);
            double loss = 0.0;
            for (const Batch& part : splitMicroBatches(batch, size))
                loss += parts.run(part, normalizer);
            QVERIFY(std::abs(loss - expected) <= 1e-13 * expected);
            const QString text = parts.differences(whole.gradients);
            QVERIFY2(text.isEmpty(), qPrintable(text));
        }
    }

    /// Buffers hold the numbers of a longer batch, then have to grow.
    void usedBuffersGiveTheNumbersOfFreshOnes_data() { addDropoutCases(); }
    void usedBuffersGiveTheNumbersOfFreshOnes()
    {
        QFETCH(const Case, test);
        for (const bool recomputes : {false, true}) {
            Setup used(test);
            for (const Batch& batch :
                {fullBatch(83, 4, 33), mixedBatch(84), fullBatch(85, 1, 1), fullBatch(86, 5, 40)}) {
                Setup fresh(test);
                if (test.dropout > 0.0)
                    at::Generator(*fresh.pass.dropout().generator)
                        .set_state(used.pass.dropout().generator->get_state());
                used.gradients.zero_();
                QCOMPARE(used.run(batch, 30.0, recomputes), fresh.run(batch, 30.0, recomputes));
                QVERIFY(identical(used.gradients, fresh.gradients));
            }
        }
    }

    /// Samples without loss vanish from the pack, wherever they stand.
    void samplesWithoutTargetsVanish()
    {
        const Batch batch = mixedBatch(87);
        const auto silent = [&](at::Tensor rows) { return at::full_like(rows, Batch::ignored); };
        const Batch more {.tokens = at::cat({batch.tokens.narrow(0, 1, 2), batch.tokens, batch.tokens}),
            .targets = at::cat({silent(batch.targets.narrow(0, 1, 2)), batch.targets, silent(batch.targets)}),
            .targetCount = batch.targetCount};
        const PackedBatch expected = packed(batch, at::kCPU);
        const PackedBatch pack = packed(more, at::kCPU);
        QVERIFY(identical(pack.tokens, expected.tokens));
        QVERIFY(identical(pack.offsets, expected.offsets));
        Setup one({});
        Setup other({});
        QCOMPARE(one.run(more, 20.0), other.run(batch, 20.0));
        QVERIFY(identical(one.gradients, other.gradients));
    }

    void packedSamplesLieEndToEnd()
    {
        const Batch batch = mixedBatch(88);
        const PackedBatch pack = packed(batch, at::kCPU);
        const at::Tensor lengths = at::tensor({11, 19, 1, 4}, at::kInt);
        QVERIFY(identical(pack.offsets.diff(), lengths));
        QCOMPARE(pack.samples(), 4);
        QCOMPARE(pack.rows(), 35);
        QCOMPARE(pack.longest, 19);
        const plain::Tokens tokens = plain::Tokens::cut(batch);
        QVERIFY(identical(pack.tokens, tokens.ids));
        QVERIFY(identical(pack.targets, tokens.targets.index_select(0, pack.bearing)));
        QVERIFY(identical(pack.bearing, at::nonzero(tokens.targets != Batch::ignored).squeeze(1)));
        const at::Tensor positions = at::cat({at::arange(11), at::arange(19), at::arange(1), at::arange(4)});
        QVERIFY(identical(pack.positions, positions.to(at::kInt)));
        QVERIFY(!packed(fullBatch(89, 2, 3), at::kCPU).bearing.defined());
    }

    /// As on CUDA: whatever the counts round up to, a target stays with its row, and what fills up bears no loss.
    void fillingUpChangesNothing_data()
    {
        QTest::addColumn<int>("samples"); // of 16 tokens, but for the first
        QTest::addColumn<int>("first"); // its tokens
        QTest::addColumn<int>("silent"); // tokens at each sample's begin that bear no loss
        QTest::newRow("rows and targets round up to one number") << 4 << 5 << 3;
        QTest::newRow("all bear loss") << 4 << 5 << 0;
        QTest::newRow("all bear loss, one row short of a round number") << 16 << 15 << 0;
        QTest::newRow("targets round up to less") << 20 << 12 << 9;
    }

    void fillingUpChangesNothing()
    {
        QFETCH(const int, samples);
        QFETCH(const int, first);
        QFETCH(const int, silent);
        Batch batch = fullBatch(91, samples, 16);
        batch.targets[0].narrow(0, first, 16 - first).fill_(Batch::ignored);
        batch.targets.narrow(1, 0, silent).fill_(Batch::ignored);
        batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();

        const PackedBatch plain = packed(batch, at::kCPU, /*fillsUp=*/false, batch.tokens.size(1));
        const PackedBatch filled = packed(batch, at::kCPU, /*fillsUp=*/true, batch.tokens.size(1));
        const auto rowsOf = [](const PackedBatch& pack) {
            const at::Tensor rows = pack.bearing.defined() ? pack.bearing : at::arange(pack.rows());
            return rows.masked_select(pack.targets >= 0);
        };
        QVERIFY(filled.rows() > plain.rows());
        QVERIFY(identical(filled.tokens.narrow(0, 0, plain.rows()), plain.tokens));
        QVERIFY(identical(filled.targets.masked_select(filled.targets >= 0), plain.targets));
        QVERIFY(identical(rowsOf(filled), rowsOf(plain)));

        Setup one({});
        Setup other({});
        const double loss = one.run(batch, 20.0);
        QVERIFY(std::abs(other.run(batch, 20.0, /*recomputes=*/false, /*fillsUp=*/true) - loss) <= 1e-12 * loss);
        QVERIFY((other.gradients - one.gradients).norm().item<double>() <= 1e-12 * one.gradients.norm().item<double>());
    }

    /// A frozen model's price: the loss is the base's, and with triplets the gradients are what they were.
    void reachingTheEmbeddingChangesNothing()
    {
        const Case test {.layers = 3, .targets = {"v_proj"}, .adaptedLayers = {1}};
        const Batch batch = mixedBatch(90);
        Setup setup(test);
        const PackedBatch pack = packed(batch, at::kCPU);
        const double base
            = lossSum(setup.model->forward(batch.tokens, nullptr), setup.model->head(), batch.targets).item<double>();
        for (const bool recomputes : {false, true}) {
            for (const bool reaches : {false, true}) {
                TrainingPass frozen(*setup.model, {}, {});
                if (reaches)
                    frozen.reachEmbedding();
                for (int step = 0; step < 2; ++step)
                    QVERIFY(std::abs(frozen.run(pack, at::ones({}, at::kDouble), recomputes).item<double>() - base)
                        <= 1e-13 * base);
            }
        }
        Setup reaching(test);
        reaching.pass.reachEmbedding();
        QCOMPARE(reaching.run(batch, 20.0), setup.run(batch, 20.0));
        QVERIFY(identical(reaching.gradients, setup.gradients));
    }

    /// float32 by its rounding; a bfloat16 base trains float32 triplets in the exact gradient's direction.
    void narrowerTypes()
    {
        Setup exact({});
        const Batch batch = mixedBatch(91);
        const double loss = exact.run(batch, 20.0);
        Setup single({}, at::kFloat);
        QVERIFY(std::abs(single.run(batch, 20.0) - loss) <= 1e-5 * loss);
        NEAR("float32", single.gradients, exact.gradients, 1e-4);
        Setup half({}, at::kBFloat16);
        // By first-order error propagation (see tst_logits): 8 roundings a block and 4 more, of 2⁻⁹ on average.
        QVERIFY(std::abs(half.run(batch, 20.0) - loss) <= 20.0 / 512.0 * loss);
        QVERIFY(half.gradients.scalar_type() == at::kFloat);
        const at::Tensor a = exact.gradients;
        const at::Tensor b = half.gradients.to(at::kDouble);
        const double cosine = ((a * b).sum() / (a.norm() * b.norm())).item<double>();
        // Some thirty roundings of 2⁻⁸ one after the other are apart by √30 · 2⁻⁸ ≈ 2 % of the norm; three times that.
        QVERIFY2(cosine > 0.998, qPrintable(QString::number(cosine, 'g', 9)));
    }

    /// Shards add to buffers of their own, of which the arena takes the sum.
    void collectedGradientsAreTheSum()
    {
        Setup setup({});
        setup.run(mixedBatch(93), 20.0);
        const at::Tensor first = setup.joined.makeSums();
        const at::Tensor second = setup.joined.makeSums();
        QCOMPARE(second.abs().max().item<double>(), 0.0);
        const auto collected = [&](bool withFirst, bool withSecond) {
            Random numbers(95);
            first.copy_(numbers.normal(first.sizes()) * (withFirst ? 1.0 : 0.0));
            second.copy_(numbers.normal(second.sizes()) * (withSecond ? 1.0 : 0.0));
            setup.arena.gradients.fill_(5.0); // of the step before
            setup.joined.collect(std::array {first, second});
            return setup.arena.gradients.clone();
        };
        NEAR("sum", collected(true, true), collected(true, false) + collected(false, true), 1e-14);
        QCOMPARE(first.abs().max().item<double>(), 0.0);
        QCOMPARE(second.abs().max().item<double>(), 0.0);
    }

    /// A prompt in pieces: what goes on behind a filled cache sees all that is before it, and nothing to its right.
    void piecesThroughTheCacheAreTheWhole_data() { addCases(); }
    void piecesThroughTheCacheAreTheWhole()
    {
        QFETCH(const Case, test);
        Setup setup(test);
        const at::Tensor tokens = fullBatch(95, 3, 14).tokens;
        const at::Tensor whole = setup.model->forward(tokens, &setup.arena.adapters);
        KeyValueCache cache;
        std::vector<at::Tensor> pieces;
        for (const at::Tensor& piece : at::split_with_sizes(tokens, {2, 7, 1, 4}, 1))
            pieces.push_back(setup.model->forward(piece, &setup.arena.adapters, &cache));
        QVERIFY(relativeDifference(at::cat(pieces, 1), whole) <= 1e-13);
    }

    /// The arena's copies for training follow its values only when they are told to.
    void refreshBringsTheValues()
    {
        Setup setup({}, at::kBFloat16);
        const Batch batch = mixedBatch(92);
        const double before = setup.run(batch, 20.0);
        setup.arena.values.mul_(2.0);
        QCOMPARE(setup.run(batch, 20.0), before);
        setup.joined.refresh();
        QVERIFY(std::abs(setup.run(batch, 20.0) - before) > 1e-3 * before);
    }
};

QTEST_GUILESS_MAIN(TestTrainingPass)
#include "tst_trainingpass.moc"
