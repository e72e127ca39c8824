// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QFont;
class QHBoxLayout;
class QLabel;
class QString;

namespace spectune {

// What Learn's lessons are made of alike. GUI thread; the caller's layout takes ownership.

/// The line above a lesson, as high as every other panel's: its name, what it is about in a few words (or nothing), and
/// room behind them.
[[nodiscard]] QHBoxLayout* makeLessonHead(const QString& name, const QString& about);
/// Pixels that about 80 characters of a sentence take: a longer line is hard to read.
[[nodiscard]] int readingWidth(const QFont& font);
/// A wrapped label that is never wider than that, in a row of its own.
[[nodiscard]] QHBoxLayout* readable(QLabel* label);

} // namespace spectune
