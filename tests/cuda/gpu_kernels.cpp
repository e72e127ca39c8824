// SPDX-License-Identifier: GPL-3.0-or-later
// Every CUDA kernel of one tensor against its CPU twin, on odd shapes. A plain program:
//     gpu_kernels      0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
// Also under compute-sanitizer --tool memcheck|racecheck.
#include "tests/cuda/GpuCheck.h"
#include "training/loop/Device.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/optim/RankAllocator.h"
#include "training/optim/StepInputs.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

using namespace spectune;
using namespace spectune::test;

namespace {

/// The same numbers on both devices, as the middle columns of a wider matrix where @p strided.
struct Pair {
    at::Tensor cpu;
    at::Tensor gpu;

    Pair(at::IntArrayRef sizes, at::ScalarType type, bool strided, double size = 1.0)
    {
        static at::Generator generator = at::detail::createCPUGenerator(5);
        const std::int64_t margin = strided ? 8 : 0;
        auto wide = sizes.vec();
        wide.back() += 2 * margin;
        const at::Tensor whole = (at::randn(wide, generator, at::kFloat) * size).to(type);
        cpu = whole.narrow(-1, margin, sizes.back());
        gpu = whole.to(at::kCUDA).narrow(-1, margin, sizes.back());
    }
    void compare(const std::string& what, double terms = 1.0) const
    {
        report(what, apart(gpu, cpu), allowed(cpu.scalar_type(), terms));
    }
};

struct Shape {
    at::ScalarType type;
    std::int64_t rows;
    std::int64_t width;
    bool strided;

    [[nodiscard]] std::string name(const char* what) const
    {
        return std::string(what) + " " + at::toString(type) + " " + std::to_string(rows) + " x " + std::to_string(width)
            + (strided ? " strided" : "");
    }
};

void checkNorm(const Shape& of)
{
    const auto terms = static_cast<double>(of.width);
    const Pair x({of.rows, of.width}, of.type, of.strided);
    const Pair delta({of.rows, of.width}, of.type, of.strided);
    const Pair sum({of.rows, of.width}, of.type, of.strided);
    const Pair y({of.rows, of.width}, of.type, of.strided);
    const Pair weight({of.width}, of.type, false);
    const Pair inverse({of.rows}, ops::wideType(of.type), false);
    ops::rmsNorm(x.cpu, delta.cpu, sum.cpu, weight.cpu, 1e-5, y.cpu, inverse.cpu);
    ops::rmsNorm(x.gpu, delta.gpu, sum.gpu, weight.gpu, 1e-5, y.gpu, inverse.gpu);
    sum.compare(of.name("rmsNorm, sum"));
    y.compare(of.name("rmsNorm"), terms);
    inverse.compare(of.name("rmsNorm, inverse"), terms);
    const Pair dy({of.rows, of.width}, of.type, of.strided);
    const Pair dx({of.rows, of.width}, of.type, of.strided);
    ops::rmsNormBackward(sum.cpu, inverse.cpu, weight.cpu, dy.cpu, dx.cpu);
    ops::rmsNormBackward(sum.gpu, inverse.gpu, weight.gpu, dy.gpu, dx.gpu);
    dx.compare(of.name("rmsNormBackward"), terms);
}

void checkSwiGlu(const Shape& of)
{
    const Pair gateUp({of.rows, 2 * of.width}, of.type, of.strided, 3.0);
    const Pair out({of.rows, of.width}, of.type, of.strided);
    ops::swiGlu(gateUp.cpu, out.cpu);
    ops::swiGlu(gateUp.gpu, out.gpu);
    out.compare(of.name("swiGlu"));
    ops::swiGluBackward(gateUp.cpu, out.cpu);
    ops::swiGluBackward(gateUp.gpu, out.gpu);
    gateUp.compare(of.name("swiGluBackward, gate and up"), 4.0);
    out.compare(of.name("swiGluBackward, out again"));
}

void checkRotation(const Shape& of)
{
    for (const std::int64_t headDim : {2, 6, 16, 64}) {
        constexpr std::int64_t heads = 3;
        const Pair x({of.rows, heads * headDim}, of.type, of.strided);
        const at::Tensor positions = at::arange(of.rows, at::kInt).flip(0).contiguous();
        const at::Tensor half = at::randn({of.rows, headDim / 2}, at::kFloat);
        const at::Tensor angles = at::cat({half, half}, 1);
        const at::Tensor cos = angles.cos().to(of.type);
        const at::Tensor sin = angles.sin().to(of.type);
        for (const bool back : {false, true}) {
            ops::rotate(x.cpu, heads - 1, positions, cos, sin, back);
            ops::rotate(x.gpu, heads - 1, positions.to(at::kCUDA), cos.to(at::kCUDA), sin.to(at::kCUDA), back);
            x.compare(of.name("rotate"));
        }
    }
}

void checkCrossEntropy(const Shape& of)
{
    const Pair logits({of.rows, of.width}, of.type, of.strided, 4.0);
    const at::Tensor targets = at::randint(0, of.width, {of.rows}, at::kLong);
    if (of.rows > 2)
        targets[1] = -100;
    const Pair losses({of.rows}, ops::wideType(of.type), false);
    const at::Tensor scale = at::full({}, 0.25, ops::wideType(of.type));
    ops::crossEntropy(logits.cpu, targets, losses.cpu, {});
    ops::crossEntropy(logits.gpu, targets.to(at::kCUDA), losses.gpu, {});
    losses.compare(of.name("crossEntropy, losses"), static_cast<double>(of.width));
    ops::crossEntropy(logits.cpu, targets, losses.cpu, scale);
    ops::crossEntropy(logits.gpu, targets.to(at::kCUDA), losses.gpu, scale.to(at::kCUDA));
    // p − 1 is as exact as p: by the scale, however little of it is left.
    const double share = logits.cpu.abs().max().item<double>() / scale.item<double>();
    report(of.name("crossEntropy, gradient"), apart(logits.gpu, logits.cpu) * share,
        allowed(of.type, static_cast<double>(of.width)));
}

template <typename A>
void checkSweep(at::ScalarType type, bool before, bool finite)
{
    constexpr std::int64_t elements = 1003;
    std::vector<Pair> buffers;
    for (int i = 0; i < 6; ++i)
        buffers.emplace_back(at::IntArrayRef {elements}, type, false);
    for (const std::size_t positive : {3U, 4U, 5U}) { // second moment, Ī, Ū
        buffers[positive].cpu.abs_();
        buffers[positive].gpu.abs_();
    }
    const at::Tensor norm = at::full({}, finite ? 7.0 : INFINITY, type);
    const at::Tensor loss = at::full({}, 2.0, type);
    for (const bool gpu : {false, true}) {
        const auto at = [&](std::size_t i) { return ops::pointerOf<A>(gpu ? buffers[i].gpu : buffers[i].cpu); };
        const at::Tensor normThere = gpu ? norm.to(at::kCUDA) : norm;
        const at::Tensor lossThere = gpu ? loss.to(at::kCUDA) : loss;
        StepInputs inputs(gpu ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU));
        inputs.set({.lr = 1e-2, .correction1 = 0.4, .correction2 = 0.2, .observes = 1.0});
        const kernels::SweepArgs<A> args {.elements = elements,
            .trained = elements - 5,
            .values = at(0),
            .gradients = at(1),
            .first = at(2),
            .second = at(3),
            .sensitivity = at(4),
            .uncertainty = at(5),
            .loss = ops::pointerOf<const A>(lossThere),
            .gradNorm = ops::pointerOf<const A>(normThere),
            .scalars = inputs.data(),
            .maxNorm = 1.0,
            .weightDecay = 0.1,
            .before = before};
        const at::Device device = gpu ? at::Device(at::kCUDA, 0) : at::Device(at::kCPU);
        ops::tableFor<A>(device).sweep(args, ops::currentStream(device));
        settle(device);
    }
    constexpr std::array names {"values", "gradients", "first", "second", "sensitivity", "uncertainty"};
    for (std::size_t i = 0; i < buffers.size(); ++i)
        buffers[i].compare(
            std::string("sweep, ") + names[i] + (before ? ", before" : "") + (finite ? "" : ", inf"), 4.0);
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
    for (const Product& product : products)
        expected.push_back(product.sums.cpu.to(at::kDouble)
            + at::mm(product.thin.cpu.t().to(at::kDouble), product.wide.cpu.to(at::kDouble)));
    for (const at::Device device : {at::Device(at::kCPU), at::Device(at::kCUDA, 0)}) {
        const auto on = [&](const Pair& pair) { return device.is_cuda() ? pair.gpu : pair.cpu; };
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
        products[i].sums.compare(name, static_cast<double>(rows));
        report(name + ", float64", apart(products[i].sums.gpu, expected[i]),
            allowed(at::kFloat, static_cast<double>(rows)));
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
        const auto on = [&](const Pair& pair) { return device.is_cuda() ? pair.gpu : pair.cpu; };
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
        product.out.compare(name);
        report(name + ", float64",
            apart(product.out.gpu, at::mm(product.x.cpu.to(at::kDouble), product.factor.cpu.to(at::kDouble))),
            allowed(at::kBFloat16));
    }
}

/// What a gated product's backward gives, with factors of these ranks (0: none), against its twin; their products also
/// against float64 with the results that the GPU itself gave, and in a second run to the bit.
void checkSwiGluThin(std::int64_t rows, std::int64_t width, const std::array<std::int64_t, 3>& ranks)
{
    const bool strided = rows % 2 == 1;
    const Pair gateUp({rows, 2 * width}, at::kBFloat16, strided, 3.0);
    const Pair dOut({rows, width}, at::kBFloat16, strided);
    std::vector<Pair> thin;
    std::vector<Pair> sums;
    std::vector<Pair> factors;
    std::vector<Pair> products;
    for (const std::int64_t rank : ranks) {
        thin.push_back(Pair({rows, rank}, at::kBFloat16, true));
        sums.push_back(Pair({rank, width}, at::kFloat, strided));
        factors.push_back(Pair({width, rank}, at::kBFloat16, true));
        products.push_back(Pair({rows, rank}, at::kBFloat16, true));
    }
    const auto run = [&](const at::Tensor& inner, const at::Tensor& outer, const std::vector<at::Tensor>& totals) {
        ops::GatedFactors wanted;
        for (std::size_t i = 0; i < ranks.size(); ++i) {
            const auto here = [&](const Pair& pair) { return inner.is_cuda() ? pair.gpu : pair.cpu; };
            if (ranks[i] == 0)
                continue;
            wanted[i] = {.thin = here(thin[i]), .sums = totals[i], .factor = {}, .product = {}};
            if (i < 2) {
                wanted[i].factor = here(factors[i]);
                wanted[i].product = here(products[i]);
            }
        }
        at::Tensor scratch = at::full({3}, NAN, totals.front().options()); // too small
        return ops::swiGluBackwardWithFactors(inner, outer, wanted, scratch);
    };
    const at::Tensor again = gateUp.gpu.clone();
    const at::Tensor dOutAgain = dOut.gpu.clone();
    std::vector<at::Tensor> here;
    std::vector<at::Tensor> there;
    std::vector<at::Tensor> totalsAgain;
    for (const Pair& sum : sums) {
        here.push_back(sum.cpu);
        there.push_back(sum.gpu);
        totalsAgain.push_back(sum.gpu.clone());
    }
    if (!run(gateUp.gpu, dOut.gpu, there))
        return; // a device that leaves them to BLAS
    const std::array productsBefore {products[0].gpu.clone(), products[1].gpu.clone()};
    (void)run(again, dOutAgain, totalsAgain);
    std::vector<at::Tensor> expected;
    const std::array made {gateUp.gpu.narrow(1, 0, width), gateUp.gpu.narrow(1, width, width), dOut.gpu};
    for (std::size_t i = 0; i < sums.size(); ++i)
        expected.push_back(
            sums[i].cpu.to(at::kDouble) + at::mm(thin[i].cpu.t().to(at::kDouble), made[i].cpu().to(at::kDouble)));
    run(gateUp.cpu, dOut.cpu, here);
    const std::string name = "swiGluThin, " + std::to_string(rows) + " x " + std::to_string(width);
    gateUp.compare(name + ", gate and up", 4.0);
    dOut.compare(name + ", out again");
    bool isSame = at::equal(again, gateUp.gpu) && at::equal(dOutAgain, dOut.gpu);
    for (std::size_t i = 0; i < sums.size(); ++i) {
        const std::string which = name + ", sum " + std::to_string(i) + " of rank " + std::to_string(ranks[i]);
        isSame = isSame && at::equal(totalsAgain[i], sums[i].gpu);
        if (ranks[i] == 0)
            continue;
        report(which + ", float64", apart(sums[i].gpu, expected[i]), allowed(at::kFloat, static_cast<double>(rows)));
        // The twin's addends are rounded to bfloat16 as well, some to the other side.
        report(which, apart(sums[i].gpu, sums[i].cpu), allowed(at::kBFloat16));
        if (i == 2)
            continue;
        isSame = isSame && at::equal(productsBefore[i], products[i].gpu);
        products[i].compare(which + ", product");
        report(which + ", product, float64",
            apart(products[i].gpu, at::mm(made[i].cpu().to(at::kDouble), factors[i].cpu.to(at::kDouble))),
            allowed(at::kBFloat16));
    }
    report(name + ", twice", isSame ? 0.0 : 1.0, 0.0);
}

/// @param grain scores are multiples of it, so that many are equal; 0: as drawn
template <typename A>
void checkSelection(at::ScalarType type, std::int64_t triplets, double grain)
{
    constexpr std::int64_t width = 37;
    const Pair values({triplets * (2 * width + 1)}, type, false);
    const Pair smooth({triplets * (2 * width + 1)}, type, false);
    const Pair mean({triplets}, type, false);
    const Pair lambda({triplets}, type, false);
    const Pair total({triplets}, type, false);
    const Pair rivals({triplets}, type, false);
    const Pair threshold({1}, type, false);
    std::vector<kernels::TripletPlace> places;
    for (std::int64_t i = 0; i < triplets; ++i)
        places.push_back({.q = i * width,
            .p = (triplets + i) * width,
            .lambda = 2 * triplets * width + i,
            .qWidth = width - i % 7,
            .pWidth = width - i % 3});
    const at::Tensor rows = at::from_blob(places.data(), {triplets, 5}, at::kLong);
    const auto flags = [&](at::Device device) {
        return at::arange(triplets, at::TensorOptions().dtype(at::kInt).device(device)).remainder(3).ne(0);
    };
    for (const std::int64_t budget : {std::int64_t {0}, std::int64_t {1}, triplets / 2, triplets}) {
        std::vector<at::Tensor> states;
        for (const at::Device device : {at::Device(at::kCPU), at::Device(at::kCUDA, 0)}) {
            const auto at = [&](const Pair& pair) { return ops::pointerOf<A>(device.is_cuda() ? pair.gpu : pair.cpu); };
            const at::Tensor placesThere = rows.to(device);
            const auto* placesAt = static_cast<const kernels::TripletPlace*>(placesThere.const_data_ptr());
            const at::Tensor kept = flags(device);
            const at::Tensor before = at::zeros_like(kept);
            const at::Tensor notes = at::full({3, triplets}, -1, kept.options().dtype(at::kInt));
            StepInputs inputs(device);
            inputs.set({.chooses = 1.0, .masks = 1.0, .budget = static_cast<double>(budget), .stepsDone = 5.0});
            const at::Tensor mayStay = grain == 0.0 ? kept.clone() : at::Tensor();
            ops::tableFor<A>(device).score({.triplets = triplets,
                                               .places = placesAt,
                                               .values = at(values),
                                               .sensitivity = at(smooth),
                                               .uncertainty = at(smooth),
                                               .mayStay = ops::pointerOf<const bool>(mayStay),
                                               .total = at(total),
                                               .lambda = at(lambda),
                                               .meanP = at(mean),
                                               .meanQ = at(mean),
                                               .rivals = at(rivals),
                                               .scalars = inputs.data()},
                ops::currentStream(device));
            if (device.is_cuda()) { // what is selected from must be the same to the bit
                total.compare("score", width);
                const bool sameOutsiders = at::equal(rivals.gpu.cpu().isinf(), rivals.cpu.isinf());
                report("score, who may not stay", sameOutsiders ? 0.0 : 1.0, 0.0);
                const at::Tensor expected = grain > 0.0 ? (rivals.cpu / grain).round() * grain : rivals.cpu.clone();
                rivals.cpu.copy_(expected);
                rivals.gpu.copy_(expected);
            } else if (grain > 0.0)
                rivals.cpu.copy_((rivals.cpu / grain).round() * grain);
            ops::tableFor<A>(device).select({.triplets = triplets,
                                                .rivals = at(rivals),
                                                .places = placesAt,
                                                .kept = ops::pointerOf<bool>(kept),
                                                .keptBefore = ops::pointerOf<bool>(before),
                                                .prunedAt = ops::pointerOf<std::int32_t>(notes[0]),
                                                .revivedAt = ops::pointerOf<std::int32_t>(notes[1]),
                                                .order = ops::pointerOf<std::int32_t>(notes[2]),
                                                .threshold = at(threshold),
                                                .values = at(values),
                                                .scalars = inputs.data()},
                ops::currentStream(device));
            states.push_back(at::cat({kept.to(at::kInt), before.to(at::kInt), notes[0], notes[1]}).cpu());
        }
        const std::string name = "select " + std::to_string(budget) + " of " + std::to_string(triplets);
        report(name, at::equal(states[0], states[1]) ? 0.0 : 1.0, 0.0);
        report(name + ", kept", std::abs(states[1].narrow(0, 0, triplets).sum().item<double>() - double(budget)), 0.0);
        report(name + ", lambda", at::equal(values.gpu.cpu(), values.cpu) ? 0.0 : 1.0, 0.0);
        report(name + ", threshold", at::equal(threshold.gpu.cpu(), threshold.cpu) ? 0.0 : 1.0, 0.0);
    }
}

void checkKernels()
{
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
        for (const std::int64_t width : {1, 7, 8, 172, 512, 2048, 4100}) {
            for (const std::int64_t rows : {1, 3, 65}) {
                for (const bool strided : {false, true}) {
                    const Shape shape {.type = type, .rows = rows, .width = width, .strided = strided};
                    checkNorm(shape);
                    checkSwiGlu(shape);
                    checkCrossEntropy(shape);
                    if (width == 8)
                        checkRotation(shape);
                }
            }
        }
    }
    for (const bool before : {false, true}) {
        for (const bool finite : {false, true}) {
            checkSweep<float>(at::kFloat, before, finite);
            checkSweep<double>(at::kDouble, before, finite);
        }
    }
    for (const std::int64_t rows : {1, 63, 64, 511}) {
        for (const bool strided : {false, true})
            checkThinSums(rows, strided);
        for (const std::int64_t depth : {8, 72, 640, 2048})
            checkThinRows(rows, depth);
    }
    for (const std::int64_t rows : {1, 16, 100, 511}) {
        for (const std::int64_t width : {8, 136, 1096}) {
            for (const auto& ranks : {std::array<std::int64_t, 3> {16, 16, 16}, {8, 16, 8}, {0, 8, 16}, {16, 0, 0}})
                checkSwiGluThin(rows, width, ranks);
        }
    }
    for (const std::int64_t triplets : {1, 31, 257, 3000}) {
        for (const double grain : {0.0, 0.25}) {
            checkSelection<float>(at::kFloat, triplets, grain);
            checkSelection<double>(at::kDouble, triplets, grain);
        }
    }
}

} // namespace

int main()
{
    if (const int leave = withoutDevice(); leave != 0)
        return leave;
    prepareThread(at::Device(at::kCUDA, 0), 0);
    at::manual_seed(21); // the same inputs in every run
    checkKernels();
    std::printf("kernels against their CPU twins: %s\n", failures() == 0 ? "ok" : "FAILED");
    return failures() == 0 ? 0 : 1;
}
