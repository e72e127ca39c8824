// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGrid.h"

#include <QAccessibleInterface>
#include <QPointer>

namespace spectune {

/// One cell of the grid for a screen reader: "layer 9, down_proj, rank 8 of 12, 1 back at step 1,100".
class RankGridCellAccess : public QAccessibleInterface, public QAccessibleTableCellInterface {
public:
    RankGridCellAccess(RankGrid* grid, int row, int column)
        : m_grid(grid)
        , m_row(row)
        , m_column(column)
    {
    }

    /// False once the grid is gone or has a layout without this cell.
    [[nodiscard]] bool isValid() const override
    {
        return m_grid && m_row < m_grid->layers() && m_column < static_cast<int>(m_grid->kinds().size());
    }
    [[nodiscard]] QObject* object() const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* parent() const override
    {
        return QAccessible::queryAccessibleInterface(m_grid);
    }
    [[nodiscard]] QAccessibleInterface* child(int) const override { return nullptr; }
    [[nodiscard]] QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    [[nodiscard]] int childCount() const override { return 0; }
    [[nodiscard]] int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    [[nodiscard]] QString text(QAccessible::Text text) const override;
    void setText(QAccessible::Text, const QString&) override { }
    [[nodiscard]] QRect rect() const override;
    [[nodiscard]] QAccessible::Role role() const override { return QAccessible::Cell; }
    [[nodiscard]] QAccessible::State state() const override;
    void* interface_cast(QAccessible::InterfaceType type) override;

    [[nodiscard]] bool isSelected() const override;
    [[nodiscard]] QList<QAccessibleInterface*> columnHeaderCells() const override { return {}; }
    [[nodiscard]] QList<QAccessibleInterface*> rowHeaderCells() const override { return {}; }
    [[nodiscard]] int columnIndex() const override { return m_column; }
    [[nodiscard]] int rowIndex() const override { return m_row; }
    [[nodiscard]] int columnExtent() const override { return 1; }
    [[nodiscard]] int rowExtent() const override { return 1; }
    [[nodiscard]] QAccessibleInterface* table() const override { return parent(); }

private:
    QPointer<RankGrid> m_grid;
    int m_row;
    int m_column;
};

} // namespace spectune
