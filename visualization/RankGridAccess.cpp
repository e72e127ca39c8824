// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankGridAccess.h"

#include "visualization/RankGrid.h"
#include "visualization/RankGridCellAccess.h"

namespace spectune {

namespace {

QAccessibleInterface* makeAccess(const QString&, QObject* object)
{
    auto* grid = qobject_cast<RankGrid*>(object);
    return grid ? new RankGridAccess(grid) : nullptr;
}

} // namespace

RankGridAccess::RankGridAccess(RankGrid* grid)
    : QAccessibleWidget(grid, QAccessible::Table)
{
}

RankGridAccess::~RankGridAccess()
{
    forgetCells();
}

void RankGridAccess::forgetCells() const
{
    for (const auto& [place, id] : m_cells)
        QAccessible::deleteAccessibleInterface(id);
    m_cells.clear();
}

void RankGridAccess::install()
{
    static const bool once = [] {
        QAccessible::installFactory(makeAccess);
        return true;
    }();
    Q_UNUSED(once)
}

RankGrid& RankGridAccess::grid() const
{
    return *static_cast<RankGrid*>(widget());
}

QString RankGridAccess::text(QAccessible::Text text) const
{
    switch (text) {
    case QAccessible::Value: return grid().spokenCell();
    case QAccessible::Description: {
        const QString cell = grid().spokenCell();
        return cell.isEmpty() ? grid().spokenSummary() : cell + QStringLiteral(". ") + grid().spokenSummary();
    }
    default: return QAccessibleWidget::text(text);
    }
}

void* RankGridAccess::interface_cast(QAccessible::InterfaceType type)
{
    return type == QAccessible::TableInterface ? static_cast<QAccessibleTableInterface*>(this)
                                               : QAccessibleWidget::interface_cast(type);
}

int RankGridAccess::rowCount() const
{
    return grid().layers();
}

int RankGridAccess::columnCount() const
{
    return grid().layers() > 0 ? static_cast<int>(grid().kinds().size()) : 0;
}

int RankGridAccess::childCount() const
{
    return rowCount() * columnCount();
}

QAccessibleInterface* RankGridAccess::child(int index) const
{
    return columnCount() > 0 ? cellAt(index / columnCount(), index % columnCount()) : nullptr;
}

QAccessibleInterface* RankGridAccess::cellAt(int row, int column) const
{
    if (row < 0 || column < 0 || row >= rowCount() || column >= columnCount())
        return nullptr;
    if (m_columns != columnCount()) { // another layout: its cells stand elsewhere
        forgetCells();
        m_columns = columnCount();
    }
    const int place = row * m_columns + column;
    auto found = m_cells.find(place);
    if (found == m_cells.end())
        found = m_cells
                    .emplace(
                        place, QAccessible::registerAccessibleInterface(new RankGridCellAccess(&grid(), row, column)))
                    .first;
    return QAccessible::accessibleInterface(found->second);
}

QAccessibleInterface* RankGridAccess::childAt(int x, int y) const
{
    const auto cell = grid().gridGeometry().cellAt(QPointF(grid().mapFromGlobal(QPoint(x, y))));
    return cell ? cellAt(cell->layer, cell->kind) : nullptr;
}

QAccessibleInterface* RankGridAccess::focusChild() const
{
    const QList<QAccessibleInterface*> chosen = selectedCells();
    return grid().hasFocus() && !chosen.isEmpty() ? chosen.front() : nullptr;
}

int RankGridAccess::indexOfChild(const QAccessibleInterface* child) const
{
    for (const auto& [place, id] : m_cells)
        if (QAccessible::accessibleInterface(id) == child)
            return place;
    return -1;
}

int RankGridAccess::selectedCellCount() const
{
    return static_cast<int>(selectedCells().size());
}

QList<QAccessibleInterface*> RankGridAccess::selectedCells() const
{
    const ModuleIndex chosen = grid().selected();
    if (!chosen.isValid())
        return {};
    for (int row = 0; row < rowCount(); ++row)
        for (int column = 0; column < columnCount(); ++column)
            if (grid().moduleAt(row, column) == chosen)
                return {cellAt(row, column)};
    return {};
}

QString RankGridAccess::columnDescription(int column) const
{
    return column >= 0 && column < columnCount()
        ? QString::fromStdString(grid().kinds()[static_cast<std::size_t>(column)])
        : QString();
}

QString RankGridAccess::rowDescription(int row) const
{
    return RankGrid::tr("layer %1").arg(row);
}

} // namespace spectune
