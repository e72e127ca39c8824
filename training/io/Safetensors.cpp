// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/io/Safetensors.h"

#include "training/core/AtomicFile.h"
#include "training/core/Error.h"

#include <ATen/Functions.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/from_blob.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <set>
#include <unistd.h>

namespace spectune {

namespace {

constexpr std::array<std::pair<std::string_view, at::ScalarType>, 10> readable {
    {{"F64", at::kDouble}, {"F32", at::kFloat}, {"F16", at::kHalf}, {"BF16", at::kBFloat16}, {"I64", at::kLong},
        {"I32", at::kInt}, {"I16", at::kShort}, {"I8", at::kChar}, {"U8", at::kByte}, {"BOOL", at::kBool}}};

std::optional<at::ScalarType> scalarType(std::string_view dtype)
{
    for (const auto& [name, type] : readable) {
        if (name == dtype)
            return type;
    }
    return std::nullopt;
}

std::string_view dtypeName(at::ScalarType type)
{
    for (const auto& [name, known] : readable) {
        if (known == type)
            return name;
    }
    return {};
}

/// A file under a temporary name that takes its own name only when it is whole and on the disk.
class StreamedFile {
public:
    explicit StreamedFile(std::filesystem::path path)
        : m_path(std::move(path))
        , m_partial(m_path.string() + ".partial-" + std::to_string(::getpid()))
        , m_fd(::open(m_partial.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644))
    {
        if (m_fd < 0)
            throw writeError(m_path, errno);
    }
    ~StreamedFile()
    {
        if (m_fd >= 0) {
            ::close(m_fd);
            ::unlink(m_partial.c_str());
        }
    }
    StreamedFile(const StreamedFile&) = delete;
    StreamedFile& operator=(const StreamedFile&) = delete;

    void write(const void* data, std::size_t size)
    {
        const char* at = static_cast<const char*>(data);
        while (size > 0) {
            const ssize_t done = ::write(m_fd, at, size);
            if (done < 0 && errno == EINTR)
                continue;
            if (done <= 0)
                throw writeError(m_path, errno);
            at += done;
            size -= static_cast<std::size_t>(done);
        }
    }

    void commit()
    {
        if (::fsync(m_fd) != 0)
            throw writeError(m_path, errno);
        if (::rename(m_partial.c_str(), m_path.c_str()) != 0)
            throw writeError(m_path, errno);
        ::close(m_fd);
        m_fd = -1;
    }

private:
    std::filesystem::path m_path;
    std::filesystem::path m_partial;
    int m_fd;
};

/// Tensors by falling element size, then by name; throws for what the format cannot hold.
std::vector<NamedTensor> inFileOrder(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors)
{
    std::set<std::string_view> names;
    std::vector<NamedTensor> sorted;
    sorted.reserve(tensors.size());
    for (const NamedTensor& item : tensors) {
        if (!names.insert(item.name).second || item.name == "__metadata__")
            throw Error(FailureKind::Internal, path.string() + ": two tensors would be named " + item.name);
        if (!item.tensor.defined() || dtypeName(item.tensor.scalar_type()).empty())
            throw Error(
                FailureKind::Internal, path.string() + ": " + item.name + " has a type safetensors cannot hold.");
        sorted.push_back({item.name, item.tensor.detach().to(at::kCPU).contiguous()});
    }
    std::sort(sorted.begin(), sorted.end(), [](const NamedTensor& a, const NamedTensor& b) {
        const auto sizeA = a.tensor.element_size();
        const auto sizeB = b.tensor.element_size();
        return sizeA != sizeB ? sizeA > sizeB : a.name < b.name;
    });
    return sorted;
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
        throw ioError(path().string() + ": has no tensor " + std::string(name) + '.');
    return m_header.tensors[found->second];
}

at::Tensor SafetensorsFile::tensor(std::string_view name) const
{
    const TensorInfo& entry = info(name);
    const std::optional<at::ScalarType> type = scalarType(entry.dtype);
    if (!type)
        throw ioError(path().string() + ": the tensor " + entry.name + " is stored as " + entry.dtype
            + ", which is not read; F64, F32, F16, BF16, I64, I32, I16, I8, U8 and BOOL are.");
    const auto options = at::TensorOptions().dtype(*type);
    if (entry.bytes() == 0)
        return at::empty(entry.shape, options);
    const char* data = m_file->bytes().data() + m_header.dataStart + entry.begin;
    if (reinterpret_cast<std::uintptr_t>(data) % c10::elementSize(*type) != 0) {
        at::Tensor copy = at::empty(entry.shape, options);
        std::memcpy(copy.data_ptr(), data, entry.bytes());
        return copy;
    }
    // from_blob wants a mutable pointer; the pages are read-only, so a write would fault instead of changing the file.
    return at::from_blob(
        const_cast<char*>(data), entry.shape, [file = m_file](void*) { /* keeps the mapping */ }, options);
}

void writeSafetensors(const std::filesystem::path& path, const std::vector<NamedTensor>& tensors,
    const std::map<std::string, std::string>& metadata)
{
    const std::vector<NamedTensor> sorted = inFileOrder(path, tensors);
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (!metadata.empty())
        json["__metadata__"] = metadata;
    std::uint64_t at = 0;
    for (const NamedTensor& item : sorted) {
        const std::uint64_t end = at + item.tensor.nbytes();
        json[item.name] = {{"dtype", dtypeName(item.tensor.scalar_type())}, {"shape", item.tensor.sizes().vec()},
            {"data_offsets", {at, end}}};
        at = end;
    }
    std::string header = json.dump();
    header.resize((header.size() + 7) / 8 * 8, ' '); // data begin at a multiple of 8
    std::array<char, 8> length {};
    for (std::size_t i = 0; i < length.size(); ++i)
        length[i] = static_cast<char>((header.size() >> (8 * i)) & 0xFFU);

    StreamedFile file(path);
    file.write(length.data(), length.size());
    file.write(header.data(), header.size());
    for (const NamedTensor& item : sorted)
        file.write(item.tensor.const_data_ptr(), item.tensor.nbytes());
    file.commit();
}

} // namespace spectune
