// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does with runs: start, resume, close while one goes on.
#include "training/config/ConfigFile.h"
#include "ui/ConfigForm.h"
#include "ui/ExportWindow.h"
#include "ui/FailureChoices.h"
#include "ui/FailurePanel.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/MainWindow.h"
#include "ui/RunBar.h"
#include "ui/RunDetails.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/RunOpener.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/SetupEdits.h"
#include "ui/SetupFacts.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/StudioActions.h"
#include "ui/TryPage.h"
#include "visualization/RankGrid.h"

#include <QCloseEvent>
#include <QPushButton>

namespace spectune {

namespace {

/// What closing the window would end. @param window may be null
OpenWork openWork(
    const SessionController& session, const RunModel& run, const ExportWindow* window, const LivePage& live)
{
    if (isActive(session.state()))
        return run.isHeld() ? OpenWork::HeldRun : OpenWork::Run;
    if (window && window->isBusy())
        return OpenWork::Export;
    return live.isWritingAnimation() ? OpenWork::Animation : OpenWork::None;
}

} // namespace

void MainWindow::connectRunBar()
{
    connect(m_runBar, &RunBar::actionTriggered, this, &MainWindow::act);
    connect(m_runBar, &RunBar::stepTriggered, m_session, &SessionController::step);
    connect(m_runBar, &RunBar::stopTriggered, m_session, &SessionController::stop);
    connect(m_runBar, &RunBar::evaluateTriggered, this, [this] { act(MainAction::Evaluate); });
    connect(m_runBar, &RunBar::saveTriggered, m_session, &SessionController::saveNow);
    connect(m_runBar, &RunBar::exportTriggered, this, &MainWindow::showExport);
    connect(m_runBar, &RunBar::detailsTriggered, this, [this] {
        showWorkspace(Workspace::Live);
        m_live->inspector().showFailure();
    });
    connect(m_runBar, &RunBar::runNameEdited, this, [this](const QString& name) {
        m_name = name.trimmed().isEmpty() ? QStringLiteral("run") : name.trimmed();
        m_earlier.claimRecorded(); // a name is given to what one means to start
        refreshContext();
    });
    connect(m_live, &LivePage::animationEnded, m_runBar, &RunBar::withdrawQuestion);
    connect(m_runBar, &RunBar::closeAnswered, this, [this](CloseAnswer answer) {
        if (answer == CloseAnswer::Stay) {
            m_closing = Closing::No;
            m_runBar->mainButton()->setFocus(Qt::OtherFocusReason); // not what stands next to the vanished button
            return;
        }
        quitSaving(answer == CloseAnswer::SaveAndClose);
    });
    connect(m_session, &SessionController::stateChanged, this, [this](SessionState state) {
        m_actions->refresh();
        refreshContext();
        const bool waits = m_closing == Closing::WaitsForRun || m_closing == Closing::WaitsUnattended;
        if (m_closing == Closing::WaitsForRun && state == SessionState::Failed) {
            m_closing = Closing::No; // what was to be saved is not: that is not left unsaid
            showWorkspace(Workspace::Live);
            m_live->inspector().showFailure();
        } else if (waits && isTerminal(state)) {
            finishClosing();
        } else if (m_closing == Closing::WaitsForRun && m_run->isHeld()) {
            m_closing = Closing::No;
            m_runBar->askClose(OpenWork::HeldRun);
        } else if (m_closing == Closing::WaitsUnattended && m_run->isHeld()) {
            m_session->stop(); // nobody is there to make room: what was saved before has to do
        }
    });
    connect(m_session, &SessionController::closed, this, [this] {
        m_closing = Closing::Done;
        close();
        Q_EMIT closedDown();
    });
}

void MainWindow::act(MainAction action)
{
    switch (action) {
    case MainAction::Start: startRun(); break;
    case MainAction::Pause:
    case MainAction::Resume: pauseOrResume(); break;
    case MainAction::ResumeStopped: {
        // Of a failed run with the change that the bar names; unchanged it goes on in Runs.
        const FailureChoices& choices = m_live->inspector().failurePanel().choices();
        resumeRun(m_runBar->shown().showsFailure ? choices.resumeConfig() : std::nullopt);
        break;
    }
    case MainAction::StartAgain:
        editAsNew();
        m_status->setMessage(tr("New set-up"), tr("The configuration of %1.").arg(m_run->name()));
        break;
    case MainAction::Export: showExport(); break;
    case MainAction::Evaluate:
        if (isActive(m_session->state())) {
            m_session->evaluateNow();
        } else if (m_runBar->shown().evaluate.enabled) {
            showWorkspace(Workspace::Try); // of the run there is what it saved
            m_try->check();
        }
        break;
    case MainAction::None: break;
    }
}

void MainWindow::pauseOrResume()
{
    if (m_session->state() == SessionState::Running)
        m_session->pause();
    else
        m_session->resume();
}

bool MainWindow::startRun()
{
    if (isActive(m_session->state()) || m_session->isClosed())
        return false;
    m_form->demandAll();
    if (m_form->errorCount() > 0) {
        showWorkspace(Workspace::Setup);
        return false;
    }
    m_opener->cancel();
    RunRequest request;
    request.config = m_form->config();
    request.outFolder = nextRunFolder(m_name).toStdString();
    request.device = m_options.device.toStdString();
    request.edits = m_setup->edits().forStart();
    if (!m_session->start(request))
        return false;
    const QString leftOut = m_setup->edits().started(QString::fromStdString(request.outFolder));
    m_run->clear();
    m_run->showSetup(*m_form, m_name);
    m_run->begin(request, m_form->resolved(), false);
    showWorkspace(Workspace::Live);
    m_live->grid().setFocus(Qt::OtherFocusReason);
    if (!leftOut.isEmpty())
        m_status->setMessage(tr("Started"), leftOut);
    return true;
}

void MainWindow::resumeRun(const std::optional<RunConfig>& config)
{
    m_opener->cancel();
    RunRequest request;
    request.config = config.value_or(m_run->config());
    request.outFolder = request.resumeFolder = m_run->folder().toStdString();
    request.device = m_options.device.toStdString();
    // The folder tells what was repeated so far, not what is still to come.
    const SetupEdits::Rest rest = m_setup->edits().restOf(*m_run, request.config);
    if (rest.whyNot.isEmpty())
        request.edits = rest.changes.edits;
    if (!m_session->start(request))
        return;
    m_run->begin(request, m_run->resolved(), true);
    showWorkspace(Workspace::Live);
    if (!rest.whyNot.isEmpty())
        m_status->setMessage(
            tr("Resumed"), tr("Further changes from %1 are left out: %2").arg(rest.changes.run, rest.whyNot));
}

void MainWindow::editAsNew()
{
    if (m_run->hasRun()) {
        m_form->setConfig(m_run->config());
        m_setup->edits().carryFrom(*m_run);
    }
    showWorkspace(Workspace::Setup);
}

void MainWindow::showExport()
{
    if (!m_run->hasRun())
        return;
    if (!m_run->isExportable()) {
        m_status->setMessage(tr("Not done"), m_runBar->shown().exportNote);
        return;
    }
    if (!m_export) {
        m_export = new ExportWindow(*m_session, *m_run, this);
        connect(m_export, &ExportWindow::ended, m_runBar, &RunBar::withdrawQuestion);
    }
    m_export->showRun();
}

// A run was opened and nothing set up: who goes to Set up wants to see how that run was.
void MainWindow::showRecordedSetup()
{
    if (!m_run->isRecorded() || m_opener->isBusy() || !m_earlier.isUnowned(m_form->config()))
        return;
    const RunConfig config = m_run->config();
    if (toJson(config) == toJson(m_form->config()))
        return; // shown already
    m_form->setConfig(config);
    m_earlier.showRecorded(config);
    m_name = m_run->name();
    m_status->setMessage(tr("Set-up"), tr("The configuration of %1, as it was recorded.").arg(m_name));
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    if (m_closing == Closing::Done || m_session->isClosed()) {
        event->accept();
        return;
    }
    event->ignore();
    if (m_closing != Closing::No)
        return;
    if (const OpenWork work = openWork(*m_session, *m_run, m_export, *m_live); work != OpenWork::None) {
        m_runBar->askClose(work);
        // Asked from another window or out of sight, the question would wait unseen.
        setWindowState(windowState() & ~Qt::WindowMinimized);
        raise();
        activateWindow();
        return;
    }
    finishClosing();
}

void MainWindow::quitSaving(bool attended)
{
    if (m_closing == Closing::WaitsForSession || m_closing == Closing::Done)
        return;
    m_closing = attended ? Closing::WaitsForRun : Closing::WaitsUnattended;
    m_session->saveAndStop();
    if (!isActive(m_session->state()))
        finishClosing();
}

// Nothing waits here: the session says when its thread has ended, and then the window closes.
void MainWindow::finishClosing()
{
    m_closing = Closing::WaitsForSession;
    rememberGeometry();
    m_runs->details().flush();
    m_opener->cancel();
    keepDraft();
    for (QWidget* other : findChildren<QWidget*>()) { // exports, an animation, the keys
        if (other->isWindow())
            other->close();
    }
    hide();
    m_session->close();
}

} // namespace spectune
