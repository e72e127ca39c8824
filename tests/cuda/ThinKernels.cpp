// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/cuda/KernelPairs.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"

#include <array>
#include <vector>

namespace spectune::test {

namespace {

/// A sum of @p count products on the tensor cores. They cut off instead of rounding, which is wrong by twice as much,
/// and add a product to others before it joins the sum: four roundings a product, with those of their own sums and 16
/// parts'.
double termsOf(std::int64_t count)
{
    return 4.0 * static_cast<double>(count) + 16.0;
}

/// a b in float64.
at::Tensor productOf(const at::Tensor& a, const at::Tensor& b)
{
    return at::mm(inDouble(a), inDouble(b));
}

/// Σ of its absolute terms.
at::Tensor sizeOf(const at::Tensor& a, const at::Tensor& b)
{
    return at::mm(inDouble(a).abs(), inDouble(b).abs());
}

/// Products of many ranks and widths at once, against their twin and against float64.
void checkThinSums(std::int64_t rows, bool strided)
{
    using kernels::BFloat16;
    using Args = kernels::ThinSumArgs<BFloat16>;
    struct Product {
        Pair thin;
        Pair wide;
        Pair sums;
    };
    std::vector<Product> products;
    for (const std::int64_t rank : {8, 16, 24, 48, 64}) {
        for (const std::int64_t width : {8, 200, 2048})
            products.push_back({Pair({rows, rank}, at::kBFloat16, strided), Pair({rows, width}, at::kBFloat16, strided),
                Pair({rank, width}, at::kFloat, strided)});
    }
    std::vector<at::Tensor> expected;
    std::vector<Sizes> sizes;
    for (const Product& product : products) {
        const at::Tensor before = inDouble(product.sums.cpu);
        expected.push_back(before + productOf(product.thin.cpu.t(), product.wide.cpu));
        sizes.push_back({.terms = before.abs() + sizeOf(product.thin.cpu.t(), product.wide.cpu)});
    }
    for (const at::Device device : {at::Device(at::kCPU), at::Device(at::kCUDA, 0)}) {
        const auto on = [&](const Pair& pair) { return pair.on(device); };
        Args args {.products = {}, .count = static_cast<std::int64_t>(products.size()), .rows = rows};
        for (std::size_t i = 0; i < products.size(); ++i)
            args.products[i] = {.thin = ops::rowsOf<const BFloat16>(on(products[i].thin)),
                .wide = ops::rowsOf<const BFloat16>(on(products[i].wide)),
                .sums = ops::rowsOf<float>(on(products[i].sums)),
                .rank = products[i].thin.cpu.size(1),
                .width = products[i].wide.cpu.size(1)};
        ops::tableFor<BFloat16>(device).thinSums(args, ops::currentStream(device));
    }
    for (std::size_t i = 0; i < products.size(); ++i) {
        const std::string name = "thinSums, " + std::to_string(rows) + " rows"
            + (strided ? " strided, rank " : ", rank ") + std::to_string(products[i].thin.cpu.size(1)) + ", width "
            + std::to_string(products[i].wide.cpu.size(1));
        products[i].sums.compare(name, {.terms = termsOf(rows)}, sizes[i]);
        report(name + ", float64",
            excess(products[i].sums.gpu, expected[i], at::kFloat, {.terms = termsOf(rows), .sides = 1.0}, sizes[i]),
            1.0);
    }
}

/// Long rows times factors of many ranks, against their twin and against float64.
void checkThinRows(std::int64_t rows, std::int64_t depth)
{
    using kernels::BFloat16;
    using Args = kernels::ThinRowArgs<BFloat16>;
    struct Product {
        Pair x;
        Pair factor;
        Pair out;
    };
    std::vector<Product> products;
    for (const std::int64_t rank : {8, 16, 24, 48, 64})
        products.push_back({Pair({rows, depth}, at::kBFloat16, true), Pair({depth, rank}, at::kBFloat16, true),
            Pair({rows, rank}, at::kBFloat16, true)});
    for (const at::Device device : {at::Device(at::kCPU), at::Device(at::kCUDA, 0)}) {
        const auto on = [&](const Pair& pair) { return pair.on(device); };
        Args args {.products = {}, .count = static_cast<std::int64_t>(products.size()), .rows = rows};
        for (std::size_t i = 0; i < products.size(); ++i)
            args.products[i] = {.x = ops::rowsOf<const BFloat16>(on(products[i].x)),
                .factor = ops::rowsOf<const BFloat16>(on(products[i].factor)),
                .out = ops::rowsOf<BFloat16>(on(products[i].out)),
                .rank = products[i].out.cpu.size(1),
                .depth = depth};
        if (!ops::tableFor<BFloat16>(device).thinRows(args, ops::currentStream(device)))
            return; // a device that leaves them to BLAS
    }
    for (const Product& product : products) {
        const std::string name = "thinRows, " + std::to_string(rows) + " x " + std::to_string(depth) + ", rank "
            + std::to_string(product.out.cpu.size(1));
        const Sizes sizes {.terms = sizeOf(product.x.cpu, product.factor.cpu)};
        product.out.compare(name, {.terms = termsOf(depth), .stores = 1.0}, sizes);
        report(name + ", float64",
            excess(product.out.gpu, productOf(product.x.cpu, product.factor.cpu), at::kBFloat16,
                {.terms = termsOf(depth), .stores = 1.0, .sides = 1.0}, sizes),
            1.0);
    }
}

/// A gated product's backward with factors of these ranks (0: none).
class GatedCase {
public:
    using Ranks = std::array<std::int64_t, 3>;

    GatedCase(std::int64_t rows, std::int64_t width, const Ranks& ranks)
        : m_ranks(ranks)
        , m_rows(rows)
        , m_width(width)
        , m_gateUp({rows, 2 * width}, at::kBFloat16, rows % 2 == 1, 3.0)
        , m_dOut({rows, width}, at::kBFloat16, rows % 2 == 1)
    {
        for (const std::int64_t rank : ranks)
            m_factors.push_back(
                {Pair({rows, rank}, at::kBFloat16, true), Pair({rank, width}, at::kFloat, rows % 2 == 1),
                    Pair({width, rank}, at::kBFloat16, true), Pair({rows, rank}, at::kBFloat16, true)});
    }

    /// Against the twin; the products also against float64 with the results that the GPU itself gave, and in a second
    /// run, which does not want out, to the bit.
    void check()
    {
        GatedCase again = *this;
        for (Pair* pair : again.written())
            pair->gpu = pair->gpu.clone();
        const at::Tensor dOut = m_dOut.gpu.clone();
        std::vector<at::Tensor> sumsBefore;
        for (const Factor& factor : m_factors)
            sumsBefore.push_back(inDouble(factor.sums.cpu));
        const at::Tensor sizes = gatedSizes(m_gateUp.cpu, m_dOut.cpu);
        const at::Tensor up = inDouble(m_gateUp.cpu).narrow(1, m_width, m_width).abs();
        const at::Tensor gate = inDouble(m_gateUp.cpu).narrow(1, 0, m_width);
        const std::array<at::Tensor, 3> made {
            sizes.narrow(1, 0, m_width), sizes.narrow(1, m_width, m_width), gate.abs() * gate.sigmoid() * up};
        if (!run(/*onGpu=*/true))
            return; // a device that leaves them to BLAS
        (void)again.run(/*onGpu=*/true, /*wantsOut=*/false);
        (void)run(/*onGpu=*/false);
        const std::string name = "swiGluThin, " + std::to_string(m_rows) + " x " + std::to_string(m_width);
        m_gateUp.compare(name + ", gate and up", ofMade, {.terms = sizes});
        m_dOut.compare(name + ", out again", ofMade);
        for (std::size_t i = 0; i < m_factors.size(); ++i)
            if (m_ranks[i] > 0)
                checkFactor(name + ", " + std::to_string(i) + " of rank " + std::to_string(m_ranks[i]), i,
                    sumsBefore[i], made[i]);
        bool isSame = true;
        const std::vector<Pair*> first = written();
        const std::vector<Pair*> second = again.written();
        for (std::size_t i = 0; i < first.size(); ++i)
            isSame = isSame && at::equal(first[i] == &m_dOut ? dOut : first[i]->gpu, second[i]->gpu);
        report(name + ", twice, then without out", isSame ? 0.0 : 1.0, 0.0);
    }

private:
    struct Factor {
        Pair thin;
        Pair sums; ///< added to
        Pair factor;
        Pair product; ///< of gate and up alone
    };

    /// What a run changes.
    [[nodiscard]] std::vector<Pair*> written()
    {
        std::vector<Pair*> pairs {&m_gateUp, &m_dOut};
        for (std::size_t i = 0; i < m_factors.size(); ++i) {
            pairs.push_back(&m_factors[i].sums);
            if (i < 2 && m_ranks[i] > 0)
                pairs.push_back(&m_factors[i].product);
        }
        return pairs;
    }

    bool run(bool onGpu, bool wantsOut = true)
    {
        const auto here = [onGpu](const Pair& pair) { return onGpu ? pair.gpu : pair.cpu; };
        ops::GatedFactors wanted;
        for (std::size_t i = 0; i < m_factors.size(); ++i) {
            if (m_ranks[i] == 0)
                continue;
            wanted[i] = {.thin = here(m_factors[i].thin), .sums = here(m_factors[i].sums), .factor = {}, .product = {}};
            if (i < 2) {
                wanted[i].factor = here(m_factors[i].factor);
                wanted[i].product = here(m_factors[i].product);
            }
        }
        return ops::swiGluBackwardWithFactors(here(m_gateUp), here(m_dOut), wantsOut, wanted);
    }

    /// @param size of the terms of what is made on the way, whose roundings the twins' products differ by as well
    void checkFactor(const std::string& name, std::size_t i, const at::Tensor& before, const at::Tensor& size) const
    {
        const Factor& factor = m_factors[i];
        const at::Tensor made
            = i < 2 ? m_gateUp.gpu.narrow(1, static_cast<std::int64_t>(i) * m_width, m_width) : m_dOut.gpu;
        const at::Tensor thin = factor.thin.cpu.t();
        const double ofSum = termsOf(m_rows);
        report(name + ", sum, float64",
            excess(factor.sums.gpu, before + productOf(thin, made), at::kFloat, {.terms = ofSum, .sides = 1.0},
                {.terms = before.abs() + sizeOf(thin, made)}),
            1.0);
        const at::Tensor terms = before.abs() + sizeOf(thin, size);
        report(name + ", sum",
            excess(factor.sums.gpu, factor.sums.cpu, at::kBFloat16,
                {.terms = ofMade.terms + ofSum, .stores = ofMade.stores}, {.terms = terms, .stores = terms}),
            1.0);
        if (i == 2)
            return;
        const double ofProduct = termsOf(m_width);
        const at::Tensor products = sizeOf(size, factor.factor.cpu);
        factor.product.compare(name + ", product", {.terms = ofMade.terms + ofProduct, .stores = ofMade.stores + 1.0},
            {.terms = products, .stores = products});
        report(name + ", product, float64",
            excess(factor.product.gpu, productOf(made, factor.factor.cpu), at::kBFloat16,
                {.terms = ofProduct, .stores = 1.0, .sides = 1.0}, {.terms = sizeOf(made, factor.factor.cpu)}),
            1.0);
    }

    /// Of the gradient and of the product: see checkSwiGlu() in gpu_kernels.cpp.
    static constexpr Roundings ofMade {.terms = 128.0, .stores = 2.0};

    Ranks m_ranks;
    std::int64_t m_rows;
    std::int64_t m_width;
    Pair m_gateUp;
    Pair m_dOut;
    std::vector<Factor> m_factors;
};

} // namespace

void checkThinKernels()
{
    for (const std::int64_t rows : {1, 63, 64, 511}) {
        for (const bool strided : {false, true})
            checkThinSums(rows, strided);
        for (const std::int64_t depth : {8, 72, 640, 2048})
            checkThinRows(rows, depth);
    }
    for (const std::int64_t rows : {1, 16, 100, 511}) {
        for (const std::int64_t width : {8, 136, 1096}) {
            for (const auto& ranks : {std::array<std::int64_t, 3> {16, 16, 16}, {8, 16, 8}, {0, 8, 16}, {16, 0, 0}})
                GatedCase(rows, width, ranks).check();
        }
    }
}

} // namespace spectune::test
