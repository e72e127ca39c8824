// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/config/FieldTable.h"

#include "training/config/FieldCheck.h"
#include "training/config/FieldDescriptor.h"
#include "training/core/Error.h"

#include <algorithm>

namespace spectune {

namespace {

const detail::FieldDescriptor* findDescriptor(std::string_view key)
{
    for (const detail::FieldDescriptor& descriptor : detail::fieldDescriptors()) {
        if (descriptor.info.key == key)
            return &descriptor;
    }
    return nullptr;
}

const detail::FieldDescriptor& descriptorOf(std::string_view key)
{
    if (const detail::FieldDescriptor* descriptor = findDescriptor(key))
        return *descriptor;
    throw detail::unknownKey(key, nearestKey(key));
}

std::string_view lastPart(std::string_view key)
{
    const std::size_t dot = key.rfind('.');
    return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

} // namespace

const FieldInfo* findField(std::string_view key)
{
    const auto found = std::ranges::find(fields(), key, &FieldInfo::key);
    return found == fields().end() ? nullptr : &*found;
}

std::string_view nearestKey(std::string_view key)
{
    // The right name in the wrong section, or in none ("lr", "train.lr"), counts as near as can be.
    for (const FieldInfo& field : fields()) {
        if (lastPart(field.key) == lastPart(key))
            return field.key;
    }
    std::vector<std::string_view> candidates;
    for (const FieldInfo& field : fields())
        candidates.push_back(field.key);
    if (const std::string_view near = detail::nearestName(key, candidates); !near.empty())
        return near;
    for (std::string_view& candidate : candidates)
        candidate = lastPart(candidate);
    const std::string_view near = detail::nearestName(lastPart(key), candidates);
    for (const FieldInfo& field : fields()) {
        if (!near.empty() && lastPart(field.key) == near)
            return field.key;
    }
    return {};
}

FieldValue fieldValue(const RunConfig& config, std::string_view key)
{
    return descriptorOf(key).read(config);
}

void setFieldValue(RunConfig& config, std::string_view key, const FieldValue& value)
{
    const detail::FieldDescriptor& descriptor = descriptorOf(key);
    const FieldValue kept = detail::normalized(descriptor.info, value);
    if (const auto problem = detail::problemWith(descriptor.info, kept))
        throw configError(*problem);
    descriptor.write(config, kept);
}

FieldValue defaultValue(std::string_view key)
{
    return fieldValue(RunConfig {}, key);
}

void setFieldFromText(RunConfig& config, std::string_view key, std::string_view text)
{
    setFieldValue(config, key, detail::valueFromText(descriptorOf(key).info, text));
}

std::string_view toString(DataFormat value) noexcept
{
    return detail::enumName(value);
}
std::string_view toString(ElementType value) noexcept
{
    return detail::enumName(value);
}
std::string_view toString(LrSchedule value) noexcept
{
    return detail::enumName(value);
}
std::string_view toString(Method value) noexcept
{
    return detail::enumName(value);
}
std::string_view toString(ScoreKind value) noexcept
{
    return detail::enumName(value);
}
std::string_view toString(SensitivityStep value) noexcept
{
    return detail::enumName(value);
}
std::string_view toString(RegularizerKind value) noexcept
{
    return detail::enumName(value);
}

} // namespace spectune
