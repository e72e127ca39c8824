// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGridGeometry.h"
#include "visualization/TargetDrag.h"

#include <QMenu>

#include <vector>

namespace spectune {

class RankGrid;

/// The menu of the grid of targets: the layer and the matrices of one kind that it opens on as a whole, all of them
/// or this one alone, and the picture. A right click opens it, and the menu key or Shift+F10 on the cell that the
/// keys have chosen.
class TargetsMenu : public QMenu {
    Q_OBJECT
public:
    /// @param grid shows targets, and owns the menu
    explicit TargetsMenu(RankGrid& grid);

Q_SIGNALS:
    /// @param ticked [layers × kinds] as the grid has them
    void wanted(const std::vector<bool>& ticked);
    /// What was done with the picture or the values, or why it was not.
    void told(const QString& lead, const QString& text);

private:
    void openAt(QPoint place);
    [[nodiscard]] bool stands() const; ///< the grid still has the cell: it may have changed while the menu was open
    void tick(TargetDrag::Extent extent);
    /// A whole line of the grid being ticked, or cleared where all of it is ticked.
    [[nodiscard]] TargetDrag line(TargetDrag::Extent extent) const;
    [[nodiscard]] QString csv() const;

    RankGrid& m_grid;
    GridCell m_cell {}; ///< that it opens on; of a header the first of its line
    QAction* m_layer = nullptr;
    QAction* m_kind = nullptr;
    QAction* m_only = nullptr;
};

} // namespace spectune
