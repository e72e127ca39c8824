// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/RankGridGeometry.h"

#include <optional>
#include <vector>

namespace spectune {

/// A rectangle of the targets grid that is ticked, or cleared, as a whole: by dragging over cells or over headers, or
/// with the keys. What lies outside keeps its ticks, so a rectangle that shrinks gives back what it had covered.
class TargetDrag {
public:
    enum class Extent { Cells, Rows, Columns }; ///< rows and columns reach from edge to edge

    /// @param ticked and @p available are [layers × kinds]; empty available: all cells can be ticked
    /// The cell where it begins decides: a ticked one (for whole rows and columns: where all are) is cleared.
    TargetDrag(std::vector<bool> ticked, std::vector<bool> available, int kinds, const GridCell& anchor, Extent extent);

    void moveTo(const GridCell& cell) { m_end = cell; }
    [[nodiscard]] Extent extent() const { return m_extent; }
    [[nodiscard]] bool ticks() const { return m_ticks; }
    [[nodiscard]] GridCell first() const; ///< upper left
    [[nodiscard]] GridCell last() const; ///< lower right
    [[nodiscard]] const std::vector<bool>& before() const { return m_before; }
    [[nodiscard]] std::vector<bool> after() const;

private:
    [[nodiscard]] bool covers(std::size_t slot) const;

    std::vector<bool> m_before;
    std::vector<bool> m_available;
    int m_kinds;
    GridCell m_anchor;
    GridCell m_end;
    Extent m_extent;
    bool m_ticks = true;
};

} // namespace spectune
