// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ReplayReader.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>

namespace spectune {

/// The past of the shown run: its folder's replay.bin tells the triplets of every event, live or recorded. Where a run
/// has none, the pictures that came while it ran are kept; failing that its events tell the ranks. GUI thread.
class RunReplay {
public:
    /// Empty: a run without a folder.
    void open(const std::filesystem::path& runFolder);
    void clear();
    /// A resumed run goes on from @p step.
    void cutAfter(std::int64_t step);
    /// A live picture; of each event the first and the newest stay. Those of events that the file has are let go; of
    /// the other events 64 MiB stay, the first and the newest.
    void keep(const std::shared_ptr<const RankSnapshot>& snapshot);
    [[nodiscard]] std::size_t keptBytes() const; ///< of all kept pictures

    /// What was there after @p step steps: the pattern of the last event until then, with λ and S of that event or of a
    /// later moment that the file has (the snapshot's step says which). Where it has neither, with those of the nearest
    /// step that it has (the snapshot's nearestStep). Null without a layout.
    /// @param events all of the run's
    [[nodiscard]] std::shared_ptr<const RankSnapshot> at(
        const std::shared_ptr<const ModuleLayout>& layout, std::span<const MaskEvent> events, std::int64_t step);
    /// As far as the file is written by now. One that cannot be read any more is as one that is not there, until it can.
    [[nodiscard]] const ReplayReader& reader();
    /// The same where its matrices are those of @p layout; else null.
    [[nodiscard]] const ReplayReader* readerOf(const ModuleLayout& layout);
    /// Step of the event or moment nearest to @p step whose λ and S were recorded, or are kept where there
    /// is no file; −1: none.
    [[nodiscard]] std::int64_t nearestState(std::int64_t step);

private:
    /// Of one masking event: λ goes on after it, S stays.
    struct Pictures {
        std::shared_ptr<const RankSnapshot> first; ///< nearest behind the event
        std::shared_ptr<const RankSnapshot> newest;
        [[nodiscard]] std::size_t bytes() const;
    };

    void letGo(const ModuleLayout& layout);
    /// @param file of the run, as it stands; null: none
    /// @param until the events so far
    [[nodiscard]] std::shared_ptr<const RankSnapshot> atEvent(const ReplayReader* file,
        const std::shared_ptr<const ModuleLayout>& layout, std::span<const MaskEvent> until, std::int64_t step) const;

    ReplayReader m_reader;
    std::map<std::int64_t, Pictures> m_pictures; ///< by the event's step
    std::shared_ptr<const RankSnapshot> m_last; ///< as at() gave it: several views ask for the same moment
};

} // namespace spectune
