// SPDX-License-Identifier: GPL-3.0-or-later
// Every CUDA kernel against its CPU twin, on odd shapes. A plain program:
//     gpu_kernels      0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
// Also under compute-sanitizer --tool memcheck|racecheck.
// A racecheck of some kernels alone must have thinRow among them (--kernel-name kns=swiGluThin --kernel-name
// kns=thinRow): of compute-sanitizer 2025.3.1 every cluster's kernel, however plain,
// faults under racecheck where a filter leaves it out.
#include "tests/cuda/KernelPairs.h"
#include "training/loop/Device.h"
#include "training/nn/FusedOps.h"

#include <ATen/ATen.h>

#include <cmath>
#include <cstdio>
#include <string>

using namespace spectune;
using namespace spectune::test;

namespace {

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

/// A row's squares are summed up, divided, rooted and inverted: 8 roundings beside the sum's. x̂ and y are stored.
void checkNorm(const Shape& of)
{
    const Roundings ofY {.terms = static_cast<double>(of.width) + 8.0, .stores = 2.0};
    const Roundings ofInverse {.terms = ofY.terms};
    const Pair x({of.rows, of.width}, of.type, of.strided);
    const Pair delta({of.rows, of.width}, of.type, of.strided);
    const Pair sum({of.rows, of.width}, of.type, of.strided);
    const Pair y({of.rows, of.width}, of.type, of.strided);
    const Pair weight({of.width}, of.type, false);
    const Pair inverse({of.rows}, ops::wideType(of.type), false);
    ops::rmsNorm(x.cpu, {}, {}, weight.cpu, 1e-5, y.cpu, {});
    ops::rmsNorm(x.gpu, {}, {}, weight.gpu, 1e-5, y.gpu, {});
    y.compare(of.name("rmsNorm of x alone"), ofY);
    ops::rmsNorm(x.cpu, delta.cpu, sum.cpu, weight.cpu, 1e-5, y.cpu, inverse.cpu);
    ops::rmsNorm(x.gpu, delta.gpu, sum.gpu, weight.gpu, 1e-5, y.gpu, inverse.gpu);
    sum.compareBits(of.name("rmsNorm, sum")); // one addition
    y.compare(of.name("rmsNorm"), ofY);
    inverse.compare(of.name("rmsNorm, inverse"), ofInverse);
    ops::rmsNorm(x.cpu, delta.cpu, x.cpu, weight.cpu, 1e-5, {}, inverse.cpu);
    ops::rmsNorm(x.gpu, delta.gpu, x.gpu, weight.gpu, 1e-5, {}, inverse.gpu);
    x.compareBits(of.name("rmsNorm in place, without y"));
    inverse.compare(of.name("rmsNorm in place, inverse"), ofInverse);

    const Pair dy({of.rows, of.width}, of.type, of.strided);
    const Pair dx({of.rows, of.width}, of.type, of.strided);
    inverse.gpu.copy_(inverse.cpu); // what comes in is the same
    const at::Tensor g = (inDouble(dy.cpu) * inDouble(weight.cpu)).abs();
    const at::Tensor from = inDouble(sum.cpu).abs();
    const at::Tensor by = inDouble(inverse.cpu).unsqueeze(1);
    const at::Tensor terms = inDouble(dx.cpu).abs() + g * by + from * (g * from).mean(1, /*keepdim=*/true) * by.pow(3);
    ops::rmsNormBackward(sum.cpu, inverse.cpu, weight.cpu, dy.cpu, dx.cpu);
    ops::rmsNormBackward(sum.gpu, inverse.gpu, weight.gpu, dy.gpu, dx.gpu);
    dx.compare(
        of.name("rmsNormBackward"), {.terms = static_cast<double>(of.width) + 16.0, .stores = 1.0}, {.terms = terms});
}

/// e^−x is up to 4 units off, a division 4, six products and sums: 24 with room for what follows from them. bfloat16
/// takes CUDA's short exponential, of 2 + 1.173 |x| units in the last place: 46 roundings up to |x| = 18, which 3 ·
/// N(0, 1) does not reach, so 128 for all. Of two products one after the other each is stored.
void checkSwiGlu(const Shape& of)
{
    const Roundings roundings {.terms = of.type == at::kBFloat16 ? 128.0 : 24.0, .stores = 2.0};
    const Pair gateUp({of.rows, 2 * of.width}, of.type, of.strided, 3.0);
    const Pair out({of.rows, of.width}, of.type, of.strided);
    ops::swiGlu(gateUp.cpu, out.cpu);
    ops::swiGlu(gateUp.gpu, out.gpu);
    out.compare(of.name("swiGlu"), roundings);
    out.gpu.copy_(out.cpu); // the gradient that comes in is the same
    const at::Tensor again = gateUp.gpu.clone();
    const at::Tensor dOut = out.gpu.clone();
    const at::Tensor terms = gatedSizes(gateUp.cpu, out.cpu);
    ops::swiGluBackward(again, dOut, /*wantsOut=*/false);
    reportEqual(of.name("swiGluBackward without out: dOut stays"), dOut, out.gpu);
    ops::swiGluBackward(gateUp.cpu, out.cpu, /*wantsOut=*/true);
    ops::swiGluBackward(gateUp.gpu, out.gpu, /*wantsOut=*/true);
    reportEqual(of.name("swiGluBackward without out: the same gradient"), again, gateUp.gpu);
    gateUp.compare(of.name("swiGluBackward, gate and up"), roundings, {.terms = terms});
    out.compare(of.name("swiGluBackward, out again"), roundings);
}

/// Angles of rows that stand at every position, on both devices.
struct Angles {
    at::Tensor positions;
    at::Tensor cos;
    at::Tensor sin;

    Angles(std::int64_t rows, std::int64_t headDim, at::ScalarType type)
        : positions(at::arange(rows, at::kInt).flip(0).contiguous())
    {
        const at::Tensor half = at::randn({rows, headDim / 2}, at::kFloat);
        const at::Tensor angles = at::cat({half, half}, 1);
        cos = angles.cos().to(type);
        sin = angles.sin().to(type);
    }
    [[nodiscard]] Angles onGpu() const
    {
        Angles there = *this;
        for (at::Tensor* tensor : {&there.positions, &there.cos, &there.sin})
            *tensor = tensor->to(at::kCUDA);
        return there;
    }
};

/// Two products and their sum; a · cos and the sum are stored. |a cos| + |b sin| is √2 of the larger at most, and the
/// tables' rounding adds less than a 16th to that.
constexpr Roundings ofRotation {.terms = 4.0, .stores = 2.0};

Sizes sizesOfRotation(const at::Tensor& x)
{
    const at::Tensor size = at::full_like(x, 1.5 * x.abs().max().item<double>(), at::kDouble);
    return {.terms = size, .stores = size};
}

void checkRotation(const Shape& of)
{
    for (const std::int64_t headDim : {2, 6, 16, 64}) {
        constexpr std::int64_t heads = 3;
        const Pair x({of.rows, heads * headDim}, of.type, of.strided);
        const Angles angles(of.rows, headDim, of.type);
        const Angles there = angles.onGpu();
        for (const bool back : {false, true}) {
            const Sizes sizes = sizesOfRotation(x.cpu);
            ops::rotate(x.cpu, heads - 1, angles.positions, angles.cos, angles.sin, back);
            ops::rotate(x.gpu, heads - 1, there.positions, there.cos, there.sin, back);
            x.compare(of.name("rotate"), ofRotation, sizes);
            x.gpu.copy_(x.cpu); // what comes in is the same
        }
    }
}

/// On the way from three matrices, as an attention's backward gives them, into one that held no numbers.
void checkRotationBack(const Shape& of)
{
    constexpr std::int64_t heads = 3;
    for (const std::int64_t kvHeads : {1, 3}) {
        for (const std::int64_t headDim : {2, 6, 16, 64}) {
            const Pair query({of.rows, heads * headDim}, of.type, of.strided);
            const Pair key({of.rows, kvHeads * headDim}, of.type, of.strided);
            const Pair value({of.rows, kvHeads * headDim}, of.type, of.strided);
            const Pair to({of.rows, (heads + 2 * kvHeads) * headDim}, of.type, of.strided);
            to.cpu.fill_(NAN);
            to.gpu.fill_(NAN);
            const Angles angles(of.rows, headDim, of.type);
            const Angles there = angles.onGpu();
            ops::rotateBack(query.cpu, key.cpu, value.cpu, angles.positions, angles.cos, angles.sin, to.cpu);
            ops::rotateBack(query.gpu, key.gpu, value.gpu, there.positions, there.cos, there.sin, to.gpu);
            const std::string name
                = of.name("rotateBack") + ", " + std::to_string(kvHeads) + " of " + std::to_string(headDim);
            to.compare(name, ofRotation, sizesOfRotation(at::cat({query.cpu, key.cpu, value.cpu}, 1)));
            const std::int64_t turned = (heads + kvHeads) * headDim;
            reportEqual(name + ", values", to.gpu.narrow(1, turned, kvHeads * headDim), value.cpu);
            query.compareBits(name + ", query stays");
            key.compareBits(name + ", key stays");
            value.compareBits(name + ", value stays");
        }
    }
}

/// Logits are at most some 40 apart, and the exponential of such a difference has 40 units beside its own 4; the sum
/// has one more for each, and its logarithm as many absolutely. A probability is at most 1, and p − 1 is as exact as p:
/// gradients are by the scale.
void checkCrossEntropy(const Shape& of)
{
    const Roundings roundings {.terms = static_cast<double>(of.width) + 64.0, .stores = 1.0};
    const Pair logits({of.rows, of.width}, of.type, of.strided, 4.0);
    const at::Tensor targets = at::randint(0, of.width, {of.rows}, at::kLong);
    if (of.rows > 2)
        targets[1] = -100;
    const Pair losses({of.rows}, ops::wideType(of.type), false);
    const at::Tensor scale = at::full({}, 0.25, ops::wideType(of.type));
    ops::crossEntropy(logits.cpu, targets, losses.cpu, {});
    ops::crossEntropy(logits.gpu, targets.to(at::kCUDA), losses.gpu, {});
    losses.compare(of.name("crossEntropy, losses"), roundings, {.terms = inDouble(losses.cpu).abs().clamp_min(1.0)});
    logits.compareBits(of.name("crossEntropy, logits stay"));
    ops::crossEntropy(logits.cpu, targets, losses.cpu, scale);
    ops::crossEntropy(logits.gpu, targets.to(at::kCUDA), losses.gpu, scale.to(at::kCUDA));
    losses.compare(
        of.name("crossEntropy, losses beside it"), roundings, {.terms = inDouble(losses.cpu).abs().clamp_min(1.0)});
    logits.compare(of.name("crossEntropy, gradient"), roundings, {.terms = at::full_like(logits.cpu, 0.25)});
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
                    if (width == 8) {
                        checkRotation(shape);
                        checkRotationBack(shape);
                    }
                }
            }
        }
        checkCrossEntropy({.type = type, .rows = 3, .width = 32000, .strided = false});
    }
    checkThinKernels();
    checkArenaKernels();
    checkUpdateKernels();
    checkFilledGraphs();
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
