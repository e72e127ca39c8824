// SPDX-License-Identifier: GPL-3.0-or-later
// "What happened" beside the heatmap: of a run that failed, of one that waits for its disk, and what to change after
// too little memory.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/DiskQuestion.h"
#include "ui/FailureChoices.h"
#include "ui/FailurePanel.h"
#include "ui/FailureStory.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/MemoryFacts.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/StatusLine.h"
#include "visualization/MemoryBar.h"

#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpression>
#include <QTest>

#include <algorithm>
#include <atomic>
#include <memory>
#include <semaphore>

using namespace spectune;
using spectune::test::patience;

class TestFailedRun : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aFailureTellsWhenAndWhatIsSafe();
    void theEnginesFiguresAreTold();
    void aDivergenceTellsItsLastStep();
    void aHeldRunTellsWhatToDo();
    void aDiskThatHangsIsNotWaitedFor();
    void theLogIsOfferedWhereItIs();
    void aRecordedFailureIsTold();
    void theChosenCellStaysAtHand();
    void tooLittleMemoryOffersChanges();
    void figuresOfWhatIsNeededAndFree();
    void whatIsMoreThanIsFreeSaysSo();
    void anotherFailureChoosesAnew();
    void aChangeIsResumedWith();
    void aChangeGoesToSetUp();
    void withoutFactsThereAreChangesStill();

private:
    [[nodiscard]] RunBar& bar() { return window().runBar(); }
    [[nodiscard]] FailurePanel& panel() { return window().live().inspector().failurePanel(); }
    [[nodiscard]] FailureChoices& choices() { return panel().choices(); }
    void failAt(std::int64_t step)
    {
        m_bench->scene->failAt = step;
        m_bench->runTo(SessionState::Failed);
    }
    /// As if the run that has failed had done so with @p failure.
    void failWith(const Failure& failure)
    {
        Q_EMIT window().session().stateChanged(SessionState::Failed, 420, failure);
    }
    void choose(const char* change)
    {
        for (QRadioButton* row : choices().findChildren<QRadioButton*>())
            if (row->text().startsWith(QLatin1String(change)))
                return row->click();
        QFAIL(change);
    }
    [[nodiscard]] bool says(const QString& words)
    {
        const auto labels = panel().findChildren<QLabel*>();
        return std::ranges::any_of(
            labels, [&words](const QLabel* label) { return label->isVisible() && label->text().contains(words); });
    }
    [[nodiscard]] QString fact(const QString& name)
    {
        for (const auto& [key, value] : panel().facts().rows())
            if (key == name)
                return value;
        return {};
    }
};

void TestFailedRun::aFailureTellsWhenAndWhatIsSafe()
{
    failAt(420);
    QVERIFY(panel().isVisible());
    QVERIFY(says("Out of memory at step 420"));
    QVERIFY(says("The memory was full"));
    QVERIFY(says("What may help"));
    QCOMPARE(fact("step"), "420 of 800");
    const QString time = window().run().since().toString("HH:mm");
    QCOMPARE(fact("time"), time + ", after 21 s");
    QTRY_COMPARE(fact("run held at most"), "236.0 MiB of 12.0 GiB"); // with a picture that comes after the failure
    const FailureStory story = FailureStory::of(window().run());
    QCOMPARE(story.kept.size(), std::size_t {3});
    QVERIFY(story.kept[0].safe && story.kept[0].title == "Checkpoint of step 300");
    QVERIFY(!story.kept[1].safe && story.kept[1].title == "Steps 301 to 420");
    QVERIFY(story.kept[2].safe && story.kept[2].title == "Loss and ranks of 420 steps");
    for (const FailureStory::Kept& kept : story.kept)
        QVERIFY(says(kept.title) && says(kept.detail));
}

void TestFailedRun::theEnginesFiguresAreTold()
{
    failAt(420);
    QCOMPARE(fact("asked for"), QString()); // the scene's engine does not say so
    failWith({FailureKind::OutOfMemory, makeMessage("The graphics memory was full."),
        Message::verbatim("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 79.15 GiB of "
                          "which 1.50 GiB is free."),
        420});
    QCOMPARE(fact("asked for"), "2.0 GiB");
    QCOMPARE(fact("free then"), "1.5 GiB");
    failWith({FailureKind::OutOfMemory, makeMessage("The computer's memory was full."),
        Message::verbatim("DefaultCPUAllocator: can't allocate memory: you tried to allocate 3221225472 bytes."), 420});
    QCOMPARE(fact("asked for"), "3.0 GiB");
    QCOMPARE(fact("free then"), QString());
}

void TestFailedRun::aDivergenceTellsItsLastStep()
{
    failAt(420);
    failWith({FailureKind::Diverged, makeMessage("The run diverged."), {}, 420});
    QVERIFY(says("The loss diverged at step 420"));
    QVERIFY(!fact("last task loss").isEmpty() && !fact("learning rate").isEmpty());
    QCOMPARE(fact("gradient norm"), "0.70");
    QVERIFY(choices().isEmpty() && says("lower learning rate"));
}

void TestFailedRun::aHeldRunTellsWhatToDo()
{
    m_bench->scene->writesFiles = true;
    m_bench->scene->fillsAt = 420;
    QVERIFY(m_bench->open() && window().startRun());
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isHeld(), patience);
    QVERIFY(panel().isVisible());
    QVERIFY(says("Cannot write at step 420"));
    QVERIFY(says("Could not write metrics.jsonl: the disk is full."));
    QVERIFY(says("What to do") && says("Try again"));
    QCOMPARE(fact("step"), "420 of 800");
    QCOMPARE(fact("waits since"), window().run().since().toString("HH:mm"));
    QVERIFY(fact("folder").contains("card-1"));
    QTRY_VERIFY_WITH_TIMEOUT(!fact("free on its disk").isEmpty(), patience);
    QVERIFY(says("Checkpoint of step 300"));
    QVERIFY(says("Steps 301 to 420") && says("in memory alone"));
    m_bench->scene->fillsAt = -1;
    m_bench->scene->diskFull = false;
    bar().mainButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!panel().isVisible()); // what was mended is told no more
}

void TestFailedRun::aDiskThatHangsIsNotWaitedFor()
{
    const auto looks = std::make_shared<std::atomic<int>>(0);
    const auto free = std::make_shared<std::counting_semaphore<>>(0);
    const auto look = [looks, free](const QString& folder) -> DiskAnswer {
        ++*looks;
        if (folder == "hangs")
            free->acquire();
        return {.room = 7, .hasLog = true};
    };
    auto disk = std::make_unique<DiskQuestion>(look);
    QStringList answers;
    connect(disk.get(), &DiskQuestion::answered, this, [&answers](const QString& folder, const DiskAnswer& answer) {
        answers << folder << QString::number(answer.room);
    });
    disk->ask("hangs");
    disk->ask("hangs"); // one thread hangs, not two
    QTRY_COMPARE(looks->load(), 1);
    disk->ask("well"); // does not wait for the other
    QTRY_COMPARE(answers, QStringList({"well", "7"}));
    disk->ask("hangs");
    QTRY_COMPARE(looks->load(), 3);
    disk.reset(); // ends here though it hangs
    free->release(2);
    QCoreApplication::processEvents();
    QCOMPARE(answers.size(), 2);
}

void TestFailedRun::theLogIsOfferedWhereItIs()
{
    const auto offered = [this] {
        for (const QPushButton* button : panel().findChildren<QPushButton*>())
            if (button->text() == "Open log")
                return button->isVisible();
        return false;
    };
    const QString with = test::writeRun(m_bench->path("run"), test::written(0, 0.5, "Failed: The memory was full."));
    QVERIFY(m_bench->open());
    window().openRun(with);
    window().showWorkspace(Workspace::Live);
    QTRY_VERIFY_WITH_TIMEOUT(offered(), patience);
}

void TestFailedRun::aRecordedFailureIsTold()
{
    const QString folder = test::writeRun(m_bench->path("run"), test::written(0, 0.5, "Failed: The memory was full."));
    QVERIFY(m_bench->open());
    window().openRun(folder);
    window().showWorkspace(Workspace::Live);
    QVERIFY(panel().isVisible());
    QVERIFY(says("Failed at step 40") && says("The memory was full."));
    QVERIFY(says("it goes on from step 40"));
    QVERIFY(choices().isEmpty()); // its kind is not recorded
}

void TestFailedRun::theChosenCellStaysAtHand()
{
    failAt(420);
    Inspector& inspector = window().live().inspector();
    inspector.setModule(ModuleIndex {3});
    QVERIFY(!panel().isVisible());
    failWith(window().run().failure()); // what is told again does not take the cell away
    QVERIFY(!panel().isVisible());
    inspector.showFailure();
    QVERIFY(panel().isVisible());
}

void TestFailedRun::tooLittleMemoryOffersChanges()
{
    m_bench->scene->failAt = 420;
    m_bench->runTo(SessionState::Failed);
    QVERIFY(!choices().isEmpty());
    const QList<QRadioButton*> rows = choices().findChildren<QRadioButton*>();
    QVERIFY(rows.size() >= 2 && rows.size() <= 4);
    QVERIFY(rows.front()->isChecked()); // what leaves the steps alone comes first
    for (const QRadioButton* row : rows)
        QVERIFY(!row->accessibleDescription().isEmpty()); // what it costs
    const MemoryWays ways = MemoryWays::of(window().run().config(), window().form());
    QVERIFY(ways.need > 0);
    QVERIFY(ways.changes.front().sameSteps);
    for (const MemoryChange& change : ways.changes)
        QVERIFY(change.estimate.total() < ways.need);
    const auto* setup = choices().findChild<QPushButton*>(QStringLiteral("SetUpWithChange"));
    const QString named = QStringLiteral("Resume from 300 with %1").arg(changePhrase(ways.changes.front()));
    QCOMPARE(setup->accessibleName(), QStringLiteral("Set up with %1").arg(changePhrase(ways.changes.front())));
    QCOMPARE(bar().mainButton()->text(), named);
    const QString tip = setup->toolTip();
    QVERIFY2(tip.startsWith("Set up with " + changePhrase(ways.changes.front())), qPrintable(tip));
    QVERIFY2(tip.contains("a new set-up with this run's configuration"), qPrintable(tip));
    QTRY_VERIFY(setup->width() >= setup->sizeHint().width() && setup->width() <= choices().width());
    QCOMPARE(bar().mainButton()->property("role").toString(), "primary"); // and it is the only one
    QCOMPARE(setup->property("role").toString(), QString());
    QCOMPARE(choices().findChildren<QPushButton*>().size(), 1); // Resume is in the bar alone
    QStringList captions;
    for (const QLabel* label : choices().findChildren<QLabel*>())
        captions << label->text();
    QCOMPARE(captions.count(QStringLiteral("needs, estimated")), 1);
    const auto needed = static_cast<double>(ways.changes.front().estimate.total());
    QVERIFY2(captions.contains(formatMemory(needed)), qPrintable(captions.join('|')));
    for (int i = 0; i < rows.size(); ++i) {
        const MemoryChange& change = ways.changes[static_cast<std::size_t>(i)];
        rows[i]->click();
        QCOMPARE(bar().mainButton()->text().contains(changePhrase(change)), change.sameSteps);
        QCOMPARE(bar().mainButton()->property("role").toString(), change.sameSteps ? "primary" : "");
        QCOMPARE(setup->property("role").toString(), change.sameSteps ? "" : "primary"); // the run begins anew
    }
    rows.front()->click();
    m_bench->picture("failed-choices");
}

void TestFailedRun::figuresOfWhatIsNeededAndFree()
{
    const auto told = [this](const QString& words) {
        for (const QLabel* each : window().live().inspector().failurePanel().findChildren<QLabel*>())
            if (each->text().contains(words))
                return true;
        return false;
    };
    m_bench->scene->failAt = 420;
    m_bench->runTo(SessionState::Failed);
    QTRY_VERIFY_WITH_TIMEOUT(!window().facts().isAskingDevice(), patience);
    const MemoryWays ways = MemoryWays::of(window().run().config(), window().form());
    QCOMPARE(ways.free, std::int64_t {11} << 30);
    const QString need = formatMemory(static_cast<double>(ways.need));
    QVERIFY(told(QStringLiteral("needs about %1, and 11.0 GiB are free now: another program").arg(need)));
    choose("Gradient checkpointing");
    DeviceSummary device = window().form().device();
    device.freeBytes = std::int64_t {200} << 20; // which another program has taken
    QVERIFY(ways.need > device.freeBytes);
    window().form().setDevice(device);
    QVERIFY(told(QStringLiteral("needs about %1, and 200.0 MiB are free now. One").arg(need)));
    const QList<QRadioButton*> rows = choices().findChildren<QRadioButton*>();
    const auto chosen = std::ranges::find_if(rows, [](const QRadioButton* row) { return row->isChecked(); });
    QVERIFY(chosen != rows.end());
    QCOMPARE((*chosen)->text(), "Gradient checkpointing"); // it stays chosen
}

void TestFailedRun::whatIsMoreThanIsFreeSaysSo()
{
    const auto needs = [](MemoryChange::Kind kind, std::int64_t gib) {
        MemoryChange change;
        change.kind = kind;
        change.number = 4;
        change.sameSteps = true;
        change.estimate.parts[MemoryEstimate::Activations] = gib << 30;
        return change;
    };
    MemoryWays ways;
    ways.need = std::int64_t {14} << 30;
    ways.free = std::int64_t {10} << 30;
    ways.changes = {needs(MemoryChange::Kind::MicroBatch, 8), needs(MemoryChange::Kind::Recompute, 12)};
    FailureChoices view;
    view.offer(ways, RunConfig {}, 300);
    const QList<QRadioButton*> rows = view.findChildren<QRadioButton*>();
    QCOMPARE(rows.size(), 2);
    QVERIFY(rows[0]->accessibleDescription().startsWith("Needs 8.0 GiB."));
    QVERIFY(!rows[0]->accessibleDescription().contains("More than is free"));
    QVERIFY2(rows[1]->accessibleDescription().startsWith("Needs 12.0 GiB. More than is free now."),
        qPrintable(rows[1]->accessibleDescription()));
    QStringList captions;
    for (const QLabel* each : view.findChildren<QLabel*>())
        captions << each->text();
    QVERIFY2(captions.contains("8.0 GiB") && captions.contains("12.0 GiB"), qPrintable(captions.join('|')));
    QCOMPARE(captions.filter(QRegularExpression("^More than is free now")).size(), 1); // in words, not in colour alone
}

void TestFailedRun::anotherFailureChoosesAnew()
{
    failAt(420);
    choose("Gradient checkpointing");
    QVERIFY(window().startRun());
    QCOMPARE(window().run().state(), SessionState::Preparing);
    QVERIFY(choices().isEmpty());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Failed, patience);
    QVERIFY(choices().findChildren<QRadioButton*>().front()->isChecked());
}

void TestFailedRun::aChangeIsResumedWith()
{
    m_bench->scene->failAt = 420;
    m_bench->runTo(SessionState::Failed);
    m_bench->scene->failAt = -1; // it fits now
    const std::int64_t before = window().run().config().train.batchSize;
    choose("Micro-batch");
    bar().mainButton()->click();
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    const std::int64_t micro = window().run().config().train.microBatchSize;
    QVERIFY2(micro > 0 && micro < before, qPrintable(QString::number(micro)));
    QCOMPARE(window().run().config().train.batchSize, before); // the steps are the same
}

void TestFailedRun::aChangeGoesToSetUp()
{
    m_bench->scene->failAt = 420;
    m_bench->runTo(SessionState::Failed);
    choose("Gradient checkpointing");
    choices().findChild<QPushButton*>(QStringLiteral("SetUpWithChange"))->click();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QVERIFY(window().form().config().train.gradientCheckpointing);
    QVERIFY(!window().run().config().train.gradientCheckpointing); // the failed run stays what it was
    QVERIFY2(window().status().message().contains("Gradient checkpointing"), qPrintable(window().status().message()));
    QCOMPARE(bar().shown().action, MainAction::Start);
}

void TestFailedRun::withoutFactsThereAreChangesStill()
{
    const ConfigForm form; // knows no model
    RunConfig run;
    run.train.batchSize = 8;
    run.data.maxLength = 512;
    const MemoryWays ways = MemoryWays::of(run, form);
    QCOMPARE(ways.need, std::int64_t {0});
    QCOMPARE(ways.changes.size(), std::size_t {4});
    QCOMPARE(withChange(run, ways.changes[0]).train.microBatchSize, std::int64_t {4});
    QVERIFY(withChange(run, ways.changes[1]).train.gradientCheckpointing);
    run.train.batchSize = 1;
    run.train.gradientCheckpointing = true;
    run.train.dtype = ElementType::BFloat16;
    run.data.maxLength = 64;
    QVERIFY(MemoryWays::of(run, form).changes.empty()); // there is nothing left to take
}

QTEST_MAIN(TestFailedRun)
#include "tst_failedrun.moc"
