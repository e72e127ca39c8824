// SPDX-License-Identifier: GPL-3.0-or-later
// Whole optimizer steps played from CUDA graphs, held against the same steps launched one operation after the other, on
// small random models. A plain program:
//     gpu_steps      0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
#include "tests/cuda/GpuCheck.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/Prefetcher.h"
#include "training/loop/RunContext.h"
#include "training/loop/Trainer.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

using namespace spectune;

namespace {

constexpr std::int64_t steps = 24;
constexpr std::int64_t samples = 6;

bool good = true;

void check(const std::string& what, bool holds)
{
    std::printf("%-78s %s\n", what.c_str(), holds ? "ok" : "FAILED");
    good = good && holds;
}

/// Records nothing: what a device would answer that cannot.
class NoRecorder final : public StepRecorder {
public:
    std::unique_ptr<StepRecording> record(const std::function<void()>& /*body*/) override
    {
        TORCH_CHECK(false, "this recorder records nothing");
    }
};

struct Form {
    const char* name = "";
    bool uneven = false;
    std::int64_t micro = 0;
    double dropout = 0.0;
    Method method = Method::AdaLora;
    std::int64_t poisonedStep = -1; ///< the loss is not a number then
    std::int64_t length = 56; ///< of the longest sample, in tokens to predict
    bool byTurns = false; ///< large batches and small ones, see isSmallBatch()
    bool wide = false; ///< heads and widths of a real model: attention and products take their fast kernels
    bool recomputes = false;
    bool shrinks = false;
    bool unevenRanks = false;
    ElementType dtype = ElementType::BFloat16;
    bool isRegularised = true; ///< false: γ = 0 and nothing is clipped
    bool isEdited = false; ///< γ and the learning rate at one step, the clip at a later one

    /// A generator that is set back cannot be recorded.
    [[nodiscard]] bool isRecorded() const { return !(recomputes && dropout > 0.0); }
};

ModelSpec specOf(const Form& form)
{
    ModelSpec spec = shapeNamed("demo");
    if (form.wide) {
        spec.width = 1024;
        spec.feedForward = 2816;
        spec.layers = 3;
        spec.heads = 16;
        spec.kvHeads = 4;
        spec.headDim = 64;
        spec.maxPositions = 1024;
    }
    return spec;
}

std::shared_ptr<DecoderModel> randomModel(const Form& form)
{
    const ModelSpec spec = specOf(form);
    at::Generator generator = at::detail::createCPUGenerator(21);
    const double size = 1.0 / std::sqrt(static_cast<double>(spec.width));
    const WeightSource source = [&generator, size](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor numbers = at::randn(shape, generator, at::kFloat);
        return name.ends_with("norm.weight") ? 1.0 + 0.1 * numbers : size * numbers;
    };
    return std::make_shared<DecoderModel>(
        spec, source, at::TensorOptions().dtype(scalarType(form.dtype)).device(at::Device(at::kCUDA, 0)));
}

/// Every third batch has the lengths of the first; uneven: of its samples one differs from the other.
Batch batchAt(std::int64_t t, std::int64_t vocabulary, const Form& form)
{
    at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(100 + t));
    // A small batch is recorded, then comes a longer one that is small as well, then the first again.
    constexpr std::array<std::int64_t, 12> turns {0, 3, 3, 3, 2, 2, 3, 3, 2, 3, 0, 3};
    const std::int64_t shorter = form.byTurns ? turns.at(static_cast<std::size_t>(t) % turns.size()) : t % 3;
    const std::int64_t length = std::max<std::int64_t>(1, form.length - form.length / 7 * shorter);
    Batch batch {.tokens = at::randint(0, vocabulary, {samples, length}, generator, at::kLong),
        .targets = at::randint(0, vocabulary, {samples, length}, generator, at::kLong)};
    const std::int64_t less = length / 8;
    for (std::int64_t i = 0; form.uneven && i < samples; ++i)
        batch.targets[i].narrow(0, length - less * i - 1, less * i + 1).fill_(Batch::ignored);
    batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();
    return batch;
}

RunConfig configOf(const Form& form)
{
    RunConfig config;
    config.train = {.seed = 5, .steps = steps, .batchSize = samples, .dtype = form.dtype};
    config.data.maxLength = form.length + 1; // even batches are of one form, shorter ones are filled up
    config.train.microBatchSize = form.micro;
    config.train.gradientCheckpointing = form.recomputes;
    config.optim.lr = form.wide ? 0.001 : 0.01;
    config.optim.warmup = 3;
    config.method = form.method;
    config.adalora.targetRank = 3;
    config.adalora.initRank = 6;
    config.adalora.alpha = 12.0;
    config.adalora.ti = 2;
    config.adalora.tf = 6;
    config.adalora.deltaT = 2;
    config.adalora.dropout = form.dropout;
    config.adalora.shrink = form.shrinks;
    if (!form.isRegularised) {
        config.adalora.gamma = 0.0;
        config.optim.maxGradNorm = 0.0;
    }
    if (form.unevenRanks)
        config.adalora.rankMap = {{"model.layers.0.self_attn.q_proj", 1}, {"model.layers.0.self_attn.v_proj", 0},
            {"model.layers.1.mlp.down_proj", 5}, {"model.layers.1.mlp.up_proj", 3}};
    return config;
}

struct Run {
    std::vector<StepResult> results;
    at::Tensor values;
    at::Tensor kept;
    std::int64_t updates = 0;
    std::string notices;
    bool skippedStepChangedNothing = true;
};

constexpr std::int64_t firstEdit = 9; ///< recordings are there by then

/// What a person changes before step @p t. false: nothing
bool edit(RunConfig& config, std::int64_t t)
{
    if (t == firstEdit) {
        config.adalora.gamma = 20.0; // R's gradient is most of what follows
        config.optim.lr *= 2.0;
    } else if (t == 17)
        config.optim.maxGradNorm = 1e-3; // the first moment outweighs what is left of a gradient
    else
        return false;
    return true;
}

/// @param ahead batches are copied on a stream of their own while the step before runs
Run train(const Form& form, bool recorded, bool ahead)
{
    RunConfig config = configOf(form);
    const auto model = randomModel(form);
    const ResolvedRun resolved = resolveRun(config, factsOf(model->spec(), config));
    const auto layout = std::make_shared<const ModuleLayout>(layoutOf(model->spec(), config, resolved));
    Trainer trainer(
        model, layout, config, resolved, recorded ? nullptr : std::unique_ptr<StepRecorder>(new NoRecorder));
    at::Tensor weight = model->linear(1, Matrix::Up).weight;
    const at::Tensor healthy = weight.clone();
    std::int64_t drawn = 0;
    Prefetcher prefetcher(
        [&] { return trainer.prepare(batchAt(drawn++, model->spec().vocabulary, form)); }, model->options().device());
    Run run;
    for (std::int64_t t = 0; t < steps; ++t) {
        if (t == form.poisonedStep)
            weight.fill_(std::nan(""));
        if (form.isEdited && edit(config, t))
            trainer.edit(config, resolved);
        const at::Tensor before = trainer.arena().values.clone();
        const PreparedBatch batch = prefetcher.take();
        run.results.push_back(trainer.step(t, batch, [&] {
            if (ahead)
                prefetcher.prepare();
        }));
        run.notices += trainer.notice().english();
        if (t == form.poisonedStep) {
            weight.copy_(healthy);
            run.skippedStepChangedNothing = at::equal(before, trainer.arena().values);
        }
    }
    run.values = trainer.arena().values.cpu();
    run.kept = trainer.allocator().kept().cpu();
    run.updates = trainer.optimizer().steps();
    return run;
}

/// Relative, of the steps from @p begin to before @p end that were not skipped.
/// Infinite where one side is not a number.
double largestDifference(const Run& a, const Run& b, double StepResult::*number = &StepResult::loss,
    std::int64_t begin = 0, std::int64_t end = steps)
{
    double worst = 0.0;
    for (auto t = static_cast<std::size_t>(begin); t < static_cast<std::size_t>(end); ++t) {
        if (!a.results[t].skipped.empty() && !b.results[t].skipped.empty())
            continue;
        const double expected = b.results[t].*number;
        const double apart = std::abs(a.results[t].*number - expected) / std::abs(expected);
        if (!(apart <= worst))
            worst = std::isnan(apart) ? INFINITY : apart;
    }
    return worst;
}

bool sameCourse(const Run& a, const Run& b)
{
    for (std::size_t t = 0; t < a.results.size(); ++t) {
        if (a.results[t].masked != b.results[t].masked || a.results[t].skipped != b.results[t].skipped
            || a.results[t].lr != b.results[t].lr)
            return false;
    }
    return a.updates == b.updates && at::equal(a.kept.sum(), b.kept.sum());
}

/// What a loss may be apart, for cuBLAS may choose another kernel while it is recorded, or for other shapes. In bfloat16
/// a logit is rounded to the one side or the other then, 2⁻⁷ of it apart, and a loss moves by at most twice what its
/// logits do, which are no larger than itself: 2⁻⁶; what comes before the logits averages out over a batch's hundreds
/// of rows. In the wider types it is sums in another order, apart by a unit a term at most, and twice that of a loss.
double otherKernels(const Form& form)
{
    const auto terms = static_cast<double>(specOf(form).feedForward); // the longest sum's
    switch (form.dtype) {
    case ElementType::BFloat16: return 0x1p-6;
    case ElementType::Float32: return 2.0 * terms * 0x1p-24;
    case ElementType::Float64: return 2.0 * terms * 0x1p-53;
    }
    return 0.0;
}

/// A recording that kept γ, the clip or the rate that it was made with would leave R where it was.
void checkEdits(const Form& form, const Run& recorded, const Run& eager)
{
    const std::string name = form.name;
    Form unedited = form;
    unedited.isEdited = false;
    const Run other = train(unedited, /*recorded=*/false, /*ahead=*/false);
    std::printf("  largest relative difference of R: %.2e; to a run without the edits %.2e\n",
        largestDifference(recorded, eager, &StepResult::orth), largestDifference(other, eager, &StepResult::orth));
    check(name + ": R is that of the unrecorded run",
        largestDifference(recorded, eager, &StepResult::orth) <= otherKernels(form));
    check(name + ": the edits change R by far more",
        largestDifference(other, eager, &StepResult::orth) > 4.0 * otherKernels(form));
    // From then on it is R's for the most part, which float32 makes.
    check(name + ": so is the gradient's norm",
        largestDifference(recorded, eager, &StepResult::gradNorm, firstEdit) <= otherKernels(form));
}

/// Without γ and clipping the final phase of a run is the same with the kept triplets alone: of the others λ is 0,
/// which adds nothing. Only products have fewer terms, and perhaps other kernels.
void checkShrunk()
{
    const Form whole {.name = "shrunk, gamma 0", .uneven = true, .isRegularised = false};
    Form shrunk = whole;
    shrunk.shrinks = true;
    const std::string name = whole.name;
    const Run with = train(shrunk, /*recorded=*/true, /*ahead=*/true);
    const Run without = train(whole, /*recorded=*/true, /*ahead=*/true);
    const std::int64_t finalMask = steps - *configOf(whole).adalora.tf;
    const double apart = largestDifference(with, without);
    std::printf(
        "  %s: largest relative difference of a loss to the run with all triplets: %.2e\n", name.c_str(), apart);
    check(name + ": the arena holds fewer triplets", with.values.numel() < without.values.numel());
    check(name + ": up to the last mask the same bits",
        largestDifference(with, without, &StepResult::loss, 0, finalMask + 1) == 0.0);
    check(name + ": losses are those of the run with all triplets", apart <= otherKernels(whole));
    check(name + ": so are learning rates, events, budget and updates", sameCourse(with, without));
}

void checkForm(const Form& form)
{
    const std::string name = form.name;
    const Run recorded = train(form, /*recorded=*/true, /*ahead=*/true);
    const Run again = train(form, /*recorded=*/true, /*ahead=*/false);
    const Run eager = train(form, /*recorded=*/false, /*ahead=*/false);
    if (!recorded.notices.empty())
        std::printf("  %s\n", recorded.notices.c_str());
    const auto saysSo = [](const Run& run) { return run.notices.find("not recorded") != std::string::npos; };
    check(name + (form.isRecorded() ? ": steps are recorded" : ": steps are not recorded, and say why"),
        saysSo(recorded) != form.isRecorded());
    check(name + ": without a recorder they go on, and say so", saysSo(eager));
    check(name + ": two runs, one with batches ahead, give the same bits", at::equal(recorded.values, again.values));
    const double apart = largestDifference(recorded, eager);
    std::printf("  largest relative difference of a loss to the unrecorded run's: %.2e; values are %s\n", apart,
        at::equal(recorded.values, eager.values) ? "the same to the bit" : "not the same to the bit");
    check(name + ": losses are those of the unrecorded run", apart <= otherKernels(form));
    check(name + ": so are learning rates, events, budget and updates", sameCourse(recorded, eager));
    if (form.isEdited)
        checkEdits(form, recorded, eager);
    const std::int64_t skipped = form.poisonedStep >= 0 ? 1 : 0;
    check(name + ": every other step is an update", recorded.updates == steps - skipped);
    if (skipped > 0)
        check(name + ": the skipped step changed nothing", recorded.skippedStepChangedNothing);
}

} // namespace

int main()
{
    if (const int leave = test::withoutDevice(); leave != 0)
        return leave;
    try {
        prepareThread(at::Device(at::kCUDA, 0), 0);
        for (const Form& form :
            {Form {.name = "even batches"}, Form {.name = "uneven batches", .uneven = true},
                Form {.name = "micro-batches", .uneven = true, .micro = 2}, Form {.name = "dropout", .dropout = 0.1},
                Form {.name = "lora", .method = Method::Lora}, Form {.name = "prune-lora", .method = Method::PruneLora},
                Form {.name = "a skipped event", .poisonedStep = 8},
                Form {.name = "the skipped last event", .uneven = true, .poisonedStep = 18},
                Form {.name = "samples of one token", .length = 1},
                Form {.name = "blocks twice", .uneven = true, .recomputes = true},
                Form {.name = "blocks twice with dropout", .uneven = true, .dropout = 0.1, .recomputes = true},
                Form {.name = "shrunk", .uneven = true, .shrinks = true},
                Form {.name = "a rank map", .method = Method::SvdLora, .unevenRanks = true},
                Form {.name = "float32", .uneven = true, .dtype = ElementType::Float32},
                Form {.name = "float32, micro-batches, dropout",
                     .uneven = true,
                     .micro = 2,
                     .dropout = 0.1,
                     .dtype = ElementType::Float32},
                Form {.name = "float32, wide, blocks twice",
                     .uneven = true,
                     .length = 300,
                     .wide = true,
                     .recomputes = true,
                     .dtype = ElementType::Float32},
                Form {.name = "float64", .uneven = true, .dtype = ElementType::Float64},
                Form {.name = "wide, even", .length = 640, .wide = true},
                Form {.name = "wide, uneven", .uneven = true, .length = 640, .wide = true},
                Form {.name = "wide, uneven, blocks twice",
                     .uneven = true,
                     .length = 640,
                     .wide = true,
                     .recomputes = true},
                Form {.name = "wide, a small batch", .uneven = true, .micro = 1, .length = 300, .wide = true},
                Form {.name = "wide, small and large by turns",
                     .uneven = true,
                     .length = 300,
                     .byTurns = true,
                     .wide = true},
                Form {.name = "edited in the middle", .uneven = true, .isEdited = true}})
            checkForm(form);
        checkShrunk();
    } catch (const std::exception& error) {
        std::printf("FAILED: %s\n", error.what());
        return 1;
    }
    return good ? 0 : 1;
}
