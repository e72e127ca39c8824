// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"

#include <QString>

namespace spectune {

/// What the engine says, in the desktop's language: the pattern is translated, then filled with its values, which may
/// be sentences themselves. `ninja translations` collects the patterns of all rooms (cmake/MessageWords.cmake).
[[nodiscard]] QString messageWords(const Message& message);
/// The same with the fields called what the studio calls them: "Warm-up end (ti) is 5" for "adalora.ti is 5". What was
/// quoted, a path say, stays as it is.
[[nodiscard]] QString labelledWords(const Message& message);
/// labelledWords() of something that happened to a run: a number that stands behind its field's key is written as
/// toldValue() does, "Learning rate is 3.00e−3", and other numbers as everywhere in the studio, "step 1,234".
[[nodiscard]] QString toldWords(const Message& message);
/// The words of the exception being handled. @pre called inside a catch block
[[nodiscard]] QString caughtWords();

} // namespace spectune
