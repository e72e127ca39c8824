// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridState.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double fadeMilliseconds = 160.0;
constexpr double mostLegendBoxes = 24.0; ///< of more values the legend is continuous
constexpr double legendCaption = 150.0; ///< width that the legend's words take
constexpr double leastRevivals = 4.0; ///< top of the scale: one revival alone is not an extreme
constexpr double legendHatchWidth = 44.0; ///< that of the key of rank 0, where it is

} // namespace

double ValueScale::place(double value) const
{
    if (!std::isfinite(value) || !(high > low)) {
        return 1.0;
    }
    if (logarithmic) {
        return std::clamp(std::log(std::max(value, low) / low) / std::log(high / low), 0.0, 1.0);
    }
    return std::clamp((value - low) / (high - low), 0.0, 1.0);
}

double ValueScale::at(double place) const
{
    return logarithmic ? low * std::pow(high / low, place) : low + place * (high - low);
}

int RankGridState::attentionKinds() const
{
    return static_cast<int>(
        std::count_if(kinds.begin(), kinds.end(), [](const std::string& kind) { return isAttentionKind(kind); }));
}

void RankGridState::setLayout(std::shared_ptr<const ModuleLayout> next)
{
    layout = std::move(next);
    kinds = layout ? layout->kinds : std::vector<std::string> {};
    layers = layout ? static_cast<int>(layout->layerCount) : 0;
    modules.assign(static_cast<std::size_t>(layers) * kinds.size(), {});
    for (std::size_t i = 0; layout && i < layout->modules.size(); ++i) {
        const ModuleInfo& info = layout->modules[i];
        const bool inside
            = info.layer.value >= 0 && info.layer.value < layers && info.kind.value >= 0 && info.kind.value < columns();
        if (inside) {
            modules[slot({info.layer.value, info.kind.value})] = ModuleIndex {static_cast<std::int32_t>(i)};
        }
    }
}

bool RankGridState::hasValues() const
{
    if (mode == GridMode::Revivals) {
        return snapshot && snapshot->hasTriplets;
    }
    if (mode == GridMode::Importance) {
        return snapshot && snapshot->hasScores;
    }
    return mode == GridMode::Rank || (snapshot && snapshot->hasLambda);
}

QString RankGridState::missingText() const
{
    if (view != GridView::Ranks || hasValues()) {
        return {};
    }
    if (!isMissing()) {
        return RankGrid::tr("No scores yet: they begin with step 1.");
    }
    if (mode == GridMode::Revivals) {
        return RankGrid::tr("This run recorded no triplets.");
    }
    if (mode == GridMode::Importance) { // λ without scores: nothing that could have been kept
        return snapshot->hasLambda ? RankGrid::tr("This method has fixed ranks, and no scores.")
                                   : RankGrid::tr("No scores were kept for this step.");
    }
    return RankGrid::tr("No λ was kept for this step.");
}

bool RankGridState::showsNearest() const
{
    const bool ofTriplets = mode != GridMode::Rank && mode != GridMode::Revivals;
    return view == GridView::Ranks && ofTriplets && snapshot && snapshot->nearestStep >= 0;
}

double RankGridState::valueOf(ModuleIndex module) const
{
    if (!snapshot) {
        return layout && mode == GridMode::Rank ? static_cast<double>(layout->rankOf(module)) : 0.0;
    }
    const ModuleState& state = snapshot->modules.at(module.at());
    switch (mode) {
    case GridMode::Rank: return state.rank;
    case GridMode::Importance: return state.importance;
    case GridMode::LambdaSum: return state.lambdaSum;
    case GridMode::Orthogonality: return static_cast<double>(state.orthP) + static_cast<double>(state.orthQ);
    case GridMode::Revivals: return revivedOf(module);
    }
    return 0.0;
}

int RankGridState::revivedOf(ModuleIndex module) const
{
    if (!snapshot || !snapshot->hasTriplets) {
        return 0;
    }
    const TripletState* triplets = snapshot->tripletsOf(module);
    return static_cast<int>(std::count_if(triplets, triplets + snapshot->layout->initRank,
        [](const TripletState& triplet) { return triplet.revivedAt >= 0; }));
}

QString RankGridState::sumText(double value, int fewer) const
{
    switch (mode) {
    case GridMode::Rank:
    case GridMode::Revivals: return formatCount(std::llround(value));
    case GridMode::Importance: return formatScientific(value, std::max(0, 1 - fewer));
    case GridMode::LambdaSum:
    case GridMode::Orthogonality:
        return formatFixed(value, std::max(0, (value >= 100.0 ? 0 : value < 10.0 ? 2 : 1) - fewer));
    }
    return {};
}

QString RankGridState::valueText(double value) const
{
    switch (mode) {
    case GridMode::Rank:
    case GridMode::Revivals: return formatCount(std::llround(value));
    case GridMode::Importance: return formatScientific(value, 1);
    case GridMode::LambdaSum: return formatFixed(value, 2);
    case GridMode::Orthogonality: return formatFixed(value, 3);
    }
    return {};
}

void RankGridState::updateScale()
{
    scale = {};
    if (view != GridView::Ranks || !layout) {
        return;
    }
    if (mode == GridMode::Rank) {
        scale = {1.0, static_cast<double>(std::max<std::int64_t>(1, layout->initRank)), false};
        return;
    }
    double low = std::numeric_limits<double>::infinity();
    double high = 0.0;
    for (std::size_t i = 0; snapshot && i < snapshot->modules.size(); ++i) {
        const ModuleIndex module {static_cast<std::int32_t>(i)};
        const double value = valueOf(module);
        if (!isEmptied(module) && std::isfinite(value) && value > 0.0) {
            low = std::min(low, value);
            high = std::max(high, value);
        }
    }
    if (mode == GridMode::Revivals) {
        scale = {0.0, std::max(leastRevivals, high), false};
        return;
    }
    if (!(high > 0.0)) {
        return;
    }
    if (mode != GridMode::Importance) {
        scale = {0.0, high, false};
        return;
    }
    scale = {low, high, true};
    // Exponents grow towards the ends: no figure between them is wider.
    const double widest = std::max(tabularWidth(cellFont(), valueText(low)), tabularWidth(cellFont(), valueText(high)));
    const bool narrow = geometry.pitchX > 0.0 && widest > geometry.pitchX - geometry.gap - 2.0 * cellInset;
    scoreDecimals = narrow ? 0 : 1;
}

QFont RankGridState::cellFont() const
{
    QFont font = Fonts::bodyMedium();
    font.setPixelSize(mode == GridMode::Rank ? geometry.numberPixels : 11);
    return font;
}

QColor RankGridState::colorOf(double value) const
{
    const Theme& theme = Theme::current();
    if (mode == GridMode::Rank) {
        return theme.rankColor(static_cast<int>(value), static_cast<int>(layout->initRank));
    }
    const bool never = mode == GridMode::Revivals && value == 0.0; // nothing ever came back here
    return never ? theme.sunken : theme.rampColor(scale.place(value));
}

int RankGridState::legendBoxes() const
{
    const double boxes = scale.high + 1.0;
    return mode == GridMode::Revivals && boxes <= mostLegendBoxes ? static_cast<int>(std::lround(boxes)) : 0;
}

QString RankGridState::lastRankText() const
{
    return (layout->ranks.empty() ? RankGrid::tr("init rank %1") : RankGrid::tr("up to rank %1")).arg(layout->initRank);
}

QRectF RankGridState::legendBar() const
{
    const QRectF area = geometry.legend();
    const int parts = legendBoxes() > 0 ? legendBoxes() : legendBins;
    const double widest = legendBoxes() > 0 ? 22.0 : 11.0;
    const double left = legendHatch().isEmpty() ? 0.0 : legendHatchWidth;
    const double step = std::clamp(std::floor((area.width() - left - legendCaption) / parts), 4.0, widest);
    return {area.left() + left, area.top() + legendBarTop, parts * step, legendBarHeight};
}

QRectF RankGridState::legendHatch() const
{
    const bool any = mode != GridMode::Rank && snapshot
        && std::any_of(snapshot->modules.begin(), snapshot->modules.end(),
            [](const ModuleState& module) { return module.rank == 0; });
    const QRectF area = geometry.legend();
    return any ? QRectF(area.left(), area.top() + legendBarTop, 22.0, legendBarHeight) : QRectF();
}

CellLook RankGridState::lookOf(const GridCell& cell) const
{
    const Theme& theme = Theme::current();
    CellLook look;
    if (view == GridView::Targets) {
        const bool on = ticked[slot(cell)];
        return {.exists = canTick(cell), .fill = on ? theme.idleCell : QColor()};
    }
    const ModuleIndex module = moduleAt(cell);
    look.exists = module.isValid();
    if (!look.exists) {
        return look;
    }
    if (view == GridView::Difference) {
        const int delta = difference.at(module.at());
        look.fill = theme.differenceColor(static_cast<double>(delta) / largestDifference);
        look.text = delta == 0 ? QString() : (delta > 0 ? QStringLiteral("+") : QString()) + formatCount(delta);
        return look;
    }
    if (!loading.isEmpty()) {
        look.hatched = true;
        return look;
    }
    if (isMissing()) { // not grey, as before the first step: there is nothing to wait for; nor hatched, as of rank 0
        look.fill = theme.sunken;
        return look;
    }
    if (isIdle() || !hasValues()) {
        look.fill = theme.idleCell;
        look.text = mode == GridMode::Rank ? valueText(valueOf(module)) : QString();
        return look;
    }
    const ModuleState& state = snapshot->modules.at(module.at());
    const double value = valueOf(module);
    look.hatched = isEmptied(module);
    const bool none = value == 0.0 || mode == GridMode::Importance; // S is summed over what is kept
    look.text = look.hatched && none   ? QStringLiteral("0")
        : mode == GridMode::Importance ? formatScientific(value, scoreDecimals)
                                       : valueText(value);
    if (!look.hatched) {
        look.fill = colorOf(value);
    }
    look.lost = snapshot->eventStep >= 0 && state.lostAtLastEvent > 0;
    look.back = snapshot->eventStep >= 0 && state.backAtLastEvent > 0;
    return look;
}

std::vector<std::size_t> RankGridState::refreshLooks()
{
    std::vector<std::size_t> different;
    const std::size_t count = static_cast<std::size_t>(layers) * kinds.size();
    const bool all = looks.size() != count;
    looks.resize(count);
    for (int layer = 0; layer < layers; ++layer) {
        for (int kind = 0; kind < columns(); ++kind) {
            const GridCell cell {layer, kind};
            CellLook look = lookOf(cell);
            if (all || look != looks[slot(cell)]) {
                different.push_back(slot(cell));
                looks[slot(cell)] = std::move(look);
            }
        }
    }
    return different;
}

double RankGridState::fadeProgress() const
{
    return fadeTimer == 0 ? 1.0 : std::min(1.0, static_cast<double>(fadeClock.elapsed()) / fadeMilliseconds);
}

} // namespace spectune
