// SPDX-License-Identifier: GPL-3.0-or-later
// What Linux says of the computer.
#include "training/core/Machine.h"

#include <QtTest/QtTest>

using namespace spectune;

class MachineTest : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void readsMeminfo()
    {
        const MachineMemory memory = MachineMemory::parse(
            "MemTotal:       24689412 kB\nMemFree:          123 kB\nMemAvailable:   21000000 kB\nBuffers: 1 kB\n");
        QCOMPARE(memory.total, std::int64_t {24689412} * 1024);
        QCOMPARE(memory.available, std::int64_t {21000000} * 1024);
        QCOMPARE(MachineMemory::parse("").total, 0);
        QCOMPARE(MachineMemory::parse("HugeMemTotal: 3 kB\n").total, 0); // another line's end
        QCOMPARE(MachineMemory::parse("MemTotal:").total, 0);
    }
    /// A container's limit, as Docker sets it.
    void aControlGroupTakesSomeAway()
    {
        const MachineMemory whole {.total = 1000, .available = 800};
        const auto same = [](const MachineMemory& memory, std::int64_t total, std::int64_t available) {
            return memory.total == total && memory.available == available;
        };
        QVERIFY(same(whole.within("400\n", "150\n", ""), 400, 250));
        QVERIFY(same(whole.within("400\n", "390\n", "anon 7\ninactive_file 300\nfile 310\n"), 400, 310));
        QVERIFY(same(whole.within("400\n", "390\n", "inactive_file 1\ntotal_inactive_file 290\n"), 400, 300));
        QVERIFY(same(whole.within("400\n", "500\n", ""), 400, 0));
        QVERIFY(same(whole.within("900\n", "10\n", ""), 900, 800)); // others leave less than the limit
        for (const char* none : {"max\n", "", "9223372036854771712\n", "99999999999999999999\n"})
            QVERIFY(same(whole.within(none, "150\n", ""), 1000, 800));
    }
    void readsTheResidentSet()
    {
        QCOMPARE(residentBytes("91234 2048 900 12 0 3000 0\n", 4096), std::int64_t {2048} * 4096);
        QCOMPARE(residentBytes("91234", 4096), 0);
        QCOMPARE(residentBytes("", 4096), 0);
        const std::int64_t now = residentBytes();
        QVERIFY(now > 100'000 && now < MachineMemory::now().total);
    }
    void thisComputerHasSome()
    {
        const MachineMemory memory = MachineMemory::now();
        QVERIFY(memory.total > 0);
        QVERIFY(memory.available > 0 && memory.available <= memory.total);
        QVERIFY(physicalCores() >= 1);
        QCOMPARE(coresWithin(8, "200000 100000\n", "100000\n"), 2); // of version 2, read from one line
        QCOMPARE(coresWithin(8, "250000\n", "100000\n"), 3);
        QCOMPARE(coresWithin(8, "20000\n", "100000\n"), 1);
        QCOMPARE(coresWithin(8, "1600000\n", "100000\n"), 8); // more than there are
        for (const char* none : {"max 100000\n", "-1\n", "", "0\n"})
            QCOMPARE(coresWithin(8, none, "100000\n"), 8);
        QCOMPARE(coresWithin(8, "100000", ""), 8);
    }
};

QTEST_APPLESS_MAIN(MachineTest)
#include "tst_machine.moc"
