// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does with old runs: the Runs workspace and what it asks for.
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/MainWindow.h"
#include "ui/PageParts.h"
#include "ui/RecordedRun.h"
#include "ui/RunBar.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunModel.h"
#include "ui/RunOpener.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/SetupEdits.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"

namespace spectune {

void MainWindow::connectHistory()
{
    m_library->follow(*m_session, *m_run);
    connect(m_runs, &RunsPage::told, m_status, &StatusLine::setMessage);
    connect(m_runs, &RunsPage::openWanted, this,
        [this](const QString& folder) { tryTo([this, &folder] { openRunSoon(folder); }); });
    connect(m_runs, &RunsPage::exportWanted, this,
        [this](const QString& folder) { tryTo([this, &folder] { openRunSoon(folder, [this] { showExport(); }); }); });
    connect(m_runs, &RunsPage::resumeWanted, this,
        [this](const QString& folder) { tryTo([this, &folder] { resumeFolder(folder, {}); }); });
    connect(m_runs, &RunsPage::continueWanted, this,
        [this](const QString& folder, const RunConfig& config) { tryTo([&] { resumeFolder(folder, config); }); });
    connect(m_runs, &RunsPage::setupWanted, this,
        [this](const RunConfig& config, const QString& name, const QString& why, const RepeatedEdits& edits) {
            if (m_run->hasRun() && !isActive(m_session->state()))
                m_run->clear();
            m_form->setConfig(config); // what it replaces is kept under the old name
            m_setup->edits().carry(edits);
            m_name = name;
            showWorkspace(Workspace::Setup);
            m_status->setMessage(tr("New set-up"), why);
        });
    connect(m_runs, &RunsPage::demoWanted, this, [this] { tryTo([this] { openDemo(); }); });
    connect(m_runs, &RunsPage::scanWanted, this, &MainWindow::askScan);
    m_opener = new RunOpener(this);
    // Whoever has taken another set-up does not want to be taken away from it.
    connect(m_form, &ConfigForm::replaced, m_opener, &RunOpener::cancel);
    connect(m_opener, &RunOpener::failed, this,
        [this](const QString&, const QString& why) { m_status->setMessage(tr("Not done"), why); });
    connect(m_opener, &RunOpener::folderChanged, this, [this] { m_runs->setOpening(m_opener->folder()); });
    // Nor who opened A and looks at another run by now; a run of the list's menu need not be A at all.
    connect(&m_runs->list(), &RunListModel::chosenChanged, this, [this] {
        if (m_opener->isBusy() && m_runs->hasLeftOpening()) {
            m_status->setMessage({}, tr("%1 is not opened.").arg(shownPath(m_opener->folder())));
            m_opener->cancel();
        }
    });
    // After the first picture: neither the window nor its first frame waits for a database.
    connect(this, &MainWindow::firstFrame, m_library, &RunLibrary::open);
}

void MainWindow::openRunSoon(const QString& folder, const std::function<void()>& then)
{
    requireIdle();
    m_status->setMessage(tr("Opening"), shownPath(folder) + QStringLiteral("…"));
    m_opener->open(folder, [this, then](RecordedRun run) {
        const QString name = run.name;
        const bool whole = run.damage.isEmpty() && run.endedWell();
        showRun(std::move(run));
        if (whole) // else the line says already what is missing
            m_status->setMessage({}, tr("%1, as it was recorded.").arg(name));
        if (then)
            then();
    });
}

void MainWindow::resumeFolder(const QString& folder, const std::optional<RunConfig>& config)
{
    if (checkpointSteps(folder).empty())
        throw configError("%1 has no checkpoint (checkpoints/step-N), so it cannot go on. Start again from its "
                          "configuration.",
            folder.toStdString());
    openRunSoon(folder, [this, config] { resumeRun(config); });
}

void MainWindow::refreshHistory()
{
    const bool active = isActive(m_session->state());
    m_runs->setBusy(active);
    m_runBar->setVisible(workspace() != Workspace::Runs || active);
}

void MainWindow::askScan()
{
    askFolder(this, tr("Look for runs below a folder"), runsRoot(),
        [library = m_library](const QString& folder) { library->scan(folder); });
}

} // namespace spectune
