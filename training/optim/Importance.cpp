// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/optim/Importance.h"

#include "training/nn/FusedOps.h"
#include "training/nn/KernelTypes.h"
#include "training/nn/LoopParts.h"

#include <ATen/ATen.h>
#include <ATen/record_function.h>

namespace spectune {

namespace {

// A matrix of int64 holds the places as they are.
static_assert(sizeof(kernels::TripletPlace) == 5 * sizeof(std::int64_t));

at::Tensor placesOf(const ArenaOrder& order, const at::Tensor& flat)
{
    std::vector<kernels::TripletPlace> places;
    for (std::int32_t module = 0; module < order.moduleCount(); ++module) {
        const at::Tensor lambda = order.lambda(flat, {module});
        const at::Tensor q = order.q(flat, {module});
        const at::Tensor p = order.pT(flat, {module});
        for (std::int64_t i = 0; i < q.size(0); ++i)
            places.push_back({.q = q.storage_offset() + i * q.stride(0),
                .p = p.storage_offset() + i * p.stride(0),
                .lambda = lambda.storage_offset() + i,
                .qWidth = q.size(1),
                .pWidth = p.size(1)});
    }
    const auto count = static_cast<std::int64_t>(places.size());
    return at::from_blob(places.data(), {count, 5}, at::kLong).to(flat.device(), at::kLong, false, /*copy=*/true);
}

} // namespace

Importance::Importance(const ArenaOrder& order, const AdaLoraConfig& config, bool hasLambda, at::TensorOptions options)
    : m_beta1(config.beta1)
    , m_beta2(config.beta2)
    , m_kind(config.score)
    , m_hasLambda(hasLambda)
    , m_sensitivity(at::zeros({order.size()}, options))
    , m_uncertainty(at::zeros({order.size()}, options))
    , m_shape(order.isEven() ? std::vector {order.moduleCount(), order.rank()} : std::vector {order.tripletCount()})
    , m_places(placesOf(order, m_sensitivity))
{
}

TripletScores Importance::scores(const at::Tensor& values) const
{
    const auto buffer = [&] { return at::empty(m_shape, values.options()); };
    TripletScores scores {
        .total = buffer(), .lambda = m_hasLambda ? buffer() : at::Tensor(), .meanP = buffer(), .meanQ = buffer()};
    ScoreTask task;
    task.into = scores;
    score(values, task);
    return scores;
}

void Importance::score(const at::Tensor& values, const ScoreTask& task) const
{
    RECORD_FUNCTION("spectune::score", {});
    const at::Device device = values.device();
    const auto from = [](auto* list, std::int64_t begin) { return list != nullptr ? list + begin : nullptr; };
    forParts(device, task.workers, m_places.size(0), 32, [&](std::int64_t begin, std::int64_t end) {
        ops::withElementType(values.scalar_type(), [&]<typename T>(T*) {
            using A = kernels::Wide<T>;
            const bool magnitude = m_kind == ScoreKind::Magnitude;
            const bool product = m_kind == ScoreKind::SensitivityUncertainty;
            const kernels::ScoreArgs<A> args {.triplets = end - begin,
                .places = places() + begin,
                .values = ops::pointerOf<const A>(values),
                .sensitivity = magnitude ? nullptr : ops::pointerOf<const A>(m_sensitivity),
                .uncertainty = product ? ops::pointerOf<const A>(m_uncertainty) : nullptr,
                .mayStay = from(ops::pointerOf<const bool>(task.mayStay), begin),
                .total = from(ops::pointerOf<A>(task.into.total), begin),
                .lambda = from(ops::pointerOf<A>(task.into.lambda), begin),
                .meanP = from(ops::pointerOf<A>(task.into.meanP), begin),
                .meanQ = from(ops::pointerOf<A>(task.into.meanQ), begin),
                .rivals = from(ops::pointerOf<A>(task.rivals), begin),
                .scalars = task.scalars,
                .loss = ops::pointerOf<const A>(task.loss),
                .gradNorm = ops::pointerOf<const A>(task.gradNorm)};
            ops::tableFor<T>(device).score(args, ops::currentStream(device));
        });
    });
}

const kernels::TripletPlace* Importance::places() const
{
    return static_cast<const kernels::TripletPlace*>(m_places.const_data_ptr());
}

void Importance::restore(const at::Tensor& sensitivity, const at::Tensor& uncertainty)
{
    m_sensitivity.copy_(sensitivity);
    m_uncertainty.copy_(uncertainty);
}

} // namespace spectune
