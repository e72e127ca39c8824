// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/ModuleLayout.h"

#include "training/core/MatrixNames.h"

#include <algorithm>
#include <numeric>

namespace spectune {

namespace {

template <typename Predicate>
ModuleIndex indexOf(const std::vector<ModuleInfo>& modules, const Predicate& predicate) noexcept
{
    const auto found = std::find_if(modules.begin(), modules.end(), predicate);
    return found == modules.end() ? ModuleIndex {} : ModuleIndex {static_cast<std::int32_t>(found - modules.begin())};
}

} // namespace

std::int64_t ModuleLayout::tripletCount() const noexcept
{
    return ranks.empty() ? placeCount() : std::accumulate(ranks.begin(), ranks.end(), std::int64_t {0});
}

ModuleIndex ModuleLayout::find(LayerIndex layer, KindIndex kind) const noexcept
{
    return indexOf(modules, [&](const ModuleInfo& module) { return module.layer == layer && module.kind == kind; });
}

ModuleIndex ModuleLayout::find(std::string_view name) const noexcept
{
    return indexOf(modules, [&](const ModuleInfo& module) { return module.name == name; });
}

std::string_view shortKindName(std::string_view kind) noexcept
{
    constexpr std::string_view ending = "_proj";
    if (kind.size() > ending.size() && kind.ends_with(ending))
        kind.remove_suffix(ending.size());
    return kind;
}

bool isAttentionKind(std::string_view kind) noexcept
{
    return matrixOrder(kind) < attentionMatrices;
}

} // namespace spectune
