// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/SafetensorsStream.h"

#include "training/core/Error.h"
#include "training/io/SafetensorsHeader.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

namespace spectune {

namespace {

void refuseDoubledNames(const std::filesystem::path& path, const std::vector<TensorPlan>& tensors)
{
    std::set<std::string_view> names;
    for (const TensorPlan& tensor : tensors) {
        if (!names.insert(tensor.name).second || tensor.name == "__metadata__")
            throw Error(FailureKind::Internal, makeMessage("%1: two tensors would be named %2", path, tensor.name));
    }
}

} // namespace

std::uint64_t TensorPlan::bytes() const
{
    const std::uint64_t bits = elementBits(dtype);
    if (bits == 0)
        throw Error(FailureKind::Internal, makeMessage("%1 has a type safetensors cannot hold.", name));
    std::uint64_t elements = 1;
    for (const std::int64_t side : shape)
        elements *= static_cast<std::uint64_t>(side);
    return (elements * bits + 7) / 8;
}

SafetensorsStream::SafetensorsStream(const std::filesystem::path& path, std::vector<TensorPlan> tensors,
    const std::map<std::string, std::string>& metadata)
    : m_file(path)
    , m_plan(std::move(tensors))
{
    refuseDoubledNames(path, m_plan);
    std::sort(m_plan.begin(), m_plan.end(), [](const TensorPlan& a, const TensorPlan& b) {
        const std::uint64_t bitsA = elementBits(a.dtype);
        const std::uint64_t bitsB = elementBits(b.dtype);
        return bitsA != bitsB ? bitsA > bitsB : a.name < b.name;
    });
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (!metadata.empty())
        json["__metadata__"] = metadata;
    std::uint64_t at = 0;
    for (const TensorPlan& tensor : m_plan) {
        const std::uint64_t end = at + tensor.bytes();
        json[tensor.name] = {{"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, end}}};
        at = end;
    }
    std::string header = json.dump();
    header.resize((header.size() + 7) / 8 * 8, ' '); // data begin at a multiple of 8
    std::array<char, 8> length {};
    for (std::size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFFU);
    m_file.write(length.data(), length.size());
    m_file.write(header);
    m_expected = m_file.size() + at;
}

void SafetensorsStream::commit()
{
    if (m_file.size() != m_expected)
        throw Error(FailureKind::Internal,
            makeMessage("%1: %2 bytes were written, the header says %3.", m_file.path(), m_file.size(), m_expected));
    m_file.commit();
}

} // namespace spectune
