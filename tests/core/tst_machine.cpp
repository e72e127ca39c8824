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
    void thisComputerHasSome()
    {
        const MachineMemory memory = MachineMemory::now();
        QVERIFY(memory.total > 0);
        QVERIFY(memory.available > 0 && memory.available <= memory.total);
        QVERIFY(physicalCores() >= 1);
    }
};

QTEST_APPLESS_MAIN(MachineTest)
#include "tst_machine.moc"
