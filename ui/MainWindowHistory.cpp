// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does with old runs: the Runs workspace and what it asks for.
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/MainWindow.h"
#include "ui/RunBar.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "ui/RunModel.h"
#include "ui/RunsPage.h"
#include "ui/SessionController.h"
#include "ui/StatusLine.h"

#include <QFileDialog>

namespace spectune {

void MainWindow::connectHistory()
{
    m_library->follow(*m_session, *m_run);
    connect(m_runs, &RunsPage::told, m_status, &StatusLine::setMessage);
    connect(m_runs, &RunsPage::openWanted, this,
        [this](const QString& folder) { tryTo([this, &folder] { openRun(folder); }); });
    connect(m_runs, &RunsPage::exportWanted, this, [this](const QString& folder) {
        tryTo([this, &folder] {
            openRun(folder);
            showExport();
        });
    });
    connect(m_runs, &RunsPage::resumeWanted, this,
        [this](const QString& folder) { tryTo([this, &folder] { resumeFolder(folder, {}); }); });
    connect(m_runs, &RunsPage::continueWanted, this,
        [this](const QString& folder, const RunConfig& config) { tryTo([&] { resumeFolder(folder, config); }); });
    connect(
        m_runs, &RunsPage::setupWanted, this, [this](const RunConfig& config, const QString& name, const QString& why) {
            if (m_run->hasRun() && !isActive(m_session->state()))
                m_run->clear();
            m_form->setConfig(config); // what it replaces is kept under the old name
            m_demo = false;
            m_name = name;
            showWorkspace(Workspace::Setup);
            m_status->setMessage(tr("New set-up"), why);
        });
    connect(m_runs, &RunsPage::demoWanted, this, [this] { tryTo([this] { openDemo(); }); });
    connect(m_runs, &RunsPage::scanWanted, this, &MainWindow::askScan);
    // After the first picture: neither the window nor its first frame waits for a database.
    connect(this, &MainWindow::firstFrame, m_library, &RunLibrary::open);
}

void MainWindow::resumeFolder(const QString& folder, const std::optional<RunConfig>& config)
{
    if (checkpointSteps(folder).empty())
        throw configError(folder.toStdString()
            + " has no checkpoint (checkpoints/step-N), so it cannot go on. Start again from its configuration.");
    openRun(folder);
    resumeRun(config);
}

void MainWindow::refreshHistory()
{
    const bool active = isActive(m_session->state());
    m_runs->setBusy(active);
    m_runBar->setVisible(workspace() != Workspace::Runs || active);
}

void MainWindow::askScan()
{
    auto* dialog = new QFileDialog(this, tr("Look for runs below a folder"), runsRoot());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, m_library, &RunLibrary::scan);
    dialog->open();
}

} // namespace spectune
