// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Commands.h"
#include "app/train/Console.h"
#include "training/config/FieldTable.h"
#include "training/core/Error.h"
#include "training/loop/Commands.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

namespace spectune {

using nlohmann::ordered_json;

namespace {

struct ModelOptions {
    std::string model;
    std::string adapter;
    std::string data;
    std::string device = "cpu";
    std::string tokens;
    std::string out;
    std::string dtype = "float32";
    std::vector<std::string> assignments;
    Generate generate;
    bool exactMatch = false;
    bool json = false;
};

void addModel(CLI::App* command, ModelOptions& options, bool withAdapter)
{
    command->add_option("--model", options.model, "Model folder (Hugging Face layout)")->type_name("DIR")->required();
    if (withAdapter)
        command
            ->add_option(
                "--adapter", options.adapter, "An adapter's, run's or checkpoint's folder; none: the base alone")
            ->type_name("DIR");
    addDevice(*command, options.device);
}

/// "nan" and "inf" are numbers to CLI11, and "nan" lies in every range.
std::string finiteNumber(const std::string& text)
{
    double value = 0.0;
    const bool good = CLI::detail::lexical_cast(text, value) && std::isfinite(value);
    return good ? std::string() : text + " is not a finite number";
}

/// The answer to a request that is asked outside any run. @throws Error
template <typename Expected>
Expected ask(const Request& request)
{
    return std::get<Expected>(createEngine()->answer(request, {.stop = stopOnSignal(), .partialText = {}}));
}

void evaluate(const ModelOptions& options)
{
    EvaluateCommand command {.config = {},
        .adapter = options.adapter,
        .device = options.device,
        .exactMatch = options.exactMatch,
        .stop = stopOnSignal()};
    // Where nothing else is said, a sample may be as long as the default, or as the model allows if that is less.
    command.config.data.maxLength
        = std::min(command.config.data.maxLength, ask<ModelSummary>(InspectModel {options.model}).maxPositions);
    for (const std::string& assignment : options.assignments)
        applyAssignment(command.config, assignment);
    command.config.model.path = options.model;
    command.config.data.path = options.data;
    const EvaluationReport report = evaluateFile(command);
    if (options.json) {
        ordered_json result {{"loss", report.loss}, {"perplexity", report.perplexity}, {"tokens", report.tokens},
            {"samples", report.samples}};
        if (options.exactMatch) {
            result["exact_match"] = report.exactMatch;
            result["answers"] = report.answered;
        }
        std::cout << result.dump() << std::endl;
        return;
    }
    std::printf("loss %.6f, perplexity %.4f over %s tokens of %s samples\n", report.loss, report.perplexity,
        grouped(report.tokens).c_str(), grouped(report.samples).c_str());
    if (options.exactMatch)
        std::printf("exact match %.4f of %s answers\n", report.exactMatch, grouped(report.answered).c_str());
}

void generate(const ModelOptions& options)
{
    Generate request = options.generate;
    request.modelPath = options.model;
    request.adapterPath = options.adapter;
    request.tuned = !options.adapter.empty();
    request.device = options.device;
    RequestContext context {.stop = stopOnSignal(), .partialText = {}};
    if (!options.json)
        context.partialText = [](const std::string& text) { std::cout << text << std::flush; };
    const auto result = std::get<GeneratedText>(createEngine()->answer(request, context));
    if (options.json)
        std::cout << ordered_json {{"text", result.text}, {"ids", result.ids}}.dump(
            -1, ' ', false, ordered_json::error_handler_t::replace)
                  << std::endl;
    else
        std::cout << std::endl;
}

void logits(const ModelOptions& options)
{
    RunConfig config;
    setFieldFromText(config, "train.dtype", options.dtype);
    const std::vector<std::int64_t> shape = writeLogits({.model = options.model,
        .adapter = options.adapter,
        .tokensFile = options.tokens,
        .outFile = options.out,
        .dtype = config.train.dtype,
        .device = options.device,
        .stop = stopOnSignal()});
    std::printf("%s: logits [%lld, %lld, %lld]\n", options.out.c_str(), static_cast<long long>(shape[0]),
        static_cast<long long>(shape[1]), static_cast<long long>(shape[2]));
}

/// Streams: a line's ids are written before the next line is tokenised. Nothing is written before model and text are
/// open and the text is known to be UTF-8.
void tokenize(const ModelOptions& options)
{
    const char* const begin = options.json ? "{\"ids\": [" : "";
    const char* before = begin;
    tokenizeFile(
        options.model, options.data,
        [&](const std::vector<std::int32_t>& ids) {
            std::cout << before << ordered_json(ids).dump();
            before = options.json ? ",\n" : "\n";
        },
        stopOnSignal());
    std::cout << (before == begin ? begin : "") << (options.json ? "]}" : "") << std::endl;
}

} // namespace

void addEvalCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<ModelOptions>();
    CLI::App* command = program.add_subcommand("eval", "Mean loss per loss-bearing token of a data file");
    addModel(command, *options, true);
    command->add_option("--data", options->data, "Data file, read as data.format says")->type_name("FILE")->required();
    command->add_option("--set", options->assignments, "Set a key: --set data.max_length=256")
        ->type_name("KEY=VALUE")
        ->allow_extra_args(false);
    command->add_flag("--exact-match", options->exactMatch, "Also generate every completion greedily and compare");
    command->add_flag("--json", options->json, "Print one JSON object");
    command->callback([options, &chosen] { chosen = [options] { evaluate(*options); }; });
}

void addGenerateCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<ModelOptions>();
    CLI::App* command = program.add_subcommand("generate", "Continue a prompt");
    addModel(command, *options, true);
    command->add_option("--prompt", options->generate.prompt, "The text to continue")->required();
    command->add_option("--max-new-tokens", options->generate.maxNewTokens)
        ->check(CLI::Range(std::int64_t {1}, std::int64_t {1} << 20))
        ->capture_default_str();
    command->add_option("--temperature", options->generate.temperature, "0: the likeliest token each time")
        ->check(CLI::Range(0.0, 100.0))
        ->check(finiteNumber)
        ->capture_default_str();
    command->add_option("--top-p", options->generate.topP, "Nucleus sampling")
        ->check(CLI::Range(0.0, 1.0))
        ->check(finiteNumber)
        ->capture_default_str();
    command->add_option("--seed", options->generate.seed, "Of the draws where the temperature is above 0")
        ->check(CLI::Range(std::int64_t {0}, std::int64_t {1} << 53))
        ->capture_default_str();
    command->add_flag("--json", options->json, "Print one JSON object with text and ids");
    command->callback([options, &chosen] { chosen = [options] { generate(*options); }; });
}

void addLogitsCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<ModelOptions>();
    CLI::App* command = program.add_subcommand("logits", "Write a model's logits for given ids");
    addModel(command, *options, true);
    command->add_option("--tokens", options->tokens, "JSON list of equally long id lists")
        ->type_name("FILE")
        ->required();
    command->add_option("--out", options->out, "safetensors file to write: logits [batch, seq, vocabulary]")
        ->type_name("FILE")
        ->required();
    command->add_option("--dtype", options->dtype, "float32, bfloat16 or float64")->capture_default_str();
    command->callback([options, &chosen] { chosen = [options] { logits(*options); }; });
}

void addTokenizeCommand(CLI::App& program, Chosen& chosen)
{
    const auto options = std::make_shared<ModelOptions>();
    CLI::App* command = program.add_subcommand("tokenize", "Ids of every line of a text, without BOS and EOS");
    addModel(command, *options, false);
    command->add_option("--text-file", options->data, "Text, lines ending at \\n")->type_name("FILE")->required();
    command->add_flag("--json", options->json, "Print one JSON object with ids");
    command->callback([options, &chosen] { chosen = [options] { tokenize(*options); }; });
}

} // namespace spectune
