// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/SceneTry.h"

#include "training/config/EditLog.h"

#include <algorithm>
#include <sstream>

namespace spectune::test {

ScoredAnswers sceneScores(const ScoreAnswers& request)
{
    ScoredAnswers scored;
    scored.tuned = request.tuned;
    for (const std::string& answer : request.answers) {
        AnswerScore score;
        std::istringstream words(answer);
        int place = 0;
        for (std::string word; words >> word; ++place)
            score.tokens.push_back({' ' + word, (request.tuned ? 0.2 : 1.4) + 0.7 * (place % 4), false});
        score.tokens.push_back({"</s>", request.tuned ? 0.01 : 0.4, true});
        for (const ScoredToken& token : score.tokens)
            score.loss += token.loss;
        scored.answers.push_back(std::move(score));
    }
    return scored;
}

JudgedSamples sceneVerdicts(const JudgeSamples& request)
{
    JudgedSamples judged {60, {}};
    const std::int64_t end = std::min<std::int64_t>(60, request.first + request.count);
    for (std::int64_t i = request.first; i < end; ++i) {
        const std::string sum = std::to_string(12 * (i + 2));
        SampleVerdict verdict;
        verdict.sample = i;
        verdict.prompt = "A club of " + std::to_string(i + 2)
            + " members buys 3 tickets each at 4 dollars. How much do they pay altogether?";
        verdict.expected = " They pay " + std::to_string(i + 2) + " times 12.\n#### " + sum;
        verdict.tokens = 12;
        const bool base = i % 10 == 0;
        const bool tuned = i % 3 != 0 && i % 20 != 0;
        verdict.sides[0] = {base ? " #### " + sum : " #### " + std::to_string(7 * i + 1), base, 15.0 + 0.1 * (i % 7)};
        verdict.sides[1] = {tuned ? " #### " + sum : " #### " + std::to_string(5 * i), tuned, 9.0 + 0.1 * (i % 5)};
        judged.verdicts.push_back(std::move(verdict));
    }
    return judged;
}

namespace {

/// @throws Error where it is refused
void take(std::vector<std::string>& lines, RunControl& control, const LiveEdit& edit, RunConfig& config,
    ResolvedRun& resolved, std::int64_t step)
{
    const FieldValue before = fieldValue(config, edit.key);
    const bool changed = applyLiveEdit(config, resolved, edit, step);
    const AppliedEdit applied {step, edit.key, before, fieldValue(config, edit.key)};
    if (changed) {
        lines.push_back(toJsonLine(applied));
        control.post(LogLine {makeMessage("From step %1 on %2 is %3; it was %4.", step + 1, edit.key,
            toText(applied.after), toText(applied.before))});
    }
    control.post(EditTaken {applied, changed});
}

} // namespace

std::vector<std::string> takePlannedEdits(RunControl& control, const std::vector<AppliedEdit>& planned,
    RunConfig& config, ResolvedRun& resolved, std::int64_t step)
{
    std::vector<std::string> lines;
    for (const AppliedEdit& edit : planned)
        if (edit.step == step)
            take(lines, control, {.key = edit.key, .value = edit.after}, config, resolved, step);
    return lines;
}

std::vector<std::string> takeSceneEdits(
    RunControl& control, RunConfig& config, ResolvedRun& resolved, std::int64_t step)
{
    std::vector<std::string> lines;
    for (const LiveEdit& edit : control.takeEdits()) {
        try {
            take(lines, control, edit, config, resolved, step);
        } catch (const Error&) {
            control.post(EditRefused {edit, Failure::fromCurrentException(step)});
        }
    }
    return lines;
}

} // namespace spectune::test
