// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/ReplayReader.h"

#include "training/core/AtomicFile.h"
#include "training/monitor/ReplayFormat.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>
#include <iterator>

namespace fs = std::filesystem;

namespace spectune {

using replay::Kind;
using replay::Unpacker;

namespace {

constexpr std::size_t keyframeEvery = 256; ///< events
constexpr std::uint64_t mostTriplets = 1U << 26U; ///< more is a damaged file

/// Adds the triplet at @p place to its module's sums. One after the other, as the engine adds them up: the sums are the
/// same floats.
void addUp(RankSnapshot& snapshot, std::size_t place)
{
    const TripletState& triplet = snapshot.triplets[place];
    ModuleState& module = snapshot.modules[place / static_cast<std::size_t>(snapshot.layout->initRank)];
    module.importance += triplet.kept ? triplet.score : 0.0F;
    module.lambdaSum += std::abs(triplet.lambda);
}

} // namespace

ReplayReader::ReplayReader(const fs::path& runFolder)
    : m_file(runFolder / replay::fileName)
{
    refresh();
}

ReplayReader ReplayReader::fromBytes(std::string bytes)
{
    ReplayReader reader;
    reader.m_bytes = std::move(bytes);
    reader.takeRecords();
    return reader;
}

bool ReplayReader::refresh()
{
    std::error_code fault;
    const auto size = fs::file_size(m_file, fault);
    if (fault)
        return false;
    std::ifstream stream(m_file, std::ios::binary);
    std::string headNow(replay::headBytes, '\0');
    stream.read(headNow.data(), static_cast<std::streamsize>(headNow.size()));
    const bool same = std::string_view(m_bytes).substr(0, replay::headBytes) == headNow;
    if (same && size <= m_end)
        return false;
    if (!same) {
        const fs::path file = m_file;
        *this = {};
        m_file = file;
        m_bytes = readFile(m_file);
    } else { // what was cut off before may be whole by now
        m_bytes.resize(m_end);
        std::string more(static_cast<std::size_t>(size) - m_end, '\0');
        stream.seekg(static_cast<std::streamoff>(m_end));
        stream.read(more.data(), static_cast<std::streamsize>(more.size()));
        m_bytes.append(more, 0, static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
    }
    const std::size_t before = m_end;
    takeRecords();
    return m_end != before;
}

void ReplayReader::takeRecords()
{
    if (m_end == 0) {
        if (!replay::generationOf(m_bytes))
            return;
        m_end = replay::headBytes;
    }
    while (const auto record = replay::recordAt(m_bytes, m_end)) {
        bool good = false;
        switch (record->kind) {
        case Kind::Layout: good = !m_layout && takeLayout(record->body); break;
        case Kind::Flips: good = m_layout && takeEvent(record->body, false); break;
        case Kind::Pattern: good = m_layout && takeEvent(record->body, true); break;
        case Kind::State:
            good = !m_events.empty() && m_events.back().step == record->step;
            if (good) {
                m_events.back().state = valuesOf(*record);
                good = m_events.back().state != 0;
            }
            break;
        case Kind::Moment:
        case Kind::Lambda: good = m_layout && takeMoment(*record); break;
        }
        if (!good)
            return; // written by something else: what came before it holds
        m_end = record->end;
    }
}

std::size_t ReplayReader::valuesOf(const replay::Record& record) const
{
    Unpacker unpacker(record.body);
    (void)unpacker.whole();
    if (unpacker.failed()
        || unpacker.left() != replay::valueBytes(record.kind, m_layout->modules.size(), m_last.kept.size()))
        return 0;
    return static_cast<std::size_t>(record.body.data() - m_bytes.data()) + record.body.size() - unpacker.left();
}

bool ReplayReader::takeMoment(const replay::Record& record)
{
    const bool inOrder = (m_events.empty() || record.step > m_events.back().step)
        && (m_moments.empty() || record.step > m_moments.back().step);
    const std::size_t values = inOrder ? valuesOf(record) : 0;
    if (values != 0)
        m_moments.push_back({record.step, values, record.kind});
    return values != 0;
}

bool ReplayReader::takeLayout(std::string_view body)
{
    Unpacker unpacker(body);
    auto layout = std::make_shared<ModuleLayout>();
    layout->initRank = static_cast<std::int64_t>(unpacker.whole());
    layout->layerCount = static_cast<std::int64_t>(unpacker.whole());
    for (std::uint64_t kinds = unpacker.whole(); kinds > 0 && !unpacker.failed(); --kinds)
        layout->kinds.push_back(unpacker.text());
    for (std::uint64_t modules = unpacker.whole(); modules > 0 && !unpacker.failed(); --modules) {
        ModuleInfo module;
        module.name = unpacker.text();
        module.layer.value = static_cast<std::int32_t>(unpacker.whole());
        module.kind.value = static_cast<std::int32_t>(unpacker.whole());
        module.inFeatures = static_cast<std::int64_t>(unpacker.whole());
        module.outFeatures = static_cast<std::int64_t>(unpacker.whole());
        if (module.layer.value < 0 || module.layer.value >= layout->layerCount || module.kind.value < 0
            || module.kind.at() >= layout->kinds.size())
            return false;
        layout->modules.push_back(std::move(module));
    }
    // Both factors first: their product must not overflow.
    const auto rank = static_cast<std::uint64_t>(layout->initRank);
    if (unpacker.failed() || rank > mostTriplets || layout->modules.size() > mostTriplets
        || rank * layout->modules.size() > mostTriplets)
        return false;
    m_last = TripletPattern::allKept(static_cast<std::size_t>(layout->placeCount()));
    m_layout = std::move(layout);
    return true;
}

bool ReplayReader::takeEvent(std::string_view body, bool whole)
{
    Unpacker unpacker(body);
    Event event;
    event.step = static_cast<std::int64_t>(unpacker.whole());
    event.budget = static_cast<std::int64_t>(unpacker.whole());
    unpacker.raw(&event.threshold, 1);
    const std::size_t triplets = m_last.kept.size();
    if (whole) {
        if (unpacker.left() != triplets * (sizeof(std::uint8_t) + 2 * sizeof(std::int32_t)))
            return false;
    } else {
        std::uint64_t place = 0;
        for (std::uint64_t flips = unpacker.whole(); flips > 0 && !unpacker.failed(); --flips)
            if ((place += unpacker.whole()) >= triplets)
                return false;
    }
    if (unpacker.failed() || (!m_events.empty() && event.step <= m_events.back().step))
        return false;
    event.body = static_cast<std::size_t>(body.data() - m_bytes.data());
    if (m_events.size() % keyframeEvery == 0)
        m_keyframes.push_back(m_last);
    m_events.push_back(event);
    apply(m_events.size() - 1, m_last, nullptr);
    return true;
}

void ReplayReader::apply(std::size_t index, TripletPattern& pattern, std::vector<std::size_t>* flipped) const
{
    const Event& event = m_events[index];
    const bool whole = static_cast<Kind>(m_bytes[event.body - 1]) == Kind::Pattern;
    Unpacker unpacker(std::string_view(m_bytes).substr(event.body));
    (void)unpacker.whole();
    (void)unpacker.whole();
    float threshold = 0.0F;
    unpacker.raw(&threshold, 1);
    if (whole) {
        const std::vector<std::uint8_t> before = pattern.kept;
        unpacker.raw(pattern.kept.data(), pattern.kept.size());
        unpacker.raw(pattern.prunedAt.data(), pattern.prunedAt.size());
        unpacker.raw(pattern.revivedAt.data(), pattern.revivedAt.size());
        for (std::size_t i = 0; flipped != nullptr && i < before.size(); ++i) {
            const bool now = (pattern.kept[i] != 0 ? pattern.revivedAt : pattern.prunedAt)[i] == event.step;
            if (now) // what the events before it did is not in this file
                flipped->push_back(i);
        }
        return;
    }
    std::size_t place = 0;
    for (std::uint64_t flips = unpacker.whole(); flips > 0; --flips) {
        place += unpacker.whole();
        pattern.flip(place, event.step);
        if (flipped != nullptr)
            flipped->push_back(place);
    }
}

TripletPattern ReplayReader::patternBefore(std::size_t event) const
{
    const std::size_t keyframe = event / keyframeEvery;
    TripletPattern pattern = m_keyframes[keyframe];
    for (std::size_t i = keyframe * keyframeEvery; i < event; ++i)
        apply(i, pattern, nullptr);
    return pattern;
}

std::size_t ReplayReader::find(std::int64_t step) const
{
    const auto found = std::lower_bound(
        m_events.begin(), m_events.end(), step, [](const Event& event, std::int64_t at) { return event.step < at; });
    return found != m_events.end() && found->step == step ? static_cast<std::size_t>(found - m_events.begin())
                                                          : m_events.size();
}

void ReplayReader::fillState(RankSnapshot& snapshot, std::size_t state, Kind kind) const
{
    const char* at = m_bytes.data() + state;
    const std::size_t tripletBytes = replay::floatsOfTriplet(kind) * sizeof(float);
    for (ModuleState& module : snapshot.modules) {
        float values[replay::floatsPerModule];
        std::memcpy(values, at, sizeof values);
        at += sizeof values;
        module.orthP = values[0];
        module.orthQ = values[1];
    }
    for (TripletState& triplet : snapshot.triplets) {
        float values[replay::floatsPerTriplet] {};
        std::memcpy(values, at, tripletBytes);
        at += tripletBytes;
        triplet.lambda = values[0];
        triplet.score = values[1];
        triplet.scoreLambda = values[2];
        triplet.sensitivityLambda = values[3];
        triplet.uncertaintyLambda = values[4];
        triplet.meanScoreP = values[5];
        triplet.meanScoreQ = values[6];
    }
    snapshot.hasLambda = true;
    snapshot.hasScores = kind != Kind::Lambda;
}

std::int64_t ReplayReader::momentUntil(std::int64_t step) const
{
    const auto after = std::upper_bound(m_moments.begin(), m_moments.end(), step,
        [](std::int64_t at, const Moment& moment) { return at < moment.step; });
    return after == m_moments.begin() ? -1 : std::prev(after)->step;
}

RankSnapshot ReplayReader::atMoment(RankSnapshot base, std::int64_t step) const
{
    const auto moment = std::lower_bound(m_moments.begin(), m_moments.end(), step,
        [](const Moment& before, std::int64_t at) { return before.step < at; });
    refill(base, moment->values, moment->kind);
    base.step = step;
    return base;
}

void ReplayReader::refill(RankSnapshot& snapshot, std::size_t values, Kind kind) const
{
    fillState(snapshot, values, kind);
    for (ModuleState& module : snapshot.modules)
        module.importance = module.lambdaSum = 0.0F;
    for (std::size_t i = 0; i < snapshot.triplets.size(); ++i)
        addUp(snapshot, i);
}

std::int64_t ReplayReader::nearestState(std::int64_t step) const
{
    std::int64_t nearest = -1;
    const auto take = [&nearest, step](std::int64_t at) {
        const std::int64_t off = std::abs(at - step);
        const std::int64_t best = std::abs(nearest - step);
        if (nearest < 0 || off < best || (off == best && at < nearest))
            nearest = at;
    };
    const auto isBefore = [](const auto& one, std::int64_t at) { return one.step < at; };
    const auto hasState = [](const Event& event) { return event.state != 0; };
    const auto event = std::lower_bound(m_events.begin(), m_events.end(), step, isBefore);
    if (const auto after = std::find_if(event, m_events.end(), hasState); after != m_events.end())
        take(after->step);
    if (const auto before = std::find_if(std::make_reverse_iterator(event), m_events.rend(), hasState);
        before != m_events.rend())
        take(before->step);
    const auto moment = std::lower_bound(m_moments.begin(), m_moments.end(), step, isBefore);
    if (moment != m_moments.end())
        take(moment->step);
    if (moment != m_moments.begin())
        take(std::prev(moment)->step);
    return nearest;
}

RankSnapshot ReplayReader::withNearest(RankSnapshot base, std::int64_t step) const
{
    const std::int64_t nearest = nearestState(step);
    if (nearest < 0)
        return base;
    const auto moment
        = std::find_if(m_moments.begin(), m_moments.end(), [nearest](const Moment& at) { return at.step == nearest; });
    if (moment != m_moments.end())
        refill(base, moment->values, moment->kind);
    else
        refill(base, m_events[find(nearest)].state, Kind::State);
    base.nearestStep = nearest;
    return base;
}

std::shared_ptr<const RankSnapshot> ReplayReader::snapshotAt(std::size_t index) const
{
    const Event& event = m_events.at(index);
    TripletPattern pattern = patternBefore(index);
    std::vector<std::size_t> flipped;
    apply(index, pattern, &flipped);
    auto snapshot = std::make_shared<RankSnapshot>();
    snapshot->layout = m_layout;
    snapshot->step = snapshot->eventStep = event.step;
    snapshot->budget = event.budget;
    snapshot->threshold = event.threshold;
    snapshot->modules.resize(m_layout->modules.size());
    snapshot->triplets.resize(pattern.kept.size());
    const auto rank = static_cast<std::size_t>(m_layout->initRank);
    for (const std::size_t triplet : flipped) {
        ModuleState& module = snapshot->modules[triplet / rank];
        ++(pattern.kept[triplet] != 0 ? module.backAtLastEvent : module.lostAtLastEvent);
    }
    if (event.state != 0)
        fillState(*snapshot, event.state, Kind::State);
    for (std::size_t i = 0; i < pattern.kept.size(); ++i) {
        TripletState& triplet = snapshot->triplets[i];
        triplet.kept = pattern.kept[i] != 0;
        triplet.prunedAt = pattern.prunedAt[i];
        triplet.revivedAt = pattern.revivedAt[i];
        snapshot->modules[i / rank].rank += triplet.kept ? 1 : 0;
        addUp(*snapshot, i);
    }
    return snapshot;
}

std::vector<TripletMoment> ReplayReader::historyOf(ModuleIndex module) const
{
    const auto rank = m_layout ? static_cast<std::size_t>(m_layout->initRank) : 0;
    std::vector<TripletMoment> history(m_events.size() * rank);
    if (history.empty() || module.at() >= m_layout->modules.size())
        return {};
    const std::size_t first = module.at() * rank;
    TripletPattern pattern = TripletPattern::allKept(m_last.kept.size());
    std::vector<std::size_t> flipped;
    for (std::size_t event = 0; event < m_events.size(); ++event) {
        flipped.clear();
        apply(event, pattern, &flipped);
        TripletMoment* const moments = history.data() + event * rank;
        for (std::size_t i = 0; i < rank; ++i)
            moments[i].kept = pattern.kept[first + i] != 0;
        for (const std::size_t triplet : flipped)
            if (triplet >= first && triplet < first + rank)
                moments[triplet - first].changed = true;
        if (m_events[event].state == 0)
            continue;
        const char* at = m_bytes.data() + m_events[event].state
            + (m_layout->modules.size() * replay::floatsPerModule + first * replay::floatsPerTriplet) * sizeof(float);
        for (std::size_t i = 0; i < rank; ++i, at += replay::floatsPerTriplet * sizeof(float)) {
            float values[2];
            std::memcpy(values, at, sizeof values);
            moments[i].hasScore = true;
            moments[i].lambda = values[0];
            moments[i].score = values[1];
        }
    }
    return history;
}

} // namespace spectune
