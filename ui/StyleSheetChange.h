// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

class QApplication;
class QString;

namespace spectune {

/// Gives the program a style sheet that differs from the last one in its colours. What is in sight has it on return,
/// for about 0.05 ms a widget; the hidden widgets get it a few at a turn of the event loop, or as they are shown. A
/// hidden one that is painted before its turn without being shown, by grab() or render(), has the old colours still.
/// QApplication::setStyleSheet() alone would keep the window for half a second: to Qt 6.4 every widget counts once more
/// for each of its ancestors. Fonts stay as they are. GUI thread; may be called again at any time.
void changeStyleSheet(QApplication& application, const QString& sheet);

} // namespace spectune
