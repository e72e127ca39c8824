// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>
#include <QString>
#include <QStringList>

#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <vector>

namespace spectune {

/// How a run of the history stands.
enum class RecordState {
    Running, ///< a process has its files open
    Finished,
    Stopped, ///< on request, saved
    Failed,
    Interrupted, ///< its process is gone without a word
    Missing, ///< its folder is not there
    Unreadable ///< its folder is there, but a file of it cannot be used
};

/// The word in the database, "interrupted".
[[nodiscard]] QString stateWord(RecordState state);
/// @p word as stateWord() gives it; Interrupted for any other
[[nodiscard]] RecordState recordStateFrom(const QString& word);

/// The same for a person.
[[nodiscard]] QString stateName(RecordState state);

/// What a run's last masking event says, in a few numbers.
struct RankSummary {
    std::int64_t matrices = 0; ///< adapted ones; 0: not known
    std::int64_t initRank = 0;
    std::int64_t kept = 0; ///< triplets
    std::int64_t atZero = 0; ///< matrices of rank 0
    std::int64_t largest = 0; ///< rank
    std::int64_t revived = 0; ///< in the whole run
};

/// The values of a configuration as they would be typed, by key. For searching.
struct TypedConfig {
    QString source; ///< the text that it was read from
    std::map<std::string, QString, std::less<>> values; ///< empty where that cannot be read
};

/// One row of the history. The run's folder is the truth; this is what the studio remembers of it, and what a person
/// has written about it.
struct RunRecord {
    std::int64_t id = 0; ///< of the database; 0: not in it
    QString folder; ///< absolute
    QString name;
    QString notes;
    QStringList tags; ///< sorted

    RecordState state = RecordState::Interrupted;
    QString problem; ///< of Failed: the sentence; of Unreadable: the file and what is wrong with it
    QString device;
    QString model; ///< modelName() of model.path
    QString method; ///< "adalora"
    QDateTime started;
    QDateTime ended; ///< invalid while it runs
    std::int64_t steps = 0; ///< done
    std::int64_t totalSteps = 0;
    double loss = std::numeric_limits<double>::quiet_NaN(); ///< task loss at the end, smoothed
    double evalLoss = std::numeric_limits<double>::quiet_NaN(); ///< of the last evaluation
    double seconds = 0.0; ///< spent in steps
    double tokensPerSecond = 0.0;
    RankSummary ranks;
    std::vector<float> curve; ///< smoothed task loss in few points, for the list
    std::int64_t bytes = 0; ///< of the folder with all that is in it
    QString configuration; ///< the text of config.json
    mutable std::shared_ptr<const TypedConfig> typed; ///< of configuration, by the first search that asks
    QString fingerprint; ///< of the files that the above was read from; empty: read it again
    int derivation = 0; ///< folderDerivation of the program that read them; a lower one than this program's: the same

    /// Nobody trains it, and it has not come to its end.
    [[nodiscard]] bool endedEarly() const
    {
        return state == RecordState::Interrupted || state == RecordState::Stopped || state == RecordState::Failed;
    }
    /// It ended early and has a checkpoint to go on from. Looks into its folder: that changes without the history.
    [[nodiscard]] bool canResume() const;
    /// "AdaLoRA 12 → 6", "LoRA, rank 8"
    [[nodiscard]] QString methodText() const;
    /// "paused at 1,240", "folder is missing", …; for a finished run when that was
    [[nodiscard]] QString stateText() const;
    /// What names the run where little room is: its name, or its folder's where it has none.
    [[nodiscard]] QString title() const;
    /// What tells it from a run of the same title: its folder's name, or where that is the title, the name of the
    /// folder that it lies in, with a '/' behind it.
    [[nodiscard]] QString folderText() const;
    /// "started today 14:21"; empty where that is not known
    [[nodiscard]] QString startText() const;
    /// `problem`, and what else was said of this run's files, with file names as they are inside its folder.
    [[nodiscard]] QString problemText() const { return insideFolder(problem); }
    [[nodiscard]] QString insideFolder(const QString& text) const;
};

/// "today 14:21", "yesterday 18:07", "3 Mar 09:15", with the year where it is not this one's.
[[nodiscard]] QString shortTime(const QDateTime& time, const QDateTime& now);
/// adalora → "AdaLoRA"
[[nodiscard]] QString methodName(const QString& method);

} // namespace spectune
