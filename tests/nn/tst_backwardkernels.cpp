// SPDX-License-Identifier: GPL-3.0-or-later
// The forms of kernels that a block's backward alone asks for: a rotation on the way from three matrices, and a gated
// product's gradient without the product.
#include "tests/nn/KernelCases.h"
#include "tests/nn/PlainReference.h"
#include "training/nn/FusedOps.h"

#include <array>
#include <utility>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// What attention's backward gives, and where it goes.
struct Gradients {
    at::Tensor all; // query | key | value
    Range query;
    Range key;
    Range value;
    Range to; ///< not a number: what it held is not read

    Gradients(const at::Tensor& values, std::int64_t queryWidth, std::int64_t keyWidth)
        : all(values)
        , query(values.narrow(1, 0, queryWidth))
        , key(values.narrow(1, queryWidth, keyWidth))
        , value(values.narrow(1, queryWidth + keyWidth, keyWidth))
        , to(at::full_like(values, NAN))
    {
    }
    [[nodiscard]] bool marginsHold() const
    {
        return query.marginsHold() && key.marginsHold() && value.marginsHold() && to.marginsHold();
    }
};

} // namespace

class TestBackwardKernels : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// As many key heads as query heads, some, and one.
    /// bfloat16: x·cos and the result are rounded, each at most |x| large.
    void rotateBack_data() { addTypes(); }
    void rotateBack()
    {
        const at::ScalarType type = fetchType();
        Random random(71);
        const at::Tensor positions = at::tensor({0, 1, 2, 0, 0, 40}, at::kLong);
        const at::Tensor narrow = positions.to(at::kInt);
        constexpr std::array<std::pair<std::int64_t, std::int64_t>, 4> forms {{{1, 1}, {3, 3}, {4, 2}, {5, 1}}};
        for (const auto& [heads, kvHeads] : forms) {
            for (const std::int64_t headDim : {2, 6, 8, 64, 80}) {
                const at::Tensor angle = plain::angles(41, headDim, 500.0);
                const at::Tensor cos = angle.cos().to(type);
                const at::Tensor sin = angle.sin().to(type);
                const Gradients dy(
                    random.normal({6, (heads + 2 * kvHeads) * headDim}, type), heads * headDim, kvHeads * headDim);
                ops::rotateBack(dy.query.rows, dy.key.rows, dy.value.rows, narrow, cos, sin, dy.to.rows);

                const Range together(dy.all);
                ops::rotate(together.rows, heads + kvHeads, narrow, cos, sin, /*back=*/true);
                QVERIFY(identical(dy.to.rows, together.rows));

                const at::Tensor input = leaf(at::zeros_like(dy.all)); // the rotation is linear
                plain::rotate(input, heads + kvHeads, positions, leaf(cos), leaf(sin)).backward(leaf(dy.all).detach());
                NEAR("gradient", dy.to.rows, input.grad(), allowed(type, 4, 2), dy.all.abs().max().item<double>());

                QVERIFY(identical(at::cat({dy.query.rows, dy.key.rows, dy.value.rows}, 1), dy.all));
                QVERIFY(dy.marginsHold());
            }
        }
    }

    /// Whoever does not read the product again keeps its gradient.
    void gatedGradientWithoutTheProduct_data() { addTypes(); }
    void gatedGradientWithoutTheProduct()
    {
        const at::ScalarType type = fetchType();
        Random random(72);
        for (const std::int64_t rows : {1, 5}) {
            for (const std::int64_t width : {1, 7, 16, 33, 172}) {
                const at::Tensor gateUp = random.normal({rows, 2 * width}, type) * 3.0;
                const at::Tensor dOut = random.normal({rows, width}, type);
                const Range expected(gateUp);
                const Range product(dOut);
                ops::swiGluBackward(expected.rows, product.rows, /*wantsOut=*/true);
                const Range gradient(gateUp);
                const Range kept(dOut);
                ops::swiGluBackward(gradient.rows, kept.rows, /*wantsOut=*/false);
                QVERIFY(identical(gradient.rows, expected.rows));
                QVERIFY(identical(kept.rows, dOut));
                QVERIFY(!identical(gradient.rows, gateUp));
                QVERIFY(gradient.marginsHold() && kept.marginsHold());
            }
        }
    }

private:
    static at::ScalarType fetchType()
    {
        QFETCH(const int, typeNumber);
        return static_cast<at::ScalarType>(typeNumber);
    }
};

QTEST_GUILESS_MAIN(TestBackwardKernels)
#include "tst_backwardkernels.moc"
