// SPDX-License-Identifier: GPL-3.0-or-later
// Whole optimizer steps played from CUDA graphs, held against the same steps launched one operation after the other, in
// bfloat16 on a small random model. A plain program:
//     gpu_steps      0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
#include "tests/cuda/GpuCheck.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/Prefetcher.h"
#include "training/loop/RunContext.h"
#include "training/loop/Trainer.h"

#include <ATen/ATen.h>
#include <ATen/CPUGeneratorImpl.h>

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

std::shared_ptr<DecoderModel> randomModel()
{
    at::Generator generator = at::detail::createCPUGenerator(21);
    const WeightSource source = [&generator](const std::string& name, at::IntArrayRef shape) {
        const at::Tensor numbers = at::randn(shape, generator, at::kFloat);
        return name.ends_with("norm.weight") ? 1.0 + 0.1 * numbers : 0.1 * numbers;
    };
    return std::make_shared<DecoderModel>(
        shapeNamed("demo"), source, at::TensorOptions().dtype(at::kBFloat16).device(at::Device(at::kCUDA, 0)));
}

/// Every third batch has the lengths of the first; @p uneven: of its samples one differs from the other.
Batch batchAt(std::int64_t t, std::int64_t vocabulary, bool uneven)
{
    at::Generator generator = at::detail::createCPUGenerator(static_cast<std::uint64_t>(100 + t));
    const std::int64_t length = 40 + 8 * (t % 3);
    Batch batch {.tokens = at::randint(0, vocabulary, {samples, length}, generator, at::kLong),
        .targets = at::randint(0, vocabulary, {samples, length}, generator, at::kLong)};
    for (std::int64_t i = 0; uneven && i < samples; ++i)
        batch.targets[i].narrow(0, length - 5 * i - 1, 5 * i + 1).fill_(Batch::ignored);
    batch.targetCount = (batch.targets != Batch::ignored).sum().item<std::int64_t>();
    return batch;
}

struct Form {
    const char* name = "";
    bool uneven = false;
    std::int64_t micro = 0;
    double dropout = 0.0;
    Method method = Method::AdaLora;
    std::int64_t poisonedStep = -1; ///< the loss is not a number then
};

RunConfig configOf(const Form& form)
{
    RunConfig config;
    config.train = {.seed = 5, .steps = steps, .batchSize = samples, .dtype = ElementType::BFloat16};
    config.train.microBatchSize = form.micro;
    config.optim.lr = 0.01;
    config.optim.warmup = 3;
    config.method = form.method;
    config.adalora.targetRank = 3;
    config.adalora.initRank = 6;
    config.adalora.alpha = 12.0;
    config.adalora.ti = 2;
    config.adalora.tf = 6;
    config.adalora.deltaT = 2;
    config.adalora.dropout = form.dropout;
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

/// @param ahead batches are copied on a stream of their own while the step before runs
Run train(const Form& form, bool recorded, bool ahead)
{
    const RunConfig config = configOf(form);
    const auto model = randomModel();
    const ResolvedRun resolved = resolveRun(config, factsOf(model->spec(), config));
    const auto layout = std::make_shared<const ModuleLayout>(
        adaptedLayout(model->spec(), TargetSelection::of(config.adalora), resolved.initRank));
    Trainer trainer(
        model, layout, config, resolved, recorded ? nullptr : std::unique_ptr<StepRecorder>(new NoRecorder));
    at::Tensor weight = model->linear(1, Matrix::Up).weight;
    const at::Tensor healthy = weight.clone();
    std::int64_t drawn = 0;
    Prefetcher prefetcher([&] { return trainer.prepare(batchAt(drawn++, model->spec().vocabulary, form.uneven)); },
        model->options().device());
    Run run;
    for (std::int64_t t = 0; t < steps; ++t) {
        if (t == form.poisonedStep)
            weight.fill_(std::nan(""));
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

double largestDifference(const Run& a, const Run& b)
{
    double worst = 0.0;
    for (std::size_t t = 0; t < a.results.size(); ++t) {
        if (a.results[t].skipped.empty())
            worst = std::max(worst, std::abs(a.results[t].loss - b.results[t].loss) / std::abs(b.results[t].loss));
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

void checkForm(const Form& form)
{
    const std::string name = form.name;
    const Run recorded = train(form, /*recorded=*/true, /*ahead=*/true);
    const Run again = train(form, /*recorded=*/true, /*ahead=*/false);
    const Run eager = train(form, /*recorded=*/false, /*ahead=*/false);
    if (!recorded.notices.empty())
        std::printf("  %s\n", recorded.notices.c_str());
    check(name + ": steps are recorded", recorded.notices.empty());
    check(
        name + ": without a recorder they go on, and say so", eager.notices.find("not recorded") != std::string::npos);
    check(name + ": two runs, one with batches ahead, give the same bits", at::equal(recorded.values, again.values));
    const double apart = largestDifference(recorded, eager);
    std::printf("  largest relative difference of a loss to the unrecorded run's: %.2e; values are %s\n", apart,
        at::equal(recorded.values, eager.values) ? "the same to the bit" : "not the same to the bit");
    // cuBLAS may choose another kernel while it is recorded: then losses part by bfloat16's rounding, 2⁻⁸.
    check(name + ": losses are those of the unrecorded run", apart <= 0x1p-6);
    check(name + ": so are learning rates, events, budget and updates", sameCourse(recorded, eager));
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
                Form {.name = "the skipped last event", .uneven = true, .poisonedStep = 18}})
            checkForm(form);
    } catch (const std::exception& error) {
        std::printf("FAILED: %s\n", error.what());
        return 1;
    }
    return good ? 0 : 1;
}
