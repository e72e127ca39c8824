// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/RankSnapshot.h"

#include <QString>
#include <QStringList>

#include <memory>

namespace spectune {

class ConfigForm;

/// The set-up's targets with one rank in all of them, as LoRA and SVD-LoRA keep it: as many triplets as the budget leaves at
/// the end, rounded to a whole rank. Null while the model is not known.
[[nodiscard]] std::shared_ptr<const RankSnapshot> fixedRankMap(const ConfigForm& form);

/// The ranks after a recorded run's last masking event; its last line alone is read.
/// @throws Error naming the file where there is none, or it cannot be read
[[nodiscard]] std::shared_ptr<const RankSnapshot> learnedRankMap(const QString& runFolder);

/// Run folders below @p root that recorded a masking event, newest first, @p most at most.
[[nodiscard]] QStringList runsWithRanks(const QString& root, int most);

} // namespace spectune
