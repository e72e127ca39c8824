// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Error.h"
#include "training/io/GgufFile.h"
#include "training/io/GgufTypes.h"
#include "training/io/MappedFile.h"

#include <ATen/ops/from_blob.h>

#include <cstring>
#include <memory>
#include <optional>

namespace spectune {

namespace {

using gguf::ValueType;

std::optional<at::ScalarType> scalarTypeOf(std::uint32_t type)
{
    for (const auto& [known, number] : gguf::tensorTypes) {
        if (number == type)
            return known;
    }
    return std::nullopt;
}

/// A tensor's place as the file tells it.
struct TensorEntry {
    std::string name;
    std::vector<std::int64_t> shape; ///< as in torch
    std::uint32_t type = 0;
    std::uint64_t offset = 0; ///< in the data section
};

class Reader {
public:
    explicit Reader(const std::filesystem::path& path)
        : m_file(std::make_shared<const MappedFile>(path))
        , m_bytes(m_file->bytes())
    {
        if (bytes(4, makeMessage("its first letters")) != "GGUF")
            fail(makeMessage("it does not begin with the letters GGUF."));
        if (const auto version = number<std::uint32_t>(makeMessage("its version")); version != 2 && version != 3)
            fail(makeMessage("its version is %1; 2 and 3 are read.", version));
        m_tensorCount = number<std::uint64_t>(makeMessage("the number of tensors"));
        m_valueCount = number<std::uint64_t>(makeMessage("the number of keys"));
    }

    [[nodiscard]] std::uint64_t tensorCount() const noexcept { return m_tensorCount; }
    [[nodiscard]] std::uint64_t valueCount() const noexcept { return m_valueCount; }

    template <typename Number>
    [[nodiscard]] Number number(const Message& what)
    {
        Number value {};
        std::memcpy(&value, bytes(sizeof value, what).data(), sizeof value);
        return value;
    }
    [[nodiscard]] std::string text(const Message& what)
    {
        if (left() < sizeof(std::uint64_t)) // asked here, so that words are made for a file that is cut short alone
            failWithin(makeMessage("the length of %1", what));
        return std::string(bytes(number<std::uint64_t>(what), what));
    }
    [[nodiscard]] GgufFile::Value value(std::uint32_t type, const Message& key);
    [[nodiscard]] TensorEntry tensorEntry();
    [[nodiscard]] at::Tensor tensor(const TensorEntry& entry, std::uint64_t dataStart) const;
    [[nodiscard]] std::uint64_t position() const noexcept { return m_at; }
    [[noreturn]] void fail(const Message& what) const
    {
        throw ioError("%1: is not a valid GGUF file: %2", m_file->path(), what);
    }

private:
    [[noreturn]] void failWithin(const Message& what) const
    {
        fail(makeMessage("it ends within %1. Was it cut short?", what));
    }
    [[nodiscard]] std::uint64_t left() const noexcept { return m_bytes.size() - m_at; }
    [[nodiscard]] std::string_view bytes(std::uint64_t count, const Message& what)
    {
        if (count > left())
            failWithin(what);
        const std::string_view found = m_bytes.substr(m_at, count);
        m_at += count;
        return found;
    }
    [[nodiscard]] GgufFile::List skipList(const Message& key);

    std::shared_ptr<const MappedFile> m_file;
    std::string_view m_bytes;
    std::uint64_t m_at = 0; ///< never beyond the end
    std::uint64_t m_tensorCount = 0;
    std::uint64_t m_valueCount = 0;
};

GgufFile::List Reader::skipList(const Message& key)
{
    const auto type = number<std::uint32_t>(key);
    const auto length = number<std::uint64_t>(key);
    if (static_cast<ValueType>(type) == ValueType::List)
        fail(makeMessage("%1 is a list of lists.", key));
    for (std::uint64_t i = 0; i < length; ++i) // every entry takes a byte at least, so the end of the file ends this
        static_cast<void>(value(type, key));
    return {length};
}

GgufFile::Value Reader::value(std::uint32_t type, const Message& key)
{
    switch (static_cast<ValueType>(type)) {
    case ValueType::UInt8: return static_cast<std::uint32_t>(number<std::uint8_t>(key));
    case ValueType::Int8: return static_cast<std::int32_t>(number<std::int8_t>(key));
    case ValueType::UInt16: return static_cast<std::uint32_t>(number<std::uint16_t>(key));
    case ValueType::Int16: return static_cast<std::int32_t>(number<std::int16_t>(key));
    case ValueType::UInt32: return number<std::uint32_t>(key);
    case ValueType::Int32: return number<std::int32_t>(key);
    case ValueType::Float32: return number<float>(key);
    case ValueType::Bool: return number<std::uint8_t>(key) != 0;
    case ValueType::String: return text(key);
    case ValueType::List: return skipList(key);
    case ValueType::UInt64: return number<std::uint64_t>(key);
    case ValueType::Int64: return number<std::int64_t>(key);
    case ValueType::Float64: return number<double>(key);
    }
    fail(makeMessage("%1 has the unknown type %2.", key, type));
}

TensorEntry Reader::tensorEntry()
{
    TensorEntry entry {.name = text(makeMessage("a tensor's name")), .shape = {}};
    const Message shape = makeMessage("the shape of %1", entry.name);
    const auto sides = number<std::uint32_t>(shape);
    if (sides > 8)
        fail(makeMessage("%1 claims %2 dimensions.", entry.name, sides));
    for (std::uint32_t i = 0; i < sides; ++i)
        entry.shape.insert(entry.shape.begin(), number<std::int64_t>(shape));
    entry.type = number<std::uint32_t>(makeMessage("the type of %1", entry.name));
    entry.offset = number<std::uint64_t>(makeMessage("the offset of %1", entry.name));
    return entry;
}

at::Tensor Reader::tensor(const TensorEntry& entry, std::uint64_t dataStart) const
{
    const std::optional<at::ScalarType> type = scalarTypeOf(entry.type);
    if (!type)
        return {};
    std::uint64_t size = c10::elementSize(*type);
    for (const std::int64_t side : entry.shape) {
        if (side < 0 || __builtin_mul_overflow(size, static_cast<std::uint64_t>(side), &size))
            fail(makeMessage("%1 has a shape whose number of elements overflows.", entry.name));
    }
    const std::uint64_t length = dataStart < m_bytes.size() ? m_bytes.size() - dataStart : 0;
    if (entry.offset > length || size > length - entry.offset)
        fail(makeMessage("%1 reaches beyond the end of the file. Was it cut short?", entry.name));
    if (entry.offset % c10::elementSize(*type) != 0)
        fail(makeMessage("%1 is not aligned.", entry.name));
    // from_blob wants a mutable pointer; the pages are read-only, so a write would fault instead of changing the file.
    return at::from_blob(
        const_cast<char*>(m_bytes.data() + dataStart + entry.offset), entry.shape,
        [file = m_file](void*) { /* keeps the mapping */ }, at::TensorOptions().dtype(*type));
}

} // namespace

GgufFile GgufFile::read(const std::filesystem::path& path)
{
    Reader reader(path);
    GgufFile file;
    for (std::uint64_t i = 0; i < reader.valueCount(); ++i) {
        std::string key = reader.text(makeMessage("a key"));
        const Message name = Message::verbatim(key);
        const auto type = reader.number<std::uint32_t>(name);
        Value value = reader.value(type, name);
        file.set(std::move(key), std::move(value));
    }
    std::vector<TensorEntry> entries;
    for (std::uint64_t i = 0; i < reader.tensorCount(); ++i)
        entries.push_back(reader.tensorEntry());
    const auto* stated = file.find<std::uint32_t>("general.alignment");
    const std::uint64_t step = stated == nullptr ? 32 : *stated;
    if (step == 0 || step % 8 != 0)
        reader.fail(makeMessage("general.alignment is %1, must be a multiple of 8.", step));
    const std::uint64_t dataStart = (reader.position() + step - 1) / step * step;
    for (const TensorEntry& entry : entries)
        file.add(entry.name, reader.tensor(entry, dataStart));
    return file;
}

} // namespace spectune
