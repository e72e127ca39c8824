// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/studio/SignalledEnd.h"
#include "app/studio/StudioArguments.h"
#include "app/studio/TerminationSignals.h"
#include "app/studio/WantedStart.h"
#include "training/core/Error.h"
#include "training/session/EngineLibrary.h"
#include "ui/DesktopWishes.h"
#include "ui/MainWindow.h"
#include "ui/ScreenshotTask.h"
#include "ui/SessionController.h"
#include "ui/SetupFacts.h"
#include "ui/StudioOptions.h"
#include "ui/StudioStyle.h"

#include <QApplication>
#include <QEvent>
#include <QFileInfo>
#include <QLocale>
#include <QSettings>
#include <QTranslator>

#include <cstdio>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace spectune {

namespace {

constexpr int badInput = 2;

// Where the installed program, or the one in its build folder, has its files.
QStringList resourceFolders()
{
    return {QCoreApplication::applicationDirPath() + QStringLiteral("/../share/spectune"),
        QStringLiteral(SPECTUNE_SOURCE_RESOURCES)};
}

// The desktop's language, where resources/translations has it (spectune_de.qm); English otherwise.
void installTranslation(QApplication& application)
{
    auto* translator = new QTranslator(&application);
    for (const QString& folder : resourceFolders())
        if (translator->load(
                QLocale(), QStringLiteral("spectune"), QStringLiteral("_"), folder + QStringLiteral("/translations"))) {
            QCoreApplication::installTranslator(translator);
            return;
        }
}

QString findDemo()
{
    for (const QString& folder : resourceFolders()) {
        const QFileInfo demo(folder + QStringLiteral("/demo/demo.json"));
        if (demo.isFile())
            return demo.canonicalFilePath();
    }
    return {};
}

// The factory is called on the session's thread: the search and LibTorch's loading happen there.
EngineFactory engineFactory()
{
    return [factory = EngineFactory()]() mutable {
        if (!factory)
            factory = engineFromLibrary(findEngineLibrary());
        return factory();
    };
}

// Milliseconds since this process was started, by the kernel's clock. For SPECTUNE_STARTUP_TIME.
double processAge()
{
    std::FILE* file = std::fopen("/proc/self/stat", "r");
    if (!file)
        return -1.0;
    char text[1024] = {};
    const std::size_t length = std::fread(text, 1, sizeof text - 1, file);
    std::fclose(file);
    // Field 22, counted after the name in parentheses: clock ticks (1/100 s) between boot and start.
    const QList<QByteArray> fields = QByteArray(text, static_cast<qsizetype>(length)).split(')').last().split(' ');
    std::timespec now {};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return fields.size() > 20 ? 1e3 * (static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec))
            - 10.0 * fields.at(20).toDouble()
                              : -1.0;
}

void tellStartupTime()
{
    if (qEnvironmentVariableIsSet("SPECTUNE_STARTUP_TIME"))
        std::fprintf(stderr, "first frame %.0f ms after exec, %.0f ms of them on the processor\n", processAge(),
            1e3 * static_cast<double>(std::clock()) / CLOCKS_PER_SEC);
}

constexpr const char* schemeKey = "desktopScheme";

// The portal answers after the first frame: until then the desktop is taken to be as it was last time.
void guessDesktopScheme()
{
    const QVariant last = QSettings().value(QLatin1String(schemeKey));
    if (last.isValid() && DesktopWishes::hasSessionBus())
        setDesktopScheme(last.toBool());
}

void followDesktop(MainWindow& window, DesktopWishes& wishes, bool remembers)
{
    const auto turn = [&window] {
        QEvent turned(QEvent::ThemeChange);
        QCoreApplication::sendEvent(&window, &turned);
    };
    QObject::connect(&wishes, &DesktopWishes::schemeTold, &window, [turn, remembers](std::optional<bool> dark) {
        setDesktopScheme(dark);
        if (remembers && dark)
            QSettings().setValue(QLatin1String(schemeKey), *dark);
        else if (remembers)
            QSettings().remove(QLatin1String(schemeKey));
        turn();
    });
    QObject::connect(&wishes, &DesktopWishes::motionTold, &window, [turn](std::optional<bool> reduced) {
        setDesktopMotion(reduced);
        turn();
    });
    wishes.followSession();
}

/// @return the program's code
int tellEnd(const SignalledEnd& end)
{
    if (const std::string told = end.told(); !told.empty())
        std::fprintf(stderr, "spectune: %s\n", told.c_str());
    return end.code();
}

int runStudio(QApplication& application, const StudioArguments& arguments)
{
    QApplication::setQuitOnLastWindowClosed(false);
    const bool pictures = !arguments.screenshot.isEmpty();
    StudioOptions options;
    options.engine = engineFactory();
    options.demoConfig = findDemo();
    options.device = arguments.device;
    options.size = arguments.size;
    options.remembers = !pictures;
    options.theme
        = themeFromName(arguments.theme.isEmpty() && !pictures ? QSettings().value(QStringLiteral("theme")).toString()
                                                               : arguments.theme);
    if (options.remembers)
        guessDesktopScheme();
    applyTheme(application, options.theme);
    std::optional<StyleSheetPause> unstyled(std::in_place);
    MainWindow window(options);
    unstyled.reset();
    SignalledEnd end(window);
    std::unique_ptr<TerminationSignals> termination;
    try {
        // Before files are read. The call comes from the loop.
        termination = std::make_unique<TerminationSignals>([&end] { end.begin(); });
        openWanted(window, arguments);
    } catch (const Error& error) {
        std::fprintf(stderr, "spectune: %s\n", error.what());
        return badInput;
    }
    const QString whyNoStart = noteOnStart(arguments);
    for (const QString& note : {arguments.sizeNote(leastWindowSize), whyNoStart})
        if (!note.isEmpty())
            std::fprintf(stderr, "spectune: %s\n", qPrintable(note));
    QObject::connect(&window, &MainWindow::closedDown, &application, &QApplication::quit);
    QObject::connect(&window, &MainWindow::firstFrame, &window, &tellStartupTime);
    DesktopWishes wishes;
    QObject::connect(&window, &MainWindow::firstFrame, &wishes,
        [&window, &wishes, remembers = options.remembers] { followDesktop(window, wishes, remembers); });
    int code = 0;
    ScreenshotTask task(window, arguments.screenshot, arguments.at, arguments.start);
    QObject::connect(&task, &ScreenshotTask::done, &application, [&](int result, const QString& message) {
        code = result;
        std::fprintf(result == 0 ? stdout : stderr, "%s\n", qPrintable(message));
        window.hide();
        window.session().close();
    });
    window.show();
    openShown(window, arguments);
    if (arguments.start && whyNoStart.isEmpty())
        QObject::connect(&window.facts(), &SetupFacts::settled, &window, [&window, started = false]() mutable {
            if (!std::exchange(started, true))
                window.startRun();
        });
    if (pictures)
        task.begin();
    QApplication::exec();
    return TerminationSignals::arrived() ? tellEnd(end) : code;
}

} // namespace

} // namespace spectune

int main(int argc, char** argv)
{
    using namespace spectune;
    QStringList given;
    for (int i = 1; i < argc; ++i)
        given << QString::fromLocal8Bit(argv[i]);
    const StudioArguments arguments = StudioArguments::parse(given);
    if (!arguments.error.isEmpty()) {
        std::fprintf(stderr, "spectune: %s\nspectune --help lists the options.\n", qPrintable(arguments.error));
        return 2;
    }
    if (arguments.help) {
        std::fputs(qPrintable(StudioArguments::usage()), stdout);
        return 0;
    }
    if (arguments.version) {
        std::puts("spectune " SPECTUNE_VERSION);
        return 0;
    }
    const bool display = qEnvironmentVariableIsSet("DISPLAY") || qEnvironmentVariableIsSet("WAYLAND_DISPLAY")
        || qEnvironmentVariableIsSet("QT_QPA_PLATFORM");
    if (!display && arguments.screenshot.isEmpty()) {
        std::fputs("spectune: there is no display. spectune-train runs without one; --screenshot draws without one.\n",
            stderr);
        return 2;
    }
    if (!display)
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QCoreApplication::setOrganizationName(QStringLiteral("spectune"));
    QCoreApplication::setApplicationName(QStringLiteral("spectune"));
    QGuiApplication::setHighDpiScaleFactorRoundingPolicy(Qt::HighDpiScaleFactorRoundingPolicy::PassThrough);
    QApplication application(argc, argv);
    installTranslation(application);
    return runStudio(application, arguments);
}
