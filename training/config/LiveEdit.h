// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/FieldTable.h"
#include "training/config/Validation.h"

#include <cstdint>
#include <string>
#include <vector>

namespace spectune {

/// A change of one field while a run goes on, as a front end asks for it. The fields that allow it are those with
/// FieldInfo::liveEditable.
struct LiveEdit {
    std::string key;
    FieldValue value;
};

/// An edit as it was taken at a step border, or waits for its own: a line of a run's edits.jsonl.
struct AppliedEdit {
    std::int64_t step = 0; ///< steps done at that border: step + 1 is the first that the new value holds in
    std::string key;
    FieldValue before; ///< std::monostate: not known (a file written by hand need not say it)
    FieldValue after;
    std::int64_t line = 0; ///< of the file that it was read from; 0: of none
};

/// Whether both set the key to the same value at the same border; what it was before may be told in two ways.
[[nodiscard]] bool isSameEdit(const AppliedEdit& a, const AppliedEdit& b);

/// Takes @p edit into a run that has done @p stepsDone steps, so that it holds from the next one (0-based
/// t = stepsDone). Every schedule is a function of t and of the configuration, and each step asks it anew:
///
///     optim.lr             lr(t) of the same schedule with the new highest rate
///     adalora.gamma        γ of every step from t on
///     adalora.delta_t      masking events where t mod ΔT == 0, the forced one at T − tf as ever
///     adalora.total_budget b(t) as if the run had had this bT from its start: T, ti, tf and b0 stay, so the curve
///                          stays cubic and ends at the new bT. It jumps at the edit, down or up, and the ranks follow
///                          with the next masking event. Up means that pruned triplets come back, which prune-lora
///                          cannot
///     adalora.target_rank  the same, with bT = rank · matrices
///     train.eval_every, train.save_every, optim.max_grad_norm   from the next step on
///
/// Refused are: a key that is not live-editable, what validate() refuses, a budget or ΔT at t > T − tf (the last mask
/// is chosen by then) or with a method of fixed rank, a budget above the present one with prune-lora, γ with a method
/// that has no Λ, and evaluations without an evaluation file.
/// @param config, resolved the run's; every derived value is written out into @p config. Unchanged by an exception
/// @returns false where the value is the one in force already: nothing has changed
/// @throws Error (Config) whose text begins with the key
bool applyLiveEdit(RunConfig& config, ResolvedRun& resolved, const LiveEdit& edit, std::int64_t stepsDone);

/// The same for an edit that was taken once: writes the value, and what follows from it, without asking whether it may.
/// @param matrices adapted ones
void repeatEdit(RunConfig& config, const AppliedEdit& edit, std::int64_t matrices);

/// The keys of all live-editable fields, in the table's order.
[[nodiscard]] std::vector<std::string> liveKeys();
/// The live-editable fields that have a meaning in this run, by its method and files; in the table's order.
[[nodiscard]] std::vector<std::string> liveKeysOf(const RunConfig& config);

} // namespace spectune
