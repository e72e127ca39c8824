// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Permutation.h"

#include <bit>

namespace spectune {

namespace {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x) noexcept
{
    x += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
}

} // namespace

Permutation::Permutation(std::int64_t size, std::uint64_t seed, std::uint64_t epoch)
    : m_size(static_cast<std::uint64_t>(size))
{
    const auto bits = static_cast<unsigned>(std::bit_width(m_size - 1));
    m_halfBits = bits < 2 ? 1 : (bits + 1) / 2;
    std::uint64_t key = mix(mix(seed) ^ epoch);
    for (std::uint64_t& round : m_keys)
        round = key = mix(key);
}

std::int64_t Permutation::operator()(std::int64_t position) const noexcept
{
    const std::uint64_t mask = (std::uint64_t {1} << m_halfBits) - 1;
    auto value = static_cast<std::uint64_t>(position);
    do { // at most 4 turns on average: the network's domain is less than 4 times the size
        std::uint64_t left = value >> m_halfBits;
        std::uint64_t right = value & mask;
        for (const std::uint64_t key : m_keys) {
            const std::uint64_t next = left ^ (mix(right ^ key) & mask);
            left = right;
            right = next;
        }
        value = (left << m_halfBits) | right;
    } while (value >= m_size);
    return static_cast<std::int64_t>(value);
}

} // namespace spectune
