// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/AdapterNames.h"

#include "training/core/MatrixNames.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <tuple>

namespace spectune {

std::int64_t layerOf(std::string_view module) noexcept
{
    constexpr std::string_view key = "layers.";
    const std::size_t at = module.find(key);
    std::int64_t layer = -1;
    if (at != std::string_view::npos)
        std::from_chars(module.data() + at + key.size(), module.data() + module.size(), layer);
    return layer;
}

std::string_view kindOf(std::string_view module) noexcept
{
    return module.substr(module.rfind('.') + 1);
}

void sortModules(std::vector<ModuleAdapter>& modules)
{
    const auto key = [](const ModuleAdapter& adapter) {
        return std::make_tuple(
            layerOf(adapter.module), matrixOrder(kindOf(adapter.module)), std::string_view(adapter.module));
    };
    std::sort(modules.begin(), modules.end(),
        [&](const ModuleAdapter& a, const ModuleAdapter& b) { return key(a) < key(b); });
}

std::vector<std::string> targetModules(const std::vector<std::string>& modules, std::int64_t baseLayers)
{
    std::set<std::string> kinds;
    for (const std::string& module : modules)
        kinds.emplace(kindOf(module));
    const bool everywhere
        = static_cast<std::int64_t>(modules.size()) == static_cast<std::int64_t>(kinds.size()) * baseLayers;
    if (everywhere)
        return {kinds.begin(), kinds.end()};
    std::vector<std::string> names(modules);
    std::sort(names.begin(), names.end());
    return names;
}

} // namespace spectune
