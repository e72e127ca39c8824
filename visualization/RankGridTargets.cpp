// SPDX-License-Identifier: GPL-3.0-or-later
// The rank grid as a picker of targets: pointer and keys.
#include "visualization/RankGrid.h"
#include "visualization/RankGridState.h"

#include <QKeyEvent>

namespace spectune {

void RankGrid::beginTargets(QPointF position)
{
    RankGridState& state = *m_state;
    const auto begin = [&state](const GridCell& anchor, TargetDrag::Extent extent) {
        state.drag.emplace(state.ticked, state.available, state.columns(), anchor, extent);
    };
    state.rangeAnchor.reset();
    if (const auto cell = state.geometry.cellAt(position)) {
        if (!state.canTick(*cell)) {
            return;
        }
        begin(*cell, TargetDrag::Extent::Cells);
        state.cursor = cell;
    } else if (const auto row = state.geometry.rowHeaderAt(position)) {
        begin({*row, 0}, TargetDrag::Extent::Rows);
    } else if (const auto column = state.geometry.columnHeaderAt(position)) {
        begin({0, *column}, TargetDrag::Extent::Columns);
    } else {
        return;
    }
    tickTargets(state.drag->after());
}

void RankGrid::dragTargets(QPointF position)
{
    RankGridState& state = *m_state;
    std::optional<GridCell> cell = state.geometry.cellAt(position);
    if (!cell && state.drag->extent() == TargetDrag::Extent::Rows) {
        if (const auto row = state.geometry.rowHeaderAt(position)) {
            cell = GridCell {*row, 0};
        }
    } else if (!cell && state.drag->extent() == TargetDrag::Extent::Columns) {
        if (const auto column = state.geometry.columnHeaderAt(position)) {
            cell = GridCell {0, *column};
        }
    }
    if (!cell) {
        return; // outside of the grid the rectangle stays
    }
    state.drag->moveTo(*cell);
    tickTargets(state.drag->after());
}

void RankGrid::endTargets()
{
    RankGridState& state = *m_state;
    if (!state.drag) {
        return;
    }
    const bool changed = state.drag->before() != state.ticked;
    state.drag.reset();
    update();
    if (changed) {
        Q_EMIT targetsChanged(state.ticked);
    }
}

void RankGrid::tickTargets(const std::vector<bool>& ticked)
{
    m_state->ticked = ticked;
    m_state->refreshLooks();
    update();
}

bool RankGrid::pressForTargets(QKeyEvent* event)
{
    RankGridState& state = *m_state;
    state.focused = state.focused || hasFocus(); // after a click the keys show where they are
    const auto modifiers = event->modifiers() & ~Qt::KeypadModifier;
    const bool arrow = event->key() == Qt::Key_Up || event->key() == Qt::Key_Down || event->key() == Qt::Key_Left
        || event->key() == Qt::Key_Right;
    if (event->key() == Qt::Key_Escape && (state.drag || state.rangeAnchor)) {
        if (state.drag) {
            tickTargets(state.drag->before());
        }
        state.drag.reset();
        state.rangeAnchor.reset();
        update();
        return true;
    }
    if (arrow && modifiers == Qt::ShiftModifier) {
        if (!state.rangeAnchor) {
            state.rangeAnchor = state.cursor;
        }
        const bool sideways = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
        const int by = event->key() == Qt::Key_Up || event->key() == Qt::Key_Left ? -1 : 1;
        moveSelection(sideways ? 0 : by, sideways ? by : 0);
        return true;
    }
    if (arrow && modifiers == Qt::NoModifier && state.rangeAnchor) {
        state.rangeAnchor.reset();
        return false;
    }
    const bool alone
        = modifiers == Qt::NoModifier || modifiers == Qt::ShiftModifier || modifiers == Qt::ControlModifier;
    if (event->key() != Qt::Key_Space || !alone || !state.cursor || state.drag) {
        return false;
    }
    const auto extent = modifiers == Qt::ShiftModifier ? TargetDrag::Extent::Rows
        : modifiers == Qt::ControlModifier             ? TargetDrag::Extent::Columns
                                                       : TargetDrag::Extent::Cells;
    const GridCell anchor = state.rangeAnchor.value_or(*state.cursor);
    if (extent == TargetDrag::Extent::Cells && !state.canTick(anchor)) {
        return true;
    }
    state.drag.emplace(state.ticked, state.available, state.columns(), anchor, extent);
    state.drag->moveTo(*state.cursor);
    tickTargets(state.drag->after());
    announceCell();
    endTargets();
    return true;
}

} // namespace spectune
