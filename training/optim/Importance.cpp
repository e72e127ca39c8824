// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/Importance.h"

#include <ATen/ATen.h>

namespace spectune {

Importance::Importance(const ArenaOrder& order, const AdaLoraConfig& config, bool hasLambda, at::TensorOptions options)
    : m_order(&order)
    , m_beta1(config.beta1)
    , m_beta2(config.beta2)
    , m_kind(config.score)
    , m_hasLambda(hasLambda)
    , m_sensitivity(at::zeros({order.size()}, options))
    , m_uncertainty(at::zeros({order.size()}, options))
{
}

TripletScores Importance::scores(const at::Tensor& values) const
{
    if (m_kind == ScoreKind::Magnitude) {
        const at::Tensor magnitude = m_order->lambda(values).abs();
        const at::Tensor none = at::zeros_like(magnitude);
        return {.total = magnitude, .lambda = magnitude, .meanP = none, .meanQ = none};
    }
    const bool product = m_kind == ScoreKind::SensitivityUncertainty;
    const at::Tensor element = product ? m_sensitivity * m_uncertainty : m_sensitivity; // s, flat
    std::vector<at::Tensor> means;
    for (std::size_t i = 0; i < m_order->groups().size(); ++i)
        means.push_back(m_order->rows(element, i).mean(1)); // [rows]
    auto [meanQ, meanP] = m_order->byTriplet(means);
    meanQ = meanQ.view_as(m_order->lambda(values));
    meanP = meanP.view_as(meanQ);
    if (!m_hasLambda)
        return {.total = meanP + meanQ, .lambda = {}, .meanP = meanP, .meanQ = meanQ};
    const at::Tensor lambda = m_order->lambda(element).clone(); // not a view of Ī, which goes on
    return {.total = lambda + meanP + meanQ, .lambda = lambda, .meanP = meanP, .meanQ = meanQ};
}

void Importance::restore(const at::Tensor& sensitivity, const at::Tensor& uncertainty)
{
    m_sensitivity.copy_(sensitivity);
    m_uncertainty.copy_(uncertainty);
}

} // namespace spectune
