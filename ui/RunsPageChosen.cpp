// SPDX-License-Identifier: GPL-3.0-or-later
// What the Runs page does with the chosen runs: shows them against one another, and what the bar asks for.
#include "training/config/ConfigFile.h"
#include "ui/CompareTable.h"
#include "ui/PageParts.h"
#include "ui/RunDetails.h"
#include "ui/RunFolders.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunPlans.h"
#include "ui/RunsBar.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "ui/RunsQuestion.h"
#include "ui/Segmented.h"
#include "visualization/ComparePlot.h"
#include "visualization/NumberFormat.h"
#include "visualization/RunTags.h"

#include <QDesktopServices>
#include <QDir>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QUrl>

#include <algorithm>

namespace spectune {

namespace {
enum Shown { Differences, All, About };

std::vector<CompareRow> onlyDifferent(std::vector<CompareRow> rows)
{
    std::erase_if(rows, [](const CompareRow& row) { return !row.differs; });
    return rows;
}

/// "* A optim.lr edited at step 120; B …"; empty where nothing was.
QString editedNote(const std::vector<CompareRow>& rows)
{
    QStringList parts;
    for (const CompareRow& row : rows)
        for (qsizetype run = 0; run < row.edited.size(); ++run)
            if (!row.edited.at(run).isEmpty())
                parts << QStringLiteral("%1 %2 %3")
                             .arg(RunTag::letter(static_cast<int>(run)), row.name, row.edited.at(run));
    return parts.isEmpty() ? QString() : QStringLiteral("* ") + parts.join(QStringLiteral("; "));
}

} // namespace

void RunsPage::connectBar()
{
    connect(m_bar, &RunsBar::swapWanted, this, &RunsPage::swap);
    connect(m_bar, &RunsBar::startAgainWanted, this, &RunsPage::startAgain);
    connect(m_bar, &RunsBar::fixedRanksWanted, this, &RunsPage::useRankMap);
    connect(m_bar, &RunsBar::continueWanted, this, &RunsPage::continueRun);
    connect(m_bar, &RunsBar::deleteWanted, this, &RunsPage::deleteRun);
    const auto folderOfFirst = [this] { return first() ? first()->folder : QString(); };
    connect(m_bar, &RunsBar::openWanted, this, [this, folderOfFirst] { Q_EMIT openWanted(folderOfFirst()); });
    connect(m_bar, &RunsBar::resumeWanted, this, [this, folderOfFirst] { Q_EMIT resumeWanted(folderOfFirst()); });
    connect(m_bar, &RunsBar::exportWanted, this, [this, folderOfFirst] { Q_EMIT exportWanted(folderOfFirst()); });
    connect(m_bar, &RunsBar::folderWanted, this,
        [folderOfFirst] { QDesktopServices::openUrl(QUrl::fromLocalFile(folderOfFirst())); });
    connect(&m_library, &RunLibrary::failed, this, [this](const QString& what) { Q_EMIT told(tr("Not done"), what); });
    connect(&m_library, &RunLibrary::removed, this, [this](qint64, const QString& trashPath) {
        if (!trashPath.isEmpty())
            Q_EMIT told({}, tr("Moved to the trash: %1").arg(trashPath));
    });
    connect(&m_library, &RunLibrary::scanned, this, [this](const QString& root, int added, int known, int unreadable) {
        QString text = counted(added, tr("%1 run added from %2"), tr("%1 runs added from %2")).arg(root);
        if (known > 0)
            text += tr(", %1 known already").arg(formatCount(known));
        if (unreadable > 0)
            text += tr(", %1 of them cannot be read whole").arg(formatCount(unreadable));
        if (added > 0)
            Q_EMIT told({}, text + QLatin1Char('.'));
        else if (QDir(root) != QDir(runsRoot())) // which is looked through each time this page is shown
            Q_EMIT told({}, known > 0 ? tr("No new run below %1.").arg(root) : tr("No run below %1.").arg(root));
    });
    connect(&m_library, &RunLibrary::measured, this, [this](qint64 id, qint64 bytes, int checkpoints) {
        const RunRecord* record = m_library.find(id);
        if (!record || m_asksToDelete != id)
            return; // of a run that another has been asked for since
        m_asksToDelete = 0;
        RunsQuestion::Content question;
        question.title = tr("Delete %1?").arg(record->name);
        question.text = tr("Its folder goes to the trash: %1 with %2, %3. It can be taken back from there.")
                            .arg(formatMB(static_cast<double>(bytes)),
                                counted(checkpoints, tr("%1 checkpoint"), tr("%1 checkpoints")), record->folder);
        question.yes = tr("Move to the trash");
        m_bar->question().ask(question, [this, id](qint64) { m_library.trash(id); });
        m_bar->showQuestion(true);
    });
}

const RunRecord* RunsPage::first() const
{
    return m_model->chosen().empty() ? nullptr : m_library.find(m_model->chosen().front());
}

void RunsPage::refreshChosen()
{
    RunsBar::Content content;
    content.busy = m_busy;
    std::vector<std::shared_ptr<const LoadedRun>> runs;
    QStringList names;
    for (const std::int64_t id : m_model->chosen()) {
        const RunRecord* record = m_library.find(id);
        if (!record)
            continue;
        content.runs.push_back(*record);
        runs.push_back(record->state == RecordState::Missing ? nullptr : m_library.loaded(id));
        names << record->name;
    }
    if (runs.size() == 2 && runs[0] && runs[1])
        content.verdict = lossVerdict(*runs[0], *runs[1]);
    if (m_drawn != runs) {
        CompareCurves curves;
        for (std::size_t i = 0; i < runs.size(); ++i)
            curves.add(names.at(static_cast<qsizetype>(i)),
                runs[i] ? std::shared_ptr<const RunHistory>(runs[i], &runs[i]->history) : nullptr);
        m_plot->setCurves(std::move(curves));
    }
    m_drawn = runs;
    m_plot->setEmptyText(tr("The losses of chosen runs stand here, one over the other"));
    m_bar->setContent(std::move(content));
    m_maps->setRuns(std::move(runs), names);
    refreshTable();
}

void RunsPage::refreshTable()
{
    const auto count = static_cast<int>(m_model->chosen().size());
    m_shown->setVisible(count > 1);
    const int shown = count == 1 ? About : m_shown->current();
    m_detailsArea->setVisible(count > 0 && shown == About);
    m_tableArea->setVisible(count > 1 && shown != About);
    m_details->setRun(count > 0 ? m_model->chosen().front() : 0);
    std::size_t read = 0;
    std::vector<RunRecord> records;
    QStringList waiting;
    for (std::size_t i = 0; i < m_drawn.size(); ++i) {
        const RunRecord* found = m_library.find(m_model->chosen()[i]);
        if (!found)
            continue; // just removed: the list follows
        const RunRecord& record = *found;
        records.push_back(record);
        if (m_drawn[i])
            ++read;
        else if (record.state == RecordState::Missing)
            waiting << tr("The folder of %1 is missing.").arg(record.name);
        else if (const QString why = m_library.whyNotLoaded(record.id); !why.isEmpty())
            waiting << tr("%1 cannot be read: %2").arg(record.name, why);
    }
    const bool whole = read == m_drawn.size() && count > 1;
    m_tableNote->setVisible(shown != About && (!waiting.isEmpty() || count == 0));
    m_tableNote->setText(
        count == 0 ? tr("What differs between chosen runs, and what came of them.") : waiting.join(QLatin1Char('\n')));
    m_differenceCount->setText(count == 1 ? tr("About this run") : shown == About ? tr("About A") : tr("What differs"));
    if (!whole) {
        m_table->setRows(0, {}, {});
        return;
    }
    std::vector<CompareRow> rows = compareConfigs(m_drawn);
    if (const QString edited = editedNote(rows); !edited.isEmpty() && shown != About) {
        m_tableNote->setText(edited);
        m_tableNote->setVisible(true);
    }
    const auto different = std::count_if(rows.begin(), rows.end(), [](const CompareRow& row) { return row.differs; });
    if (shown != About)
        m_differenceCount->setText(tr("%1 of %2 differ").arg(different).arg(rows.size()));
    if (shown == Differences)
        rows = onlyDifferent(std::move(rows));
    m_table->setRows(count, std::move(rows), compareResults(m_drawn, records));
}

std::shared_ptr<const LoadedRun> RunsPage::firstLoaded()
{
    const RunRecord* record = first();
    auto run = record ? m_library.loaded(record->id) : nullptr;
    if (record && !run) {
        const QString why = m_library.whyNotLoaded(record->id);
        Q_EMIT told({}, why.isEmpty() ? tr("%1 is still being read.").arg(record->name) : why);
    }
    return run;
}

void RunsPage::swap()
{
    std::vector<std::int64_t> ids = m_model->chosen();
    if (ids.size() == 2)
        m_model->choose({ids[1], ids[0]});
}

void RunsPage::startAgain()
{
    const RunRecord* record = first();
    if (!record)
        return;
    try { // from the database: the folder may be gone
        RunConfig config = configFromJson(record->configuration.toStdString(), record->folder.toStdString());
        Q_EMIT setupWanted(config, record->name, tr("The configuration of %1.").arg(record->name));
    } catch (const std::exception& error) {
        Q_EMIT told(tr("Not done"), QString::fromUtf8(error.what()));
    }
}

void RunsPage::useRankMap()
{
    const auto run = firstLoaded();
    if (!run)
        return;
    const QString name = first()->name;
    const RunPlan plan = fixedRanksFrom(*run);
    RunsQuestion::Content question;
    question.title = tr("Fixed ranks from %1").arg(name);
    question.text = plan.impossible.isEmpty() ? plan.explanation : plan.impossible;
    question.yes = plan.impossible.isEmpty() ? tr("Set up") : QString();
    m_bar->question().ask(question,
        [this, plan, name](qint64) { Q_EMIT setupWanted(plan.config, tr("%1-fixed").arg(name), plan.explanation); });
    m_bar->showQuestion(true);
}

void RunsPage::continueRun()
{
    const auto run = firstLoaded();
    if (!run)
        return;
    const QString name = first()->name;
    RunsQuestion::Content question;
    question.title = tr("Continue %1").arg(name);
    question.numberLabel = tr("further steps");
    question.number = std::max<qint64>(1, run->lastStep() / 2);
    question.yes = tr("Continue");
    question.explain = [run](qint64 more) {
        const RunPlan plan = continueWith(*run, more);
        return plan.impossible.isEmpty() ? std::pair(plan.explanation, true) : std::pair(plan.impossible, false);
    };
    m_bar->question().ask(question, [this, run, name](qint64 more) {
        const RunPlan plan = continueWith(*run, more);
        if (plan.resumes)
            Q_EMIT continueWanted(run->folder, plan.config);
        else
            Q_EMIT setupWanted(plan.config, tr("%1-more").arg(name), plan.explanation);
    });
    m_bar->showQuestion(true);
}

void RunsPage::deleteRun()
{
    const RunRecord* record = first();
    if (!record)
        return;
    if (record->state == RecordState::Running) {
        Q_EMIT told(tr("Not done"), tr("%1 goes on. Stop it before deleting it.").arg(record->name));
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
