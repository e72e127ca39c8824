// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/loop/RunContext.h"

namespace spectune {

/// Takes the live edits of one run at its step borders: those that wait for their step (a replay, a resumed run) and
/// those that a front end asks for. Each is checked, written to the run's folder,
/// and then holds in all that computes with it.
class RunEdits {
public:
    RunEdits(RunContext& context, RunControl& control);

    /// Those that wait for this border. @throws Error (Config, Io)
    void takeWaiting(std::int64_t stepsDone);
    /// What the front end asked for; an edit that is refused, or cannot be written to the run's folder,
    /// is told and changes nothing.
    void takeAsked(std::int64_t stepsDone);

private:
    void take(const WaitingEdit& waiting, std::int64_t stepsDone);
    /// A line for the log and the front end; the edit holds even where the log cannot be written.
    void tell(const Message& text);

    RunContext& m_context;
    RunControl& m_control;
};

/// Holds the edits of a new run against its configuration before it starts, and lets them wait for their steps.
/// @throws Error (Config) with the first that would be refused, or would come after the run's last step
void scheduleEdits(RunContext& context, const std::vector<AppliedEdit>& edits);

/// Goes on with a run's edits, from the checkpoint at context.position.step on. A live-editable field then has the
/// value that it had there. Where the given configuration differs from the one that the run was begun with in such a
/// field, that is an edit at the checkpoint's step, and is recorded as one, even where a running run would refuse it.
/// @param begun the run's config.json
/// @param taken the run's edits.jsonl
/// @param edits further ones, for the steps to come
/// @returns the configuration for config.json: the given one, live-editable fields as the run began with them
/// @throws Error (Config, Io)
[[nodiscard]] RunConfig continueEdits(RunContext& context, const RunConfig& begun,
    const std::vector<AppliedEdit>& taken, const std::vector<AppliedEdit>& edits);

} // namespace spectune
