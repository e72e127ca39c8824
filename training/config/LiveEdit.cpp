// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/LiveEdit.h"

#include "training/config/FieldCheck.h"
#include "training/core/Error.h"

#include <algorithm>

namespace spectune {

namespace {

constexpr std::string_view targetRankKey = "adalora.target_rank";
constexpr std::string_view totalBudgetKey = "adalora.total_budget";
constexpr std::string_view deltaKey = "adalora.delta_t";
constexpr std::string_view gammaKey = "adalora.gamma";
constexpr std::string_view evaluationKey = "train.eval_every";

bool setsBudget(std::string_view key)
{
    return key == targetRankKey || key == totalBudgetKey;
}

void checkLiveEditable(const LiveEdit& edit)
{
    const FieldInfo* field = findField(edit.key);
    if (field == nullptr)
        throw detail::unknownKey(edit.key, nearestKey(edit.key));
    if (field->liveEditable)
        return;
    std::string all;
    for (const std::string& key : liveKeys())
        all += (all.empty() ? "" : ", ") + key;
    throw configError("%1 cannot be changed while a run goes on. These can: %2.", edit.key, all);
}

/// The rules of the falling budget, beyond what validate() says.
void checkSchedule(const RunConfig& config, const ResolvedRun& resolved, const LiveEdit& edit, std::int64_t stepsDone)
{
    const BudgetSchedule& schedule = resolved.schedule;
    if (!allocatesBudget(config.method))
        throw configError(
            "%1 has no meaning with method.name %2, which keeps one rank.", edit.key, toString(config.method));
    if (stepsDone > schedule.finalStart())
        throw configError(
            "%1 can no longer be changed: the last mask was chosen in step %2, and after it the ranks stay.", edit.key,
            schedule.finalStart() + 1);
}

void checkBudget(const RunConfig& config, const ResolvedRun& resolved, const LiveEdit& edit)
{
    const std::int64_t start = resolved.schedule.initialBudget;
    const std::int64_t given = std::get<std::int64_t>(edit.value);
    const bool byRank = edit.key == targetRankKey;
    if (byRank && given >= resolved.initRank)
        throw configError("%1 is %2, must be below adalora.init_rank %3.", edit.key, given, resolved.initRank);
    if (!byRank && given >= start)
        throw configError("%1 is %2, must be below %3, the triplets at the start.", edit.key, given, start);
    const std::int64_t budget = byRank ? given * resolved.matrices : given;
    if (!hasLambda(config.method) && budget > resolved.schedule.targetBudget)
        throw configError(
            "%1 asks for %2 triplets, must ask for at most %3: with method.name %4 what was pruned cannot "
            "come back.",
            edit.key, budget, resolved.schedule.targetBudget, toString(config.method));
}

/// Whether the target rank stands in the configuration, but an edit of the triplets' number has gone over it since.
bool turnsBudgetBack(const RunConfig& config, const ResolvedRun& resolved, const LiveEdit& edit)
{
    return edit.key == targetRankKey && allocatesBudget(config.method)
        && resolved.schedule.targetBudget != config.adalora.targetRank * resolved.matrices;
}

void checkMeaning(const RunConfig& config, const LiveEdit& edit)
{
    if (edit.key == gammaKey && !hasLambda(config.method))
        throw configError("%1 has no meaning with method.name %2, which has no orthogonality term.", edit.key,
            toString(config.method));
    const auto* interval = std::get_if<std::int64_t>(&edit.value);
    if (edit.key == evaluationKey && config.data.evalPath.empty() && interval != nullptr && *interval > 0)
        throw configError(
            "%1 is %2, but data.eval_path is empty: there is nothing to evaluate on.", edit.key, *interval);
}

} // namespace

bool isSameEdit(const AppliedEdit& a, const AppliedEdit& b)
{
    return a.step == b.step && a.key == b.key && a.after == b.after;
}

bool applyLiveEdit(RunConfig& config, ResolvedRun& resolved, const LiveEdit& edit, std::int64_t stepsDone)
{
    checkLiveEditable(edit);
    if (std::holds_alternative<std::monostate>(edit.value))
        throw configError("%1 needs a value: a run that goes on derives nothing anew.", edit.key);
    const RunConfig present = withResolved(config, resolved);
    RunConfig changed = present;
    setFieldValue(changed, edit.key, edit.value);
    if (fieldValue(changed, edit.key) == fieldValue(present, edit.key) && !turnsBudgetBack(present, resolved, edit))
        return false;
    checkMeaning(present, edit);
    if (setsBudget(edit.key) || edit.key == deltaKey)
        checkSchedule(present, resolved, edit, stepsDone);
    if (setsBudget(edit.key))
        checkBudget(present, resolved, edit);
    const RunFacts facts {.matrices = resolved.matrices};
    repeatEdit(changed, {.step = stepsDone, .key = edit.key, .before = {}, .after = edit.value}, facts.matrices);
    throwOnErrors(validate(changed, &facts));
    config = changed;
    resolved = resolveRun(changed, facts);
    return true;
}

void repeatEdit(RunConfig& config, const AppliedEdit& edit, std::int64_t matrices)
{
    setFieldValue(config, edit.key, edit.after);
    if (edit.key == targetRankKey)
        config.adalora.totalBudget = config.adalora.targetRank * matrices;
}

std::vector<std::string> liveKeys()
{
    std::vector<std::string> keys;
    for (const FieldInfo& field : fields()) {
        if (field.liveEditable)
            keys.emplace_back(field.key);
    }
    return keys;
}

std::vector<std::string> liveKeysOf(const RunConfig& config)
{
    std::vector<std::string> keys = liveKeys();
    std::erase_if(keys, [&config](const std::string& key) {
        if (key == gammaKey)
            return !hasLambda(config.method);
        if (key == evaluationKey)
            return config.data.evalPath.empty();
        return (setsBudget(key) || key == deltaKey) && !allocatesBudget(config.method);
    });
    return keys;
}

} // namespace spectune
