// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunSearch.h"

#include "training/config/ConfigFile.h"
#include "training/config/FieldTable.h"
#include "training/core/Error.h"

#include <QRegularExpression>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

/// Read once a record, not once a key that is typed.
const TypedConfig& typedConfig(const RunRecord& record)
{
    if (record.typed && record.typed->source == record.configuration)
        return *record.typed;
    auto typed = std::make_shared<TypedConfig>();
    typed->source = record.configuration;
    if (!record.configuration.isEmpty()) {
        try {
            const RunConfig config = configFromJson(record.configuration.toStdString(), {});
            for (const FieldInfo& field : fields())
                typed->values.emplace(field.key, QString::fromStdString(toText(fieldValue(config, field.key))));
        } catch (const Error&) {
            typed->values.clear(); // such a run is found by its name and the like
        }
    }
    record.typed = std::move(typed);
    return *record.typed;
}

/// The configuration's value as it would be typed; nothing: no such key, or a configuration that cannot be read.
std::optional<QString> configuredValue(const RunRecord& record, const QString& key)
{
    const std::string name = key.toStdString();
    const FieldInfo* field = findField(name);
    if (!field) { // the part after the last dot is enough
        const auto fits = [&name](const FieldInfo& info) { return info.key.ends_with("." + name); };
        const auto found = std::find_if(fields().begin(), fields().end(), fits);
        field = found == fields().end() ? nullptr : &*found;
    }
    if (!field)
        return std::nullopt;
    const auto& values = typedConfig(record).values;
    const auto found = values.find(field->key);
    return found == values.end() ? std::nullopt : std::optional(found->second);
}

double sortableLoss(const RunRecord& record)
{
    const double loss = std::isfinite(record.evalLoss) ? record.evalLoss : record.loss;
    return std::isfinite(loss) ? loss : INFINITY;
}

} // namespace

RunSearch::RunSearch(const QString& text)
{
    static const QRegularExpression blank(QStringLiteral("\\s+"));
    const QStringList parts = text.split(blank, Qt::SkipEmptyParts);
    for (const QString& part : parts) {
        const qsizetype equals = part.indexOf(QLatin1Char('='));
        if (equals > 0)
            m_pairs.emplace_back(part.left(equals), part.mid(equals + 1));
        else
            m_words << part;
    }
}

bool RunSearch::hasWord(const RunRecord& record, const QString& word)
{
    const QStringList places {record.name, record.notes, record.model, record.method, methodName(record.method),
        stateWord(record.state), stateName(record.state), record.folder, record.tags.join(QLatin1Char('\n'))};
    return std::any_of(places.begin(), places.end(),
        [&word](const QString& place) { return place.contains(word, Qt::CaseInsensitive); });
}

bool RunSearch::hasPair(const RunRecord& record, const QString& key, const QString& value)
{
    const auto contains = [&value](const QString& place) { return place.contains(value, Qt::CaseInsensitive); };
    if (key == QLatin1String("tag"))
        return record.tags.contains(value, Qt::CaseInsensitive);
    if (key == QLatin1String("model"))
        return contains(record.model);
    if (key == QLatin1String("method"))
        return record.method.compare(value, Qt::CaseInsensitive) == 0
            || methodName(record.method).compare(value, Qt::CaseInsensitive) == 0;
    if (key == QLatin1String("state"))
        return contains(stateWord(record.state)) || contains(stateName(record.state)); // as stored, and as shown
    if (key == QLatin1String("name"))
        return contains(record.name);
    const std::optional<QString> configured = configuredValue(record, key);
    if (!configured)
        return false;
    bool bothNumbers = false;
    const double wanted = value.toDouble(&bothNumbers);
    bool isNumber = false;
    const double held = configured->toDouble(&isNumber);
    if (bothNumbers && isNumber)
        return wanted == held; // 1e-3 is 0.001
    return value.isEmpty() ? configured->isEmpty() : contains(*configured);
}

bool RunSearch::matches(const RunRecord& record) const
{
    return std::all_of(m_words.begin(), m_words.end(), [&](const QString& word) { return hasWord(record, word); })
        && std::all_of(
            m_pairs.begin(), m_pairs.end(), [&](const auto& pair) { return hasPair(record, pair.first, pair.second); });
}

std::vector<const RunRecord*> arranged(std::span<const RunRecord> records, const RunSearch& search, RunOrder order)
{
    std::vector<const RunRecord*> rows;
    for (const RunRecord& record : records)
        if (search.matches(record))
            rows.push_back(&record);
    std::stable_sort(rows.begin(), rows.end(), [order](const RunRecord* a, const RunRecord* b) {
        switch (order) {
        case RunOrder::Loss: return sortableLoss(*a) < sortableLoss(*b);
        case RunOrder::Name: return a->name.localeAwareCompare(b->name) < 0;
        case RunOrder::Date: break;
        }
        return a->started > b->started;
    });
    return rows;
}

} // namespace spectune
