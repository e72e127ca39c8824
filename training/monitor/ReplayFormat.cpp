// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/monitor/ReplayFormat.h"

namespace spectune::replay {

std::uint32_t checksum(std::string_view bytes) noexcept
{
    std::uint32_t sum = 2166136261U;
    for (const char byte : bytes)
        sum = (sum ^ static_cast<unsigned char>(byte)) * 16777619U;
    return sum;
}

std::string framed(std::string_view body)
{
    const std::uint32_t numbers[] {static_cast<std::uint32_t>(body.size()), checksum(body)};
    std::string record(reinterpret_cast<const char*>(numbers), sizeof numbers);
    return record.append(body);
}

std::string head(std::uint32_t generation)
{
    const std::uint32_t numbers[] {version, generation};
    return std::string(magic).append(reinterpret_cast<const char*>(numbers), sizeof numbers);
}

void Packer::whole(std::uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        m_bytes.push_back(static_cast<char>(static_cast<unsigned char>(value) | 0x80U));
    m_bytes.push_back(static_cast<char>(value));
}

void Packer::text(std::string_view value)
{
    whole(value.size());
    m_bytes.append(value);
}

std::uint64_t Unpacker::whole()
{
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
        const auto byte = static_cast<unsigned char>(m_rest.front());
        m_rest.remove_prefix(1);
        value |= static_cast<std::uint64_t>(byte & 0x7FU) << shift;
        if (byte < 0x80)
            return value;
    }
    m_failed = true;
    return 0;
}

std::string Unpacker::text()
{
    const std::uint64_t size = whole();
    if (size > m_rest.size()) {
        m_failed = true;
        return {};
    }
    std::string value(m_rest.substr(0, size));
    m_rest.remove_prefix(size);
    return value;
}

std::optional<std::uint32_t> generationOf(std::string_view bytes) noexcept
{
    if (bytes.size() < headBytes || bytes.substr(0, magic.size()) != magic)
        return std::nullopt;
    std::uint32_t numbers[2] {};
    std::memcpy(numbers, bytes.data() + magic.size(), sizeof numbers);
    return numbers[0] == version ? std::optional(numbers[1]) : std::nullopt;
}

std::optional<Record> recordAt(std::string_view bytes, std::size_t offset)
{
    if (offset + frameBytes >= bytes.size())
        return std::nullopt;
    std::uint32_t numbers[2] {};
    std::memcpy(numbers, bytes.data() + offset, sizeof numbers);
    const std::string_view body = bytes.substr(offset + frameBytes, numbers[0]);
    if (numbers[0] == 0 || body.size() != numbers[0] || checksum(body) != numbers[1])
        return std::nullopt;
    Record record {static_cast<Kind>(body.front()), body.substr(1), offset + frameBytes + body.size(), 0};
    if (record.kind != Kind::Layout)
        record.step = static_cast<std::int64_t>(Unpacker(record.body).whole());
    return record;
}

} // namespace spectune::replay
