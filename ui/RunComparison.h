// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/LoadedRun.h"
#include "ui/RunRecord.h"

#include <QString>
#include <QStringList>

#include <memory>
#include <span>
#include <vector>

namespace spectune {

// Two to six runs held against one another; the first is A. Values in, values out.

/// One line of a table: a name, and one text per run.
struct CompareRow {
    QString name; ///< a field's key, or a result in words
    QString help; ///< the field's label and help; what a result means
    QStringList values;
    QStringList edited; ///< per run "edited at step 120", empty where it was not; none at all: no run's was
    bool differs = false;
    bool isKey = false; ///< name is a configuration key
    bool isPath = false; ///< the values are files or folders
};

/// Every field of the configuration, in the field table's order; values as they would be typed, "" for what is derived.
[[nodiscard]] std::vector<CompareRow> compareConfigs(std::span<const RunConfig* const> configs);

/// The same of runs, with what was edited while they went on: the values are those at the end.
[[nodiscard]] std::vector<CompareRow> compareConfigs(std::span<const std::shared_ptr<const LoadedRun>> runs);

/// Task loss, last and best evaluation, the task's metrics, budget, ranks, steps, time, speed.
/// @param records of the same runs, for what the files alone do not tell
[[nodiscard]] std::vector<CompareRow> compareResults(
    std::span<const std::shared_ptr<const LoadedRun>> runs, std::span<const RunRecord> records);

/// The ranks of B minus those of A over the matrices of both; a matrix that a run does not adapt has rank 0 there.
struct RankDifference {
    std::shared_ptr<const ModuleLayout> layout; ///< null: one of the runs has no ranks
    std::vector<std::int32_t> difference; ///< in the layout's order
    std::int64_t onlyOne = 0; ///< matrices that only one of the two adapts
};
[[nodiscard]] RankDifference rankDifference(const LoadedRun& a, const LoadedRun& b);

/// "0.0005 (edited at step 120)", or the value alone.
[[nodiscard]] QString valueText(const CompareRow& row, qsizetype run);

/// Comma-separated, with the runs' names as the head.
[[nodiscard]] QString tableCsv(const QStringList& names, std::span<const CompareRow> rows);
/// Matrix, then the rank in each run (empty where it is not adapted) and, for two runs, B − A.
/// @param runs null: still being read, or it cannot be; its column is empty, and nothing is subtracted
[[nodiscard]] QString ranksCsv(const QStringList& names, std::span<const std::shared_ptr<const LoadedRun>> runs);

/// "−0.016 evaluation loss of A against B" in its two parts, and what is to be thought of with it; empty where one of
/// them has none.
struct LossVerdict {
    QString number; ///< "Equal" where no decimal that is shown differs
    QString words;
    QString note; ///< that it is no proof; of evaluations at different steps, at which
    friend bool operator==(const LossVerdict&, const LossVerdict&) = default;
};
[[nodiscard]] LossVerdict lossVerdict(const LoadedRun& a, const LoadedRun& b);

} // namespace spectune
