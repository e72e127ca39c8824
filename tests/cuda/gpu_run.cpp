// SPDX-License-Identifier: GPL-3.0-or-later
// A run on a real GPU, held against the same run on the CPU. A plain program, so that it needs no Qt:
//     gpu_run DEMO.json     0: all checks hold, 1: one does not, 77: no CUDA device here (skipped)
#include "tests/cuda/GpuCheck.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/cuda/DeviceInfo.h"
#include "training/loop/Bench.h"
#include "training/loop/Commands.h"
#include "training/loop/Device.h"
#include "training/loop/LibTorchEngine.h"
#include "training/loop/WeightUpload.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

using namespace spectune;

namespace {

/// Keeps a run's numbers in memory.
class Recorder final : public RunControl {
public:
    [[nodiscard]] const StopToken& stopToken() const override { return m_stop; }
    void post(RunEvent event) override
    {
        if (const auto* point = std::get_if<MetricPoint>(&event))
            metrics.push_back(*point);
        if (const auto* mask = std::get_if<MaskEvent>(&event))
            events.push_back(*mask);
    }
    [[nodiscard]] bool snapshotDue() override { return true; }
    void publish(std::shared_ptr<const RankSnapshot> /*snapshot*/) override { }
    [[nodiscard]] BorderAction nextAction(std::int64_t stepsDone) override
    {
        if (atBorder)
            atBorder(stepsDone);
        return BorderAction::Continue;
    }

    std::function<void(std::int64_t)> atBorder; ///< may be empty
    std::vector<MetricPoint> metrics;
    std::vector<MaskEvent> events;

private:
    StopToken m_stop;
};

constexpr std::int64_t steps = 60;

RunConfig shortRun(const char* file, ElementType type)
{
    RunConfig config = loadConfig(file);
    config.train.steps = steps;
    config.train.dtype = type;
    config.train.evalEvery = 0;
    config.data.evalPath.clear();
    config.adalora.ti = 6;
    config.adalora.tf = 20; // events go on to step 40
    config.adalora.deltaT = 4;
    return config;
}

Recorder record(const RunConfig& config, const char* device)
{
    Recorder recorder;
    LibTorchEngine engine;
    engine.run({.config = config, .outFolder = {}, .resumeFolder = {}, .device = device}, recorder);
    return recorder;
}

/// Relative, of the losses. Infinite where a step is missing or one side is not a number.
double largestDifference(const Recorder& a, const Recorder& b)
{
    if (a.metrics.empty() || a.metrics.size() != b.metrics.size())
        return INFINITY;
    double worst = 0.0;
    for (std::size_t i = 0; i < a.metrics.size(); ++i) {
        const double apart = std::abs(a.metrics[i].loss - b.metrics[i].loss) / std::abs(a.metrics[i].loss);
        if (!(apart <= worst))
            worst = std::isnan(apart) ? INFINITY : apart;
    }
    return worst;
}

/// A folder of this process, removed at the end.
class Folder {
public:
    Folder()
        : m_path(std::filesystem::temp_directory_path() / ("gpu_run-" + std::to_string(::getpid())))
    {
        std::filesystem::remove_all(m_path);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder()
    {
        std::error_code ignored;
        std::filesystem::remove_all(m_path, ignored);
    }
    [[nodiscard]] std::string path(const char* name) const { return (m_path / name).string(); }

private:
    std::filesystem::path m_path;
};

/// The second half of @p whole, from the checkpoint between its halves.
Recorder resumed(const RunConfig& config, const Recorder& whole)
{
    const Folder folder;
    RunConfig saving = config;
    saving.train.saveEvery = steps / 2;
    Recorder first;
    LibTorchEngine().run(
        {.config = saving, .outFolder = folder.path("run"), .resumeFolder = {}, .device = "cuda"}, first);
    if (largestDifference(first, whole) != 0.0)
        throw std::runtime_error("saving changed the run");
    Recorder second;
    LibTorchEngine().run(
        {.config = saving, .outFolder = {}, .resumeFolder = folder.path("run/checkpoints/step-30"), .device = "cuda"},
        second);
    return second;
}

/// The last part of a run, as long as @p part.
Recorder endOf(const Recorder& run, const Recorder& part)
{
    Recorder end;
    end.metrics.assign(run.metrics.end() - static_cast<std::ptrdiff_t>(part.metrics.size()), run.metrics.end());
    end.events = run.events;
    std::erase_if(end.events, [&](const MaskEvent& event) { return event.step < end.metrics.front().step; });
    return end;
}

bool sameRanks(const Recorder& a, const Recorder& b)
{
    return a.events.size() == b.events.size() && !a.events.empty()
        && std::equal(
            a.events.begin(), a.events.end(), b.events.begin(), [](const MaskEvent& left, const MaskEvent& right) {
                return left.step == right.step && left.ranks == right.ranks;
            });
}

bool check(const char* what, bool holds)
{
    std::printf("%-72s %s\n", what, holds ? "ok" : "FAILED");
    return holds;
}

/// @p config's run, between two steps of which the same folder is tried under another name, as while a run is paused.
Recorder recordWithTrial(const RunConfig& config)
{
    Recorder recorder;
    LibTorchEngine engine;
    recorder.atBorder = [&](std::int64_t done) {
        if (done != steps / 4)
            return;
        Generate request;
        request.modelPath = config.model.path + "/.";
        request.prompt = "A";
        request.maxNewTokens = 2;
        request.device = "cuda";
        (void)engine.answer(request, {});
    };
    engine.run({.config = config, .outFolder = {}, .resumeFolder = {}, .device = "cuda"}, recorder);
    return recorder;
}

/// train.tf32 rounds products' factors to 10 bits: far more than float32 alone differs, and for its own run only.
bool tf32IsAnOption(const char* file, const Recorder& float32)
{
    RunConfig config = shortRun(file, ElementType::Float32);
    config.train.tf32 = true;
    const Recorder rounded = record(config, "cuda");
    const double first = std::abs(rounded.metrics.front().loss / float32.metrics.front().loss - 1.0);
    std::printf("  TF32 changes the first loss by %.1e of it\n", first);
    bool holds = check("train.tf32: other products, by TF32's rounding", first > 1e-7 && first < 1e-2);
    holds &= check("and so to the end, though a model was tried meanwhile",
        largestDifference(rounded, recordWithTrial(config)) == 0.0);
    const Recorder after = record(shortRun(file, ElementType::Float32), "cuda");
    return check("and not in the next run", largestDifference(float32, after) == 0.0) && holds;
}

/// What a run's losses may be apart where another device or kernel rounds its sums in another order. Of itself that is
/// 2⁻²⁴ of a number in float32; but where two triplets' scores are that close, one is kept instead of the other. Some
/// hundred are kept, and each bears its share of what the run has learnt: one choice is 1e-2 of a loss at most.
constexpr double otherTriplet = 1e-2;
/// In bfloat16 besides, a logit may be rounded to the other side, see gpu_steps.cpp.
constexpr double otherRounding = 0x1p-6;

/// In bfloat16 a step that was played from a graph may be launched operation by operation after a resume.
bool goesOnFromACheckpoint(const char* file, const Recorder& whole64, const Recorder& wholeHalf)
{
    const Recorder part64 = resumed(shortRun(file, ElementType::Float64), whole64);
    const Recorder partHalf = resumed(shortRun(file, ElementType::BFloat16), wholeHalf);
    bool good = check("a resumed run makes the steps that are left",
        part64.metrics.size() == steps / 2 && partHalf.metrics.size() == steps / 2);
    good &= check("float64: a resumed run has the same bits", largestDifference(part64, endOf(whole64, part64)) == 0.0);
    good &= check("float64: and the same ranks", sameRanks(part64, endOf(whole64, part64)));
    const double half = largestDifference(partHalf, endOf(wholeHalf, partHalf));
    std::printf("  bfloat16, resumed: losses differ by %.1e\n", half);
    return check("bfloat16: a resumed run's losses agree to 2^-6", half < otherRounding) && good;
}

void printSpeed(const char* device, const Recorder& run)
{
    const double seconds = run.metrics.back().seconds - run.metrics[9].seconds; // the first ten warm up
    std::int64_t tokens = 0;
    for (std::size_t i = 10; i < run.metrics.size(); ++i)
        tokens += run.metrics[i].tokens;
    std::printf("%s: %.1f ms a step, %.0f loss-bearing tokens/s\n", device,
        1000.0 * seconds / static_cast<double>(run.metrics.size() - 10), static_cast<double>(tokens) / seconds);
}

/// More than all of the upload's buffers, and an odd rest.
bool weightsArriveWhole()
{
    WeightUpload upload(parseDevice("cuda"));
    bool whole = true;
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16, at::kByte}) {
        const at::Tensor stored = at::randint(0, 200, {7'340'033, 5}).to(type);
        const at::Tensor small = stored[1].clone();
        const at::Tensor moved = upload(stored);
        const at::Tensor next = upload(small);
        whole = whole && at::equal(moved.cpu(), stored) && at::equal(next.cpu(), small)
            && upload(at::empty({0, 3}, stored.options())).numel() == 0;
    }
    return whole;
}

/// Phases and traces are of the steps that the bench says, in every type.
bool benchSaysWhatItTimes()
{
    const Folder folder;
    std::filesystem::create_directories(folder.path(""));
    BenchCommand command;
    command.shape = "demo";
    command.batch = 2;
    command.sequence = 65;
    command.steps = 3;
    command.device = "cuda";
    bool good = true;
    for (const char* method : {"adalora", "frozen"}) {
        command.method = method;
        for (const ElementType type : {ElementType::Float32, ElementType::BFloat16}) {
            command.dtype = type;
            command.profile = folder.path("trace.json");
            const BenchReport recorded = bench(command);
            good &= check("bench: phases are of steps launched one by one, and it is said",
                recorded.notice.empty() && recorded.phasesLaunchedSingly);
            const std::string trace = readFile(command.profile);
            good &= check("and its trace is of steps that were played",
                trace.find("\"step\"") != std::string::npos && trace.find("\"aten::mm\"") == std::string::npos);
        }
    }
    return good;
}

/// The base's loss on the demo's evaluation file, samples one by one and together.
bool evaluatesAsTheCpu(const char* file)
{
    bool good = true;
    for (const auto& [type, allowed] : {std::pair {ElementType::Float64, 1e-12}, {ElementType::Float32, 1e-5},
             {ElementType::BFloat16, 0x1p-7}}) { // of the mean of hundreds of losses
        for (const std::int64_t together : {1, 8}) {
            EvaluateCommand command;
            command.config = loadConfig(file);
            command.config.data.path = command.config.data.evalPath;
            command.config.train.dtype = type;
            command.config.train.batchSize = together;
            command.device = "cuda";
            const EvaluationReport there = evaluateFile(command);
            command.device = "cpu";
            const EvaluationReport here = evaluateFile(command);
            std::printf(
                "  evaluated, %lld at once: %.9f and %.9f\n", static_cast<long long>(together), there.loss, here.loss);
            good &= check("an evaluation is the CPU's",
                there.tokens == here.tokens && std::abs(there.loss / here.loss - 1.0) <= allowed);
        }
    }
    return good;
}

bool endsOutOfMemory(const char* file)
{
    constexpr std::int64_t left = std::int64_t {96} << 20U;
    RunConfig config = shortRun(file, ElementType::Float32);
    config.train.batchSize = 1024; // its activations need some gigabytes
    try {
        const std::int64_t bytes = std::max<std::int64_t>(0, cuda::deviceInfo(0).freeBytes - left);
        const at::Tensor others = at::empty({bytes}, at::TensorOptions().dtype(at::kByte).device(at::kCUDA));
        (void)record(config, "cuda");
    } catch (const Error& error) {
        std::printf("  says: %s\n", error.what());
        return error.kind() == FailureKind::OutOfMemory;
    }
    return false;
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: gpu_run DEMO.json\n");
        return 2;
    }
    if (const int leave = test::withoutDevice(); leave != 0)
        return leave;
    try {
        std::printf("%s\n", deviceName(parseDevice("cuda")).english().c_str());
        bool good = check("weights arrive whole on the device", weightsArriveWhole());
        const Recorder cpu64 = record(shortRun(argv[1], ElementType::Float64), "cpu");
        const Recorder gpu64 = record(shortRun(argv[1], ElementType::Float64), "cuda");
        const Recorder again = record(shortRun(argv[1], ElementType::Float64), "cuda");
        const Recorder cpu32 = record(shortRun(argv[1], ElementType::Float32), "cpu");
        const Recorder gpu32 = record(shortRun(argv[1], ElementType::Float32), "cuda");
        const Recorder half = record(shortRun(argv[1], ElementType::BFloat16), "cuda");
        const Recorder halfAgain = record(shortRun(argv[1], ElementType::BFloat16), "cuda");
        std::printf(
            "largest relative difference of the loss: float64 %.2e, float32 %.2e, bfloat16 against float32 %.2e\n",
            largestDifference(cpu64, gpu64), largestDifference(cpu32, gpu32), largestDifference(cpu32, half));
        good &= check("float64: losses agree with the CPU's to 1e-9", largestDifference(cpu64, gpu64) < 1e-9);
        good &= check("float64: every module's rank is equal at every masking event", sameRanks(cpu64, gpu64));
        good &= check("two runs of one seed give the same bits", largestDifference(gpu64, again) == 0.0);
        good &= check("so in bfloat16, where steps are recorded as graphs", largestDifference(half, halfAgain) == 0.0);
        good &= check("float32: losses agree to 1e-2 over 60 steps", largestDifference(cpu32, gpu32) < otherTriplet);
        good &= tf32IsAnOption(argv[1], gpu32);
        good &= goesOnFromACheckpoint(argv[1], gpu64, half);
        good &= check(
            "bfloat16 trains: the last loss is below the first", half.metrics.back().loss < half.metrics.front().loss);
        printSpeed("cpu, float32 ", cpu32);
        printSpeed("cuda, float32", gpu32);
        good &= evaluatesAsTheCpu(argv[1]);
        good &= benchSaysWhatItTimes();
        good &= check("out of memory ends as such, with a text", endsOutOfMemory(argv[1]));
        return good ? 0 : 1;
    } catch (const std::exception& error) {
        std::printf("FAILED: %s\n", error.what());
        return 1;
    }
}
