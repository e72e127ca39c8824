// SPDX-License-Identifier: GPL-3.0-or-later
// What the next start finds as it was left: the window's size and place, its columns, the files that were open.
#include "tests/ui/RunFolderBench.h"
#include "tests/ui/Screen.h"
#include "tests/ui/StudioBench.h"
#include "ui/ConfigForm.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LessonDelegate.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/RunsPage.h"
#include "ui/SetupPage.h"
#include "ui/TryPage.h"

#include <QAction>
#include <QApplication>
#include <QFile>
#include <QListWidget>
#include <QMenu>
#include <QScreen>
#include <QSettings>
#include <QSignalSpy>
#include <QSplitter>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <array>
#include <map>

using namespace spectune;
using spectune::test::patience;

class TestRemembered : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void theFirstStartIsAsUsual();
    void sizeAndPlaceComeBack();
    void aMaximisedWindowIsMaximised();
    void columnsComeBack();
    void recentFilesComeBack();
    void theListOfRecentFilesIsShort();
    void lessonsKeepTheirMarks();
    void picturesLeaveNothingBehind();

private:
    /// The program's next start.
    void start();
    /// Its end, by the window's own close button.
    [[nodiscard]] bool leave();
    /// The splitter of a workspace whose columns a person can move.
    [[nodiscard]] QSplitter& columns(Workspace workspace);
    [[nodiscard]] QMenu& recentMenu();
    [[nodiscard]] QStringList recent(); ///< the files of the menu
    void openCopy(const QString& name); ///< of the bench's configuration

    StudioOptions m_options;
};

void TestRemembered::initTestCase()
{
    StudioTest::initTestCase();
    QCoreApplication::setOrganizationName("spectune-tests");
    QCOMPARE(QGuiApplication::primaryScreen()->size(), QSize(1920, 1080)); // as main() asked for
}

void TestRemembered::init()
{
    StudioTest::init();
    QSettings::setPath(QSettings::NativeFormat, QSettings::UserScope, m_bench->path("settings"));
    QVERIFY(QSettings().allKeys().isEmpty());
    m_options = {};
    m_options.engine = test::sceneFactory(m_bench->scene);
    m_options.historyFile = ":memory:";
    m_options.presetFolder = m_bench->path("presets");
}

void TestRemembered::start()
{
    m_bench->window = std::make_unique<MainWindow>(m_options);
    window().show();
    QVERIFY(QTest::qWaitForWindowExposed(&window()));
}

bool TestRemembered::leave()
{
    QSignalSpy down(&window(), &MainWindow::closedDown);
    window().close();
    return down.count() > 0 || down.wait(patience);
}

QSplitter& TestRemembered::columns(Workspace workspace)
{
    switch (workspace) {
    case Workspace::Setup: return window().setup().splitter();
    case Workspace::Live: return window().live().splitter();
    case Workspace::Try: return window().tryPage().splitter();
    default: return *window().runsPage().findChild<QSplitter*>(QString(), Qt::FindDirectChildrenOnly);
    }
}

QMenu& TestRemembered::recentMenu()
{
    const auto menus = window().findChildren<QMenu*>();
    const auto menu
        = std::ranges::find_if(menus, [](const QMenu* one) { return one->title() == QLatin1String("Open re&cent"); });
    if (menu == menus.end())
        qFatal("the menu is not there");
    Q_EMIT(*menu)->aboutToShow();
    return **menu;
}

QStringList TestRemembered::recent()
{
    QStringList files;
    const auto actions = recentMenu().actions();
    for (const QAction* action : actions)
        if (action->isSeparator())
            break; // "Clear this list" is below
        else if (action->isEnabled())
            files << action->text();
    return files;
}

void TestRemembered::openCopy(const QString& name)
{
    if (!QFile::exists(m_bench->path(name)))
        QVERIFY(QFile::copy(m_bench->path("card.json"), m_bench->path(name)));
    window().openConfig(m_bench->path(name));
}

void TestRemembered::theFirstStartIsAsUsual()
{
    start();
    QCOMPARE(window().size(), QSize(1440, 900));
    QVERIFY(!window().isMaximized());
    QCOMPARE(recent(), QStringList());
    QCOMPARE(recentMenu().actions().size(), 1); // and says so
}

void TestRemembered::sizeAndPlaceComeBack()
{
    const QRect place(137, 71, 1313, 777);
    start();
    window().setGeometry(place);
    QTRY_COMPARE(window().geometry(), place);
    QVERIFY(leave());
    start();
    QTRY_COMPARE(window().geometry(), place);
    QVERIFY(!window().isMaximized());
    m_options.size = QSize(1200, 800); // --size, for this start alone
    QVERIFY(leave());
    start();
    QTRY_COMPARE(window().size(), QSize(1200, 800));
}

void TestRemembered::aMaximisedWindowIsMaximised()
{
    start();
    window().showMaximized();
    QTRY_VERIFY(window().isMaximized() && window().width() > 1900);
    const QSize all = window().size();
    QVERIFY(leave());
    start();
    QTRY_VERIFY(window().isMaximized());
    QTRY_COMPARE(window().size(), all);
}

void TestRemembered::columnsComeBack()
{
    constexpr std::array places {Workspace::Setup, Workspace::Live, Workspace::Try, Workspace::Runs};
    std::map<Workspace, QList<int>> left;
    start();
    for (const Workspace place : places) {
        window().showWorkspace(place);
        QSplitter& splitter = columns(place);
        QTRY_VERIFY(splitter.isVisible() && splitter.width() > 1400);
        const QList<int> usual = splitter.sizes();
        const auto spare = [&splitter, &usual](int column) {
            const QWidget* panel = splitter.widget(column);
            return usual[column] - std::max(panel->minimumWidth(), panel->minimumSizeHint().width());
        };
        int giver = 0; // the column that can be made narrower by most
        for (int column = 1; column < splitter.count(); ++column)
            giver = spare(column) > spare(giver) ? column : giver;
        QList<int> sizes = usual;
        sizes[giver] -= 20;
        sizes[giver > 0 ? giver - 1 : 1] += 20;
        splitter.setSizes(sizes);
        Q_EMIT splitter.splitterMoved(sizes[0], 1); // by hand
        left[place] = splitter.sizes();
        QVERIFY(left[place] != usual);
    }
    QVERIFY(leave());
    start();
    for (const Workspace place : places) {
        window().showWorkspace(place);
        QTRY_COMPARE(columns(place).sizes(), left[place]);
    }
}

void TestRemembered::recentFilesComeBack()
{
    const QString run = test::writeRun(m_bench->path("runs/a"), test::written(0, 1.0));
    start();
    openCopy("first.json");
    openCopy("second.json");
    window().openRun(run);
    openCopy("first.json"); // once more: it is one entry, and the newest
    const QStringList files {m_bench->path("first.json"), run, m_bench->path("second.json")};
    QCOMPARE(recent(), files);
    QVERIFY(leave());
    start();
    QCOMPARE(recent(), files);
    QVERIFY(window().form().config().model.path.empty());
    recentMenu().actions().at(2)->trigger();
    QCOMPARE(window().form().config().train.steps, 800);
    QCOMPARE(recent(), QStringList({files[2], files[0], files[1]}));
    recentMenu().actions().at(2)->trigger(); // the run, which a worker reads
    QTRY_VERIFY_WITH_TIMEOUT(window().run().isRecorded(), patience);
    QCOMPARE(window().run().folder(), run);
    QVERIFY(QFile::remove(files[0]));
    QCOMPARE(recent(), QStringList({run, files[2], files[0] + " (missing)"}));
    recentMenu().actions().last()->trigger(); // "Clear this list"
    QVERIFY(recent().isEmpty());
    QVERIFY(leave());
    start();
    QVERIFY(recent().isEmpty());
}

void TestRemembered::theListOfRecentFilesIsShort()
{
    start();
    QStringList files;
    for (int i = 0; i < 10; ++i) {
        openCopy(QStringLiteral("config-%1.json").arg(i));
        files.prepend(m_bench->path(QStringLiteral("config-%1.json").arg(i)));
    }
    QCOMPARE(recent(), files.mid(0, 8));
    QVERIFY(leave());
    start();
    QCOMPARE(recent(), files.mid(0, 8));
}

void TestRemembered::lessonsKeepTheirMarks()
{
    using Lesson = LearnPage::Lesson;
    const auto isDone = [this](Lesson lesson) {
        const auto lists = window().learn().page().findChildren<QListWidget*>();
        const auto* list = *std::ranges::find_if(
            lists, [](const QListWidget* one) { return one->accessibleName() == QLatin1String("Lessons"); });
        return list->item(static_cast<int>(lesson))->data(LessonDelegate::markRole).toInt()
            == static_cast<int>(LessonDelegate::Mark::Done);
    };
    start();
    window().showWorkspace(Workspace::Learn);
    for (const Lesson lesson : {Lesson::Lens, Lesson::Glossary, Lesson::Tour})
        window().learn().page().showLesson(lesson);
    QVERIFY(isDone(Lesson::Lens) && isDone(Lesson::Glossary) && !isDone(Lesson::Bound));
    QVERIFY(leave());
    start();
    QVERIFY(isDone(Lesson::Lens) && isDone(Lesson::Glossary) && !isDone(Lesson::Bound) && !isDone(Lesson::Tour));
    window().showWorkspace(Workspace::Learn);
    window().learn().page().showLesson(Lesson::Bound);
    QVERIFY(isDone(Lesson::Lens) && isDone(Lesson::Bound));
}

/// A window for a screenshot is no start of the person's own.
void TestRemembered::picturesLeaveNothingBehind()
{
    m_options.remembers = false;
    start();
    window().setGeometry(137, 71, 1313, 777);
    openCopy("first.json");
    QVERIFY(leave());
    QVERIFY(QSettings().allKeys().isEmpty());
}

int main(int argc, char** argv)
{
    const QTemporaryDir folder;
    test::makeScreen(folder, {1920, 1080});
    const QApplication application(argc, argv);
    TestRemembered remembered;
    return QTest::qExec(&remembered, argc, argv);
}

#include "tst_remembered.moc"
