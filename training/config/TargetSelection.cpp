// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/TargetSelection.h"

#include <algorithm>
#include <charconv>
#include <set>

namespace spectune {

namespace {

std::optional<std::int64_t> layerNumber(std::string_view text)
{
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (text.empty() || text.front() == '-' || fault != std::errc {} || end != text.data() + text.size())
        return std::nullopt;
    return number;
}

std::string entryOf(std::int64_t first, std::int64_t last, const std::string& kind)
{
    return std::to_string(first) + (last > first ? "-" + std::to_string(last) : std::string()) + "." + kind;
}

/// Every ticked run of blocks of each kind, one entry each.
std::vector<std::string> entriesOf(
    const std::vector<bool>& ticked, const std::vector<std::string>& kinds, std::int64_t layers)
{
    std::vector<std::string> entries;
    for (std::size_t column = 0; column < kinds.size(); ++column) {
        const auto isTicked
            = [&](std::int64_t layer) { return ticked[static_cast<std::size_t>(layer) * kinds.size() + column]; };
        for (std::int64_t layer = 0; layer < layers; ++layer) {
            if (!isTicked(layer))
                continue;
            const std::int64_t first = layer;
            while (layer + 1 < layers && isTicked(layer + 1))
                ++layer;
            const bool whole = first == 0 && layer + 1 == layers && layers > 1;
            entries.push_back(whole ? "*." + kinds[column] : entryOf(first, layer, kinds[column]));
        }
    }
    return entries;
}

std::vector<ModulePattern> patternsOf(const std::vector<std::string>& modules)
{
    std::vector<ModulePattern> patterns;
    for (const std::string& entry : modules) {
        if (auto pattern = ModulePattern::parse(entry))
            patterns.push_back(std::move(*pattern));
    }
    return patterns;
}

bool anyHolds(const std::vector<ModulePattern>& patterns, std::int64_t layer, std::string_view kind)
{
    return std::any_of(
        patterns.begin(), patterns.end(), [&](const ModulePattern& pattern) { return pattern.holds(layer, kind); });
}

template <typename List, typename Value>
bool chosen(const List& list, const Value& value)
{
    return list.empty() || std::find(list.begin(), list.end(), value) != list.end();
}

} // namespace

std::string matrixPath(std::int64_t layer, std::string_view kind)
{
    const bool attention = kind == "q_proj" || kind == "k_proj" || kind == "v_proj" || kind == "o_proj";
    return "model.layers." + std::to_string(layer) + (attention ? ".self_attn." : ".mlp.") + std::string(kind);
}

std::optional<ModulePattern> ModulePattern::parse(std::string_view text)
{
    const std::size_t dot = text.find('.');
    if (dot == std::string_view::npos || dot + 1 == text.size())
        return std::nullopt;
    ModulePattern pattern {.first = 0, .last = std::nullopt, .kind = std::string(text.substr(dot + 1))};
    const bool named = std::all_of(pattern.kind.begin(), pattern.kind.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!named)
        return std::nullopt;
    const std::string_view layers = text.substr(0, dot);
    if (layers == "*")
        return pattern;
    const std::size_t dash = layers.find('-');
    const auto first = layerNumber(layers.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : layerNumber(layers.substr(dash + 1));
    if (!first || !last || *last < *first)
        return std::nullopt;
    pattern.first = *first;
    pattern.last = last;
    return pattern;
}

bool ModulePattern::holds(std::int64_t layer, std::string_view matrixKind) const noexcept
{
    return matrixKind == kind && layer >= first && (!last || layer <= *last);
}

TargetSelection TargetSelection::of(const AdaLoraConfig& config)
{
    return {.kinds = config.targets, .layers = config.layers, .modules = config.modules};
}

TargetSelection TargetSelection::fromTicks(
    const std::vector<bool>& ticked, const std::vector<std::string>& modelKinds, std::int64_t modelLayers)
{
    std::set<std::int64_t> rows;
    std::set<std::size_t> columns;
    const auto count = static_cast<std::size_t>(std::count(ticked.begin(), ticked.end(), true));
    for (std::size_t i = 0; i < ticked.size(); ++i) {
        if (!ticked[i])
            continue;
        rows.insert(static_cast<std::int64_t>(i / modelKinds.size()));
        columns.insert(i % modelKinds.size());
    }
    TargetSelection selection;
    if (count != rows.size() * columns.size()) {
        selection.modules = entriesOf(ticked, modelKinds, modelLayers);
        return selection;
    }
    if (static_cast<std::int64_t>(rows.size()) < modelLayers)
        selection.layers.assign(rows.begin(), rows.end());
    if (columns.size() < modelKinds.size()) {
        for (const std::size_t column : columns)
            selection.kinds.push_back(modelKinds[column]);
    }
    return selection;
}

bool TargetSelection::holds(std::int64_t layer, std::string_view kind) const
{
    if (modules.empty())
        return chosen(layers, layer) && chosen(kinds, kind);
    return anyHolds(patternsOf(modules), layer, kind);
}

std::vector<bool> TargetSelection::ticks(const std::vector<std::string>& modelKinds, std::int64_t modelLayers) const
{
    const std::vector<ModulePattern> patterns = patternsOf(modules);
    std::vector<bool> ticked;
    for (std::int64_t layer = 0; layer < modelLayers; ++layer) {
        for (const std::string& kind : modelKinds)
            ticked.push_back(modules.empty() ? holds(layer, kind) : anyHolds(patterns, layer, kind));
    }
    return ticked;
}

} // namespace spectune
