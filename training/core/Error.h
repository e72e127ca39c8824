// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <cstdint>
#include <exception>
#include <stdexcept>
#include <utility>

namespace spectune {

/// What went wrong, as far as a caller has to know to react to it.
enum class FailureKind {
    Config, ///< a key, value or combination that the user can mend
    Io, ///< a file is missing, broken or cannot be written
    OutOfMemory, ///< host or device memory
    Diverged, ///< training is beyond repair: numbers not finite, a loss that stays high, or triplets without effect
    DeviceLost, ///< the device reported an error that it does not recover from
    Internal ///< a fault of the program
};

/// The one exception that the engine itself throws, for all of the kinds above. Its text names the file, key or value
/// where there is one, and says what to do.
class Error : public std::runtime_error {
public:
    Error(FailureKind kind, Message message, Message detail = {})
        : std::runtime_error(message.english())
        , m_kind(kind)
        , m_message(std::move(message))
        , m_detail(std::move(detail))
    {
    }

    [[nodiscard]] FailureKind kind() const noexcept { return m_kind; }
    /// what() in the parts that a translation needs
    [[nodiscard]] const Message& message() const noexcept { return m_message; }
    /// Further lines for a "Details" box or the log; may be empty.
    [[nodiscard]] const Message& detail() const noexcept { return m_detail; }

private:
    FailureKind m_kind;
    Message m_message;
    Message m_detail;
};

[[nodiscard]] inline Error configError(Message message)
{
    return {FailureKind::Config, std::move(message)};
}
[[nodiscard]] inline Error ioError(Message message)
{
    return {FailureKind::Io, std::move(message)};
}

/// configError("%1: is not JSON: %2", file, reason); see makeMessage().
template <typename... Values>
[[nodiscard]] Error configError(MessagePattern<std::type_identity_t<Values>...> pattern, const Values&... values)
{
    return configError(makeMessage<Values...>(pattern, values...));
}
template <typename... Values>
[[nodiscard]] Error ioError(MessagePattern<std::type_identity_t<Values>...> pattern, const Values&... values)
{
    return ioError(makeMessage<Values...>(pattern, values...));
}

/// Thrown where a stop was asked for. It is no error, so it does not derive from std::exception:
/// a `catch (const std::exception&)` on the way must not swallow it.
struct Stopped { };

/// An exception as a value: what crosses a thread's border.
struct Failure {
    FailureKind kind = FailureKind::Internal;
    Message message;
    Message detail;
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
