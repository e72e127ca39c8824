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

void addError(
    Issues& issues, std::string key, std::string title, std::string text, std::optional<FieldValue> suggestion = {})
{
    issues.push_back({Severity::Error, std::move(key), std::move(title), std::move(text), std::move(suggestion)});
}

void addWarning(
    Issues& issues, std::string key, std::string title, std::string text, std::optional<FieldValue> suggestion = {})
{
    issues.push_back({Severity::Warning, std::move(key), std::move(title), std::move(text), std::move(suggestion)});
}

void addNote(
    Issues& issues, std::string key, std::string title, std::string text, std::optional<FieldValue> suggestion = {})
{
    issues.push_back({Severity::Note, std::move(key), std::move(title), std::move(text), std::move(suggestion)});
}

std::string number(std::int64_t value)
{
    return std::to_string(value);
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
            addError(issues, std::string(field.key), std::string(field.label) + " is out of range", *problem,
                nearestAllowed(field, value));
    }
}

void checkPaths(const RunConfig& config, Issues& issues)
{
    if (config.model.path.empty())
        addError(
            issues, "model.path", "No model chosen", "model.path is empty, needs the folder of a Hugging Face model");
    if (config.data.path.empty())
        addError(issues, "data.path", "No training file chosen",
            "data.path is empty, needs the file with the training samples");
}

void checkData(const Context& c, Issues& issues)
{
    const std::int64_t length = c.config.data.maxLength;
    if (c.facts.maxPositions > 0 && length > c.facts.maxPositions)
        addError(issues, "data.max_length", "Samples longer than the model reads",
            "data.max_length is " + number(length) + ", must be at most " + number(c.facts.maxPositions)
                + ", the positions that the model knows",
            c.facts.maxPositions);
}

void checkTraining(const Context& c, Issues& issues)
{
    const TrainConfig& train = c.config.train;
    if (train.microBatchSize > train.batchSize)
        addWarning(issues, "train.micro_batch_size", "Micro-batch above the batch",
            "train.micro_batch_size is " + number(train.microBatchSize) + ", above train.batch_size "
                + number(train.batchSize) + ": the whole batch goes through at once",
            std::int64_t {0});
    if (train.evalEvery > 0 && c.config.data.evalPath.empty())
        addWarning(issues, "train.eval_every", "Nothing to evaluate on",
            "train.eval_every is " + number(train.evalEvery)
                + ", but data.eval_path is empty: no evaluation takes place");
    const std::int64_t warmup = c.config.optim.warmup;
    if (c.run.totalSteps > 0 && warmup >= c.run.totalSteps)
        addWarning(issues, "optim.warmup", "Warm-up as long as the run",
            "optim.warmup is " + number(warmup) + ", but the run has " + number(c.run.totalSteps)
                + " steps: the learning rate never reaches optim.lr",
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
        addError(issues, key, "Two ways to name the matrices",
            key + " names every adapted matrix itself; leave adalora.targets and adalora.layers empty, or this",
            std::vector<std::string> {});
    for (const std::string& entry : adalora.modules) {
        const auto pattern = ModulePattern::parse(entry);
        if (!pattern)
            addError(issues, key, "No name of a matrix and its blocks",
                key + " holds " + detail::inQuotes(entry) + ", needs entries such as \"0-3.q_proj\" or \"*.q_proj\"");
        else if (c.facts.layers > 0 && pattern->last.value_or(0) >= c.facts.layers)
            addError(issues, key, "The model has fewer layers",
                key + " holds " + detail::inQuotes(entry) + ", whose blocks must be at most "
                    + number(c.facts.layers - 1) + ": the model has " + number(c.facts.layers)
                    + " layers, counted from 0");
    }
}

void checkTargets(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    for (const std::string& name : adalora.targets) {
        if (!isModuleName(name))
            addError(issues, "adalora.targets", "No name of a matrix",
                "adalora.targets holds " + detail::inQuotes(name) + ", needs names of matrices such as \"q_proj\"");
    }
    if (c.facts.layers > 0 && !adalora.layers.empty() && adalora.layers.back() >= c.facts.layers)
        addError(issues, "adalora.layers", "The model has fewer layers",
            "adalora.layers holds " + number(adalora.layers.back()) + ", must be at most " + number(c.facts.layers - 1)
                + ": the model has " + number(c.facts.layers) + " layers, counted from 0");
    else if (c.facts.layers > 0 && c.facts.matrices == 0) {
        const std::string key = adalora.modules.empty() ? "adalora.targets" : "adalora.modules";
        const std::string list = toText(adalora.modules.empty() ? adalora.targets : adalora.modules);
        addError(issues, key, "Nothing to adapt",
            key + " is " + detail::inQuotes(list) + ", which no matrix of the model's blocks is named by");
    }
}

void checkRanks(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    const std::int64_t rank = c.run.initRank;
    const std::int64_t target = adalora.targetRank;
    const bool allocates = allocatesBudget(c.config.method);
    const std::string given
        = "adalora.init_rank" + std::string(adalora.initRank ? " is " : " (derived) is ") + number(rank);

    const std::int64_t side = usesRankMap(c.config) ? 0 : c.facts.smallestSide; // a rank map is held to each side
    if (side > 0 && rank > side)
        addError(issues, adalora.initRank ? "adalora.init_rank" : "adalora.target_rank", "Rank above a matrix's side",
            given + ", must be at most " + number(side)
                + ", the smaller side of the smallest adapted matrix; lower it, or leave that matrix out of "
                  "adalora.targets",
            adalora.initRank ? side : std::max<std::int64_t>(1, side * 2 / 3));
    if (!allocates)
        return;
    const std::int64_t start = c.run.schedule.initialBudget;
    if (adalora.totalBudget) {
        if (c.facts.matrices > 0 && *adalora.totalBudget >= start)
            addError(issues, "adalora.total_budget", "Nothing to prune",
                "adalora.total_budget is " + number(*adalora.totalBudget) + ", must be below " + number(start)
                    + ", the triplets at the start (" + given + ", times " + number(c.facts.matrices) + " matrices)",
                std::max<std::int64_t>(1, start * 2 / 3));
    } else if (target >= rank) {
        addError(issues, "adalora.target_rank", "Nothing to prune",
            "adalora.target_rank is " + number(target) + ", must be below adalora.init_rank " + number(rank),
            rank > 1 ? std::optional<FieldValue>(std::max<std::int64_t>(1, rank * 2 / 3)) : std::nullopt);
    }
}

void checkSchedule(const Context& c, Issues& issues)
{
    const AdaLoraConfig& adalora = c.config.adalora;
    const BudgetSchedule& schedule = c.run.schedule;
    const std::int64_t steps = schedule.totalSteps;
    if (!allocatesBudget(c.config.method) || steps == 0)
        return;
    const std::string run = "the run's " + number(steps) + (steps == 1 ? " step" : " steps");
    if (steps < 2) {
        const bool fromEpochs = c.config.train.steps == 0;
        addError(issues, fromEpochs ? "train.epochs" : "train.steps", "Too few steps to prune",
            std::string(fromEpochs ? "train.epochs gives " : "train.steps is ") + number(steps)
                + ", must be at least 2 with a falling budget: one before the final phase, one in it",
            fromEpochs ? std::nullopt : std::optional<FieldValue>(std::int64_t {2}));
    } else if (adalora.tf && schedule.finalSteps >= steps) {
        addError(issues, "adalora.tf", "Final phase as long as the run",
            "adalora.tf is " + number(schedule.finalSteps) + ", must be below " + run,
            std::max<std::int64_t>(1, steps / 2));
    } else if (schedule.warmUpEnd >= schedule.finalStart()) {
        const std::string key = adalora.ti ? "adalora.ti" : "adalora.tf";
        addError(issues, key, "No step left to prune in",
            "adalora.ti is " + number(schedule.warmUpEnd) + ", must be below " + number(schedule.finalStart()) + ", "
                + run + " less adalora.tf " + number(schedule.finalSteps),
            std::max<std::int64_t>(0, std::min(steps / 10, schedule.finalStart() - 1)));
    } else if (adalora.deltaT && schedule.eventCount() < 2 && schedule.interval > 1) {
        addWarning(issues, "adalora.delta_t", "All pruning in one step",
            "adalora.delta_t is " + number(schedule.interval) + ", so that no masking event falls between adalora.ti "
                + number(schedule.warmUpEnd) + " and the forced one at step " + number(schedule.finalStart()),
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
    addError(issues, "adalora.score", "No λ to rank by",
        "adalora.score is " + std::string(toString(adalora.score)) + ", which ranks by |λ|, but method.name is "
            + std::string(toString(c.config.method)) + ", which has none: choose " + usual + " or "
            + std::string(toString(ScoreKind::Sensitivity)),
        usual);
}

/// ADALORA.md, section 5, last point. prune-lora has no γ, and its dropped doublets no gradient: it stays the same in all.
void checkShrink(const Context& c, Issues& issues)
{
    const RunConfig& config = c.config;
    if (!config.adalora.shrink)
        return;
    if (!allocatesBudget(config.method)) {
        addNote(issues, "adalora.shrink", "Nothing to shrink",
            "adalora.shrink is on, but method.name is " + std::string(toString(config.method))
                + ", which keeps one rank: no triplet is dropped",
            false);
    } else if (hasLambda(config.method) && config.adalora.gamma > 0.0) {
        addNote(issues, "adalora.shrink", "Shrinking changes the final phase",
            "adalora.gamma is " + toText(config.adalora.gamma)
                + ": once the pruned triplets are dropped the orthogonality term covers the kept ones alone, so "
                  "losses, P "
                  "and Q differ from a run without adalora.shrink from the final phase on. With adalora.gamma 0 they "
                  "stay "
                  "the same");
    } else if (hasLambda(config.method) && config.optim.maxGradNorm > 0.0) {
        addNote(issues, "adalora.shrink", "Shrinking may change the clipping",
            "optim.max_grad_norm is " + toText(config.optim.maxGradNorm)
                + ": the gradient's norm leaves out the λ of dropped triplets, so steps of the final phase that are "
                  "clipped are clipped less than without adalora.shrink; the others stay the same");
    }
}

/// ADALORA.md, section 6. With f = widthFactor() the effective scale is taken as s · f and should be 0.5 or more. At width 4096 f = 1, so that s = 2 passes and s < 0.5 warns; at 128
/// f = 0.23, so that alpha = 2 r has 0.45 and warns while 8 r has 1.8, as DEMO.md measured. Suggested is the power of two
/// times r whose s · f is nearest to 2, the default's value on wide models: 2 r at 4096, 8 r at 128.
void checkScale(const Context& c, Issues& issues)
{
    const auto rank = static_cast<double>(c.run.initRank);
    const double factor = widthFactor(c.config.method, c.facts.width);
    const double effective = c.run.alpha / rank * factor; // without the 1e-5 of s, so that s = 0.5 passes
    if (effective >= 0.5)
        return;
    const double suggested = std::exp2(std::round(std::log2(2.0 / factor))) * rank;
    std::string text = "adalora.alpha is " + toText(c.run.alpha) + " with an initial rank of " + number(c.run.initRank)
        + ", so s = " + twoDigits(c.run.scale);
    if (factor < 1.0)
        text += " acts like " + twoDigits(effective) + " on a model that is only " + number(c.facts.width)
            + " wide (P and Q start small there)";
    text += ": the adapter will learn slowly. Set adalora.alpha to about " + toText(suggested);
    const std::string title = factor < 1.0 ? "Scale s = " + twoDigits(c.run.scale) + " is weak on so narrow a model"
                                           : "Effective scale is " + twoDigits(effective);
    addWarning(issues, "adalora.alpha", title, text, suggested);
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
    std::string first;
    std::string others;
    for (const Issue& issue : issues) {
        if (issue.severity != Severity::Error)
            continue;
        std::string& place = first.empty() ? first : others;
        place += (place.empty() ? "" : "\n") + issue.text;
    }
    if (!first.empty())
        throw Error(FailureKind::Config, first, others);
}

} // namespace spectune
