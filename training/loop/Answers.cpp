// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/Answers.h"

#include "training/core/Error.h"
#include "training/data/Dataset.h"
#include "training/data/SampleSource.h"
#include "training/loop/TextGenerator.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <algorithm>

namespace spectune {

namespace {

/// −log P of each token after those before it: [ids − 1], float64, on the CPU.
at::Tensor tokenLosses(const std::vector<std::int32_t>& ids, DecoderModel& model, const AdapterSet* adapters)
{
    const c10::NoGradGuard noGradients;
    const at::Tensor row = at::tensor(at::ArrayRef<std::int32_t>(ids), at::kInt).to(at::kLong); // [n]
    const auto device = model.options().device();
    const std::int64_t count = row.size(0) - 1;
    const at::Tensor hidden = model.forward(row.unsqueeze(0).to(device), adapters).squeeze(0).narrow(0, 0, count);
    const at::Tensor targets = row.narrow(0, 1, count).to(device).unsqueeze(1);
    const at::Tensor logits = model.logits(hidden).to(at::kDouble); // [n − 1, vocabulary]
    return at::log_softmax(logits, 1).gather(1, targets).squeeze(1).neg().cpu();
}

/// Σ over the loss-bearing tokens.
double lossOf(const Sample& sample, DecoderModel& model, const AdapterSet* adapters)
{
    if (sample.ids.size() < 2)
        return 0.0;
    const at::Tensor losses = tokenLosses(sample.ids, model, adapters);
    const auto* values = losses.const_data_ptr<double>();
    double sum = 0.0;
    for (std::size_t i = 1; i < sample.ids.size(); ++i)
        sum += sample.bearsLoss[i] != 0 ? values[i - 1] : 0.0;
    return sum;
}

AnswerScore scoreOne(const RenderedSample& rendered, std::int64_t maxLength, DecoderModel& model,
    const Tokenizer& tokenizer, const AdapterSet* adapters)
{
    const Sample sample = makeSample(rendered, tokenizer, maxLength);
    const std::vector<Token> tokens = tokenizer.encodeWithOffsets(rendered.text);
    const std::size_t prefix = tokenizer.special().addBos && tokenizer.special().bos ? 1 : 0;
    const at::Tensor losses = tokenLosses(sample.ids, model, adapters);
    const auto* values = losses.const_data_ptr<double>();
    AnswerScore score;
    std::size_t shown = rendered.spans[0].begin;
    for (std::size_t i = 1; i < sample.ids.size(); ++i) {
        if (sample.bearsLoss[i] == 0)
            continue;
        ScoredToken token {.text = tokenizer.piece(sample.ids[i]), .loss = values[i - 1], .control = true};
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
            throw configError("The answer begins behind token " + std::to_string(length)
                + ", where the sample is cut. Shorten the prompt, or raise data.max_length.");
    }
    return scored;
}

JudgedSamples judgeSamples(const JudgeSamples& request, DecoderModel& model, const Tokenizer& tokenizer,
    const AdapterSet* adapters, const StopToken& stop)
{
    const DataConfig& data = request.config.data;
    const auto source = openSamples(data.evalPath, data, {.stop = stop, .report = {}});
    if (source->isDocument())
        throw configError(data.evalPath + " is one document, cut into blocks: it has no samples to be answered.");
    JudgedSamples judged {.samples = source->size(), .verdicts = {}};
    const std::int64_t end = std::min(source->size(), request.first + request.count);
    bool marked = false;
    std::int64_t longest = 0;
    for (std::int64_t i = request.first; i < end; ++i) {
        stop.throwIfStopped();
        const RenderedSample rendered = source->render(i);
        const Sample sample = makeSample(rendered, tokenizer, std::min(data.maxLength, model.spec().maxPositions));
        SampleVerdict verdict {.sample = i, .prompt = rendered.text, .expected = {}, .tokens = 0, .sides = {}};
        if (rendered.spans.size() == 1) {
            verdict.prompt = rendered.text.substr(0, rendered.spans[0].begin);
            verdict.expected
                = rendered.text.substr(rendered.spans[0].begin, rendered.spans[0].end - rendered.spans[0].begin);
            const auto room = model.spec().maxPositions - 2; // BOS, and a token to write
            if (static_cast<std::int64_t>(tokenizer.encode(verdict.prompt).size()) > room)
                verdict.expected.clear(); // no room to answer in
            marked = marked || verdict.expected.find("####") != std::string::npos;
            longest = std::max(longest, static_cast<std::int64_t>(tokenizer.encode(verdict.expected).size()));
        }
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
