// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunRecord.h"

#include <span>
#include <utility>

namespace spectune {

/// What was typed into the list's search field. Every part must be found: a bare word in name, notes, tags, model,
/// method, state or folder; `key=value` in the run's configuration (`adalora.gamma=0.1`, `gamma=0.1`), or with the
/// keys `tag`, `model`, `method`, `state`, `name`. Upper and lower case are one.
class RunSearch {
public:
    RunSearch() = default;
    explicit RunSearch(const QString& text);

    [[nodiscard]] bool isEmpty() const { return m_words.isEmpty() && m_pairs.empty(); }
    [[nodiscard]] bool matches(const RunRecord& record) const;

private:
    [[nodiscard]] static bool hasWord(const RunRecord& record, const QString& word);
    [[nodiscard]] static bool hasPair(const RunRecord& record, const QString& key, const QString& value);

    QStringList m_words;
    std::vector<std::pair<QString, QString>> m_pairs;
};

enum class RunOrder { Date, Loss, Name };

/// Rows that match, sorted: newest first; lowest evaluation loss first (then task loss, runs without any last); by
/// name.
[[nodiscard]] std::vector<const RunRecord*> arranged(
    std::span<const RunRecord> records, const RunSearch& search, RunOrder order);

} // namespace spectune
