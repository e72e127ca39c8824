// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/RunHistory.h"

#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/core/FileAccess.h"
#include "training/monitor/HistoryPoints.h"
#include "training/monitor/RanksScanner.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayWriter.h"
#include "training/monitor/RunFiles.h"

#include <nlohmann/json.hpp>

#include <cerrno>
#include <functional>
#include <optional>
#include <unistd.h>
#include <utility>

namespace fs = std::filesystem;

namespace spectune {

namespace {

/// Bytes of a line of ranks.jsonl: a hundred times those of the largest models.
constexpr std::size_t mostLineBytes = std::size_t {16} << 20U;

std::string dump(const nlohmann::ordered_json& object)
{
    // Doubles come out with the fewest digits that read back as the same double; what is not finite becomes null.
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

bool isBlank(std::string_view line)
{
    return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

/// Calls @p use for every usable line: without its newline, parsed, with the raw text up to its end. Empty lines
/// are passed over; so is a last line that was being written when its writer was cut off.
/// @param quick may take a line before it is parsed
using LineUser = std::function<void(const HistoryLine&, std::string_view, const Place&)>;
using QuickUser = std::function<bool(std::string_view, const Place&)>;
void forEachLine(const fs::path& file, std::string_view content, const LineUser& use, const QuickUser& quick = nullptr)
{
    HistoryLine parsed;
    Place place {file};
    while (!content.empty()) {
        ++place.line;
        const std::size_t newline = content.find('\n');
        const std::string_view line = content.substr(0, newline);
        content.remove_prefix(newline == std::string_view::npos ? content.size() : newline + 1);
        if (isBlank(line))
            continue;
        if (quick && quick(line, place))
            continue;
        if (const std::optional<Message> problem = parsed.parse(line)) {
            if (newline == std::string_view::npos)
                return;
            place.reject(*problem);
        }
        use(parsed, line, place);
    }
}

std::string readIfPresent(const fs::path& file)
{
    std::error_code error;
    return fs::exists(file, error) || error ? readFile(file) : std::string();
}

/// The last @p most bytes of an open file of @p size bytes.
std::string endOf(const FileDescriptor& file, std::uint64_t size, std::size_t most, const fs::path& path)
{
    const std::uint64_t from = size > most ? size - most : 0;
    std::string text(static_cast<std::size_t>(size - from), '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
        const ssize_t got
            = ::pread(file.get(), text.data() + filled, text.size() - filled, static_cast<off_t>(from + filled));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            throw readError(path, errno);
        if (got == 0)
            break; // it was cut meanwhile
        filled += static_cast<std::size_t>(got);
    }
    text.resize(filled);
    return text;
}

/// Parses the last line of @p text that forEachLine() would use. @returns whether there is one
/// @param whole no line of it is cut at the front
bool parseLast(std::string_view text, bool whole, HistoryLine& parsed, const Place& place)
{
    while (!text.empty()) {
        const bool isEnded = text.back() == '\n';
        text.remove_suffix(isEnded ? 1 : 0);
        const std::size_t before = text.rfind('\n');
        if (before == std::string_view::npos && !whole)
            return false;
        const std::size_t begin = before == std::string_view::npos ? 0 : before + 1;
        const std::string_view line = text.substr(begin);
        text = text.substr(0, begin);
        if (isBlank(line))
            continue;
        const std::optional<Message> problem = parsed.parse(line);
        if (!problem)
            return true;
        if (isEnded)
            place.reject(*problem);
    }
    return false;
}

template <typename Point>
void append(std::vector<Point>& points, Point&& point, const Place& place)
{
    if (!points.empty())
        checkOrder(point.step, points.back().step, place);
    points.push_back(std::forward<Point>(point));
}

/// A file that is read line by line and written again without what came after a step.
class Truncation {
public:
    explicit Truncation(fs::path file)
        : m_file(std::move(file))
        , m_content(readIfPresent(m_file))
    {
        m_kept.reserve(m_content.size());
    }

    void forEach(const LineUser& use, const QuickUser& quick = nullptr) const
    {
        forEachLine(m_file, m_content, use, quick);
    }
    void keep(std::string_view line) { m_kept.append(line).push_back('\n'); }
    void write() const
    {
        if (m_kept != m_content)
            writeFileAtomically(m_file, m_kept);
    }

private:
    fs::path m_file;
    std::string m_content;
    std::string m_kept;
};

HistoryEnd truncateMetrics(const fs::path& file, std::int64_t step)
{
    Truncation truncation(file);
    HistoryEnd end;
    truncation.forEach([&](const HistoryLine& line, std::string_view text, const Place& place) {
        if (integerAt(line, "step", place) > step)
            return;
        if (line.find("eval_loss") != nullptr) {
            const EvalPoint point = evalPointFrom(line, place);
            checkOrder(point.step, end.evaluation, place);
            end.evaluation = point.step;
        } else {
            const MetricPoint point = metricPointFrom(line, place);
            checkOrder(point.step, end.metric, place);
            end.metric = point.step;
            end.seconds = point.seconds;
        }
        truncation.keep(text);
    });
    truncation.write();
    return end;
}

void truncateRanks(const fs::path& file, std::int64_t step)
{
    Truncation truncation(file);
    std::vector<std::string> modules;
    std::int64_t last = -1;
    const auto take = [&](const MaskEvent& event, std::string_view text, const Place& place) {
        if (event.step > step)
            return;
        checkOrder(event.step, last, place);
        last = event.step;
        truncation.keep(text);
    };
    const auto parsed = [&](const HistoryLine& line, std::string_view text, const Place& place) {
        learnModules(line, modules);
        if (integerAt(line, "step", place) <= step)
            take(maskEventFrom(line, modules, place), text, place);
    };
    MaskEvent event;
    truncation.forEach(parsed, [&](std::string_view line, const Place& place) {
        const bool scanned = !modules.empty() && scanRanksLine(line, modules, event);
        if (scanned)
            take(event, line, place);
        return scanned;
    });
    truncation.write();
}

} // namespace

std::string toJsonLine(const MetricPoint& point)
{
    nlohmann::ordered_json object {
        {"step", point.step},
        {"loss", point.loss},
        {"orth", point.orth},
        {"lr", point.lr},
        {"budget", point.budget},
        {"grad_norm", point.gradNorm},
        {"tokens", point.tokens},
        {"seconds", point.seconds},
    };
    if (!point.skipped.empty())
        object["skipped"] = point.skipped;
    return dump(object);
}

std::string toJsonLine(const EvalPoint& point)
{
    nlohmann::ordered_json object {{"step", point.step}, {"eval_loss", point.evalLoss}};
    for (const auto& [name, value] : point.metrics)
        object.emplace(name, value); // never in the place of the two above
    return dump(object);
}

std::string toJsonLine(const MaskEvent& event, const ModuleLayout& layout)
{
    if (event.ranks.size() != layout.modules.size())
        throw Error(FailureKind::Internal,
            makeMessage(
                "A masking event has %1 ranks, the layout %2 modules.", event.ranks.size(), layout.modules.size()));
    nlohmann::ordered_json ranks = nlohmann::ordered_json::object();
    ranks.get_ref<nlohmann::ordered_json::object_t&>().reserve(event.ranks.size());
    for (std::size_t index = 0; index < event.ranks.size(); ++index)
        ranks[layout.modules[index].name] = event.ranks[index];
    return dump({{"step", event.step}, {"budget", event.budget}, {"ranks", std::move(ranks)}, {"pruned", event.pruned},
        {"revived", event.revived}});
}

RunHistory loadHistory(const fs::path& runFolder)
{
    RunHistory history;
    const fs::path metrics = runFolder / metricsName;
    forEachLine(metrics, readIfPresent(metrics), [&](const HistoryLine& line, std::string_view, const Place& place) {
        if (line.find("eval_loss") != nullptr)
            append(history.evaluations, evalPointFrom(line, place), place);
        else
            append(history.metrics, metricPointFrom(line, place), place);
    });
    const fs::path ranks = runFolder / ranksName;
    const auto parsed = [&](const HistoryLine& line, std::string_view, const Place& place) {
        append(history.events, maskEventFrom(line, history.modules, place), place);
    };
    forEachLine(ranks, readIfPresent(ranks), parsed, [&](std::string_view line, const Place& place) {
        MaskEvent event;
        const bool scanned = !history.modules.empty() && scanRanksLine(line, history.modules, event);
        if (scanned)
            append(history.events, std::move(event), place);
        return scanned;
    });
    return history;
}

RunHistory loadLastEvent(const fs::path& runFolder)
{
    RunHistory history;
    const fs::path ranks = runFolder / ranksName;
    if (!fileExists(ranks))
        return history;
    const Place place {ranks};
    const FileDescriptor file = openToRead(ranks);
    const std::uint64_t size = sizeOf(ranks);
    HistoryLine line;
    for (std::size_t most = std::size_t {1} << 14U;; most *= 8) {
        const bool whole = size <= most;
        if (parseLast(endOf(file, size, most, ranks), whole, line, place)) {
            if (line.hasRanks() && line.rankCount() == 0)
                place.reject(makeMessage("its \"ranks\" name no matrix"));
            history.events.push_back(maskEventFrom(line, history.modules, place));
            return history;
        }
        if (whole)
            return history;
        if (most > mostLineBytes)
            place.reject(makeMessage("it has more than %1 MiB", mostLineBytes >> 20U));
    }
}

HistoryEnd truncateHistory(const fs::path& runFolder, std::int64_t step)
{
    const HistoryEnd end = truncateMetrics(runFolder / metricsName, step);
    truncateRanks(runFolder / ranksName, step);
    try {
        truncateReplay(runFolder, step);
    } catch (const Error&) { // a side file, which must not keep a run from going on
        std::error_code ignored;
        fs::remove(runFolder / replay::fileName, ignored);
    }
    return end;
}

} // namespace spectune
