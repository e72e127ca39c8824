// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace spectune {

namespace {

/// (package, core) of a logical processor, from Linux's own description; the number itself where that is missing.
std::pair<int, int> corePlace(int cpu)
{
    const std::string folder = "/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/";
    int package = 0;
    int core = cpu;
    std::ifstream(folder + "physical_package_id") >> package;
    if (int found = 0; std::ifstream(folder + "core_id") >> found)
        core = found;
    return {package, core};
}

/// Bytes of a line "MemTotal:       24689412 kB"; 0 where there is none.
std::int64_t bytesOf(std::string_view meminfo, std::string_view name)
{
    const std::size_t at = meminfo.find(name);
    if (at == std::string_view::npos || (at > 0 && meminfo[at - 1] != '\n'))
        return 0;
    const std::size_t digits = meminfo.find_first_not_of(' ', at + name.size());
    std::int64_t kibibytes = 0;
    if (digits != std::string_view::npos)
        std::from_chars(meminfo.data() + digits, meminfo.data() + meminfo.size(), kibibytes);
    return kibibytes * 1024;
}

/// The number that @p text begins with; nothing where it begins with none ("max"), or with one beyond 64 bits.
std::optional<std::int64_t> numberAt(std::string_view text)
{
    std::int64_t number = 0;
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    return parsed.ec == std::errc {} ? std::optional(number) : std::nullopt;
}

/// Bytes of a line "inactive_file 4096" (version 2) or "total_inactive_file 4096" (version 1); 0 where there is none.
std::int64_t inactiveFiles(std::string_view statistics)
{
    for (const std::string_view name : {"total_inactive_file ", "inactive_file "}) {
        const std::size_t at = statistics.find(name);
        if (at != std::string_view::npos && (at == 0 || statistics[at - 1] == '\n'))
            return numberAt(statistics.substr(at + name.size())).value_or(0);
    }
    return 0;
}

std::string textOf(const std::string& file)
{
    std::ifstream stream(file);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// Calls @p body with the folder of each control group that bounds this process by @p controller ("memory"), and with
/// whether that is of version 2, whose files have other names.
template <typename Body>
void forGroups(const std::string& controller, const Body& body)
{
    std::ifstream groups("/proc/self/cgroup");
    for (std::string line; std::getline(groups, line);) { // "0::/path", in version 1 "9:memory:/path"
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (first == std::string::npos || second == std::string::npos)
            continue;
        const std::string controllers = ',' + line.substr(first + 1, second - first - 1) + ',';
        const bool isSecond = controllers == ",,";
        if (!isSecond && controllers.find(',' + controller + ',') == std::string::npos)
            continue;
        const std::string root = "/sys/fs/cgroup" + (isSecond ? std::string() : '/' + controller);
        std::string group = line.substr(second + 1) == "/" ? std::string() : line.substr(second + 1);
        for (;;) { // a group, and those that it is in
            body(root + group + '/', isSecond);
            if (group.empty())
                break;
            group.erase(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
        }
    }
}

} // namespace

std::int64_t coresWithin(std::int64_t cores, std::string_view quota, std::string_view period)
{
    const std::optional<std::int64_t> time = numberAt(quota);
    const std::optional<std::int64_t> of = numberAt(period);
    if (!time || !of || *time <= 0 || *of <= 0) // "max", −1: no limit
        return cores;
    return std::clamp<std::int64_t>(*time / *of + (*time % *of > 0 ? 1 : 0), 1, cores);
}

std::int64_t physicalCores()
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0)
        return 1;
    std::set<std::pair<int, int>> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &allowed))
            cores.insert(corePlace(cpu));
    }
    auto count = std::max<std::int64_t>(1, static_cast<std::int64_t>(cores.size()));
    forGroups("cpu", [&count](const std::string& folder, bool isSecond) {
        const std::string quota = textOf(folder + (isSecond ? "cpu.max" : "cpu.cfs_quota_us"));
        const std::string period = isSecond ? quota.substr(std::min(quota.size(), quota.find(' ') + 1))
                                            : textOf(folder + "cpu.cfs_period_us");
        count = coresWithin(count, quota, period);
    });
    return count;
}

MachineMemory MachineMemory::parse(std::string_view meminfo)
{
    return {.total = bytesOf(meminfo, "MemTotal:"), .available = bytesOf(meminfo, "MemAvailable:")};
}

MachineMemory MachineMemory::within(std::string_view limit, std::string_view used, std::string_view statistics) const
{
    const std::optional<std::int64_t> most = numberAt(limit);
    constexpr std::int64_t none = std::int64_t {1} << 60; // version 1 says that there is no limit by a number near 2^63
    if (!most || *most <= 0 || *most >= none)
        return *this;
    const std::int64_t taken = std::max<std::int64_t>(0, numberAt(used).value_or(0) - inactiveFiles(statistics));
    const std::int64_t left = std::max<std::int64_t>(0, *most - taken);
    return {.total = total > 0 ? std::min(total, *most) : *most,
        .available = available > 0 ? std::min(available, left) : left};
}

MachineMemory MachineMemory::now()
{
    MachineMemory memory = parse(textOf("/proc/meminfo"));
    forGroups("memory", [&memory](const std::string& folder, bool isSecond) {
        memory = memory.within(textOf(folder + (isSecond ? "memory.max" : "memory.limit_in_bytes")),
            textOf(folder + (isSecond ? "memory.current" : "memory.usage_in_bytes")), textOf(folder + "memory.stat"));
    });
    return memory;
}

std::int64_t residentBytes(std::string_view statm, std::int64_t pageBytes)
{
    const std::size_t second = statm.find(' '); // size, resident, shared, … in pages
    return second == std::string_view::npos ? 0 : numberAt(statm.substr(second + 1)).value_or(0) * pageBytes;
}

std::int64_t residentBytes()
{
    return residentBytes(textOf("/proc/self/statm"), sysconf(_SC_PAGESIZE));
}

} // namespace spectune
