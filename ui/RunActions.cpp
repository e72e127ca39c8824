// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunActions.h"

#include "ui/RunPlans.h"

#include <QAction>

namespace spectune {

namespace {

QString anotherGoesOn()
{
    return RunActions::tr("Another run is still running. Stop it or wait for its end.");
}

/// Why the run's files cannot be used; empty: they can.
QString whyUnreadable(const RunRecord& run)
{
    switch (run.state) {
    case RecordState::Missing: return RunActions::tr("The folder of “%1” is not there.").arg(run.title());
    case RecordState::Unreadable: return RunActions::tr("“%1” is damaged.").arg(run.title());
    default: return {};
    }
}

/// Why the run cannot be taken into the window; empty: it can.
QString whyHeld(const RunRecord& run, bool busy)
{
    if (const QString why = whyUnreadable(run); !why.isEmpty())
        return why;
    if (run.state == RecordState::Running)
        return RunActions::tr("“%1” is still running. Stop it or wait for its end.").arg(run.title());
    return busy ? anotherGoesOn() : QString();
}

RunAction nextOf(const RunRecord& run)
{
    if (!run.endedEarly())
        return RunAction::Export;
    return run.canResume() ? RunAction::Resume : RunAction::StartAgain;
}

} // namespace

RunActions::RunActions(QObject* parent)
    : QObject(parent)
{
    const auto add = [this](RunAction kind, const QString& text) {
        auto* action = new QAction(text, this);
        connect(action, &QAction::triggered, this, [this, kind] { Q_EMIT wanted(kind, m_run); });
        m_actions.at(static_cast<std::size_t>(kind)) = action;
    };
    add(RunAction::Open, tr("Open"));
    add(RunAction::StartAgain, tr("Start again"));
    add(RunAction::FixedRanks, tr("Use rank map"));
    add(RunAction::Resume, tr("Resume where it was left"));
    add(RunAction::Continue, tr("Continue with more steps…"));
    add(RunAction::Export, tr("Export…"));
    add(RunAction::ShowFolder, tr("Show its folder"));
    add(RunAction::Delete, tr("Delete…"));
}

void RunActions::set(RunAction kind, const QString& does, const QString& whyNot)
{
    QAction& action = *(*this)[kind];
    action.setEnabled(whyNot.isEmpty());
    action.setToolTip(whyNot.isEmpty() ? does : whyNot);
}

void RunActions::setRun(const RunRecord& run, const Circumstances& now)
{
    const QString name = run.title();
    const QString held = whyHeld(run, now.busy);
    m_run = run.id;
    m_next = nextOf(run);
    (*this)[RunAction::Open]->setText(now.opening ? tr("Opening…") : tr("Open"));
    set(RunAction::Open, tr("Opens “%1” in Live, as it was recorded").arg(name),
        now.opening ? tr("“%1” is being opened.").arg(name) : held);
    setNewRuns(run, whyUnreadable(run).isEmpty());
    setGoingOn(run, now.busy);
    (*this)[RunAction::Export]->setVisible(m_next == RunAction::Export);
    set(RunAction::Export, tr("Exports the adapter of “%1”").arg(name), held);
    const bool missing = run.state == RecordState::Missing;
    set(RunAction::ShowFolder, tr("Shows the folder of “%1”").arg(name), missing ? whyUnreadable(run) : QString());
    (*this)[RunAction::Delete]->setText(missing ? tr("Remove from the history…") : tr("Delete…"));
    set(RunAction::Delete,
        missing ? tr("Removes “%1” from the history, after asking").arg(name)
                : tr("Moves the folder of “%1” to the trash, after asking").arg(name),
        run.state == RecordState::Running ? whyHeld(run, false) : QString());
}

void RunActions::setNewRuns(const RunRecord& run, bool readable)
{
    const QString name = run.title();
    const bool knowsConfig
        = (run.state != RecordState::Unreadable || !run.method.isEmpty()) && !run.configuration.isEmpty();
    set(RunAction::StartAgain,
        m_next == RunAction::StartAgain
            ? tr("“%1” has no checkpoint to resume from: a new set-up with its configuration").arg(name)
            : tr("A new set-up with the configuration of “%1”").arg(name),
        knowsConfig ? QString() : tr("The configuration of “%1” cannot be read.").arg(name));
    set(RunAction::FixedRanks,
        tr("A new set-up in which every matrix keeps the rank that “%1” has at its last step").arg(name),
        !readable                ? whyUnreadable(run)
            : run.ranks.kept > 0 ? QString()
                                 : tr("“%1” has recorded no ranks.").arg(name));
}

void RunActions::setGoingOn(const RunRecord& run, bool busy)
{
    const QString name = run.title();
    (*this)[RunAction::Resume]->setVisible(run.endedEarly());
    set(RunAction::Resume, tr("Resumes “%1” in its own folder, from its last checkpoint").arg(name),
        m_next != RunAction::Resume ? tr("“%1” has no checkpoint (checkpoints/step-N) to go on from.").arg(name)
            : busy                  ? anotherGoesOn()
                                    : QString());
    const ContinueChoice further = continueChoice(run);
    const QString words = tr("%1: %2").arg(name, further.text);
    set(RunAction::Continue, words, !further.possible ? words : busy ? anotherGoesOn() : QString());
}

} // namespace spectune
