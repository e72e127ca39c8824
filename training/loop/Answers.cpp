// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Answers.h"

#include "training/core/Error.h"
#include "training/data/Dataset.h"
#include "training/loop/TextGenerator.h"
#include "training/nn/CrossEntropy.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace spectune {

namespace {

/// −log P of each loss-bearing token after all before it, in order.
std::vector<double> lossesOf(const Sample& sample, DecoderModel& model, const AdapterSet* adapters)
{
    constexpr std::int64_t ignored = -100; // see bearingLosses()
    std::vector<std::int64_t> targets; // of every token but the last
    for (std::size_t i = 1; i < sample.ids.size(); ++i)
        targets.push_back(sample.bearsLoss[i] != 0 ? sample.ids[i] : ignored);
    if (std::ranges::all_of(targets, [](std::int64_t target) { return target == ignored; }))
        return {}; // a sample of one token, too
    const c10::NoGradGuard noGradients;
    const at::Device device = model.options().device();
    const at::Tensor row = at::tensor(at::ArrayRef<std::int32_t>(sample.ids), at::kInt).to(at::kLong); // [n]
    const at::Tensor hidden = model.forward(row.unsqueeze(0).to(device), adapters).squeeze(0); // [n, width]
    const at::Tensor losses
        = bearingLosses(hidden.narrow(0, 0, row.size(0) - 1), model.head(), at::tensor(targets).to(device))
              .to(at::kCPU, at::kDouble);
    const auto* values = losses.const_data_ptr<double>();
    return {values, values + losses.size(0)};
}

/// Σ over the loss-bearing tokens.
double lossOf(const Sample& sample, DecoderModel& model, const AdapterSet* adapters)
{
    const std::vector<double> losses = lossesOf(sample, model, adapters);
    return std::accumulate(losses.begin(), losses.end(), 0.0);
}

AnswerScore scoreOne(const RenderedSample& rendered, std::int64_t maxLength, DecoderModel& model,
    const Tokenizer& tokenizer, const AdapterSet* adapters)
{
    const std::vector<Token> tokens = tokenizer.encodeWithOffsets(rendered.text);
    const Sample sample = makeSample(rendered, tokens, tokenizer.special(), maxLength);
    const std::size_t prefix = tokenizer.special().addBos && tokenizer.special().bos ? 1 : 0;
    const std::vector<double> losses = lossesOf(sample, model, adapters);
    AnswerScore score;
    std::size_t shown = rendered.spans[0].begin;
    auto loss = losses.begin();
    for (std::size_t i = 1; i < sample.ids.size(); ++i) {
        if (sample.bearsLoss[i] == 0)
            continue;
        ScoredToken token {.text = tokenizer.piece(sample.ids[i]), .loss = *loss++, .control = true};
        if (i >= prefix && i - prefix < tokens.size()) {
            const std::size_t until = std::max(shown, tokens[i - prefix].end);
            token.text = rendered.text.substr(shown, until - shown);
            token.control = false;
            shown = until;
        }
        score.loss += token.loss;
        score.tokens.push_back(std::move(token));
    }
    return score;
}

/// Lets one side answer all verdicts that expect an answer.
void answerAll(std::vector<SampleVerdict>& verdicts, std::size_t side, std::int64_t maxNewTokens,
    TextGenerator generator, const StopToken& stop)
{
    std::vector<std::string> prompts;
    for (const SampleVerdict& verdict : verdicts) {
        if (!verdict.expected.empty())
            prompts.push_back(verdict.prompt);
    }
    const std::vector<std::string> texts = generator.greedy(prompts, maxNewTokens, stop);
    auto text = texts.begin();
    for (SampleVerdict& verdict : verdicts) {
        if (verdict.expected.empty())
            continue;
        SideVerdict& made = verdict.sides[side];
        made.answer = *text++;
        made.right = sameAnswer(made.answer, verdict.expected);
    }
}

} // namespace

Question questionOf(const RenderedSample& rendered, const Tokenizer& tokenizer, const ModelSpec& spec)
{
    if (rendered.spans.size() != 1)
        return {.prompt = rendered.text, .expected = {}};
    const auto [begin, end] = rendered.spans[0];
    Question question {.prompt = rendered.text.substr(0, begin), .expected = {}};
    const std::int64_t room = spec.maxPositions - 2; // BOS, and a token to write
    if (static_cast<std::int64_t>(tokenizer.encode(question.prompt).size()) > room)
        return question;
    question.expected = rendered.text.substr(begin, end - begin);
    question.expectedTokens = static_cast<std::int64_t>(tokenizer.encode(question.expected).size());
    return question;
}

ScoredAnswers scoreAnswers(const ScoreAnswers& request, DecoderModel& model, const Tokenizer& tokenizer,
    const AdapterSet* adapters, const StopToken& stop)
{
    if (request.answers.empty())
        throw configError("There is no answer to read.");
    const std::int64_t length = std::min(request.maxLength, model.spec().maxPositions);
    ScoredAnswers scored {.answers = {}, .tuned = request.tuned};
    for (const std::string& answer : request.answers) {
        stop.throwIfStopped();
        const RenderedSample rendered {.text = request.prompt + answer,
            .spans = {{.begin = request.prompt.size(), .end = request.prompt.size() + answer.size()}},
            .everyToken = false};
        scored.answers.push_back(scoreOne(rendered, length, model, tokenizer, adapters));
        if (scored.answers.back().tokens.empty())
            throw configError(
                "The answer begins behind token %1, where the sample is cut. Shorten the prompt, or raise "
                "data.max_length.",
                length);
    }
    return scored;
}

JudgedSamples judgeSamples(const JudgeSamples& request, SampleCache& cache, DecoderModel& model,
    const Tokenizer& tokenizer, const AdapterSet* adapters, const StopToken& stop)
{
    const DataConfig& data = request.config.data;
    const auto source = cache.samples(data.evalPath, data, {.stop = stop, .report = {}});
    if (source->isDocument())
        throw configError("%1 is one document, cut into blocks: it has no samples to be answered.", data.evalPath);
    JudgedSamples judged {.samples = source->size(), .verdicts = {}};
    const std::int64_t end = std::min(source->size(), request.first + request.count);
    bool marked = false;
    std::int64_t longest = 0;
    for (std::int64_t i = request.first; i < end; ++i) {
        stop.throwIfStopped();
        const RenderedSample rendered = source->render(i);
        const Sample sample = makeSample(rendered, tokenizer, std::min(data.maxLength, model.spec().maxPositions));
        Question question = questionOf(rendered, tokenizer, model.spec());
        marked = marked || question.expected.find("####") != std::string::npos;
        longest = std::max(longest, question.expectedTokens);
        SampleVerdict verdict {.sample = i,
            .prompt = std::move(question.prompt),
            .expected = std::move(question.expected),
            .tokens = 0,
            .sides = {}};
        verdict.tokens = std::count(sample.bearsLoss.begin(), sample.bearsLoss.end(), 1);
        verdict.sides[0].loss = lossOf(sample, model, nullptr);
        verdict.sides[1].loss = lossOf(sample, model, adapters);
        judged.verdicts.push_back(std::move(verdict));
    }
    const std::int64_t limit = marked ? request.maxNewTokens : longest + 2;
    answerAll(judged.verdicts, 0, limit, TextGenerator(model, tokenizer, nullptr), stop);
    answerAll(judged.verdicts, 1, limit, TextGenerator(model, tokenizer, adapters), stop);
    return judged;
}

} // namespace spectune
