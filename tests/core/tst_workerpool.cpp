// SPDX-License-Identifier: GPL-3.0-or-later
// Threads that work side by side, and what becomes of those there are where one more cannot be had.
#include "tests/support/Files.h"
#include "training/core/WorkerPool.h"

#include <atomic>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <vector>

using namespace spectune;
using namespace spectune::testing;

namespace {

/// What a pool calls on its threads. Its copy for the thread that @p left counts down to fails as std::thread does.
class Preparation {
public:
    Preparation(std::shared_ptr<int> left, std::shared_ptr<std::atomic<int>> calls)
        : m_left(std::move(left))
        , m_calls(std::move(calls))
    {
    }
    Preparation(const Preparation& other)
        : m_left(other.m_left)
        , m_calls(other.m_calls)
    {
        if (--*m_left == 0)
            throw std::system_error(EAGAIN, std::generic_category());
    }
    Preparation(Preparation&&) noexcept = default;
    Preparation& operator=(const Preparation&) = delete;
    Preparation& operator=(Preparation&&) = delete;
    ~Preparation() = default;

    void operator()() const { ++*m_calls; }

private:
    std::shared_ptr<int> m_left;
    std::shared_ptr<std::atomic<int>> m_calls;
};

} // namespace

class TestWorkerPool : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyNumberIsDoneOnce()
    {
        WorkerPool workers(4);
        QCOMPARE(workers.size(), std::size_t {4});
        std::vector<int> done(4, 0);
        for (std::size_t count = 0; count <= 4; ++count)
            workers.run(count, [&done](std::size_t number) { ++done[number]; });
        QCOMPARE(done, (std::vector<int> {4, 3, 2, 1}));
        std::thread::id first;
        workers.run(1, [&first](std::size_t) { first = std::this_thread::get_id(); });
        QVERIFY(first == std::this_thread::get_id());
    }

    void theFirstFaultByNumberIsThrown()
    {
        WorkerPool workers(3);
        std::string text;
        try {
            workers.run(3, [](std::size_t number) {
                if (number > 0)
                    throw std::runtime_error(std::to_string(number));
            });
        } catch (const std::runtime_error& fault) {
            text = fault.what();
        }
        QCOMPARE(text, std::string("1"));
        int calls = 0;
        workers.run(1, [&calls](std::size_t) { ++calls; }); // and it goes on working
        QCOMPARE(calls, 1);
    }

    /// Without an end of the threads before it the program would be over.
    void aThreadThatCannotBeHadIsAnError()
    {
        const auto left = std::make_shared<int>(0);
        const auto calls = std::make_shared<std::atomic<int>>(0);
        const std::function<void()> prepare = Preparation(left, calls);
        *left = 3;
        const std::string text = configErrorOf([&] { const WorkerPool workers(6, prepare); });
        QVERIFY2(contains(text, "only 3 of 6 threads") && contains(text, "train.threads"), text.c_str());
        QCOMPARE(calls->load(), 2);
        *left = 0; // from here on none fails
        const WorkerPool workers(3, prepare);
        QCOMPARE(workers.size(), std::size_t {3});
    }
};

QTEST_GUILESS_MAIN(TestWorkerPool)
#include "tst_workerpool.moc"
