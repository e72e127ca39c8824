// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridCellAccess.h"

namespace spectune {

QString RankGridCellAccess::text(QAccessible::Text text) const
{
    return isValid() && text == QAccessible::Name ? m_grid->spokenCellAt(m_row, m_column) : QString();
}

QRect RankGridCellAccess::rect() const
{
    if (!isValid())
        return {};
    const QRect cell = m_grid->gridGeometry().cell(m_row, m_column).toAlignedRect();
    return {m_grid->mapToGlobal(cell.topLeft()), cell.size()};
}

bool RankGridCellAccess::isSelected() const
{
    return isValid() && m_grid->selected().isValid() && m_grid->moduleAt(m_row, m_column) == m_grid->selected();
}

QAccessible::State RankGridCellAccess::state() const
{
    QAccessible::State state;
    if (!isValid()) {
        state.invalid = true;
        return state;
    }
    state.selectable = true;
    state.focusable = true;
    state.selected = isSelected();
    state.focused = state.selected && m_grid->hasFocus();
    return state;
}

void* RankGridCellAccess::interface_cast(QAccessible::InterfaceType type)
{
    return type == QAccessible::TableCellInterface ? static_cast<QAccessibleTableCellInterface*>(this) : nullptr;
}

} // namespace spectune
