// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/Validation.h"

#include "training/config/FieldCheck.h"
#include "training/config/RankMapCheck.h"
#include "training/config/TargetSelection.h"
#include "training/core/Error.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace spectune {

namespace {

using Issues = std::vector<Issue>;

/// What the checks look at: the configuration, what is known of model and data (0: not known), and what follows.
struct Context {
    const RunConfig& config;
    const RunFacts& facts;
    ResolvedRun run;
};

void addError(Issues& issues, std::string key, Message title, Message text, std::optional<FieldValue> suggestion = {})
{
    issues.push_back({Severity::Error, std::move(key), std::move(title), std::move(text), std::move(suggestion)});
}

void addWarning(Issues& issues, std::string key, Message title, Message text, std::optional<FieldValue> suggestion = {})
{
    issues.push_back({Severity::Warning, std::move(key), std::move(title), std::move(text), std::move(suggestion)});
}

void addNote(Issues& issues, std::string key, Message title, Message text, std::optional<FieldValue> suggestion = {})
{
    issues.push_back({Severity::Note, std::move(key), std::move(title), std::move(text), std::move(suggestion)});
}

std::string twoDigits(double value)
{
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.2g", value);
    return buffer;
}

/// The bound that a single number has passed, where the bound itself is allowed.
std::optional<FieldValue> nearestAllowed(const FieldInfo& field, const FieldValue& value)
{
    const auto* integer = std::get_if<std::int64_t>(&value);
    const auto* real = std::get_if<double>(&value);
    if ((!integer && !real) || (real && !std::isfinite(*real)))
        return std::nullopt;
    const double given = integer ? static_cast<double>(*integer) : *real;
    const bool below = given <= field.minimum;
    if (below ? field.minimumExcluded : field.maximumExcluded)
        return std::nullopt;
    const double bound = below ? field.minimum : field.maximum;
    return integer ? FieldValue(static_cast<std::int64_t>(bound)) : FieldValue(bound);
}

void checkRanges(const RunConfig& config, Issues& issues)
{
    for (const FieldInfo& field : fields()) {
        const FieldValue value = fieldValue(config, field.key);
        if (const auto problem = detail::problemWith(field, value))
            addError(issues, std::string(field.key), makeMessage("%1 is out of range", Message::ofTable(field.label)),
                *problem, nearestAllowed(field, value));
    }
}

void checkPaths(const RunConfig& config, Issues& issues)
{
    if (config.model.path.empty())
        addError(issues, "model.path", makeMessage("No model chosen"),
            makeMessage("model.path is empty, needs the folder of a Hugging Face model"));
    if (config.data.path.empty())
        addError(issues, "data.path", makeMessage("No training file chosen"),
            makeMessage("data.path is empty, needs the file with the training samples"));
}

void checkData(const Context& c, Issues& issues)
{
    const std::int64_t length = c.config.data.maxLength;
    if (c.facts.maxPositions > 0 && length > c.facts.maxPositions)
        addError(issues, "data.max_length", makeMessage("Samples longer than the model reads"),
            makeMessage("data.max_length is %1, must be at most %2, the positions that the model knows", length,
                c.facts.maxPositions),
            c.facts.maxPositions);
}

void checkTraining(const Context& c, Issues& issues)
{
    const TrainConfig& train = c.config.train;
    if (train.microBatchSize > train.batchSize)
        addWarning(issues, "train.micro_batch_size", makeMessage("Micro-batch above the batch"),
            makeMessage("train.micro_batch_size is %1, above train.batch_size %2: the whole batch goes through at once",
                train.microBatchSize, train.batchSize),
            std::int64_t {0});
    if (train.evalEvery > 0 && c.config.data.evalPath.empty())
        addWarning(issues, "train.eval_every", makeMessage("Nothing to evaluate on"),
            makeMessage(
                "train.eval_every is %1, but data.eval_path is empty: no evaluation takes place", train.evalEvery));
    const std::int64_t warmup = c.config.optim.warmup;
    if (c.run.totalSteps > 0 && warmup >= c.run.totalSteps)
        addWarning(issues, "optim.warmup", makeMessage("LR warm-up as long as the run"),
            makeMessage("optim.warmup is %1, but the run has %2 steps: the full learning rate is never reached", warmup,
                c.run.totalSteps),
            c.run.totalSteps / 10);
}

bool isModuleName(const std::string& name)
{
    return std::ranges::all_of(name, [](unsigned char c) { return std::isalnum(c) || c == '_' || c == '.'; });
}

void checkModules(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    if (adalora.modules.empty())
        return;
    const std::string key = "adalora.modules";
    if (!adalora.targets.empty() || !adalora.layers.empty())
        addError(issues, key, makeMessage("Two ways to name the matrices"),
            makeMessage("adalora.modules names every adapted matrix itself; leave adalora.targets and adalora.layers "
                        "empty, or this"),
            std::vector<std::string> {});
    for (const std::string& entry : adalora.modules) {
        const auto pattern = ModulePattern::parse(entry);
        if (!pattern)
            addError(issues, key, makeMessage("No name of a matrix and its blocks"),
                makeMessage("adalora.modules holds %1, needs entries such as \"0-3.q_proj\" or \"*.q_proj\"",
                    detail::inQuotes(entry)));
        else if (c.facts.layers > 0 && pattern->last.value_or(0) >= c.facts.layers)
            addError(issues, key, makeMessage("The model has fewer layers"),
                makeMessage("adalora.modules holds %1, whose blocks must be at most %2: the model has %3 layers, "
                            "counted from 0",
                    detail::inQuotes(entry), c.facts.layers - 1, c.facts.layers));
    }
}

void checkTargets(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    for (const std::string& name : adalora.targets) {
        if (!isModuleName(name))
            addError(issues, "adalora.targets", makeMessage("No name of a matrix"),
                makeMessage(
                    "adalora.targets holds %1, needs names of matrices such as \"q_proj\"", detail::inQuotes(name)));
    }
    if (c.facts.layers > 0 && !adalora.layers.empty() && adalora.layers.back() >= c.facts.layers)
        addError(issues, "adalora.layers", makeMessage("The model has fewer layers"),
            makeMessage("adalora.layers holds %1, must be at most %2: the model has %3 layers, counted from 0",
                adalora.layers.back(), c.facts.layers - 1, c.facts.layers));
    else if (c.facts.layers > 0 && c.facts.matrices == 0) {
        const std::string key = adalora.modules.empty() ? "adalora.targets" : "adalora.modules";
        const std::string list = toText(adalora.modules.empty() ? adalora.targets : adalora.modules);
        addError(issues, key, makeMessage("Nothing to adapt"),
            makeMessage("%1 is %2, which no matrix of the model's blocks is named by", key, detail::inQuotes(list)));
    }
}

void checkRanks(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    const std::int64_t rank = c.run.initRank;
    const std::int64_t target = adalora.targetRank;
    const bool allocates = allocatesBudget(c.config.method);
    const Message given = adalora.initRank ? makeMessage("adalora.init_rank is %1", rank)
                                           : makeMessage("adalora.init_rank (derived) is %1", rank);

    const std::int64_t side = usesRankMap(c.config) ? 0 : c.facts.smallestSide; // a rank map is held to each side
    if (side > 0 && rank > side)
        addError(issues, adalora.initRank ? "adalora.init_rank" : "adalora.target_rank",
            makeMessage("Rank above a matrix's side"),
            makeMessage("%1, must be at most %2, the smaller side of the smallest adapted matrix; lower it, or leave "
                        "that matrix out of adalora.targets",
                given, side),
            adalora.initRank ? side : std::max<std::int64_t>(1, side * 2 / 3));
    if (!allocates)
        return;
    const std::int64_t start = c.run.schedule.initialBudget;
    if (adalora.totalBudget) {
        if (c.facts.matrices > 0 && *adalora.totalBudget >= start)
            addError(issues, "adalora.total_budget", makeMessage("Nothing to prune"),
                makeMessage("adalora.total_budget is %1, must be below %2, the triplets at the start (%3, times %4 "
                            "matrices)",
                    *adalora.totalBudget, start, given, c.facts.matrices),
                std::max<std::int64_t>(1, start * 2 / 3));
    } else if (target >= rank) {
        addError(issues, "adalora.target_rank", makeMessage("Nothing to prune"),
            makeMessage("adalora.target_rank is %1, must be below adalora.init_rank %2", target, rank),
            rank > 1 ? std::optional<FieldValue>(std::max<std::int64_t>(1, rank * 2 / 3)) : std::nullopt);
    }
}

/// For a tf that no ti would make fit. A ti that no tf would make fit is a mistake of its own; else the tf that is
/// suggested goes with the ti that is there. @pre at least two steps
void checkOverlongPhases(const Context& c, Issues& issues)
{
    const std::int64_t steps = c.run.schedule.totalSteps;
    const std::int64_t ti = c.run.schedule.warmUpEnd;
    const bool tiFits = ti < steps - 1;
    addError(issues, "adalora.tf", makeMessage("Final phase as long as the run"),
        makeMessage("adalora.tf is %1, must be below the run's %2 steps", c.run.schedule.finalSteps, steps),
        std::max<std::int64_t>(1, tiFits ? std::min(steps / 2, steps - ti - 1) : steps / 2));
    if (!tiFits)
        addError(issues, "adalora.ti", makeMessage("Warm-up ends after the run"),
            makeMessage("adalora.ti is %1, must be below %2: at least 1 of the run's %3 steps is the final phase", ti,
                steps - 1, steps),
            steps / 10);
}

void checkSchedule(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    const BudgetSchedule& schedule = c.run.schedule;
    const std::int64_t steps = schedule.totalSteps;
    if (!allocatesBudget(c.config.method) || steps == 0)
        return;
    if (steps < 2) {
        const bool fromEpochs = c.config.train.steps == 0;
        const Message given
            = fromEpochs ? makeMessage("train.epochs gives %1", steps) : makeMessage("train.steps is %1", steps);
        addError(issues, fromEpochs ? "train.epochs" : "train.steps", makeMessage("Too few steps to prune"),
            makeMessage("%1, must be at least 2 with a falling budget: one before the final phase, one in it", given),
            fromEpochs ? std::nullopt : std::optional<FieldValue>(std::int64_t {2}));
    } else if (adalora.tf && schedule.finalSteps >= steps) {
        checkOverlongPhases(c, issues);
    } else if (schedule.warmUpEnd >= schedule.finalStart()) {
        addError(issues, adalora.ti ? "adalora.ti" : "adalora.tf", makeMessage("No step left to prune in"),
            makeMessage("adalora.ti is %1, must be below %2, the run's %3 steps less adalora.tf %4", schedule.warmUpEnd,
                schedule.finalStart(), steps, schedule.finalSteps),
            std::max<std::int64_t>(0, std::min(steps / 10, schedule.finalStart() - 1)));
    } else if (adalora.deltaT && schedule.eventCount() < 2 && schedule.interval > 1) {
        addWarning(issues, "adalora.delta_t", makeMessage("All pruning in one step"),
            makeMessage("adalora.delta_t is %1, so that no masking event falls between adalora.ti %2 and the forced "
                        "one at step %3",
                schedule.interval, schedule.warmUpEnd, schedule.finalStart()),
            std::max<std::int64_t>(1, (schedule.finalStart() - schedule.warmUpEnd) / 10));
    }
}

/// Without a Λ there is no |λ| to go by: every score would be 0, and the ranks would fall in the order of the matrices.
void checkScore(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    if (adalora.score != ScoreKind::Magnitude || !allocatesBudget(c.config.method) || hasLambda(c.config.method))
        return;
    const std::string usual(toString(ScoreKind::SensitivityUncertainty));
    addError(issues, "adalora.score", makeMessage("No λ to rank by"),
        makeMessage("adalora.score is %1, which ranks by |λ|, but method.name is %2, which has none: choose %3 or %4",
            toString(adalora.score), toString(c.config.method), usual, toString(ScoreKind::Sensitivity)),
        usual);
}

/// From T − tf on the pattern stays, so the masked rows may be dropped. R couples them with the kept ones, and a
/// clipped norm has their gradients in it: with either the run becomes another. prune-lora has no γ, and its dropped
/// doublets have no gradient: it stays the same in all.
void checkShrink(const Context& c, Issues& issues)
{
    const RunConfig& config = c.config;
    if (!config.adalora.shrink)
        return;
    if (!allocatesBudget(config.method)) {
        addNote(issues, "adalora.shrink", makeMessage("Nothing to shrink"),
            makeMessage("adalora.shrink is on, but method.name is %1, which keeps one rank: no triplet is dropped",
                toString(config.method)),
            false);
    } else if (hasLambda(config.method) && config.adalora.gamma > 0.0) {
        addNote(issues, "adalora.shrink", makeMessage("Shrinking changes the final phase"),
            makeMessage("adalora.gamma is %1: once the pruned triplets are dropped the orthogonality term covers the "
                        "kept ones alone, so losses, P and Q differ from a run without adalora.shrink from the final "
                        "phase on. With adalora.gamma 0 they stay the same",
                toText(config.adalora.gamma)));
    } else if (hasLambda(config.method) && config.optim.maxGradNorm > 0.0) {
        addNote(issues, "adalora.shrink", makeMessage("Shrinking may change the clipping"),
            makeMessage("optim.max_grad_norm is %1: the gradient's norm leaves out the λ of dropped triplets, so "
                        "steps of the final phase that are clipped are clipped less than without adalora.shrink; the "
                        "others stay the same",
                toText(config.optim.maxGradNorm)));
    }
}

/// With f = widthFactor() the effective scale is taken as s · f and should be 0.5 or more. At width 4096 f = 1, so that
/// s = 2 passes and s < 0.5 warns; at 128 f = 0.23, so that alpha = 2 r has 0.45 and warns while 8 r has 1.8: on such a
/// model the first learnt almost nothing in 300 steps, and the other its task. Suggested is the power of two times r
/// whose s · f is nearest to 2, the default's value on wide models: 2 r at 4096, 8 r at 128.
void checkScale(const Context& c, Issues& issues)
{
    const auto rank = static_cast<double>(c.run.initRank);
    const double factor = widthFactor(c.config.method, c.facts.width);
    const double effective = c.run.alpha / rank * factor; // without the 1e-5 of s, so that s = 0.5 passes
    if (effective >= 0.5)
        return;
    const double suggested = std::exp2(std::round(std::log2(2.0 / factor))) * rank;
    const std::string alpha = toText(c.run.alpha);
    const std::string scale = twoDigits(c.run.scale);
    if (factor < 1.0)
        addWarning(issues, "adalora.alpha",
            makeMessage("Effective scale is %1 on so narrow a model", twoDigits(effective)),
            makeMessage("adalora.alpha is %1 with an initial rank of %2, so s = %3 acts like %4 on a model that is "
                        "only %5 wide (P and Q start small there): the adapter will learn slowly. Set adalora.alpha "
                        "to about %6",
                alpha, c.run.initRank, scale, twoDigits(effective), c.facts.width, toText(suggested)),
            suggested);
    else
        addWarning(issues, "adalora.alpha", makeMessage("Effective scale is %1", twoDigits(effective)),
            makeMessage("adalora.alpha is %1 with an initial rank of %2, so s = %3: the adapter will learn slowly. Set "
                        "adalora.alpha to about %4",
                alpha, c.run.initRank, scale, toText(suggested)),
            suggested);
}

} // namespace

double widthFactor(Method method, std::int64_t width) noexcept
{
    return width > 0 && hasLambda(method) ? std::min(1.0, 0.02 * std::sqrt(static_cast<double>(width))) : 1.0;
}

std::vector<Issue> validate(const RunConfig& config, const RunFacts* facts)
{
    Issues issues;
    checkPaths(config, issues);
    checkRanges(config, issues);
    const bool inRange = issues.size()
        == static_cast<std::size_t>(
            std::ranges::count_if(issues, [](const Issue& issue) { return issue.key.ends_with(".path"); }));
    if (inRange) { // what follows computes with the numbers
        const RunFacts known = facts ? *facts : RunFacts {};
        const Context context {.config = config, .facts = known, .run = resolveRun(config, known)};
        checkData(context, issues);
        checkTargets(context, issues);
        checkModules(context, issues);
        checkRanks(context, issues);
        detail::checkRankMap(config, known, context.run, issues);
        checkScore(context, issues);
        checkSchedule(context, issues);
        checkTraining(context, issues);
        checkScale(context, issues);
        checkShrink(context, issues);
    }
    std::ranges::stable_sort(issues, std::ranges::greater {}, &Issue::severity);
    return issues;
}

void throwOnErrors(const std::vector<Issue>& issues)
{
    Message first;
    Message others;
    for (const Issue& issue : issues) {
        if (issue.severity != Severity::Error)
            continue;
        Message& place = first.empty() ? first : others;
        place = place.empty() ? issue.text : makeMessage("%1\n%2", place, issue.text);
    }
    if (!first.empty())
        throw Error(FailureKind::Config, first, others);
}

} // namespace spectune
