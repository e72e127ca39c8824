// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/ThemeSwitch.h"

#include "tests/support/CpuTime.h"
#include "tests/ui/StudioBench.h"
#include "ui/MainWindow.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QDeadlineTimer>
#include <QLabel>
#include <QTimer>

#include <algorithm>
#include <map>

namespace spectune::test {

QString oldColours()
{
    const Theme& theme = Theme::current();
    const std::map<QString, QColor> tones {{"second", theme.text2}, {"third", theme.text3}, {"error", theme.error},
        {"warn", theme.warn}, {"ok", theme.ok}, {"focus", theme.focus}};
    QString found;
    for (const QWidget* widget : QApplication::allWidgets()) {
        const auto* label = qobject_cast<const QLabel*>(widget);
        const auto tone = label ? tones.find(label->property("tone").toString()) : tones.end();
        // What was never shown has no style yet.
        if (tone == tones.end() || !label->testAttribute(Qt::WA_WState_Polished))
            continue;
        const QColor ink = label->palette().color(QPalette::Active, QPalette::WindowText);
        if (ink != tone->second)
            found += QStringLiteral("%1: %2\n").arg(label->text(), ink.name());
    }
    return found;
}

double costOfSwitch(MainWindow& window, ThemeChoice theme)
{
    const double begin = testing::cpuMilliseconds();
    window.setTheme(theme);
    double most = testing::cpuMilliseconds() - begin;
    QTimer awake; // so that the loop comes back to look at the clock
    awake.start(20);
    const QDeadlineTimer end(patience);
    int quiet = 0; // turns since all have followed: the last of them may still paint
    while (quiet < 3 && !end.hasExpired()) {
        const double before = testing::cpuMilliseconds();
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents);
        most = std::max(most, testing::cpuMilliseconds() - before);
        quiet = oldColours().isEmpty() ? quiet + 1 : 0;
    }
    return end.hasExpired() ? 1e9 : most;
}

} // namespace spectune::test
