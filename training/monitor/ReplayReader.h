// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/MetricPoint.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/TripletPattern.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace spectune {

/// What one triplet was at one masking event.
struct TripletMoment {
    bool kept = true;
    bool changed = false; ///< at this very event
    bool hasScore = false; ///< λ and S below were recorded
    float lambda = 0.0F;
    float score = 0.0F;
};

/// Reads replay.bin of a run's folder, a finished one's or one that is being written. Seeking costs one walk over at
/// most a few hundred events' changes, whatever the run's length.
class ReplayReader {
public:
    ReplayReader() = default;
    /// @throws Error (Io) where the file is there and cannot be read; none, or no replay: a reader without events
    explicit ReplayReader(const std::filesystem::path& runFolder);
    [[nodiscard]] static ReplayReader fromBytes(std::string bytes);

    /// Takes in what was appended since. @returns whether anything changed @throws Error (Io) where the file is there
    /// and cannot be read: a reader without events then, until a later call can
    bool refresh();

    [[nodiscard]] std::shared_ptr<const ModuleLayout> layout() const noexcept { return m_layout; } ///< null: no file
    [[nodiscard]] std::size_t eventCount() const noexcept { return m_events.size(); }
    [[nodiscard]] std::int64_t stepOf(std::size_t event) const { return m_events.at(event).step; }
    [[nodiscard]] float thresholdOf(std::size_t event) const { return m_events.at(event).threshold; }
    [[nodiscard]] bool hasState(std::size_t event) const { return m_events.at(event).state != 0; }
    /// The event of exactly @p step; eventCount(): none.
    [[nodiscard]] std::size_t find(std::int64_t step) const;
    /// The state of the run at an event, as a live snapshot taken at its step. Without a recorded state hasLambda and
    /// hasScores are false and λ and S are 0.
    [[nodiscard]] std::shared_ptr<const RankSnapshot> snapshotAt(std::size_t event) const;
    /// Step of the newest moment beside the events at which λ and S were recorded, of those until @p step; −1: none.
    [[nodiscard]] std::int64_t momentUntil(std::int64_t step) const;
    /// @p base, which is the run at its last event until then, with the λ, S and errors of the moment of @p step;
    /// without S where the run's method has none.
    [[nodiscard]] RankSnapshot atMoment(RankSnapshot base, std::int64_t step) const;
    /// Step of the event or moment nearest to @p step, of two the earlier, at which λ and S were recorded; −1: none.
    [[nodiscard]] std::int64_t nearestState(std::int64_t step) const;
    /// @p base as it is, its pattern too, with λ, S and errors of nearestState(): its nearestStep says so.
    [[nodiscard]] RankSnapshot withNearest(RankSnapshot base, std::int64_t step) const;
    /// One matrix over all events: [event × initRank].
    [[nodiscard]] std::vector<TripletMoment> historyOf(ModuleIndex module) const;

private:
    struct Event {
        std::int64_t step = 0;
        std::int64_t budget = 0;
        float threshold = 0.0F;
        std::size_t body = 0; ///< of its record, in m_bytes
        std::size_t state = 0; ///< of its State record's values; 0: none
    };
    struct Moment {
        std::int64_t step = 0;
        std::size_t values = 0; ///< of its record, in m_bytes
        replay::Kind kind = replay::Kind::Moment; ///< or Lambda
    };
    void takeRecords();
    /// Where the values of a State, Moment or Lambda begin in m_bytes; 0: they are not as many as the layout asks for.
    [[nodiscard]] std::size_t valuesOf(const replay::Record& record) const;
    bool takeMoment(const replay::Record& record);
    bool takeLayout(std::string_view body);
    bool takeEvent(std::string_view body, bool whole);
    /// Applies the event's changes. @p flipped may be null; it gets the triplets that changed
    void apply(std::size_t event, TripletPattern& pattern, std::vector<std::size_t>* flipped) const;
    [[nodiscard]] TripletPattern patternBefore(std::size_t event) const;
    void fillState(RankSnapshot& snapshot, std::size_t values, replay::Kind kind) const;
    /// The same for one that has sums already.
    void refill(RankSnapshot& snapshot, std::size_t values, replay::Kind kind) const;

    std::filesystem::path m_file;
    std::string m_bytes;
    std::size_t m_end = 0; ///< of the last whole record
    std::shared_ptr<const ModuleLayout> m_layout;
    std::vector<Event> m_events;
    std::vector<Moment> m_moments;
    std::vector<TripletPattern> m_keyframes; ///< before every 256th event
    TripletPattern m_last; ///< after the newest event
};

} // namespace spectune
