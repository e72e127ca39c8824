// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of a step's update against their twins: the sweep over an arena, scores, and the pattern that follows
// from them.
#include "tests/cuda/KernelPairs.h"
#include "tests/cuda/OddArena.h"
#include "training/loop/Device.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/TripletArena.h"
#include "training/optim/StepInputs.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace spectune::test {

namespace {

/// Of the terms that the elements of each buffer are made of, in the buffers' order: an element that is small because
/// two numbers cancel each other is as wrong as these are.
template <typename A>
std::array<at::Tensor, 6> sizesOfSweep(
    const std::vector<Pair>& buffers, const kernels::SweepArgs<A>& args, const kernels::StepScalars& step, double norm)
{
    const auto size = [&](std::size_t i) { return inDouble(buffers[i].cpu).abs(); };
    const at::Tensor gradient = size(1) * std::min(1.0, args.maxNorm / (norm + 1e-6));
    const at::Tensor first = size(2) + gradient;
    const at::Tensor second = args.beta2 * size(3) + (1.0 - args.beta2) * gradient * gradient;
    const at::Tensor change
        = first * (step.lr / step.correction1) / (second.sqrt() / std::sqrt(step.correction2) + args.eps);
    const at::Tensor value = size(0) + change;
    const at::Tensor now = gradient * (args.before ? size(0) : value);
    const at::Tensor sensitivity = args.beta1Importance * size(4) + (1.0 - args.beta1Importance) * now;
    const at::Tensor uncertainty = args.beta2Importance * size(5) + (1.0 - args.beta2Importance) * (now + sensitivity);
    return {value, gradient, first, second, sensitivity, uncertainty};
}

/// Some 16 operations one after the other make a value, and 16 more what is observed of it.
template <typename A>
void checkSweep(at::ScalarType type, std::int64_t elements, bool before, bool finite)
{
    std::vector<Pair> buffers;
    for (int i = 0; i < 6; ++i)
        buffers.emplace_back(at::IntArrayRef {elements}, type, false);
    for (const std::size_t positive : {3U, 4U, 5U}) { // second moment, Ī, Ū
        buffers[positive].cpu.abs_();
        buffers[positive].gpu.abs_();
    }
    std::vector<at::Tensor> start;
    for (const Pair& buffer : buffers)
        start.push_back(buffer.cpu.clone());
    const double normOf = finite ? 7.0 : INFINITY;
    const at::Tensor norm = at::full({}, normOf, type);
    const at::Tensor loss = at::full({}, 2.0, type);
    const kernels::StepScalars step {.lr = 1e-2, .correction1 = 0.4, .correction2 = 0.2, .observes = 1.0};
    std::array<at::Tensor, 6> sizes;
    for (const at::Device device : devices) {
        const auto at = [&](std::size_t i) { return ops::pointerOf<A>(buffers[i].on(device)); };
        const at::Tensor normThere = norm.to(device);
        const at::Tensor lossThere = loss.to(device);
        StepInputs inputs(device);
        inputs.set(step);
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
        if (device.is_cpu())
            sizes = sizesOfSweep(buffers, args, step, normOf);
        ops::tableFor<A>(device).sweep(args, ops::currentStream(device));
        settle(device);
    }
    constexpr std::array names {"values", "gradients", "first", "second", "sensitivity", "uncertainty"};
    for (std::size_t i = 0; i < buffers.size(); ++i) {
        const std::string name = std::string("sweep of ") + std::to_string(elements) + ", " + names[i]
            + (before ? ", before" : "") + (finite ? "" : ", inf");
        if (finite)
            buffers[i].compare(name, {.terms = 32.0}, {.terms = sizes[i]});
        else
            reportEqual(name, buffers[i].gpu, start[i]); // nothing has happened
    }
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
        for (const at::Device device : devices) {
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
                // Two means of squares, and a third beside them.
                total.compare("score", {.terms = static_cast<double>(width) + 8.0});
                reportEqual("score, who may not stay", rivals.gpu.isinf(), rivals.cpu.isinf());
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
        reportEqual(name, states[1], states[0]);
        report(name + ", kept", std::abs(states[1].narrow(0, 0, triplets).sum().item<double>() - double(budget)), 0.0);
        values.compareBits(name + ", lambda");
        threshold.compareBits(name + ", threshold");
    }
}

/// Which parts a score has.
struct ScoreForm {
    const char* name = "";
    bool sensitivity = true; ///< false: |λ| alone
    bool uncertainty = true;
    bool lambda = true;
};

/// What is one product or none has the same bits; the rest are means of numbers that are not negative.
template <typename A>
void checkScore(at::ScalarType type, const ScoreForm& form)
{
    const OddArena arena;
    const auto places = arena.places();
    const Twins values(at::randn({arena.elements}, type));
    const Twins sensitivity(at::randn({arena.elements}, type).abs());
    const Twins uncertainty(at::randn({arena.elements}, type).abs());
    const Twins mayStay(at::arange(countOf(places), at::kLong).remainder(5).ne(3));
    const auto column = [&] { return Twins(at::full({countOf(places)}, -1.0, type)); };
    const Twins total = column();
    const Twins lambda = column();
    const Twins meanP = column();
    const Twins meanQ = column();
    const Twins rivals = column();
    for (const at::Device device : devices) {
        const at::Tensor table = tableOn(device, places);
        const auto pointer = [&](const Twins& twins) { return ops::pointerOf<A>(twins.on(device)); };
        ops::tableFor<A>(device).score({.triplets = countOf(places),
                                           .places = entriesOf<kernels::TripletPlace>(table),
                                           .values = pointer(values),
                                           .sensitivity = form.sensitivity ? pointer(sensitivity) : nullptr,
                                           .uncertainty = form.uncertainty ? pointer(uncertainty) : nullptr,
                                           .mayStay = ops::pointerOf<const bool>(mayStay.on(device)),
                                           .total = pointer(total),
                                           .lambda = form.lambda ? pointer(lambda) : nullptr,
                                           .meanP = pointer(meanP),
                                           .meanQ = pointer(meanQ),
                                           .rivals = pointer(rivals)},
            ops::currentStream(device));
    }
    const std::string name = std::string("score, ") + at::toString(type) + ", " + form.name;
    reportEqual(name + ", of λ", lambda.gpu, lambda.cpu);
    const Roundings roundings {.terms = static_cast<double>(widths.back()) + 8.0};
    for (const auto& [part, twins] : {std::pair {", total", &total}, {", P", &meanP}, {", Q", &meanQ}}) {
        if (form.sensitivity)
            report(name + part, excess(twins->gpu, twins->cpu, type, roundings), 1.0);
        else
            reportEqual(name + part, twins->gpu, twins->cpu);
    }
    reportEqual(name + ", rivals", rivals.gpu, at::where(mayStay.gpu, total.gpu, at::full_like(total.gpu, -INFINITY)));
}

/// What a selection writes.
struct Pattern {
    Twins kept;
    Twins before;
    Twins prunedAt;
    Twins revivedAt;
    Twins order;
    Twins threshold;
    Twins values;

    Pattern(const OddArena& arena, std::int64_t count, at::ScalarType type)
        : kept(at::arange(count, at::kLong).remainder(3).ne(0))
        , before(at::zeros({count}, at::kBool))
        , prunedAt(at::full({count}, -1, at::kInt))
        , revivedAt(at::full({count}, -1, at::kInt))
        , order(at::zeros({count}, at::kInt))
        , threshold(at::full({}, -1.0, type))
        , values(at::randn({arena.elements}, type))
    {
    }

    void compare(const std::string& name) const
    {
        reportEqual(name + ", kept", kept.gpu, kept.cpu);
        reportEqual(name + ", kept before", before.gpu, before.cpu);
        reportEqual(name + ", pruned at", prunedAt.gpu, prunedAt.cpu);
        reportEqual(name + ", revived at", revivedAt.gpu, revivedAt.cpu);
        reportEqual(name + ", values", values.gpu, values.cpu);
        // Of rivals that are not numbers the threshold is none either.
        reportEqual(name + ", threshold is a number", threshold.gpu.isnan(), threshold.cpu.isnan());
        reportEqual(name + ", threshold", threshold.gpu.nan_to_num(), threshold.cpu.nan_to_num());
    }
};

/// Many equal rivals, some that are not a number, one that may not stay. Nothing is computed, so the bits are the same.
template <typename A>
void checkSelect(at::ScalarType type, const kernels::StepScalars& step, const char* form)
{
    const OddArena arena;
    const auto places = arena.places();
    const std::int64_t count = countOf(places);
    at::Tensor numbers = at::randint(0, 9, {count}, at::kLong).to(type);
    numbers[5] = NAN;
    numbers[6] = NAN;
    numbers[count - 1] = NAN;
    numbers[40] = -INFINITY;
    numbers[41] = INFINITY;
    numbers[42] = -0.0;
    const Twins rivals(numbers);
    for (const std::int64_t budget : {std::int64_t {0}, std::int64_t {1}, std::int64_t {3}, std::int64_t {5}, count / 2,
             count - 1, count, count + 36}) {
        const Pattern pattern(arena, count, type);
        for (const at::Device device : devices) {
            const at::Tensor table = tableOn(device, places);
            StepInputs inputs(device);
            kernels::StepScalars scalars = step;
            scalars.budget = static_cast<double>(budget);
            inputs.set(scalars);
            ops::tableFor<A>(device).select({.triplets = count,
                                                .rivals = ops::pointerOf<const A>(rivals.on(device)),
                                                .places = entriesOf<kernels::TripletPlace>(table),
                                                .kept = ops::pointerOf<bool>(pattern.kept.on(device)),
                                                .keptBefore = ops::pointerOf<bool>(pattern.before.on(device)),
                                                .prunedAt = ops::pointerOf<std::int32_t>(pattern.prunedAt.on(device)),
                                                .revivedAt = ops::pointerOf<std::int32_t>(pattern.revivedAt.on(device)),
                                                .order = ops::pointerOf<std::int32_t>(pattern.order.on(device)),
                                                .threshold = ops::pointerOf<A>(pattern.threshold.on(device)),
                                                .values = ops::pointerOf<A>(pattern.values.on(device)),
                                                .scalars = inputs.data()},
                ops::currentStream(device));
        }
        const std::string name = std::string("select, ") + at::toString(type) + ", " + form + ", "
            + std::to_string(budget) + " of " + std::to_string(count);
        pattern.compare(name);
        if (step.chooses != 0.0)
            report(name + ", as many",
                std::abs(pattern.kept.gpu.sum().item<double>() - static_cast<double>(std::min(budget, count))), 0.0);
    }
}

template <typename A>
void checkUpdateOf(at::ScalarType type)
{
    // A turn of the sweep's kernel takes 1,048,576 elements; the arena of a real model takes several.
    for (const std::int64_t elements : {1003, 1'100'003}) {
        for (const bool before : {false, true}) {
            for (const bool finite : {false, true})
                checkSweep<A>(type, elements, before, finite);
        }
    }
    for (const ScoreForm& form :
        {ScoreForm {.name = "all"}, ScoreForm {.name = "sensitivity alone", .uncertainty = false},
            ScoreForm {.name = "|λ| alone", .sensitivity = false, .uncertainty = false},
            ScoreForm {.name = "without λ", .lambda = false}})
        checkScore<A>(type, form);
    checkSelect<A>(type, {.chooses = 1.0, .masks = 1.0, .stepsDone = 12.0}, "chosen and applied");
    checkSelect<A>(type, {.chooses = 1.0, .stepsDone = 12.0}, "chosen");
    checkSelect<A>(type, {.masks = 1.0, .stepsDone = 12.0}, "applied");
    checkSelect<A>(type, {.stepsDone = 12.0}, "left alone");
    for (const std::int64_t triplets : {1, 31, 257, 3000}) {
        for (const double grain : {0.0, 0.25})
            checkSelection<A>(type, triplets, grain);
    }
}

} // namespace

void checkUpdateKernels()
{
    checkUpdateOf<float>(at::kFloat);
    checkUpdateOf<double>(at::kDouble);
}

} // namespace spectune::test
