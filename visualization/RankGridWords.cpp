// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridWords.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RunTags.h"

#include <QStringList>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace spectune {

namespace {

constexpr double widestBox = 22.0;
constexpr double figureGap = 9.0; ///< between two figures below the colours
constexpr double colourShare = 1.2; ///< how much wider than their words the colours are at least

/// Of each line of the legend, from the fullest words to the shortest.
using Choices = std::array<QStringList, 2>;

QStringList barChoices(const RankGridState& state)
{
    if (!state.showsNearest()) {
        return {RankGrid::tr("bars: matrices per value"), RankGrid::tr("matrices per value"), RankGrid::tr("matrices")};
    }
    const std::int64_t step = state.snapshot->nearestStep;
    return {RankGrid::nearestStepText(step), RankGrid::tr("nearest kept: step %1").arg(formatCount(step)),
        RankGrid::tr("of step %1").arg(formatCount(step))};
}

QStringList colourChoices(const RankGridState& state)
{
    switch (state.mode) {
    case GridMode::Rank:
        return {RankGrid::tr("colour: kept triplets, %1").arg(state.lastRankText()),
            RankGrid::tr("kept triplets, %1").arg(state.lastRankText()), RankGrid::tr("kept triplets"),
            RankGrid::tr("triplets")};
    case GridMode::Importance:
        return {RankGrid::tr("colour: Σ S of kept triplets, log scale, no unit"),
            RankGrid::tr("Σ S of kept triplets, log scale"), RankGrid::tr("Σ S of kept, log scale"),
            RankGrid::tr("Σ S of kept")};
    case GridMode::LambdaSum:
        return {RankGrid::tr("colour: Σ |λ|, linear scale, no unit"), RankGrid::tr("Σ |λ|, linear scale, no unit"),
            RankGrid::tr("Σ |λ|, no unit"), QStringLiteral("Σ |λ|")};
    case GridMode::Orthogonality:
        return {RankGrid::tr("colour: orthogonality error, %1").arg(QStringLiteral("‖PᵀP − I‖ + ‖QQᵀ − I‖")),
            RankGrid::tr("colour: orthogonality error"), RankGrid::tr("orthogonality error")};
    case GridMode::Revivals:
        return {RankGrid::tr("colour: triplets that came back since the start"),
            RankGrid::tr("colour: triplets that came back"), RankGrid::tr("triplets that came back"),
            RankGrid::tr("came back")};
    }
    return {};
}

Choices choicesOf(const RankGridState& state)
{
    if (state.view == GridView::Difference) {
        const QString other = RunTag::letter(state.otherRun); // B to F
        const QString more = RankGrid::tr("%1 has more").arg(other);
        return {QStringList {RankGrid::tr("A has more triplets"), RankGrid::tr("A has more"), RankGrid::tr("A more"),
                    QStringLiteral("A")},
            QStringList {more, more, RankGrid::tr("%1 more").arg(other), other}};
    }
    if (state.mode == GridMode::Rank) {
        return {QStringList {RankGrid::tr("bars: matrices per rank"), RankGrid::tr("matrices per rank"),
                    RankGrid::tr("matrices")},
            colourChoices(state)};
    }
    return {barChoices(state), colourChoices(state)};
}

QString fullestIn(const QStringList& choices, double room)
{
    const QFont font = Fonts::caption();
    const auto fits = [&](const QString& words) { return tabularWidth(font, words) <= room; };
    const auto found = std::find_if(choices.begin(), choices.end(), fits);
    return found == choices.end() ? QString() : *found;
}

/// What the words take beside boxes: the fullest that leave the colours enough; 0: the colours need all there is.
double wordsRoom(const RankGridState& state)
{
    const QFont font = Fonts::caption();
    const Choices choices = choicesOf(state);
    const qsizetype levels = std::max(choices[0].size(), choices[1].size());
    for (qsizetype level = 0; level < levels; ++level) {
        double wide = 0.0;
        for (const QStringList& line : choices) {
            wide = std::max(wide, std::ceil(tabularWidth(font, line[std::min(level, line.size() - 1)])));
        }
        if (state.geometry.legend().width() >= (1.0 + colourShare) * (wide + legendWordsGap)) {
            return wide + legendWordsGap;
        }
    }
    return 0.0;
}

} // namespace

LegendWords legendWords(const RankGridState& state, double room)
{
    const Choices choices = choicesOf(state);
    return {fullestIn(choices[0], room), fullestIn(choices[1], room)};
}

double legendBoxWidth(const RankGridState& state, int boxes)
{
    const double share = (state.geometry.legend().width() - wordsRoom(state)) / boxes;
    return std::clamp(share >= 2.0 ? std::floor(share) : share, 0.5, widestBox);
}

std::vector<int> legendFigures(int last, double step)
{
    const double wide = tabularWidth(Fonts::caption(), QString::number(last));
    const double room = wide + figureGap;
    const double moved = std::max(0.0, (wide - step) / 2.0); // the last one ends with the colours
    int every = 1;
    while (every * step < room && every <= last) {
        every *= 2;
    }
    std::vector<int> figures {0};
    for (int value = every; value < last; value += every) {
        if ((last - value) * step >= room + moved) {
            figures.push_back(value);
        }
    }
    if (last > 0) {
        figures.push_back(last);
    }
    return figures;
}

QString differenceWords(int delta, bool several)
{
    const QString count = formatCount(std::abs(delta));
    switch (delta) {
    case 0: return several ? RankGrid::tr("as many triplets in both runs") : RankGrid::tr("same rank in both runs");
    case 1: return RankGrid::tr("1 triplet more than in run A");
    case -1: return RankGrid::tr("1 triplet fewer than in run A");
    default:
        return delta > 0 ? RankGrid::tr("%1 triplets more than in run A").arg(count)
                         : RankGrid::tr("%1 triplets fewer than in run A").arg(count);
    }
}

} // namespace spectune
