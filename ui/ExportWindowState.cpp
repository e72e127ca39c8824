// SPDX-License-Identifier: GPL-3.0-or-later
// What the export window says of its run, of what is left to write, and of what came of it.
#include "ui/ExportRow.h"
#include "ui/ExportTexts.h"
#include "ui/ExportWindow.h"
#include "ui/FieldLine.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/SessionController.h"
#include "visualization/NumberFormat.h"

#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>

#include <algorithm>

namespace spectune {

// Of a run's folder the engine exports the newest checkpoint; a run without any has its end alone.
std::int64_t ExportWindow::exportedStep() const
{
    return m_run.checkpoints().empty() ? m_run.step() : m_run.checkpoints().back();
}

void ExportWindow::renew()
{
    if (isVisible() && !m_source.isEmpty() && m_source == m_run.folder() && !isBusy())
        takeRanks();
}

void ExportWindow::takeRanks()
{
    const auto snapshot = m_run.replay().at(m_run.layout(), m_run.history().events, exportedStep());
    ExportFacts facts = snapshot ? ExportFacts::of(*snapshot) : ExportFacts();
    facts.modelBytes = m_facts.modelBytes;
    facts.modelParameters = m_facts.modelParameters;
    facts.modelType = m_facts.modelType;
    facts.mergesAsFloat32 = m_facts.mergesAsFloat32;
    m_facts = facts;
    m_subtitle->setText(subtitle());
    refreshFacts();
    refreshFoot();
}

QString ExportWindow::subtitle() const
{
    const SessionState state = m_run.state();
    if (!isTerminal(state) && m_run.checkpoints().empty())
        return tr("Nothing is saved yet: save the run first");
    const std::int64_t step = exportedStep();
    const bool whole = step == m_run.step();
    QString text = isTerminal(state) && whole ? tr("step %1").arg(formatCount(step))
                                              : tr("checkpoint of step %1").arg(formatCount(step));
    if (!whole && isTerminal(state))
        return text + tr(" · the run ended at %1, which is not saved").arg(formatCount(m_run.step()));
    if (!whole && state == SessionState::Paused)
        return text + tr(" · the run stands at %1: save it first to export that").arg(formatCount(m_run.step()));
    if (m_facts.modules > 0)
        text += tr(" · %1 triplets in %2 matrices, ranks %3 to %4")
                    .arg(formatCount(m_facts.triplets), formatCount(m_facts.modules))
                    .arg(m_facts.smallestRank)
                    .arg(m_facts.largestRank);
    if (m_facts.zeroModules > 0)
        text += tr(" · %1 at rank 0 left out").arg(m_facts.zeroModules);
    return text;
}

bool ExportWindow::isLeft(const Profile& profile)
{
    return profile.row->isChosen() && profile.row->stage() != ExportRow::Stage::Done;
}

bool ExportWindow::hasLeft() const
{
    return std::any_of(m_profiles.begin(), m_profiles.end(), isLeft);
}

QString ExportWindow::writeText() const
{
    if (m_written.empty())
        return tr("Export");
    if (!hasLeft())
        return tr("Export again");
    const bool onlyFailed = std::all_of(m_profiles.begin(), m_profiles.end(), [](const Profile& profile) {
        const ExportRow::Stage stage = profile.row->stage();
        return !isLeft(profile) || stage == ExportRow::Stage::Failed || stage == ExportRow::Stage::Differs;
    });
    return onlyFailed ? tr("Export the failed again") : tr("Export the rest");
}

QString ExportWindow::waitsFor(const Profile& profile) const
{
    const SessionState state = m_session.state();
    if (isActive(state) && state != SessionState::Paused)
        return tr("Waits until the run is paused or has ended");
    const auto work = m_session.workBefore(profile.request);
    if (!work)
        return tr("Starting…");
    switch (*work) {
    case EngineWork::Checking: return tr("Waits for Try, which checks samples");
    case EngineWork::Answering: return tr("Waits for Try, which answers");
    case EngineWork::Lengths: return tr("Waits for Set up, which measures the samples");
    case EngineWork::Reading: return tr("Waits until model and data are read");
    case EngineWork::Looking: return tr("Waits until the matrices or the device that are shown have been read");
    case EngineWork::Exporting: break;
    }
    return tr("Waits for the export before it");
}

void ExportWindow::refreshQueue()
{
    for (const Profile& profile : m_profiles)
        if (profile.row->stage() == ExportRow::Stage::Queued)
            profile.row->setQueued(waitsFor(profile));
}

void ExportWindow::takeRoom(const QString& folder, const DiskAnswer& answer)
{
    m_roomOf = folder;
    m_room = answer.room;
    refreshFoot();
}

void ExportWindow::refreshFoot()
{
    const bool busy = isBusy();
    const bool chosen = std::any_of(
        m_profiles.begin(), m_profiles.end(), [](const Profile& profile) { return profile.row->isChosen(); });
    m_write->setEnabled(chosen && !busy && !m_source.isEmpty());
    m_write->setText(writeText());
    m_open->setVisible(!m_written.empty());
    m_copy->setVisible(!m_written.empty());
    // What is to be done next: writing, as long as anything is unwritten that was to be.
    const bool writes = m_written.empty() || hasLeft();
    setRole(m_write, writes && !busy ? "primary" : "");
    setRole(m_close, writes || busy ? "" : "primary");
    const QString problem = busy ? QString() : problemText();
    m_state->setText(problem.isEmpty() ? footText() : problem);
    setTone(m_state, problem.isEmpty() ? "second" : "error");
}

QString ExportWindow::problemText() const
{
    QStringList failed;
    QStringList differing;
    FailureKind kind = FailureKind::Internal;
    int done = 0;
    for (const Profile& profile : m_profiles) {
        const ExportRow& row = *profile.row;
        done += row.stage() == ExportRow::Stage::Done ? 1 : 0;
        if (row.stage() == ExportRow::Stage::Failed) {
            failed << row.name();
            kind = row.failureKind();
        } else if (row.stage() == ExportRow::Stage::Differs) {
            differing << row.name();
        }
    }
    if (failed.isEmpty() && differing.isEmpty())
        return {};
    QStringList parts;
    if (done > 0)
        parts << tr("%1 of %2 written and checked.").arg(done).arg(done + failed.size() + differing.size());
    if (!failed.isEmpty())
        parts << ExportTexts::failed(failed, kind, writeText());
    if (!differing.isEmpty())
        parts << ExportTexts::differs(differing, writeText());
    return parts.join(QLatin1Char(' '));
}

QString ExportWindow::footText() const
{
    const SessionState state = m_session.state();
    const auto count = [this](auto is) { return std::count_if(m_profiles.begin(), m_profiles.end(), is); };
    const auto busy = count([](const Profile& profile) { return profile.row->isBusy(); });
    const auto chosen = count([](const Profile& profile) { return profile.row->isChosen(); });
    const auto done = count([](const Profile& profile) { return profile.row->stage() == ExportRow::Stage::Done; });
    if (busy > 0 && isActive(state) && state != SessionState::Paused)
        return tr("Waits until the run is paused or has ended.");
    if (busy > 0 || done > 0)
        return tr("%1 of %2 written and checked. The window can stay open while another run trains.")
            .arg(done)
            .arg(std::max(chosen, done));
    if (chosen == 0)
        return tr("Choose a profile.");
    std::int64_t wanted = 0;
    for (const Profile& profile : m_profiles)
        wanted += profile.row->isChosen() ? m_facts.expectedBytes(profile.row->format()) : 0;
    const QString warning = ExportTexts::shortOfSpace(wanted, m_roomOf == folder() ? m_room : -1);
    return counted(chosen, tr("%1 profile chosen."), tr("%1 profiles chosen."))
        + (warning.isEmpty() ? QString() : QLatin1Char(' ') + warning);
}

} // namespace spectune
