// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/FileDescriptor.h"

#include <filesystem>

namespace spectune {

/// Keeps a second process, or a second engine of this one, from writing to a run's folder: an advisory lock on the
/// folder itself, which leaves no file and ends with the process however that ends. Readers do not ask for it. Where
/// the file system has no such locks it holds nothing and refuses nobody.
class FolderLock {
public:
    /// @pre @p folder exists @throws Error (Io) naming it where somebody else holds its lock
    explicit FolderLock(const std::filesystem::path& folder);

private:
    FileDescriptor m_folder; ///< whose closing ends the lock
};

} // namespace spectune
