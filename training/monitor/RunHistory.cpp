// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/RunHistory.h"

#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "training/monitor/HistoryLine.h"
#include "training/monitor/RanksScanner.h"
#include "training/monitor/ReplayFormat.h"
#include "training/monitor/ReplayWriter.h"
#include "training/monitor/RunFiles.h"

#include <nlohmann/json.hpp>

#include <functional>
#include <optional>
#include <utility>

namespace fs = std::filesystem;

namespace spectune {

namespace {

/// A line's place, for messages: "runs/a/metrics.jsonl:12".
struct Place {
    const fs::path& file;
    std::int64_t line = 0;

    [[noreturn]] void reject(const Message& problem) const
    {
        throw ioError("%1:%2: this line cannot be used: %3. Remove the line, or restore the file from a copy.", file,
            line, problem);
    }
};

std::string dump(const nlohmann::ordered_json& object)
{
    // Doubles come out with the fewest digits that read back as the same double; what is not finite becomes null.
    return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
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
        if (line.find_first_not_of(" \t\r") == std::string_view::npos)
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

std::int64_t integerAt(const HistoryLine& line, std::string_view key, const Place& place)
{
    const HistoryField* const field = line.find(key);
    if (field == nullptr)
        place.reject(makeMessage("it has no \"%1\"", key));
    if (field->type != HistoryField::Type::Integer)
        place.reject(makeMessage("\"%1\" is no whole number", key));
    return field->integer;
}

double realAt(const HistoryLine& line, std::string_view key, const Place& place)
{
    const HistoryField* const field = line.find(key);
    if (field == nullptr)
        place.reject(makeMessage("it has no \"%1\"", key));
    if (field->type == HistoryField::Type::Text || field->type == HistoryField::Type::Boolean)
        place.reject(makeMessage("\"%1\" is no number", key));
    return field->real;
}

EvalPoint evalPointFrom(const HistoryLine& line, const Place& place)
{
    EvalPoint point {
        .step = integerAt(line, "step", place), .evalLoss = realAt(line, "eval_loss", place), .metrics = {}};
    for (std::size_t index = 0; index < line.size(); ++index) {
        const HistoryField& field = line[index];
        const bool isNumber = field.type != HistoryField::Type::Text && field.type != HistoryField::Type::Boolean;
        if (isNumber && field.key != "step" && field.key != "eval_loss")
            point.metrics.emplace(field.key, field.real);
    }
    return point;
}

MetricPoint metricPointFrom(const HistoryLine& line, const Place& place)
{
    MetricPoint point {
        .step = integerAt(line, "step", place),
        .loss = realAt(line, "loss", place),
        .orth = realAt(line, "orth", place),
        .lr = realAt(line, "lr", place),
        .budget = integerAt(line, "budget", place),
        .gradNorm = realAt(line, "grad_norm", place),
        .tokens = integerAt(line, "tokens", place),
        .seconds = realAt(line, "seconds", place),
        .skipped = {},
    };
    if (const HistoryField* const skipped = line.find("skipped"); skipped != nullptr) {
        if (skipped->type != HistoryField::Type::Text && skipped->type != HistoryField::Type::Null)
            place.reject(makeMessage("\"skipped\" is no text"));
        if (skipped->type == HistoryField::Type::Text)
            point.skipped = skipped->text;
    }
    return point;
}

std::int32_t rankOf(const HistoryField& field, const Place& place)
{
    if (field.type != HistoryField::Type::Integer || field.integer < 0 || !std::in_range<std::int32_t>(field.integer))
        place.reject(makeMessage("the rank of \"%1\" is no whole number from 0 on", field.key));
    return static_cast<std::int32_t>(field.integer);
}

/// The modules of a run are those of its first line.
void learnModules(const HistoryLine& line, std::vector<std::string>& modules)
{
    if (modules.empty())
        for (std::size_t index = 0; index < line.rankCount(); ++index)
            modules.push_back(line.rank(index).key);
}

MaskEvent maskEventFrom(const HistoryLine& line, std::vector<std::string>& modules, const Place& place)
{
    MaskEvent event {
        .step = integerAt(line, "step", place),
        .budget = integerAt(line, "budget", place),
        .ranks = {},
        .pruned = integerAt(line, "pruned", place),
        .revived = integerAt(line, "revived", place),
    };
    if (!line.hasRanks())
        place.reject(makeMessage("it has no \"ranks\""));
    learnModules(line, modules);
    if (line.rankCount() != modules.size())
        place.reject(
            makeMessage("it has the ranks of %1 modules, the lines before of %2", line.rankCount(), modules.size()));
    event.ranks.reserve(modules.size());
    for (std::size_t index = 0; index < modules.size(); ++index) {
        if (line.rank(index).key != modules[index])
            place.reject(
                makeMessage("\"%1\" stands where the lines before have \"%2\"", line.rank(index).key, modules[index]));
        event.ranks.push_back(rankOf(line.rank(index), place));
    }
    return event;
}

void checkOrder(std::int64_t step, std::int64_t before, const Place& place)
{
    if (step <= before)
        place.reject(makeMessage("step %1 comes after step %2", step, before));
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
