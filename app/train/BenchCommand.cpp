// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Commands.h"
#include "app/train/Console.h"
#include "training/config/FieldTable.h"
#include "training/loop/Bench.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

namespace spectune {

using nlohmann::ordered_json;

namespace {

struct BenchOptions {
    BenchCommand command;
    std::string dtype = "float32";
    bool json = false;
};

std::string namesOfShapes()
{
    std::string names;
    for (const std::string_view name : benchShapes())
        names += (names.empty() ? "" : ", ") + std::string(name);
    return names;
}

void printJson(const BenchCommand& command, const std::string& dtype, const BenchReport& report)
{
    ordered_json phases = ordered_json::object();
    for (const auto& [name, ms] : report.phases)
        phases[name] = ms;
    const ordered_json object {{"shape", command.shape}, {"batch", command.batch}, {"seq", command.sequence},
        {"method", command.method}, {"dtype", dtype}, {"init_rank", command.initRank},
        {"target_rank", command.targetRank}, {"delta_t", command.deltaT}, {"micro_batch", command.microBatch},
        {"recompute", command.recomputes}, {"snapshots", command.snapshots}, {"threads", report.threads},
        {"warmup", command.warmUp}, {"steps", command.steps}, {"rows", report.rows}, {"ms_median", report.median},
        {"ms_p10", report.p10}, {"ms_p90", report.p90}, {"ms_mean", report.mean},
        {"tokens_per_second", report.tokensPerSecond}, {"tflops", report.teraflops}, {"peak_bytes", report.peakBytes},
        {"frozen", report.frozenParameters}, {"trainable", report.trainedParameters}, {"device", report.deviceName},
        {"instruction_set", report.instructionSet}, {"phases_ms", phases}, {"phases_ms_sum", report.phaseSum()},
        {"phases_launched_singly", report.phasesLaunchedSingly}, {"notice", report.notice}};
    std::cout << object.dump(2) << '\n';
}

void printText(const BenchCommand& command, const std::string& dtype, const BenchReport& report)
{
    std::printf("%s, %lld x %lld, %s, %s, on %s (CPU kernels: %s)\n", command.shape.c_str(),
        static_cast<long long>(command.batch), static_cast<long long>(command.sequence), dtype.c_str(),
        command.method.c_str(), report.deviceName.c_str(), report.instructionSet.c_str());
    std::printf("%s frozen parameters, %s trained\n", grouped(report.frozenParameters).c_str(),
        grouped(report.trainedParameters).c_str());
    std::printf(
        "%.2f ms a step (median of %lld; p10 %.2f, p90 %.2f, mean %.2f), %s tokens/s, %.2f TFLOP/s, peak %.2f GiB in "
        "tensors\n",
        report.median, static_cast<long long>(command.steps), report.p10, report.p90, report.mean,
        grouped(static_cast<long long>(report.tokensPerSecond)).c_str(), report.teraflops,
        static_cast<double>(report.peakBytes) / (1024.0 * 1024.0 * 1024.0));
    if (report.phasesLaunchedSingly)
        std::printf(
            "The steps above were played from CUDA graphs. Phases of steps that were launched one operation after "
            "the other instead, each waited for, %.3f ms in all:\n",
            report.phaseSum());
    else
        std::printf("Phases of one worker, each waited for, %.3f ms in all:\n", report.phaseSum());
    for (const auto& [name, ms] : report.phases)
        std::printf("  %-12s %9.3f ms\n", name.c_str(), ms);
    if (!command.profile.empty())
        std::printf(
            "Trace of three steps: %s (open it in chrome://tracing or ui.perfetto.dev)\n", command.profile.c_str());
}

void run(BenchOptions options)
{
    RunConfig config;
    setFieldFromText(config, "train.dtype", options.dtype);
    options.command.dtype = config.train.dtype;
    options.command.stop = stopOnSignal();
    const BenchReport report = bench(options.command);
    if (options.json)
        printJson(options.command, options.dtype, report);
    else
        printText(options.command, options.dtype, report);
    if (!report.notice.empty())
        std::fprintf(stderr, "%s\n", report.notice.c_str());
}

} // namespace

void addBenchCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<BenchOptions>();
    BenchCommand& bench = options->command;
    CLI::App* command = program.add_subcommand("bench", "Time training steps on random weights of a named shape");
    command->add_option("--shape", bench.shape, "One of " + namesOfShapes())->capture_default_str();
    command->add_option("--batch", bench.batch, "Samples a step")->capture_default_str()->check(CLI::Range(1, 65536));
    command->add_option("--seq", bench.sequence, "Tokens a sample; all but its last are computed")
        ->capture_default_str();
    command->add_option("--method", bench.method, "adalora, lora, or frozen: the base model's own forward and backward")
        ->capture_default_str();
    command->add_option("--steps", bench.steps, "Timed steps")->capture_default_str()->check(CLI::Range(1, 1000000));
    command->add_option("--warmup", bench.warmUp, "Steps ahead of them")
        ->capture_default_str()
        ->check(CLI::Range(0, 1000000));
    command->add_option("--dtype", options->dtype, "float32, bfloat16 or float64")->capture_default_str();
    addDevice(*command, bench.device);
    command->add_option("--threads", bench.threads, "Of the CPU; 0: one a core")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    command->add_option("--init-rank", bench.initRank, "Initial rank; LoRA's rank")
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    command->add_option("--target-rank", bench.targetRank, "Average rank at the end")
        ->capture_default_str()
        ->check(CLI::Range(1, 4096));
    command->add_option("--delta-t", bench.deltaT, "Steps between allocations")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000000));
    command->add_option("--micro-batch", bench.microBatch, "Samples a forward; 0: all")
        ->capture_default_str()
        ->check(CLI::Range(0, 65536));
    command->add_flag("--recompute", bench.recomputes, "Keep each block's input only (train.gradient_checkpointing)");
    command->add_flag(
        "--snapshots", bench.snapshots, "Make a live view's snapshots, at most 30 a second as it asks for them");
    command->add_option("--profile", bench.profile, "Write a Chrome trace of three further steps")->type_name("FILE");
    command->add_flag("--json", options->json, "One JSON object on stdout");
    command->callback([options, &chosen] { chosen = [options] { run(*options); }; });
}

} // namespace spectune
