// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/data/Record.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace spectune {

namespace {

using Json = nlohmann::ordered_json;

/// A cell in quotes from @p at on; moves @p at behind the closing quote. @return false where it is not closed properly
bool readQuoted(std::string_view row, std::size_t& at, char separator, std::string& cell)
{
    std::string text;
    std::size_t i = at + 1;
    for (; i < row.size(); ++i) {
        if (row[i] != '"') {
            text += row[i];
        } else if (i + 1 < row.size() && row[i + 1] == '"') {
            text += '"';
            ++i;
        } else {
            break;
        }
    }
    if (i >= row.size() || (i + 1 < row.size() && row[i + 1] != separator))
        return false;
    at = i + 1;
    cell = std::move(text);
    return true;
}

} // namespace

Message RecordPlace::text() const
{
    Message place = Message::verbatim(file + ':' + std::to_string(line));
    return element > 0 ? makeMessage("%1, element %2", place, element) : place;
}

const std::string* Record::find(std::string_view name) const
{
    const auto found
        = std::find_if(fields.begin(), fields.end(), [&](const auto& field) { return field.first == name; });
    return found == fields.end() ? nullptr : &found->second;
}

const std::string& Record::at(std::string_view name) const
{
    const std::string* value = find(name);
    if (value != nullptr)
        return *value;
    if (std::find(structured.begin(), structured.end(), name) != structured.end())
        throw ioError("%1: the field \"%2\" is no text.", place.text(), name);
    throw ioError("%1: the field \"%2\" is missing; there are: %3.", place.text(), name, names());
}

Message Record::names() const
{
    std::string all;
    for (const auto& [name, value] : fields)
        all += (all.empty() ? "" : ", ") + name;
    for (const std::string& name : structured)
        all += (all.empty() ? "" : ", ") + name;
    return all.empty() ? makeMessage("none") : Message::verbatim(std::move(all));
}

Record parseJsonRecord(std::string_view json, RecordPlace place)
{
    checkJsonText(json, place.text());
    Json value;
    try {
        value = Json::parse(json);
    } catch (const Json::parse_error& error) {
        throw ioError("%1: is not valid JSON (near byte %2 of the record).", place.text(), error.byte);
    } catch (const Json::exception& error) {
        throw ioError("%1: is not valid JSON: %2", place.text(), error.what());
    }
    if (!value.is_object())
        throw ioError("%1: must be a JSON object with named fields.", place.text());
    Record record {.place = std::move(place), .fields = {}, .structured = {}};
    for (const auto& [key, item] : value.items()) {
        if (item.is_string())
            record.fields.emplace_back(key, item.get<std::string>());
        else if (item.is_number() || item.is_boolean())
            record.fields.emplace_back(key, item.dump());
        else
            record.structured.push_back(key);
    }
    return record;
}

std::vector<std::string> splitRow(std::string_view row, char separator, const RecordPlace& place)
{
    if (!row.empty() && row.back() == '\r')
        row.remove_suffix(1);
    std::vector<std::string> cells;
    std::size_t at = 0;
    while (true) {
        std::string cell;
        const bool quoted = at < row.size() && row[at] == '"' && readQuoted(row, at, separator, cell);
        if (!quoted) {
            const std::size_t end = std::min(row.find(separator, at), row.size());
            cell = std::string(row.substr(at, end - at));
            if (separator != '\t' && cell.find('"') != std::string::npos)
                throw ioError(
                    "%1: the cell %2 has a loose quote; in CSV a cell with quotes is enclosed in quotes and doubles "
                    "those inside.",
                    place.text(), cells.size() + 1);
            at = end;
        }
        cells.push_back(std::move(cell));
        if (at >= row.size())
            return cells;
        ++at; // the separator
    }
}

Record rowRecord(std::string_view row, char separator, const std::vector<std::string>& columns, RecordPlace place)
{
    std::vector<std::string> cells = splitRow(row, separator, place);
    if (cells.size() != columns.size())
        throw ioError(cells.size() == 1
                ? makeMessage("%1: has 1 cell, the header has %2.", place.text(), columns.size())
                : makeMessage("%1: has %2 cells, the header has %3.", place.text(), cells.size(), columns.size()));
    Record record {.place = std::move(place), .fields = {}, .structured = {}};
    for (std::size_t i = 0; i < cells.size(); ++i)
        record.fields.emplace_back(columns[i], std::move(cells[i]));
    return record;
}

Record e2eRecord(std::string_view line, RecordPlace place)
{
    const std::size_t at = line.find("||");
    if (at == std::string_view::npos)
        throw ioError("%1: has no \"||\" between the meaning representation and the sentence.", place.text());
    Record record {.place = std::move(place), .fields = {}, .structured = {}};
    record.fields.emplace_back("mr", std::string(line.substr(0, at)));
    record.fields.emplace_back("sentence", std::string(line.substr(at + 2)));
    return record;
}

} // namespace spectune
