// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TrainingPass.h"

#include "training/config/StepShares.h"
#include "training/nn/Buffer.h"
#include "training/nn/CrossEntropy.h"
#include "training/nn/FusedOps.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace spectune {

at::Tensor lossScale(std::int64_t targetCount, const DecoderModel& model)
{
    const auto type = ops::wideType(model.options().dtype().toScalarType());
    return at::full({}, 1.0 / static_cast<double>(targetCount), model.options().dtype(type));
}

TrainingPass::TrainingPass(const DecoderModel& model, AdapterSet adapters, DropoutPass dropout)
    : m_model(model)
    , m_adapters(std::move(adapters))
    , m_dropout(std::move(dropout))
    , m_lowest(model.spec().layers)
{
    const std::int64_t layers = model.spec().layers;
    for (std::int64_t layer = layers - 1; layer >= 0; --layer) {
        for (const InputSet set : inputSets) {
            if (m_adapters.find(layer, set) != nullptr)
                m_lowest = layer;
        }
    }
    m_activations.resize(static_cast<std::size_t>(layers));
    m_streams.resize(static_cast<std::size_t>(layers) + 1);
    m_generatorStates.resize(static_cast<std::size_t>(layers));
    m_projected.resize(static_cast<std::size_t>(layers));
    for (std::int64_t layer = 0; layer < layers; ++layer)
        m_blocks.emplace_back(model, layer, m_adapters, m_dropout);
    for (const BlockPass& block : m_blocks)
        m_spare = std::max(m_spare, block.spare());
}

BlockActivations& TrainingPass::activations(std::int64_t layer, bool recomputes)
{
    // Below the first block with triplets nothing is wanted back, so those share one set as well.
    const bool keeps = !recomputes && (layer >= m_lowest || m_reachesEmbedding);
    return m_activations[keeps ? static_cast<std::size_t>(layer) : 0];
}

void TrainingPass::expectRows(std::int64_t most)
{
    const at::TensorOptions options = m_model.options();
    m_isFrugal = !(options.device().is_cuda() && options.dtype() == at::kBFloat16 && isSmallForward(most));
}

bool TrainingPass::keepsNormOf(InputSet set, bool recomputes) const
{
    if (m_dropout.probability > 0.0) // its products read them under their masks
        return true;
    const bool isFrugal = m_recomputesNorms || (m_isFrugal && m_streams.front().is_cuda());
    // A block that is computed again for its backward needs the later of its norms at once.
    return !isFrugal || (recomputes && set == InputSet::GateUp);
}

at::Tensor TrainingPass::generatorState() const
{
    return m_dropout.generator ? m_dropout.generator->get_state() : at::Tensor();
}

at::Tensor TrainingPass::run(const PackedBatch& batch, const at::Tensor& scale, bool recomputes)
{
    PhaseClock::begin(m_clock, "forward");
    const at::Tensor normed = forward(batch, recomputes);
    PhaseClock::begin(m_clock, "loss");
    const at::Tensor loss = lossAndGradient(normed, batch, scale);
    PhaseClock::begin(m_clock, "backward");
    backward(batch, recomputes);
    PhaseClock::end(m_clock);
    return loss;
}

at::Tensor TrainingPass::forward(const PackedBatch& batch, bool recomputes)
{
    const std::int64_t width = m_model.spec().width;
    for (at::Tensor& stream : m_streams)
        stream = bufferRows(stream, batch.rows(), width, m_model.options());
    at::index_select_out(m_streams.front(), m_model.embedding(), 0, batch.tokens);
    ResidualStream stream {.x = m_streams.front(), .delta = {}};
    m_work.keepsInputNorm = keepsNormOf(InputSet::Qkv, recomputes);
    m_work.keepsMiddleNorm = keepsNormOf(InputSet::GateUp, recomputes);
    m_work.reusesGateUp = m_isFrugal;
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        BlockActivations& kept = activations(static_cast<std::int64_t>(i), recomputes);
        if (recomputes) {
            m_generatorStates[i] = generatorState();
            projectedOf(kept) = m_projected[i];
        }
        stream = m_blocks[i].forward(stream, m_streams[i], batch, kept, m_work, /*wantsOut=*/true);
        if (recomputes)
            m_projected[i] = projectedOf(kept);
    }
    const at::TensorOptions wide = m_model.options().dtype(ops::wideType(m_streams.front().scalar_type()));
    m_finalInverse = bufferRows(m_finalInverse, batch.rows(), 1, wide);
    ops::rmsNorm(stream.x, stream.delta, m_streams.back(), m_model.finalNorm(), m_model.spec().rmsNormEps, stream.delta,
        m_finalInverse);
    return stream.delta;
}

at::Tensor TrainingPass::lossAndGradient(const at::Tensor& normed, const PackedBatch& batch, const at::Tensor& scale)
{
    const at::Tensor& x = m_streams.back();
    const std::int64_t rows = x.size(0);
    const at::TensorOptions wide = x.options().dtype(ops::wideType(x.scalar_type()));
    at::Tensor bearing = normed; // [M, width]
    if (batch.bearing.defined()) {
        m_bearing = bufferRows(m_bearing, batch.bearing.size(0), x.size(1), x.options());
        bearing = at::index_select_out(m_bearing, normed, 0, batch.bearing);
    }
    m_losses = bufferRows(m_losses, 1, bearing.size(0), wide);
    // Each row's gradient takes the place of the row itself.
    rowLosses(bearing, m_model.head(), batch.targets, m_losses.squeeze(0), m_work.hidden, scale);
    at::Tensor dNormed = bearing;
    if (batch.bearing.defined()) {
        dNormed = normed;
        dNormed.zero_().index_copy_(0, batch.bearing, bearing);
    }
    m_gradient = bufferRows(m_gradient, rows, x.size(1), x.options(), m_spare);
    m_gradient.zero_();
    ops::rmsNormBackward(x, m_finalInverse, m_model.finalNorm(), dNormed, m_gradient);
    if (!m_loss.defined())
        m_loss = at::empty({}, wide);
    return at::sum_out(m_loss, m_losses, at::IntArrayRef {0, 1}).mul_(scale);
}

void TrainingPass::backward(const PackedBatch& batch, bool recomputes)
{
    const at::Tensor after = recomputes ? generatorState() : at::Tensor();
    const std::int64_t last = m_reachesEmbedding ? 0 : m_lowest;
    for (std::int64_t layer = m_model.spec().layers - 1; layer >= last; --layer) {
        const auto i = static_cast<std::size_t>(layer);
        BlockActivations& kept = activations(layer, recomputes);
        const bool isThere = layer + 1 == m_model.spec().layers; // the last that went forward
        if (recomputes && !isThere) {
            if (m_dropout.generator)
                m_dropout.generator->set_state(m_generatorStates[i]);
            projectedOf(kept) = m_projected[i];
            m_blocks[i].forward({.x = m_streams[i], .delta = {}}, {}, batch, kept, m_work, /*wantsOut=*/false);
        }
        m_blocks[i].backward(batch, kept, m_work, m_gradient, layer > last || m_reachesEmbedding);
    }
    if (recomputes && m_dropout.generator)
        m_dropout.generator->set_state(after);
}

} // namespace spectune
