// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/MainWindow.h"

#include "training/core/Machine.h"
#include "ui/CachedModelAsker.h"
#include "ui/ConfigForm.h"
#include "ui/DataPanel.h"
#include "ui/ExportWindow.h"
#include "ui/FailureChoices.h"
#include "ui/FailurePanel.h"
#include "ui/GeometryAsker.h"
#include "ui/Inspector.h"
#include "ui/LearnDesk.h"
#include "ui/LearnPage.h"
#include "ui/LengthsSection.h"
#include "ui/LiveControls.h"
#include "ui/LivePage.h"
#include "ui/ModelSources.h"
#include "ui/NextFolder.h"
#include "ui/PageParts.h"
#include "ui/PresetLibrary.h"
#include "ui/RunBar.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/SetupEdits.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/StudioActions.h"
#include "ui/TimelineStrip.h"
#include "ui/TopBar.h"
#include "ui/TryPage.h"
#include "ui/UnseenPages.h"
#include "visualization/NumberFormat.h"

#include <QApplication>
#include <QDesktopServices>
#include <QFileInfo>
#include <QKeyEvent>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QTimer>
#include <QUrl>
#include <QVBoxLayout>

namespace spectune {

namespace {
constexpr QSize usualSize(1440, 900);
} // namespace

MainWindow::MainWindow(StudioOptions options, QWidget* parent)
    : QMainWindow(parent)
    , m_options(std::move(options))
{
    setWindowTitle(QStringLiteral("Spectune"));
    setWindowIcon(QIcon(QStringLiteral(":/icons/spectune.svg")));
    setAcceptDrops(true);
    qApp->installEventFilter(this);
    setMinimumSize(leastWindowSize);
    m_form = new ConfigForm(this);
    m_next = new NextFolder(this);
    connect(m_next, &NextFolder::changed, this, &MainWindow::refreshContext);
    m_session = new SessionController(m_options.engine, this);
    m_facts = new SetupFacts(*m_session, *m_form, this);
    m_facts->setDevice(m_options.device);
    m_run = new RunModel(this);
    m_run->follow(*m_session);
    buildPages();
    m_actions = new StudioActions(*this, m_top->menus());
    connectRunBar();
    connectStatus();
    connectHistory();
    if (!m_options.demoConfig.isEmpty())
        m_setup->data().sources().setBundled(QFileInfo(m_options.demoConfig).absolutePath() + QStringLiteral("/model"));
    m_setup->data().sources().setRemembers(m_options.remembers);
    m_setup->edits().setRemembers(m_options.remembers);
    restoreGeometryOrDefault();
    showWorkspace(Workspace::Setup);
    refreshContext();
}

MainWindow::~MainWindow()
{
    qApp->removeEventFilter(this);
}

void MainWindow::buildPages()
{
    auto* centre = new QWidget;
    auto* column = new QVBoxLayout(centre);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_top = new TopBar({tr("Set up"), tr("Live"), tr("Try"), tr("Runs"), tr("Learn")});
    m_runBar = new RunBar(*m_run);
    m_pages = new QStackedWidget;
    const bool usual = m_options.presetFolder.isEmpty() && m_options.remembers;
    m_setup = new SetupPage(*m_form, usual ? PresetLibrary::usualFolder() : m_options.presetFolder);
    m_live = new LivePage(*m_run, *m_form);
    new GeometryAsker(*m_session, *m_run, m_live->inspector().geometrySection(), this);
    m_try = new TryPage(*m_session, *m_run, *m_form);
    const bool unrecorded = m_options.historyFile.isEmpty() && !m_options.remembers;
    m_library = new RunLibrary(unrecorded ? QStringLiteral(":memory:") : m_options.historyFile, this);
    m_runs = new RunsPage(*m_library);
    for (QWidget* page : std::initializer_list<QWidget*> {m_setup, m_live, m_try, m_runs})
        m_pages->addWidget(page);
    m_learn = new LearnDesk(*this);
    m_pages->addWidget(&m_learn->page());
    connect(m_learn, &LearnDesk::tourPlaceChanged, m_top, &TopBar::setTourPlace);
    m_status = new StatusLine;
    column->addWidget(m_top);
    column->addWidget(m_runBar);
    column->addWidget(m_pages, 1);
    column->addWidget(m_status);
    setCentralWidget(centre);
    connect(m_top, &TopBar::workspaceChosen, this, [this](int index) { showWorkspace(static_cast<Workspace>(index)); });
    connect(m_setup, &SetupPage::sampleWanted, m_facts, &SetupFacts::showSample);
    connect(m_facts, &SetupFacts::lengthsAnswered, &m_setup->data().lengths(), &LengthsSection::setAnswer);
    new CachedModelAsker(*m_session, m_setup->data().sources().cache(), this);
    connect(m_try, &TryPage::pauseWanted, this, [this] { m_session->pause(); });
    connect(&m_live->rail(), &RunRail::editWanted, this, &MainWindow::editAsNew);
    connect(&m_live->rail().controls(), &LiveControls::editWanted, this,
        [this](const LiveEdit& edit) { m_session->edit(edit); });
    connect(&m_live->inspector(), &Inspector::setupWanted, this, &MainWindow::newConfig);
    connect(&m_live->inspector(), &Inspector::openRunWanted, this, &MainWindow::askOpenRun);
    const FailureChoices& choices = m_live->inspector().failurePanel().choices();
    connect(&choices, &FailureChoices::offered, m_runBar, &RunBar::setOffersChanges);
    connect(&choices, &FailureChoices::resumeNamed, m_runBar, &RunBar::setResumeChange);
    connect(&choices, &FailureChoices::setupWanted, this, [this](const RunConfig& config, const QString& change) {
        m_form->setConfig(config);
        m_setup->edits().carryFrom(*m_run);
        showWorkspace(Workspace::Setup);
        m_status->setMessage(tr("New set-up"), tr("The failed run's, with this change: %1.").arg(change));
    });
    connect(&m_live->inspector(), &Inspector::openLogWanted, this,
        [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_run->folder() + QStringLiteral("/log.txt"))); });
    connect(&m_live->inspector(), &Inspector::openFolderWanted, this,
        [this] { QDesktopServices::openUrl(QUrl::fromLocalFile(m_run->folder())); });
}

void MainWindow::connectStatus()
{
    m_status->follow(*m_run);
    connect(m_setup, &SetupPage::helpWanted, m_status, &StatusLine::setHelp);
    connect(m_live, &LivePage::told, m_status, &StatusLine::setMessage);
    connect(&m_learn->page(), &LearnPage::told, m_status, &StatusLine::setMessage);
    connect(&m_live->rail().controls(), &LiveControls::helpWanted, m_status, &StatusLine::setHelp);
    connect(m_form, &ConfigForm::checked, this, &MainWindow::refreshContext);
    connect(m_form, &ConfigForm::changed, this, [this] { m_demo = false; });
    connect(m_form, &ConfigForm::replaced, this, [this](const RunConfig& before) {
        RepeatedEdits edits = m_setup->edits().take(); // which belong to the set-up that has gone
        if (!m_restores)
            m_earlier.keep({before, m_name, std::move(edits)}, m_form->config());
        m_earlier.claimRecorded(); // chosen, even where it is the same: showRecordedSetup() tells what is not
    });
    connect(m_run, &RunModel::eventAppended, this, [this](const MaskEvent& event) {
        m_status->setMessage({},
            tr("Step %1: %2 pruned, %3 came back, b = %4.")
                .arg(formatCount(event.step), formatCount(event.pruned), formatCount(event.revived),
                    formatCount(event.budget)));
    });
    connect(m_run, &RunModel::evaluationAppended, this, [this](const EvalPoint& point) {
        m_status->setMessage(
            {}, tr("Step %1: evaluation loss %2.").arg(formatCount(point.step), formatLoss(point.evalLoss)));
    });
    connect(m_run, &RunModel::checkpointAppended, this,
        [this] { m_status->setMessage({}, tr("Step %1 saved.").arg(formatCount(m_run->checkpoints().back()))); });
    connect(
        m_session, &SessionController::logged, this, [this](const QString& line) { m_status->setMessage({}, line); });
}

void MainWindow::showWorkspace(Workspace workspace)
{
    if (m_pages->currentIndex() != static_cast<int>(workspace)) {
        m_status->dropHelp();
        if (workspace == Workspace::Setup) {
            showRecordedSetup();
            m_facts->refreshDevice();
        }
    }
    m_pages->setCurrentIndex(static_cast<int>(workspace));
    m_top->setWorkspace(static_cast<int>(workspace));
    refreshContext();
    if (workspace == Workspace::Runs) {
        m_library->open();
        m_library->scan(runsRoot());
    }
    if (workspace == Workspace::Live && m_runBar->mainButton()->isEnabled() && !m_run->hasRun())
        m_runBar->mainButton()->setFocus(Qt::OtherFocusReason);
}

Workspace MainWindow::workspace() const
{
    return static_cast<Workspace>(m_pages->currentIndex());
}

void MainWindow::refreshContext()
{
    static const std::int64_t cores = physicalCores(); // as a run says
    const bool setupShown = workspace() == Workspace::Setup;
    if (!m_run->hasRun())
        m_run->showSetup(*m_form, m_name);
    if (!isActive(m_session->state()))
        m_next->look(m_name);
    const QString summary = m_demo && !m_run->hasRun()
        ? tr("A tiny model learns to turn a story into a record. Everything is filled in.")
        : tr("Trains into %1").arg(shownPath(m_next->path()));
    m_runBar->setContext({.errors = m_form->errorCount(),
        .nextChoice = m_form->nextChoice(),
        .setupShown = setupShown,
        .steps = m_form->resolved().totalSteps,
        .epochs = m_form->epochs(),
        .summary = summary});
    m_runBar->setRunName(m_name);
    const bool warns = setupShown || !m_run->hasRun();
    m_status->setIssues(warns ? m_form->errorCount() : 0, warns ? m_form->warningCount() : 0);
    const bool showsRun = m_run->hasRun() && !(setupShown && !isActive(m_session->state()));
    const QString folder = showsRun ? m_run->folder() : m_next->path();
    const std::int64_t seed = showsRun ? m_run->config().train.seed : m_form->config().train.seed;
    m_status->setPlace(
        (showsRun ? tr("%1     seed %2") : tr("Output: %1 (new)     seed %2")).arg(shownPath(folder)).arg(seed),
        folder);
    QString device = m_run->deviceName();
    if (device.isEmpty() || !showsRun)
        device = m_options.device == QLatin1String("cpu")
            ? counted(cores, tr("Processor, %1 core"), tr("Processor, %1 cores"))
            : tr("GPU (%1)").arg(m_options.device);
    const QString name = showsRun ? m_run->name() : m_name;
    m_top->setMeta(m_run->isRecorded() && showsRun ? tr("%1  ·  recorded").arg(name)
                                                   : QStringLiteral("%1  ·  %2").arg(name, device));
    setWindowTitle(QStringLiteral("%1 – Spectune").arg(name));
    refreshHistory();
    m_actions->refresh();
}

void MainWindow::setTheme(ThemeChoice theme)
{
    m_options.theme = theme;
    if (m_options.remembers)
        QSettings().setValue(QStringLiteral("theme"), toString(theme));
    if (auto* application = qobject_cast<QApplication*>(QCoreApplication::instance()))
        applyTheme(*application, theme);
    // Colours inside rich texts are of the theme in which they were written.
    Q_EMIT m_run->recoloured();
    Q_EMIT m_form->checked();
}

void MainWindow::setDevice(const QString& device)
{
    m_options.device = device;
    m_facts->setDevice(device);
    refreshContext();
}

void MainWindow::restoreGeometryOrDefault()
{
    const QByteArray stored
        = m_options.remembers ? QSettings().value(QStringLiteral("geometry")).toByteArray() : QByteArray();
    if (!m_options.size.isEmpty())
        resize(m_options.size.expandedTo(QSize(600, 400)));
    else if (stored.isEmpty() || !restoreGeometry(stored))
        resize(usualSize.boundedTo(screen()->availableSize())); // a window larger than the screen hides its Start
    if (!m_options.size.isEmpty())
        setMinimumSize(m_options.size.boundedTo(leastWindowSize));
    m_setup->applyDefaultWidths(width());
    m_live->applyDefaultWidths(width());
    m_try->applyDefaultWidths(width());
    m_runs->applyDefaultWidths(width());
    if (!m_options.remembers || !m_options.size.isEmpty())
        return;
    const QSettings settings;
    m_setup->splitter().restoreState(settings.value(QStringLiteral("splitters/setup")).toByteArray());
    if (m_live->splitter().restoreState(settings.value(QStringLiteral("splitters/live")).toByteArray()))
        m_live->keepWidths();
    m_try->splitter().restoreState(settings.value(QStringLiteral("splitters/try")).toByteArray());
    m_runs->restoreSplitters(settings.value(QStringLiteral("splitters/runs")).toByteArray());
}

void MainWindow::rememberGeometry()
{
    if (!m_options.remembers)
        return;
    QSettings settings;
    settings.setValue(QStringLiteral("geometry"), saveGeometry());
    settings.setValue(QStringLiteral("splitters/setup"), m_setup->splitter().saveState());
    if (m_live->keepsWidths())
        settings.setValue(QStringLiteral("splitters/live"), m_live->splitter().saveState());
    else
        settings.remove(QStringLiteral("splitters/live")); // the next start finds the widths that suit its run
    settings.setValue(QStringLiteral("splitters/try"), m_try->splitter().saveState());
    settings.setValue(QStringLiteral("splitters/runs"), m_runs->saveSplitters());
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    // Only what no field and no button has wanted comes here.
    if ((event->modifiers() & (Qt::ControlModifier | Qt::AltModifier | Qt::MetaModifier)) != 0) {
        QMainWindow::keyPressEvent(event); // another key, which the menus may have
        return;
    }
    const bool shift = event->modifiers().testFlag(Qt::ShiftModifier);
    TimelineStrip& timeline = m_live->timeline();
    switch (event->key()) {
    case Qt::Key_Space: pauseOrResume(); return;
    case Qt::Key_Period: m_session->step(); return;
    case Qt::Key_BracketLeft: timeline.previousEvent(); return;
    case Qt::Key_BracketRight: timeline.nextEvent(); return;
    case Qt::Key_End:
    case Qt::Key_L: timeline.goLive(); return;
    case Qt::Key_P: timeline.playOrStop(); return;
    case Qt::Key_1:
    case Qt::Key_2:
    case Qt::Key_3:
    case Qt::Key_4:
    case Qt::Key_5: m_live->setHeatMode(event->key() - Qt::Key_1); return;
    case Qt::Key_Left:
    case Qt::Key_Right:
        if (shift) {
            timeline.shift(event->key() == Qt::Key_Left ? -1 : 1);
            return;
        }
        break;
    default: break;
    }
    QMainWindow::keyPressEvent(event);
}

bool MainWindow::event(QEvent* event)
{
    const bool done = QMainWindow::event(event);
    if (event->type() == QEvent::ThemeChange && m_options.theme == ThemeChoice::System && desktopTurned())
        setTheme(ThemeChoice::System);
    if (event->type() == QEvent::WindowActivate)
        m_facts->refreshDevice(); // what other programs hold has changed meanwhile
    if (event->type() == QEvent::Paint && !m_painted) {
        m_painted = true;
        // After this frame: the first question makes the session's thread open the engine.
        QTimer::singleShot(0, this, [this] {
            Q_EMIT firstFrame();
            m_facts->begin();
            new UnseenPages(*m_pages);
        });
    }
    return done;
}

} // namespace spectune
