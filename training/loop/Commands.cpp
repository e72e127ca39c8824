// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Commands.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"
#include "training/data/Dataset.h"
#include "training/data/SampleSource.h"
#include "training/data/Utf8.h"
#include "training/io/MappedFile.h"
#include "training/io/Safetensors.h"
#include "training/loop/Answers.h"
#include "training/loop/Device.h"
#include "training/loop/Evaluator.h"
#include "training/loop/LibTorchEngine.h"
#include "training/loop/LoadedModel.h"
#include "training/loop/TextGenerator.h"

#include <ATen/ATen.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <functional>
#include <optional>
#include <utility>

namespace spectune {

namespace {

/// Read and held against the model before its weights are: that costs less.
std::optional<AdapterSet> adapterFor(const std::string& path, const ModelSpec& spec, at::TensorOptions options)
{
    if (path.empty())
        return std::nullopt;
    return placeAdapter(loadAdapterState(path), spec, options);
}

/// What the model is to be asked: the samples whose prompt leaves room for an answer.
struct Questions {
    std::vector<std::string> prompts;
    std::vector<std::string> expected;
    std::int64_t longest = 0; ///< tokens of an expected completion
};

Questions questionsIn(const EvaluateCommand& command, const OpenedModel& model)
{
    const auto source
        = openSamples(command.config.data.path, command.config.data, {.stop = command.stop, .report = {}});
    Questions questions;
    for (std::int64_t i = 0; i < source->size(); ++i) {
        command.stop.throwIfStopped();
        const RenderedSample sample = source->render(i);
        if (sample.spans.size() != 1)
            throw configError(
                "data.format %1 has no single completion to compare with: --exact-match needs prompts with "
                "one completion each.",
                toString(source->format()));
        Question question = questionOf(sample, *model.tokenizer, model.folder.spec());
        if (question.expected.empty())
            continue;
        questions.prompts.push_back(std::move(question.prompt));
        questions.expected.push_back(std::move(question.expected));
        questions.longest = std::max(questions.longest, question.expectedTokens);
    }
    return questions;
}

/// How many greedy continuations of the prompts are what is expected, to the letter.
std::int64_t exactMatches(
    const Questions& questions, const LoadedModel& base, const AdapterSet* adapters, const StopToken& stop)
{
    TextGenerator generator(*base.model, *base.tokenizer, adapters);
    const std::vector<std::string> texts = generator.greedy(questions.prompts, questions.longest + 2, stop);
    std::int64_t equal = 0;
    for (std::size_t i = 0; i < texts.size(); ++i)
        equal += texts[i] == questions.expected[i] ? 1 : 0;
    return equal;
}

/// A text may be as long as the file, and may hold bytes that are no UTF-8.
Message shownId(const nlohmann::json& value)
{
    if (value.is_structured())
        return value.is_array() ? makeMessage("a list") : makeMessage("an object");
    if (value.is_string())
        return makeMessage("a text");
    return Message::verbatim(value.dump().substr(0, 80));
}

/// [batch, seq] @throws Error (Config) naming file and row
at::Tensor readTokens(const std::string& file, std::int64_t vocabulary)
{
    const nlohmann::json rows = readJson(file);
    const auto refuse = [&file](const Message& why) {
        return configError(
            "%1: %2 A list of equally long lists of ids is expected: [[1, 5, 9], [1, 7, 2]].", file, why);
    };
    if (!rows.is_array() || rows.empty() || !rows[0].is_array() || rows[0].empty())
        throw refuse(makeMessage("this is not such a list."));
    std::vector<std::int64_t> ids;
    for (std::size_t r = 0; r < rows.size(); ++r) {
        if (!rows[r].is_array() || rows[r].size() != rows[0].size())
            throw refuse(makeMessage("row %1 is not as long as row 0.", r));
        for (const auto& id : rows[r]) {
            if (!id.is_number_integer() || id.get<std::int64_t>() < 0 || id.get<std::int64_t>() >= vocabulary)
                throw refuse(makeMessage(
                    "row %1 has %2, which is no id of this model (0 to %3).", r, shownId(id), vocabulary - 1));
            ids.push_back(id.get<std::int64_t>());
        }
    }
    return at::tensor(ids).view({static_cast<std::int64_t>(rows.size()), -1});
}

BlocksRead stoppedBy(const StopToken& stop)
{
    return [&stop](std::int64_t, std::int64_t) { stop.throwIfStopped(); };
}

/// @param take is given each line and its number, from 1
void eachLine(std::string_view text, const StopToken& stop,
    const std::function<void(std::string_view line, std::int64_t number)>& take)
{
    for (std::int64_t number = 1; !text.empty(); ++number) {
        stop.throwIfStopped();
        const std::size_t end = std::min(text.find('\n'), text.size());
        take(text.substr(0, end), number);
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

/// What is written must not take the place of what is read.
void refuseInputs(const LogitsCommand& command)
{
    std::error_code error;
    const std::filesystem::path out = command.outFile;
    if (std::filesystem::equivalent(out, command.tokensFile, error))
        throw configError("--out %1 is the file of --tokens. Choose another name.", command.outFile);
    const std::filesystem::path folder = out.has_parent_path() ? out.parent_path() : ".";
    if (std::filesystem::exists(out, error) && std::filesystem::equivalent(folder, command.model, error))
        throw configError(
            "--out %1 is a file of the model, which is never replaced. Choose another name.", command.outFile);
}

} // namespace

std::unique_ptr<TrainingEngine> createEngine()
{
    return std::make_unique<LibTorchEngine>();
}

EvaluationReport evaluateFile(const EvaluateCommand& command)
{
    EvaluationReport report;
    withTorchErrors([&] {
        const RunConfig& config = command.config;
        const at::Device device = parseDevice(command.device);
        prepareThread(device, config.train.threads);
        useTf32(config.train.tf32);
        const OpenedModel opened = openModel(config.model.path);
        const ModelSpec& spec = opened.folder.spec();
        if (config.data.maxLength > spec.maxPositions)
            throw configError(
                "data.max_length is %1, above the model's %2 positions.", config.data.maxLength, spec.maxPositions);
        const at::TensorOptions options = at::TensorOptions().dtype(scalarType(config.train.dtype)).device(device);
        const std::optional<AdapterSet> adapters = adapterFor(command.adapter, spec, options);
        const AdapterSet* set = adapters ? &*adapters : nullptr;
        const auto data = std::make_shared<const Dataset>(
            config.data.path, config.data, opened.tokenizer, Progress {.stop = command.stop, .report = {}});
        const Questions questions = command.exactMatch ? questionsIn(command, opened) : Questions {};

        LoadedModel none;
        const LoadedModel base = loadModel(opened, config.train.dtype, device, none, stoppedBy(command.stop));
        const EvaluationResult result
            = evaluateLoss(*base.model, set, data, config.train.batchSize, config.train.threads, command.stop);
        report = {.loss = result.loss,
            .perplexity = result.perplexity(),
            .tokens = result.tokens,
            .samples = result.samples,
            .exactMatch = -1.0,
            .answered = static_cast<std::int64_t>(questions.prompts.size())};
        if (command.exactMatch)
            report.exactMatch = static_cast<double>(exactMatches(questions, base, set, command.stop))
                / static_cast<double>(std::max<std::int64_t>(report.answered, 1));
    });
    return report;
}

std::vector<std::int64_t> writeLogits(const LogitsCommand& command)
{
    refuseInputs(command);
    std::vector<std::int64_t> shape;
    withTorchErrors([&] {
        const ModelFolder folder(command.model);
        const ModelSpec& spec = folder.spec();
        const at::Tensor tokens = readTokens(command.tokensFile, spec.vocabulary);
        if (tokens.size(1) > spec.maxPositions)
            throw configError("%1: rows have %2 ids, but the model has only %3 positions.", command.tokensFile,
                tokens.size(1), spec.maxPositions);
        const at::Device device = parseDevice(command.device);
        prepareThread(device, 0);
        const std::optional<AdapterSet> adapters
            = adapterFor(command.adapter, spec, at::TensorOptions().dtype(scalarType(command.dtype)).device(device));
        const auto model = loadDecoder(folder, command.dtype, device, stoppedBy(command.stop));
        at::Tensor logits = at::empty({tokens.size(0), tokens.size(1), spec.vocabulary}, at::kFloat);
        for (std::int64_t row = 0; row < tokens.size(0); ++row) {
            command.stop.throwIfStopped();
            const at::Tensor hidden
                = model->forward(tokens.narrow(0, row, 1).to(device), adapters ? &*adapters : nullptr);
            logits.narrow(0, row, 1).copy_(model->logits(hidden));
        }
        writeSafetensors(command.outFile, {{"logits", logits}});
        shape = logits.sizes().vec();
    });
    return shape;
}

void tokenizeFile(const std::string& model, const std::string& textFile,
    const std::function<void(const std::vector<std::int32_t>&)>& line, const StopToken& stop)
{
    const auto tokenizer = loadTokenizer(model);
    const MappedFile file(textFile);
    // First of all: what was answered before the first wrong line would look whole.
    eachLine(file.bytes(), stop,
        [&textFile](std::string_view text, std::int64_t number) { requireUtf8(text, textFile, number); });
    eachLine(
        file.bytes(), stop, [&](std::string_view text, std::int64_t /*number*/) { line(tokenizer->encode(text)); });
}

} // namespace spectune
