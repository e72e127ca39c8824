// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/Error.h"

#include <new>

namespace spectune {

Failure Failure::cancelled()
{
    return {.kind = FailureKind::Config, .message = makeMessage("Cancelled."), .detail = {}, .step = -1};
}

bool Failure::isCancelled() const
{
    return message == cancelled().message;
}

Failure Failure::fromCurrentException(std::int64_t step)
{
    try {
        throw;
    } catch (const Error& error) {
        return {.kind = error.kind(), .message = error.message(), .detail = error.detail(), .step = step};
    } catch (const std::bad_alloc&) {
        return {.kind = FailureKind::OutOfMemory,
            .message = makeMessage(
                "The computer's memory was full. A smaller train.micro_batch_size or data.max_length needs less."),
            .detail = {},
            .step = step};
    } catch (const std::exception& error) {
        return {.kind = FailureKind::Internal, .message = Message::verbatim(error.what()), .detail = {}, .step = step};
    } catch (...) {
        return {.kind = FailureKind::Internal,
            .message = makeMessage("An unknown exception was thrown."),
            .detail = {},
            .step = step};
    }
}

int exitCode(FailureKind kind) noexcept
{
    switch (kind) {
    case FailureKind::Config:
    case FailureKind::Io: return 2;
    case FailureKind::OutOfMemory: return 3;
    case FailureKind::Diverged: return 4;
    case FailureKind::DeviceLost:
    case FailureKind::Internal: break;
    }
    return 1;
}

const char* toString(FailureKind kind) noexcept
{
    switch (kind) {
    case FailureKind::Config: return "config";
    case FailureKind::Io: return "io";
    case FailureKind::OutOfMemory: return "out of memory";
    case FailureKind::Diverged: return "diverged";
    case FailureKind::DeviceLost: return "device lost";
    case FailureKind::Internal: break;
    }
    return "internal";
}

} // namespace spectune
