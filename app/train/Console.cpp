// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/train/Console.h"

#include "training/core/Error.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <poll.h>
#include <string_view>
#include <thread>
#include <unistd.h>

namespace spectune {

namespace {

constexpr int stoppedBySignal = 130;
constexpr int badOutput = 2;

std::atomic<bool> savesWhenStopped = false;
std::atomic<bool> waitsToWrite = false;
std::atomic<bool> wasAsked = false; ///< by a signal; the token may be stopped for other reasons, at a run's end
static_assert(std::atomic<bool>::is_always_lock_free); // the signal handler reads it

const StopToken& token()
{
    static const StopToken stop;
    return stop;
}

/// From a signal handler. A terminal's line may hold a progress text, or "^C".
void sayAtOnce(std::string_view text)
{
    if (!savesWhenStopped.load(std::memory_order_relaxed))
        return;
    const int before = errno;
    if (isatty(STDERR_FILENO) == 0)
        text.remove_prefix(1);
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    static_cast<void>(written); // where nobody is there to read it there is nobody to tell
    errno = before;
}

void onSignal(int /*number*/)
{
    if (wasAsked.exchange(true)) {
        // Asked twice. Checkpoints that were complete stay; of what is being written now nothing is kept, so that a run
        // without an earlier one leaves none.
        sayAtOnce("\nQuit without saving\n");
        _exit(stoppedBySignal);
    }
    token().requestStop();
    sayAtOnce(waitsToWrite.load(std::memory_order_relaxed)
            ? "\nGiving up; once more: quit at once\n"
            : "\nStopping after this step and saving; once more: quit without saving\n");
}

/// Whether standard output is a pipe that nobody reads any more.
bool readerHasLeft()
{
    pollfd output {.fd = STDOUT_FILENO, .events = POLLOUT, .revents = 0};
    return ::poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

/// Whether all that was printed has arrived. A reader that left had what it wanted (`… | head -1`).
bool outputWritten()
{
    std::cout.flush();
    const bool flushed = std::fflush(stdout) == 0;
    return (flushed && std::cout && std::ferror(stdout) == 0) || readerHasLeft();
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

void announceStops()
{
    savesWhenStopped = true;
}

void announceWait(bool waits)
{
    waitsToWrite = waits;
}

void waitUnlessStopped(std::chrono::seconds longest)
{
    constexpr std::chrono::milliseconds look {50}; // a handler can set a flag, but wake nobody
    const bool before = token().stopRequested();
    const auto end = std::chrono::steady_clock::now() + longest;
    while (std::chrono::steady_clock::now() < end && token().stopRequested() == before)
        std::this_thread::sleep_for(look);
}

int runGuarded(const std::function<void()>& command)
{
    try {
        command();
        if (outputWritten())
            return 0;
        std::fprintf(stderr, "spectune-train: standard output could not be written.\n");
        return badOutput;
    } catch (const Stopped&) {
        std::fprintf(stderr, "spectune-train: stopped.\n");
        return stoppedBySignal;
    } catch (...) {
        const Failure failure = Failure::fromCurrentException();
        std::fprintf(stderr, "spectune-train: %s\n", failure.message.english().c_str());
        if (!failure.detail.empty())
            std::fprintf(stderr, "%s\n", failure.detail.english().c_str());
        return exitCode(failure.kind);
    }
}

bool isTerminal()
{
    return isatty(STDOUT_FILENO) == 1;
}

bool isWatched()
{
    return isTerminal() && isatty(STDIN_FILENO) == 1;
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
