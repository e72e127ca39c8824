// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/ArenaOrder.h"

#include "training/nn/InputSet.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace spectune {

ArenaOrder::ArenaOrder(const ModuleLayout& layout)
    : ArenaOrder(
        layout, layout.ranks.empty() ? std::vector<std::int64_t>(layout.modules.size(), layout.initRank) : layout.ranks)
{
}

ArenaOrder::ArenaOrder(const ModuleLayout& layout, std::vector<std::int64_t> ranks)
    : m_ranks(std::move(ranks))
{
    const auto place = [this](std::int64_t width, std::int64_t rank) {
        const auto found = std::find_if(
            m_groups.begin(), m_groups.end(), [width](const FactorGroup& group) { return group.width == width; });
        const auto index = static_cast<std::size_t>(found - m_groups.begin());
        if (found == m_groups.end())
            m_groups.push_back({.offset = 0, .count = 0, .width = width, .rows = 0});
        FactorGroup& group = m_groups[index];
        ++group.count;
        return FactorPlace {.group = index, .row = std::exchange(group.rows, group.rows + rank)};
    };
    for (std::size_t begin = 0; begin < layout.modules.size();) {
        const std::size_t end = begin + static_cast<std::size_t>(modulesOfInput(layout, begin));
        for (std::size_t i = begin; i < end; ++i)
            m_places.push_back({.q = place(layout.modules[i].inFeatures, m_ranks[i]), .p = {}});
        for (std::size_t i = begin; i < end; ++i)
            m_places[i].p = place(layout.modules[i].outFeatures, m_ranks[i]);
        begin = end;
    }
    for (FactorGroup& group : m_groups) {
        group.offset = m_lambdaOffset;
        m_lambdaOffset += group.rows * group.width;
    }
    for (const std::int64_t rank : m_ranks) {
        m_begins.push_back(m_triplets);
        m_triplets += rank;
        m_rank = std::max(m_rank, rank);
    }
}

at::Tensor ArenaOrder::rows(const at::Tensor& flat, std::size_t group) const
{
    const FactorGroup& place = m_groups[group];
    return flat.narrow(0, place.offset, place.rows * place.width).view({place.rows, place.width});
}

at::Tensor ArenaOrder::group(const at::Tensor& flat, std::size_t index) const
{
    TORCH_CHECK(isEven(), "a group of factors whose ranks differ is no tensor");
    return rows(flat, index).view({m_groups[index].count, m_rank, m_groups[index].width});
}

at::Tensor ArenaOrder::lambdas(const at::Tensor& flat) const
{
    return flat.narrow(0, m_lambdaOffset, m_triplets);
}

at::Tensor ArenaOrder::lambda(const at::Tensor& flat) const
{
    TORCH_CHECK(isEven(), "modules whose ranks differ have no matrix of lambdas");
    return lambdas(flat).view({moduleCount(), m_rank});
}

at::Tensor ArenaOrder::lambda(const at::Tensor& flat, ModuleIndex module) const
{
    return lambdas(flat).narrow(0, m_begins[module.at()], rank(module));
}

at::Tensor ArenaOrder::factor(const at::Tensor& flat, const FactorPlace& place, std::int64_t rank) const
{
    return rows(flat, place.group).narrow(0, place.row, rank);
}

at::Tensor ArenaOrder::q(const at::Tensor& flat, ModuleIndex module) const
{
    return factor(flat, placeOfQ(module), rank(module));
}

at::Tensor ArenaOrder::pT(const at::Tensor& flat, ModuleIndex module) const
{
    return factor(flat, placeOfP(module), rank(module));
}

} // namespace spectune
