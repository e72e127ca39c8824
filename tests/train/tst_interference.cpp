// SPDX-License-Identifier: GPL-3.0-or-later
// What happens to a run from outside: signals, a terminal that closes, a pipe that breaks, a file that cannot grow.
#include "tests/support/Files.h"
#include "tests/train/Program.h"
#include "training/core/AtomicFile.h"

#include <csignal>
#include <fcntl.h>
#include <set>
#include <sys/resource.h>
#include <unistd.h>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

void send(const QProcess& process, int number)
{
    QCOMPARE(::kill(static_cast<pid_t>(process.processId()), number), 0);
}

/// The program where no file may have more than @p bytes.
Outcome callLimited(const QStringList& arguments, std::uintmax_t bytes)
{
    QProcess process;
    process.setChildProcessModifier([bytes] {
        const rlimit limit {.rlim_cur = bytes, .rlim_max = bytes};
        ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    startProgram(process, arguments);
    return finish(process);
}

/// The program where its metrics.jsonl has room for a few steps, until its soft limit is raised.
void startLimited(QProcess& process, const QStringList& arguments)
{
    process.setChildProcessModifier([] {
        rlimit limit {};
        ::getrlimit(RLIMIT_FSIZE, &limit);
        limit.rlim_cur = 3000;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    });
    startProgram(process,
        arguments
            + QStringList {"--set", "train.steps=40", "--set", "adalora.ti=30", "--set", "adalora.tf=5", "--set",
                "train.save_every=0"});
}

/// What the program has written to stderr up to the text asked for; empty where it never came.
QByteArray toldBy(QProcess& process, const char* wanted)
{
    process.setReadChannel(QProcess::StandardError);
    QByteArray text;
    while (!text.contains(wanted)) {
        if (!process.waitForReadyRead(60000))
            return {};
        text += process.readAllStandardError();
    }
    return text;
}

/// What the program has written to stdout up to the text asked for; empty where it never came.
QByteArray readUntil(QProcess& process, const char* wanted)
{
    QByteArray text;
    while (!text.contains(wanted)) {
        if (!process.waitForReadyRead(60000))
            return {};
        text += process.readAllStandardOutput();
    }
    return text;
}

} // namespace

class TestInterference : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { m_config = writeConfig(m_folder.path()); }

    void signalSavesAndResumeGoesOn_data()
    {
        QTest::addColumn<int>("number");
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGHUP") << SIGHUP;
    }

    void signalSavesAndResumeGoesOn()
    {
        QFETCH(const int, number);
        const fs::path run = m_folder.path() / ("signalled-" + std::to_string(number));
        QProcess process;
        startProgram(process, {"run", text(m_config), "--out", text(run), "--set", "train.steps=100000"});
        QTRY_VERIFY_WITH_TIMEOUT(lineCount(run / "metrics.jsonl") > 0, 60000);
        send(process, number);
        const Outcome outcome = finish(process);
        QVERIFY2(outcome.code == 130, outcome.err.c_str());
        QVERIFY2(contains(outcome.err, "Stopping after this step and saving; once more: quit without saving\n"),
            outcome.err.c_str());
        const std::size_t steps = lineCount(run / "metrics.jsonl");
        QVERIFY(fs::exists(run / "checkpoints" / ("step-" + std::to_string(steps)) / "state.json"));
        QVERIFY(fs::exists(run / "adapter/adapter_config.json"));

        const Outcome resumed = call({"run", text(run / "config.json"), "--resume", text(run), "--set",
            QString("train.steps=%1").arg(steps + 4), "--set", "adalora.ti=0", "--set", "adalora.tf=1"});
        QVERIFY2(resumed.code == 0, resumed.err.c_str());
        QVERIFY(contains(resumed.out, "Adapter: " + (run / "adapter").string()));
        QCOMPARE(lineCount(run / "metrics.jsonl"), steps + 4);
    }

    /// As nohup starts it: the terminal's end is not the run's.
    void anIgnoredHangUpStaysIgnored()
    {
        const fs::path run = m_folder.path() / "nohup";
        QProcess process;
        process.setChildProcessModifier([] { std::signal(SIGHUP, SIG_IGN); });
        startProgram(process, {"run", text(m_config), "--out", text(run), "--set", "train.steps=100000"});
        QTRY_VERIFY_WITH_TIMEOUT(lineCount(run / "metrics.jsonl") > 0, 60000);
        send(process, SIGHUP);
        const std::size_t steps = lineCount(run / "metrics.jsonl");
        QTRY_VERIFY_WITH_TIMEOUT(lineCount(run / "metrics.jsonl") > steps + 1, 60000);
        QVERIFY(!fs::exists(run / "checkpoints"));
        send(process, SIGINT);
        QCOMPARE(finish(process).code, 130);
    }

    /// `spectune-train run … | head -1`: a reader that left does not cost the run.
    void aClosedPipeIsNoEnd()
    {
        const fs::path run = m_folder.path() / "pipe";
        int ends[2] = {-1, -1};
        QCOMPARE(::pipe2(ends, O_CLOEXEC), 0);
        ::close(ends[0]);
        QProcess process;
        process.setChildProcessModifier([&ends] { ::dup2(ends[1], STDOUT_FILENO); });
        startProgram(process, {"run", text(m_config), "--out", text(run)});
        const Outcome outcome = finish(process);
        ::close(ends[1]);
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        QCOMPARE(lineCount(run / "metrics.jsonl"), std::size_t {6});
        QVERIFY(fs::exists(run / "adapter/adapter_model.safetensors"));
    }

    /// Everything is saved by then, but the evaluation that was asked for is not there: that is no success.
    void aSignalInTheLastEvaluation()
    {
        const fs::path run = m_folder.path() / "evaluating";
        std::string samples; // enough for the signal to come in time
        for (int i = 0; i < 100; ++i)
            samples += readFile(m_folder.path() / "train.jsonl");
        const fs::path evaluation = m_folder.write("eval.jsonl", samples);
        const QString evaluate = "data.eval_path=" + text(evaluation);
        QProcess process;
        startProgram(process, {"run", text(m_config), "--out", text(run), "--set", evaluate});
        QVERIFY(!readUntil(process, "Evaluating at step 6").isEmpty());
        send(process, SIGINT);
        const Outcome outcome = finish(process);
        QCOMPARE(outcome.code, 130);
        QVERIFY2(contains(outcome.out, "The evaluation at step 6 was stopped"), outcome.out.c_str());
        QVERIFY2(contains(outcome.err, "stopped"), outcome.err.c_str());
        QCOMPARE(lineCount(run / "metrics.jsonl"), std::size_t {6});
        QVERIFY(fs::exists(run / "checkpoints/step-6/state.json"));
        QVERIFY(fs::exists(run / "adapter/adapter_model.safetensors"));

        m_folder.write("eval.jsonl", readFile(m_folder.path() / "train.jsonl"));
        const Outcome resumed = call({"run", text(run / "config.json"), "--resume", text(run)});
        QVERIFY2(resumed.code == 0, resumed.err.c_str());
        QCOMPARE(lineCount(run / "metrics.jsonl"), std::size_t {7});
    }

    /// The second of two on one run's folder is refused, and the first loses nothing.
    void aRunThatIsBeingTrained()
    {
        const fs::path run = m_folder.path() / "taken";
        QProcess process;
        startProgram(process,
            {"run", text(m_config), "--out", text(run), "--set", "train.steps=100000", "--set",
                "train.save_every=1000"});
        QTRY_VERIFY_WITH_TIMEOUT(lineCount(run / "metrics.jsonl") > 0, 60000);
        const Outcome second = call({"run", text(run / "config.json"), "--resume", text(run)});
        QVERIFY2(second.code == 2 && contains(second.err, "is being trained by another process"), second.err.c_str());
        QCOMPARE(call({"info", text(run)}).code, 0); // reading it is no matter of the lock
        send(process, SIGINT);
        QCOMPARE(finish(process).code, 130);
        const std::size_t steps = lineCount(run / "metrics.jsonl");
        QVERIFY(fs::exists(run / "checkpoints" / ("step-" + std::to_string(steps)) / "state.json"));
    }

    /// A result that nobody got is no success.
    void outputThatCannotBeWritten()
    {
        if (!fs::exists("/dev/full"))
            QSKIP("/dev/full is absent");
        const QList<QStringList> calls {{"fields", "--json"}, {"--help"}, {"run", "--help"}, {"--version"}};
        for (const QStringList& asked : calls) {
            QProcess process;
            process.setStandardOutputFile("/dev/full");
            startProgram(process, asked);
            const Outcome outcome = finish(process);
            QVERIFY2(outcome.code == 2, qPrintable(asked.join(' ')));
            QVERIFY2(contains(outcome.err, "standard output could not be written"), outcome.err.c_str());
        }
    }

    /// A file that cannot grow, as on a full disk: the text names it and says how to go on;
    /// what was saved before stays.
    void aCheckpointThatCannotBeWritten()
    {
        const fs::path run = m_folder.path() / "full";
        const QStringList saving {"--set", "train.save_every=2"};
        QCOMPARE(call(QStringList {"run", text(m_config), "--out", text(run)} + saving).code, 0);
        const auto half = fs::file_size(run / "checkpoints/step-2/state.safetensors") / 2;
        const QStringList resume {"run", text(m_config), "--resume", text(run / "checkpoints/step-2")};
        const Outcome outcome = callLimited(resume + saving + QStringList {"--wait", "0"}, half);
        QVERIFY2(outcome.code == 2, (std::to_string(outcome.code) + outcome.err).c_str());
        QVERIFY2(contains(outcome.err, "Step 4 could not be saved") && contains(outcome.err, "state.safetensors")
                && contains(outcome.err, "--resume " + run.string() + ", from step-2"),
            outcome.err.c_str());
        std::set<std::string> names; // no half of a checkpoint
        for (const auto& entry : fs::directory_iterator(run / "checkpoints"))
            names.insert(entry.path().filename().string());
        QVERIFY(names == (std::set<std::string> {"step-2", "step-4.cut", "step-6.cut"}));

        const Outcome resumed = call({"run", text(m_config), "--resume", text(run)});
        QVERIFY2(resumed.code == 0, resumed.err.c_str());
        QCOMPARE(lineCount(run / "metrics.jsonl"), std::size_t {6});
    }

    /// Why, and no advice to go on from what was never saved.
    void metricsThatCannotBeWritten()
    {
        const fs::path run = m_folder.path() / "cut";
        const Outcome outcome
            = callLimited({"run", text(m_config), "--out", text(run), "--set", "train.steps=40", "--set",
                              "adalora.ti=30", "--set", "adalora.tf=5", "--set", "train.save_every=0", "--wait", "0"},
                3000);
        QVERIFY2(outcome.code == 2, (std::to_string(outcome.code) + outcome.err).c_str());
        const std::string file = (run / "metrics.jsonl").string();
        QVERIFY2(contains(outcome.err, "Could not write " + file + ": File too large.\n"), outcome.err.c_str());
    }

    /// The steps since the last checkpoint are not lost: who makes room gets the run that there would have been.
    void aRunWaitsForTheDisk()
    {
        const fs::path run = m_folder.path() / "waits";
        QProcess process;
        startLimited(process, {"run", text(m_config), "--out", text(run), "--quiet"});
        QVERIFY(!toldBy(process, "metrics.jsonl: File too large.").isEmpty());
        rlimit room {};
        QCOMPARE(::prlimit(static_cast<pid_t>(process.processId()), RLIMIT_FSIZE, nullptr, &room), 0);
        room.rlim_cur = room.rlim_max;
        QCOMPARE(::prlimit(static_cast<pid_t>(process.processId()), RLIMIT_FSIZE, &room, nullptr), 0);
        const Outcome outcome = finish(process);
        QVERIFY2(outcome.code == 0, outcome.err.c_str());
        QCOMPARE(lineCount(run / "metrics.jsonl"), std::size_t {40});
        QVERIFY(contains(readFile(run / "log.txt"), "The run waited at step "));
    }

    void aSignalGivesUpTheWait()
    {
        const fs::path run = m_folder.path() / "given up";
        QProcess process;
        startLimited(process, {"run", text(m_config), "--out", text(run), "--quiet", "--wait", "100000"});
        const std::string told = toldBy(process, "Ctrl-C gives up.").toStdString();
        QVERIFY2(contains(told, "The run waits for 100000 s at most and tries again every 2 s."), told.c_str());
        send(process, SIGINT);
        const Outcome outcome = finish(process);
        QCOMPARE(outcome.code, 2);
        QVERIFY2(contains(outcome.err, "Giving up; once more: quit at once\n"), outcome.err.c_str());
        QVERIFY2(contains(outcome.err, "metrics.jsonl: File too large."), outcome.err.c_str());
    }

    /// Nothing is left that a second try would take for a run.
    void aRunThatCannotBegin()
    {
        const fs::path run = m_folder.path() / "tight";
        const Outcome outcome = callLimited({"run", text(m_config), "--out", text(run)}, 100);
        QVERIFY2(outcome.code == 2, (std::to_string(outcome.code) + outcome.err).c_str());
        QVERIFY2(contains(outcome.err, (run / "config.json").string()), outcome.err.c_str());
        QVERIFY(!fs::exists(run));
    }

private:
    Folder m_folder;
    fs::path m_config;
};

QTEST_GUILESS_MAIN(TestInterference)
#include "tst_interference.moc"
