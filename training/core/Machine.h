// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <string_view>

namespace spectune {

/// Physical cores that this process may run on, and no more than a container grants of their time.
[[nodiscard]] std::int64_t physicalCores();
/// @p cores within a control group's quota of time and its period (the numbers of cpu.max, "max": no quota, or of
/// cpu.cfs_quota_us, −1: none, and cpu.cfs_period_us); a part of a core counts as one.
[[nodiscard]] std::int64_t coresWithin(std::int64_t cores, std::string_view quota, std::string_view period);

/// Bytes of this process that are in memory now (its resident set); 0: not known.
[[nodiscard]] std::int64_t residentBytes();
/// The same of /proc/self/statm's text. @param pageBytes of a page of memory
[[nodiscard]] std::int64_t residentBytes(std::string_view statm, std::int64_t pageBytes);

/// The computer's memory, in bytes; 0: not known.
struct MachineMemory {
    std::int64_t total = 0;
    std::int64_t available = 0; ///< for a program that starts now, without swapping

    /// Of /proc/meminfo's text.
    [[nodiscard]] static MachineMemory parse(std::string_view meminfo);
    /// What a control group leaves of it, as a container has: the texts of its limit ("max": none), of what its
    /// processes use now, and of its memory.stat, whose inactive files the kernel gives up before it refuses memory.
    [[nodiscard]] MachineMemory within(
        std::string_view limit, std::string_view used, std::string_view statistics) const;
    /// The computer's, within the control groups of this process.
    [[nodiscard]] static MachineMemory now();
};

} // namespace spectune
