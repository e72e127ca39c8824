// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/FileDescriptor.h"
#include "training/monitor/TripletPattern.h"

#include <cstdint>
#include <filesystem>
#include <memory>

namespace spectune {

/// Writes replay.bin of a run's folder (see ReplayFormat.h). Every event's pattern is kept; of the states of all
/// triplets (λ, S, …) as many as the room allows: when it is full, every second one is dropped, and from then on only
/// every second event gets one. Used by the training thread. @throws Error (Io) naming the file
class ReplayWriter {
public:
    static constexpr std::size_t usualStateBytes = 12U << 20U;

    /// @param stateBytes room for states
    explicit ReplayWriter(std::filesystem::path file, std::size_t stateBytes = usualStateBytes);

    /// Appends the masking event that @p snapshot was taken at (its step is its eventStep). A file that is there
    /// already is gone on with, without a record that was cut off.
    void append(const RankSnapshot& snapshot);
    /// λ, S and errors of @p snapshot, taken at a step between events (λ and errors, where it has no scores); nothing,
    /// where its step is in the file already.
    void appendMoment(const RankSnapshot& snapshot);
    /// Steps from one moment to the next: at most 48 in a run, and about 4 MiB.
    /// @param hasScores of the run's method
    [[nodiscard]] static std::int64_t momentInterval(
        const ModuleLayout& layout, std::int64_t totalSteps, bool hasScores) noexcept;
    /// The end of a run: the last event gets its state, should it have none, and be there room or not.
    void finish();

private:
    void open(const ModuleLayout& layout);
    void openToAppend();
    void goOn(const std::string& bytes);
    void write(const std::string& record);
    void writeState(const RankSnapshot& snapshot);
    void thin();

    std::filesystem::path m_file;
    std::size_t m_room;
    FileDescriptor m_open;
    TripletPattern m_pattern; ///< as the file tells it
    std::size_t m_events = 0;
    std::int64_t m_lastStep = -1; ///< of an event or a moment
    std::size_t m_stateBytes = 0; ///< of all states in the file
    std::size_t m_stride = 1; ///< events per state
    std::uint32_t m_generation = 0;
    std::shared_ptr<const RankSnapshot> m_stateless; ///< the last event, when it got no state
};

/// Cuts replay.bin of a run's folder back to what had happened when @p step steps were done; no file: nothing.
/// @throws Error (Io)
void truncateReplay(const std::filesystem::path& runFolder, std::int64_t step);

} // namespace spectune
