// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <optional>
#include <string>

namespace spectune::testing {

/// The text of the Error that @p call throws; empty where it throws none. An Error of another kind than the @p kind
/// asked for keeps its text to itself, so that no comparison takes it for the right one.
template <typename Call>
std::string errorOf(Call&& call, std::optional<FailureKind> kind = {})
{
    try {
        call();
    } catch (const Error& error) {
        return kind && error.kind() != *kind ? "an Error of another kind" : error.what();
    }
    return {};
}

template <typename Call>
std::string configErrorOf(Call&& call)
{
    return errorOf(call, FailureKind::Config);
}

template <typename Call>
std::string ioErrorOf(Call&& call)
{
    return errorOf(call, FailureKind::Io);
}

} // namespace spectune::testing
