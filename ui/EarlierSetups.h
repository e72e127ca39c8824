// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"

#include <QString>

#include <optional>
#include <string>
#include <vector>

namespace spectune {

/// The set-ups that others have replaced, so that none is lost to a click, and the draft that outlives the program. What is
/// nobody's work is not kept: the empty one, and the one that was shown beside a recorded run.
class EarlierSetups {
public:
    struct Setup {
        RunConfig config;
        QString name;
    };

    /// @p run is a recorded run's own, shown to who looks at that.
    void lend(const RunConfig& run);
    /// The empty one, or what was lent last.
    [[nodiscard]] bool isNobodys(const RunConfig& config) const;
    /// Nothing happens where @p config is that of @p now, or nobody's.
    void keep(const RunConfig& config, const QString& name, const RunConfig& now);
    [[nodiscard]] bool isEmpty() const { return m_setups.empty(); }
    /// The latest, in exchange for @p now: one after the other comes back, and in the end @p now, unless it is nobody's.
    /// Not of an empty list.
    [[nodiscard]] Setup exchange(Setup now);

    /// In the person's settings. Nothing: takes it away.
    static void writeDraft(const std::optional<Setup>& draft);
    /// Nothing where there is none, or where it cannot be read.
    [[nodiscard]] static std::optional<Setup> readDraft();

private:
    std::vector<Setup> m_setups; ///< the latest last
    std::string m_lent; ///< as JSON
};

} // namespace spectune
