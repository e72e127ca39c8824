// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/nn/TripletSelection.h"

#include <ATen/ATen.h>

namespace spectune {

namespace {

std::vector<std::int64_t> ranksOf(const at::Tensor& chosen)
{
    const at::Tensor sums = chosen.sum(1).to(at::kCPU, at::kLong).contiguous();
    const auto* first = sums.const_data_ptr<std::int64_t>();
    return {first, first + sums.numel()};
}

} // namespace

TripletSelection::TripletSelection(const ModuleLayout& layout, const at::Tensor& chosen)
    : m_whole(layout)
    , m_order(layout, ranksOf(chosen))
{
    const at::Tensor table = chosen.cpu();
    for (const FactorGroup& group : m_order.groups())
        m_rows.push_back(at::empty({group.rows}, at::kLong));
    for (std::int32_t i = 0; i < m_whole.moduleCount(); ++i) {
        const at::Tensor own = table.select(0, i).nonzero().squeeze(1); // [r]
        for (const auto placeOf : {&ArenaOrder::placeOfQ, &ArenaOrder::placeOfP}) {
            const FactorPlace& from = (m_whole.*placeOf)({i});
            const FactorPlace& to = (m_order.*placeOf)({i});
            m_rows[to.group].narrow(0, to.row, own.size(0)).copy_(own + from.row);
        }
    }
    m_triplets = table.flatten().nonzero().squeeze(1).to(chosen.device());
    for (at::Tensor& rows : m_rows)
        rows = rows.to(chosen.device());
}

at::Tensor TripletSelection::take(const at::Tensor& whole) const
{
    std::vector<at::Tensor> parts;
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        parts.push_back(m_whole.rows(whole, i).index_select(0, m_rows[i].to(whole.device())).flatten());
    if (whole.numel() > m_whole.lambdaOffset())
        parts.push_back(takeByTriplet(m_whole.lambda(whole)));
    return at::cat(parts);
}

void TripletSelection::put(const at::Tensor& part, const at::Tensor& whole) const
{
    const at::Tensor from = part.to(whole.device());
    for (std::size_t i = 0; i < m_rows.size(); ++i)
        m_whole.rows(whole, i).index_copy_(0, m_rows[i].to(whole.device()), m_order.rows(from, i));
    if (whole.numel() > m_whole.lambdaOffset())
        putByTriplet(m_order.lambdas(from), m_whole.lambda(whole));
}

at::Tensor TripletSelection::takeByTriplet(const at::Tensor& whole) const
{
    return whole.reshape({-1}).index_select(0, m_triplets.to(whole.device()));
}

void TripletSelection::putByTriplet(const at::Tensor& part, const at::Tensor& whole) const
{
    whole.view({-1}).index_copy_(0, m_triplets.to(whole.device()), part.to(whole.device()));
}

} // namespace spectune
