// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/StatusLine.h"

#include "ui/ElidedLabel.h"
#include "ui/FailureStory.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"

#include <QHBoxLayout>
#include <QLabel>

namespace spectune {

namespace {

/// How a run stands that nothing goes on with here.
QString sentenceOfStopped(const RunModel& run, const QString& step)
{
    if (run.isCancelled())
        return run.checkpoints().empty() ? StatusLine::tr("Cancelled before its first step; nothing was saved.")
                                         : StatusLine::tr("Cancelled; it stands as it was saved after step %1.")
                                               .arg(formatCount(run.checkpoints().back()));
    switch (run.record().value_or(RecordState::Stopped)) {
    case RecordState::Running:
        return StatusLine::tr("Another process trains this run. It is shown as it was read, after step %1, and cannot "
                              "be resumed here meanwhile.")
            .arg(step);
    case RecordState::Failed:
        return run.failure().message.empty()
            ? StatusLine::tr("Failed after step %1.").arg(step)
            : StatusLine::tr("Failed after step %1: %2").arg(step, labelledWords(run.failure().message));
    case RecordState::Interrupted:
        return run.isExportable() ? StatusLine::tr("Interrupted after step %1.").arg(step)
                                  : StatusLine::tr("Interrupted after step %1; nothing was saved.").arg(step);
    default: return StatusLine::tr("Stopped after step %1.").arg(step);
    }
}

/// What is to be said of a state that the run has just come into; empty: the run bar says all.
QString sentenceOf(const RunModel& run)
{
    const QString step = formatCount(run.step());
    switch (run.state()) {
    case SessionState::Running:
        return run.step() > 0 ? StatusLine::tr("Training goes on after step %1.").arg(step)
                              : StatusLine::tr("Training.");
    case SessionState::Pausing: return StatusLine::tr("The run pauses after this step.");
    case SessionState::Paused:
        return run.isHeld() ? StatusLine::tr("The run waits at step %1 until it can write.").arg(step)
                            : StatusLine::tr("Paused after step %1.").arg(step);
    case SessionState::Stopping:
        return run.isCancelled() ? StatusLine::tr("The run is cancelled: there is nothing to be saved yet.")
                                 : StatusLine::tr("The run saves, then stops.");
    case SessionState::Finished: return StatusLine::tr("Finished after step %1.").arg(step);
    case SessionState::Stopped: return sentenceOfStopped(run, step);
    case SessionState::Failed:
        return StatusLine::tr("Failed after step %1: %2.").arg(step, failureTitle(run.failure().kind));
    default: break;
    }
    return {};
}

} // namespace

StatusLine::StatusLine(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("StatusLine"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(22);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(16);
    m_errors = makeCaption(QString(), "error");
    m_warnings = makeCaption(QString(), "warn");
    m_lead = makeCaption(QString(), "second");
    m_lead->setFont(Fonts::captionBold());
    m_message = new ElidedLabel;
    m_message->setFont(Fonts::caption());
    m_message->setProperty("tone", QStringLiteral("second"));
    m_place = makeCaption(QString(), "second");
    row->addWidget(m_errors);
    row->addWidget(m_warnings);
    auto* sentence = new QHBoxLayout;
    sentence->setSpacing(4);
    sentence->addWidget(m_lead);
    sentence->addWidget(m_message, 1);
    row->addLayout(sentence, 1);
    row->addWidget(m_place);
    setIssues(0, 0);
    setMessage({}, {});
}

void StatusLine::follow(const RunModel& run)
{
    m_state = run.state();
    connect(&run, &RunModel::stateChanged, this, [this, &run] {
        if (run.state() == m_state)
            return; // a stage of the preparation, say
        tellState(run);
    });
}

void StatusLine::tellState(const RunModel& run)
{
    m_state = run.state();
    setMessage({}, sentenceOf(run));
}

void StatusLine::setIssues(int errors, int warnings)
{
    m_errors->setText(counted(errors, tr("%1 error"), tr("%1 errors")));
    m_warnings->setText(counted(warnings, tr("%1 warning"), tr("%1 warnings")));
    m_errors->setVisible(errors > 0);
    m_warnings->setVisible(warnings > 0);
}

void StatusLine::setMessage(const QString& lead, const QString& text)
{
    m_isHelp = false;
    m_lead->setText(lead.isEmpty() ? QString() : lead + QLatin1Char(':'));
    m_lead->setVisible(!lead.isEmpty());
    const QString line = QString(text).replace(QLatin1Char('\n'), QLatin1Char(' '));
    m_message->setText(line);
    m_message->setToolTip(line);
}

void StatusLine::setHelp(const QString& lead, const QString& text)
{
    setMessage(lead, text);
    m_isHelp = true;
}

void StatusLine::dropHelp()
{
    if (m_isHelp)
        setMessage({}, {});
}

void StatusLine::setPlace(const QString& text, const QString& toolTip)
{
    m_place->setText(text);
    m_place->setToolTip(toolTip);
}

QString StatusLine::message() const
{
    return m_lead->text().isEmpty() ? m_message->text() : m_lead->text() + QLatin1Char(' ') + m_message->text();
}

} // namespace spectune
