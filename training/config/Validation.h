// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/BudgetSchedule.h"
#include "training/config/FieldTable.h"
#include "training/core/Message.h"

#include <optional>
#include <string>
#include <vector>

namespace spectune {

/// A note tells what a setting brings with it, where nothing is wrong.
enum class Severity { Note, Warning, Error };

/// One thing that is wrong, doubtful or worth knowing, tied to the field that it is about.
struct Issue {
    Severity severity = Severity::Error;
    std::string key; ///< a field's key
    Message title; ///< a few words: "Effective scale is 0.33"
    Message text; ///< a sentence or two: why, and what to do
    std::optional<FieldValue> suggestion; ///< a value for `key` that would mend it
};

/// A matrix of the model's blocks.
struct BlockMatrix {
    std::string name; ///< "model.layers.0.self_attn.q_proj"
    std::int64_t side = 0; ///< min(in, out)
    bool adapted = false; ///< by the configuration's targets and layers
};

/// What is known of the model and the data before a start.
struct RunFacts {
    std::int64_t matrices = 0; ///< adapted ones, by the configuration's targets and layers
    std::int64_t smallestSide = 0; ///< the smallest min(in, out) among them
    std::int64_t width = 0; ///< hidden size of the model
    std::int64_t layers = 0;
    std::int64_t maxPositions = 0;
    std::int64_t samples = 0; ///< of the training file; 0: not known
    std::vector<BlockMatrix>
        blockMatrices {}; ///< all of the model's, what adalora.rank_map is held to; empty: not known
};

/// The numbers of a run that the configuration leaves to be derived.
struct ResolvedRun {
    std::int64_t totalSteps = 0;
    std::int64_t matrices = 0; ///< adapted ones; 0: not known
    std::int64_t initRank = 0; ///< of every matrix; the largest where adalora.rank_map is used
    double alpha = 0.0;
    double scale = 0.0; ///< s = alpha / (initRank + 1e-5); alpha / initRank for lora
    BudgetSchedule schedule; ///< constant for methods of fixed rank
};

/// f = min(1, 0.02 √width), by which s acts less on a narrow model: the norm of a row of Q at the start, which is drawn
/// from N(0, 0.02²) whatever the width. 1 for methods without Λ, where only B starts at 0, and where the width is not
/// known (0).
[[nodiscard]] double widthFactor(Method method, std::int64_t width) noexcept;

/// Derives what is not set: T from epochs, initRank = round(1.5 · target) (for a fixed rank the target, or the largest
/// of the rank map), alpha = 2 · initRank, ti = 10 % T, tf = 50 % T, ΔT = max(1, T/1000).
/// Does not judge; see validate().
[[nodiscard]] ResolvedRun resolveRun(const RunConfig& config, const RunFacts& facts);

/// Triplets of the matrix @p name at the start of @p resolved, which is of @p config:
/// the rank map's, else the initial rank.
[[nodiscard]] std::int64_t initialRankOf(const RunConfig& config, const ResolvedRun& resolved, const std::string& name);

/// Ranges and combinations. Without @p facts only what the configuration alone tells. Errors come first, notes last.
[[nodiscard]] std::vector<Issue> validate(const RunConfig& config, const RunFacts* facts = nullptr);

/// @throws Error (Config) with the first error's text, if there is one; the others' stand in the detail, a line each
void throwOnErrors(const std::vector<Issue>& issues);

/// The configuration with every derived value written out, as a run's folder keeps it.
[[nodiscard]] RunConfig withResolved(RunConfig config, const ResolvedRun& resolved);

} // namespace spectune
