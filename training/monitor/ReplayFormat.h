// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace spectune::replay {

// replay.bin, beside ranks.jsonl: the masking events of a run with their triplets, for going back without the model.
//   head     "SPTRPLAY", u32 version, u32 generation (grows when the file is written anew, so that readers start again)
//   record   u32 bytes of the body, u32 FNV-1a of the body, body; a body is one kind byte and what is listed here
//   Layout   the grid: initRank, layers, kinds, modules (once, first)
//   Flips    step, budget, threshold, which triplets changed between kept and pruned at this event
//   Pattern  step, budget, threshold, every triplet's kept, prunedAt, revivedAt: where flips alone do not tell
//   State    step; by module ‖PᵀP − I‖, ‖QQᵀ − I‖; by triplet λ, S and its terms: float32, exactly the snapshot's
//   Moment   the same at a step that is no event: warm-up, final phase, the end; the pattern is the last event's
//   Lambda   a Moment of a method without scores: by triplet λ alone
// Whole numbers are LEB128, other values little-endian. A record that is cut off ends the file.

static_assert(std::endian::native == std::endian::little, "replay.bin is written as the machine's own bytes");

inline constexpr const char* fileName = "replay.bin";
inline constexpr std::string_view magic = "SPTRPLAY";
inline constexpr std::uint32_t version = 1;
inline constexpr std::size_t headBytes = magic.size() + 2 * sizeof(std::uint32_t);
inline constexpr std::size_t frameBytes = 2 * sizeof(std::uint32_t);
inline constexpr std::size_t floatsPerTriplet = 7;
inline constexpr std::size_t floatsPerModule = 2;

enum class Kind : std::uint8_t { Layout = 1, Flips, Pattern, State, Moment, Lambda };

/// Of a triplet in a State, Moment or Lambda.
[[nodiscard]] constexpr std::size_t floatsOfTriplet(Kind kind) noexcept
{
    return kind == Kind::Lambda ? 1 : floatsPerTriplet;
}
/// What such a record holds beside its step.
[[nodiscard]] constexpr std::size_t valueBytes(Kind kind, std::size_t modules, std::size_t triplets) noexcept
{
    return sizeof(float) * (triplets * floatsOfTriplet(kind) + modules * floatsPerModule);
}

[[nodiscard]] std::uint32_t checksum(std::string_view bytes) noexcept;
/// A record's frame and body.
[[nodiscard]] std::string framed(std::string_view body);
[[nodiscard]] std::string head(std::uint32_t generation);

/// Appends values to a body.
class Packer {
public:
    explicit Packer(Kind kind) { m_bytes.push_back(static_cast<char>(kind)); }
    void whole(std::uint64_t value);
    void text(std::string_view value);
    template <typename Value>
    void raw(const Value* values, std::size_t count)
    {
        m_bytes.append(reinterpret_cast<const char*>(values), count * sizeof(Value));
    }
    [[nodiscard]] const std::string& bytes() const noexcept { return m_bytes; }

private:
    std::string m_bytes;
};

/// Reads a body's values in their order. What is not there reads as 0 and sets failed().
class Unpacker {
public:
    explicit Unpacker(std::string_view body)
        : m_rest(body)
    {
    }
    [[nodiscard]] std::uint64_t whole();
    [[nodiscard]] std::string text();
    template <typename Value>
    void raw(Value* values, std::size_t count)
    {
        if (count > m_rest.size() / sizeof(Value)) {
            m_failed = true;
            return;
        }
        std::memcpy(values, m_rest.data(), count * sizeof(Value));
        m_rest.remove_prefix(count * sizeof(Value));
    }
    [[nodiscard]] bool failed() const noexcept { return m_failed; }
    [[nodiscard]] std::size_t left() const noexcept { return m_rest.size(); }

private:
    std::string_view m_rest;
    bool m_failed = false;
};

/// One whole record within the bytes of a file.
struct Record {
    Kind kind = Kind::Layout;
    std::string_view body; ///< without the kind byte
    std::size_t end = 0; ///< where the next one begins
    std::int64_t step = 0; ///< 0 for the layout
};

/// Generation of a file's head; nothing where the bytes are no such file.
[[nodiscard]] std::optional<std::uint32_t> generationOf(std::string_view bytes) noexcept;
/// The record at @p offset; nothing where the bytes end or are damaged there.
[[nodiscard]] std::optional<Record> recordAt(std::string_view bytes, std::size_t offset);

} // namespace spectune::replay
