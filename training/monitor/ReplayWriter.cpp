// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/ReplayWriter.h"

#include "training/core/AtomicFile.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayReader.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <utility>

namespace fs = std::filesystem;

namespace spectune {

using replay::Kind;
using replay::Packer;

namespace {

std::string layoutBody(const ModuleLayout& layout)
{
    Packer packer(Kind::Layout);
    packer.whole(static_cast<std::uint64_t>(layout.initRank));
    packer.whole(static_cast<std::uint64_t>(layout.layerCount));
    packer.whole(layout.kinds.size());
    for (const std::string& kind : layout.kinds)
        packer.text(kind);
    packer.whole(layout.modules.size());
    for (const ModuleInfo& module : layout.modules) {
        packer.text(module.name);
        packer.whole(static_cast<std::uint64_t>(module.layer.value));
        packer.whole(static_cast<std::uint64_t>(module.kind.value));
        packer.whole(static_cast<std::uint64_t>(module.inFeatures));
        packer.whole(static_cast<std::uint64_t>(module.outFeatures));
    }
    return packer.bytes();
}

void packEvent(Packer& packer, const RankSnapshot& snapshot)
{
    packer.whole(static_cast<std::uint64_t>(snapshot.eventStep));
    packer.whole(static_cast<std::uint64_t>(snapshot.budget));
    packer.raw(&snapshot.threshold, 1);
}

std::string flipsBody(const RankSnapshot& snapshot, const std::vector<std::size_t>& flips)
{
    Packer packer(Kind::Flips);
    packEvent(packer, snapshot);
    packer.whole(flips.size());
    std::size_t last = 0;
    for (const std::size_t flip : flips) {
        packer.whole(flip - last);
        last = flip;
    }
    return packer.bytes();
}

std::string patternBody(const RankSnapshot& snapshot, const TripletPattern& pattern)
{
    Packer packer(Kind::Pattern);
    packEvent(packer, snapshot);
    packer.raw(pattern.kept.data(), pattern.kept.size());
    packer.raw(pattern.prunedAt.data(), pattern.prunedAt.size());
    packer.raw(pattern.revivedAt.data(), pattern.revivedAt.size());
    return packer.bytes();
}

/// @param kind State, of the snapshot's event; Moment or Lambda, of its step
std::string stateBody(const RankSnapshot& snapshot, Kind kind)
{
    Packer packer(kind);
    packer.whole(static_cast<std::uint64_t>(kind == Kind::State ? snapshot.eventStep : snapshot.step));
    for (const ModuleState& module : snapshot.modules) {
        const float values[replay::floatsPerModule] {module.orthP, module.orthQ};
        packer.raw(values, replay::floatsPerModule);
    }
    for (const TripletState& triplet : snapshot.triplets) {
        const float values[replay::floatsPerTriplet] {triplet.lambda, triplet.score, triplet.scoreLambda,
            triplet.sensitivityLambda, triplet.uncertaintyLambda, triplet.meanScoreP, triplet.meanScoreQ};
        packer.raw(values, replay::floatsOfTriplet(kind));
    }
    return packer.bytes();
}

Kind momentKind(bool hasScores) noexcept
{
    return hasScores ? Kind::Moment : Kind::Lambda;
}

std::vector<std::size_t> flipsBetween(const TripletPattern& before, const TripletPattern& after)
{
    std::vector<std::size_t> flips;
    for (std::size_t i = 0; i < after.kept.size(); ++i)
        if (before.kept[i] != after.kept[i])
            flips.push_back(i);
    return flips;
}

} // namespace

ReplayWriter::ReplayWriter(fs::path file, std::size_t stateBytes)
    : m_file(std::move(file))
    , m_room(stateBytes)
{
}

void ReplayWriter::append(const RankSnapshot& snapshot)
{
    if (!m_open.isOpen())
        open(*snapshot.layout);
    TripletPattern actual = TripletPattern::of(snapshot);
    const std::vector<std::size_t> flips = flipsBetween(m_pattern, actual);
    for (const std::size_t flip : flips)
        m_pattern.flip(flip, snapshot.eventStep);
    if (m_pattern == actual) {
        write(replay::framed(flipsBody(snapshot, flips)));
    } else { // a run that was recorded without this file before
        m_pattern = std::move(actual);
        write(replay::framed(patternBody(snapshot, m_pattern)));
    }
    m_stateless.reset();
    if (m_events % m_stride == 0)
        writeState(snapshot);
    if (m_events % m_stride != 0) // by now: the room may have been too small for this one
        m_stateless = std::make_shared<const RankSnapshot>(snapshot);
    ++m_events;
    m_lastStep = snapshot.eventStep;
}

void ReplayWriter::finish()
{
    if (m_stateless) // beyond the room: it would be the first to be dropped
        write(replay::framed(stateBody(*std::exchange(m_stateless, nullptr), Kind::State)));
}

void ReplayWriter::appendMoment(const RankSnapshot& snapshot)
{
    if (!m_open.isOpen())
        open(*snapshot.layout);
    if (snapshot.step <= m_lastStep) // as of a run that was gone on with at its end
        return;
    write(replay::framed(stateBody(snapshot, momentKind(snapshot.hasScores))));
    m_lastStep = snapshot.step;
}

std::int64_t ReplayWriter::momentInterval(const ModuleLayout& layout, std::int64_t totalSteps, bool hasScores) noexcept
{
    constexpr std::int64_t room = 4LL << 20U;
    constexpr std::int64_t most = 48;
    const auto bytes = static_cast<std::int64_t>(replay::valueBytes(
        momentKind(hasScores), layout.modules.size(), static_cast<std::size_t>(layout.placeCount())));
    const std::int64_t count = std::clamp<std::int64_t>(room / std::max<std::int64_t>(bytes, 1), 1, most);
    return std::max<std::int64_t>(1, (totalSteps + count - 1) / count);
}

void ReplayWriter::writeState(const RankSnapshot& snapshot)
{
    const std::string record = replay::framed(stateBody(snapshot, Kind::State));
    write(record);
    m_stateBytes += record.size();
    while (m_stateBytes > m_room && m_stateBytes > record.size())
        thin();
}

void ReplayWriter::write(const std::string& record)
{
    writeAll(m_open.get(), record, m_file);
}

void ReplayWriter::open(const ModuleLayout& layout)
{
    std::error_code ignored;
    const std::string bytes = fs::exists(m_file, ignored) ? readFile(m_file) : std::string();
    m_pattern = TripletPattern::allKept(static_cast<std::size_t>(layout.placeCount()));
    const auto first = replay::recordAt(bytes, replay::headBytes);
    const bool same = replay::generationOf(bytes) && first && first->kind == Kind::Layout
        && first->body == std::string_view(layoutBody(layout)).substr(1);
    if (same)
        goOn(bytes);
    else
        writeFileAtomically(m_file, replay::head(0) + replay::framed(layoutBody(layout)));
    openToAppend();
}

void ReplayWriter::openToAppend()
{
    m_open = FileDescriptor(::open(m_file.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
    if (!m_open.isOpen())
        throw writeError(m_file, errno);
}

void ReplayWriter::goOn(const std::string& bytes)
{
    m_generation = *replay::generationOf(bytes);
    const ReplayReader reader = ReplayReader::fromBytes(bytes);
    if (reader.eventCount() > 0)
        m_pattern = TripletPattern::of(*reader.snapshotAt(reader.eventCount() - 1));
    std::size_t end = replay::headBytes;
    std::vector<std::size_t> stated; // events that have a state
    while (const auto record = replay::recordAt(bytes, end)) {
        m_events += record->kind == Kind::Flips || record->kind == Kind::Pattern ? 1 : 0;
        m_lastStep = std::max(m_lastStep, record->kind == Kind::Layout ? -1 : record->step);
        if (record->kind == Kind::State) {
            m_stateBytes += record->end - end;
            stated.push_back(m_events - 1);
        }
        end = record->end;
    }
    if (stated.size() > 1)
        m_stride = std::max<std::size_t>(1, stated[1] - stated[0]);
    std::error_code fault;
    if (end < bytes.size())
        fs::resize_file(m_file, end, fault);
    if (fault)
        throw writeError(m_file, fault.value());
}

void ReplayWriter::thin()
{
    m_open = {}; // the file takes another's place
    const std::string bytes = readFile(m_file);
    m_stride *= 2;
    std::string kept = replay::head(++m_generation);
    m_stateBytes = 0;
    std::size_t events = 0;
    std::size_t offset = replay::headBytes;
    while (const auto record = replay::recordAt(bytes, offset)) {
        const std::string_view whole = std::string_view(bytes).substr(offset, record->end - offset);
        offset = record->end;
        events += record->kind == Kind::Flips || record->kind == Kind::Pattern ? 1 : 0;
        if (record->kind == Kind::State) {
            if ((events - 1) % m_stride != 0)
                continue;
            m_stateBytes += whole.size();
        }
        kept.append(whole);
    }
    writeFileAtomically(m_file, kept);
    openToAppend();
}

void truncateReplay(const fs::path& runFolder, std::int64_t step)
{
    const fs::path file = runFolder / replay::fileName;
    std::error_code fault;
    if (!fs::exists(file, fault))
        return;
    const std::string bytes = readFile(file);
    if (!replay::generationOf(bytes)) {
        fs::remove(file, fault); // nothing that any reader could use
        return;
    }
    std::size_t end = replay::headBytes;
    for (auto record = replay::recordAt(bytes, end); record && record->step <= step;
         record = replay::recordAt(bytes, end))
        end = record->end;
    if (end == bytes.size())
        return;
    // A live reader must not take what will be appended for more of what it has: the generation changes.
    std::string kept = replay::head(*replay::generationOf(bytes) + 1);
    writeFileAtomically(file, kept.append(bytes, replay::headBytes, end - replay::headBytes));
}

} // namespace spectune
