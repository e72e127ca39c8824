// SPDX-License-Identifier: GPL-3.0-or-later
// What the Runs page shows of the chosen runs: one against the others.
#include "ui/CompareTable.h"
#include "ui/RunDetails.h"
#include "ui/RunLibrary.h"
#include "ui/RunListModel.h"
#include "ui/RunsBar.h"
#include "ui/RunsCurves.h"
#include "ui/RunsMaps.h"
#include "ui/RunsPage.h"
#include "ui/Segmented.h"
#include "visualization/ComparePlot.h"
#include "visualization/RunTags.h"

#include <QLabel>
#include <QScrollArea>

#include <algorithm>
#include <utility>

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

const RunRecord* RunsPage::find(std::int64_t run) const
{
    if (run != 0)
        return m_library.find(run);
    return m_model->chosen().empty() ? nullptr : m_library.find(m_model->chosen().front());
}

void RunsPage::refreshChosen()
{
    RunsBar::Content content;
    content.busy = m_busy;
    if (m_library.records().empty())
        content.noneListed = m_library.refusal().isEmpty()
            ? tr("Runs appear here as soon as they start; earlier ones can be added from the disk.")
            : tr("There is no history to choose from.");
    std::vector<std::shared_ptr<const LoadedRun>> runs;
    for (const std::int64_t id : m_model->chosen()) {
        const RunRecord* record = m_library.find(id);
        if (!record)
            continue;
        content.runs.push_back(*record);
        runs.push_back(record->state == RecordState::Missing ? nullptr : m_library.loaded(id));
    }
    content.opening = !content.runs.empty() && content.runs.front().folder == m_opening;
    if (runs.size() == 2 && runs[0] && runs[1])
        content.verdict = lossVerdict(*runs[0], *runs[1]);
    showChosen(std::move(runs), content.runs);
    m_details->setRun(m_model->chosen().empty() ? 0 : m_model->chosen().front());
    m_bar->setContent(std::move(content));
    fitDifferences();
}

// A search of the disk tells of its rows up to thirty times a second: what is chosen is seldom among them.
void RunsPage::showChosen(std::vector<std::shared_ptr<const LoadedRun>> runs, const std::vector<RunRecord>& records)
{
    Chosen chosen {.ids = m_model->chosen(), .runs = std::move(runs), .names = {}, .reasons = {}, .states = {}};
    for (std::size_t i = 0; i < records.size(); ++i) {
        chosen.names << records[i].title();
        chosen.reasons << (chosen.runs[i] ? QString() : whyAbsent(records[i]));
        chosen.states.push_back(records[i].state);
    }
    if (std::exchange(m_hasDrawn, true) && chosen == m_drawn)
        return;
    if (chosen.runs != m_drawn.runs || chosen.names != m_drawn.names) {
        CompareCurves curves;
        for (std::size_t i = 0; i < chosen.runs.size(); ++i) {
            const auto& run = chosen.runs[i];
            const QString& name = chosen.names.at(static_cast<qsizetype>(i));
            if (run)
                curves.add(name, std::shared_ptr<const RunHistory>(run, &run->history), run->curve);
            else
                curves.add(name, nullptr);
        }
        m_curves->setCurves(std::move(curves), chosen.names);
    }
    m_drawn = std::move(chosen);
    m_curves->plot().setEmptyText(emptyPlotText(m_drawn.reasons));
    m_maps->setRuns(m_drawn.runs, m_drawn.names, m_drawn.reasons, m_drawn.states);
    refreshTable();
}

// A's stand beside the comparison; of any other run they are there once it is chosen alone.
void RunsPage::writeNotes(std::int64_t run)
{
    if (m_model->chosen().empty() || m_model->chosen().front() != run)
        m_model->choose({run});
    if (m_model->chosen().size() > 1) {
        m_shown->setCurrent(About);
        refreshTable();
    }
    m_details->writeName();
}

QString RunsPage::whyAbsent(const RunRecord& record) const
{
    if (record.state == RecordState::Missing)
        return tr("The folder is not there: %1.").arg(record.folder);
    QString why = record.insideFolder(m_library.whyNotLoaded(record.id));
    if (why.isEmpty() && record.state == RecordState::Unreadable)
        why = record.problemText();
    return why.isEmpty() ? QString() : tr("This run is damaged. %1").arg(why);
}

QString RunsPage::emptyPlotText(const QStringList& reasons) const
{
    if (reasons.isEmpty())
        return tr("The curves of chosen runs appear here, in one plot.");
    const auto reading = [this](qsizetype i) { return !m_drawn.runs[static_cast<std::size_t>(i)]; };
    for (qsizetype i = 0; i < reasons.size(); ++i)
        if (reasons.at(i).isEmpty() && reading(i))
            return tr("Reading the run");
    const bool absent = std::ranges::any_of(reasons, [](const QString& reason) { return !reason.isEmpty(); });
    if (!absent)
        return std::ranges::find(m_drawn.states, RecordState::Running) != m_drawn.states.end()
            ? tr("No step is recorded yet")
            : tr("No step was recorded");
    return tr("No curve"); // why is told beside it: of one run by its facts, of more by each map
}

void RunsPage::refreshTable()
{
    const auto count = static_cast<int>(m_model->chosen().size());
    m_shown->setVisible(count > 1);
    const int shown = count == 1 ? About : m_shown->current();
    m_detailsArea->setVisible(count > 0 && shown == About);
    m_tableArea->setVisible(count > 1 && shown != About);
    std::size_t read = 0;
    std::vector<RunRecord> records;
    QStringList waiting;
    for (std::size_t i = 0; i < m_drawn.runs.size(); ++i) {
        const RunRecord* found = m_library.find(m_model->chosen()[i]);
        if (!found)
            continue; // just removed: the list follows
        const RunRecord& record = *found;
        records.push_back(record);
        if (m_drawn.runs[i])
            ++read;
        else if (const QString why = whyAbsent(record); !why.isEmpty())
            waiting << tr("%1: %2").arg(record.title(), why);
    }
    const bool whole = read == m_drawn.runs.size() && count > 1;
    m_tableNote->setVisible(shown != About && (!waiting.isEmpty() || count == 0));
    m_tableNote->setAlignment(count == 0 ? Qt::AlignCenter : Qt::AlignLeft | Qt::AlignVCenter);
    m_tableNote->setContentsMargins(
        count == 0 ? 24 : 12, 4, count == 0 ? 24 : 12, 4); // centred as the plot's and the maps'
    m_tableNote->setText(count == 0 ? tr("The settings in which chosen runs differ appear here, with their results.")
                                    : waiting.join(QLatin1Char('\n')));
    m_differenceCount->setText(count == 1 ? tr("About this run") : shown == About ? tr("About A") : tr("What differs"));
    m_tableShare->setEnabled(whole);
    if (!whole) {
        m_table->setRows(0, {}, {});
        return;
    }
    std::vector<CompareRow> rows = compareConfigs(m_drawn.runs);
    if (const QString edited = editedNote(rows); !edited.isEmpty() && shown != About) {
        m_tableNote->setText(edited);
        m_tableNote->setVisible(true);
    }
    const auto different = std::count_if(rows.begin(), rows.end(), [](const CompareRow& row) { return row.differs; });
    if (shown != About)
        m_differenceCount->setText(tr("%1 of %2 differ").arg(different).arg(rows.size()));
    if (shown == Differences)
        rows = onlyDifferent(std::move(rows));
    m_table->setRows(count, std::move(rows), compareResults(m_drawn.runs, records));
}

} // namespace spectune
