// SPDX-License-Identifier: GPL-3.0-or-later
// Attention over packed sequences on the CPU, values and gradients, held to autograd's softmax in float64.
#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "tests/support/AttentionCases.h"

using namespace spectune;
using namespace spectune::testing;

namespace {

const Lengths packs[] = {{1}, {2}, {15}, {16}, {17}, {33}, {5, 1, 33, 16, 2}, {3, 3}, {4, 0, 3, 0}};

/// Empty where value and gradient are autograd's.
/// A score is a sum of headDim terms, an output one over the keys; an error of a score is one of its probability
/// relative to itself, and scores are a few units large: 8. The backward has the sum of a softmax from its logarithm,
/// which is as exact as it is small: @p scores. bfloat16 rounds the output, which the backward reads, and the gradient.
QString checked(const AttentionForm& form, const Lengths& lengths, const at::Tensor& values, const at::Tensor& upstream,
    AttentionBuffers& buffers, std::int64_t scores = 0)
{
    const at::ScalarType type = values.scalar_type();
    const PackedBatch batch = packOf(lengths);
    const at::Tensor input = leaf(values);
    const at::Tensor expected = plain::attention(input, lengths, form);
    expected.backward(leaf(upstream).detach());
    const Range qkv(values);
    const Range dOut(upstream);
    const Range dQkv(at::full_like(values, 3.0)); // overwritten
    const std::int64_t terms = 8 * (form.headDim + batch.longest);
    attentionForward(qkv.rows, batch, form, buffers.scratch, buffers.saved);
    QString text = apart("value", buffers.saved.out, expected, allowed(type, terms, 2));
    attentionBackward(
        qkv.rows, batch, form, buffers.saved, dOut.rows, stillRotary(form, type), buffers.scratch, dQkv.rows);
    // Part by part: those of v are much larger than those of q. Where a query sees one key alone those of q and k are
    // 0, the difference of terms as large as dO · v · k.
    const std::int64_t queries = form.heads * form.headDim;
    const std::int64_t keys = form.kvHeads * form.headDim;
    const double size = upstream.abs().max().item<double>() * values.abs().max().item<double>();
    const auto part = [&](const char* name, std::int64_t begin, std::int64_t width) {
        text += apart(name, dQkv.rows.narrow(1, begin, width), input.grad().narrow(1, begin, width),
            allowed(type, terms + scores, 3), size);
    };
    part("gradient of q", 0, queries);
    part("gradient of k", queries, keys);
    part("gradient of v", queries + keys, keys);
    if (!qkv.marginsHold() || !dOut.marginsHold() || !dQkv.marginsHold())
        text += "a margin was written to";
    return text;
}

} // namespace

class TestAttention : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    void equalsPlainSoftmax_data()
    {
        QTest::addColumn<int>("typeNumber");
        QTest::addColumn<int>("heads");
        QTest::addColumn<int>("kvHeads");
        QTest::addColumn<int>("headDim");
        struct Type {
            const char* name;
            at::ScalarType type;
        };
        for (const auto& [name, type] :
            {Type {"float64", at::kDouble}, Type {"float32", at::kFloat}, Type {"bfloat16", at::kBFloat16}}) {
            const auto row = [name = name, type = type](int heads, int kvHeads, int headDim) {
                QTest::addRow("%s, %d/%d heads of %d", name, heads, kvHeads, headDim)
                    << static_cast<int>(type) << heads << kvHeads << headDim;
            };
            row(1, 1, 2);
            row(2, 2, 6);
            row(4, 1, 8);
            row(4, 2, 64);
            row(4, 1, 80);
        }
    }

    void equalsPlainSoftmax()
    {
        QFETCH(const int, typeNumber);
        QFETCH(const int, heads);
        QFETCH(const int, kvHeads);
        QFETCH(const int, headDim);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        Random random(21);
        AttentionBuffers buffers; // of all cases, longer and shorter ones
        for (const Lengths& lengths : packs) {
            for (const std::int64_t window : {0, 1, 5, 100}) {
                const AttentionForm form {.heads = heads, .kvHeads = kvHeads, .headDim = headDim, .window = window};
                const std::int64_t rows = packOf(lengths).offsets[-1].item<int>();
                const QString text = checked(form, lengths, random.normal({rows, widthOf(form)}, type),
                    random.normal({rows, heads * headDim}, type), buffers);
                QVERIFY2(text.isEmpty(), qPrintable(QString("%1 rows, window %2: %3").arg(rows).arg(window).arg(text)));
            }
        }
    }

    /// Scores of ±8192, every product exact: the softmax is a mean over the equal largest, and nothing overflows.
    void hugeScores_data() { addTypes(); }
    void hugeScores()
    {
        QFETCH(const int, typeNumber);
        const auto type = static_cast<at::ScalarType>(typeNumber);
        const AttentionForm form {.heads = 2, .kvHeads = 1, .headDim = 4, .window = 0};
        Random random(22);
        const std::int64_t rows = 40;
        at::Tensor values = random.normal({rows, widthOf(form)}, type);
        at::Tensor large = values.narrow(1, 0, 12); // q and k
        large.copy_(at::where(large > 0.0, 64.0, -64.0));
        const at::Tensor dOut = random.normal({rows, 8}, type);
        AttentionBuffers buffers;
        const QString text = checked(form, {33, 7}, values, dOut, buffers, 8192);
        QVERIFY2(text.isEmpty(), qPrintable(text));
    }

    /// What lies beside a sequence in a pack changes none of its bits.
    void sequencesDoNotSeeEachOther()
    {
        const AttentionForm form {.heads = 4, .kvHeads = 2, .headDim = 6, .window = 5};
        Random random(23);
        const at::Tensor values = random.normal({24, widthOf(form)}, at::kFloat);
        const at::Tensor dOut = random.normal({24, 24}, at::kFloat);
        AttentionBuffers all;
        const at::Tensor gradients = at::zeros_like(values);
        attentionForward(values, packOf({4, 19, 1}), form, all.scratch, all.saved);
        const Rotary rotary = stillRotary(form, at::kFloat);
        attentionBackward(values, packOf({4, 19, 1}), form, all.saved, dOut, rotary, all.scratch, gradients);
        std::int64_t first = 0;
        for (const std::int64_t length : {4, 19, 1}) {
            AttentionBuffers own;
            const at::Tensor rows = values.narrow(0, first, length);
            const at::Tensor gradient = at::zeros_like(rows);
            attentionForward(rows, packOf({length}), form, own.scratch, own.saved);
            attentionBackward(
                rows, packOf({length}), form, own.saved, dOut.narrow(0, first, length), rotary, own.scratch, gradient);
            QVERIFY(identical(all.saved.out.narrow(0, first, length), own.saved.out));
            QVERIFY(identical(all.saved.logSumExp.narrow(1, first, length), own.saved.logSumExp));
            QVERIFY(identical(gradients.narrow(0, first, length), gradient));
            first += length;
        }
    }

    void logSumExpIsOfTheScores()
    {
        const AttentionForm form {.heads = 2, .kvHeads = 2, .headDim = 6, .window = 3};
        Random random(24);
        const at::Tensor values = random.normal({18, widthOf(form)});
        AttentionBuffers buffers;
        attentionForward(values, packOf({18}), form, buffers.scratch, buffers.saved);
        const at::Tensor q = values.narrow(1, 6, 6);
        const at::Tensor k = values.narrow(1, 18, 6);
        const at::Tensor scores = at::mm(q, k.t()) / std::sqrt(6.0);
        const at::Tensor seen = at::ones_like(scores).tril().triu(-2);
        const at::Tensor expected = scores.masked_fill(seen == 0.0, -INFINITY).logsumexp(1);
        NEAR("of the second head", buffers.saved.logSumExp[1], expected, 1e-14);
    }
};

QTEST_GUILESS_MAIN(TestAttention)
#include "tst_attention.moc"
