// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/ArenaOrder.h"

#include "training/nn/TripletArena.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <utility>

namespace spectune {

ArenaOrder::ArenaOrder(const ModuleLayout& layout)
    : ArenaOrder(layout, std::vector<std::int64_t>(layout.modules.size(), layout.initRank))
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
        return FactorPlace {.group = index, .slot = group.count++, .row = std::exchange(group.rows, group.rows + rank)};
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
    makeLookUps();
}

void ArenaOrder::makeLookUps()
{
    std::vector<std::int64_t> factors; // before a group
    std::vector<std::int64_t> rows;
    std::int64_t factorCount = 0;
    std::int64_t rowCount = 0;
    for (const FactorGroup& group : m_groups) {
        factors.push_back(std::exchange(factorCount, factorCount + group.count));
        rows.push_back(std::exchange(rowCount, rowCount + group.rows));
        m_filledRows.push_back(at::empty({group.rows}, at::kLong));
    }
    m_factorsOfModules = at::empty({2, moduleCount()}, at::kLong);
    m_rowsOfTriplets = at::empty({2, m_triplets}, at::kLong);
    auto factorOf = m_factorsOfModules.accessor<std::int64_t, 2>();
    auto rowOf = m_rowsOfTriplets.accessor<std::int64_t, 2>();
    for (std::int64_t module = 0; module < moduleCount(); ++module) {
        const auto m = static_cast<std::size_t>(module);
        for (const std::int64_t which : {0, 1}) {
            const FactorPlace& place = which == 0 ? m_places[m].q : m_places[m].p;
            factorOf[which][module] = factors[place.group] + place.slot;
            auto filled = m_filledRows[place.group].accessor<std::int64_t, 1>();
            for (std::int64_t i = 0; i < m_ranks[m]; ++i) {
                rowOf[which][m_begins[m] + i] = rows[place.group] + place.row + i;
                filled[place.row + i] = place.slot * m_rank + i;
            }
        }
    }
}

void ArenaOrder::moveTo(at::Device device)
{
    for (at::Tensor* table : {&m_factorsOfModules, &m_rowsOfTriplets})
        *table = table->to(device);
    for (at::Tensor& table : m_filledRows)
        table = table.to(device);
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

at::Tensor ArenaOrder::filledUp(const at::Tensor& flat, std::size_t group) const
{
    if (isEven())
        return this->group(flat, group);
    const FactorGroup& place = m_groups[group];
    return at::zeros({place.count * m_rank, place.width}, flat.options())
        .index_copy_(0, m_filledRows[group], rows(flat, group))
        .view({place.count, m_rank, place.width});
}

at::Tensor ArenaOrder::unitMatrices(const at::Tensor& flat, std::size_t group) const
{
    if (isEven())
        return at::eye(m_rank, flat.options()).unsqueeze(0);
    const at::Tensor diagonals
        = at::zeros({m_groups[group].count * m_rank}, flat.options()).index_fill_(0, m_filledRows[group], 1.0);
    return at::diag_embed(diagonals.view({m_groups[group].count, m_rank}));
}

void ArenaOrder::add(const at::Tensor& filled, const at::Tensor& flat, std::size_t group) const
{
    if (isEven())
        this->group(flat, group).add_(filled);
    else
        rows(flat, group).add_(filled.flatten(0, 1).index_select(0, m_filledRows[group]));
}

std::array<at::Tensor, 2> ArenaOrder::byModule(const std::vector<at::Tensor>& perGroup) const
{
    const at::Tensor all = at::cat(perGroup);
    return {all.index_select(0, m_factorsOfModules.select(0, 0)), all.index_select(0, m_factorsOfModules.select(0, 1))};
}

std::array<at::Tensor, 2> ArenaOrder::byTriplet(const std::vector<at::Tensor>& perGroup) const
{
    const at::Tensor all = at::cat(perGroup);
    return {all.index_select(0, m_rowsOfTriplets.select(0, 0)), all.index_select(0, m_rowsOfTriplets.select(0, 1))};
}

} // namespace spectune
