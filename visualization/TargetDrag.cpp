// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/TargetDrag.h"

#include <algorithm>

namespace spectune {

TargetDrag::TargetDrag(
    std::vector<bool> ticked, std::vector<bool> available, int kinds, const GridCell& anchor, Extent extent)
    : m_before(std::move(ticked))
    , m_available(std::move(available))
    , m_kinds(kinds)
    , m_anchor(anchor)
    , m_end(anchor)
    , m_extent(extent)
{
    bool all = true;
    for (std::size_t slot = 0; slot < m_before.size(); ++slot) {
        all = all && (!covers(slot) || m_before[slot]);
    }
    m_ticks = !all;
}

GridCell TargetDrag::first() const
{
    return {m_extent == Extent::Columns ? 0 : std::min(m_anchor.layer, m_end.layer),
        m_extent == Extent::Rows ? 0 : std::min(m_anchor.kind, m_end.kind)};
}

GridCell TargetDrag::last() const
{
    const int layers = static_cast<int>(m_before.size()) / std::max(1, m_kinds);
    return {m_extent == Extent::Columns ? layers - 1 : std::max(m_anchor.layer, m_end.layer),
        m_extent == Extent::Rows ? m_kinds - 1 : std::max(m_anchor.kind, m_end.kind)};
}

bool TargetDrag::covers(std::size_t slot) const
{
    const GridCell from = first();
    const GridCell to = last();
    const int layer = static_cast<int>(slot) / m_kinds;
    const int kind = static_cast<int>(slot) % m_kinds;
    return (m_available.empty() || m_available[slot]) && layer >= from.layer && layer <= to.layer && kind >= from.kind
        && kind <= to.kind;
}

std::vector<bool> TargetDrag::after() const
{
    std::vector<bool> ticked = m_before;
    for (std::size_t slot = 0; slot < ticked.size(); ++slot) {
        if (covers(slot)) {
            ticked[slot] = m_ticks;
        }
    }
    return ticked;
}

} // namespace spectune
