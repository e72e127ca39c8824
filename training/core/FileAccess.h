// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"
#include "training/core/FileDescriptor.h"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace spectune {

/// What a configuration or any other text that is read whole may have; far above any of them.
inline constexpr std::uint64_t mostTextBytes = std::uint64_t {256} << 20U;

/// Opens @p path for reading. Only regular files: a named pipe would wait for a writer, a device may never end.
/// @throws Error (Io) naming the path and what to do
[[nodiscard]] FileDescriptor openToRead(const std::filesystem::path& path);

/// An Error (Io) for a read of @p path that failed with errno @p code, with what to do where that is known.
[[nodiscard]] Error readError(const std::filesystem::path& path, int code);

/// The whole of a file that somebody else may have made. @throws Error (Io) naming the path, where it is no regular
/// file or has more than @p most bytes too
[[nodiscard]] std::string readText(const std::filesystem::path& path, std::uint64_t most = mostTextBytes);

/// Whether there is something of that name; a link to nothing is not.
/// @throws Error (Io) naming the path where that cannot be told, as in a folder that one may not enter
[[nodiscard]] bool fileExists(const std::filesystem::path& path);

/// What is in @p folder, in no order. @throws Error (Io) naming the folder where it cannot be read to its end
[[nodiscard]] std::vector<std::filesystem::path> entriesIn(const std::filesystem::path& folder);

/// Bytes of the file behind @p path. @throws Error (Io) naming the path
[[nodiscard]] std::uint64_t sizeOf(const std::filesystem::path& path);

/// Size and time of the file behind @p path: another text once it has been changed. What cannot be looked at has one
/// too; opening it says why.
[[nodiscard]] std::string stampOf(const std::filesystem::path& path);
/// Those of all files in @p folder with one of @p endings, with their names: another text for a folder that was made
/// anew under the same name.
[[nodiscard]] std::string stampOf(const std::filesystem::path& folder, std::initializer_list<std::string_view> endings);

} // namespace spectune
