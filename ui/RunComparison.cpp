// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunComparison.h"

#include "training/config/FieldTable.h"
#include "ui/FieldTexts.h"
#include "ui/RecordedRanks.h"
#include "visualization/CurveMath.h"
#include "visualization/NumberFormat.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

namespace spectune {

namespace {

struct ComparisonTexts {
    Q_DECLARE_TR_FUNCTIONS(ComparisonTexts)
};

double finalLoss(const LoadedRun& run)
{
    const CurveSeries& smooth = run.curve.smooth;
    return smooth.isEmpty() ? std::nan("") : smooth.y().back();
}

double lastEvaluation(const LoadedRun& run)
{
    return run.history.evaluations.empty() ? std::nan("") : run.history.evaluations.back().evalLoss;
}

/// A rank map by its size: its ranks stand in the grids below the table.
QString shownValue(const FieldValue& value)
{
    const auto* map = std::get_if<RankMap>(&value);
    if (!map || map->empty())
        return QString::fromStdString(toText(value));
    std::int64_t triplets = 0;
    for (const auto& [name, rank] : *map)
        triplets += rank;
    return ComparisonTexts::tr("%1 matrices, %2 triplets")
        .arg(formatCount(static_cast<std::int64_t>(map->size())), formatCount(triplets));
}

QString lossText(double loss)
{
    return std::isfinite(loss) ? formatLoss(loss) : ComparisonTexts::tr("none");
}

const EvalPoint* bestEvaluation(const LoadedRun& run)
{
    const auto& evaluations = run.history.evaluations;
    const auto best = std::min_element(evaluations.begin(), evaluations.end(),
        [](const EvalPoint& a, const EvalPoint& b) { return a.evalLoss < b.evalLoss; });
    return best == evaluations.end() ? nullptr : &*best;
}

template <typename Text>
CompareRow resultRow(
    const QString& name, const QString& help, std::span<const std::shared_ptr<const LoadedRun>> runs, Text text)
{
    CompareRow row {name, help, {}, {}, false, false, false};
    for (std::size_t i = 0; i < runs.size(); ++i)
        row.values << text(i);
    row.differs = std::adjacent_find(row.values.begin(), row.values.end(), std::not_equal_to<>()) != row.values.end();
    return row;
}

/// Metrics of the tasks that any of the runs has evaluated, by name.
std::set<std::string> metricNames(std::span<const std::shared_ptr<const LoadedRun>> runs)
{
    std::set<std::string> names;
    for (const auto& run : runs)
        if (!run->history.evaluations.empty())
            for (const auto& [name, value] : run->history.evaluations.back().metrics)
                names.insert(name);
    return names;
}

QString metricText(const LoadedRun& run, const std::string& name)
{
    if (run.history.evaluations.empty())
        return ComparisonTexts::tr("none");
    const auto& metrics = run.history.evaluations.back().metrics;
    const auto found = metrics.find(name);
    return found == metrics.end() ? ComparisonTexts::tr("none") : formatShort(found->second);
}

QString keptText(const LoadedRun& run)
{
    return run.layout ? formatCount(run.keptTriplets()) : ComparisonTexts::tr("none");
}

QString atZeroText(const std::vector<std::int32_t>& ranks)
{
    return ranks.empty() ? ComparisonTexts::tr("none")
                         : ComparisonTexts::tr("%1 of %2")
                               .arg(formatCount(std::count(ranks.begin(), ranks.end(), 0)),
                                   formatCount(static_cast<std::int64_t>(ranks.size())));
}

QString stepsText(std::int64_t done, std::int64_t planned)
{
    return done < planned ? ComparisonTexts::tr("%1 of %2").arg(formatCount(done), formatCount(planned))
                          : formatCount(done);
}

/// "edited at step 120", "edited at steps 120, 300"; empty where it was not.
QString editedText(const LoadedRun& run, const QString& key)
{
    QStringList steps;
    for (const AppliedEdit& edit : run.edits)
        if (QString::fromStdString(edit.key) == key)
            steps << formatCount(edit.step + 1); // the first that it holds in, as the log and the rail count
    if (steps.isEmpty())
        return {};
    return steps.size() == 1 ? ComparisonTexts::tr("edited at step %1").arg(steps.front())
                             : ComparisonTexts::tr("edited at steps %1").arg(steps.join(QStringLiteral(", ")));
}

std::map<std::string, std::int32_t> ranksByName(const LoadedRun& run)
{
    std::map<std::string, std::int32_t> ranks;
    for (std::size_t i = 0; run.layout && i < run.ranks.size(); ++i)
        ranks.emplace(run.layout->modules[i].name, run.ranks[i]);
    return ranks;
}

QString csvCell(const QString& text)
{
    if (!text.contains(QLatin1Char(',')) && !text.contains(QLatin1Char('"')) && !text.contains(QLatin1Char('\n')))
        return text;
    QString inner = text;
    return QLatin1Char('"') + inner.replace(QLatin1Char('"'), QLatin1String("\"\"")) + QLatin1Char('"');
}

QString csvLine(const QStringList& cells)
{
    QStringList written;
    for (const QString& cell : cells)
        written << csvCell(cell);
    return written.join(QLatin1Char(',')) + QLatin1Char('\n');
}

} // namespace

std::vector<CompareRow> compareConfigs(std::span<const RunConfig* const> configs)
{
    std::vector<CompareRow> rows;
    for (const FieldInfo& field : fields()) {
        CompareRow row {QString::fromUtf8(field.key), fieldLabel(field) + QStringLiteral(": ") + fieldHelp(field), {},
            {}, false, true};
        row.isPath = field.type == FieldType::File || field.type == FieldType::Folder;
        for (const RunConfig* config : configs)
            row.values << shownValue(fieldValue(*config, field.key));
        for (const RunConfig* config : configs)
            row.differs = row.differs || fieldValue(*config, field.key) != fieldValue(*configs.front(), field.key);
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<CompareRow> compareConfigs(std::span<const std::shared_ptr<const LoadedRun>> runs)
{
    std::vector<RunConfig> atEnd;
    std::vector<const RunConfig*> configs;
    for (const auto& run : runs)
        atEnd.push_back(run->configAtEnd());
    for (const RunConfig& config : atEnd)
        configs.push_back(&config);
    std::vector<CompareRow> rows = compareConfigs(configs);
    for (CompareRow& row : rows) {
        QStringList edited;
        for (const auto& run : runs)
            edited << editedText(*run, row.name);
        if (edited.join(QString()).isEmpty())
            continue;
        row.differs = row.differs || edited.count(edited.front()) != edited.size();
        row.edited = std::move(edited);
    }
    return rows;
}

std::vector<CompareRow> compareResults(
    std::span<const std::shared_ptr<const LoadedRun>> runs, std::span<const RunRecord> records)
{
    std::vector<CompareRow> rows;
    const auto add = [&](const QString& name, const QString& help, auto text) {
        rows.push_back(resultRow(name, help, runs, text));
    };
    add(ComparisonTexts::tr("state"), ComparisonTexts::tr("How the run stands"),
        [&](std::size_t i) { return stateName(records[i].state); });
    add(ComparisonTexts::tr("evaluation loss"),
        ComparisonTexts::tr("Mean loss per loss-bearing token at the last evaluation"),
        [&](std::size_t i) { return lossText(lastEvaluation(*runs[i])); });
    add(ComparisonTexts::tr("best evaluation"), ComparisonTexts::tr("The lowest evaluation loss"), [&](std::size_t i) {
        const EvalPoint* best = bestEvaluation(*runs[i]);
        return best ? formatLoss(best->evalLoss) : ComparisonTexts::tr("none");
    });
    add(ComparisonTexts::tr("    at step"), ComparisonTexts::tr("The step of the lowest evaluation loss"),
        [&](std::size_t i) {
            const EvalPoint* best = bestEvaluation(*runs[i]);
            return best ? formatCount(best->step) : ComparisonTexts::tr("none");
        });
    add(ComparisonTexts::tr("task loss"), ComparisonTexts::tr("Training loss at the last step, smoothed, without γR"),
        [&](std::size_t i) { return lossText(finalLoss(*runs[i])); });
    for (const std::string& name : metricNames(runs))
        add(QString::fromStdString(name).replace(QLatin1Char('_'), QLatin1Char(' ')),
            ComparisonTexts::tr("The task's own metric at the last evaluation"),
            [&](std::size_t i) { return metricText(*runs[i], name); });
    add(ComparisonTexts::tr("kept triplets"),
        ComparisonTexts::tr("Triplets in the pattern of the last masking event: the budget that was used"),
        [&](std::size_t i) { return keptText(*runs[i]); });
    add(ComparisonTexts::tr("mean rank"), ComparisonTexts::tr("Kept triplets over adapted matrices"),
        [&](std::size_t i) {
            const auto matrices = static_cast<double>(runs[i]->ranks.size());
            return matrices > 0 ? formatMeanRank(static_cast<double>(runs[i]->keptTriplets()) / matrices)
                                : ComparisonTexts::tr("none");
        });
    add(ComparisonTexts::tr("largest rank"), ComparisonTexts::tr("Of a single matrix"), [&](std::size_t i) {
        const auto& ranks = runs[i]->ranks;
        return ranks.empty() ? ComparisonTexts::tr("none") : formatCount(*std::max_element(ranks.begin(), ranks.end()));
    });
    add(ComparisonTexts::tr("matrices at rank 0"), ComparisonTexts::tr("Adapted matrices that kept no triplet"),
        [&](std::size_t i) { return atZeroText(runs[i]->ranks); });
    add(ComparisonTexts::tr("revived in total"),
        ComparisonTexts::tr("Triplets that came back, over all masking events"),
        [&](std::size_t i) { return formatCount(records[i].ranks.revived); });
    add(ComparisonTexts::tr("steps"), ComparisonTexts::tr("Optimizer steps done, of those that were planned"),
        [&](std::size_t i) { return stepsText(runs[i]->lastStep(), records[i].totalSteps); });
    add(ComparisonTexts::tr("time"), ComparisonTexts::tr("Spent in training, all sessions of the run together"),
        [&](std::size_t i) { return formatDuration(records[i].seconds); });
    add(ComparisonTexts::tr("tokens per second"),
        ComparisonTexts::tr("Loss-bearing ones, over the whole run without pauses and evaluations"),
        [&](std::size_t i) {
            const double rate = records[i].tokensPerSecond;
            return rate > 0 ? formatCount(std::llround(rate)) : ComparisonTexts::tr("none");
        });
    add(ComparisonTexts::tr("device"), ComparisonTexts::tr("What it was trained on"),
        [&](std::size_t i) { return records[i].device.isEmpty() ? ComparisonTexts::tr("none") : records[i].device; });
    return rows;
}

RankDifference rankDifference(const LoadedRun& a, const LoadedRun& b)
{
    RankDifference result;
    if (!a.layout || !b.layout)
        return result;
    const auto ranksA = ranksByName(a);
    const auto ranksB = ranksByName(b);
    RunHistory both; // the order of the grid follows from the names alone
    for (const auto& [name, rank] : ranksA)
        both.modules.push_back(name);
    for (const auto& [name, rank] : ranksB)
        if (!ranksA.contains(name))
            both.modules.push_back(name);
    result.layout = layoutFromHistory(both, std::max(a.layout->initRank, b.layout->initRank));
    for (const ModuleInfo& module : result.layout->modules) {
        const auto inA = ranksA.find(module.name);
        const auto inB = ranksB.find(module.name);
        result.onlyOne += inA == ranksA.end() || inB == ranksB.end() ? 1 : 0;
        result.difference.push_back((inB == ranksB.end() ? 0 : inB->second) - (inA == ranksA.end() ? 0 : inA->second));
    }
    return result;
}

QString valueText(const CompareRow& row, qsizetype run)
{
    const QString edited = row.edited.value(run);
    return edited.isEmpty() ? row.values.value(run) : QStringLiteral("%1 (%2)").arg(row.values.value(run), edited);
}

QString tableCsv(const QStringList& names, std::span<const CompareRow> rows)
{
    QString text = csvLine(QStringList {QString()} + names);
    for (const CompareRow& row : rows) {
        QStringList cells {row.name};
        for (qsizetype run = 0; run < row.values.size(); ++run)
            cells << valueText(row, run);
        text += csvLine(cells);
    }
    return text;
}

QString ranksCsv(const QStringList& names, std::span<const std::shared_ptr<const LoadedRun>> runs)
{
    std::vector<std::map<std::string, std::int32_t>> ranks;
    std::vector<std::string> order;
    std::set<std::string> seen;
    for (const auto& run : runs) {
        ranks.push_back(run ? ranksByName(*run) : std::map<std::string, std::int32_t>());
        for (std::size_t i = 0; run && run->layout && i < run->layout->modules.size(); ++i)
            if (seen.insert(run->layout->modules[i].name).second)
                order.push_back(run->layout->modules[i].name);
    }
    const bool two = runs.size() == 2 && runs[0] && runs[1];
    QString text = csvLine(QStringList {ComparisonTexts::tr("matrix")} + names
        + (two ? QStringList {QStringLiteral("B - A")} : QStringList()));
    for (const std::string& name : order) {
        QStringList cells {QString::fromStdString(name)};
        for (const auto& of : ranks) {
            const auto found = of.find(name);
            cells << (found == of.end() ? QString() : QString::number(found->second));
        }
        if (two)
            cells << QString::number(cells.at(2).toInt() - cells.at(1).toInt());
        text += csvLine(cells);
    }
    return text;
}

LossVerdict lossVerdict(const LoadedRun& a, const LoadedRun& b)
{
    const double difference = lastEvaluation(a) - lastEvaluation(b);
    if (!std::isfinite(difference))
        return {};
    const std::int64_t stepOfA = a.history.evaluations.back().step;
    const std::int64_t stepOfB = b.history.evaluations.back().step;
    const bool equal = formatLoss(std::abs(difference)) == formatLoss(0.0);
    const QString proof = equal ? ComparisonTexts::tr("one seed each: no proof that they are alike")
                                : ComparisonTexts::tr("one seed each: a difference, not a proof");
    const QString note = stepOfA == stepOfB
        ? proof
        : ComparisonTexts::tr("A evaluated at step %1, B at step %2").arg(formatCount(stepOfA), formatCount(stepOfB));
    if (equal)
        return {ComparisonTexts::tr("Equal"), ComparisonTexts::tr("evaluation loss, to three decimals"), note};
    return {(difference > 0 ? QStringLiteral("+") : QString()) + formatLoss(difference),
        ComparisonTexts::tr("evaluation loss of A against B"), note};
}

} // namespace spectune
