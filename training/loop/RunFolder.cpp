// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/loop/RunFolder.h"

#include "training/config/ConfigFile.h"
#include "training/config/EditLog.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/loop/Checkpoint.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/RunFiles.h"
#include "training/monitor/RunHistory.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <ctime>
#include <functional>
#include <iomanip>
#include <map>
#include <sstream>
#include <utility>
#include <vector>

namespace spectune {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view stepPrefix = "step-";

bool isCheckpoint(const fs::path& path)
{
    return fileExists(path / "state.json");
}

/// What lies in the run's checkpoints/; nothing where that is missing or cannot be read.
std::vector<fs::path> entriesOfCheckpoints(const fs::path& run)
{
    std::error_code fault;
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(run / "checkpoints", fault); !fault && entry != fs::directory_iterator();
         entry.increment(fault))
        entries.push_back(entry->path());
    return entries;
}

/// A checkpoint beyond the step that a run goes on from belongs to the past that is cut off. Left under its name it
/// would be taken for the newest by the next --resume; it is kept as "<name>.cut" instead.
void setAsideCheckpointsAfter(const fs::path& run, std::int64_t step)
{
    for (const fs::path& checkpoint : entriesOfCheckpoints(run)) {
        if (stepOfCheckpoint(checkpoint) <= step)
            continue;
        fs::path aside = checkpoint;
        aside += ".cut";
        std::error_code ignored;
        std::error_code fault;
        fs::remove_all(aside, ignored);
        fs::rename(checkpoint, aside, fault);
        if (fault)
            throw ioError("%1 could not be renamed: %2.", checkpoint, fault.message());
    }
}

/// Checkpoints of a run's folder, the newest first.
std::vector<fs::path> checkpointsIn(const fs::path& run)
{
    std::map<std::int64_t, fs::path, std::greater<>> byStep;
    for (const fs::path& entry : entriesOfCheckpoints(run)) {
        const std::int64_t step = stepOfCheckpoint(entry);
        if (step >= 0 && isCheckpoint(entry))
            byStep.emplace(step, entry);
    }
    std::vector<fs::path> checkpoints;
    for (const auto& [step, path] : byStep)
        checkpoints.push_back(path);
    return checkpoints;
}

/// The newest checkpoint of a run's folder; empty where there is none.
fs::path newestIn(const fs::path& run)
{
    const std::vector<fs::path> checkpoints = checkpointsIn(run);
    return checkpoints.empty() ? fs::path() : checkpoints.front();
}

/// " Then go on with --resume …" where @p run has a checkpoint; else empty.
Message howToGoOnIn(const fs::path& run)
{
    const fs::path newest = newestIn(run);
    if (newest.empty())
        return {};
    return makeMessage(" Then go on with --resume %1, from %2.", run, newest.filename());
}

/// That the folder has no checkpoint, and what to do about it.
Message withoutCheckpoint(const fs::path& path)
{
    std::error_code ignored;
    if (!fs::exists(path / "config.json", ignored) || !fs::exists(path / metricsName, ignored))
        return makeMessage("%1 has no checkpoint (checkpoints/step-N). Name a run's folder that has one.", path);
    if (fs::exists(path / "adapter/adapter_config.json", ignored)) // written at the end, after the last checkpoint
        return makeMessage("%1 has no checkpoint any more, so it cannot go on. Its adapter/ can still be exported, or "
                           "begun with (adalora.init_from).",
            path);
    try {
        return makeMessage("%1 has no checkpoint: it ended before its first one (train.save_every is %2). Start again "
                           "with another --out.",
            path, loadConfig(path / "config.json").train.saveEvery);
    } catch (const Error&) { // the number is an aid alone
        return makeMessage(
            "%1 has no checkpoint: it ended before its first one. Start again with another --out.", path);
    }
}

std::string timeOfDay()
{
    const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    std::tm local {};
    localtime_r(&now, &local);
    std::ostringstream text;
    text << std::put_time(&local, "%F %T");
    return text.str();
}

} // namespace

void RunFolder::checkNew(const fs::path& path)
{
    std::error_code ignored;
    if (fs::exists(path, ignored) && !fs::is_directory(path, ignored))
        throw configError("%1 is a file. Choose another --out.", path);
    if (!fs::is_directory(path, ignored) || fs::is_empty(path, ignored))
        return;
    if (newestIn(path).empty())
        throw configError("%1 exists and is not empty. Choose another --out.", path);
    throw configError("%1 exists and is not empty. Choose another --out, or go on with that run by --resume %1.", path);
}

RunFolder::RunFolder(fs::path path, FolderLock lock)
    : m_path(std::move(path))
    , m_lock(std::move(lock))
    , m_replay(m_path / replay::fileName)
{
}

RunFolder RunFolder::create(const fs::path& path, const RunConfig& config)
{
    checkNew(path);
    std::error_code fault;
    const bool made = fs::create_directories(path, fault);
    if (fault)
        throw writeError(path, fault.value());
    FolderLock lock(path);
    checkNew(path); // nobody else may have filled it since
    RunFolder folder(path, std::move(lock));
    try {
        folder.writeConfig(config);
        folder.open();
    } catch (const Error&) {
        for (const char* name : {"config.json", metricsName, ranksName, logName})
            fs::remove(path / name, fault);
        if (made)
            fs::remove(path, fault);
        throw;
    }
    return folder;
}

RunFolder RunFolder::reopen(const fs::path& path, std::int64_t step, FolderLock lock)
{
    setAsideCheckpointsAfter(path, step);
    const HistoryEnd end = truncateHistory(path, step);
    truncateEdits(path, step);
    RunFolder folder(path, std::move(lock));
    folder.m_secondsBefore = end.seconds;
    folder.m_lastMetric = std::max<std::int64_t>(end.metric, 0);
    folder.m_evaluatedAt = end.evaluation;
    folder.open();
    return folder;
}

void RunFolder::open()
{
    m_metrics.open(m_path / metricsName);
    m_ranks.open(m_path / ranksName);
    m_log.open(m_path / logName);
}

fs::path RunFolder::checkpoint(std::int64_t step) const
{
    return m_path / "checkpoints" / (std::string(stepPrefix) + std::to_string(step));
}

Message RunFolder::howToGoOn() const
{
    return howToGoOnIn(m_path);
}

void RunFolder::writeConfig(const RunConfig& config) const
{
    writeFileAtomically(m_path / "config.json", toJson(config));
}

void RunFolder::append(const MetricPoint& point)
{
    m_metrics.append(toJsonLine(point));
}

void RunFolder::append(const EvalPoint& point)
{
    m_metrics.append(toJsonLine(point));
}

void RunFolder::append(const MaskEvent& event, const ModuleLayout& layout)
{
    m_ranks.append(toJsonLine(event, layout));
}

void RunFolder::append(const AppliedEdit& edit) const
{
    appendDurably(m_path / editsFile, toJsonLine(edit) + "\n"); // checkpoints that rest on it are on the disk as well
}

void RunFolder::log(const std::string& text)
{
    m_log.append(timeOfDay() + "  " + text);
}

void RunFolder::logFailure(const std::string& reason) noexcept
{
    try {
        std::string line = "Failed: " + reason;
        std::ranges::replace(line, '\n', ' ');
        log(line);
    } catch (const std::exception&) {
        return; // a full disk, as like as not
    }
}

std::int64_t stepOfCheckpoint(const fs::path& path)
{
    const std::string name = path.filename().string();
    if (!name.starts_with(stepPrefix))
        return -1;
    std::int64_t step = -1;
    const char* end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + stepPrefix.size(), end, step);
    return parsed.ec == std::errc {} && parsed.ptr == end ? step : -1;
}

bool hasCheckpoint(const fs::path& path)
{
    return isCheckpoint(path) || !newestIn(path).empty();
}

fs::path newestCheckpoint(const fs::path& path)
{
    std::error_code ignored; // what cannot be told, fileExists() says
    if (!fileExists(path) || !fs::is_directory(path, ignored))
        throw configError("%1 is not a folder. Name a run's folder or one of its checkpoints.", path);
    if (isCheckpoint(path))
        return path;
    fs::path newest = newestIn(path);
    if (newest.empty())
        throw configError(withoutCheckpoint(path));
    return newest;
}

fs::path wholeCheckpointBefore(const fs::path& checkpoint)
{
    const std::vector<fs::path> newestFirst = checkpointsIn(runFolderOf(checkpoint));
    const std::int64_t step = stepOfCheckpoint(checkpoint);
    const auto found = std::ranges::find_if(
        newestFirst, [step](const fs::path& path) { return stepOfCheckpoint(path) < step && looksWhole(path); });
    return found == newestFirst.end() ? fs::path() : *found;
}

Message passedOverIn(const fs::path& path)
{
    const fs::path chosen = isCheckpoint(path) ? fs::path() : newestIn(path);
    if (chosen.empty())
        return {};
    const std::vector<fs::path> entries = entriesOfCheckpoints(path);
    const auto newest = std::ranges::max_element(entries, {}, stepOfCheckpoint);
    if (stepOfCheckpoint(*newest) <= stepOfCheckpoint(chosen))
        return {};
    return makeMessage("%1 is newer than %2, but has no state.json; it is passed over.", *newest, chosen.filename());
}

fs::path runFolderOf(const fs::path& path)
{
    std::error_code fault;
    const fs::path folder = fs::absolute(path, fault).lexically_normal();
    if (fault) // the current folder is gone
        throw readError(path, fault.value());
    const fs::path trimmed = folder.has_filename() ? folder : folder.parent_path();
    if (isCheckpoint(trimmed) && trimmed.parent_path().filename() == "checkpoints")
        return trimmed.parent_path().parent_path();
    return trimmed;
}

} // namespace spectune
