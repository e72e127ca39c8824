// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/SafetensorsHeader.h"

#include "training/config/JsonText.h"
#include "training/core/Error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

namespace spectune {

namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 20> dtypes {
    {{"BOOL", 8}, {"U8", 8}, {"I8", 8}, {"F8_E5M2", 8}, {"F8_E4M3", 8}, {"F8_E8M0", 8}, {"F4", 4}, {"F6_E2M3", 6},
        {"F6_E3M2", 6}, {"I16", 16}, {"U16", 16}, {"F16", 16}, {"BF16", 16}, {"I32", 32}, {"U32", 32}, {"F32", 32},
        {"C64", 64}, {"F64", 64}, {"I64", 64}, {"U64", 64}}};

[[noreturn]] void fail(std::string_view origin, const Message& what)
{
    throw ioError("%1: is not a valid safetensors file: %2", origin, what);
}

std::string inQuotes(std::string_view name)
{
    constexpr std::size_t longest = 120;
    return '"' + std::string(name.substr(0, longest)) + (name.size() > longest ? "…\"" : "\"");
}

std::uint64_t headerLength(std::string_view file, std::string_view origin)
{
    if (file.size() < 8)
        fail(origin, makeMessage("it has %1 bytes; the length of the header alone takes 8.", file.size()));
    std::uint64_t length = 0;
    for (std::size_t i = 0; i < 8; ++i)
        length |= static_cast<std::uint64_t>(static_cast<unsigned char>(file[i])) << (8 * i);
    if (length > SafetensorsHeader::maxLength)
        fail(origin, makeMessage("its header claims %1 bytes; at most 100000000 are allowed.", length));
    if (length > file.size() - 8)
        fail(origin,
            makeMessage(
                "its header claims %1 bytes, but only %2 follow. The file is cut short.", length, file.size() - 8));
    if (length < 2)
        fail(origin, makeMessage("its header is empty."));
    return length;
}

/// Parses the header's JSON; a name that comes twice is a fault that a JSON object would hide.
Json parseHeader(std::string_view text, std::string_view origin)
{
    if (text.front() != '{')
        fail(origin, makeMessage("its header does not begin with '{'."));
    std::vector<std::set<std::string>> seen;
    std::string doubled;
    const auto watch = [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start)
            seen.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            seen.pop_back();
        else if (event == Json::parse_event_t::key && !seen.back().insert(value.get<std::string>()).second)
            doubled = value.get<std::string>();
        return true;
    };
    Json json;
    try {
        json = Json::parse(text, watch);
    } catch (const Json::exception& error) {
        fail(origin, makeMessage("its header is %1", brokenJson(error.what())));
    }
    if (!doubled.empty())
        fail(origin, makeMessage("the name %1 comes twice in its header.", inQuotes(doubled)));
    return json;
}

std::uint64_t unsignedNumber(const Json& value, const Message& what, std::string_view origin)
{
    if (value.is_number_unsigned())
        return value.get<std::uint64_t>();
    // A list or an object is not written out: it may be nested deeper than the stack allows.
    fail(origin,
        makeMessage(
            "%1 is %2, must be a non-negative integer.", what, value.is_number() ? value.dump() : value.type_name()));
}

[[noreturn]] void failOverflow(const std::string& name, std::string_view origin)
{
    fail(origin, makeMessage("the tensor %1 has a shape whose number of elements overflows.", name));
}

/// Elements of a shape. @return false where the product does not fit
bool product(const std::vector<std::int64_t>& shape, std::uint64_t& result)
{
    result = 1;
    for (const std::int64_t side : shape) {
        if (__builtin_mul_overflow(result, static_cast<std::uint64_t>(side), &result))
            return false;
    }
    return result <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
}

/// @param name the tensor's, in quotes
void checkSize(const TensorInfo& info, const std::string& name, std::string_view origin)
{
    const std::uint64_t bits = elementBits(info.dtype);
    if (bits == 0)
        fail(origin, makeMessage("the tensor %1 has the unknown dtype %2.", name, inQuotes(info.dtype)));
    std::uint64_t elements = 0;
    std::uint64_t allBits = 0;
    if (!product(info.shape, elements) || __builtin_mul_overflow(elements, bits, &allBits))
        failOverflow(name, origin);
    if (allBits % 8 != 0 || allBits / 8 != info.bytes())
        fail(origin,
            makeMessage("the tensor %1 has %2 bytes of data, but its shape and dtype %3 need %4.", name, info.bytes(),
                info.dtype, (allBits + 7) / 8));
}

TensorInfo parseTensor(const std::string& name, const Json& value, std::uint64_t dataSize, std::string_view origin)
{
    const std::string quoted = inQuotes(name);
    if (!value.is_object())
        fail(origin, makeMessage("the tensor %1 is not described by an object.", quoted));
    for (const char* key : {"dtype", "shape", "data_offsets"}) {
        if (!value.contains(key))
            fail(origin, makeMessage("the tensor %1 has no \"%2\".", quoted, key));
    }
    const Json& dtype = value["dtype"];
    const Json& shape = value["shape"];
    const Json& offsets = value["data_offsets"];
    if (!dtype.is_string())
        fail(origin, makeMessage("the tensor %1 has a dtype that is no text.", quoted));
    if (!shape.is_array())
        fail(origin, makeMessage("the tensor %1 has a shape that is no list.", quoted));
    if (!offsets.is_array() || offsets.size() != 2)
        fail(origin, makeMessage("the tensor %1 needs data_offsets of two numbers.", quoted));
    TensorInfo info {.name = name, .dtype = dtype.get<std::string>(), .shape = {}};
    const Message aSide = makeMessage("a side of the tensor %1", quoted);
    for (const Json& side : shape) {
        const std::uint64_t length = unsignedNumber(side, aSide, origin);
        if (length > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max()))
            failOverflow(quoted, origin);
        info.shape.push_back(static_cast<std::int64_t>(length));
    }
    info.begin = unsignedNumber(offsets[0], makeMessage("the first offset of the tensor %1", quoted), origin);
    info.end = unsignedNumber(offsets[1], makeMessage("the second offset of the tensor %1", quoted), origin);
    if (info.begin > info.end)
        fail(origin, makeMessage("the tensor %1 ends before it begins.", quoted));
    if (info.end > dataSize)
        fail(origin,
            makeMessage("the tensor %1 ends at byte %2 of the data, which has %3. The file is cut short.", quoted,
                info.end, dataSize));
    checkSize(info, quoted, origin);
    return info;
}

/// The data section must be covered without holes or overlaps.
void checkCover(const std::vector<TensorInfo>& tensors, std::uint64_t dataSize, std::string_view origin)
{
    std::uint64_t at = 0;
    const TensorInfo* previous = nullptr;
    for (const TensorInfo& info : tensors) {
        if (info.begin < at)
            fail(origin,
                makeMessage("the data of %1 overlap those of %2.", inQuotes(info.name), inQuotes(previous->name)));
        if (info.begin > at)
            fail(origin,
                makeMessage(
                    "there is a hole of %1 bytes in the data before %2.", info.begin - at, inQuotes(info.name)));
        at = info.end;
        previous = &info;
    }
    if (at != dataSize)
        fail(origin, makeMessage("%1 bytes at its end belong to no tensor.", dataSize - at));
}

} // namespace

std::int64_t TensorInfo::elements() const noexcept
{
    std::int64_t count = 1;
    for (const std::int64_t side : shape)
        count *= side; // checked for overflow when the header was parsed
    return count;
}

std::uint64_t elementBits(std::string_view dtype) noexcept
{
    for (const auto& [name, bits] : dtypes) {
        if (name == dtype)
            return bits;
    }
    return 0;
}

SafetensorsHeader SafetensorsHeader::parse(std::string_view file, std::string_view origin)
{
    const std::uint64_t length = headerLength(file, origin);
    const Json json = parseHeader(file.substr(8, length), origin);
    SafetensorsHeader header;
    header.dataStart = 8 + length;
    const std::uint64_t dataSize = file.size() - header.dataStart;
    for (const auto& [name, value] : json.items()) {
        if (name != "__metadata__") {
            header.tensors.push_back(parseTensor(name, value, dataSize, origin));
            continue;
        }
        if (!value.is_object())
            fail(origin, makeMessage("its __metadata__ is not an object."));
        for (const auto& [key, text] : value.items()) {
            if (!text.is_string())
                fail(origin, makeMessage("__metadata__ %1 is not a text.", inQuotes(key)));
            header.metadata[key] = text.get<std::string>();
        }
    }
    std::sort(header.tensors.begin(), header.tensors.end(), [](const TensorInfo& a, const TensorInfo& b) {
        return std::tie(a.begin, a.end, a.name) < std::tie(b.begin, b.end, b.name);
    });
    checkCover(header.tensors, dataSize, origin);
    return header;
}

} // namespace spectune
