// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/Errors.h"
#include "training/config/FieldTable.h"

#include <algorithm>
#include <string>
#include <vector>

namespace spectune::testing {

inline std::vector<std::string> differingKeys(const RunConfig& a, const RunConfig& b)
{
    std::vector<std::string> keys;
    for (const FieldInfo& field : fields()) {
        if (fieldValue(a, field.key) != fieldValue(b, field.key))
            keys.emplace_back(field.key);
    }
    return keys;
}

/// Allowed values of a field that differ from its default; bounds where there are some.
inline std::vector<FieldValue> otherValues(const FieldInfo& field)
{
    std::vector<FieldValue> values;
    switch (field.type) {
    case FieldType::Integer:
        values = {static_cast<std::int64_t>(field.minimum) + 17, static_cast<std::int64_t>(field.maximum)};
        break;
    case FieldType::Real:
        values = {field.minimum + (std::min(field.maximum, 1.0) - field.minimum) / 3.0,
            field.maximumExcluded ? 0.4375 : field.maximum};
        break;
    case FieldType::Boolean: values = {true, false}; break;
    case FieldType::Text:
    case FieldType::File:
    case FieldType::Folder: values = {std::string("/tmp/Größe \"x\"\n=λ")}; break;
    case FieldType::Choice:
        for (const std::string_view choice : field.choices)
            values.emplace_back(std::string(choice));
        break;
    case FieldType::TextList:
        values = {std::vector<std::string> {"q_proj"}, std::vector<std::string> {"v_proj", "mlp.up_proj"}};
        break;
    case FieldType::IntegerList:
        values = {std::vector<std::int64_t> {3}, std::vector<std::int64_t> {0, 2, 3, 4, 9, 10}};
        break;
    case FieldType::IntegerMap:
        values = {RankMap {{"model.layers.0.self_attn.q_proj", 3}},
            RankMap {{"a \"b\" = {1,2}: Größe", 0}, {"model.layers.1.mlp.up_proj", 65536}}};
        break;
    }
    std::erase(values, defaultValue(field.key));
    return values;
}

} // namespace spectune::testing
