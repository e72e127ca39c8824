// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Commands.h"
#include "app/train/Console.h"
#include "training/loop/Commands.h"

#include <nlohmann/json.hpp>

#include <cstdio>
#include <iostream>
#include <memory>
#include <string>

namespace spectune {

namespace {

constexpr const char* description
    = "Write an adapter for other programs. What was written is read back and compared with the engine's ΔW.";

constexpr const char* formatHelp = R"(Formats:
  peft-adalora      P, λ and Q as PEFT's AdaLoRA keeps them; training can go on from it. Read by PEFT
  peft-lora-padded  a plain LoRA, every matrix padded with zeros to the largest rank. Read by PEFT; made for vLLM, SGLang,
                    Ollama and llama.cpp's converter
  peft-lora         a plain LoRA with the true ranks. Read by PEFT; made for vLLM
  gguf-lora         adapter.gguf with the true ranks, rows of q and k in llama.cpp's order. Read by llama.cpp; made for
                    Ollama. Of Llama and Mistral models
  merged            the base model with W0 + ΔW in place of W0: a Hugging Face folder with safetensors, configuration and
                    tokenizer. The sum is made in float64 and rounded to the type that the base is stored in, or to --dtype;
                    what rounding costs is printed
The LoRA forms are exact: B' = s·P·diag(λ), A' = Q, without an SVD. A run's folder stands for its newest checkpoint. Only
triplets whose λ is not 0 are written.
Exit codes: 0 written and checked, 1 the check failed (the files are kept, marked by NOT-VERIFIED.txt), 2 bad input or no
room on the disk, 130 stopped (nothing is kept).)";

struct ExportOptions {
    ExportAdapter request;
    std::string device = "cpu";
    bool json = false;
};

nlohmann::ordered_json asJson(const ExportReport& report)
{
    nlohmann::ordered_json object {{"format", report.format}, {"path", report.path}, {"bytes", report.bytes},
        {"files", report.files}, {"modules", report.modules}, {"left_out", report.leftOut},
        {"max_rank", report.maxRank}, {"verified", report.verified}, {"max_difference", report.maxDifference},
        {"max_delta", report.maxDelta}};
    if (report.step >= 0)
        object["step"] = report.step;
    if (report.vllmMaxRank > 0)
        object["vllm_max_lora_rank"] = report.vllmMaxRank;
    if (!report.dtype.empty()) {
        object["dtype"] = report.dtype;
        object["rounding_loss"] = report.roundingLoss;
    }
    if (!report.note.empty())
        object["note"] = report.note.english();
    return object;
}

void print(const ExportReport& report)
{
    const bool merged = report.format == "merged";
    const std::string origin = report.step >= 0 ? " from step-" + std::to_string(report.step) : std::string();
    std::printf("%s: %s%s, %s matrices %s(%s of rank 0 left out), largest rank %s, %s bytes\n", report.path.c_str(),
        report.format.c_str(), origin.c_str(), grouped(report.modules).c_str(), merged ? "changed " : "",
        grouped(report.leftOut).c_str(), grouped(report.maxRank).c_str(), grouped(report.bytes).c_str());
    if (merged && report.verified)
        std::printf("Read back: equal to W0 + ΔW rounded to %s, bit for bit (%s of weights); largest |ΔW| %.3g\n",
            report.dtype.c_str(), report.files == 1 ? "1 file" : (grouped(report.files) + " files").c_str(),
            report.maxDelta);
    else
        std::printf("Read back: largest difference of ΔW %.3g, where the largest |ΔW| is %.3g\n", report.maxDifference,
            report.maxDelta);
    if (merged)
        std::printf("Rounding changes ΔW by %.2g %% of its norm\n", 100.0 * report.roundingLoss);
    if (report.vllmMaxRank > 0)
        std::printf("vLLM: --max-lora-rank %s\n", grouped(report.vllmMaxRank).c_str());
    if (!report.note.empty())
        std::printf("Note: %s\n", report.note.english().c_str());
}

/// One line on a terminal, redrawn; nothing where stdout goes elsewhere.
void showProgress(const Message& stage, std::int64_t done, std::int64_t total)
{
    if (total > 0)
        std::fprintf(
            stderr, "\r%s, %s of %s\033[K", stage.english().c_str(), grouped(done).c_str(), grouped(total).c_str());
}

void exportTo(const ExportOptions& options)
{
    RequestContext context {.stop = stopOnSignal(), .partialText = {}};
    const bool shows = isTerminal() && !options.json;
    if (shows)
        context.progress = showProgress;
    const auto clearLine = [shows] {
        if (shows)
            std::fprintf(stderr, "\r\033[K");
    };
    ExportReport report;
    try {
        report = std::get<ExportReport>(createEngine()->answer(options.request, context));
    } catch (...) {
        clearLine(); // before the text of what went wrong
        throw;
    }
    clearLine();
    if (options.json)
        std::cout << asJson(report).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) << std::endl;
    else
        print(report);
    requireVerified(report);
}

} // namespace

void addExportCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command = program.add_subcommand("export", description);
    command->footer(formatHelp);
    command->add_option("source", options->request.source, "A run's folder, a checkpoint or an adapter")->required();
    command->add_option("--format", options->request.format, "One of the formats below")->required();
    command->add_option("--out", options->request.target, "Folder to make; refused when it exists and is not empty")
        ->type_name("DIR")
        ->required();
    command
        ->add_option("--model", options->request.model,
            "The base model's folder, for gguf-lora and merged (default: the one that the source names)")
        ->type_name("DIR");
    command->add_option("--dtype", options->request.dtype,
        "Of merged: float32, bfloat16, float16 or float64 (default: as the base is stored)");
    command
        ->add_option(
            "--shard-size", options->request.shardBytes, "Of merged: largest file of weights, like 5GB or 500MB")
        ->transform(CLI::AsSizeValue(true))
        ->default_str("5GB");
    addDevice(*command, options->device, "Taken for uniformity; exports run on the CPU");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &chosen] { chosen = [options] { exportTo(*options); }; });
}

} // namespace spectune
