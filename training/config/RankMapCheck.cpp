// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/RankMapCheck.h"

#include "training/config/FieldCheck.h"

#include <algorithm>
#include <string_view>

namespace spectune::detail {

namespace {

const std::string key = "adalora.rank_map";

/// Entries with one fault between them: the first is told, the others are counted.
struct Faults {
    std::string name;
    std::int64_t rank = 0;
    std::int64_t side = 0; ///< of that matrix
    std::int64_t count = 0;

    void add(const std::string& matrix, std::int64_t given, std::int64_t itsSide = 0)
    {
        if (count++ == 0) {
            name = matrix;
            rank = given;
            side = itsSide;
        }
    }
    /// " (and 3 more)"
    [[nodiscard]] std::string others() const
    {
        return count > 1 ? " (and " + std::to_string(count - 1) + " more)" : std::string();
    }
};

void addError(std::vector<Issue>& issues, std::string title, std::string text)
{
    issues.push_back({Severity::Error, key, std::move(title), std::move(text), FieldValue(RankMap {})});
}

const BlockMatrix* findMatrix(const RunFacts& facts, const std::string& name)
{
    const auto found = std::ranges::find(facts.blockMatrices, name, &BlockMatrix::name);
    return found == facts.blockMatrices.end() ? nullptr : &*found;
}

std::string unknownText(const Faults& faults, const RunFacts& facts)
{
    std::string text
        = key + " names " + inQuotes(faults.name) + faults.others() + ", which is no matrix of the model's blocks";
    std::vector<std::string_view> names;
    for (const BlockMatrix& matrix : facts.blockMatrices)
        names.emplace_back(matrix.name);
    if (const std::string_view near = nearestName(faults.name, names); !near.empty())
        text += "; did you mean " + inQuotes(near) + "?";
    else
        text += "; names are such as " + inQuotes(names.front());
    return text;
}

/// Holds every entry to the model's own matrices.
void checkNames(const RunConfig& config, const RunFacts& facts, std::vector<Issue>& issues)
{
    Faults unknown;
    Faults outside;
    Faults tooLarge;
    for (const auto& [name, rank] : config.adalora.rankMap) {
        const BlockMatrix* matrix = findMatrix(facts, name);
        if (matrix == nullptr)
            unknown.add(name, rank);
        else if (!matrix->adapted)
            outside.add(name, rank);
        else if (rank > matrix->side)
            tooLarge.add(name, rank, matrix->side);
    }
    if (unknown.count > 0)
        addError(issues, "The rank map is of another model", unknownText(unknown, facts));
    if (outside.count > 0)
        addError(issues, "The rank map names matrices that are not chosen",
            key + " gives " + inQuotes(outside.name) + outside.others() + " the rank " + std::to_string(outside.rank)
                + ", but adalora.targets, adalora.layers and adalora.modules leave it out: choose it there, take it "
                  "out "
                  "of the map, or drop the map");
    if (tooLarge.count > 0)
        addError(issues, "Rank above a matrix's side",
            key + " gives " + inQuotes(tooLarge.name) + tooLarge.others() + " the rank " + std::to_string(tooLarge.rank)
                + ", must be at most " + std::to_string(tooLarge.side) + ", the matrix's smaller side: lower it");
}

/// No rank may be above the one that alpha is divided by and that files have as r.
void checkLargest(const RunConfig& config, std::vector<Issue>& issues)
{
    const AdaLoraConfig& adalora = config.adalora;
    const auto largest
        = std::ranges::max_element(adalora.rankMap, {}, [](const RankMap::value_type& entry) { return entry.second; });
    if (!adalora.initRank || largest->second <= *adalora.initRank)
        return;
    issues.push_back({Severity::Error, "adalora.init_rank", "Initial rank below the rank map's",
        "adalora.init_rank is " + std::to_string(*adalora.initRank) + ", must be at least "
            + std::to_string(largest->second) + ", the rank that " + key + " gives " + inQuotes(largest->first)
            + ": raise it (alpha is divided by it), or leave it unset",
        FieldValue(largest->second)});
}

/// Matrices without an entry have the initial rank: it must fit them, and it is told.
void checkUnnamed(const RunConfig& config, const RunFacts& facts, const ResolvedRun& run, std::vector<Issue>& issues)
{
    std::int64_t unnamed = 0;
    const BlockMatrix* smallest = nullptr;
    for (const BlockMatrix& matrix : facts.blockMatrices) {
        if (!matrix.adapted || config.adalora.rankMap.contains(matrix.name))
            continue;
        ++unnamed;
        if (smallest == nullptr || matrix.side < smallest->side)
            smallest = &matrix;
    }
    if (smallest == nullptr)
        return;
    const std::string rank = std::to_string(run.initRank);
    if (run.initRank > smallest->side)
        addError(issues, "Rank above a matrix's side",
            key + " does not name " + inQuotes(smallest->name) + ", whose rank then is " + rank + " (adalora.init_rank"
                + (config.adalora.initRank ? "" : ", the map's largest") + "), must be at most "
                + std::to_string(smallest->side)
                + ", the matrix's smaller side: name it in the map, or leave it out of adalora.targets");
    else
        issues.push_back({Severity::Note, key, "Not all matrices are in the rank map",
            key + " does not name " + std::to_string(unnamed) + " of " + std::to_string(facts.matrices)
                + " chosen matrices: " + (unnamed == 1 ? "its" : "their") + " rank is " + rank + ", adalora.init_rank",
            {}});
}

} // namespace

void checkRankMap(const RunConfig& config, const RunFacts& facts, const ResolvedRun& run, std::vector<Issue>& issues)
{
    const RankMap& map = config.adalora.rankMap;
    if (map.empty())
        return;
    if (allocatesBudget(config.method)) {
        const std::string ranks = map.size() == 1 ? "a matrix a rank of its own"
                                                  : std::to_string(map.size()) + " matrices ranks of their own";
        addError(issues, "A rank map needs a fixed rank",
            key + " gives " + ranks + ", but method.name is " + std::string(toString(config.method))
                + ", which moves ranks itself: choose svd-lora or lora, or drop the map");
        return;
    }
    checkLargest(config, issues);
    if (!facts.blockMatrices.empty())
        checkNames(config, facts, issues);
    if (facts.matrices > 0 && run.schedule.initialBudget == 0)
        addError(issues, "Nothing to adapt", key + " gives every chosen matrix the rank 0: raise one, or drop the map");
    checkUnnamed(config, facts, run, issues);
}

} // namespace spectune::detail
