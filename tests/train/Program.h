// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <nlohmann/json.hpp>

#include <QtCore/QProcess>
#include <QtCore/QStringList>

#include <filesystem>
#include <string>

namespace spectune::testing {

/// What one call of spectune-train gave.
struct Outcome {
    int code = -1;
    std::string out;
    std::string err;

    /// Standard output as the one JSON object that it must be; null where it is anything else.
    [[nodiscard]] nlohmann::json object() const;
};

/// Starts the real program in the test's own folder, with one thread for every library.
void startProgram(QProcess& process, const QStringList& arguments);
/// Waits for the end. @pre startProgram()
[[nodiscard]] Outcome finish(QProcess& process);
/// Both.
[[nodiscard]] Outcome call(const QStringList& arguments);

/// A small run on the bundled demo as CONFIG.json in @p folder: 32 samples, 6 steps of two, masks after steps 3 and 4.
std::filesystem::path writeConfig(const std::filesystem::path& folder);

/// Lines of a file; 0 where there is none.
[[nodiscard]] std::size_t lineCount(const std::filesystem::path& file);

[[nodiscard]] inline QString text(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

} // namespace spectune::testing
