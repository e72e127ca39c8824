// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/GgufFile.h"

#include "training/core/Error.h"
#include "training/io/GgufTypes.h"
#include "training/io/StreamedFile.h"

#include <bit>
#include <optional>
#include <set>

namespace spectune {

static_assert(std::endian::native == std::endian::little, "GGUF is written as the memory holds it.");

namespace {

constexpr std::uint32_t version = 3;
constexpr std::uint64_t alignment = 32;

using gguf::ValueType;

std::optional<std::uint32_t> numberOf(at::ScalarType type)
{
    for (const auto& [known, number] : gguf::tensorTypes) {
        if (known == type)
            return number;
    }
    return std::nullopt;
}

class Writer {
public:
    explicit Writer(const std::filesystem::path& path)
        : m_file(path)
    {
    }

    template <typename Number>
    void number(Number value)
    {
        m_file.write(&value, sizeof value);
    }
    void text(std::string_view value)
    {
        number<std::uint64_t>(value.size());
        m_file.write(value);
    }
    void value(const GgufFile::Value& value)
    {
        std::visit([this](const auto& held) { typed(held); }, value);
    }
    [[nodiscard]] StreamedFile& file() noexcept { return m_file; }

private:
    void type(ValueType value) { number(static_cast<std::uint32_t>(value)); }
    void typed(std::uint32_t value) { type(ValueType::UInt32), number(value); }
    void typed(std::int32_t value) { type(ValueType::Int32), number(value); }
    void typed(std::uint64_t value) { type(ValueType::UInt64), number(value); }
    void typed(std::int64_t value) { type(ValueType::Int64), number(value); }
    void typed(float value) { type(ValueType::Float32), number(value); }
    void typed(double value) { type(ValueType::Float64), number(value); }
    void typed(bool value) { type(ValueType::Bool), number<std::uint8_t>(value ? 1 : 0); }
    void typed(const std::string& value) { type(ValueType::String), text(value); }
    void typed(const GgufFile::List& /*list*/)
    {
        throw Error(FailureKind::Internal, makeMessage("%1: lists are read over, not written.", m_file.path()));
    }

    StreamedFile m_file;
};

void refuseDoubledNames(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors)
{
    std::set<std::string_view> names;
    for (const NamedTensor& item : tensors) {
        if (!names.insert(item.name).second)
            throw Error(FailureKind::Internal, makeMessage("%1: two tensors would be named %2", path, item.name));
        if (!item.tensor.defined() || !numberOf(item.tensor.scalar_type()))
            throw Error(FailureKind::Internal, makeMessage("%1: %2 has a type that is not written.", path, item.name));
    }
}

} // namespace

void GgufFile::write(const std::filesystem::path& path) const
{
    refuseDoubledNames(path, m_tensors);
    Writer writer(path);
    writer.file().write("GGUF");
    writer.number(version);
    writer.number<std::uint64_t>(m_tensors.size());
    writer.number<std::uint64_t>(m_values.size());
    for (const auto& [key, value] : m_values) {
        writer.text(key);
        writer.value(value);
    }
    std::uint64_t offset = 0;
    for (const NamedTensor& item : m_tensors) {
        writer.text(item.name);
        writer.number(static_cast<std::uint32_t>(item.tensor.dim()));
        for (std::int64_t side = item.tensor.dim(); side-- > 0;)
            writer.number(static_cast<std::uint64_t>(item.tensor.size(side)));
        writer.number(*numberOf(item.tensor.scalar_type()));
        writer.number(offset);
        offset += (item.tensor.nbytes() + alignment - 1) / alignment * alignment;
    }
    writer.file().pad(alignment);
    for (const NamedTensor& item : m_tensors) {
        const at::Tensor tensor = item.tensor.detach().to(at::kCPU).contiguous();
        writer.file().write(tensor.const_data_ptr(), tensor.nbytes());
        writer.file().pad(alignment);
    }
    writer.file().commit();
}

} // namespace spectune
