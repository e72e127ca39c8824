// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid in words: tool tips and what a screen reader says.
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"
#include "visualization/RankGridWords.h"

#include <QAccessible>

#include <algorithm>

namespace spectune {

QString RankGrid::cellText(ModuleIndex module) const
{
    const RankGridState& state = *m_state;
    if (!module.isValid() || !state.layout || module.at() >= state.layout->modules.size()) {
        return {};
    }
    const ModuleInfo& info = (*state.layout)[module];
    QString words
        = tr("layer %1, %2").arg(info.layer.value).arg(QString::fromStdString(state.layout->kinds.at(info.kind.at())));
    if (state.view == GridView::Difference) {
        return words + QStringLiteral(", ") + differenceWords(state.difference.at(module.at()));
    }
    const int rank = state.snapshot ? state.snapshot->modules.at(module.at()).rank
                                    : static_cast<int>(state.layout->rankOf(module));
    words += tr(", rank %1 of %2").arg(rank).arg(state.layout->rankOf(module));
    if (state.mode != GridMode::Rank && state.hasValues()) {
        const char* names[] = {"", QT_TR_NOOP("importance"), QT_TR_NOOP("sum of |λ|"), QT_TR_NOOP("orthogonality"),
            QT_TR_NOOP("came back")};
        words += QStringLiteral(", %1 %2").arg(
            tr(names[static_cast<int>(state.mode)]), state.valueText(state.valueOf(module)));
        words += state.showsNearest() ? QStringLiteral(" (%1)").arg(nearestText()) : QString();
    }
    if (state.snapshot && state.snapshot->eventStep >= 0) {
        const ModuleState& now = state.snapshot->modules.at(module.at());
        const QString step = formatCount(state.snapshot->eventStep);
        words += now.lostAtLastEvent > 0 ? tr(", %1 lost at step %2").arg(now.lostAtLastEvent).arg(step) : QString();
        words += now.backAtLastEvent > 0 ? tr(", %1 back at step %2").arg(now.backAtLastEvent).arg(step) : QString();
    }
    return words;
}

QString RankGrid::cellDetails(ModuleIndex module) const
{
    const RankGridState& state = *m_state;
    QString words = cellText(module);
    if (words.isEmpty() || state.view != GridView::Ranks || !state.snapshot) {
        return words;
    }
    words[0] = words[0].toUpper();
    const ModuleState& now = state.snapshot->modules.at(module.at());
    if (state.snapshot->hasTriplets) {
        words += QLatin1Char('\n') + tr("triplets that came back at least once: %1").arg(state.revivedOf(module));
    }
    if (state.snapshot->hasLambda) {
        const QString sum = formatFixed(static_cast<double>(now.lambdaSum), 3);
        words += QLatin1Char('\n')
            + (state.snapshot->hasScores
                    ? tr("Σ S of kept %1, Σ |λ| %2").arg(formatScientific(static_cast<double>(now.importance)), sum)
                    : tr("Σ |λ| %1").arg(sum));
        words += QLatin1Char('\n')
            + tr("‖PᵀP − I‖ %1, ‖QQᵀ − I‖ %2")
                  .arg(formatShort(static_cast<double>(now.orthP)), formatShort(static_cast<double>(now.orthQ)));
    }
    if (state.snapshot->nearestStep >= 0 && !state.showsNearest()) { // else the first line says it
        words += QLatin1Char('\n') + nearestStepText(state.snapshot->nearestStep);
    }
    return words;
}

QString RankGrid::marginText(QPointF position) const
{
    return m_state->marginText(position);
}

QString RankGrid::spokenCell() const
{
    const RankGridState& state = *m_state;
    const std::optional<GridCell>& cell = state.hovered ? state.hovered : state.cursor;
    return cell ? spokenCellAt(cell->layer, cell->kind) : QString();
}

QString RankGrid::spokenCellAt(int layer, int kind) const
{
    const RankGridState& state = *m_state;
    if (state.view == GridView::Empty) {
        return {};
    }
    const GridCell cell {layer, kind};
    const ModuleIndex module = moduleAt(layer, kind);
    if (state.view != GridView::Targets && module.isValid()) {
        return cellText(module);
    }
    const bool ticks = state.view == GridView::Targets;
    return tr("layer %1, %2, %3")
        .arg(layer)
        .arg(QString::fromStdString(state.kinds[static_cast<std::size_t>(kind)]),
            ticks && !state.canTick(cell)                 ? tr("not in the model")
                : ticks && state.ticked[state.slot(cell)] ? tr("adapted")
                                                          : tr("not adapted"));
}

ModuleIndex RankGrid::moduleAt(int layer, int kind) const
{
    const bool ranks = m_state->view == GridView::Ranks || m_state->view == GridView::Difference;
    return ranks ? m_state->moduleAt({layer, kind}) : ModuleIndex {};
}

int RankGrid::layers() const
{
    return m_state->view == GridView::Empty ? 0 : m_state->layers;
}

const std::vector<std::string>& RankGrid::kinds() const
{
    return m_state->kinds;
}

QString RankGrid::spokenSummary() const
{
    const RankGridState& state = *m_state;
    if (state.view == GridView::Empty || !state.loading.isEmpty()) {
        return state.loading;
    }
    if (state.view == GridView::Targets) {
        return tr("%1 of %2 matrices adapted")
            .arg(std::count(state.ticked.begin(), state.ticked.end(), true))
            .arg(state.ticked.size());
    }
    const ModuleLayout& layout = *state.layout;
    const QString place = tr("%1 matrices in %2 layers").arg(layout.modules.size()).arg(layout.layerCount);
    if (state.view == GridView::Difference) {
        return place;
    }
    const QString all = formatCount(layout.tripletCount());
    if (!state.snapshot) {
        return place + tr(", all %1 triplets kept").arg(all);
    }
    std::int64_t kept = 0;
    int empty = 0;
    for (const ModuleState& module : state.snapshot->modules) {
        kept += module.rank;
        empty += module.rank == 0 ? 1 : 0;
    }
    return place
        + tr(", step %1: %2 of %3 triplets kept, %4 matrices at rank 0")
              .arg(formatCount(state.snapshot->step), formatCount(kept), all)
              .arg(empty)
        + (state.showsNearest() ? QStringLiteral(", ") + nearestText() : QString());
}

void RankGrid::announceCell()
{
    QAccessibleEvent event(this, QAccessible::DescriptionChanged);
    QAccessible::updateAccessibility(&event);
}

void RankGrid::setHovered(const std::optional<GridCell>& cell)
{
    if (cell == m_state->hovered) {
        return;
    }
    m_state->hovered = cell;
    if (cell) {
        announceCell();
    }
}

} // namespace spectune
