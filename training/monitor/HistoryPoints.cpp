// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/HistoryPoints.h"

#include "training/core/Error.h"

#include <utility>

namespace spectune {

namespace {

double realAt(const HistoryLine& line, std::string_view key, const Place& place)
{
    const HistoryField* const field = line.find(key);
    if (field == nullptr)
        place.reject(makeMessage("it has no \"%1\"", key));
    if (field->type == HistoryField::Type::Text || field->type == HistoryField::Type::Boolean)
        place.reject(makeMessage("\"%1\" is no number", key));
    return field->real;
}

std::int32_t rankOf(const HistoryField& field, const Place& place)
{
    if (field.type != HistoryField::Type::Integer || field.integer < 0 || !std::in_range<std::int32_t>(field.integer))
        place.reject(makeMessage("the rank of \"%1\" is no whole number from 0 on", field.key));
    return static_cast<std::int32_t>(field.integer);
}

} // namespace

void Place::reject(const Message& problem) const
{
    if (line == 0)
        throw ioError(
            "%1: its last line cannot be used: %2. Remove the line, or restore the file from a copy.", file, problem);
    throw ioError(
        "%1:%2: this line cannot be used: %3. Remove the line, or restore the file from a copy.", file, line, problem);
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

} // namespace spectune
