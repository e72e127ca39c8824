// SPDX-License-Identifier: GPL-3.0-or-later
// The CPU's functions are compiled for several instruction sets: all that this processor has must agree, and none may
// write beside its rows or its scratch.
#include "tests/nn/InstructionSetCases.h"
#include "training/nn/FusedOps.h"

using namespace spectune;
using namespace spectune::testing;
using kernels::Table;
using kernels::Wide;

namespace {

template <typename T>
void runNorm(const Table<T>& table, at::ScalarType type, std::int64_t width, Outputs& outputs)
{
    Random random(41);
    const Range x(random.normal({3, width}, type));
    const Range delta(random.normal({3, width}, type));
    const Range sum(at::zeros_like(x.rows));
    const Range y(at::zeros_like(x.rows));
    const Range dx(random.normal({3, width}, type));
    const at::Tensor weight = random.normal({width}, type);
    const at::Tensor inverse = at::zeros({3}, ops::wideType(type));
    table.rmsNorm({.rows = 3,
                      .width = width,
                      .x = ops::rowsOf<const T>(x.rows),
                      .delta = ops::rowsOf<const T>(delta.rows),
                      .sum = ops::rowsOf<T>(sum.rows),
                      .weight = ops::pointerOf<const T>(weight),
                      .y = ops::rowsOf<T>(y.rows),
                      .inverse = ops::pointerOf<Wide<T>>(inverse),
                      .eps = 1e-5},
        nullptr);
    table.rmsNormBackward({.rows = 3,
                              .width = width,
                              .x = ops::rowsOf<const T>(sum.rows),
                              .inverse = ops::pointerOf<const Wide<T>>(inverse),
                              .weight = ops::pointerOf<const T>(weight),
                              .dy = ops::rowsOf<const T>(delta.rows),
                              .dx = ops::rowsOf<T>(dx.rows)},
        nullptr);
    outputs.add("norm's sum", sum);
    outputs.add("norm", y);
    outputs.add("norm's inverse", inverse);
    outputs.add("norm's gradient", dx);
}

template <typename T>
void runRotate(const Table<T>& table, at::ScalarType type, std::int64_t width, Outputs& outputs)
{
    Random random(42);
    const Range x(random.normal({3, 2 * width}, type));
    const at::Tensor angle = random.normal({7, width / 2});
    const at::Tensor cos = at::cat({angle.cos(), angle.cos()}, 1).to(type);
    const at::Tensor sin = at::cat({angle.sin(), angle.sin()}, 1).to(type);
    const at::Tensor positions = at::tensor({0, 6, 3}, at::kInt);
    table.rotate({.rows = 3,
                     .heads = 2,
                     .headDim = width,
                     .x = ops::rowsOf<T>(x.rows),
                     .positions = ops::pointerOf<const std::int32_t>(positions),
                     .cos = ops::pointerOf<const T>(cos),
                     .sin = ops::pointerOf<const T>(sin),
                     .back = true},
        nullptr);
    outputs.add("rotation", x);
}

/// Back, on the way from three matrices of three and of two heads.
template <typename T>
void runRotateOfThree(const Table<T>& table, at::ScalarType type, std::int64_t headDim, Outputs& outputs)
{
    Random random(47);
    const Range x(at::full({3, 7 * headDim}, NAN, type)); // what it held is not read
    const Range query(random.normal({3, 3 * headDim}, type));
    const Range key(random.normal({3, 2 * headDim}, type));
    const Range value(random.normal({3, 2 * headDim}, type));
    const at::Tensor angle = random.normal({7, headDim / 2});
    const at::Tensor cos = at::cat({angle.cos(), angle.cos()}, 1).to(type);
    const at::Tensor sin = at::cat({angle.sin(), angle.sin()}, 1).to(type);
    const at::Tensor positions = at::tensor({5, 0, 6}, at::kInt);
    table.rotate({.rows = 3,
                     .heads = 5,
                     .headDim = headDim,
                     .x = ops::rowsOf<T>(x.rows),
                     .query = ops::rowsOf<const T>(query.rows),
                     .key = ops::rowsOf<const T>(key.rows),
                     .value = ops::rowsOf<const T>(value.rows),
                     .kvHeads = 2,
                     .positions = ops::pointerOf<const std::int32_t>(positions),
                     .cos = ops::pointerOf<const T>(cos),
                     .sin = ops::pointerOf<const T>(sin),
                     .back = true},
        nullptr);
    outputs.add("rotation of three", x);
    outputs.addExact("values beside the rotation", x.rows.narrow(1, 5 * headDim, 2 * headDim));
    outputs.addExact("query", query);
    outputs.addExact("key", key);
    outputs.addExact("value", value);
}

template <typename T>
void runSwiGlu(const Table<T>& table, at::ScalarType type, std::int64_t width, Outputs& outputs)
{
    Random random(43);
    const Range gateUp(random.normal({3, 2 * width}, type) * 4.0);
    const Range dOut(random.normal({3, width}, type));
    const Range dGateUp(at::zeros_like(gateUp.rows));
    const Range out(at::zeros_like(dOut.rows));
    const Range again(at::zeros_like(dOut.rows));
    table.swiGlu(
        {.rows = 3, .width = width, .gateUp = ops::rowsOf<const T>(gateUp.rows), .out = ops::rowsOf<T>(out.rows)},
        nullptr);
    table.swiGluBackward({.rows = 3,
                             .width = width,
                             .gateUp = ops::rowsOf<const T>(gateUp.rows),
                             .dOut = ops::rowsOf<const T>(dOut.rows),
                             .dGateUp = ops::rowsOf<T>(dGateUp.rows),
                             .out = ops::rowsOf<T>(again.rows)},
        nullptr);
    outputs.add("gated product", out);
    outputs.add("gated product's gradient", dGateUp);
    outputs.add("gated product again", again);
}

/// With factors of gate and of the product; what the thin products alone do is part of it.
template <typename T>
void runSwiGluThin(const Table<T>& table, at::ScalarType type, std::int64_t width, Outputs& outputs)
{
    constexpr std::int64_t rank = 3;
    Random random(46);
    const Range gateUp(random.normal({5, 2 * width}, type) * 4.0);
    const Range dOut(random.normal({5, width}, type));
    const Range dGateUp(at::zeros_like(gateUp.rows));
    const Range out(at::zeros_like(dOut.rows));
    const Range thin(random.normal({5, rank}, type));
    const Range factor(random.normal({width, rank}, type));
    const Range product(at::zeros_like(thin.rows));
    const Range sums(at::zeros({rank, width}, ops::wideType(type)));
    const Range sumsOfOut(at::zeros({rank, width}, ops::wideType(type)));
    const auto thinRows = ops::rowsOf<const T>(thin.rows);
    const bool done = table.swiGluThin({.gradient = {.rows = 5,
                                            .width = width,
                                            .gateUp = ops::rowsOf<const T>(gateUp.rows),
                                            .dOut = ops::rowsOf<const T>(dOut.rows),
                                            .dGateUp = ops::rowsOf<T>(dGateUp.rows),
                                            .out = ops::rowsOf<T>(out.rows)},
                                           .ofGate = {thinRows, ops::rowsOf<Wide<T>>(sums.rows), rank},
                                           .ofUp = {},
                                           .ofOut = {thinRows, ops::rowsOf<Wide<T>>(sumsOfOut.rows), rank},
                                           .byGate = {ops::rowsOf<const T>(factor.rows), ops::rowsOf<T>(product.rows)},
                                           .byUp = {}},
        nullptr);
    outputs.stayedInside = outputs.stayedInside && done;
    outputs.add("gated product's gradient, with factors", dGateUp);
    outputs.add("gated product again, with factors", out);
    outputs.add("sums of gate's factor", sums);
    outputs.add("sums of the product's factor", sumsOfOut);
    outputs.add("product with gate's factor", product);
}

template <typename T>
void runCrossEntropy(const Table<T>& table, at::ScalarType type, std::int64_t width, Outputs& outputs)
{
    Random random(44);
    const Range logits(random.normal({3, width}, type) * 5.0);
    const at::Tensor targets = random.integers(width, {3});
    const at::Tensor losses = at::zeros({3}, ops::wideType(type));
    const at::Tensor scale = at::full({}, 0.5, ops::wideType(type));
    table.crossEntropy({.rows = 3,
                           .vocabulary = width,
                           .logits = ops::rowsOf<T>(logits.rows),
                           .targets = ops::pointerOf<const std::int64_t>(targets),
                           .losses = ops::pointerOf<Wide<T>>(losses),
                           .scale = ops::pointerOf<const Wide<T>>(scale)},
        nullptr);
    outputs.add("losses", losses);
    outputs.add("logits' gradient", logits);
}

/// Two sequences, the longer of @p length, in a scratch of exactly the size that is asked for.
template <typename T>
void runAttention(
    const Table<T>& table, at::ScalarType type, std::int64_t length, std::int64_t headDim, Outputs& outputs)
{
    Random random(45);
    const at::Tensor offsets = at::tensor({0L, length, length + 1}, at::kInt);
    const std::int64_t rows = length + 1;
    const Range qkv(random.normal({rows, 8 * headDim}, type));
    const Range dOut(random.normal({rows, 4 * headDim}, type));
    const Range out(at::zeros_like(dOut.rows));
    const Range dQkv(at::zeros_like(qkv.rows));
    const Range logSumExp(at::zeros({1, 4 * rows}, ops::wideType(type)));
    const std::int64_t elements = kernels::attentionScratch(length, headDim);
    const Range scratch(at::full({1, elements}, NAN, ops::wideType(type))); // what it held is not read
    const kernels::AttentionArgs<T> args {.sequences = 2,
        .longest = length,
        .offsets = ops::pointerOf<const std::int32_t>(offsets),
        .heads = 4,
        .kvHeads = 2,
        .headDim = headDim,
        .window = length > 20 ? 9 : 0,
        .scale = 0.3,
        .qkv = ops::rowsOf<const T>(qkv.rows),
        .out = ops::rowsOf<T>(out.rows),
        .logSumExp = ops::pointerOf<Wide<T>>(logSumExp.rows),
        .scratch = ops::pointerOf<Wide<T>>(scratch.rows)};
    table.attention(args, nullptr);
    outputs.stayedInside = outputs.stayedInside && scratch.marginsHold();
    scratch.rows.fill_(NAN);
    table.attentionBackward(
        {.forward = args, .dOut = ops::rowsOf<const T>(dOut.rows), .dQkv = ops::rowsOf<T>(dQkv.rows)}, nullptr);
    outputs.stayedInside = outputs.stayedInside && scratch.marginsHold();
    outputs.add("attention", out);
    outputs.add("attention's log Σ", logSumExp);
    outputs.add("attention's gradient", dQkv);
}

template <typename T>
Outputs outputsOf(const QString& level, at::ScalarType type)
{
    const Table<T>& table = tableOf<T>(level);
    Outputs outputs(type);
    for (const std::int64_t width : {1, 2, 7, 16, 31, 32, 33, 172}) {
        runNorm(table, type, width, outputs);
        runSwiGlu(table, type, width, outputs);
        runSwiGluThin(table, type, width, outputs);
        runCrossEntropy(table, type, width, outputs);
        if (width % 2 == 0)
            runRotate(table, type, width, outputs);
    }
    for (const std::int64_t headDim : {2, 14, 66, 172}) // halves of 1, 7, 33 and 86
        runRotateOfThree(table, type, headDim, outputs);
    for (const std::int64_t length : {1, 2, 15, 16, 17, 33, 50}) {
        for (const std::int64_t headDim : {2, 6, 8, 64, 80})
            runAttention(table, type, length, headDim, outputs);
    }
    return outputs;
}

Outputs outputsOf(const QString& level, at::ScalarType type)
{
    return ops::withElementType(type, [&]<typename T>(T*) { return outputsOf<T>(level, type); });
}

} // namespace

class TestInstructionSets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void agree_data() { addLevels(); }
    void agree()
    {
        const LevelRow row = levelRow();
        if (!row.isHere)
            QSKIP("this processor does not have it");
        NEAR(outputsOf(row.level, row.type), outputsOf("sse2", row.type));
    }

    void theBestIsChosen()
    {
        const QString chosen = kernels::cpuInstructionSet();
        if (hasAvx512())
            QCOMPARE(chosen, QString("AVX-512"));
        else if (hasAvx2())
            QCOMPARE(chosen, QString("AVX2"));
        const QString level = hasAvx512() ? "avx512" : hasAvx2() ? "avx2" : "sse2";
        QVERIFY(&kernels::cpuTable<float>() == &tableOf<float>(level));
        QVERIFY(&kernels::cpuTable<double>() == &tableOf<double>(level));
        QVERIFY(&kernels::cpuTable<kernels::BFloat16>() == &tableOf<kernels::BFloat16>(level));
    }
};

QTEST_GUILESS_MAIN(TestInstructionSets)
#include "tst_instructionsets.moc"
