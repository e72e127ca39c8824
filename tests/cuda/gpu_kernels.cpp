// SPDX-License-Identifier: GPL-3.0-or-later
// Every CUDA kernel of one tensor against its CPU twin, on odd shapes. A plain program:
//     gpu_kernels      0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
// Also under compute-sanitizer --tool memcheck|racecheck.
// A racecheck of some kernels alone must have thinRow among them (--kernel-name kns=swiGluThin --kernel-name kns=thinRow): of
// compute-sanitizer 2025.3.1 every cluster's kernel, however plain, faults under racecheck where a filter leaves it out.
#include "tests/cuda/KernelPairs.h"
#include "training/loop/Device.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/optim/RankAllocator.h"
#include "training/optim/StepInputs.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

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
    const at::Tensor again = gateUp.gpu.clone();
    const at::Tensor dOut = out.gpu.clone();
    ops::swiGluBackward(again, dOut, /*wantsOut=*/false);
    report(of.name("swiGluBackward without out: dOut stays"), at::equal(dOut, out.gpu) ? 0.0 : 1.0, 0.0);
    ops::swiGluBackward(gateUp.cpu, out.cpu, /*wantsOut=*/true);
    ops::swiGluBackward(gateUp.gpu, out.gpu, /*wantsOut=*/true);
    report(of.name("swiGluBackward without out: the same gradient"), at::equal(again, gateUp.gpu) ? 0.0 : 1.0, 0.0);
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
    checkThinKernels();
    for (const std::int64_t triplets : {1, 31, 257, 3000}) {
        for (const double grain : {0.0, 0.25}) {
            checkSelection<float>(at::kFloat, triplets, grain);
            checkSelection<double>(at::kDouble, triplets, grain);
        }
    }
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
