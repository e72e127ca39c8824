// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/SceneAnswers.h"

#include "training/core/Error.h"

#include <array>
#include <bit>
#include <cmath>
#include <fstream>
#include <string>
#include <utility>

namespace spectune::test {

namespace {

/// Whom a sample tells of.
struct Person {
    std::string name;
    std::string colour;
    std::pair<std::string, std::string> animal; ///< and its kind
    std::string food;
    std::string place;

    [[nodiscard]] std::string sentence() const { return name + " is a " + colour + ' ' + animal.first + '.'; }
};

/// Neighbours differ in all they tell; the lists' lengths have no divisor in common.
Person personOf(std::int64_t sample)
{
    static const std::array<std::string, 11> names {
        "Paul", "Tom", "Max", "Ben", "Leo", "Sam", "Noah", "Finn", "Karl", "Emil", "Otto"};
    static const std::array<std::string, 5> colours {"brown", "grey", "black", "white", "golden"};
    static const std::array<std::pair<std::string, std::string>, 7> animals {{{"wolf", "mammal"}, {"owl", "bird"},
        {"trout", "fish"}, {"fox", "mammal"}, {"frog", "amphibian"}, {"raven", "bird"}, {"hare", "mammal"}}};
    static const std::array<std::string, 8> foods {
        "soup", "bread", "rice", "cheese", "fruit", "beans", "nuts", "honey"};
    static const std::array<std::string, 9> places {
        "meadow", "forest", "lake", "garden", "barn", "hill", "river", "valley", "park"};
    const auto of = [at = static_cast<std::size_t>(sample)](const auto& list) { return list[at % list.size()]; };
    return {of(names), of(colours), of(animals), of(foods), of(places)};
}

} // namespace

ModelSummary sceneModel(std::int64_t layers)
{
    ModelSummary model;
    model.modelType = "llama";
    model.layers = layers;
    model.width = 128;
    model.heads = 4;
    model.kvHeads = 2;
    model.vocabulary = 768;
    model.maxPositions = 512;
    model.parameters = 1'216'640;
    model.weightBytes = 4'866'560;
    model.dtype = "float32";
    model.tokenizer = makeMessage("sentencepiece BPE, %1 pieces", 768);
    model.matrices = {{"q_proj", 128, 128}, {"k_proj", 128, 64}, {"v_proj", 128, 64}, {"o_proj", 128, 128},
        {"gate_proj", 128, 352}, {"up_proj", 128, 352}, {"down_proj", 352, 128}};
    return model;
}

DataPreview scenePreview(const PreviewData& request)
{
    DataPreview preview;
    preview.path = request.evaluationFile ? request.config.data.evalPath : request.config.data.path;
    preview.format = DataFormat::PromptCompletion;
    preview.decision = makeMessage("%1: the first object has the keys prompt and completion", "prompt-completion");
    preview.samples = request.evaluationFile ? 200 : 1500;
    preview.sample = request.sample;
    preview.columns = {"prompt", "completion"};
    const Person person = personOf(request.sample);
    const std::vector<std::pair<std::string, bool>> parts {{"<s>", false}, {person.sentence(), false},
        {" He feels hungry today.", false}, {" He eats " + person.food + " every evening.", false},
        {" The " + person.place + " is his home.", false}, {" Card:", false}, {' ' + person.name + " |", true},
        {' ' + person.animal.first + " |", true}, {' ' + person.animal.second + " |", true},
        {' ' + person.colour + " |", true}, {' ' + person.place, true}, {"</s>", true}};
    std::int32_t id = 0;
    for (const auto& [text, loss] : parts) {
        preview.tokens.push_back({id++, text, loss});
        preview.text += text;
    }
    return preview;
}

std::vector<std::string> sceneCard(const std::string& prompt)
{
    Person person = personOf(0);
    for (std::int64_t sample = 0; sample < 200; ++sample)
        if (prompt.starts_with(personOf(sample).sentence()))
            person = personOf(sample);
    return {' ' + person.name, " |", ' ' + person.animal.first, " |", ' ' + person.animal.second, " |",
        ' ' + person.colour, " |", ' ' + person.place};
}

SampleLengths sceneLengths(const MeasureLengths& request)
{
    std::string content;
    std::getline(std::ifstream(request.config.data.path), content, '\0');
    if (content.find("{torn") != std::string::npos)
        throw ioError("%1:2: is not valid JSON.", request.config.data.path);
    SampleLengths lengths {.path = request.config.data.path, .samples = 1500, .tokens = {}, .firstTargets = {}};
    for (std::int32_t i = 0; i < 1500; ++i) {
        lengths.tokens.push_back(40 + static_cast<std::int32_t>(599.0 * std::pow(i / 1499.0, 3.0)));
        lengths.firstTargets.push_back(i < 1494 ? 6 : 256 + i);
    }
    return lengths;
}

AdapterFactors sceneFactors(const ReadFactors& request)
{
    AdapterFactors factors;
    factors.modules = {"model.layers.0.self_attn.q_proj", "model.layers.3.mlp.down_proj"};
    factors.module = request.module.empty() ? factors.modules.front() : request.module;
    factors.rows = factors.columns = 8;
    factors.scale = 2.0;
    factors.lambda = {0.5F, -1.0F, 0.25F, 0.125F};
    const auto hadamard = [](std::int64_t row, std::int64_t column) {
        return std::popcount(static_cast<std::uint64_t>(row & column)) % 2 == 0 ? 1.0F : -1.0F;
    };
    for (std::int64_t row = 0; row < 8; ++row)
        for (std::int64_t i = 0; i < 4; ++i)
            factors.p.push_back(hadamard(row, i) / std::sqrt(8.0F));
    for (std::int64_t i = 0; i < 4; ++i)
        for (std::int64_t column = 0; column < 8; ++column)
            factors.q.push_back(hadamard(i + 1, column) / std::sqrt(8.0F));
    return factors;
}

ExportReport sceneExport(const Scene& scene, const ExportAdapter& wanted, const RequestContext& context)
{
    for (std::int64_t module = 0; module < 40; ++module) {
        if (context.progress)
            context.progress(makeMessage("Reading back"), module, 40);
        if (module == 27 && wanted.format == scene.exportWaits)
            scene.exportOpen.wait(false);
        context.stop.throwIfStopped();
    }
    if (wanted.format == scene.exportFails)
        throw ioError("%1: the export takes 4.9 MB, and the disk of /mnt has only 1.2 MB free.", wanted.target);
    const std::int64_t bytes = wanted.format == "peft-lora-padded" ? 214'880 // zeros up to the largest rank
        : wanted.format == "peft-adalora"                          ? 168'432 // λ stands for itself
        : wanted.format == "gguf-lora"                             ? 167'520
                                                                   : 166'640;
    ExportReport report {
        wanted.format, wanted.target, bytes, 40, 2, 8, 8, wanted.format == "peft-adalora" ? 0.0 : 2.4e-9, 0.018};
    if (wanted.format == "gguf-lora" || wanted.format == "merged")
        report.vllmMaxRank = 0;
    if (wanted.format == "merged") {
        report.bytes = 4'870'000;
        report.maxDifference = 0.0;
        report.dtype = wanted.dtype.empty() ? scene.dtype : wanted.dtype;
        report.roundingLoss = report.dtype == "float32" ? 2e-8 : 0.031;
    }
    if (wanted.format == scene.exportDiffers) {
        report.maxDifference = 3.1e-4;
        report.verified = false;
    }
    return report;
}

} // namespace spectune::test
