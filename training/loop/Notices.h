// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

namespace spectune {

/// What waits to be told and what comes to it, in this order: neither takes the other's place. Either may be empty.
[[nodiscard]] Message both(const Message& waiting, const Message& further);

/// Why steps of such a run are launched one operation after the other; empty where they can be recorded.
/// @param rewinds the generator is set back in the middle of a step: blocks run twice, with dropout
[[nodiscard]] Message whyUnrecorded(bool rewinds);

} // namespace spectune
