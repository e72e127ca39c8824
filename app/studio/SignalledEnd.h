// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Error.h"

#include <string>

namespace spectune {

class MainWindow;

/// How the studio ends where a signal asked it to. GUI thread; after the program's loop its answers are final.
class SignalledEnd {
public:
    explicit SignalledEnd(MainWindow& window);

    /// The signal has come: the window saves what goes on, and closes.
    void begin();
    /// 130 where all was saved; else the code of what kept the run from being saved.
    [[nodiscard]] int code() const;
    /// That, for stderr: its sentence, and a library's own words on further lines. Empty: all was saved.
    [[nodiscard]] std::string told() const;

private:
    [[nodiscard]] const Failure* failure() const;

    MainWindow& m_window;
    bool m_hadRun = false; ///< that went on when the signal came
};

} // namespace spectune
