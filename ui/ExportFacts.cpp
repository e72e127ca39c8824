// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/ExportFacts.h"

#include <algorithm>

namespace spectune {

ExportFacts ExportFacts::of(const RankSnapshot& snapshot)
{
    ExportFacts facts;
    std::int64_t columns = 0; // Σ (in + out) of what is written
    std::int64_t numbers = 0;
    for (std::size_t i = 0; i < snapshot.modules.size(); ++i) {
        const std::int64_t rank = snapshot.modules[i].rank;
        const ModuleInfo& info = snapshot.layout->modules[i];
        if (rank == 0) {
            ++facts.zeroModules;
            continue;
        }
        ++facts.modules;
        facts.triplets += rank;
        facts.smallestRank = facts.smallestRank == 0 ? rank : std::min(facts.smallestRank, rank);
        facts.largestRank = std::max(facts.largestRank, rank);
        columns += info.inFeatures + info.outFeatures;
        numbers += rank * (info.inFeatures + info.outFeatures);
    }
    facts.exactBytes = numbers * 4;
    facts.paddedBytes = columns * facts.largestRank * 4;
    return facts;
}

std::int64_t ExportFacts::vllmMaxRank() const
{
    for (const std::int64_t rank : {8, 16, 32, 64, 128, 256, 320, 512})
        if (rank >= largestRank)
            return rank;
    return 0;
}

std::int64_t ExportFacts::expectedBytes(const QString& format) const
{
    if (format == QLatin1String("merged"))
        return mergesAsFloat32 ? modelParameters * 4 : modelBytes;
    return format == QLatin1String("peft-lora-padded") ? paddedBytes : exactBytes;
}

QString ExportFacts::mergedType() const
{
    return mergesAsFloat32 ? QStringLiteral("float32") : modelType;
}

bool ExportFacts::hasHalfBase() const
{
    return modelType == QLatin1String("bfloat16") || modelType == QLatin1String("float16");
}

} // namespace spectune
