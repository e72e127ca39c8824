// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/MemoryFacts.h"

#include "training/core/Machine.h"
#include "ui/ConfigForm.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>

#include <algorithm>

namespace spectune {

namespace {

struct MemoryTexts {
    Q_DECLARE_TR_FUNCTIONS(MemoryTexts)
};

/// Of the kind's matrix: its output's or input's width.
std::int64_t sideOf(const ModelSummary& model, const char* kind, std::int64_t MatrixShape::*side)
{
    const auto found = std::find_if(model.matrices.begin(), model.matrices.end(),
        [kind](const MatrixShape& matrix) { return matrix.kind == kind; });
    return found == model.matrices.end() ? 0 : (*found).*side;
}

ModelShape shapeOf(const ModelSummary& model)
{
    const std::int64_t queries = sideOf(model, "q_proj", &MatrixShape::outFeatures);
    return {.layers = model.layers,
        .width = model.width,
        .feedForward = sideOf(model, "gate_proj", &MatrixShape::outFeatures),
        .heads = model.heads,
        .kvHeads = model.kvHeads,
        .headDim = model.heads > 0 ? queries / model.heads : 0,
        .vocabulary = model.vocabulary,
        .maxPositions = model.maxPositions,
        .tiedHead = model.tiedHead};
}

QString typeName(ElementType type)
{
    return QString::fromUtf8(toString(type));
}

} // namespace

std::optional<MemoryFacts> MemoryFacts::of(const ConfigForm& form)
{
    if (!form.model() || form.facts().matrices < 1)
        return std::nullopt;
    static const std::int64_t cores = physicalCores();
    MemoryFacts facts;
    facts.shape = shapeOf(*form.model());
    facts.place = {.cuda = form.device().device != "cpu" && !form.device().device.empty(), .cores = cores};
    facts.config = form.config();
    if (const auto& preview = form.preview(false))
        facts.config.data.format = preview->format;
    facts.facts = form.facts();
    facts.estimate = estimateOf(facts.shape, facts.config, facts.facts, facts.place);
    facts.total = form.device().totalBytes;
    facts.free = form.device().freeBytes;
    return facts;
}

std::vector<MemoryPart> MemoryFacts::parts() const
{
    const TrainConfig& train = config.train;
    const std::int64_t samples = samplesOfForward(train);
    const QString rows = MemoryTexts::tr("%1 × %2").arg(formatCount(samples), formatCount(config.data.maxLength));
    const auto bytes = [this](MemoryEstimate::Part part) { return static_cast<double>(estimate.parts[part]); };
    const QString wide = typeName(train.dtype == ElementType::Float64 ? ElementType::Float64 : ElementType::Float32);
    const QString last = place.cuda ? MemoryTexts::tr("Workspace and CUDA context") : MemoryTexts::tr("Workspace");
    return {{MemoryColor::Weights, MemoryTexts::tr("Frozen weights, %1").arg(typeName(train.dtype)),
                bytes(MemoryEstimate::Weights)},
        {MemoryColor::Activations,
            train.gradientCheckpointing ? MemoryTexts::tr("Activations, %1, recomputed").arg(rows)
                                        : MemoryTexts::tr("Activations, %1").arg(rows),
            bytes(MemoryEstimate::Activations)},
        {MemoryColor::Logits, MemoryTexts::tr("Logits, a chunk of rows"), bytes(MemoryEstimate::Logits)},
        {MemoryColor::Triplets, MemoryTexts::tr("Triplets P, Λ, Q, %1").arg(wide), bytes(MemoryEstimate::Triplets)},
        {MemoryColor::Gradients, MemoryTexts::tr("Their gradients"), bytes(MemoryEstimate::Gradients)},
        {MemoryColor::Moments, MemoryTexts::tr("Adam moments"), bytes(MemoryEstimate::Moments)},
        {MemoryColor::Averages, MemoryTexts::tr("Importance averages Ī, Ū"), bytes(MemoryEstimate::Averages)},
        {MemoryColor::Workspace, last, bytes(MemoryEstimate::Workspace) + static_cast<double>(estimate.beyondTensors)}};
}

std::vector<MemoryChange> MemoryFacts::changes() const
{
    if (!isDeviceKnown() || fits())
        return {};
    return memoryChanges(shape, config, facts, place, free);
}

QString changeText(const MemoryChange& change)
{
    const QString number = formatCount(change.number);
    switch (change.kind) {
    case MemoryChange::Kind::MicroBatch: return MemoryTexts::tr("Micro-batch size %1").arg(number);
    case MemoryChange::Kind::Recompute: return MemoryTexts::tr("Gradient checkpointing");
    case MemoryChange::Kind::MicroBatchAndRecompute:
        return MemoryTexts::tr("Checkpointing, micro-batch %1").arg(number);
    case MemoryChange::Kind::BFloat16: return MemoryTexts::tr("bfloat16");
    case MemoryChange::Kind::MaxLength: return MemoryTexts::tr("Length limit %1").arg(number);
    case MemoryChange::Kind::AttentionOnly: return MemoryTexts::tr("Attention matrices only");
    case MemoryChange::Kind::Rank: break;
    }
    return MemoryTexts::tr("Target rank %1").arg(number);
}

QString changePhrase(const MemoryChange& change)
{
    const QString number = formatCount(change.number);
    switch (change.kind) {
    case MemoryChange::Kind::MicroBatch: return MemoryTexts::tr("micro-batch %1").arg(number);
    case MemoryChange::Kind::Recompute: return MemoryTexts::tr("checkpointing");
    case MemoryChange::Kind::MicroBatchAndRecompute:
        return MemoryTexts::tr("checkpointing, micro-batch %1").arg(number);
    case MemoryChange::Kind::BFloat16: return MemoryTexts::tr("bfloat16");
    case MemoryChange::Kind::MaxLength: return MemoryTexts::tr("length limit %1").arg(number);
    case MemoryChange::Kind::AttentionOnly: return MemoryTexts::tr("attention alone");
    case MemoryChange::Kind::Rank: break;
    }
    return MemoryTexts::tr("target rank %1").arg(number);
}

QString changeCost(const MemoryChange& change)
{
    switch (change.kind) {
    case MemoryChange::Kind::MicroBatch: return MemoryTexts::tr("The same steps, more forward passes.");
    case MemoryChange::Kind::Recompute:
    case MemoryChange::Kind::MicroBatchAndRecompute:
        return MemoryTexts::tr("The same steps; each block is computed twice, about a third more time.");
    case MemoryChange::Kind::BFloat16:
        return MemoryTexts::tr(
            "The base model in 16 bits a number, rounded to 2 to 3 digits; the triplets stay float32.");
    case MemoryChange::Kind::MaxLength: return MemoryTexts::tr("Longer samples are cut: the data changes.");
    case MemoryChange::Kind::AttentionOnly: return MemoryTexts::tr("Only q, k, v and o are adapted.");
    case MemoryChange::Kind::Rank: break;
    }
    return MemoryTexts::tr("Fewer triplets at the start and at the end.");
}

} // namespace spectune
