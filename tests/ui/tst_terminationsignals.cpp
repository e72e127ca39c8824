// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/TerminationSignals.h"

#include <QTest>

#include <sys/wait.h>
#include <unistd.h>

using spectune::TerminationSignals;

class TestTerminationSignals : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void tellsOnce_data();
    void tellsOnce();
    void aLaterOneEndsTheProgram_data() { tellsOnce_data(); }
    void aLaterOneEndsTheProgram();
    void whatIsIgnoredStaysSo();
    void bringsBackWhatWasThere();
};

void TestTerminationSignals::tellsOnce_data()
{
    QTest::addColumn<int>("number");
    QTest::newRow("SIGINT") << SIGINT;
    QTest::newRow("SIGTERM") << SIGTERM;
    QTest::newRow("SIGHUP") << SIGHUP;
}

// A closed terminal or a logout sends several at once: the program lives to save.
void TestTerminationSignals::tellsOnce()
{
    QFETCH(int, number);
    int told = 0;
    const TerminationSignals termination([&told] { ++told; }, std::chrono::hours(1));
    QVERIFY(!TerminationSignals::arrived());
    raise(number);
    raise(number);
    raise(SIGHUP);
    QVERIFY(TerminationSignals::arrived());
    QCOMPARE(told, 0); // not in the handler
    QTRY_COMPARE(told, 1);
    QCoreApplication::processEvents();
    QCOMPARE(told, 1);
}

void TestTerminationSignals::aLaterOneEndsTheProgram()
{
    QFETCH(int, number);
    const TerminationSignals termination([] {}, std::chrono::nanoseconds(0));
    const pid_t child = fork();
    QVERIFY(child >= 0);
    if (child == 0) { // nothing of Qt or Qt Test in here
        raise(SIGTERM);
        raise(number);
        _exit(0);
    }
    int status = 0;
    QCOMPARE(waitpid(child, &status, 0), child);
    QVERIFY2(WIFSIGNALED(status), "the child outlived its second signal");
    QCOMPARE(WTERMSIG(status), number);
    QVERIFY(!TerminationSignals::arrived()); // that was another process
}

// nohup's way.
void TestTerminationSignals::whatIsIgnoredStaysSo()
{
    struct sigaction before { };
    struct sigaction ignored { };
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGHUP, &ignored, &before);
    {
        int told = 0;
        const TerminationSignals termination([&told] { ++told; });
        raise(SIGHUP);
        QVERIFY(!TerminationSignals::arrived());
        raise(SIGTERM);
        QTRY_COMPARE(told, 1);
    }
    sigaction(SIGHUP, &before, nullptr);
}

void TestTerminationSignals::bringsBackWhatWasThere()
{
    struct sigaction before { };
    sigaction(SIGTERM, nullptr, &before);
    {
        const TerminationSignals termination([] {});
        struct sigaction mine { };
        sigaction(SIGTERM, nullptr, &mine);
        QVERIFY(mine.sa_handler != before.sa_handler);
    }
    struct sigaction after { };
    sigaction(SIGTERM, nullptr, &after);
    QVERIFY(after.sa_handler == before.sa_handler);
}

QTEST_GUILESS_MAIN(TestTerminationSignals)
#include "tst_terminationsignals.moc"
