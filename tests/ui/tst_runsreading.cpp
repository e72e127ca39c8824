// SPDX-License-Identifier: GPL-3.0-or-later
// The Runs workspace while runs are read: opening beside the window, runs that cannot be read, the keyboard.
#include "tests/ui/RunsTest.h"
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/ElidedLabel.h"
#include "ui/FieldLine.h"
#include "ui/KeyValueList.h"
#include "ui/RunBar.h"
#include "ui/RunDetails.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "ui/SessionController.h"
#include "ui/SmoothingSlider.h"
#include "ui/StatusLine.h"
#include "visualization/ComparePlot.h"
#include "visualization/RankGrid.h"

#include <QAction>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QPushButton>
#include <QTest>

#include <algorithm>

using namespace spectune;
using spectune::test::patience;
using spectune::test::written;

class TestRunsReading : public test::RunsTest {
    Q_OBJECT
private Q_SLOTS:
    void anUnreadableRunSaysWhy();
    void aMissingRunSaysWhere();
    void aRunIsOpenedBesideTheWindow();
    void anotherChoiceStopsOpening();
    void theRunAskedForLastIsOpened();
    void whatCannotBeOpenedIsTold();
    void whatIsMissingIsTold();
    void aFolderThatIsNoRunIsRefused();
    void theRunThatTrainsIsReadAnew();
    void theKeyboardReachesTheList();
    void theQuestionGivesTheFocusBack();
    void whatWasTypedIsTidied();
    void theSliderSmoothsTheLosses();
    void moreStepsThatCannotBeSayWhy();
    void withoutAnAdapterARunStartsAgain();
    void withoutACheckpointARunStartsAgain();
    void withoutACheckpointLiveStartsAgain();

private:
    [[nodiscard]] QString folder(const QString& name) const { return m_bench->path("runs/" + name); }
    void writeBad() { test::writeText(folder("bad/metrics.jsonl"), "{\"step\": \"one\"}\n{}\n"); }
    void writeKilled(); ///< before its first checkpoint
    [[nodiscard]] QLineEdit* field(const QString& accessibleName);
    /// Folders of all recorded runs that the window shows from now on.
    [[nodiscard]] std::shared_ptr<QStringList> watchShown();
};

void TestRunsReading::writeKilled()
{
    test::WrittenRun killed = written(0, 1.0, {});
    killed.steps = 20;
    killed.checkpoint = -1;
    write("killed", killed);
}

QLineEdit* TestRunsReading::field(const QString& accessibleName)
{
    const auto fields = page().findChildren<QLineEdit*>();
    for (QLineEdit* field : fields)
        if (field->accessibleName() == accessibleName)
            return field;
    qFatal("no field %s", qPrintable(accessibleName));
}

std::shared_ptr<QStringList> TestRunsReading::watchShown()
{
    auto shown = std::make_shared<QStringList>();
    connect(&window().run(), &RunModel::reset, this, [this, shown] {
        if (window().run().isRecorded())
            *shown << window().run().folder();
    });
    return shown;
}

void TestRunsReading::anUnreadableRunSaysWhy()
{
    write("bad", written(3, 0.9));
    writeBad();
    openRuns(1);
    choose({"bad"});
    QTRY_COMPARE(page().maps().note(0), "No ranks");
    QStringList told; // once beside the facts
    for (const QLabel* label : page().details().findChildren<QLabel*>())
        if (label->text().contains("metrics.jsonl:1"))
            told << label->text();
    QCOMPARE(told.size(), 1);
    QVERIFY(!told.front().contains(folder("bad"))); // the file in its folder, which the facts name
    QVERIFY(!page().maps().grid(0)->isVisibleTo(&page()));
    QVERIFY(page().plot().curves().isEmpty());
    QCOMPARE(page().plot().emptyText(), "No curve");
    const KeyValueList::Rows& rows = page().details().findChild<KeyValueList*>()->rows();
    QStringList names;
    for (const auto& [name, value] : rows) {
        names << name;
        QVERIFY2(!value.isEmpty(), qPrintable(name));
    }
    QVERIFY(names.contains("method") && names.contains("folder"));
    QVERIFY(!names.contains("evaluation loss") && !names.contains("time")); // nobody knows them
    QStringList words;
    for (const ElidedLabel* label : page().bar().findChildren<ElidedLabel*>())
        words << label->text();
    QVERIFY2(words.contains("bad") && words.contains("AdaLoRA, damaged"), qPrintable(words.join('|')));
}

void TestRunsReading::aMissingRunSaysWhere()
{
    write("a", written(0, 1.0));
    openRuns(1);
    QVERIFY(QDir().rename(folder("a"), m_bench->path("elsewhere")));
    window().library().open();
    QTRY_COMPARE_WITH_TIMEOUT(window().library().find(id("a"))->state, RecordState::Missing, patience);
    page().list().choose({id("a")});
    QTRY_COMPARE(page().maps().note(0), "No ranks");
    QCOMPARE(page().plot().emptyText(), "No curve");
    const auto labels = page().details().findChildren<QLabel*>();
    QVERIFY(std::ranges::any_of(labels, [this](const QLabel* label) {
        return label->text().contains("not there") && label->text().contains(folder("a"));
    }));
}

void TestRunsReading::aRunIsOpenedBesideTheWindow()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    Q_EMIT page().openWanted(folder("a"));
    QCOMPARE(window().workspace(), Workspace::Runs); // nothing was read in the click
    QVERIFY(!window().run().hasRun());
    QVERIFY2(window().status().message().contains("Opening"), qPrintable(window().status().message()));
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Live, patience);
    QVERIFY(window().run().isRecorded());
    QCOMPARE(window().run().folder(), folder("a"));
    QCOMPARE(window().run().history().metrics.size(), 40U);
    QCOMPARE(window().run().checkpoints(), std::vector<std::int64_t> {40});
}

void TestRunsReading::anotherChoiceStopsOpening()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    choose({"b"});
    choose({"a"});
    const auto shown = watchShown();
    Q_EMIT page().openWanted(folder("a"));
    page().list().choose({id("b")}); // before a is read: no event has passed
    QVERIFY2(window().status().message().contains("not opened"), qPrintable(window().status().message()));
    Q_EMIT page().openWanted(folder("b"));
    QTRY_COMPARE_WITH_TIMEOUT(window().workspace(), Workspace::Live, patience);
    QCOMPARE(*shown, QStringList {folder("b")});
}

void TestRunsReading::theRunAskedForLastIsOpened()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    QVERIFY(m_bench->open());
    const auto shown = watchShown();
    window().openRunSoon(folder("a"));
    window().openRunSoon(folder("b"));
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isRecorded(), patience);
    QCOMPARE(*shown, QStringList {folder("b")});
    window().openRunSoon(folder("a"));
    QVERIFY(window().startRun()); // another start is not overrun by it
    QTRY_COMPARE_WITH_TIMEOUT(window().run().state(), SessionState::Finished, patience);
    QVERIFY(!window().run().isRecorded());
    QCOMPARE(*shown, QStringList {folder("b")});
}

void TestRunsReading::whatCannotBeOpenedIsTold()
{
    write("bad", written(3, 0.9));
    writeBad();
    QVERIFY(m_bench->open());
    window().openRunSoon(folder("bad"));
    QTRY_VERIFY_WITH_TIMEOUT(window().status().message().contains("metrics.jsonl:1"), patience);
    QVERIFY(!window().run().hasRun());
}

// Killed before its first checkpoint, and a file cut: each is said when the run is opened.
void TestRunsReading::whatIsMissingIsTold()
{
    writeKilled();
    write("cut", written(1, 1.0));
    QFile metrics(folder("cut/metrics.jsonl"));
    QVERIFY(metrics.open(QIODevice::ReadWrite));
    const QByteArray first = metrics.readLine();
    QVERIFY(metrics.resize(first.size()));
    metrics.close();
    QVERIFY(m_bench->open());
    const auto shown = watchShown();
    window().openRunSoon(folder("killed"));
    QTRY_COMPARE_WITH_TIMEOUT(shown->size(), 1, patience);
    QCOMPARE(window().status().message(), "Interrupted after step 20; nothing was saved.");
    QCOMPARE(window().runBar().shown().title, "Interrupted");
    QVERIFY(!window().runBar().shown().exportRun.enabled);
    window().showExport();
    QVERIFY(!window().exportWindow());
    window().openRunSoon(folder("cut"));
    QTRY_COMPARE_WITH_TIMEOUT(shown->size(), 2, patience);
    QTRY_VERIFY2(
        window().status().message().contains("metrics.jsonl ends at step 1,"), qPrintable(window().status().message()));
    window().openRunSoon(folder("killed")); // again: the state is the same, the sentence is said
    QTRY_COMPARE_WITH_TIMEOUT(shown->size(), 3, patience);
    QTRY_COMPARE(window().status().message(), "Interrupted after step 20; nothing was saved.");
}

// What `spectune FOLDER` asks before its window is there.
void TestRunsReading::aFolderThatIsNoRunIsRefused()
{
    write("a", written(0, 1.0));
    requireRunFolder(folder("a"));
    QVERIFY_EXCEPTION_THROWN(requireRunFolder(m_bench->path("runs")), Error);
    QVERIFY_EXCEPTION_THROWN(requireRunFolder(m_bench->path("demo-llama")), Error);
}

void TestRunsReading::theRunThatTrainsIsReadAnew()
{
    m_bench->scene->writesFiles = true;
    m_bench->scene->waitAt = 120;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), std::int64_t {120}, patience);
    window().showWorkspace(Workspace::Runs);
    const auto lastRead = [this] {
        const RunRecord* record = window().library().findFolder(window().run().folder());
        const auto run = record ? window().library().loaded(record->id) : nullptr;
        return run && !run->history.metrics.empty() ? run->history.metrics.back().step : -1;
    };
    QTRY_VERIFY_WITH_TIMEOUT(lastRead() > 0 && lastRead() <= 120, patience);
    QVERIFY(window().session().pause());
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    QVERIFY(window().run().step() > 120);
    QTRY_COMPARE_WITH_TIMEOUT(lastRead(), window().run().step(), patience);
}

void TestRunsReading::theKeyboardReachesTheList()
{
    write("a", written(0, 1.0));
    write("b", written(1, 0.5));
    openRuns(2);
    QLineEdit* search = field("Search runs");
    QTest::keyClick(search, Qt::Key_Down);
    QCOMPARE(list().currentIndex().row(), 0);
    list().setCurrentIndex(page().list().indexOf(id("b")));
    page().list().setOrder(RunOrder::Name);
    QCOMPARE(page().list().record(list().currentIndex())->id, id("b"));
    page().list().setOrder(RunOrder::Loss); // b is better: it moves, and the keyboard's row with it
    QCOMPARE(page().list().record(list().currentIndex())->id, id("b"));
    QTest::keyClicks(search, "name=a");
    QCOMPARE(page().list().rowCount(), 1);
    QTest::keyClick(search, Qt::Key_Return);
    QTest::keyClick(&list(), Qt::Key_Return);
    QCOMPARE(page().list().chosen(), std::vector<std::int64_t> {id("a")});
    QTest::keyClick(search, Qt::Key_Escape);
    QVERIFY(search->text().isEmpty());
    QCOMPARE(page().list().rowCount(), 2);
}

void TestRunsReading::theQuestionGivesTheFocusBack()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    page().deleteRun();
    QTRY_VERIFY_WITH_TIMEOUT(page().bar().asks(), patience);
    QTest::keyClick(&page().bar().question(), Qt::Key_Escape);
    QVERIFY(!page().bar().asks());
    QCOMPARE(window().focusWidget(), &list());
    QVERIFY(QFileInfo::exists(folder("a/config.json")));
}

void TestRunsReading::whatWasTypedIsTidied()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    QLineEdit* tags = field("Tags, with commas between them");
    QTest::keyClicks(tags, "gsm8k, baseline,");
    QTest::keyClick(tags, Qt::Key_Return);
    QCOMPARE(tags->text(), "baseline, gsm8k");
    QCOMPARE(window().library().find(id("a"))->tags, QStringList({"baseline", "gsm8k"}));
    QLineEdit* name = field("Name");
    name->clear();
    QTest::keyClick(name, Qt::Key_Return);
    QCOMPARE(name->text(), "a"); // a run without a name is not found again
}

void TestRunsReading::theSliderSmoothsTheLosses()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    QTRY_COMPARE(page().plot().curves().curves().front().smooth.size(), 40U);
    page().findChild<SmoothingSlider*>()->setValue(0);
    QCOMPARE(page().plot().curves().smoothing(), 0.0);
    const ComparedCurve& curve = page().plot().curves().curves().front();
    QCOMPARE(curve.smooth.y()[20], curve.raw.y()[20]);
}

void TestRunsReading::moreStepsThatCannotBeSayWhy()
{
    test::WrittenRun lora = written(0, 1.0);
    lora.config.method = Method::Lora;
    write("a", lora);
    openRuns(1);
    choose({"a"});
    const QAction* action = page().bar().continueAction();
    QVERIFY(!action->isEnabled());
    QVERIFY2(action->toolTip().contains("Start again with more steps instead"), qPrintable(action->toolTip()));
    QVERIFY(qobject_cast<QMenu*>(action->associatedObjects().front())->toolTipsVisible());
}

/// No number of steps helps: none is asked for, and what the sentence names is a button beside it.
void TestRunsReading::withoutAnAdapterARunStartsAgain()
{
    write("a", written(0, 1.0));
    openRuns(1);
    choose({"a"});
    page().continueRun();
    const RunsQuestion& question = page().bar().question();
    QVERIFY2(question.text().contains("no adapter"), qPrintable(question.text()));
    QVERIFY(question.number()->isHidden() && question.yes()->isHidden());
    QVERIFY(question.other()->isVisible());
    QCOMPARE(question.other()->text(), QString("Start again"));
    question.other()->click();
    QTRY_COMPARE(window().workspace(), Workspace::Setup);
    QVERIFY(window().form().config().adalora.initFrom.empty());
}

void TestRunsReading::withoutACheckpointARunStartsAgain()
{
    writeKilled();
    openRuns(1);
    choose({"killed"});
    const auto actions = page().bar().findChildren<QAction*>();
    const auto resume = std::ranges::find(actions, QString("Resume where it was left"), &QAction::text);
    QVERIFY(resume != actions.end());
    QVERIFY((*resume)->isVisible() && !(*resume)->isEnabled());
    QVERIFY2((*resume)->toolTip().contains("no checkpoint"), qPrintable((*resume)->toolTip()));
    QPushButton* again = page().bar().mainButton();
    QVERIFY(!page().bar().mainResumes() && again->isEnabled());
    QCOMPARE(again->text(), QString("Start again"));
    QVERIFY2(again->toolTip().contains("no checkpoint"), qPrintable(again->toolTip()));
    Q_EMIT page().resumeWanted(folder("killed")); // as by a button that was named before it was gone
    QVERIFY2(window().status().message().contains("has no checkpoint"), qPrintable(window().status().message()));
    again->click();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QCOMPARE(window().form().config().train.steps, 40);
}

void TestRunsReading::withoutACheckpointLiveStartsAgain()
{
    writeKilled();
    QVERIFY(m_bench->open());
    window().openRun(folder("killed"));
    QPushButton* again = window().runBar().mainButton();
    QCOMPARE(again->text(), QString("Start again"));
    QVERIFY(again->isVisible() && again->isEnabled());
    QVERIFY2(again->toolTip().contains("no checkpoint"), qPrintable(again->toolTip()));
    again->click();
    QCOMPARE(window().workspace(), Workspace::Setup);
    QCOMPARE(window().form().config().train.steps, 40);
    QCOMPARE(window().status().message(), "New set-up: The configuration of killed.");
}

QTEST_MAIN(TestRunsReading)
#include "tst_runsreading.moc"
