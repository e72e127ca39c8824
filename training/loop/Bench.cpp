// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Bench.h"

#include "training/config/Validation.h"
#include "training/core/Error.h"
#include "training/core/PhaseClock.h"
#include "training/cuda/Kernels.h"
#include "training/loop/BenchShapes.h"
#include "training/loop/BenchSubject.h"
#include "training/loop/Device.h"
#include "training/loop/Prefetcher.h"
#include "training/loop/RunContext.h"
#include "training/nn/JoinedTriplets.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <ATen/record_function.h>
#include <torch/csrc/autograd/profiler_kineto.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <set>
#include <system_error>
#include <utility>

namespace spectune {

namespace {

/// Weights of the usual spread: what they are changes no timing, but they must not overflow.
/// @param rank of the triplets to come
std::shared_ptr<DecoderModel> randomModel(const ModelSpec& spec, at::TensorOptions options, std::int64_t rank)
{
    const WeightSource source = [options](const std::string& name, at::IntArrayRef shape) {
        at::Tensor weight = at::empty(shape, options);
        return name.ends_with("norm.weight") ? weight.fill_(1.0) : weight.normal_(0.0, 0.02);
    };
    return std::make_shared<DecoderModel>(spec, source, options, nullptr, joinedRank(rank, options));
}

Batch randomBatch(const ModelSpec& spec, std::int64_t batch, std::int64_t sequence)
{
    const at::Tensor tokens = at::randint(3, spec.vocabulary, {batch, sequence}, at::kLong);
    at::Tensor targets = at::full({batch, sequence}, Batch::ignored, at::kLong);
    targets.narrow(1, 0, sequence - 1).copy_(tokens.narrow(1, 1, sequence - 1));
    return {.tokens = tokens, .targets = targets, .targetCount = batch * (sequence - 1)};
}

RunConfig configOf(const BenchCommand& command)
{
    RunConfig config;
    config.model.path = command.shape;
    config.data.maxLength = command.sequence;
    config.train.seed = 0;
    config.train.steps = 10 * (command.steps + command.warmUp) + 100;
    config.train.batchSize = command.batch;
    config.train.microBatchSize = command.microBatch;
    config.train.gradientCheckpointing = command.recomputes;
    config.train.dtype = command.dtype;
    config.train.threads = command.threads;
    config.optim.lr = 1e-3;
    config.adalora.initRank = command.initRank;
    config.adalora.targetRank = command.targetRank;
    config.adalora.alpha = 2.0 * static_cast<double>(command.initRank);
    config.adalora.ti = 1;
    config.adalora.tf = 10;
    config.adalora.deltaT = command.deltaT;
    if (command.method == "lora") {
        config.method = Method::Lora;
        config.adalora.targetRank = command.initRank;
    } else if (command.method != "adalora" && command.method != "frozen")
        throw configError("--method %1 is not known. There are adalora, lora and frozen.", command.method);
    return config;
}

/// Of the frozen model's forward and input gradients: 4 operations a weight and token, and causal attention forward and
/// 2.5 times that backward. The head works on every row here.
double operations(const ModelSpec& spec, std::int64_t batch, std::int64_t length)
{
    double weights = static_cast<double>(spec.vocabulary * spec.width);
    for (std::size_t i = 0; i < matrixNames.size(); ++i) {
        const auto shape = matrixShape(spec, static_cast<Matrix>(i));
        weights += static_cast<double>(spec.layers * shape[0] * shape[1]);
    }
    const auto rows = static_cast<double>(batch * length);
    const double attention = 2.0 * rows * static_cast<double>((length + 1) * spec.heads * spec.headDim * spec.layers);
    return 4.0 * weights * rows + 3.5 * attention;
}

double quantile(const std::vector<double>& sorted, double share)
{
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - static_cast<double>(below));
}

/// @throws Error (Config, Io) where the command cannot be carried out
void check(const BenchCommand& command, const ModelSpec& spec, const RunConfig& config)
{
    if (command.sequence < 2 || command.sequence > spec.maxPositions)
        throw configError(
            "--seq is %1, but %2 takes 2 to %3 tokens.", command.sequence, command.shape, spec.maxPositions);
    if (!command.profile.empty() && !std::ofstream(command.profile))
        throw ioError("--profile %1 cannot be written. Name a file in a folder that exists.", command.profile);
    if (command.method == "frozen" && command.microBatch != 0)
        throw configError("--micro-batch does not go with --method frozen, which runs the batch whole.");
    const std::int64_t side = factsOf(spec, config).smallestSide;
    if (command.initRank > side)
        throw configError(
            "--init-rank is %1, above the smallest side of %2's matrices, %3.", command.initRank, command.shape, side);
    if (command.method == "adalora" && command.targetRank >= command.initRank)
        throw configError("--target-rank is %1, must be below --init-rank %2.", command.targetRank, command.initRank);
}

/// The steps of one subject, each on a new batch.
class Steps {
public:
    Steps(BenchSubject& subject, const BenchCommand& command, const ModelSpec& spec, at::Device device)
        : m_subject(subject)
        , m_stop(command.stop)
        , m_device(device)
        , m_ahead([&subject, &spec, batch = command.batch,
                      sequence = command.sequence] { return subject.prepare(randomBatch(spec, batch, sequence)); },
              device)
    {
    }
    /// @return ms
    double next()
    {
        m_stop.throwIfStopped();
        const PreparedBatch batch = m_ahead.take();
        settle(m_device);
        const auto start = std::chrono::steady_clock::now();
        {
            RECORD_USER_SCOPE("step");
            m_subject.step(m_done++, batch, [this] { m_ahead.prepare(); });
            settle(m_device);
        }
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
    }
    void run(std::int64_t count)
    {
        for (std::int64_t i = 0; i < count; ++i)
            (void)next();
    }

private:
    BenchSubject& m_subject;
    StopToken m_stop;
    at::Device m_device;
    std::int64_t m_done = 0;
    Prefetcher m_ahead;
};

void measurePhases(BenchSubject& subject, Steps& steps, at::Device device, BenchReport& report)
{
    PhaseClock clock([device] { settle(device); });
    constexpr int clocked = 5;
    subject.setClock(&clock);
    steps.run(clocked);
    subject.setClock(nullptr);
    for (const auto& [name, seconds] : clock.seconds())
        report.phases.emplace_back(name, seconds * 1e3 / clocked);
}

/// Whether a file of JSON ends before its outermost bracket is closed; false for what is no regular file.
bool isCut(const std::string& path)
{
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored))
        return false;
    std::ifstream file(path, std::ios::binary);
    std::int64_t depth = 0;
    bool inText = false;
    bool closed = false;
    for (char c = 0; file.get(c);) {
        if (inText && c == '\\')
            file.get(c); // whatever is escaped ends no text
        else if (c == '"')
            inText = !inText;
        else if (!inText && (c == '{' || c == '['))
            ++depth;
        else if (!inText && (c == '}' || c == ']'))
            closed = --depth == 0;
    }
    return !closed;
}

void writeProfile(const std::string& path, Steps& steps, at::Device device)
{
    constexpr std::int64_t traced = 3;
    // A clock that was taken away leaves no recordings behind: a form is launched once, recorded the second time, and
    // only then played, as nearly all steps of a run are.
    steps.run(3);
    using namespace torch::autograd::profiler;
    std::set<ActivityType> activities {ActivityType::CPU};
    if (device.is_cuda())
        activities.insert(ActivityType::CUDA);
    const torch::profiler::impl::ProfilerConfig config(torch::profiler::impl::ProfilerState::KINETO);
    prepareProfiler(config, activities);
    enableProfiler(config, activities);
    steps.run(traced);
    disableProfiler()->save(path); // which says nothing of a full disk
    if (isCut(path))
        throw ioError(
            "--profile %1 could not be written to its end. Free some space on that disk, or name a file on another "
            "one.",
            path);
}

void add(std::vector<double> times, BenchReport& report)
{
    std::sort(times.begin(), times.end());
    report.median = quantile(times, 0.5);
    report.p10 = quantile(times, 0.1);
    report.p90 = quantile(times, 0.9);
    report.mean = std::accumulate(times.begin(), times.end(), 0.0) / static_cast<double>(times.size());
}

} // namespace

std::vector<std::string_view> benchShapes()
{
    return shapeNames();
}

BenchReport bench(const BenchCommand& command)
{
    return bench(command, nullptr);
}

BenchReport bench(const BenchCommand& command, std::unique_ptr<StepRecorder> recorder)
{
    BenchReport report;
    withTorchErrors([&] {
        const ModelSpec spec = shapeNamed(command.shape);
        const RunConfig config = configOf(command);
        check(command, spec, config);
        const at::Device device = parseDevice(command.device);
        prepareThread(device, command.threads);
        report.threads = at::get_num_threads();
        resetPeakMemory(device);
        const auto model = randomModel(spec, at::TensorOptions().dtype(scalarType(command.dtype)).device(device),
            command.method == "frozen" ? 0 : command.initRank);
        const bool canRecord = device.is_cuda() || recorder;
        const auto subject = benchSubject(command, config, model, std::move(recorder));

        Steps steps(*subject, command, spec, device);
        steps.run(command.warmUp);
        std::vector<double> times;
        for (std::int64_t i = 0; i < command.steps; ++i)
            times.push_back(steps.next());
        report.peakBytes = peakMemory(device);
        measurePhases(*subject, steps, device, report);
        if (!command.profile.empty())
            writeProfile(command.profile, steps, device);

        add(std::move(times), report);
        report.rows = command.batch * (command.sequence - 1);
        report.tokensPerSecond = static_cast<double>(report.rows) / report.median * 1e3;
        report.teraflops = operations(spec, command.batch, command.sequence - 1) / report.median / 1e9;
        report.frozenParameters = model->parameterCount();
        report.trainedParameters = subject->trainedParameters();
        report.deviceName = deviceName(device).english();
        report.instructionSet = kernels::cpuInstructionSet();
        report.notice = subject->notice();
        report.phasesLaunchedSingly = canRecord && report.notice.empty(); // what is not recorded has a notice
    });
    return report;
}

} // namespace spectune
