// SPDX-License-Identifier: GPL-3.0-or-later
// A disk that has no room for a while costs a run that somebody looks after nothing.
#include "tests/support/EngineRuns.h"
#include "training/loop/LineLog.h"

#include <csignal>
#include <optional>
#include <sys/resource.h>

using namespace spectune;
using namespace spectune::testing;
namespace fs = std::filesystem;

namespace {

/// As long as it lives no file of this process grows beyond @p bytes: a write says EFBIG, as a full disk says ENOSPC.
class SmallDisk {
public:
    explicit SmallDisk(std::uintmax_t bytes)
    {
        std::signal(SIGXFSZ, SIG_IGN);
        ::getrlimit(RLIMIT_FSIZE, &m_before);
        struct rlimit small = m_before;
        small.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &small);
    }
    ~SmallDisk() { ::setrlimit(RLIMIT_FSIZE, &m_before); }
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;

private:
    struct rlimit m_before { };
};

} // namespace

class TestHeldRun : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aTornLineIsTakenBack();
    void aLineThatNobodyWouldFind_data();
    void aLineThatNobodyWouldFind();
    void aFolderThatIsMovedHoldsTheRun();
    void aFolderThatIsDeletedLeavesTheSteps();
    void aRunGoesOnAsIfNothingHadBeen_data();
    void aRunGoesOnAsIfNothingHadBeen();
    void givingUpIsAskedOnce();
    void nobodyThereEndsIt();
    void anEvaluationThatCannotBeWrittenSavesTheSteps();
    void placesAreLookedAtBeforeTheData_data();
    void placesAreLookedAtBeforeTheData();
};

void TestHeldRun::aTornLineIsTakenBack()
{
    const Folder folder;
    const fs::path path = folder.path() / "lines";
    LineLog file;
    file.open(path);
    file.append("one");
    {
        const SmallDisk disk(6);
        QVERIFY(contains(ioErrorOf([&] { file.append("two, longer"); }), path.string()));
    }
    QCOMPARE(readFile(path), std::string("one\n"));
    file.append("two");
    QCOMPARE(readFile(path), std::string("one\ntwo\n"));
}

void TestHeldRun::aLineThatNobodyWouldFind_data()
{
    QTest::addColumn<QString>("change");
    for (const char* change : {"deleted", "replaced", "moved", "its folder moved"})
        QTest::newRow(change) << change;
}

void TestHeldRun::aLineThatNobodyWouldFind()
{
    QFETCH(const QString, change);
    const Folder folder;
    const fs::path path = folder.write("run/lines", "");
    const fs::path aside = folder.path() / "aside";
    LineLog file;
    file.open(path);
    file.append("one");
    if (change == "deleted")
        fs::remove(path);
    else if (change == "its folder moved")
        fs::rename(path.parent_path(), aside);
    else
        fs::rename(path, aside);
    if (change == "replaced")
        folder.write("run/lines", "another's\n");
    const std::string told = ioErrorOf([&] { file.append("two"); });
    QVERIFY2(
        told.starts_with("Could not write " + path.string() + ": it was moved, deleted or replaced"), told.c_str());
    if (change == "deleted")
        return;
    if (change == "its folder moved")
        fs::rename(aside, path.parent_path());
    else
        fs::rename(aside, path);
    file.append("two"); // it is back
    QCOMPARE(readFile(path), std::string("one\ntwo\n"));
}

/// Who moves it back loses nothing.
void TestHeldRun::aFolderThatIsMovedHoldsTheRun()
{
    const Folder folder;
    RecordingControl undisturbed;
    QVERIFY(runEngine(undisturbed, demoConfig(), folder.path() / "whole") == RunOutcome::Finished);
    const fs::path run = folder.path() / "run";
    int held = 0;
    RecordingControl control;
    control.atBorder = [&](std::int64_t done) {
        if (done == 5)
            fs::rename(run, folder.path() / "aside");
    };
    control.onHold = [&](const Failure& failure) {
        ++held;
        fs::rename(folder.path() / "aside", run);
        return contains(failure.message.english(), (run / "metrics.jsonl").string() + ": it was moved");
    };
    QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
    QCOMPARE(held, 1);
    QVERIFY(jsonLines(run / "metrics.jsonl") == jsonLines(folder.path() / "whole/metrics.jsonl"));
    QVERIFY(readFile(run / "ranks.jsonl") == readFile(folder.path() / "whole/ranks.jsonl"));
}

/// Its history is lost, but not what was trained: the folder can be gone on in, and then has its config.json again.
void TestHeldRun::aFolderThatIsDeletedLeavesTheSteps()
{
    const Folder folder;
    const fs::path run = folder.path() / "run";
    RecordingControl control;
    control.atBorder = [&](std::int64_t done) {
        if (done == 11)
            fs::remove_all(run);
    };
    const std::string told = ioErrorOf([&] { runEngine(control, demoConfig(), run); });
    QVERIFY2(contains(told, "deleted") && contains(told, "resume"), told.c_str());
    QCOMPARE(namesIn(run), (std::vector<std::string> {"checkpoints"}));
    QCOMPARE(namesIn(run / "checkpoints"), (std::vector<std::string> {"step-12"}));
    RecordingControl again;
    QVERIFY(runEngine(again, demoConfig(), run, run) == RunOutcome::Finished);
    QVERIFY(fs::exists(run / "adapter/adapter_model.safetensors"));
    QVERIFY(readFile(run / "config.json") == readFile(run / "checkpoints/step-12/config.json"));
}

void TestHeldRun::aRunGoesOnAsIfNothingHadBeen_data()
{
    QTest::addColumn<int>("step");
    QTest::addColumn<qulonglong>("bytes");
    QTest::addColumn<QString>("told");
    QTest::newRow("a metric line") << 5 << qulonglong {0} << "metrics.jsonl: File too large.";
    QTest::newRow("a checkpoint") << 7 << qulonglong {20000} << "Step 7 could not be saved. ";
    QTest::newRow("the last checkpoint") << 12 << qulonglong {20000} << "Step 12 could not be saved. ";
}

void TestHeldRun::aRunGoesOnAsIfNothingHadBeen()
{
    QFETCH(const int, step);
    QFETCH(const qulonglong, bytes);
    QFETCH(const QString, told);
    const Folder folder;
    RecordingControl undisturbed;
    QVERIFY(runEngine(undisturbed, demoConfig(), folder.path() / "whole") == RunOutcome::Finished);

    const fs::path run = folder.path() / "run";
    std::optional<SmallDisk> disk;
    std::vector<std::string> reasons;
    RecordingControl control;
    control.saveAt = {7};
    control.atBorder = [&](std::int64_t done) {
        if (done == step && reasons.empty() && !disk)
            disk.emplace(bytes);
    };
    control.onHold = [&](const Failure& failure) {
        reasons.push_back(failure.message.english());
        if (reasons.size() == 2) // the first time it is as full as before
            disk.reset();
        return true;
    };
    QVERIFY(runEngine(control, demoConfig(), run) == RunOutcome::Finished);
    QVERIFY2(
        reasons.size() == 2 && contains(reasons[0], told.toStdString()), reasons.empty() ? "" : reasons[0].c_str());
    QVERIFY(reasons[0] == reasons[1]);
    QVERIFY(!contains(reasons[0], "--resume")); // it is held, not over
    QVERIFY(jsonLines(run / "metrics.jsonl") == jsonLines(folder.path() / "whole/metrics.jsonl"));
    QVERIFY(readFile(run / "ranks.jsonl") == readFile(folder.path() / "whole/ranks.jsonl"));
    QVERIFY(readFile(run / "adapter/adapter_model.safetensors")
        == readFile(folder.path() / "whole/adapter/adapter_model.safetensors"));
}

/// The steps before it are tried to be saved all the same, but nobody is asked a second time.
void TestHeldRun::givingUpIsAskedOnce()
{
    const Folder folder;
    std::optional<SmallDisk> disk;
    int asked = 0;
    RecordingControl control;
    control.atBorder = [&](std::int64_t done) {
        if (done == 6)
            disk.emplace(0);
    };
    control.onHold = [&asked](const Failure&) {
        ++asked;
        return false;
    };
    const std::string text = ioErrorOf([&] { runEngine(control, demoConfig(), folder.path() / "run"); });
    disk.reset();
    QVERIFY2(contains(text, "metrics.jsonl: File too large."), text.c_str());
    QVERIFY(!control.said("Step 7 could not be saved. ").empty());
    QCOMPARE(asked, 1);
}

/// As on the command line: what was saved before is named.
void TestHeldRun::nobodyThereEndsIt()
{
    const Folder folder;
    const fs::path run = folder.path() / "run";
    std::optional<SmallDisk> disk;
    RecordingControl control;
    control.saveAt = {4};
    control.atBorder = [&](std::int64_t done) {
        if (done == 6)
            disk.emplace(0);
    };
    const std::string text = ioErrorOf([&] { runEngine(control, demoConfig(), run); });
    disk.reset();
    QVERIFY2(
        contains(text, "metrics.jsonl: File too large. Then go on with --resume " + run.string() + ", from step-4."),
        text.c_str());
    QCOMPARE(jsonLines(run / "metrics.jsonl").size(), std::size_t {6});
}

/// Its line alone cannot be written, and who is asked gives the run up: the steps before it are kept.
void TestHeldRun::anEvaluationThatCannotBeWrittenSavesTheSteps()
{
    const Folder folder;
    const fs::path run = folder.path() / "run";
    RunConfig config = demoConfig();
    config.data.evalPath = folder.write("eval.jsonl", demoEvaluationLines(4)).string();
    config.train.evalEvery = 6;
    std::optional<SmallDisk> disk;
    RecordingControl control;
    control.onPost = [&disk](const RunEvent& event) {
        const auto* line = std::get_if<LogLine>(&event);
        if (line != nullptr && contains(line->text.english(), "Evaluating at step 6"))
            disk.emplace(0);
    };
    control.onHold = [&disk](const Failure&) {
        disk.reset();
        return false;
    };
    const std::string text = ioErrorOf([&] { runEngine(control, config, run); });
    QVERIFY2(contains(text, "metrics.jsonl: File too large."), text.c_str());
    QVERIFY(fs::exists(run / "checkpoints/step-6/state.safetensors"));
}

void TestHeldRun::placesAreLookedAtBeforeTheData_data()
{
    QTest::addColumn<QString>("wrong");
    QTest::newRow("no evaluation file") << "none.jsonl";
    QTest::newRow("a folder below a file") << "a-file/run";
}

/// A large training file takes minutes to read; what cannot work is told at once.
void TestHeldRun::placesAreLookedAtBeforeTheData()
{
    QFETCH(QString, wrong);
    const Folder folder;
    folder.write("a-file", "mine");
    const fs::path place = folder.path() / wrong.toStdString();
    RunConfig config = demoConfig();
    const bool output = wrong.endsWith("run");
    if (!output)
        config.data.evalPath = place.string();
    RecordingControl control;
    const fs::path out = output ? place : folder.path() / "run";
    const std::string told = ioErrorOf([&] { (void)runEngine(control, config, out); });
    QVERIFY2(contains(told, place.string()), told.c_str());
    QVERIFY(control.all<PreparationProgress>().empty());
    QVERIFY(!fs::exists(folder.path() / "run"));
}

QTEST_GUILESS_MAIN(TestHeldRun)
#include "tst_heldrun.moc"
