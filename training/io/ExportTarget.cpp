// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/ExportTarget.h"

#include "training/core/Error.h"
#include "training/core/FileAccess.h"

#include <array>
#include <cstdio>

namespace spectune {

namespace fs = std::filesystem;

void checkExportTarget(const fs::path& target)
{
    std::error_code error;
    if (target.empty())
        throw configError("The export needs a folder to write to.");
    if (fs::exists(target, error) && !fs::is_directory(target, error))
        throw configError("%1: is a file; the export makes a folder of its own.", target);
    if (fs::is_directory(target, error) && !fs::is_empty(target, error))
        throw configError("%1: exists and is not empty; name a new folder.", target);
}

void checkFreeSpace(const fs::path& target, std::uint64_t bytes)
{
    std::error_code error;
    fs::path existing = fs::absolute(target, error);
    while (!fs::exists(existing, error) && existing.has_relative_path())
        existing = existing.parent_path();
    const fs::space_info space = fs::space(existing, error);
    if (error || space.available >= bytes) // a file system that does not tell is tried
        return;
    throw ioError(
        "%1: the export takes %2, and the disk of %3 has only %4 free. Free some space, or choose a folder on "
        "another disk.",
        target, sizeText(bytes), existing, sizeText(space.available));
}

void concludeExport(AtomicDirectory& folder, ExportReport& report, double allowed)
{
    report.verified = report.maxDifference <= allowed; // false for what is not a number
    report.bytes = 0;
    for (const fs::path& file : entriesIn(folder.path()))
        report.bytes += static_cast<std::int64_t>(sizeOf(file));
    if (!report.verified) {
        std::array<char, 400> text {};
        std::snprintf(text.data(), text.size(),
            "Spectune read these files back and they are not what the engine has.\n"
            "format: %s\nlargest difference: %.6g\nallowed: %.6g\nlargest |dW|: %.6g\n"
            "They are kept for a look. Do not use them.\n",
            report.format.c_str(), report.maxDifference, allowed, report.maxDelta);
        writeFileAtomically(folder.path() / unverifiedMark, text.data());
    }
    folder.commit();
}

std::function<void(std::int64_t, std::int64_t)> stageOf(const RequestContext& context, const Message& stage)
{
    return [&context, stage](std::int64_t done, std::int64_t total) {
        context.stop.throwIfStopped();
        if (context.progress)
            context.progress(stage, done, total);
    };
}

Message sizeText(std::uint64_t bytes)
{
    constexpr std::array<const char*, 4> units {"kB", "MB", "GB", "TB"};
    if (bytes < 1000)
        return makeMessage("%1 bytes", bytes);
    double value = static_cast<double>(bytes) / 1000.0;
    std::size_t unit = 0;
    for (; value >= 999.95 && unit + 1 < units.size(); ++unit)
        value /= 1000.0;
    std::array<char, 32> text {};
    std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
    return Message::verbatim(text.data());
}

} // namespace spectune
