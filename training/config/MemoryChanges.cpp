// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/MemoryChanges.h"

#include "training/config/TargetSelection.h"
#include "training/core/Error.h"
#include "training/core/MatrixNames.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <tuple>

namespace spectune {

namespace {

using Values = std::vector<std::pair<std::string, FieldValue>>;
using Kind = MemoryChange::Kind;

const std::vector<std::string> attentionKinds(matrixNames.begin(), matrixNames.begin() + attentionMatrices);
const std::vector<std::string> feedForwardKinds(matrixNames.begin() + attentionMatrices, matrixNames.end());

/// Finds changes one after the other.
class Search {
public:
    Search(const ModelShape& shape, const RunConfig& config, const RunFacts& facts, const MemoryPlace& place,
        std::int64_t limit)
        : m_shape(shape)
        , m_config(config)
        , m_facts(facts)
        , m_place(place)
        , m_limit(limit)
        , m_now(estimateOf(shape, config, facts, place).total())
    {
    }

    void microBatches()
    {
        const TrainConfig& train = m_config.train;
        const std::int64_t all = samplesOfForward(train);
        const auto with = [](std::int64_t samples) { return Values {{"train.micro_batch_size", samples}}; };
        const bool alone = tryEach(Kind::MicroBatch, halves(all, 1), true, with);
        bool recomputed = train.gradientCheckpointing;
        if (!recomputed)
            recomputed = tryEach(Kind::Recompute, {0}, true, [](std::int64_t) {
                return Values {{"train.gradient_checkpointing", true}};
            });
        if (!alone && !recomputed && !train.gradientCheckpointing)
            (void)tryEach(Kind::MicroBatchAndRecompute, halves(all, 1), true, [](std::int64_t samples) {
                return Values {{"train.gradient_checkpointing", true}, {"train.micro_batch_size", samples}};
            });
    }
    void precision()
    {
        if (m_config.train.dtype != ElementType::BFloat16)
            (void)tryEach(Kind::BFloat16, {0}, false, [](std::int64_t) {
                return Values {{"train.dtype", std::string(toString(ElementType::BFloat16))}};
            });
    }
    void lengths()
    {
        const std::int64_t now = m_config.data.maxLength;
        std::vector<std::int64_t> lengths {now * 3 / 4};
        for (const std::int64_t length : halves(now, 32))
            lengths.push_back(length);
        const FieldInfo& field = *findField("data.max_length");
        std::erase_if(lengths, [&field](std::int64_t length) { return static_cast<double>(length) < field.minimum; });
        (void)tryEach(Kind::MaxLength, lengths, false, [](std::int64_t tokens) {
            return Values {{"data.max_length", tokens}};
        });
    }
    void targets()
    {
        if (usesRankMap(m_config)) // it names matrices that would be chosen no more
            return;
        const TargetSelection selection = TargetSelection::of(m_config.adalora);
        const auto adapts = [&](const std::vector<std::string>& kinds) {
            const std::vector<bool> ticked = selection.ticks(kinds, m_shape.layers);
            return std::find(ticked.begin(), ticked.end(), true) != ticked.end();
        };
        if (!adapts(feedForwardKinds) || !adapts(attentionKinds))
            return;
        (void)tryEach(Kind::AttentionOnly, {0}, false, [&](std::int64_t) {
            return Values {{"adalora.modules", std::vector<std::string> {}}, {"adalora.targets", attentionKinds}};
        });
    }
    void ranks()
    {
        if (usesRankMap(m_config)) // what the ranks follow is the map
            return;
        const AdaLoraConfig& adalora = m_config.adalora;
        std::vector<std::int64_t> targets = halves(adalora.targetRank, 1);
        (void)tryEach(Kind::Rank, targets, false, [&](std::int64_t rank) {
            Values values {{"adalora.total_budget", FieldValue {}}, {"adalora.init_rank", FieldValue {}},
                {"adalora.target_rank", rank}};
            if (!adalora.alpha)
                return values;
            RunConfig changed = m_config; // s = α / init stays
            for (const auto& [key, value] : values)
                setFieldValue(changed, key, value);
            const auto before = static_cast<double>(resolveRun(m_config, m_facts).initRank);
            const auto after = static_cast<double>(resolveRun(changed, m_facts).initRank);
            values.emplace_back("adalora.alpha", *adalora.alpha * after / before);
            return values;
        });
    }

    [[nodiscard]] std::vector<MemoryChange> result()
    {
        std::stable_sort(m_found.begin(), m_found.end(), [](const MemoryChange& a, const MemoryChange& b) {
            const auto key = [](const MemoryChange& change) {
                return std::tuple(
                    !change.fits, !(change.fits && change.sameSteps), change.fits ? 0 : change.estimate.total());
            };
            return key(a) < key(b);
        });
        return std::move(m_found);
    }

private:
    /// value / 2, / 4, … down to @p least.
    [[nodiscard]] static std::vector<std::int64_t> halves(std::int64_t value, std::int64_t least)
    {
        std::vector<std::int64_t> list;
        for (std::int64_t half = value / 2; half >= least; half /= 2)
            list.push_back(half);
        return list;
    }

    /// Keeps the first number whose change fits, else the last;
    /// one whose values the fields do not allow is no candidate.
    /// @return whether one fits
    template <typename With>
    bool tryEach(Kind kind, const std::vector<std::int64_t>& numbers, bool sameSteps, const With& with)
    {
        std::optional<MemoryChange> last;
        for (const std::int64_t number : numbers) {
            MemoryChange change {
                .kind = kind, .values = {}, .number = number, .estimate = {}, .fits = false, .sameSteps = sameSteps};
            try {
                change.values = with(number);
                change.estimate = estimateOf(m_shape, withChange(m_config, change), m_facts, m_place);
            } catch (const Error&) {
                continue;
            }
            change.fits = change.estimate.total() <= m_limit;
            last = std::move(change);
            if (last->fits)
                break;
        }
        constexpr double worthwhile = 0.98;
        if (last && static_cast<double>(last->estimate.total()) < worthwhile * static_cast<double>(m_now))
            m_found.push_back(*last);
        return last && last->fits;
    }

    const ModelShape& m_shape;
    const RunConfig& m_config;
    const RunFacts& m_facts;
    MemoryPlace m_place;
    std::int64_t m_limit;
    std::int64_t m_now;
    std::vector<MemoryChange> m_found;
};

} // namespace

RunConfig withChange(RunConfig config, const MemoryChange& change)
{
    for (const auto& [key, value] : change.values)
        setFieldValue(config, key, value);
    return config;
}

std::vector<MemoryChange> memoryChanges(const ModelShape& shape, const RunConfig& config, const RunFacts& facts,
    const MemoryPlace& place, std::int64_t limit)
{
    Search search(shape, config, facts, place, limit);
    search.microBatches();
    search.precision();
    search.lengths();
    search.targets();
    search.ranks();
    return search.result();
}

MemoryEstimate estimateOf(
    const ModelShape& shape, const RunConfig& config, const RunFacts& facts, const MemoryPlace& place)
{
    return MemoryEstimate::of(shape, config, resolveRun(config, facts), place);
}

} // namespace spectune
