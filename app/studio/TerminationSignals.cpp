// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/TerminationSignals.h"

#include "training/core/Error.h"

#include <QSocketNotifier>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <string>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

namespace spectune {

namespace {

// What the handler touches; lock-free, as the standard asks of it.
std::atomic<int> handlerSocket {-1};
std::atomic<long long> firstSignal {0}; ///< ns of the monotonic clock; 0: none yet
std::atomic<long long> burstLasts {0}; ///< ns
static_assert(std::atomic<int>::is_always_lock_free && std::atomic<long long>::is_always_lock_free);

long long monotonicNow()
{
    std::timespec now {};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return 1'000'000'000LL * now.tv_sec + now.tv_nsec;
}

} // namespace

// Async-signal-safe functions alone, on whichever thread the signal comes to.
extern "C" {
static void spectuneTakeSignal(int number)
{
    const int fault = errno;
    const long long now = monotonicNow();
    long long none = 0;
    if (firstSignal.compare_exchange_strong(none, now)) {
        const char byte = 1;
        (void)!write(handlerSocket.load(), &byte, 1);
    } else if (now - none >= burstLasts) {
        struct sigaction usual { };
        usual.sa_handler = SIG_DFL;
        sigaction(number, &usual, nullptr);
        raise(number); // delivered as this handler returns
    }
    errno = fault;
}
}

TerminationSignals::TerminationSignals(std::function<void()> told, std::chrono::nanoseconds burst)
    : m_told(std::move(told))
{
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, m_sockets.data()) != 0)
        throw ioError("The studio cannot listen for signals: %1.", std::strerror(errno));
    firstSignal = 0;
    burstLasts = burst.count();
    handlerSocket = m_sockets[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_sockets[0], QSocketNotifier::Read);
    QObject::connect(m_notifier.get(), &QSocketNotifier::activated, m_notifier.get(), [this] {
        m_notifier->setEnabled(false);
        m_told();
    });
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        sigaction(numbers[i], nullptr, &m_before[i]);
        if (m_before[i].sa_handler == SIG_IGN)
            continue;
        struct sigaction mine { };
        mine.sa_handler = spectuneTakeSignal;
        mine.sa_flags = SA_RESTART; // no read or write of the engine's fails because of it
        sigemptyset(&mine.sa_mask);
        sigaction(numbers[i], &mine, nullptr);
    }
}

TerminationSignals::~TerminationSignals()
{
    for (std::size_t i = 0; i < numbers.size(); ++i)
        sigaction(numbers[i], &m_before[i], nullptr);
    handlerSocket = -1;
    m_notifier.reset(); // before its socket goes
    for (const int socket : m_sockets)
        close(socket);
}

bool TerminationSignals::arrived()
{
    return firstSignal != 0;
}

} // namespace spectune
