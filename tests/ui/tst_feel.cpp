// SPDX-License-Identifier: GPL-3.0-or-later
// What a person notices without a name for it: the first picture, what an idle window costs, keys, names.
#include "tests/support/CpuTime.h"
#include "tests/ui/StudioBench.h"
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/Glossary.h"
#include "ui/GlossaryPage.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LivePage.h"
#include "ui/PictureActions.h"
#include "ui/RecordedRun.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/SetupFields.h"
#include "ui/SetupPage.h"
#include "ui/ShareButton.h"
#include "ui/ShortcutsWindow.h"
#include "ui/StudioStyle.h"
#include "visualization/BudgetCurve.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/Theme.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QScopeGuard>
#include <QSettings>
#include <QShortcut>
#include <QSignalSpy>
#include <QTest>
#include <QThread>
#include <QTimer>
#include <QTreeWidget>

#include <algorithm>
#include <atomic>
#include <functional>
#include <limits>
#include <map>
#include <set>

using namespace spectune;
using spectune::test::patience;

class TestFeel : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void idleWindowRunsNoTimer();
    void everyKeyIsListed();
    void theDesktopsThemeIsFollowed();
    void motionIsOneSetting();
    void theDesktopsMotionIsFollowedNotStored();
    void tablesAreWrittenByAWorker();
    void aLongRunIsShownWithoutAPause();
    void aMillionMillionStepsCostNothing();
    void keysAreSearched();
    void keysDoNotCollide();
    void runByKeysAlone();
    void helpOnTheBudgetCurveIsItsTerm();
};

void TestFeel::idleWindowRunsNoTimer()
{
    QVERIFY(m_bench->open());
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
    const auto running = [this] {
        QStringList names;
        for (const QTimer* timer : window().findChildren<QTimer*>())
            if (timer->isActive() && !timer->isSingleShot())
                names << QString::fromLatin1(timer->parent()->metaObject()->className());
        return names.join(' ');
    };
    QTRY_COMPARE_WITH_TIMEOUT(running(), QString(), patience);
    window().startRun();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Finished, patience);
    QTRY_VERIFY_WITH_TIMEOUT(!window().session().isPolling(), patience);
    QTRY_COMPARE_WITH_TIMEOUT(running(), QString(), patience);
}

void TestFeel::everyKeyIsListed()
{
    QVERIFY(m_bench->open());
    const auto* menus = window().findChild<QMenuBar*>();
    std::set<QString> keys; // "Shift+←  Shift+→" are two
    const std::vector<ShortcutEntry> entries = shortcutEntries(*menus);
    QVERIFY(std::ranges::any_of(entries, [](const ShortcutEntry& entry) { // of the list of stops
        return entry.place == "Guided tour" && entry.keys == "Return";
    }));
    for (const ShortcutEntry& entry : entries)
        for (const QString& key : entry.keys.split(QStringLiteral("  "), Qt::SkipEmptyParts))
            keys.insert(key);
    const auto listed = [&keys](QString key) { return keys.contains(key.replace("Left", "←").replace("Right", "→")); };
    int actions = 0;
    for (const QAction* action : window().findChildren<QAction*>()) {
        const QString own = action->shortcut().toString(QKeySequence::NativeText);
        const QString told = action->text().section('\t', 1);
        actions += own.isEmpty() ? 0 : 1;
        QVERIFY2(own.isEmpty() || listed(own), qPrintable(action->text()));
        QVERIFY2(told.isEmpty() || listed(told), qPrintable(action->text()));
    }
    QVERIFY(actions >= 20);
    for (const QShortcut* shortcut : window().findChildren<QShortcut*>())
        QVERIFY2(listed(shortcut->key().toString()), qPrintable(shortcut->key().toString()));
    for (const char* key : {"Space", ".", "Esc", "Ctrl+Return", "F1", "Ctrl+5", "Ctrl+?", "P", "[", "]", "L", "End",
             "5", "+", "−", "0", "Home", "PageUp", "PageDown", "Shift+Space", "Ctrl+Space", "Shift+↑", "Shift+→",
             "Ctrl+↑", "Ctrl+↓", "Return", "Delete", "F6"})
        QVERIFY2(keys.contains(QString::fromUtf8(key)), key);
}

void TestFeel::theDesktopsThemeIsFollowed()
{
    m_bench->theme = ThemeChoice::System;
    QVERIFY(m_bench->open());
    const QByteArray before = qgetenv("GTK_THEME");
    const auto turnTo = [this](const char* theme) {
        theme == nullptr ? qunsetenv("GTK_THEME") : qputenv("GTK_THEME", theme);
        QEvent event(QEvent::ThemeChange);
        QCoreApplication::sendEvent(&window(), &event);
        return Theme::current().dark;
    };
    QVERIFY(turnTo("Adwaita-dark"));
    QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::darkTheme().panel);
    QVERIFY(!turnTo("Adwaita"));
    QVERIFY(turnTo("Adwaita-dark"));
    QVERIFY(!turnTo(nullptr)); // the palette of a desktop that says nothing is light
    QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::lightTheme().panel);
    window().setTheme(ThemeChoice::Light);
    QVERIFY(!turnTo("Adwaita-dark")); // a choice of one's own stays
    before.isEmpty() ? qunsetenv("GTK_THEME") : qputenv("GTK_THEME", before);
}

void TestFeel::motionIsOneSetting()
{
    const QStringList stored = QSettings().allKeys();
    QVERIFY(m_bench->open());
    QAction* calm = nullptr;
    QAction* fades = nullptr;
    for (QAction* action : window().findChildren<QAction*>()) {
        calm = action->text() == "Reduced &motion" ? action : calm;
        fades = action->text() == "Changes &fade in" ? action : fades;
    }
    QVERIFY(calm && fades);
    const QList<RankGrid*> grids = window().findChildren<RankGrid*>();
    QVERIFY(grids.size() >= 5); // Live's, two of Set up, those of Runs
    const auto calmed = [&grids] { return std::ranges::count_if(grids, &RankGrid::hasReducedMotion); };
    QCOMPARE(calmed(), 0);
    calm->trigger();
    QCOMPARE(calmed(), grids.size());
    fades->setChecked(false); // as it stands when the heatmap's menu opens
    fades->trigger();
    QCOMPARE(calmed(), 0);
    QVERIFY(!calm->isChecked());
    fades->trigger();
    QCOMPARE(calmed(), grids.size());
    QVERIFY(calm->isChecked());
    QCOMPARE(QSettings().allKeys(), stored); // this window remembers nothing
}

void TestFeel::theDesktopsMotionIsFollowedNotStored()
{
    const QString key = QStringLiteral("reducedMotion");
    QCoreApplication::setOrganizationName("spectune-tests");
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_bench->path("settings"));
    applyTheme(*qApp, ThemeChoice::Dark); // a style that knows the wish
    const auto restore = qScopeGuard([] {
        setDesktopMotion({});
        QCoreApplication::setOrganizationName({});
    });
    StudioOptions options;
    options.engine = test::sceneFactory(m_bench->scene);
    options.historyFile = m_bench->path("history.db");
    options.presetFolder = m_bench->path("presets");
    options.theme = ThemeChoice::Dark;
    const auto calmOf = [](const MainWindow& window) {
        const auto actions = window.findChildren<QAction*>();
        return *std::ranges::find_if(actions, [](const auto* one) { return one->text() == "Reduced &motion"; });
    };
    // As main() hands it on, once the portal has answered.
    const auto tell = [](MainWindow& window, bool reduced) {
        setDesktopMotion(reduced);
        QEvent event(QEvent::ThemeChange);
        QCoreApplication::sendEvent(&window, &event);
    };
    {
        MainWindow first(options);
        QVERIFY(!calmOf(first)->isChecked());
        tell(first, true);
        QVERIFY(calmOf(first)->isChecked() && first.live().grid().hasReducedMotion());
        tell(first, false);
        QVERIFY(!calmOf(first)->isChecked() && !first.live().grid().hasReducedMotion());
        tell(first, true);
        QVERIFY(!QSettings().contains(key)); // the desktop's wish, not a person's
        calmOf(first)->trigger();
        QVERIFY(QSettings().contains(key) && !QSettings().value(key).toBool());
        tell(first, true);
        QVERIFY(!calmOf(first)->isChecked()); // a person's choice outweighs it
    }
    const MainWindow second(options);
    QVERIFY(!calmOf(second)->isChecked());
}

void TestFeel::tablesAreWrittenByAWorker()
{
    QWidget owner;
    QMenu menu;
    QStringList told;
    std::atomic<QThread*> writer {nullptr};
    std::atomic<bool> broken {false};
    const auto csv = [&] {
        return std::function<QString()>([&] {
            writer = QThread::currentThread();
            if (broken)
                throw ioError("the disk is full");
            return QString("a,b\n1,2\n");
        });
    };
    addPictureActions(menu, owner, {.name = {}, .size = {}, .paint = {}, .csv = csv},
        [&told](const QString& lead, const QString& text) { told << lead + '|' + text; });
    const auto copy = [&menu] {
        for (QAction* action : menu.actions())
            if (action->text() == "Copy &values")
                action->trigger();
    };
    copy();
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 1, patience);
    QCOMPARE(QApplication::clipboard()->text(), QString("a,b\n1,2\n"));
    QVERIFY(writer.load() != nullptr && writer.load() != QThread::currentThread());
    broken = true;
    copy();
    QTRY_COMPARE_WITH_TIMEOUT(told.size(), 2, patience);
    QVERIFY2(told.last().contains("Not done|the disk is full"), qPrintable(told.last()));
}

/// Reading a run of a million steps is a worker's; to show what it read keeps the window for less than a click may.
void TestFeel::aLongRunIsShownWithoutAPause()
{
    constexpr double most = 50.0; // ms
    QVERIFY(m_bench->open());
    RecordedRun read;
    read.name = "long";
    read.history.metrics.resize(1'000'000);
    for (std::size_t i = 0; i < read.history.metrics.size(); ++i) {
        read.history.metrics[i].step = static_cast<std::int64_t>(i) + 1;
        read.history.metrics[i].loss = 1.0 + 1.0 / static_cast<double>(i + 1);
    }
    read.curves.setHistory(read.history);
    window().showWorkspace(Workspace::Live);
    std::vector<RecordedRun> runs(5, read);
    double taken = std::numeric_limits<double>::infinity();
    for (RecordedRun& run : runs) {
        const double begin = testing::cpuMilliseconds();
        window().run().showRecorded(std::move(run));
        QCoreApplication::processEvents();
        taken = std::min(taken, testing::cpuMilliseconds() - begin);
    }
    QCOMPARE(window().run().step(), std::int64_t {1'000'000});
    QCOMPARE(window().live().plots().curves().lastStep(), std::int64_t {1'000'000});
    QVERIFY2(taken < most, qPrintable(QString::number(taken)));
}

/// A few digits too many in a field: nothing is written out step by step, nor event by event.
void TestFeel::aMillionMillionStepsCostNothing()
{
    QVERIFY(m_bench->open());
    window().form().setText("adalora.delta_t", "1");
    const double begin = testing::cpuMilliseconds();
    window().form().setText("train.steps", "1000000000000");
    for (const Workspace workspace : {Workspace::Setup, Workspace::Live, Workspace::Learn}) {
        window().showWorkspace(workspace);
        QVERIFY(!window().grab().isNull());
    }
    QVERIFY2(testing::cpuMilliseconds() - begin < 5000.0, "a plan was written out");
    QCOMPARE(window().run().plan().totalSteps, std::int64_t {1'000'000'000'000});
    const auto shares = window().setup().findChildren<ShareButton*>();
    const auto budget = std::ranges::find_if(
        shares, [](const ShareButton* share) { return share->source().name() == QLatin1String("budget"); });
    QVERIFY(budget != shares.end());
    const QStringList lines = (*budget)->source().csv()().split('\n', Qt::SkipEmptyParts);
    const BudgetSchedule schedule = window().form().resolved().schedule;
    QCOMPARE(lines.size(), 2 + schedule.initialBudget - schedule.targetBudget); // it falls by one each time
    QCOMPARE(lines.at(1), QStringLiteral("0,%1").arg(schedule.initialBudget));
    for (const QString& line : lines.mid(2)) {
        const std::int64_t t = line.section(',', 0, 0).toLongLong();
        QCOMPARE(schedule.budgetAt(t), line.section(',', 1).toLongLong());
        QCOMPARE(schedule.budgetAt(t - 1), schedule.budgetAt(t) + 1);
    }
}

void TestFeel::keysAreSearched()
{
    QVERIFY(m_bench->open());
    ShortcutsWindow list(*window().findChild<QMenuBar*>(), nullptr);
    list.showList();
    const int all = list.shownRows();
    QVERIFY(all > 30);
    list.search().setText("evaluate");
    QCOMPARE(list.shownRows(), 1);
    list.search().setText("ctrl+b");
    QCOMPARE(list.shownRows(), 1);
    list.search().setText("no such key");
    QCOMPARE(list.shownRows(), 0);
    list.search().clear();
    QCOMPARE(list.shownRows(), all);
    const QList<QLabel*> caps = list.findChildren<QLabel*>(QStringLiteral("KeyCap"));
    QVERIFY(caps.size() >= all); // every line has its keys
    list.showList(); // read anew, not twice
    QCOMPARE(list.shownRows(), all);
    QTest::keyClick(&list, Qt::Key_Escape);
    QVERIFY(!list.isVisible());
}

void TestFeel::keysDoNotCollide()
{
    QVERIFY(m_bench->open());
    std::map<QString, QString> owners;
    for (const QAction* action : window().findChildren<QAction*>()) {
        const QString keys = action->shortcut().toString();
        if (keys.isEmpty())
            continue;
        const auto [place, isNew] = owners.emplace(keys, action->text());
        QVERIFY2(isNew, qPrintable(keys + ": " + place->second + ", " + action->text()));
    }
}

void TestFeel::runByKeysAlone()
{
    m_bench->scene->waitAt = 60;
    QVERIFY(m_bench->open());
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    const auto press = [this](int key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
        QTest::keyClick(
            window().focusWidget() ? window().focusWidget() : &window(), static_cast<Qt::Key>(key), modifiers);
    };
    press(Qt::Key_2, Qt::ControlModifier);
    QCOMPARE(window().workspace(), Workspace::Live);
    press(Qt::Key_Return, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 60, patience);
    press(Qt::Key_Space); // the heatmap has the keyboard
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Pausing, patience);
    m_bench->release();
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    const std::int64_t before = window().session().stepsDone();
    press(Qt::Key_Period);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().stepsDone(), before + 1, patience);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Paused, patience);
    press(Qt::Key_Period, Qt::ControlModifier);
    QTRY_COMPARE_WITH_TIMEOUT(window().session().state(), SessionState::Stopped, patience);
    press(Qt::Key_E, Qt::ControlModifier | Qt::ShiftModifier);
    QVERIFY(window().exportWindow());
}

void TestFeel::helpOnTheBudgetCurveIsItsTerm()
{
    QVERIFY(m_bench->open());
    window().activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(&window()));
    GlossaryPage& glossary = window().learn().page().glossary();
    glossary.showTerm("triplet");
    auto* curve = window().setup().findChild<BudgetCurve*>();
    curve->setFocus();
    QVERIFY(curve->hasFocus());
    QTest::keyClick(curve, Qt::Key_F1);
    QCOMPARE(window().workspace(), Workspace::Learn);
    QCOMPARE(window().learn().page().lesson(), LearnPage::Lesson::Glossary);
    QCOMPARE(glossary.term(), QString("budget"));
    // A field of the same panel keeps its own.
    window().showWorkspace(Workspace::Setup);
    window().setup().fields().focus("optim.lr");
    window().learn().showHelp();
    QCOMPARE(glossary.term(), Glossary().ofField("optim.lr")->id);
}

QTEST_MAIN(TestFeel)
#include "tst_feel.moc"
