// SPDX-License-Identifier: GPL-3.0-or-later
// What the Runs page does for its bar: start again, fixed ranks, further steps, delete.
#include "training/config/ConfigFile.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunAwaiter.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunMenu.h"
#include "ui/RunPlans.h"
#include "ui/RunsBar.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "visualization/NumberFormat.h"

#include <QDesktopServices>
#include <QDir>
#include <QListView>
#include <QUrl>

#include <algorithm>

namespace spectune {

namespace {

/// What starting a run again asks where it was changed while it trained. @param changes left at its end
/// @param whyNot they cannot be repeated; empty: they can
RunsQuestion::Content againQuestion(const QString& name, const QString& changes, const QString& whyNot)
{
    RunsQuestion::Content question;
    question.title = RunsPage::tr("Start %1 again").arg(name);
    question.yes = RunsPage::tr("As it was started");
    if (changes.isEmpty())
        question.text = RunsPage::tr("It was changed while it trained, and ended with the values that it was started "
                                     "with. The new run can keep these, or repeat each change at its step.");
    else if (whyNot.isEmpty())
        question.text = RunsPage::tr("It was changed while it trained: %1. The new run can begin as this one began, "
                                     "begin as it ended, or repeat each change at its step.")
                            .arg(changes);
    else
        question.text = RunsPage::tr("It was changed while it trained: %1. The new run can begin as this one began, or "
                                     "as it ended. The changes cannot be repeated at their steps: %2")
                            .arg(changes, whyNot);
    return question;
}

} // namespace

void RunsPage::connectBar()
{
    m_awaiter = new RunAwaiter(m_library, *this);
    connect(m_awaiter, &RunAwaiter::told, this, &RunsPage::told);
    // Who looks at other runs by now is not taken away from them.
    connect(m_model, &RunListModel::chosenChanged, m_awaiter, &RunAwaiter::cancel);
    connect(m_bar, &RunsBar::swapWanted, this, &RunsPage::swap);
    connectActions(m_bar->actionsOfA());
    // The question takes the focus away with it when it goes.
    connect(&m_bar->question(), &RunsQuestion::closed, this, &RunsPage::focusList);
    connect(&m_library, &RunLibrary::failed, this, [this](const QString& what) { Q_EMIT told(tr("Not done"), what); });
    connect(&m_library, &RunLibrary::removed, this, [this](qint64, const QString& trashPath) {
        if (!trashPath.isEmpty())
            Q_EMIT told({}, tr("Moved to the trash: %1").arg(trashPath));
    });
    connect(&m_library, &RunLibrary::scanned, this, &RunsPage::tellSearch);
    connect(&m_library, &RunLibrary::measured, this, [this](qint64 id, qint64 bytes, int checkpoints) {
        const RunRecord* record = m_library.find(id);
        if (!record || m_asksToDelete != id)
            return; // of a run that another has been asked for since
        m_asksToDelete = 0;
        RunsQuestion::Content question;
        question.title = tr("Delete %1?").arg(record->name);
        question.text = tr("Its folder goes to the trash: %1 with %2, %3. It can be taken back from there.")
                            .arg(formatFileSize(static_cast<double>(bytes)),
                                checkpoints == 0 ? tr("no checkpoint")
                                                 : counted(checkpoints, tr("%1 checkpoint"), tr("%1 checkpoints")),
                                record->folder);
        question.yes = tr("Move to the trash");
        m_bar->question().ask(question, [this, id](qint64) { m_library.trash(id); });
        m_bar->showQuestion(true);
    });
}

void RunsPage::tellSearch(const QString& root, int added, int known, int unreadable, SearchEnd end)
{
    if (end == SearchEnd::Failed || end == SearchEnd::Cancelled)
        return; // why has just been told, or is told by who offers to cancel
    QString text = counted(added, tr("%1 run added from %2"), tr("%1 runs added from %2")).arg(root);
    if (known > 0)
        text += tr(", %1 known already").arg(formatCount(known));
    if (unreadable > 0)
        text += tr(", %1 damaged").arg(formatCount(unreadable));
    if (added > 0)
        Q_EMIT told({}, text + QLatin1Char('.'));
    else if (QDir(root) != QDir(runsRoot())) // which is looked through each time this page is shown
        Q_EMIT told({}, known > 0 ? tr("No new run below %1.").arg(root) : tr("No run below %1.").arg(root));
}

void RunsPage::connectActions(const RunActions& actions)
{
    connect(&actions, &RunActions::wanted, this, [this](RunAction action, qint64 run) {
        const RunRecord* record = find(run);
        if (!record)
            return; // removed while the menu was open
        m_awaiter->cancel();
        const QString folder = record->folder;
        switch (action) {
        case RunAction::Open: Q_EMIT openWanted(folder); break;
        case RunAction::StartAgain: startAgain(run); break;
        case RunAction::FixedRanks: useRankMap(run); break;
        case RunAction::Resume: Q_EMIT resumeWanted(folder); break;
        case RunAction::Continue: continueRun(run); break;
        case RunAction::Export: Q_EMIT exportWanted(folder); break;
        case RunAction::ShowFolder: QDesktopServices::openUrl(QUrl::fromLocalFile(folder)); break;
        case RunAction::Delete: deleteRun(run); break;
        }
    });
}

void RunsPage::connectMenu()
{
    auto* menu = new RunMenu(*m_view, *m_model, [this](const RunRecord& run) {
        return RunActions::Circumstances {.busy = m_busy, .opening = !m_opening.isEmpty() && m_opening == run.folder};
    });
    connectActions(menu->actionsOfRun());
    connect(menu, &RunMenu::compareWanted, this, [this](qint64 run) { toggle(m_model->indexOf(run)); });
    connect(menu, &RunMenu::notesWanted, this, &RunsPage::writeNotes);
}

void RunsPage::swap()
{
    std::vector<std::int64_t> ids = m_model->chosen();
    if (ids.size() == 2)
        m_model->choose({ids[1], ids[0]});
}

void RunsPage::startAgain(std::int64_t id)
{
    const RunRecord* record = find(id);
    if (!record)
        return;
    const auto withoutChanges = [this, record = *record] { // the database has its configuration, but not these
        setUpAsStarted(record,
            tr("The configuration of %1 as it was started; what was changed live cannot be read.").arg(record.title()));
    };
    if (!whyAbsent(*record).isEmpty()) {
        withoutChanges();
        return;
    }
    const auto start = [this, record = *record](const auto& run) {
        const QString name = record.title();
        const QString changes = liveChanges(*run).join(QStringLiteral(", "));
        const QString whyNot = whyNotRepeated(*run);
        RunsQuestion::Content question = againQuestion(name, changes, whyNot);
        if (!changes.isEmpty())
            question.others.push_back(
                {tr("As changed live"), [this, run, name, changes] {
                     Q_EMIT setupWanted(run->configAtEnd(), name,
                         tr("The configuration of %1 with what was changed live: %2.").arg(name, changes));
                 }});
        if (!run->edits.empty() && whyNot.isEmpty())
            question.others.push_back(
                {tr("With its changes at their steps"), [this, record, run, name] {
                     setUpAsStarted(record,
                         tr("The configuration of %1 as it was started; its changes follow at their steps.").arg(name),
                         repeatedEditsOf(*run, name));
                 }});
        if (question.others.empty()) {
            setUpAsStarted(record, tr("The configuration of %1.").arg(name));
            return;
        }
        m_bar->question().ask(question, [this, record, name](qint64) {
            setUpAsStarted(record, tr("The configuration of %1 as it was started.").arg(name));
        });
        m_bar->showQuestion(true);
    };
    m_awaiter->await(*record, start, withoutChanges);
}

void RunsPage::setUpAsStarted(const RunRecord& record, const QString& why, const RepeatedEdits& edits)
{
    try {
        const RunConfig config = configFromJson(record.configuration.toStdString(), record.folder.toStdString());
        Q_EMIT setupWanted(config, record.title(), why, edits);
    } catch (const std::exception&) {
        Q_EMIT told(tr("Not done"), caughtWords());
    }
}

void RunsPage::useRankMap(std::int64_t id)
{
    const RunRecord* record = find(id);
    if (!record)
        return;
    m_awaiter->await(*record, [this, name = record->name](const auto& run) {
        const RunPlan plan = fixedRanksFrom(*run);
        RunsQuestion::Content question;
        question.title = tr("Fixed ranks from %1").arg(name);
        question.text = plan.impossible.isEmpty() ? plan.explanation : plan.impossible;
        question.yes = plan.impossible.isEmpty() ? tr("Set up") : QString();
        m_bar->question().ask(question, [this, plan, name](qint64) {
            Q_EMIT setupWanted(plan.config, tr("%1-fixed").arg(name), plan.explanation);
        });
        m_bar->showQuestion(true);
    });
}

void RunsPage::continueRun(std::int64_t id)
{
    const RunRecord* record = find(id);
    if (!record)
        return;
    m_awaiter->await(*record, [this, id = record->id, name = record->name](const auto& run) {
        RunsQuestion::Content question;
        question.title = tr("Continue %1").arg(name);
        question.number = std::max<qint64>(1, run->lastStep() / 2);
        question.text = continueWith(*run, question.number).impossible;
        if (question.text.isEmpty()) {
            question.numberLabel = tr("further steps");
            question.yes = tr("Continue");
            question.explain = [run](qint64 more) { return std::pair(continueWith(*run, more).explanation, true); };
        } else { // with no number of steps
            question.others.push_back({tr("Start again"), [this, id] { startAgain(id); }});
        }
        m_bar->question().ask(question, [this, run, name](qint64 more) {
            const RunPlan plan = continueWith(*run, more);
            if (plan.resumes)
                Q_EMIT continueWanted(run->folder, plan.config);
            else
                Q_EMIT setupWanted(plan.config, tr("%1-more").arg(name), plan.explanation);
        });
        m_bar->showQuestion(true);
    });
}

void RunsPage::deleteRun(std::int64_t id)
{
    const RunRecord* record = find(id);
    if (!record)
        return;
    if (record->state == RecordState::Running) {
        Q_EMIT told(tr("Not done"), tr("%1 is still running. Stop it before deleting it.").arg(record->name));
        return;
    }
    if (record->state != RecordState::Missing) {
        m_asksToDelete = record->id;
        m_library.measure(record->id);
        return;
    }
    RunsQuestion::Content question;
    question.title = tr("Remove %1?").arg(record->name);
    question.text
        = tr("Its folder is not there (%1). Only what the history knows of it is removed: name, notes, tags and "
             "numbers.")
              .arg(record->folder);
    question.yes = tr("Remove");
    m_bar->question().ask(question, [this, id = record->id](qint64) { m_library.forget(id); });
    m_bar->showQuestion(true);
}

} // namespace spectune
