// SPDX-License-Identifier: GPL-3.0-or-later
// Products with one thin factor on the CPU, the twins of CUDA's, held to plain products in float64.
#include "tests/nn/KernelCases.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <array>
#include <vector>

using namespace spectune;
using namespace spectune::testing;

namespace {

constexpr std::array<std::int64_t, 4> ranks {0, 1, 3, 12};
constexpr std::array<std::int64_t, 5> widths {1, 7, 16, 33, 172};

/// a b and Σ of its absolute terms.
struct Product {
    at::Tensor value;
    double size = 0.0;

    Product(const at::Tensor& a, const at::Tensor& b)
        : value(at::mm(a.to(at::kDouble), b.to(at::kDouble)))
        , size(at::mm(a.to(at::kDouble).abs(), b.to(at::kDouble).abs()).max().item<double>())
    {
    }
};

} // namespace

class TestThinProducts : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { prepareThread(at::kCPU, 1); }

    /// Factors of every rank at once. bfloat16: the sum is rounded.
    void rowsTimesFactors_data() { addTypes(); }
    void rowsTimesFactors()
    {
        const at::ScalarType type = fetchType();
        ops::withElementType(type, [&]<typename T>(T*) {
            for (const std::int64_t rows : {1, 5, 64}) {
                for (const std::int64_t depth : widths)
                    checkRows<T>(type, rows, depth);
            }
        });
    }

    /// What sums held is added to.
    void sumsOverRows_data() { addTypes(); }
    void sumsOverRows()
    {
        const at::ScalarType type = fetchType();
        ops::withElementType(type, [&]<typename T>(T*) {
            for (const std::int64_t rows : {1, 5, 64}) {
                for (const std::int64_t width : widths)
                    checkSums<T>(type, rows, width);
            }
        });
    }

    void noRows()
    {
        const at::Tensor x = at::ones({1, 3}, at::kFloat);
        const at::Tensor kept = at::full({3, 3}, 7.0, at::kFloat);
        kernels::ThinRowArgs<float> products {.products = {}, .count = 1, .rows = 0};
        products.products[0] = {.x = ops::rowsOf<const float>(x),
            .factor = ops::rowsOf<const float>(kept),
            .out = ops::rowsOf<float>(kept),
            .rank = 3,
            .depth = 3};
        kernels::ThinSumArgs<float> sums {.products = {}, .count = 1, .rows = 0};
        sums.products[0] = {.thin = ops::rowsOf<const float>(x),
            .wide = ops::rowsOf<const float>(x),
            .sums = ops::rowsOf<float>(kept),
            .rank = 3,
            .width = 3};
        QVERIFY(kernels::cpuTable<float>().thinRows(products, nullptr));
        kernels::cpuTable<float>().thinSums(sums, nullptr);
        QVERIFY(kept.eq(7.0).all().item<bool>());
    }

private:
    static at::ScalarType fetchType()
    {
        QFETCH(const int, typeNumber);
        return static_cast<at::ScalarType>(typeNumber);
    }

    template <typename T>
    static void checkRows(at::ScalarType type, std::int64_t rows, std::int64_t depth)
    {
        Random random(81);
        const Range x(random.normal({rows, depth}, type));
        std::vector<Range> factors;
        std::vector<Range> outs;
        kernels::ThinRowArgs<T> args {.products = {}, .count = static_cast<std::int64_t>(ranks.size()), .rows = rows};
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            factors.emplace_back(random.normal({depth, ranks[i]}, type));
            outs.emplace_back(at::full({rows, ranks[i]}, 3.0, type)); // overwritten
            args.products[i] = {.x = ops::rowsOf<const T>(x.rows),
                .factor = ops::rowsOf<const T>(factors[i].rows),
                .out = ops::rowsOf<T>(outs[i].rows),
                .rank = ranks[i],
                .depth = depth};
        }
        QVERIFY(kernels::cpuTable<T>().thinRows(args, nullptr));
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            QVERIFY(factors[i].marginsHold() && outs[i].marginsHold());
            if (ranks[i] == 0)
                continue;
            const Product expected(x.rows, factors[i].rows);
            NEAR("rows", outs[i].rows, expected.value, allowed(type, depth + 1, 1), expected.size);
        }
        QVERIFY(x.marginsHold());
    }

    template <typename T>
    static void checkSums(at::ScalarType type, std::int64_t rows, std::int64_t width)
    {
        Random random(82);
        const Range wide(random.normal({rows, width}, type));
        std::vector<Range> thins;
        std::vector<Range> sums;
        std::vector<at::Tensor> before;
        kernels::ThinSumArgs<T> args {.products = {}, .count = static_cast<std::int64_t>(ranks.size()), .rows = rows};
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            thins.emplace_back(random.normal({rows, ranks[i]}, type));
            sums.emplace_back(random.normal({ranks[i], width}, ops::wideType(type)));
            before.push_back(sums[i].rows.clone());
            args.products[i] = {.thin = ops::rowsOf<const T>(thins[i].rows),
                .wide = ops::rowsOf<const T>(wide.rows),
                .sums = ops::rowsOf<kernels::Wide<T>>(sums[i].rows),
                .rank = ranks[i],
                .width = width};
        }
        kernels::cpuTable<T>().thinSums(args, nullptr);
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            QVERIFY(thins[i].marginsHold() && sums[i].marginsHold());
            if (ranks[i] == 0)
                continue;
            const Product added(thins[i].rows.t(), wide.rows);
            NEAR("sums", sums[i].rows, before[i].to(at::kDouble) + added.value, allowed(type, rows + 1, 0),
                added.size + before[i].abs().max().item<double>());
        }
        QVERIFY(wide.marginsHold());
    }
};

QTEST_GUILESS_MAIN(TestThinProducts)
#include "tst_thinproducts.moc"
