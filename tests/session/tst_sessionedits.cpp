// SPDX-License-Identifier: GPL-3.0-or-later
// Live edits through the mailbox: in order, at a border, and never lost without a word.
#include "tests/session/SessionBench.h"
#include "tests/support/CompareEnums.h"

#include <QtTest>

#include <atomic>
#include <thread>

using namespace spectune;
using namespace spectune::test;

namespace {

LiveEdit rate(double value)
{
    return {.key = "optim.lr", .value = value};
}

bool isTaken(const RunEvent& event)
{
    return std::holds_alternative<EditTaken>(event);
}

} // namespace

class TestSessionEdits : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void takenAtTheNextBorder()
    {
        Bench bench;
        QVERIFY(bench.startHeldInStep());
        QVERIFY(bench.session.edit(rate(0.5)));
        QVERIFY(bench.session.edit(rate(0.25))); // a double click, or a change of mind: both, in order
        QVERIFY(bench.probe.all<EditTaken>().empty());
        bench.script->stepping.open();
        QVERIFY(bench.probe.awaitTerminal());
        const auto taken = bench.probe.all<EditTaken>();
        QCOMPARE(taken.size(), std::size_t {2});
        QCOMPARE(taken[0].edit.step, std::int64_t {1});
        QVERIFY(taken[0].edit.after == FieldValue(0.5) && taken[1].edit.after == FieldValue(0.25));
    }

    void takenWhilePausedWithoutAStep()
    {
        Bench bench;
        QVERIFY(bench.startPaused());
        QVERIFY(bench.session.edit(rate(0.5)));
        QVERIFY(bench.probe.await(isTaken));
        QCOMPARE(bench.session.state(), SessionState::Paused);
        QCOMPARE(bench.script->stepsRun.load(), 1);
        QVERIFY(bench.session.resume());
        QVERIFY(bench.probe.awaitTerminal());
    }

    void refusedWithAReason()
    {
        Bench bench;
        QVERIFY(bench.startPaused());
        QVERIFY(bench.session.edit({.key = "optim.rl", .value = 0.5}));
        QVERIFY(bench.probe.await([](const RunEvent& event) { return std::holds_alternative<EditRefused>(event); }));
        const auto refused = bench.probe.all<EditRefused>();
        QCOMPARE(refused[0].edit.key, std::string("optim.rl"));
        QVERIFY(refused[0].failure.message.english().find("optim.rl") != std::string::npos);
        QCOMPARE(bench.session.state(), SessionState::Paused);
    }

    void nothingToEditOutsideARun()
    {
        Bench bench;
        QVERIFY(!bench.session.edit(rate(0.5)));
        bench.script->preparing.shut();
        QVERIFY(bench.session.start({}));
        QVERIFY(!bench.session.edit(rate(0.5)));
        bench.script->preparing.open();
        QVERIFY(bench.probe.awaitTerminal());
        QVERIFY(!bench.session.edit(rate(0.5)));
    }

    void aStopComesFirstAndSaysSo()
    {
        Bench bench;
        QVERIFY(bench.startHeldInStep());
        QVERIFY(bench.session.edit(rate(0.5)));
        QVERIFY(bench.session.stop());
        QVERIFY(!bench.session.edit(rate(0.1)));
        bench.script->stepping.open();
        QVERIFY(bench.probe.awaitState(SessionState::Stopped));
        QVERIFY(bench.probe.all<EditTaken>().empty());
        QCOMPARE(bench.probe.all<EditRefused>().size(), std::size_t {1});
        QVERIFY(std::holds_alternative<StateChanged>(bench.probe.events().back()));
        // The next run knows nothing of it.
        QVERIFY(bench.session.start({}));
        QVERIFY(bench.probe.awaitState(SessionState::Finished));
        QVERIFY(bench.probe.all<EditTaken>().empty());
    }

    /// All that the run bar offers, twice and in bad orders, in every state:
    /// no state is left that the table does not have.
    void doubleClicksAndBadOrders_data()
    {
        QTest::addColumn<QString>("clicks");
        QTest::addColumn<int>("saves");
        QTest::addColumn<int>("evaluations");
        QTest::addColumn<int>("steps");
        // p pause, r resume, . step, s save, e evaluate, x stop; from Paused after one step of ten
        QTest::newRow("resume twice") << "rr" << 0 << 0 << 10;
        QTest::newRow("save twice is one") << "ssr" << 1 << 0 << 10;
        QTest::newRow("evaluate and save") << "esr" << 1 << 1 << 10;
        QTest::newRow("pause while paused") << "ppr" << 0 << 0 << 10;
        QTest::newRow("a step that is let go on") << ".r" << 0 << 0 << 10;
        QTest::newRow("stop twice") << "xx" << 1 << 0 << 1;
        QTest::newRow("all after the stop") << "xprse." << 1 << 0 << 1;
    }

    void doubleClicksAndBadOrders()
    {
        QFETCH(const QString, clicks);
        QFETCH(const int, saves);
        QFETCH(const int, evaluations);
        QFETCH(const int, steps);
        Bench bench;
        QVERIFY(bench.startPaused());
        bench.script->stepping.shut(); // what is clicked before a step ends is clicked in one state
        for (const QChar click : clicks) {
            if (click == 'p')
                bench.session.pause();
            else if (click == 'r')
                bench.session.resume();
            else if (click == '.')
                bench.session.step();
            else if (click == 's')
                bench.session.saveNow();
            else if (click == 'e')
                bench.session.evaluateNow();
            else
                bench.session.stop();
        }
        bench.script->stepping.open();
        QVERIFY(bench.probe.awaitTerminal());
        QVERIFY(bench.script->saves.load() >= saves && bench.script->saves.load() <= 2);
        QCOMPARE(bench.script->evaluations.load(), evaluations);
        QCOMPARE(bench.script->stepsRun.load(), steps);
    }

    /// Two threads at the commands and one at the events, for the thread sanitizer.
    void editsFromManyThreads()
    {
        Bench bench;
        bench.script->totalSteps = 400;
        QVERIFY(bench.session.start({}));
        QVERIFY(bench.probe.awaitState(SessionState::Running));
        std::atomic<int> accepted {0};
        const auto click = [&] {
            for (int i = 0; i < 100; ++i) {
                accepted += bench.session.edit(rate(i * 0.01 + 0.01)) ? 1 : 0;
                bench.session.saveNow();
                (void)bench.session.latestSnapshot();
            }
        };
        std::thread other(click);
        click();
        other.join();
        QVERIFY(bench.probe.awaitTerminal());
        const std::size_t told = bench.probe.all<EditTaken>().size() + bench.probe.all<EditRefused>().size();
        QCOMPARE(told, static_cast<std::size_t>(accepted.load()));
    }
};

QTEST_GUILESS_MAIN(TestSessionEdits)
#include "tst_sessionedits.moc"
