// SPDX-License-Identifier: GPL-3.0-or-later
// What is refused is said in the window's language, and leaves all as it was.
#include "tests/ui/MarkingTranslator.h"
#include "tests/ui/StudioBench.h"
#include "training/core/Error.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/MessageWords.h"
#include "ui/PresetLibrary.h"
#include "ui/RankMaps.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "ui/StatusLine.h"
#include "ui/TourLesson.h"

#include <QCoreApplication>
#include <QFile>
#include <QPushButton>
#include <QTest>

using namespace spectune;
using spectune::test::patience;

class TestRefusals : public test::StudioTest {
    Q_OBJECT
private Q_SLOTS:
    void aBrokenConfigurationLeavesTheRun_data();
    void aBrokenConfigurationLeavesTheRun();
    void theWindowsAreTranslated();
    void aRunThatGoesOnIsTold();
    void thoseOfFilesAreTranslated();
    void namesBecomeNamesOfFiles_data();
    void namesBecomeNamesOfFiles();

private:
    [[nodiscard]] QString told() { return window().status().message(); }
    QString write(const QString& name, const QByteArray& text)
    {
        QFile file(m_bench->path(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(text) < 0)
            qFatal("%s could not be written", qPrintable(name));
        return file.fileName();
    }
};

void TestRefusals::aBrokenConfigurationLeavesTheRun_data()
{
    QTest::addColumn<bool>("isDemo");
    QTest::newRow("configuration") << false;
    QTest::newRow("demo") << true;
}

void TestRefusals::aBrokenConfigurationLeavesTheRun()
{
    QFETCH(const bool, isDemo);
    StudioOptions options;
    options.engine = test::sceneFactory(m_bench->scene);
    options.remembers = false;
    options.demoConfig = write("broken.json", "{\"train\": {");
    m_bench->scene->writesFiles = true;
    m_bench->runTo(SessionState::Finished);
    const QString folder = window().run().folder();
    QVERIFY(m_bench->close());
    m_bench->window = std::make_unique<MainWindow>(options);
    window().show();
    window().openRun(folder);
    window().tryTo([&] { isDemo ? window().openDemo() : window().openPath(options.demoConfig); });
    QVERIFY2(told().contains("broken.json"), qPrintable(told()));
    QVERIFY(window().run().hasRun()); // and so the views show what there is
    QVERIFY(window().run().isRecorded());
    QCOMPARE(window().run().folder(), folder);
    QCOMPARE(window().run().step(), 800);
    QCOMPARE(window().workspace(), Workspace::Live);
    window().openConfig(m_bench->path("card.json"));
    QVERIFY(!window().run().hasRun()); // a whole one takes its place
}

void TestRefusals::theWindowsAreTranslated()
{
    QVERIFY(m_bench->open());
    const QString gone = m_bench->path("gone.json");
    const QString song = write("song.mp3", "la");
    const QString folder = m_bench->path(""); // neither a run's nor a model's
    const test::MarkingTranslator marker;
    for (const QString& path : {gone, song, folder}) {
        window().tryTo([&] { window().openPath(path); });
        QVERIFY2(told().contains(QStringLiteral("§") + path), qPrintable(told()));
    }
    const QString refused = QStringLiteral("§%1 is neither a run's folder").arg(folder); // once it is searched
    QTRY_VERIFY2_WITH_TIMEOUT(told().contains(refused), qPrintable(told()), patience);
    window().tryTo([&] { window().openDemo(); }); // there is none
    QVERIFY2(told().contains("§The bundled demo"), qPrintable(told()));
}

void TestRefusals::aRunThatGoesOnIsTold()
{
    m_bench->scene->waitAt = 50;
    QVERIFY(m_bench->open());
    QVERIFY(window().startRun());
    const test::MarkingTranslator marker;
    const auto refuses = [this](const std::function<void()>& action) {
        window().status().setMessage({}, {});
        window().tryTo(action);
        return told().contains("§A run is going on.");
    };
    QVERIFY(refuses([this] { window().openRun(m_bench->path("run")); })); // before the session has told anything
    QVERIFY(refuses([this] { window().openRunSoon(m_bench->path("run")); }));
    QTRY_COMPARE_WITH_TIMEOUT(window().run().step(), 50, patience);
    QVERIFY(refuses([this] { window().openRun(m_bench->path("run")); }));
    Q_EMIT window().learn().page().tourLesson().demoWanted();
    QVERIFY2(told().contains("§A run is going on."), qPrintable(told()));
    QVERIFY(isActive(window().run().state()));
}

void TestRefusals::thoseOfFilesAreTranslated()
{
    const QString folder = m_bench->path("empty");
    const test::MarkingTranslator marker;
    const auto refuses = [](const std::function<void()>& action, const char* words) {
        try {
            action();
            return false;
        } catch (const Error&) {
            const QString text = caughtWords();
            return text.startsWith(QStringLiteral("§")) && text.contains(QLatin1String(words));
        }
    };
    QVERIFY(refuses([&] { requireRunFolder(folder); }, "is no run's folder"));
    QVERIFY(refuses([&] { (void)learnedRankMap(folder); }, "records no masking event"));
    PresetLibrary none {QString()};
    QVERIFY(refuses([&] { (void)none.import(folder + "/none.json"); }, "could not be read"));
    QVERIFY(refuses([&] { (void)none.save({}); }, "could not be stored"));
    QVERIFY(refuses([&] { none.remove({}); }, "could not be moved to the trash"));
}

void TestRefusals::namesBecomeNamesOfFiles_data()
{
    QTest::addColumn<QString>("name");
    QTest::addColumn<QString>("expected");
    QTest::newRow("plain") << "card-2.1+x"
                           << "card-2.1+x";
    QTest::newRow("blanks and slashes") << "  a  b/c "
                                        << "a-b-c";
    QTest::newRow("other scripts") << "größer"
                                   << "größer";
    QTest::newRow("none") << ""
                          << "kind";
    QTest::newRow("hidden") << ".secret"
                            << "kind.secret";
}

void TestRefusals::namesBecomeNamesOfFiles()
{
    QFETCH(const QString, name);
    QFETCH(const QString, expected);
    QCOMPARE(fileNameFrom(name, "kind"), expected);
}

QTEST_MAIN(TestRefusals)
#include "tst_refusals.moc"
