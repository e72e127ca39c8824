// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/DivergenceGuard.h"

#include "training/core/Error.h"

#include <algorithm>
#include <cmath>
#include <string>

namespace spectune {

DivergenceGuard::DivergenceGuard(std::int64_t vocabulary, double limit)
    : m_guessing(std::log(static_cast<double>(std::max<std::int64_t>(vocabulary, 2))))
    , m_limit(limit)
{
}

bool DivergenceGuard::isDead(const StepResult& result) const
{
    // Numbers that grew beyond float32 leave logits that are all the same, whatever the batch; losses of a model that
    // merely knows nothing differ from batch to batch. Without the regularizer the gradient may tell, but it is 0 as
    // well where all answers are right.
    constexpr double rounding = 1e-6;
    const bool sameLogits = std::abs(result.loss - m_guessing) <= rounding * m_guessing;
    return sameLogits || (result.gradNorm == 0.0 && result.loss > m_guessing);
}

void DivergenceGuard::check(std::int64_t step, const StepResult& result)
{
    if (m_limit == 0.0 && result.skipped.empty())
        m_limit = 2.0 * std::max(m_guessing, result.loss);
    m_skipped = result.skipped.empty() ? 0 : m_skipped + 1;
    m_high = result.skipped.empty() && result.loss > m_limit ? m_high + 1 : 0;
    m_dead = result.skipped.empty() && isDead(result) ? m_dead + 1 : 0;
    const Message advice
        = makeMessage("Lower optim.lr, or set optim.max_grad_norm, and start again or resume from a checkpoint.");
    if (m_skipped >= patience)
        throw Error(FailureKind::Diverged,
            makeMessage("The run diverged: %1 for %2 steps in a row, up to step %3. %4", result.skipped, patience, step,
                advice));
    if (m_dead >= patience)
        throw Error(FailureKind::Diverged,
            makeMessage(
                "The run diverged: the loss is no better than guessing, and the triplets no longer change it, for "
                "%1 steps in a row, up to step %2. %3",
                patience, step, advice));
    if (m_high >= patience)
        throw Error(FailureKind::Diverged,
            makeMessage(
                "The run diverged: the loss stayed above %1 for %2 steps in a row, up to step %3; guessing gives "
                "%4. %5",
                std::to_string(m_limit), patience, step, std::to_string(m_guessing), advice));
}

} // namespace spectune
