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
    /// "model.layers.0.mlp.up_proj" (and 3 more)
    [[nodiscard]] Message matrices() const
    {
        return count > 1 ? makeMessage("%1 (and %2 more)", inQuotes(name), count - 1) : inQuotes(name);
    }
};

void addError(std::vector<Issue>& issues, Message title, Message text)
{
    issues.push_back({Severity::Error, key, std::move(title), std::move(text), FieldValue(RankMap {})});
}

const BlockMatrix* findMatrix(const RunFacts& facts, const std::string& name)
{
    const auto found = std::ranges::find(facts.blockMatrices, name, &BlockMatrix::name);
    return found == facts.blockMatrices.end() ? nullptr : &*found;
}

Message unknownText(const Faults& faults, const RunFacts& facts)
{
    std::vector<std::string_view> names;
    for (const BlockMatrix& matrix : facts.blockMatrices)
        names.emplace_back(matrix.name);
    const std::string_view near = nearestName(faults.name, names);
    return near.empty()
        ? makeMessage("adalora.rank_map names %1, which is no matrix of the model's blocks; names are such as %2",
            faults.matrices(), inQuotes(names.front()))
        : makeMessage("adalora.rank_map names %1, which is no matrix of the model's blocks; did you mean %2?",
            faults.matrices(), inQuotes(near));
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
        addError(issues, makeMessage("The rank map is of another model"), unknownText(unknown, facts));
    if (outside.count > 0)
        addError(issues, makeMessage("The rank map names matrices that are not chosen"),
            makeMessage("adalora.rank_map gives %1 the rank %2, but adalora.targets, adalora.layers and "
                        "adalora.modules leave it out: choose it there, take it out of the map, or drop the map",
                outside.matrices(), outside.rank));
    if (tooLarge.count > 0)
        addError(issues, makeMessage("Rank above a matrix's side"),
            makeMessage(
                "adalora.rank_map gives %1 the rank %2, must be at most %3, the matrix's smaller side: lower it",
                tooLarge.matrices(), tooLarge.rank, tooLarge.side));
}

/// No rank may be above the one that alpha is divided by and that files have as r.
void checkLargest(const RunConfig& config, std::vector<Issue>& issues)
{
    const AdaLoraConfig& adalora = config.adalora;
    const auto largest
        = std::ranges::max_element(adalora.rankMap, {}, [](const RankMap::value_type& entry) { return entry.second; });
    if (!adalora.initRank || largest->second <= *adalora.initRank)
        return;
    issues.push_back({Severity::Error, "adalora.init_rank", makeMessage("Initial rank below the rank map's"),
        makeMessage("adalora.init_rank is %1, must be at least %2, the rank that adalora.rank_map gives %3: raise it "
                    "(alpha is divided by it), or leave it unset",
            *adalora.initRank, largest->second, inQuotes(largest->first)),
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
    if (run.initRank > smallest->side) {
        const Message origin = config.adalora.initRank ? Message::verbatim("adalora.init_rank")
                                                       : makeMessage("adalora.init_rank, the map's largest");
        addError(issues, makeMessage("Rank above a matrix's side"),
            makeMessage("adalora.rank_map does not name %1, whose rank then is %2 (%3), must be at most %4, the "
                        "matrix's smaller side: name it in the map, or leave it out of adalora.targets",
                inQuotes(smallest->name), run.initRank, origin, smallest->side));
        return;
    }
    issues.push_back({Severity::Note, key, makeMessage("Not all matrices are in the rank map"),
        unnamed == 1
            ? makeMessage("adalora.rank_map does not name 1 of %1 chosen matrices: its rank is %2, adalora.init_rank",
                facts.matrices, run.initRank)
            : makeMessage(
                "adalora.rank_map does not name %1 of %2 chosen matrices: their rank is %3, adalora.init_rank", unnamed,
                facts.matrices, run.initRank),
        {}});
}

} // namespace

void checkRankMap(const RunConfig& config, const RunFacts& facts, const ResolvedRun& run, std::vector<Issue>& issues)
{
    const RankMap& map = config.adalora.rankMap;
    if (map.empty())
        return;
    if (allocatesBudget(config.method)) {
        const std::string_view method = toString(config.method);
        addError(issues, makeMessage("A rank map needs a fixed rank"),
            map.size() == 1
                ? makeMessage("adalora.rank_map gives a matrix a rank of its own, but method.name is %1, which moves "
                              "ranks itself: choose svd-lora or lora, or drop the map",
                    method)
                : makeMessage("adalora.rank_map gives %1 matrices ranks of their own, but method.name is %2, which "
                              "moves ranks itself: choose svd-lora or lora, or drop the map",
                    map.size(), method));
        return;
    }
    checkLargest(config, issues);
    if (!facts.blockMatrices.empty())
        checkNames(config, facts, issues);
    if (facts.matrices > 0 && run.schedule.initialBudget == 0)
        addError(issues, makeMessage("Nothing to adapt"),
            makeMessage("adalora.rank_map gives every chosen matrix the rank 0: raise one, or drop the map"));
    checkUnnamed(config, facts, run, issues);
}

} // namespace spectune::detail
