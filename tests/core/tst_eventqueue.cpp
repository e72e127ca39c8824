// SPDX-License-Identifier: GPL-3.0-or-later
#include "training/core/EventQueue.h"
#include "training/core/SnapshotSlot.h"

#include <QtTest>

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>

using namespace spectune;

namespace {

/// A numbered event; those that are not `kept` may be thinned.
struct Item {
    std::int64_t number = 0;
    bool kept = false;
};

bool mayThin(const Item& item)
{
    return !item.kept;
}

} // namespace

class TestEventQueue : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void keepsAllBelowItsCapacity();
    void dropsEverySecondAboveIt();
    void staysBoundedAndInOrder();
    void neverDropsWhatMayNotBeThinned();
    void costsLittleWhenNothingMayBeThinned();
    void takingStartsAnew();
    void smallestCapacities();
    void movesWhatCannotBeCopied();
    void writersAndAReaderTogether();
    void snapshotSlotKeepsTheNewest();
};

void TestEventQueue::keepsAllBelowItsCapacity()
{
    EventQueue<Item> queue(10, mayThin);
    QVERIFY(queue.takeAll().empty());
    for (std::int64_t number = 0; number < 10; ++number)
        queue.push({number});
    const auto items = queue.takeAll();
    QCOMPARE(items.size(), std::size_t(10));
    for (std::int64_t number = 0; number < 10; ++number)
        QCOMPARE(items[std::size_t(number)].number, number);
    QVERIFY(queue.takeAll().empty());
}

void TestEventQueue::dropsEverySecondAboveIt()
{
    EventQueue<Item> queue(6, mayThin);
    queue.push({100, true});
    for (std::int64_t number = 0; number < 6; ++number) {
        queue.push({number});
    }
    std::vector<std::int64_t> numbers;
    for (const Item& item : queue.takeAll())
        numbers.push_back(item.number);
    QCOMPARE(numbers, (std::vector<std::int64_t> {100, 0, 2, 4, 5}));
}

void TestEventQueue::staysBoundedAndInOrder()
{
    EventQueue<Item> queue(1000, mayThin);
    for (std::int64_t number = 0; number < 100'000; ++number) {
        queue.push({number});
    }
    const auto items = queue.takeAll();
    QVERIFY(items.size() <= 1000);
    QVERIFY(items.size() >= 500);
    QCOMPARE(items.front().number, 0);
    QCOMPARE(items.back().number, 99'999);
    for (std::size_t index = 1; index < items.size(); ++index)
        QVERIFY(items[index].number > items[index - 1].number);
}

void TestEventQueue::neverDropsWhatMayNotBeThinned()
{
    EventQueue<Item> queue(100, mayThin);
    for (std::int64_t number = 0; number < 10'000; ++number)
        queue.push({number, number % 7 == 0});
    std::int64_t expected = 0;
    std::int64_t last = -1;
    for (const Item& item : queue.takeAll()) {
        QVERIFY(item.number > last);
        last = item.number;
        if (item.kept) {
            QCOMPARE(item.number, expected);
            expected += 7;
        }
    }
    QCOMPARE(expected, 10'003);
    QCOMPARE(last, 9'999);
}

void TestEventQueue::costsLittleWhenNothingMayBeThinned()
{
    std::int64_t looks = 0;
    EventQueue<Item> queue(10, [&looks](const Item& item) {
        ++looks;
        return !item.kept;
    });
    constexpr std::int64_t count = 100'000;
    for (std::int64_t number = 0; number < count; ++number)
        queue.push({number, true});
    QVERIFY2(looks < 8 * count, qPrintable(QString::number(looks)));
    QCOMPARE(queue.takeAll().size(), std::size_t(count));
}

void TestEventQueue::takingStartsAnew()
{
    EventQueue<Item> queue(10, mayThin);
    for (std::int64_t number = 0; number < 1000; ++number)
        queue.push({number, true});
    QCOMPARE(queue.takeAll().size(), std::size_t(1000));
    for (std::int64_t number = 0; number < 1000; ++number)
        queue.push({number});
    QVERIFY(queue.takeAll().size() <= 10); // the limit that the first thousand raised is down again
}

void TestEventQueue::smallestCapacities()
{
    for (const std::size_t capacity : {0U, 1U, 2U}) {
        EventQueue<Item> queue(capacity, mayThin);
        for (std::int64_t number = 0; number < 100; ++number) {
            queue.push({number});
        }
        const auto items = queue.takeAll();
        QVERIFY(items.size() <= 4);
        QCOMPARE(items.front().number, 0);
        QCOMPARE(items.back().number, 99);
    }
}

void TestEventQueue::movesWhatCannotBeCopied()
{
    using Pointer = std::unique_ptr<int>;
    EventQueue<Pointer> queue(4, [](const Pointer& pointer) { return *pointer >= 0; });
    for (int number = 0; number < 100; ++number)
        queue.push(std::make_unique<int>(number % 10 == 0 ? -1 : number));
    int kept = 0;
    for (const Pointer& pointer : queue.takeAll()) {
        QVERIFY(pointer != nullptr);
        kept += *pointer == -1 ? 1 : 0;
    }
    QCOMPARE(kept, 10);
}

void TestEventQueue::writersAndAReaderTogether()
{
    constexpr std::int64_t perWriter = 20'000;
    EventQueue<Item> queue(500, mayThin);
    std::atomic<int> writing {2};
    const auto write = [&](std::int64_t base) {
        for (std::int64_t number = 0; number < perWriter; ++number)
            queue.push({base + number, number % 3 == 0});
        --writing;
    };
    std::thread first(write, 0);
    std::thread second(write, 1'000'000);
    std::int64_t kept = 0;
    std::int64_t lastOfFirst = -1;
    std::int64_t lastOfSecond = -1;
    bool ordered = true;
    bool ended = false;
    while (!ended) {
        ended = writing == 0;
        for (const Item& item : queue.takeAll()) {
            std::int64_t& last = item.number < 1'000'000 ? lastOfFirst : lastOfSecond;
            ordered = ordered && item.number > last;
            last = item.number;
            kept += item.kept ? 1 : 0;
        }
    }
    first.join();
    second.join();
    QVERIFY(ordered);
    QCOMPARE(kept, 2 * ((perWriter + 2) / 3));
}

void TestEventQueue::snapshotSlotKeepsTheNewest()
{
    SnapshotSlot<int> slot;
    QVERIFY(slot.latest() == nullptr);
    std::atomic<bool> done {false};
    std::thread writer([&] {
        for (int value = 0; value < 10'000; ++value)
            slot.publish(std::make_shared<const int>(value));
        done = true;
    });
    int last = -1;
    bool ascending = true;
    while (!done) {
        if (const auto value = slot.latest()) {
            ascending = ascending && *value >= last;
            last = *value;
        }
    }
    writer.join();
    QVERIFY(ascending);
    QCOMPARE(*slot.latest(), 9'999);
    slot.publish(nullptr);
    QVERIFY(slot.latest() == nullptr);
}

QTEST_GUILESS_MAIN(TestEventQueue)
#include "tst_eventqueue.moc"
