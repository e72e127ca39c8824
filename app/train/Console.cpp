// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Console.h"

#include "training/core/Error.h"

#include <csignal>
#include <cstdio>
#include <unistd.h>

namespace spectune {

namespace {

constexpr int stoppedBySignal = 130;

const StopToken& token()
{
    static const StopToken stop;
    return stop;
}

void onSignal(int /*number*/)
{
    if (token().stopRequested())
        _exit(stoppedBySignal); // asked twice: the last checkpoint is whole, whatever is being written now
    token().requestStop();
}

std::string plural(long long value, const char* unit)
{
    return std::to_string(value) + " " + unit;
}

} // namespace

const StopToken& stopOnSignal()
{
    return token();
}

void installSignalHandlers()
{
    (void)token(); // made here, not in the handler
    std::signal(SIGINT, onSignal);
    std::signal(SIGTERM, onSignal);
    if (std::signal(SIGHUP, onSignal) == SIG_IGN)
        std::signal(SIGHUP, SIG_IGN); // nohup
    std::signal(SIGPIPE, SIG_IGN); // a reader that left must not cost the run
    std::signal(SIGXFSZ, SIG_IGN); // a file that may not grow (ulimit -f) is an error that names it
}

int runGuarded(const std::function<void()>& command)
{
    try {
        command();
        return 0;
    } catch (const Stopped&) {
        std::fprintf(stderr, "spectune-train: stopped.\n");
        return stoppedBySignal;
    } catch (...) {
        const Failure failure = Failure::fromCurrentException();
        std::fprintf(stderr, "spectune-train: %s\n", failure.message.c_str());
        if (!failure.detail.empty())
            std::fprintf(stderr, "%s\n", failure.detail.c_str());
        return exitCode(failure.kind);
    }
}

bool isTerminal()
{
    return isatty(STDOUT_FILENO) == 1;
}

std::string grouped(long long value)
{
    std::string text = std::to_string(value);
    const std::size_t first = value < 0 ? 1 : 0;
    for (std::size_t at = text.size(); at > first + 3; at -= 3)
        text.insert(at - 3, ",");
    return text;
}

std::string duration(double seconds)
{
    const auto whole = static_cast<long long>(seconds + 0.5);
    if (whole < 60)
        return plural(whole, "s");
    if (whole < 3600)
        return plural(whole / 60, "min ") + plural(whole % 60, "s");
    const long long minutes = whole / 60 % 60;
    return plural(whole / 3600, "h ") + (minutes < 10 ? "0" : "") + plural(minutes, "min");
}

} // namespace spectune
