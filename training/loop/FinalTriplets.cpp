// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/FinalTriplets.h"

#include <ATen/ATen.h>

namespace spectune {

FinalTriplets::FinalTriplets(const ModuleLayout& layout, const at::Tensor& kept, const ArenaState& whole)
    : m_whole(layout)
    , m_kept(layout, kept)
    , m_dropped(layout, kept.logical_not())
    , m_droppedValues(m_dropped.take(whole.values.cpu()))
    , m_droppedSensitivity(m_dropped.takeByTriplet(m_whole.lambda(whole.sensitivity)))
    , m_droppedUncertainty(m_dropped.takeByTriplet(m_whole.lambda(whole.uncertainty)))
{
}

ArenaState FinalTriplets::take(const ArenaState& whole) const
{
    return {.values = m_kept.take(whole.values),
        .firstMoment = m_kept.take(whole.firstMoment),
        .secondMoment = m_kept.take(whole.secondMoment),
        .sensitivity = m_kept.take(whole.sensitivity),
        .uncertainty = m_kept.take(whole.uncertainty)};
}

ArenaState FinalTriplets::whole(const ArenaState& part) const
{
    // A part that ends before its λ has a whole that does.
    const auto filledUp = [this](const at::Tensor& own) {
        const bool hasLambda = own.numel() > order().lambdaOffset();
        const at::Tensor all
            = at::zeros({hasLambda ? m_whole.size() : m_whole.lambdaOffset()}, own.options().device(at::kCPU));
        m_kept.put(own, all);
        return all;
    };
    ArenaState state {.values = filledUp(part.values),
        .firstMoment = filledUp(part.firstMoment),
        .secondMoment = filledUp(part.secondMoment),
        .sensitivity = filledUp(part.sensitivity),
        .uncertainty = filledUp(part.uncertainty)};
    m_dropped.put(m_droppedValues, state.values);
    m_dropped.putByTriplet(m_droppedSensitivity, m_whole.lambda(state.sensitivity));
    m_dropped.putByTriplet(m_droppedUncertainty, m_whole.lambda(state.uncertainty));
    return state;
}

LambdaState FinalTriplets::lambdas(const ArenaState& part) const
{
    const auto all = [this](const at::Tensor& own, const at::Tensor& ofDropped) {
        const at::Tensor lambda = at::zeros({m_whole.moduleCount(), m_whole.rank()}, own.options());
        m_kept.putByTriplet(order().lambdas(own), lambda);
        if (ofDropped.defined())
            m_dropped.putByTriplet(ofDropped, lambda);
        return lambda;
    };
    return {.lambda = all(part.values, {}),
        .sensitivity = all(part.sensitivity, m_droppedSensitivity),
        .uncertainty = all(part.uncertainty, m_droppedUncertainty)};
}

} // namespace spectune
