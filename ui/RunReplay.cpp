// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunReplay.h"

#include "ui/RecordedRanks.h"

#include <algorithm>
#include <cstdlib>
#include <exception>

namespace spectune {

namespace {

constexpr std::size_t mostKeptBytes = 64U << 20U;

std::size_t bytesOf(const RankSnapshot& snapshot)
{
    return sizeof(RankSnapshot) + snapshot.modules.size() * sizeof(ModuleState)
        + snapshot.triplets.size() * sizeof(TripletState);
}

bool sameModules(const ModuleLayout& a, const ModuleLayout& b)
{
    return a.initRank == b.initRank // a file keeps places, and no rank map
        && std::equal(a.modules.begin(), a.modules.end(), b.modules.begin(), b.modules.end(),
            [](const ModuleInfo& left, const ModuleInfo& right) { return left.name == right.name; });
}

} // namespace

void RunReplay::open(const std::filesystem::path& runFolder)
{
    m_last.reset();
    m_reader = {};
    try {
        if (!runFolder.empty())
            m_reader = ReplayReader(runFolder);
    } catch (const std::exception&) {
        m_reader = {}; // a side file: without it the run is there, with ranks alone
    }
}

void RunReplay::clear()
{
    *this = {};
}

void RunReplay::cutAfter(std::int64_t step)
{
    m_last.reset();
    std::erase_if(m_pictures, [step](const auto& entry) { return entry.second.first->step > step; });
    for (auto& [event, pictures] : m_pictures)
        if (pictures.newest->step > step)
            pictures.newest = pictures.first;
}

void RunReplay::keep(const std::shared_ptr<const RankSnapshot>& snapshot)
{
    if (snapshot->eventStep < 0)
        return;
    const auto [place, isNew] = m_pictures.try_emplace(snapshot->eventStep, Pictures {snapshot, snapshot});
    place->second.newest = snapshot;
    if (isNew) // once per event: it looks at the file
        letGo(*snapshot->layout);
}

void RunReplay::letGo(const ModuleLayout& layout)
{
    if (const ReplayReader* file = readerOf(layout))
        std::erase_if(m_pictures, [file](const auto& entry) { return file->find(entry.first) < file->eventCount(); });
    std::size_t bytes = keptBytes();
    while (bytes > mostKeptBytes && m_pictures.size() > 1) {
        const auto oldest = std::next(m_pictures.begin(), m_pictures.size() > 2 ? 1 : 0);
        bytes -= oldest->second.bytes();
        m_pictures.erase(oldest);
    }
}

std::size_t RunReplay::keptBytes() const
{
    std::size_t bytes = 0;
    for (const auto& [step, pictures] : m_pictures)
        bytes += pictures.bytes();
    return bytes;
}

std::size_t RunReplay::Pictures::bytes() const
{
    return bytesOf(*first) + (newest != first ? bytesOf(*newest) : 0);
}

const ReplayReader& RunReplay::reader()
{
    try {
        if (m_reader.refresh())
            m_last.reset();
    } catch (const std::exception&) { // as if there were none, until one of the next looks can read it
        m_last.reset();
    }
    return m_reader;
}

const ReplayReader* RunReplay::readerOf(const ModuleLayout& layout)
{
    const ReplayReader& file = reader();
    return file.layout() && sameModules(*file.layout(), layout) ? &file : nullptr;
}

std::int64_t RunReplay::nearestState(std::int64_t step)
{
    if (const std::int64_t ofFile = reader().nearestState(step); ofFile >= 0)
        return ofFile;
    std::int64_t nearest = -1;
    for (const auto& [event, pictures] : m_pictures) // no file: what the window has seen
        if (pictures.first->hasLambda && (nearest < 0 || std::abs(event - step) < std::abs(nearest - step)))
            nearest = event;
    return nearest;
}

std::shared_ptr<const RankSnapshot> RunReplay::atEvent(const ReplayReader* file,
    const std::shared_ptr<const ModuleLayout>& layout, std::span<const MaskEvent> until, std::int64_t step) const
{
    if (!layout || until.empty())
        return snapshotFromEvents(layout, until, step);
    const std::int64_t eventStep = until.back().step;
    if (file != nullptr) {
        if (const std::size_t event = file->find(eventStep); event < file->eventCount()) {
            auto snapshot = std::make_shared<RankSnapshot>(*file->snapshotAt(event));
            snapshot->layout = layout; // the views know a run by its layout
            return snapshot;
        }
    }
    if (const auto kept = m_pictures.find(eventStep); kept != m_pictures.end())
        return kept->second.newest->step <= step ? kept->second.newest : kept->second.first;
    return snapshotFromEvents(layout, until, step);
}

std::shared_ptr<const RankSnapshot> RunReplay::at(
    const std::shared_ptr<const ModuleLayout>& layout, std::span<const MaskEvent> events, std::int64_t step)
{
    const auto after = std::upper_bound(
        events.begin(), events.end(), step, [](std::int64_t at, const MaskEvent& event) { return at < event.step; });
    const auto until = events.first(static_cast<std::size_t>(after - events.begin()));
    const std::int64_t eventStep = until.empty() ? -1 : until.back().step;
    // Asked for once: the file may be written anew between two looks at it, and have other moments then.
    const ReplayReader* file = layout ? readerOf(*layout) : nullptr;
    const std::int64_t moment = file != nullptr ? file->momentUntil(step) : -1;
    const std::int64_t shown = std::max(moment, eventStep);
    const bool known
        = shown >= 0 && m_last && m_last->layout == layout && m_last->eventStep == eventStep && m_last->step == shown;
    if (known && (m_last->nearestStep < 0 || (file != nullptr && m_last->nearestStep == file->nearestState(step))))
        return m_last;
    auto snapshot = atEvent(file, layout, until, step);
    if (moment > eventStep && snapshot->hasTriplets)
        snapshot = std::make_shared<const RankSnapshot>(file->atMoment(*snapshot, moment));
    else if (file != nullptr && step > 0 && snapshot->hasTriplets && !snapshot->hasLambda)
        snapshot
            = std::make_shared<const RankSnapshot>(file->withNearest(*snapshot, step)); // a long run's states thin out
    if (file != nullptr && (moment > eventStep || file->find(eventStep) < file->eventCount()))
        m_last = snapshot; // a kept picture may be followed by a newer one of its event
    return snapshot;
}

} // namespace spectune
