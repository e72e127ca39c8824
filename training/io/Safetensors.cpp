// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/Safetensors.h"

#include "training/core/Error.h"
#include "training/io/SafetensorsStream.h"

#include <ATen/Functions.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace spectune {

namespace {

struct ReadableType {
    at::ScalarType type;
    std::string_view dtype; ///< in the format
    std::string_view name;
};
constexpr std::array<ReadableType, 10> readable {{{at::kDouble, "F64", "float64"}, {at::kFloat, "F32", "float32"},
    {at::kHalf, "F16", "float16"}, {at::kBFloat16, "BF16", "bfloat16"}, {at::kLong, "I64", "int64"},
    {at::kInt, "I32", "int32"}, {at::kShort, "I16", "int16"}, {at::kChar, "I8", "int8"}, {at::kByte, "U8", "uint8"},
    {at::kBool, "BOOL", "bool"}}};

/// Null where there is none.
template <typename Key>
const ReadableType* findType(Key ReadableType::*member, const Key& key) noexcept
{
    const auto found = std::ranges::find(readable, key, member);
    return found == readable.end() ? nullptr : &*found;
}

} // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : m_file(std::make_shared<const MappedFile>(path))
    , m_header(SafetensorsHeader::parse(m_file->bytes(), path.string()))
{
    for (std::size_t i = 0; i < m_header.tensors.size(); ++i)
        m_index.emplace(m_header.tensors[i].name, i);
}

bool SafetensorsFile::contains(std::string_view name) const
{
    return m_index.count(std::string(name)) != 0;
}

const TensorInfo& SafetensorsFile::info(std::string_view name) const
{
    const auto found = m_index.find(std::string(name));
    if (found == m_index.end())
        throw ioError("%1: has no tensor %2.", path(), name);
    return m_header.tensors[found->second];
}

at::Tensor SafetensorsFile::tensor(std::string_view name) const
{
    const TensorInfo& entry = info(name);
    const ReadableType* known = findType(&ReadableType::dtype, std::string_view(entry.dtype));
    if (known == nullptr)
        throw ioError(
            "%1: the tensor %2 is stored as %3, which is not read; F64, F32, F16, BF16, I64, I32, I16, I8, U8 "
            "and BOOL are.",
            path(), entry.name, entry.dtype);
    const auto options = at::TensorOptions().dtype(known->type);
    if (entry.bytes() == 0)
        return at::empty(entry.shape, options);
    const char* data = bytes(name).data();
    if (reinterpret_cast<std::uintptr_t>(data) % c10::elementSize(known->type) != 0) {
        at::Tensor copy = at::empty(entry.shape, options);
        std::memcpy(copy.data_ptr(), data, entry.bytes());
        return copy;
    }
    // from_blob wants a mutable pointer; the pages are read-only, so a write would fault instead of changing the file.
    return at::from_blob(
        const_cast<char*>(data), entry.shape, [file = m_file](void*) { /* keeps the mapping */ }, options);
}

std::string_view SafetensorsFile::bytes(std::string_view name) const
{
    const TensorInfo& entry = info(name);
    return m_file->bytes().substr(m_header.dataStart + entry.begin, entry.bytes());
}

std::string_view dtypeName(at::ScalarType type) noexcept
{
    const ReadableType* known = findType(&ReadableType::type, type);
    return known == nullptr ? std::string_view() : known->dtype;
}

std::string_view typeName(at::ScalarType type) noexcept
{
    const ReadableType* known = findType(&ReadableType::type, type);
    return known == nullptr ? std::string_view() : known->name;
}

std::string_view typeName(std::string_view dtype) noexcept
{
    const ReadableType* known = findType(&ReadableType::dtype, dtype);
    return known == nullptr ? dtype : known->name;
}

void writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
    const std::map<std::string, std::string>& metadata)
{
    std::vector<TensorPlan> plan;
    std::unordered_map<std::string_view, const at::Tensor*> byName;
    for (const NamedTensor& item : tensors) {
        const std::string_view dtype = item.tensor.defined() ? dtypeName(item.tensor.scalar_type()) : "";
        if (dtype.empty())
            throw Error(
                FailureKind::Internal, makeMessage("%1: %2 has a type safetensors cannot hold.", path, item.name));
        plan.push_back({item.name, std::string(dtype), item.tensor.sizes().vec()});
        byName.emplace(item.name, &item.tensor);
    }
    SafetensorsStream file(path, std::move(plan), metadata);
    for (const TensorPlan& item : file.plan()) {
        const at::Tensor tensor = byName.at(item.name)->detach().to(at::kCPU).contiguous();
        file.write(tensor.const_data_ptr(), tensor.nbytes());
    }
    file.commit();
}

} // namespace spectune
