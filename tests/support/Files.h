// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tests/support/Errors.h"

#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QTemporaryDir>
#include <QtTest/QtTest>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace spectune::testing {

/// A folder that is gone after the test.
class Folder {
public:
    [[nodiscard]] std::filesystem::path path() const { return m_folder.path().toStdString(); }
    /// Writes a file, with folders on its way. @return its path
    std::filesystem::path write(const std::string& name, std::string_view bytes) const
    {
        const std::filesystem::path file = path() / name;
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        return file;
    }

private:
    QTemporaryDir m_folder;
};

/// A path below this repository.
inline std::filesystem::path sourcePath(const std::string& relative)
{
    return std::filesystem::path(qgetenv("SPECTUNE_SOURCE_DIR").toStdString()) / relative;
}

/// A path below ../shared/data; empty where that is absent.
inline std::filesystem::path sharedPath(const std::string& relative)
{
    const std::filesystem::path path = std::filesystem::path(qgetenv("SPECTUNE_SHARED_DATA").toStdString()) / relative;
    return std::filesystem::exists(path) ? path : std::filesystem::path();
}

inline bool contains(const std::string& text, const std::string& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace spectune::testing

#define SKIP_WITHOUT(path)                                                                                             \
    do {                                                                                                               \
        if ((path).empty())                                                                                            \
            QSKIP("../shared/data is absent");                                                                         \
    } while (false)
