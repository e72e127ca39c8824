// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/session/EngineLibrary.h"

#include <array>
#include <dlfcn.h>
#include <utility>

namespace fs = std::filesystem;

namespace spectune {

namespace {

constexpr const char* libraryName = "libspectune-engine.so";

Message loaderMessage()
{
    const char* const message = ::dlerror();
    return message == nullptr ? makeMessage("no reason was given") : Message::verbatim(message);
}

std::unique_ptr<TrainingEngine> makeEngine(const fs::path& library)
{
    // Now: a missing symbol is named here and not in the middle of a run. Local: LibTorch's libraries find each
    // other as this one's dependencies, and its many symbols stay out of Qt's way. Never closed: LibTorch and CUDA
    // register objects for the life of the process.
    void* const handle = ::dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
        throw Error(FailureKind::Io,
            makeMessage("The training engine %1 could not be loaded. Build or install Spectune again (run.sh fetches "
                        "LibTorch where it is missing).",
                library),
            loaderMessage());
    using Create = TrainingEngine* (*)();
    const auto create = reinterpret_cast<Create>(::dlsym(handle, engineSymbol));
    if (create == nullptr)
        throw Error(FailureKind::Io,
            makeMessage("%1 is no training engine of Spectune. Build or install Spectune again.", library),
            loaderMessage());
    return std::unique_ptr<TrainingEngine>(create());
}

} // namespace

EngineFactory engineFromLibrary(fs::path library)
{
    return [library = std::move(library)] { return makeEngine(library); };
}

fs::path findEngineLibrary()
{
    std::error_code error;
    const fs::path program = fs::read_symlink("/proc/self/exe", error);
    if (error)
        throw ioError("Could not find out where this program lies: %1. Is /proc mounted?", error.message());
    const fs::path folder = program.parent_path();
    const std::array<fs::path, 4> places
        = {folder, folder / "../lib", folder / "../lib/spectune", folder / ".." / SPECTUNE_LIBRARY_FOLDER / "spectune"};
    std::string searched;
    for (const fs::path& place : places) {
        fs::path candidate = (place / libraryName).lexically_normal();
        if (fs::is_regular_file(candidate, error))
            return candidate;
        if (const std::string line = "\n" + candidate.string(); searched.find(line) == std::string::npos)
            searched += line;
    }
    throw ioError(
        "The training engine %1 was not found. Build or install Spectune again. Searched:%2", libraryName, searched);
}

} // namespace spectune
