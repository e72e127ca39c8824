// SPDX-License-Identifier: GPL-3.0-or-later
// What a run's triplets do together on the GPU, against the CPU: their places beside the weights, the orthogonality of all
// of them, and a whole training pass. A plain program:
//     gpu_pass          0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
//     gpu_pass kernels  the places and the orthogonality alone, for compute-sanitizer, under which a pass takes its time
#include "tests/cuda/GpuCheck.h"
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

/// A run's triplets joined to a small model on @p device, the same numbers wherever it is.
struct Joined {
    std::shared_ptr<DecoderModel> model;
    ModuleLayout layout;
    TripletArena arena;
    JoinedTriplets triplets;

    Joined(at::Device device, at::ScalarType type, std::int64_t window, std::int64_t rank, std::int64_t headDim = 16)
        : model(smallModel(at::TensorOptions().dtype(type).device(device), window, headDim))
        , layout(adaptedLayout(model->spec(), {}, rank))
        , arena(layout, 2.0, at::TensorOptions().dtype(ops::wideType(type)).device(device))
        , triplets(*model, layout, arena, /*trainsLambda=*/true)
    {
        at::Generator generator = at::detail::createCPUGenerator(13);
        arena.values.copy_(at::randn({arena.order.size()}, generator, at::kFloat) * 0.2);
        triplets.refresh();
    }
};

/// What lies beside and below the weights, and the gradients that follow from sums. @param rank a multiple of 8, so that
/// sums have one order on both devices
void checkJoin(at::ScalarType type, std::int64_t rank)
{
    Joined here(at::kCPU, type, 0, rank);
    Joined there(at::Device(at::kCUDA, 0), type, 0, rank);
    const at::Tensor sums = here.triplets.makeSums();
    at::Generator generator = at::detail::createCPUGenerator(17);
    sums.copy_(at::randn(sums.sizes(), generator, at::kFloat));
    const at::Tensor sumsThere = sums.to(at::kCUDA);
    const AdapterSet set = here.triplets.adaptersInto(sums);
    const AdapterSet setThere = there.triplets.adaptersInto(sumsThere);
    const std::string name = std::string(at::toString(type)) + ", rank " + std::to_string(rank);
    for (std::size_t i = 0; i < set.shared.size(); ++i)
        report("join, " + name, apart(setThere.shared[i]->joined, set.shared[i]->joined), allowed(type));
    here.triplets.collect(std::array {sums});
    there.triplets.collect(std::array {sumsThere});
    report("collect, " + name, apart(there.arena.gradients, here.arena.gradients), allowed(ops::wideType(type), 176.0));
}

void checkGram(at::ScalarType type, std::int64_t rank, RegularizerKind kind)
{
    Joined here(at::kCPU, type, 0, rank);
    Joined there(at::Device(at::kCUDA, 0), type, 0, rank);
    const OrthogonalityResult result = addOrthogonalityGradient(here.arena, kind, 0.3);
    const OrthogonalityResult resultThere = addOrthogonalityGradient(there.arena, kind, 0.3);
    const std::string name = std::string(at::toString(type)) + ", rank " + std::to_string(rank);
    report("gram, R, " + name, apart(resultThere.value, result.value), allowed(type, 176.0));
    report("gram, of Q, " + name, apart(resultThere.errorQ(), result.errorQ()), allowed(type, 176.0));
    report("gram, of P, " + name, apart(resultThere.errorP(), result.errorP()), allowed(type, 176.0));
    report("gram, gradient, " + name, apart(there.arena.gradients, here.arena.gradients), allowed(type, 176.0 * 40.0));
}

/// How long samples are, and what their rows and those that bear loss round up to (see PackedBatch). Thin products of all
/// but the large batch are kernels of ours (see isSmallBatch()).
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

    [[nodiscard]] std::string name() const
    {
        return std::string(nameOf(form)) + ", window " + std::to_string(window) + ", heads of "
            + std::to_string(headDim) + ", " + std::to_string(tokens) + " tokens, rank " + std::to_string(rank)
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
    Joined joined(device, type, of.window, of.rank, of.headDim);
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
    // By type: of the loss, and of the gradient's norm. bfloat16: some thirty roundings of 2⁻⁸ one after the other are
    // √30 · 2⁻⁸ ≈ 2 % apart; three times that.
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
}

} // namespace

int main(int argc, char** argv)
{
    if (const int leave = withoutDevice(); leave != 0)
        return leave;
    prepareThread(at::Device(at::kCUDA, 0), 0);
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kBFloat16}) {
        for (const std::int64_t rank : {8, 40})
            checkJoin(type, rank);
    }
    for (const at::ScalarType type : {at::kDouble, at::kFloat}) {
        for (const std::int64_t rank : {1, 5, 16, 40}) {
            for (const RegularizerKind kind : {RegularizerKind::Norm, RegularizerKind::SquaredSum})
                checkGram(type, rank, kind);
        }
    }
    if (argc < 2 || std::string_view(argv[1]) != "kernels")
        checkPasses();
    std::printf("a training pass on the GPU against the CPU's in float64: %s\n", failures() == 0 ? "ok" : "FAILED");
    return failures() == 0 ? 0 : 1;
}
