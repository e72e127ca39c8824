// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/FileDescriptor.h"

#include <filesystem>
#include <string>

namespace spectune {

/// A text file that grows by whole lines: what could not be written of one is taken back, so that it can be tried
/// again. One thread at a time.
class LineLog {
public:
    /// Makes the file where it is missing. @throws Error (Io) naming the path
    void open(const std::filesystem::path& path);
    /// The line and its end are on their way to the disk when this returns. @throws Error (Io) naming the path, also
    /// where the file is no longer there under its name: nobody would find the line
    void append(const std::string& line);

private:
    /// Whether the path still leads to the open file; true where that cannot be told.
    [[nodiscard]] bool isInPlace() const;

    std::filesystem::path m_path;
    FileDescriptor m_file;
    bool m_hasNumber = false; ///< the file system gives one file one number; some in user space do not
};

} // namespace spectune
