// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StudioActions.h"

#include "ui/ConfigForm.h"
#include "ui/LearnDesk.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/PanelSplitter.h"
#include "ui/RecentPaths.h"
#include "ui/RunBar.h"
#include "ui/RunModel.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/SetupPage.h"
#include "ui/ShortcutsWindow.h"
#include "visualization/RankGrid.h"

#include <QAction>
#include <QActionGroup>
#include <QDir>
#include <QEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMenuBar>
#include <QSettings>
#include <QStyle>
#include <QWhatsThis>

namespace spectune {

namespace {

const RecentPaths recentFiles {.key = QStringLiteral("recent"), .most = 8};
const QString calmKey = QStringLiteral("reducedMotion");

// What the desktop says of animations is the length of the style's own (setDesktopMotion).
bool desktopReducesMotion(const QWidget& window)
{
    return window.style()->styleHint(QStyle::SH_Widget_Animation_Duration, nullptr, &window) == 0;
}

QAction* add(QMenu* menu, const QString& text, const QString& keys, auto action)
{
    QAction* entry = menu->addAction(text);
    if (!keys.isEmpty())
        entry->setShortcut(QKeySequence(keys));
    QObject::connect(entry, &QAction::triggered, menu, action);
    return entry;
}

} // namespace

StudioActions::StudioActions(MainWindow& window, QMenuBar& bar)
    : QObject(&window)
    , m_window(window)
{
    addFileMenu(bar);
    addRunMenu(bar);
    addViewMenu(bar);
    addHelpMenu(bar);
    refresh();
}

void StudioActions::addFileMenu(QMenuBar& bar)
{
    QMenu* menu = bar.addMenu(tr("&File"));
    MainWindow* window = &m_window;
    add(menu, tr("&New set-up"), QStringLiteral("Ctrl+N"), [window] { window->newConfig(); });
    add(menu, tr("&Open configuration…"), QStringLiteral("Ctrl+O"), [window] { window->askOpenConfig(); });
    add(menu, tr("Open &run…"), QStringLiteral("Ctrl+Shift+O"), [window] { window->askOpenRun(); });
    m_recent = menu->addMenu(tr("Open re&cent"));
    connect(m_recent, &QMenu::aboutToShow, this, &StudioActions::fillRecent);
    QAction* demo = add(menu, tr("Open the &demo"), {}, [window] { window->tryTo([window] { window->openDemo(); }); });
    demo->setEnabled(!window->options().demoConfig.isEmpty());
    menu->addSeparator();
    m_restore
        = add(menu, tr("&Restore the previous set-up"), QStringLiteral("Ctrl+Z"), [window] { window->restoreSetup(); });
    add(menu, tr("&Save configuration as…"), QStringLiteral("Ctrl+Shift+S"), [window] { window->saveConfig(); });
    m_export = add(menu, tr("&Export…"), QStringLiteral("Ctrl+Shift+E"), [window] { window->showExport(); });
    menu->addSeparator();
    QAction* quit = add(menu, tr("&Quit"), QStringLiteral("Ctrl+Q"), [window] { window->close(); });
    quit->setShortcutContext(Qt::ApplicationShortcut); // from the Export window, too
}

void StudioActions::addRunMenu(QMenuBar& bar)
{
    QMenu* menu = bar.addMenu(tr("&Run"));
    MainWindow* window = &m_window;
    m_start = add(menu, tr("&Start"), QStringLiteral("Ctrl+Return"), [window] { window->startRun(); });
    m_pause = add(menu, tr("&Pause or resume\tSpace"), {}, [window] { window->pauseOrResume(); });
    m_step = add(menu, tr("One s&tep\t."), {}, [window] { window->session().step(); });
    m_stop = add(menu, tr("St&op and save"), QStringLiteral("Ctrl+."), [window] { window->session().stop(); });
    menu->addSeparator();
    m_evaluate = add(menu, {}, QStringLiteral("Ctrl+E"), [window] { window->act(MainAction::Evaluate); });
    m_save = add(menu, tr("Save &now"), QStringLiteral("Ctrl+S"), [window] { window->session().saveNow(); });
    menu->addSeparator();
    auto* devices = new QActionGroup(this);
    const auto addDevice = [&](const QString& text, const QString& device) {
        QAction* entry = add(menu, text, {}, [window, device] { window->setDevice(device); });
        entry->setCheckable(true);
        entry->setChecked(window->options().device == device);
        devices->addAction(entry);
    };
    addDevice(tr("On the processor"), QStringLiteral("cpu"));
    const QString& asked = window->options().device;
    if (asked != QLatin1String("cpu"))
        addDevice(tr("On the GPU (%1)").arg(asked), asked);
    else if (QFileInfo::exists(QStringLiteral("/proc/driver/nvidia/version")))
        addDevice(tr("On the GPU (cuda)"), QStringLiteral("cuda"));
}

void StudioActions::addViewMenu(QMenuBar& bar)
{
    QMenu* menu = bar.addMenu(tr("&View"));
    MainWindow* window = &m_window;
    add(menu, tr("&Set up"), QStringLiteral("Ctrl+1"), [window] { window->showWorkspace(Workspace::Setup); });
    add(menu, tr("&Live"), QStringLiteral("Ctrl+2"), [window] { window->showWorkspace(Workspace::Live); });
    add(menu, tr("&Try"), QStringLiteral("Ctrl+3"), [window] { window->showWorkspace(Workspace::Try); });
    add(menu, tr("R&uns"), QStringLiteral("Ctrl+4"), [window] { window->showWorkspace(Workspace::Runs); });
    add(menu, tr("&Find a run"), QStringLiteral("Ctrl+F"), [window] {
        window->showWorkspace(Workspace::Runs);
        window->runsPage().focusSearch();
    });
    add(menu, tr("L&earn"), QStringLiteral("Ctrl+5"), [window] { window->showWorkspace(Workspace::Learn); });
    menu->addSeparator();
    add(menu, tr("&Rail"), QStringLiteral("Ctrl+B"), [window] { window->live().toggleRail(); });
    add(menu, tr("&Inspector"), QStringLiteral("Ctrl+I"), [window] { window->live().toggleInspector(); });
    add(menu, tr("Move a &border"), QStringLiteral("F6"), [window] { PanelSplitter::focusNext(*window); });
    add(menu, tr("&Next issue"), QStringLiteral("F8"), [window] {
        window->showWorkspace(Workspace::Setup);
        window->setup().nextIssue();
    });
    menu->addSeparator();
    auto* themes = new QActionGroup(this);
    const std::pair<QString, ThemeChoice> choices[] {{tr("As the s&ystem"), ThemeChoice::System},
        {tr("L&ight"), ThemeChoice::Light}, {tr("&Dark"), ThemeChoice::Dark}};
    for (const auto& [text, choice] : choices) {
        QAction* entry = add(menu, text, {}, [window, choice = choice] { window->setTheme(choice); });
        entry->setCheckable(true);
        entry->setChecked(window->options().theme == choice);
        themes->addAction(entry);
    }
    menu->addSeparator();
    addMotion(*menu);
}

void StudioActions::addMotion(QMenu& menu)
{
    MainWindow* window = &m_window;
    m_calm = add(&menu, tr("Reduced &motion"), {}, [] {});
    m_calm->setCheckable(true);
    connect(m_calm, &QAction::toggled, this, [window](bool reduced) {
        for (RankGrid* grid : window->findChildren<RankGrid*>()) // Live's, Set up's, and those of Runs
            grid->setReducedMotion(reduced);
    });
    // What a person chose is kept; what the desktop asks for is followed, and asked anew at each start.
    const auto keep = [window](bool reduced) {
        if (window->options().remembers)
            QSettings().setValue(calmKey, reduced);
    };
    connect(m_calm, &QAction::triggered, this, keep);
    connect(&window->live(), &LivePage::reducedMotionWanted, m_calm, [this, keep](bool reduced) {
        m_calm->setChecked(reduced);
        keep(reduced);
    });
    m_calm->setChecked(window->options().remembers && QSettings().value(calmKey).toBool());
    followMotion();
    window->installEventFilter(this);
}

void StudioActions::followMotion()
{
    if (m_window.options().remembers && !QSettings().contains(calmKey))
        m_calm->setChecked(desktopReducesMotion(m_window));
}

bool StudioActions::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_window && event->type() == QEvent::ThemeChange)
        followMotion();
    return QObject::eventFilter(watched, event);
}

void StudioActions::addHelpMenu(QMenuBar& bar)
{
    QMenu* menu = bar.addMenu(tr("&Help"));
    MainWindow* window = &m_window;
    add(menu, tr("&Explain"), QStringLiteral("F1"), [window] { window->learn().showHelp(); });
    add(menu, tr("&What is this?"), QStringLiteral("Shift+F1"), [] { QWhatsThis::enterWhatsThisMode(); });
    add(menu, tr("&Guided tour"), {}, [window] { window->learn().startTour(); });
    m_keys = new ShortcutsWindow(bar, window);
    add(menu, tr("&Keys"), QStringLiteral("Ctrl+?"), [this] { m_keys->showList(); });
}

void StudioActions::remember(const QString& path)
{
    recentFiles.add(QFileInfo(path).absoluteFilePath());
}

void StudioActions::fillRecent()
{
    m_recent->clear();
    MainWindow* window = &m_window;
    const QStringList paths = recentFiles.list();
    for (const QString& path : paths) {
        const QString shown = QDir::toNativeSeparators(path);
        add(m_recent, QFileInfo::exists(path) ? shown : tr("%1 (missing)").arg(shown), {},
            [window, path] { window->tryTo([window, path] { window->openPath(path); }); });
    }
    if (paths.isEmpty()) {
        m_recent->addAction(tr("Nothing yet"))->setEnabled(false);
        return;
    }
    m_recent->addSeparator();
    add(m_recent, tr("&Clear this list"), {}, [] { recentFiles.clear(); });
}

void StudioActions::refresh()
{
    const SessionState state = m_window.session().state();
    const bool training
        = state == SessionState::Running || state == SessionState::Pausing || state == SessionState::Paused;
    m_start->setEnabled(!isActive(state) && m_window.form().errorCount() == 0);
    m_pause->setEnabled(training && state != SessionState::Pausing);
    m_step->setEnabled(state == SessionState::Paused);
    m_stop->setEnabled(isActive(state) && state != SessionState::Stopping);
    const BarButton& evaluate = m_window.runBar().shown().evaluate;
    const bool ended = !isActive(state) && evaluate.visible;
    m_evaluate->setText(ended ? tr("Check sampl&es") : tr("&Evaluate now"));
    m_evaluate->setEnabled(training || (ended && evaluate.enabled));
    m_save->setEnabled(training);
    m_export->setEnabled(m_window.run().hasRun() && m_window.run().isExportable() && !isActive(state));
    m_restore->setEnabled(m_window.canRestoreSetup());
}

} // namespace spectune
