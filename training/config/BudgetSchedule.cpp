// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/BudgetSchedule.h"

#include <algorithm>
#include <cmath>

namespace spectune {

// Compiled without contraction to fused multiply-add (CMakeLists.txt): the truncation below turns a difference of one
// rounding into a difference of one triplet against PEFT.
std::int64_t BudgetSchedule::budgetAt(std::int64_t t) const noexcept
{
    if (t <= warmUpEnd)
        return initialBudget;
    if (t >= finalStart())
        return targetBudget;
    // ti < t < T − tf, so the denominator is positive. Python's x**3 is the C library's pow.
    const double remaining
        = 1.0 - static_cast<double>(t - warmUpEnd) / static_cast<double>(totalSteps - finalSteps - warmUpEnd);
    const double surplus = static_cast<double>(initialBudget - targetBudget) * std::pow(remaining, 3.0);
    return static_cast<std::int64_t>(surplus + static_cast<double>(targetBudget));
}

Phase BudgetSchedule::phaseAt(std::int64_t t) const noexcept
{
    if (t <= warmUpEnd)
        return Phase::WarmUp;
    return t < finalStart() ? Phase::Cubic : Phase::Final;
}

bool BudgetSchedule::masksAt(std::int64_t t) const noexcept
{
    if (t <= warmUpEnd || t > finalStart())
        return false;
    return t == finalStart() || t % std::max<std::int64_t>(interval, 1) == 0;
}

std::int64_t BudgetSchedule::eventCount() const noexcept
{
    const std::int64_t last = finalStart();
    if (last <= warmUpEnd || last >= totalSteps)
        return 0;
    // Multiples of ΔT in (ti, T − tf), and the forced one.
    const std::int64_t step = std::max<std::int64_t>(interval, 1);
    return (last - 1) / step - warmUpEnd / step + 1;
}

} // namespace spectune
