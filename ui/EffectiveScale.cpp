// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/EffectiveScale.h"

#include "ui/PageParts.h"
#include "ui/SetupPage.h"
#include "visualization/NumberFormat.h"

#include <cstdio>

namespace spectune {

namespace {

// Where a warning may stand beside it, as that writes it (twoDigits() in Validation.cpp): one number, one spelling.
QString spelled(double scale)
{
    if (scale >= 0.5)
        return formatFixed(scale, 2);
    char buffer[32];
    std::snprintf(buffer, sizeof buffer, "%.2g", scale);
    return QString::fromLatin1(buffer);
}

} // namespace

EffectiveScale EffectiveScale::of(const ResolvedRun& run, Method method, std::int64_t width)
{
    EffectiveScale scale;
    scale.alpha = run.alpha;
    scale.initRank = run.initRank;
    scale.width = width;
    scale.scale = run.initRank > 0 ? run.alpha / static_cast<double>(run.initRank) : 0.0; // without the 1e-5 of s
    scale.factor = widthFactor(method, width);
    return scale;
}

QString EffectiveScale::headline() const
{
    if (isNarrow())
        return SetupPage::tr("acts like <b>%1</b>").arg(spelled(effective()));
    return SetupPage::tr("s = α / r₀ = %1 / %2 = <b>%3</b>")
        .arg(plainNumber(alpha))
        .arg(initRank)
        .arg(spelled(effective()));
}

QString EffectiveScale::derivation() const
{
    if (!isNarrow())
        return {};
    return SetupPage::tr("s = α / r₀ = %1 / %2 = %3, times %4 as the model is only %5 wide")
        .arg(plainNumber(alpha))
        .arg(initRank)
        // One digit more than the others: the product is to come out.
        .arg(spelled(scale), QString::number(factor, 'g', 3), formatCount(width));
}

} // namespace spectune
