// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/BlockPass.h"

#include "training/nn/Buffer.h"
#include "training/nn/FusedOps.h"
#include "training/nn/GatedBackward.h"

#include <ATen/ATen.h>

#include <algorithm>

namespace spectune {

namespace {

std::size_t indexOf(InputSet set)
{
    return static_cast<std::size_t>(set);
}

at::Tensor inverseBuffer(at::Tensor& buffer, const at::Tensor& x)
{
    buffer = bufferRows(buffer, x.size(0), 1, x.options().dtype(ops::wideType(x.scalar_type())));
    return buffer;
}

} // namespace

BlockPass::BlockPass(const DecoderModel& model, std::int64_t layer, const AdapterSet& adapters, DropoutPass& dropout)
    : m_model(model)
    , m_block(model.block(layer))
    , m_triplets()
    , m_dropout(dropout)
{
    for (const InputSet set : inputSets)
        m_triplets[indexOf(set)] = adapters.find(layer, set);
}

std::int64_t BlockPass::spareOf(InputSet set) const
{
    return triplets(set) != nullptr ? triplets(set)->rows() : 0;
}

std::int64_t BlockPass::spare() const
{
    return std::max(spareOf(InputSet::O), spareOf(InputSet::Down));
}

at::Tensor BlockPass::normedFor(InputSet set, const at::Tensor& x, at::Tensor& kept, BlockWorkspace& work) const
{
    at::Tensor& buffer = work.keepsNormOf(set) && triplets(set) != nullptr ? kept : work.hidden;
    buffer = bufferRows(buffer, x.size(0), x.size(1), x.options(), spareOf(set));
    return buffer;
}

void BlockPass::addGradientOfQAfterNorm(InputSet set, const NormedInput& input, const at::Tensor& dy,
    const BlockActivations& kept, BlockWorkspace& work) const
{
    if (triplets(set) == nullptr)
        return;
    at::Tensor normed = input.normed;
    if (!work.keepsNormOf(set)) {
        work.sums.run(); // a small batch's may still wait to read what lies there
        normed = work.hidden = bufferRows(work.hidden, input.x.size(0), input.x.size(1), input.x.options());
        ops::rmsNorm(input.x, {}, {}, input.weight, m_model.spec().rmsNormEps, normed, {});
    }
    addGradientOfQ(set, normed, dy, kept, work);
    if (!work.keepsNormOf(set))
        work.sums.run(); // what comes next in hidden would be read in the norm's stead
}

void BlockPass::linear(
    InputSet set, const at::Tensor& x, bool keepsX, BlockActivations& kept, const at::Tensor& y) const
{
    const std::size_t i = indexOf(set);
    sharedInputForward(x, keepsX, m_block.shared[i], m_triplets[i], m_dropout, kept.sets[i], y);
}

void BlockPass::linearBackward(
    InputSet set, const at::Tensor& dy, BlockActivations& kept, GradientSums* sums, const at::Tensor& dx) const
{
    const std::size_t i = indexOf(set);
    sharedInputBackward(dy, m_block.shared[i], m_triplets[i], m_dropout, kept.sets[i], sums, dx);
}

void BlockPass::addGradientOfQ(
    InputSet set, const at::Tensor& x, const at::Tensor& dy, const BlockActivations& kept, BlockWorkspace& work) const
{
    const std::size_t i = indexOf(set);
    spectune::addGradientOfQ(x, dy, m_triplets[i], m_dropout, kept.sets[i], work.sums);
}

ResidualStream BlockPass::forward(const ResidualStream& in, const at::Tensor& sum, const PackedBatch& batch,
    BlockActivations& kept, BlockWorkspace& work, bool wantsOut) const
{
    const ModelSpec& spec = m_model.spec();
    const std::int64_t rows = in.x.size(0);
    const auto options = in.x.options();
    const double eps = spec.rmsNormEps;
    kept.input = in.delta.defined() ? sum : in.x;
    const at::Tensor inputNormed = normedFor(InputSet::Qkv, in.x, kept.inputNormed, work);
    ops::rmsNorm(in.x, in.delta, in.delta.defined() ? sum : at::Tensor(), m_block.inputNorm, eps, inputNormed,
        inverseBuffer(kept.inputInverse, in.x));

    kept.qkv = bufferRows(kept.qkv, rows, (spec.heads + 2 * spec.kvHeads) * spec.headDim, options);
    linear(InputSet::Qkv, inputNormed, work.keepsInputNorm, kept, kept.qkv);
    const Rotary& rotary = m_model.rotary();
    ops::rotate(kept.qkv, spec.heads + spec.kvHeads, batch.positions, rotary.cos(), rotary.sin(), /*back=*/false);
    attentionForward(kept.qkv, batch, attentionForm(spec), work.attentionScratch, kept.attention);
    work.delta = bufferRows(work.delta, rows, spec.width, options);
    linear(InputSet::O, kept.attention.out, /*keepsX=*/true, kept, work.delta);

    kept.middle = bufferRows(kept.middle, rows, spec.width, options);
    const at::Tensor middleNormed = normedFor(InputSet::GateUp, in.x, kept.middleNormed, work);
    ops::rmsNorm(kept.input, work.delta, kept.middle, m_block.postAttentionNorm, eps, middleNormed,
        inverseBuffer(kept.middleInverse, in.x));
    kept.gateUp = bufferRows(kept.gateUp, rows, 2 * spec.feedForward, options, spareOf(InputSet::GateUp));
    linear(InputSet::GateUp, middleNormed, work.keepsMiddleNorm, kept, kept.gateUp);
    if (!wantsOut && (triplets(InputSet::Down) == nullptr || m_dropout.probability == 0.0)) {
        SharedInputBuffers& down = kept.sets[indexOf(InputSet::Down)];
        down.u = down.ownU;
        return {};
    }
    work.hidden = bufferRows(work.hidden, rows, spec.feedForward, options, spareOf(InputSet::Down));
    ops::swiGlu(kept.gateUp, work.hidden);
    linear(InputSet::Down, work.hidden, /*keepsX=*/false, kept, wantsOut ? work.delta : at::Tensor());
    return {.x = kept.middle, .delta = work.delta};
}

void BlockPass::backward(
    const PackedBatch& batch, BlockActivations& kept, BlockWorkspace& work, const at::Tensor& dx, bool goesOn) const
{
    work.sums.forget(); // of a pass that failed
    const bool attentionAdapted = triplets(InputSet::Qkv) != nullptr || triplets(InputSet::O) != nullptr;
    feedForwardBackward(kept, work, dx, goesOn || attentionAdapted);
    if (goesOn || attentionAdapted)
        attentionBackward(batch, kept, work, dx, goesOn);
    work.sums.run(); // the next block writes what they read
}

void BlockPass::feedForwardBackward(
    BlockActivations& kept, BlockWorkspace& work, const at::Tensor& dx, bool goesOn) const
{
    const ModelSpec& spec = m_model.spec();
    const std::int64_t rows = dx.size(0);
    work.hidden = bufferRows(work.hidden, rows, spec.feedForward, dx.options());
    linearBackward(InputSet::Down, dx, kept, &work.sums, work.hidden);
    // From here on gateUp's gradient, and the gated product itself.
    const auto adapted
        = [&](InputSet set) { return AdaptedInput {.triplets = triplets(set), .buffers = kept.sets[indexOf(set)]}; };
    const bool isDone
        = gatedBackwardWithFactors(kept.gateUp, work.hidden, dx, adapted(InputSet::GateUp), adapted(InputSet::Down));
    if (!isDone) {
        ops::swiGluBackward(kept.gateUp, work.hidden, triplets(InputSet::Down) != nullptr);
        addGradientOfQ(InputSet::Down, work.hidden, dx, kept, work);
    }
    // They read dx, which the norm's backward adds to, and hidden, where the attention's gradient comes.
    work.sums.run();
    if (!goesOn && triplets(InputSet::GateUp) == nullptr)
        return;
    work.delta = bufferRows(work.delta, rows, spec.width, dx.options());
    linearBackward(
        InputSet::GateUp, kept.gateUp, kept, isDone ? nullptr : &work.sums, goesOn ? work.delta : at::Tensor());
    addGradientOfQAfterNorm(InputSet::GateUp,
        {.x = kept.middle, .weight = m_block.postAttentionNorm, .normed = kept.middleNormed}, kept.gateUp, kept, work);
    if (!goesOn)
        return;
    ops::rmsNormBackward(kept.middle, kept.middleInverse, m_block.postAttentionNorm, work.delta, dx);
}

void BlockPass::attentionBackward(
    const PackedBatch& batch, BlockActivations& kept, BlockWorkspace& work, const at::Tensor& dx, bool goesOn) const
{
    const ModelSpec& spec = m_model.spec();
    const std::int64_t rows = dx.size(0);
    const bool needsQkv = goesOn || triplets(InputSet::Qkv) != nullptr;
    work.hidden = bufferRows(work.hidden, rows, spec.heads * spec.headDim, dx.options());
    linearBackward(InputSet::O, dx, kept, &work.sums, needsQkv ? work.hidden : at::Tensor());
    addGradientOfQ(InputSet::O, kept.attention.out, dx, kept, work);
    if (!needsQkv)
        return;
    const at::Tensor dQkv = gradientOfQkv(kept, work);
    spectune::attentionBackward(kept.qkv, batch, attentionForm(spec), kept.attention, work.hidden, m_model.rotary(),
        work.attentionScratch, dQkv);
    work.delta = bufferRows(work.delta, rows, spec.width, dx.options());
    linearBackward(InputSet::Qkv, dQkv, kept, &work.sums, goesOn ? work.delta : at::Tensor());
    addGradientOfQAfterNorm(
        InputSet::Qkv, {.x = kept.input, .weight = m_block.inputNorm, .normed = kept.inputNormed}, dQkv, kept, work);
    if (!goesOn)
        return;
    work.sums.run();
    ops::rmsNormBackward(kept.input, kept.inputInverse, m_block.inputNorm, work.delta, dx);
}

at::Tensor BlockPass::gradientOfQkv(BlockActivations& kept, BlockWorkspace& work) const
{
    const std::int64_t columns = kept.qkv.size(1);
    const std::int64_t spare = spareOf(InputSet::Qkv);
    const bool reuses
        = work.reusesGateUp && rowStride(columns + spare, kept.qkv.scalar_type()) <= kept.gateUp.stride(0);
    if (reuses)
        work.sums.run(); // a small batch's may still wait to read gateUp
    at::Tensor& buffer = reuses ? kept.gateUp : work.dQkv;
    buffer = bufferRows(buffer, kept.qkv.size(0), columns, kept.qkv.options(), spare);
    return buffer;
}

} // namespace spectune
