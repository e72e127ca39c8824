// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/RunEvents.h"

#include <QtTest>

// QCOMPARE frees what it gets from toString(), and for our enumerations it finds spectune::toString(), whose texts
// are constants. With this header it compares them itself and copies their names.
namespace QTest {

template <typename Enum>
bool compareByName(Enum left, Enum right, const char* leftText, const char* rightText, const char* file, int line)
{
    return compare_helper(
        left == right, "Compared values are not the same", [left] { return qstrdup(spectune::toString(left)); },
        [right] { return qstrdup(spectune::toString(right)); }, leftText, rightText, file, line);
}

inline bool qCompare(const spectune::SessionState& left, const spectune::SessionState& right, const char* leftText,
    const char* rightText, const char* file, int line)
{
    return compareByName(left, right, leftText, rightText, file, line);
}

inline bool qCompare(const spectune::FailureKind& left, const spectune::FailureKind& right, const char* leftText,
    const char* rightText, const char* file, int line)
{
    return compareByName(left, right, leftText, rightText, file, line);
}

} // namespace QTest
