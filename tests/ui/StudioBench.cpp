// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/ui/StudioBench.h"

#include "tests/ui/Screen.h"
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "ui/LearnDesk.h"
#include "ui/LivePage.h"
#include "ui/RunModel.h"
#include "ui/ScreenshotTask.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "visualization/RunPlots.h"

#include <QApplication>
#include <QDir>
#include <QPixmap>
#include <QSignalSpy>
#include <QTest>

#include <tuple>
#include <utility>

namespace spectune::test {

namespace {

constexpr QSize scaledSize(1440, 900); ///< of the largest window that is looked at with more pixels

std::pair<ThemeChoice, QSize> currentLook()
{
    QFETCH(ThemeChoice, theme);
    QFETCH(QSize, size);
    return {theme, size};
}

} // namespace

StudioBench::StudioBench()
{
    QDir::setCurrent(m_folder.path());
    const std::filesystem::path folder = m_folder.path().toStdString();
    std::filesystem::create_directories(folder / "demo-llama");
    writeFileAtomically(folder / "demo-llama" / "config.json", "{}");
    writeFileAtomically(folder / "train.jsonl", "{}\n");
    writeFileAtomically(folder / "eval.jsonl", "{}\n");
    RunConfig config;
    config.model.path = "demo-llama";
    config.data.path = "train.jsonl";
    config.data.evalPath = "eval.jsonl";
    config.train.steps = 800;
    config.train.evalEvery = 100;
    config.optim.lr = 5e-3;
    config.adalora.initRank = 8;
    config.adalora.targetRank = 3;
    config.adalora.alpha = 64;
    config.adalora.ti = 80;
    config.adalora.tf = 300;
    config.adalora.deltaT = 10;
    writeFileAtomically(folder / "card.json", toJson(config));
}

StudioBench::~StudioBench()
{
    close();
    QDir::setCurrent(QDir::rootPath()); // out of the folder before it goes
}

bool StudioBench::open()
{
    StudioOptions options;
    options.engine = sceneFactory(scene);
    options.remembers = false;
    options.size = size;
    options.theme = theme;
    applyTheme(*qApp, theme);
    window = std::make_unique<MainWindow>(options);
    window->openConfig(path(QStringLiteral("card.json")));
    QSignalSpy settled(&window->facts(), &SetupFacts::settled);
    window->show();
    return settled.wait(patience);
}

bool StudioBench::close()
{
    bool ended = true;
    if (window && !window->session().isClosed()) {
        release();
        QSignalSpy closed(&window->session(), &SessionController::closed);
        window->session().close();
        ended = closed.wait(patience);
    }
    window.reset();
    return ended;
}

void StudioBench::release()
{
    scene->open = true;
    scene->open.notify_all();
    scene->prepareWaits = false;
    scene->prepareWaits.notify_all();
    scene->answerWaits = false;
    scene->answerWaits.notify_all();
}

void StudioBench::pauseAt(std::int64_t step)
{
    scene->waitAt = step;
    QVERIFY(open());
    QVERIFY(window->startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window->run().step(), step, patience);
    QVERIFY(window->session().pause());
    release();
    QTRY_COMPARE_WITH_TIMEOUT(window->run().state(), SessionState::Paused, patience);
}

void StudioBench::runTo(SessionState state)
{
    QVERIFY(open());
    QVERIFY(window->startRun());
    QTRY_COMPARE_WITH_TIMEOUT(window->run().state(), state, patience);
}

void StudioBench::tourAt(std::int64_t step)
{
    scene->waitAt = step;
    QVERIFY(open());
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    window->learn().startTour();
    QTRY_COMPARE_WITH_TIMEOUT(window->run().step(), step, patience);
}

std::vector<StudioBench::Look> StudioBench::looks(double pixelRatio)
{
    if (pixelRatio > 1.0)
        return {{ThemeChoice::Light, scaledSize}, {ThemeChoice::Dark, QSize(1280, 800)}};
    std::vector<Look> looks;
    for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark})
        for (const QSize each : {QSize(1280, 800), QSize(1440, 900), QSize(1920, 1080)})
            looks.push_back({choice, each});
    return looks;
}

void StudioBench::addLooks()
{
    QTest::addColumn<ThemeChoice>("theme");
    QTest::addColumn<QSize>("size");
    for (const auto& [choice, each] : looks(qApp->devicePixelRatio()))
        QTest::addRow("%s-%d", qPrintable(toString(choice)), each.width()) << choice << each;
}

void StudioBench::takeLook()
{
    std::tie(theme, size) = currentLook();
}

bool StudioBench::paints()
{
    return qEnvironmentVariableIsSet("SPECTUNE_PICTURES");
}

void StudioBench::look(const QString& name, QWidget* widget) const
{
    picture(QStringLiteral("%1-%2").arg(name, QLatin1String(QTest::currentDataTag())), widget);
}

void StudioBench::picture(const QString& name, QWidget* widget) const
{
    const QString folder = qEnvironmentVariable("SPECTUNE_PICTURES");
    if (folder.isEmpty())
        return;
    QTest::qWait(400); // animations and queued replots
    window->live().plots().replotNow();
    const QPixmap pixmap = pictureOf(widget ? *widget : *window);
    const int percent = qRound(100.0 * pixmap.devicePixelRatio());
    pixmap.save(
        QStringLiteral("%1/%2%3.png").arg(folder, name, percent == 100 ? QString() : '-' + QString::number(percent)));
}

void StudioTest::initMain()
{
    if (!qEnvironmentVariableIsSet("QT_SCALE_FACTOR"))
        return;
    static const QTemporaryDir folder; // until the program ends
    makeScreen(folder, qRound(qEnvironmentVariable("QT_SCALE_FACTOR").toDouble()) * scaledSize);
}

void StudioTest::initTestCase()
{
    QCoreApplication::setApplicationName("spectune-test");
}

void StudioTest::init()
{
    m_bench = std::make_unique<StudioBench>();
}

void StudioTest::cleanup()
{
    const bool closed = m_bench->close();
    m_bench.reset(); // also where closing failed: the next function begins afresh
    QVERIFY(closed);
}

void PictureTest::initTestCase()
{
    StudioTest::initTestCase();
    if (!StudioBench::paints())
        QSKIP("SPECTUNE_PICTURES names no folder");
}

void PictureTest::init()
{
    StudioTest::init();
    m_bench->takeLook();
}

} // namespace spectune::test
