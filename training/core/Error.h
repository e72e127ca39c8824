// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <string>

namespace spectune {

/// What went wrong, as far as a caller has to know to react to it.
enum class FailureKind {
    Config, ///< a key, value or combination that the user can mend
    Io, ///< a file is missing, broken or cannot be written
    OutOfMemory, ///< host or device memory
    Diverged, ///< the loss is no longer finite
    DeviceLost, ///< the device reported an error that it does not recover from
    Internal ///< a fault of the program
};

/// The one exception of the engine for bad input. Its text names the file, key or value and says what to do.
class Error : public std::runtime_error {
public:
    Error(FailureKind kind, const std::string& message, std::string detail = {})
        : std::runtime_error(message)
        , m_kind(kind)
        , m_detail(std::move(detail))
    {
    }

    [[nodiscard]] FailureKind kind() const noexcept { return m_kind; }
    /// Further lines for a "Details" box or the log; may be empty.
    [[nodiscard]] const std::string& detail() const noexcept { return m_detail; }

private:
    FailureKind m_kind;
    std::string m_detail;
};

[[nodiscard]] inline Error configError(const std::string& message)
{
    return {FailureKind::Config, message};
}
[[nodiscard]] inline Error ioError(const std::string& message)
{
    return {FailureKind::Io, message};
}

/// Thrown where a stop was asked for. It is no error, so it does not derive from std::exception:
/// a `catch (const std::exception&)` on the way must not swallow it.
struct Stopped { };

/// An exception as a value: what crosses a thread's border.
struct Failure {
    FailureKind kind = FailureKind::Internal;
    std::string message;
    std::string detail;
    std::int64_t step = -1; ///< optimizer steps done when it happened; -1: outside a run

    /// Translates the exception being handled. @pre called inside a catch block; Stopped must have been caught before.
    [[nodiscard]] static Failure fromCurrentException(std::int64_t step = -1);

    /// What a cancelled request is answered with.
    [[nodiscard]] static Failure cancelled();
    [[nodiscard]] bool isCancelled() const;
};

/// The process exit code of the command line's contract: 2 input, 3 memory, 4 diverged, 1 all else.
[[nodiscard]] int exitCode(FailureKind kind) noexcept;
[[nodiscard]] const char* toString(FailureKind kind) noexcept;

} // namespace spectune
