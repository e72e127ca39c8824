// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels between a triplets' arena and the weights that training multiplies with, and that of their orthogonality,
// against their twins with odd ranks and widths.
#include "tests/cuda/GramSizes.h"
#include "tests/cuda/KernelPairs.h"
#include "tests/cuda/OddArena.h"
#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/TripletArena.h"

#include <string>
#include <vector>

namespace spectune::test {

namespace {

using kernels::Wide;

/// Where a factor of an arena is joined to weights: rows of a matrix with others between them.
struct Joined {
    ArenaPart part;
    std::int64_t lambda = -1;
    std::int64_t begin = 0;
    std::int64_t stride = 0;
    std::int64_t rank = 0; ///< with what is added so that rows end on a pack

    [[nodiscard]] at::Tensor of(const at::Tensor& whole) const
    {
        const bool isQ = lambda < 0;
        return at::as_strided(whole, {isQ ? part.rank : part.width, isQ ? part.width : rank}, {stride, 1}, begin);
    }
};

/// Copies and products of two: nothing is added up, so the bits are the same. @param packs rows that can be written 16
/// bytes at a time, with ranks rounded up to that
template <typename T>
void checkJoin(at::ScalarType type, bool packs)
{
    const OddArena arena;
    const Twins values(at::randn({arena.elements}, ops::wideType(type)));
    constexpr std::int64_t unit = 8;
    const auto upTo = [](std::int64_t count) { return (count + unit - 1) / unit * unit; };
    std::vector<Joined> places;
    std::int64_t size = unit;
    const auto add = [&](const ArenaPart& part, std::int64_t lambda) {
        const std::int64_t rank = packs ? upTo(part.rank) : part.rank;
        const std::int64_t columns = lambda < 0 ? part.width : rank;
        places.push_back({.part = part,
            .lambda = lambda,
            .begin = size,
            .stride = packs ? upTo(columns) + unit : columns + 3,
            .rank = rank});
        size += places.back().stride * (lambda < 0 ? part.rank : part.width) + (packs ? unit : 1);
    };
    for (const auto& [q, p, lambda] : arena.modules) {
        add(q, -1);
        add(p, lambda.begin);
    }
    const at::Tensor before = at::full({size}, 7.0, type);
    for (const Joined& place : places)
        place.of(before).zero_(); // what is added to a rank stays 0
    const Twins whole(before);
    for (const at::Device device : devices) {
        std::vector<kernels::JoinedFactor> factors;
        for (const Joined& place : places)
            factors.push_back({.values = place.part.begin,
                .lambda = place.lambda,
                .rank = place.part.rank,
                .joinedRank = place.rank,
                .width = place.part.width,
                .joined = ops::pointerOf<T>(whole.on(device)) + place.begin,
                .stride = place.stride});
        const at::Tensor table = tableOn(device, factors);
        ops::tableFor<T>(device).join({.factors = entriesOf<kernels::JoinedFactor>(table),
                                          .count = countOf(factors),
                                          .widest = widths.back(),
                                          .values = ops::pointerOf<const Wide<T>>(values.on(device)),
                                          .scale = 0.7},
            ops::currentStream(device));
    }
    const std::string name = std::string("join, ") + at::toString(type) + (packs ? ", packs" : "");
    for (const Joined& place : places)
        reportEqual(name + ", " + nameOf(place.part), place.of(whole.gpu), place.of(whole.cpu));
    reportEqual(name + ", all", whole.gpu, whole.cpu);
}

/// The gradients of Q and P are products of two, with the same bits; those of λ are sums over a row.
template <typename A>
void checkCollect(at::ScalarType type, bool trainsLambda)
{
    const OddArena arena;
    constexpr double scale = 0.7;
    const Twins values(at::randn({arena.elements}, type));
    const at::Tensor before = at::randn({arena.elements}, type);
    const Twins gradients(before);
    const auto [factors, size] = arena.collected();
    const Twins sums(at::randn({size}, type));
    for (const at::Device device : devices) {
        const at::Tensor table = tableOn(device, factors);
        ops::tableFor<A>(device).collect({.factors = entriesOf<kernels::JoinedFactor>(table),
                                             .count = countOf(factors),
                                             .mostRows = arena.mostRows,
                                             .values = ops::pointerOf<const A>(values.on(device)),
                                             .sums = ops::pointerOf<const A>(sums.on(device)),
                                             .gradients = ops::pointerOf<A>(gradients.on(device)),
                                             .scale = scale,
                                             .trainsLambda = trainsLambda},
            ops::currentStream(device));
    }
    const std::string name = std::string("collect, ") + at::toString(type) + (trainsLambda ? "" : " without λ");
    const at::Tensor there = gradients.gpu.cpu();
    for (std::size_t i = 0; i < arena.modules.size(); ++i) {
        const auto& [q, p, lambda] = arena.modules[i];
        if (!trainsLambda) {
            reportEqual(name + ", λ stays, " + nameOf(p), lambda.of(there), lambda.of(before));
            continue;
        }
        const at::Tensor g = at::as_strided(sums.cpu, {p.rank, p.width}, {p.width + 2, 1}, factors[2 * i + 1].sums);
        const at::Tensor terms = (inDouble(p.of(values.cpu)) * inDouble(g)).abs().sum(1, /*keepdim=*/true) * scale;
        report(name + ", λ of " + nameOf(p),
            excess(lambda.of(there), lambda.of(gradients.cpu), type, {.terms = static_cast<double>(p.width) + 4.0},
                {.terms = terms}),
            1.0);
        lambda.of(there).copy_(lambda.of(gradients.cpu)); // so that all else is left to compare
    }
    reportEqual(name + ", Q, P and what lies between", there, gradients.cpu);
}

/// @param gamma 0: norms alone
template <typename A>
void checkGram(at::ScalarType type, double gamma, bool squared)
{
    const OddArena arena;
    const std::vector<ArenaPart> parts = arena.parts();
    const std::vector<kernels::GramFactor> factors = arena.factors();
    const std::int64_t square = arena.mostRows * arena.mostRows;
    const std::int64_t all = countOf(factors) + 2;
    const Twins values(at::randn({arena.elements}, type) * 0.3);
    const at::Tensor before = at::randn({arena.elements}, type);
    const Twins gradients(before);
    const Twins errors(at::full({countOf(factors), square}, 7.0, type));
    const Twins norms(at::full({countOf(factors)}, -1.0, type));
    for (const at::Device device : devices) {
        const at::Tensor table = tableOn(device, factors);
        ops::tableFor<A>(device).gram({.factors = entriesOf<kernels::GramFactor>(table),
                                          .count = countOf(factors),
                                          .all = all,
                                          .mostRows = arena.mostRows,
                                          .widest = widths.back(),
                                          .values = ops::pointerOf<const A>(values.on(device)),
                                          .gradients = ops::pointerOf<A>(gradients.on(device)),
                                          .errors = ops::pointerOf<A>(errors.on(device)),
                                          .norms = ops::pointerOf<A>(norms.on(device)),
                                          .gamma = gamma,
                                          .squared = squared},
            ops::currentStream(device));
    }
    const std::string kind = std::string("gram, ") + at::toString(type) + ", gamma " + std::to_string(gamma)
        + (squared ? ", squared, " : ", ");
    const at::Tensor there = gradients.gpu.cpu();
    const double weight = squared ? 4.0 * gamma : 2.0 * gamma / static_cast<double>(all);
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const ArenaPart& part = parts[i];
        const auto row = static_cast<std::int64_t>(i);
        const std::int64_t own = part.rank * part.rank;
        const std::string name = kind + nameOf(part);
        const GramSizes sizes(part.of(values.cpu), weight, squared);
        const auto close = [&](const char* what, const at::Tensor& actual, const at::Tensor& expected,
                               const Roundings& of, const at::Tensor& terms) {
            report(name + what, excess(actual, expected, type, of, {.terms = terms}), 1.0);
        };
        close(", M − I", errors.gpu[row].narrow(0, 0, own), errors.cpu[row].narrow(0, 0, own),
            GramSizes::ofErrors(part.width), sizes.errors.flatten());
        reportEqual(
            name + ", behind it", errors.gpu[row].narrow(0, own, square - own), at::full({square - own}, 7.0, type));
        close(", norm", norms.gpu[row], norms.cpu[row], GramSizes::ofNorm(part.rank, part.width),
            at::full({}, sizes.size, at::kDouble));
        close(", gradient", part.of(there), part.of(gradients.cpu), GramSizes::ofGradient(part.rank, part.width),
            sizes.gradient + inDouble(part.of(before)).abs());
        part.of(there).copy_(part.of(gradients.cpu)); // so that all else is left to compare
    }
    reportEqual(kind + "what lies between", there, gradients.cpu);
    if (gamma == 0.0)
        reportEqual(kind + "no gradient", gradients.gpu, before);
}

template <typename A>
void checkArenaOf(at::ScalarType type)
{
    for (const bool packs : {false, true})
        checkJoin<A>(type, packs);
    for (const bool trainsLambda : {true, false})
        checkCollect<A>(type, trainsLambda);
    for (const bool squared : {false, true}) {
        checkGram<A>(type, 3.0, squared);
        checkGram<A>(type, 0.0, squared);
    }
}

} // namespace

void checkArenaKernels()
{
    for (const bool packs : {false, true})
        checkJoin<kernels::BFloat16>(at::kBFloat16, packs);
    checkArenaOf<float>(at::kFloat);
    checkArenaOf<double>(at::kDouble);
}

} // namespace spectune::test
