// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Machine.h"

#include <sched.h>

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
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

} // namespace

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
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(cores.size()));
}

MachineMemory MachineMemory::parse(std::string_view meminfo)
{
    return {.total = bytesOf(meminfo, "MemTotal:"), .available = bytesOf(meminfo, "MemAvailable:")};
}

MachineMemory MachineMemory::now()
{
    std::ifstream file("/proc/meminfo");
    return parse(std::string(std::istreambuf_iterator<char>(file), {}));
}

} // namespace spectune
