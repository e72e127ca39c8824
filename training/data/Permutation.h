// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>

namespace spectune {

/// A random order of 0 … size − 1 that needs no memory: a Feistel network over the next power of four, walked until it
/// falls inside (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). The same on every machine.
class Permutation {
public:
    /// @pre 0 < size < 2^62
    Permutation(std::int64_t size, std::uint64_t seed, std::uint64_t epoch);
    /// The entry at @p position. @pre 0 <= position < size
    [[nodiscard]] std::int64_t operator()(std::int64_t position) const noexcept;

private:
    static constexpr std::size_t rounds = 6;
    std::uint64_t m_size = 1;
    unsigned m_halfBits = 1;
    std::array<std::uint64_t, rounds> m_keys {};
};

} // namespace spectune
