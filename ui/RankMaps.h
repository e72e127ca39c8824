// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/config/RunConfig.h"
#include "training/monitor/RankSnapshot.h"

#include <QString>
#include <QStringList>

#include <memory>

namespace spectune {

class ConfigForm;

/// The set-up's targets with the ranks that LoRA and SVD-LoRA keep: those of its rank map or, without one, one rank in
/// all of them, as many triplets as the budget leaves at the end, rounded to a whole rank. Null while the model is not
/// known.
[[nodiscard]] std::shared_ptr<const RankSnapshot> fixedRankMap(const ConfigForm& form);

/// The ranks after a recorded run's last masking event; its last line alone is read.
/// @throws Error naming the file where there is none, or it cannot be read
[[nodiscard]] std::shared_ptr<const RankSnapshot> learnedRankMap(const QString& runFolder);

/// The ranks of a picture by name.
[[nodiscard]] RankMap rankMapOf(const RankSnapshot& ranks);

/// Makes the set-up one of fixed ranks: the method's sibling that keeps them, the map, and the matrices that it names.
/// s stays.
void useRankMap(ConfigForm& form, const RankMap& map);

/// Run folders below @p root that recorded a masking event, newest first, @p most at most.
[[nodiscard]] QStringList runsWithRanks(const QString& root, int most);

} // namespace spectune
