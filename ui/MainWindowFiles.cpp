// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does with files: configurations, runs, and whatever is dropped on it.
#include "training/config/ConfigFile.h"
#include "training/core/AtomicFile.h"
#include "training/core/Error.h"
#include "ui/ConfigForm.h"
#include "ui/MainWindow.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RecordedRun.h"
#include "ui/RunFinder.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/RunOpener.h"
#include "ui/SessionController.h"
#include "ui/SetupEdits.h"
#include "ui/SetupPage.h"
#include "ui/StatusLine.h"
#include "ui/StudioActions.h"

#include <QDropEvent>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>
#include <QUrl>

#include <array>

namespace spectune {

namespace {

const std::array dataSuffixes {"txt", "jsonl", "csv", "tsv"};

/// Whether the outermost value of a JSON file is a list: a dataset's is, a configuration's never.
bool holdsList(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return false; // who reads it says why
    QByteArray head = file.read(4096);
    if (head.startsWith("\xEF\xBB\xBF"))
        head.remove(0, 3);
    return head.trimmed().startsWith('[');
}

/// The first of what is dragged, where it is a file of this machine; empty otherwise. A list of addresses may be empty.
QString draggedPath(const QMimeData& data)
{
    const QList<QUrl> urls = data.urls();
    return urls.isEmpty() || !urls.front().isLocalFile() ? QString() : urls.front().toLocalFile();
}

} // namespace

void MainWindow::adoptConfig(const QString& file, const QString& name)
{
    const RunConfig config = loadConfig(QFileInfo(file).absoluteFilePath().toStdString()); // may throw: all stays then
    if (!isActive(m_session->state()))
        m_run->clear();
    m_form->setConfig(config); // what it replaces is kept under the old name
    m_demo = file == m_options.demoConfig; // until the first change
    m_name = name;
}

void MainWindow::openFirst()
{
    const std::optional<EarlierSetups::Setup> draft = m_options.remembers ? EarlierSetups::readDraft() : std::nullopt;
    if (!draft) {
        openDemo();
        return;
    }
    m_form->setConfig(draft->config);
    m_setup->edits().carry(draft->edits);
    m_name = draft->name;
    showWorkspace(Workspace::Setup);
    m_status->setMessage({}, tr("The set-up as you left it. The demo is in the menu File."));
}

void MainWindow::keepDraft()
{
    if (!m_options.remembers)
        return;
    if (m_earlier.isUnowned(m_form->config()))
        return; // a run was looked at and nothing set up: the draft of another day stays
    const EarlierSetups::Setup setup {m_form->config(), m_name, m_setup->edits().carried()};
    bool own = true;
    if (!m_options.demoConfig.isEmpty() && setup.edits.isEmpty()) // which the next start shows by itself
        tryTo([&] { own = toJson(setup.config) != toJson(loadConfig(m_options.demoConfig.toStdString())); });
    EarlierSetups::writeDraft(own ? std::optional(setup) : std::nullopt);
}

void MainWindow::restoreSetup()
{
    if (m_earlier.isEmpty())
        return;
    EarlierSetups::Setup earlier = m_earlier.exchange({m_form->config(), m_name, m_setup->edits().take()});
    m_restores = true; // it is exchanged, not replaced
    m_form->setConfig(earlier.config);
    m_restores = false;
    m_setup->edits().carry(std::move(earlier.edits));
    m_name = earlier.name;
    showWorkspace(Workspace::Setup);
    m_status->setMessage({}, tr("The set-up %1 is back. Once more brings the one before it.").arg(m_name));
}

void MainWindow::openDemo()
{
    if (m_options.demoConfig.isEmpty())
        throw ioError("The bundled demo was not found beside the program (share/spectune/demo/demo.json).");
    adoptConfig(m_options.demoConfig, QStringLiteral("demo"));
    showWorkspace(Workspace::Live);
}

void MainWindow::openConfig(const QString& file)
{
    QString name = QFileInfo(file).completeBaseName();
    if (name == QLatin1String("config"))
        name = QFileInfo(QFileInfo(file).absolutePath()).fileName();
    adoptConfig(file, name);
    if (m_options.remembers)
        StudioActions::remember(file);
    showWorkspace(Workspace::Setup);
}

void MainWindow::requireIdle() const
{
    // The run knows of its start at once, the session with its first event.
    if (isActive(m_session->state()) || isActive(m_run->state()))
        throw configError("A run is going on. Stop it first.");
}

void MainWindow::openRun(const QString& folder)
{
    requireIdle();
    m_opener->cancel();
    showRun(readRecordedRun(folder));
}

void MainWindow::showRun(RecordedRun run)
{
    const QString damage = run.damage;
    const bool endedWell = run.endedWell();
    m_run->showRecorded(std::move(run));
    if (m_options.remembers)
        StudioActions::remember(m_run->folder());
    showWorkspace(Workspace::Live);
    if (!damage.isEmpty())
        m_status->setMessage(tr("Damaged"), damage);
    else if (!endedWell)
        m_status->tellState(*m_run);
}

void MainWindow::openPath(const QString& path)
{
    const QFileInfo info(path);
    if (!info.exists())
        throw ioError("%1 does not exist.", path.toStdString());
    if (info.isDir()) {
        if (isRunFolder(path)) {
            openRunSoon(path);
        } else if (isModelFolder(path)) {
            m_form->setValue(QStringLiteral("model.path"), FieldValue {info.absoluteFilePath().toStdString()});
            showWorkspace(Workspace::Setup);
        } else {
            RunFinder::of(*this).find(path);
        }
        return;
    }
    const std::string suffix = info.suffix().toLower().toStdString();
    const bool listed = std::find(dataSuffixes.begin(), dataSuffixes.end(), suffix) != dataSuffixes.end();
    if (listed || (suffix == "json" && holdsList(path))) {
        m_form->setValue(QStringLiteral("data.path"), FieldValue {info.absoluteFilePath().toStdString()});
        showWorkspace(Workspace::Setup);
    } else if (suffix == "json") {
        openConfig(path);
    } else {
        throw configError("%1 is no configuration (.json), dataset (.txt, .jsonl, .csv, .tsv, or .json with a list), "
                          "run or model folder.",
            path.toStdString());
    }
}

void MainWindow::newConfig()
{
    if (m_run->hasRun() && !isActive(m_session->state()))
        m_run->clear();
    m_form->setConfig(RunConfig {});
    m_name = QStringLiteral("run");
    showWorkspace(Workspace::Setup);
    if (canRestoreSetup())
        m_status->setMessage(tr("New set-up"), tr("Ctrl+Z brings back the one before."));
}

void MainWindow::saveConfig()
{
    auto* dialog = new QFileDialog(this, tr("Save configuration"), m_name + QStringLiteral(".json"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->selectFile(m_name + QStringLiteral(".json"));
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString& file) {
        tryTo([this, &file] {
            writeFileAtomically(file.toStdString(), toJson(m_form->config()));
            if (m_options.remembers)
                StudioActions::remember(file);
            m_status->setMessage({}, tr("Saved as %1.").arg(file));
        });
    });
    dialog->open();
}

void MainWindow::askOpenConfig()
{
    auto* dialog = new QFileDialog(this, tr("Open configuration"), QString(), tr("Configurations (*.json)"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    connect(dialog, &QFileDialog::fileSelected, this,
        [this](const QString& file) { tryTo([this, &file] { openConfig(file); }); });
    dialog->open();
}

void MainWindow::askOpenRun()
{
    askFolder(this, tr("Open a run's folder"), runsRoot(),
        [this](const QString& folder) { tryTo([this, &folder] { openRunSoon(folder); }); });
}

void MainWindow::tryTo(const std::function<void()>& action)
{
    try {
        action();
    } catch (const std::exception&) {
        m_status->setMessage(tr("Not done"), caughtWords());
    }
}

// A child that takes drops has a drag before its window, and an editor would insert the file's address as its text.
bool MainWindow::eventFilter(QObject* watched, QEvent* event)
{
    const QEvent::Type type = event->type();
    const bool drags = type == QEvent::DragEnter || type == QEvent::DragMove || type == QEvent::Drop;
    const auto* child = drags ? qobject_cast<QWidget*>(watched) : nullptr;
    if (!child || child->window() != this)
        return QMainWindow::eventFilter(watched, event);
    auto* drag = static_cast<QDropEvent*>(event); // the other two are of its kind
    const QString path = draggedPath(*drag->mimeData());
    if (path.isEmpty())
        return QMainWindow::eventFilter(watched, event);
    drag->acceptProposedAction();
    if (type == QEvent::Drop)
        tryTo([this, &path] { openPath(path); });
    return true;
}

} // namespace spectune
