// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's triplets do together on the GPU, against the CPU: their places beside the weights, the orthogonality of
// all of them, attention, and a whole training pass. A plain program:
//     gpu_pass          0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
//     gpu_pass kernels  what kernels of our own do alone, for compute-sanitizer, under which a pass takes its time, and
//                       which would look at the kernels of cuDNN and ATen as well
#include "tests/cuda/GramSizes.h"
#include "tests/cuda/KernelPairs.h"
#include "training/data/Packing.h"
#include "training/loop/Device.h"
#include "training/nn/FusedOps.h"
#include "training/nn/JoinedTriplets.h"
#include "training/nn/TrainingPass.h"
#include "training/optim/OrthogonalityRegularizer.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>
#include <c10/core/GradMode.h>

#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <string_view>
#include <tuple>

using namespace spectune;
using namespace spectune::test;

namespace {

std::shared_ptr<DecoderModel> smallModel(at::TensorOptions options, std::int64_t window, std::int64_t headDim)
{
    ModelSpec spec;
    spec.modelType = "llama";
    spec.vocabulary = 120;
    spec.width = 64;
    spec.feedForward = 176;
    spec.layers = 3;
    spec.heads = 4;
    spec.kvHeads = 2;
    spec.headDim = headDim;
    spec.maxPositions = 256;
    if (window > 0)
        spec.slidingWindow = window;
    at::Generator generator = at::detail::createCPUGenerator(9);
    const WeightSource source = [&generator](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor numbers = at::randn(shape, generator, at::kFloat);
        return name.ends_with("norm.weight") ? 1.0 + 0.1 * numbers : 0.12 * numbers;
    };
    return std::make_shared<DecoderModel>(spec, source, options);
}

/// Ranks of q, k, v, o, gate, up and down, block by block; empty: the same for all.
using RankMap = std::vector<std::int64_t>;

/// None beside one, three and full ones: inputs of which some matrices have triplets, one with none at all, a block
/// without.
const RankMap mixedRanks {3, 0, 1, 0, 12, 0, 5, /**/ 0, 0, 0, 0, 0, 0, 0, /**/ 64, 32, 0, 64, 0, 8, 17};
/// The first block has none, so that the backward ends above it.
const RankMap fewRanks {0, 0, 0, 0, 0, 0, 0, /**/ 0, 0, 1, 0, 0, 0, 3, /**/ 5, 0, 0, 12, 0, 1, 0};

ModuleLayout layoutOf(const ModelSpec& spec, std::int64_t rank, const RankMap& ranks)
{
    ModuleLayout layout = adaptedLayout(spec, {}, rank);
    TORCH_CHECK(ranks.empty() || ranks.size() == layout.modules.size(), "one rank a matrix");
    layout.ranks = ranks;
    return layout;
}

/// A run's triplets joined to a small model on @p device, the same numbers wherever it is.
struct Joined {
    std::shared_ptr<DecoderModel> model;
    ModuleLayout layout;
    TripletArena arena;
    JoinedTriplets triplets;

    Joined(at::Device device, at::ScalarType type, std::int64_t window, std::int64_t rank, std::int64_t headDim = 16,
        const RankMap& ranks = {})
        : model(smallModel(at::TensorOptions().dtype(type).device(device), window, headDim))
        , layout(layoutOf(model->spec(), rank, ranks))
        , arena(layout, 2.0, at::TensorOptions().dtype(ops::wideType(type)).device(device))
        , triplets(*model, layout, arena, /*trainsLambda=*/true)
    {
        at::Generator generator = at::detail::createCPUGenerator(13);
        arena.values.copy_(at::randn({arena.order.size()}, generator, at::kFloat) * 0.2);
        triplets.refresh();
    }
};

/// What lies beside and below the weights: copies, and products of two. And the gradients that follow from sums:
/// products of two but for those of λ, sums over a row of P. @param rank a multiple of 8, so that sums have one order
/// on both devices
void checkJoin(at::ScalarType type, std::int64_t rank)
{
    Joined here(at::kCPU, type, 0, rank);
    Joined there(at::Device(at::kCUDA, 0), type, 0, rank);
    const at::Tensor sums = here.triplets.makeSums();
    at::Generator generator = at::detail::createCPUGenerator(17);
    sums.copy_(at::randn(sums.sizes(), generator, at::kFloat));
    const at::Tensor sumsThere = sums.to(at::kCUDA);
    const double largestSum = sums.abs().max().item<double>();
    const AdapterSet set = here.triplets.adaptersInto(sums);
    const AdapterSet setThere = there.triplets.adaptersInto(sumsThere);
    const std::string name = std::string(at::toString(type)) + ", rank " + std::to_string(rank);
    for (std::size_t i = 0; i < set.shared.size(); ++i)
        reportEqual("join, " + name, setThere.shared[i]->joined, set.shared[i]->joined);
    here.triplets.collect(std::array {sums});
    there.triplets.collect(std::array {sumsThere});
    const std::int64_t factors = here.arena.order.lambdaOffset();
    const at::Tensor gradients = here.arena.gradients;
    const at::Tensor gradientsThere = there.arena.gradients;
    reportEqual("collect, Q and P, " + name, gradientsThere.narrow(0, 0, factors), gradients.narrow(0, 0, factors));
    const at::Tensor lambdas = here.arena.order.lambdas(gradients);
    constexpr double widest = 176.0;
    const double terms = widest * largestSum * here.arena.values.abs().max().item<double>() * here.arena.scale;
    report("collect, lambda, " + name,
        excess(there.arena.order.lambdas(gradientsThere), lambdas, lambdas.scalar_type(), {.terms = widest + 4.0},
            {.terms = at::full_like(lambdas, terms)}),
        1.0);
}

/// R is the mean of the norms of all factors, or the sum of their squares.
void checkGram(at::ScalarType type, std::int64_t rank, RegularizerKind kind, const RankMap& ranks = {})
{
    constexpr double gamma = 0.3;
    const bool squared = kind == RegularizerKind::SquaredSum;
    Joined here(at::kCPU, type, 0, rank, 16, ranks);
    Joined there(at::Device(at::kCUDA, 0), type, 0, rank, 16, ranks);
    const OrthogonalityResult result = addOrthogonalityGradient(here.arena, kind, gamma);
    const OrthogonalityResult resultThere = addOrthogonalityGradient(there.arena, kind, gamma);
    const ArenaOrder& order = here.arena.order;
    const std::int64_t factors = 2 * order.moduleCount();
    const at::Tensor gradient = at::zeros({order.size()}, at::kDouble);
    const at::Tensor norms = at::zeros({order.moduleCount(), 2}, at::kDouble);
    double value = 0.0;
    for (std::int32_t module = 0; module < order.moduleCount(); ++module) {
        std::int64_t column = 0;
        for (const auto view : {&ArenaOrder::q, &ArenaOrder::pT}) {
            const GramSizes sizes((order.*view)(here.arena.values, {module}),
                squared ? 4.0 * gamma : 2.0 * gamma / static_cast<double>(factors), squared);
            (order.*view)(gradient, {module}).copy_(sizes.gradient);
            norms[module][column++] = sizes.size;
            value += squared ? 2.0 * sizes.norm * sizes.size : sizes.size / static_cast<double>(factors);
        }
    }
    constexpr std::int64_t widest = 176;
    Roundings ofValue = GramSizes::ofNorm(order.rank(), widest);
    ofValue.terms += static_cast<double>(factors) + 2.0;
    const std::string name = std::string(at::toString(type)) + (ranks.empty() ? ", rank " : ", ranks up to ")
        + std::to_string(order.rank());
    report("gram, R, " + name,
        excess(resultThere.value, result.value, type, ofValue, {.terms = at::full({}, value, at::kDouble)}), 1.0);
    report("gram, norms, " + name,
        excess(resultThere.norms, result.norms, type, GramSizes::ofNorm(order.rank(), widest), {.terms = norms}), 1.0);
    report("gram, gradient, " + name,
        excess(there.arena.gradients, here.arena.gradients, type, GramSizes::ofGradient(order.rank(), widest),
            {.terms = gradient}),
        1.0);
}

/// How long samples are, and what their rows and those that bear loss round up to (see PackedBatch). Thin products of
/// all but the large batch are kernels of ours (see isSmallBatch()).
enum class Form { Even, EvenAndLarge, Uneven, UnevenToOneNumber };

const char* nameOf(Form form)
{
    switch (form) {
    case Form::Even: return "even";
    case Form::EvenAndLarge: return "even and large";
    case Form::Uneven: return "uneven";
    case Form::UnevenToOneNumber: return "uneven, as many rows as targets when rounded up";
    }
    return "";
}

/// One training pass.
struct Pass {
    Form form = Form::Even;
    std::int64_t window = 0;
    std::int64_t headDim = 16; ///< of real models 64 or 128, for which attention has kernels of its own
    std::int64_t tokens = 70; ///< of the longest sample
    std::int64_t rank = 5;
    bool expectsFew = false; ///< rows: see TrainingPass::expectRows()
    RankMap ranks {}; ///< by matrix, instead of rank

    [[nodiscard]] std::string name() const
    {
        return std::string(nameOf(form)) + ", window " + std::to_string(window) + ", heads of "
            + std::to_string(headDim) + ", " + std::to_string(tokens) + " tokens, "
            + (ranks.empty() ? "rank " + std::to_string(rank) : "ranks from " + std::to_string(ranks.front()) + " on")
            + (expectsFew ? ", few rows expected" : "");
    }
};

Batch batchOf(Form form, std::int64_t tokens)
{
    at::Generator generator = at::detail::createCPUGenerator(11);
    // In one number, of 70 tokens: 183 and 174 make 256; 260 and 230 do not.
    const std::int64_t samples = form == Form::UnevenToOneNumber ? 3 : form == Form::EvenAndLarge ? 20 : 5;
    Batch batch {.tokens = at::randint(0, 120, {samples, tokens}, generator, at::kLong),
        .targets = at::randint(0, 120, {samples, tokens}, generator, at::kLong)};
    const bool isEven = form == Form::Even || form == Form::EvenAndLarge;
    for (std::int64_t i = 0; !isEven && i < samples; ++i) {
        batch.targets[i].narrow(0, tokens - 9 * i, 9 * i).fill_(Batch::ignored);
        batch.targets[i].narrow(0, 0, 3 * i).fill_(Batch::ignored);
    }
    batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();
    return batch;
}

/// Loss, then the arena's gradient.
std::pair<double, at::Tensor> passOn(at::Device device, at::ScalarType type, const Pass& of)
{
    const at::NoGradGuard noGraph;
    Joined joined(device, type, of.window, of.rank, of.headDim, of.ranks);
    const at::Tensor sums = joined.triplets.makeSums();
    TrainingPass pass(*joined.model, joined.triplets.adaptersInto(sums), {});
    if (of.expectsFew)
        pass.expectRows(1);
    const Batch batch = batchOf(of.form, of.tokens);
    joined.model->reserve(256);
    const at::Tensor scale = lossScale(batch.targetCount, *joined.model);
    const double loss = pass.run(packed(batch, device), scale, /*recomputes=*/false).item<double>();
    joined.triplets.collect(std::array {sums});
    return {loss, joined.arena.gradients.cpu().to(at::kDouble)};
}

void checkPass(const Pass& of)
{
    const auto [loss, gradient] = passOn(at::kCPU, at::kDouble, of);
    // By type: of the loss, and of the gradient's norm. A block's forward rounds some 20 times, its backward as often:
    // 120 times one after the other in three blocks. A rounding to bfloat16 is wrong by 2⁻⁹ of a number on average, so
    // the whole by √120 · 2⁻⁹ = 2 %; three times that is allowed. A loss of log 120 = 4.8 moves by at most twice the
    // largest change of its logits, which are some 1 large: 3 · 2 · √60 · 2⁻⁹ / 4.8 = 2 %. float32 rounds by 2⁻²⁵ on
    // average, in sums of up to 176 terms √176 times that: 1.3e-5 and 4e-6 in the same way, and a few times more is
    // allowed for what cancels in a norm's and a softmax's gradient. float64 is not derived: some ten thousand units.
    for (const auto& [type, ofLoss, ofGradient] :
        {std::tuple {at::kDouble, 1e-12, 1e-11}, {at::kFloat, 1e-5, 1e-4}, {at::kBFloat16, 0.02, 0.06}}) {
        const auto [there, gradientThere] = passOn(at::Device(at::kCUDA, 0), type, of);
        const std::string name = std::string("pass, ") + at::toString(type) + ", " + of.name();
        report(name + ", loss", std::abs(there - loss) / loss, ofLoss);
        report(name + ", gradient", ((gradientThere - gradient).norm() / gradient.norm()).item<double>(), ofGradient);
    }
}

void checkPasses()
{
    for (const std::int64_t window : {0, 20})
        for (const Form form : {Form::Even, Form::EvenAndLarge, Form::Uneven, Form::UnevenToOneNumber})
            for (const bool few : {false, true})
                checkPass({.form = form, .window = window, .expectsFew = few});
    for (const std::int64_t headDim : {64, 128})
        for (const Form form : {Form::Even, Form::EvenAndLarge, Form::Uneven})
            for (const bool few : {false, true})
                checkPass({.form = form, .headDim = headDim, .tokens = 200, .expectsFew = few});
    checkPass({.tokens = 1});
    checkPass({.form = Form::Uneven, .rank = 24}); // q, k and v have 72 triplets, more than one thin kernel takes
    for (const RankMap& ranks : {mixedRanks, fewRanks})
        for (const Form form : {Form::Even, Form::EvenAndLarge, Form::Uneven})
            for (const bool few : {false, true})
                checkPass({.form = form, .expectsFew = few, .ranks = ranks});
}

} // namespace

int main(int argc, char** argv)
{
    if (const int leave = withoutDevice(); leave != 0)
        return leave;
    prepareThread(at::Device(at::kCUDA, 0), 0);
    const std::string_view part = argc > 1 ? argv[1] : "";
    if (part == "kernels")
        checkAttention(/*ours=*/true);
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
        for (const std::int64_t rank : {8, 40})
            checkJoin(type, rank);
    }
    for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
        for (const std::int64_t rank : {1, 5, 16, 40}) {
            for (const RegularizerKind kind : {RegularizerKind::Norm, RegularizerKind::SquaredSum})
                checkGram(type, rank, kind);
        }
        for (const RegularizerKind kind : {RegularizerKind::Norm, RegularizerKind::SquaredSum})
            checkGram(type, 0, kind, mixedRanks);
    }
    if (part.empty()) {
        at::manual_seed(21); // the same inputs in every run
        checkAttention(/*ours=*/false);
        checkPasses();
    }
    std::printf("attention and a training pass on the GPU against the CPU's in float64: %s\n",
        failures() == 0 ? "ok" : "FAILED");
    return failures() == 0 ? 0 : 1;
}
