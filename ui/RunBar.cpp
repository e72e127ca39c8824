// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunBar.h"

#include "ui/ElidedLabel.h"
#include "ui/FailureStory.h"
#include "ui/FieldLine.h"
#include "ui/FigureLabel.h"
#include "ui/MessageWords.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/StateMarkView.h"
#include "ui/StudioIcons.h"
#include "visualization/Fonts.h"
#include "visualization/MemoryBar.h"
#include "visualization/NumberFormat.h"
#include "visualization/ProgressLine.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

QString mainIcon(MainAction action)
{
    switch (action) {
    case MainAction::Start:
    case MainAction::Resume:
    case MainAction::ResumeStopped: return QStringLiteral("play");
    case MainAction::Pause: return QStringLiteral("pause");
    case MainAction::Export: return QStringLiteral("export");
    case MainAction::StartAgain: // which begins in Set up
    case MainAction::Evaluate: // never the main one
    case MainAction::None: break;
    }
    return {};
}

/// "1.2 / 8.0 GiB", what the device has more quietly than what the run holds of it.
void showMemory(FigureLabel& label, const DeviceMemory& memory)
{
    const QString used = formatMemory(static_cast<double>(memory.used));
    if (memory.total <= 0) {
        label.setFigures(used, {});
        return;
    }
    const QString total = formatGiB(static_cast<double>(memory.total));
    const QString unit = total.mid(total.lastIndexOf(QLatin1Char(' ')));
    label.setFigures(used.endsWith(unit) ? used.chopped(unit.size()) : used, QStringLiteral(" / ") + total);
}

constexpr QChar quieter(0x2063); ///< where a sentence's quieter part begins; not shown

void showSentence(FigureLabel& label, const QString& sentence)
{
    label.setFigures(sentence.section(quieter, 0, 0), sentence.section(quieter, 1));
}

} // namespace

RunBar::RunBar(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    setObjectName(QStringLiteral("RunBar"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(52);
    setAccessibleName(tr("Run"));
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 0, 12, 0);
    row->setSpacing(14);
    row->addWidget(makeStateColumn());
    m_name = new FieldLine;
    m_name->setSuffix(tr("run name"));
    m_name->setFixedWidth(190);
    m_name->setAccessibleName(tr("Run name"));
    connect(m_name, &QLineEdit::textEdited, this, &RunBar::runNameEdited);
    row->addWidget(m_name);
    row->addWidget(makeProgressColumn(), 1);
    m_messageColumn = new QWidget;
    auto* message = new QVBoxLayout(m_messageColumn);
    message->setContentsMargins(0, 0, 0, 0);
    message->setSpacing(1);
    message->addStretch();
    m_message = new ElidedLabel;
    m_messageDetail = new ElidedLabel;
    m_messageDetail->setFont(Fonts::caption());
    setTone(m_messageDetail, "third");
    message->addWidget(m_message);
    message->addWidget(m_messageDetail);
    message->addStretch();
    row->addWidget(m_messageColumn, 1);
    addStats(row);
    addButtons(row);
    addQuestion(row);
    connect(&run, &RunModel::reset, this, &RunBar::refresh);
    connect(&run, &RunModel::recoloured, this, &RunBar::refresh); // its icons are of the theme
    connect(&run, &RunModel::stateChanged, this, &RunBar::refresh);
    connect(&run, &RunModel::metricsAppended, this, &RunBar::refreshNumbers);
    connect(&run, &RunModel::snapshotChanged, this, &RunBar::refreshMemory);
    connect(&run, &RunModel::checkpointAppended, this, &RunBar::refresh);
    refresh();
}

void RunBar::setContext(const Context& context)
{
    m_input.errors = context.errors;
    m_input.choiceOpen = !context.nextChoice.isEmpty();
    m_input.setupShown = context.setupShown;
    m_steps = context.steps;
    m_epochs = context.epochs;
    m_summary = context.nextChoice.isEmpty() ? context.summary : context.nextChoice;
    refresh();
}

void RunBar::setOffersChanges(bool offers)
{
    m_input.offersChanges = offers;
    refresh();
}

void RunBar::setResumeChange(const QString& change)
{
    m_input.resumeChange = change;
    refresh();
}

void RunBar::setRunName(const QString& name)
{
    if (m_name->text() != name)
        m_name->setText(name);
}

QString RunBar::runName() const
{
    return m_name->text().trimmed();
}

void RunBar::askClose(OpenWork work)
{
    m_question->ask(work, unsavedSteps(m_run));
    refresh();
    m_question->findChild<QPushButton*>(QStringLiteral("KeepTraining"))->setFocus(Qt::OtherFocusReason);
}

void RunBar::withdrawQuestion()
{
    if (m_question->work() == OpenWork::Export || m_question->work() == OpenWork::Animation)
        endQuestion();
}

void RunBar::endQuestion()
{
    if (!isAsking())
        return;
    const bool hadFocus = m_question->isAncestorOf(window()->focusWidget());
    m_question->hide();
    refresh();
    if (hadFocus)
        m_main->setFocus(Qt::OtherFocusReason); // not what stands next to the vanished button
}

bool RunBar::isAsking() const
{
    return m_question->isVisibleTo(this);
}

// What was to be stopped may have ended by itself, or wait for its disk by now, or have found room there. True: all is
// shown anew.
bool RunBar::followQuestion()
{
    const OpenWork work = m_question->work();
    if (work == OpenWork::Run && m_run.isHeld())
        askClose(OpenWork::HeldRun);
    else if ((work == OpenWork::Run && !isActive(m_run.state())) || (work == OpenWork::HeldRun && !m_run.isHeld()))
        endQuestion();
    else
        return false;
    return true;
}

void RunBar::refresh()
{
    if (isAsking() && followQuestion())
        return;
    m_input.state = m_run.state();
    m_input.record = m_run.record();
    m_input.held = m_run.isHeld();
    m_input.cancelled = m_run.isCancelled();
    m_input.exportable = m_run.isExportable();
    m_input.hasHeldOut = !m_run.config().data.evalPath.empty();
    m_input.hasCheckpoint = !m_run.checkpoints().empty();
    m_input.checkpointStep = m_input.hasCheckpoint ? m_run.checkpoints().back() : 0;
    m_state = RunBarState::of(m_input);
    m_mark->setMark(m_state.mark);
    m_title->setText(m_state.title);
    m_title->setToolTip(m_state.mark == StateMark::Cross ? labelledWords(m_run.failure().message) : m_state.note);
    setTone(m_title, m_state.mark == StateMark::Cross ? "error" : "");
    const auto apply = [](QPushButton* button, const BarButton& state) {
        button->setVisible(state.visible);
        button->setEnabled(state.enabled);
        button->setText(state.text);
    };
    apply(m_main, m_state.main);
    apply(m_step, m_state.step);
    apply(m_stop, m_state.stop);
    apply(m_evaluate, m_state.evaluate);
    placeEvaluate();
    apply(m_save, m_state.save);
    apply(m_export, m_state.exportRun);
    m_export->setToolTip(m_state.exportNote);
    const bool changes = m_state.showsFailure && !m_input.resumeChange.isEmpty();
    m_main->setToolTip(m_state.action == MainAction::Export ? m_state.exportNote
            : m_state.action == MainAction::StartAgain      ? m_state.againNote
            : changes
            ? tr("With the change that is chosen under “What happened”. As it was, a run is resumed from Runs.")
            : tr("Start (Ctrl+Return), Pause and Resume (Space)"));
    const QString icon = mainIcon(m_state.action);
    m_main->setIcon(
        icon.isEmpty() ? QIcon() : studioIcon(icon, m_state.mainIsPrimary ? IconTone::OnPrimary : IconTone::Text));
    setRole(m_main, m_state.mainIsPrimary ? "primary" : "");
    const bool waiting = m_state.action == MainAction::Start;
    m_details->setVisible(m_state.showsFailure && !m_input.held); // the bar has room for all of it
    m_name->setVisible(waiting && m_input.setupShown);
    m_progressColumn->setVisible(m_state.showsProgress);
    m_messageColumn->setVisible(!m_state.showsProgress);
    m_stats->setVisible(m_state.showsProgress);
    m_buttons->setVisible(!isAsking());
    layout()->setContentsMargins(12, 0, isAsking() ? 0 : 12, 0); // the question's ground reaches the window's edge
    refreshMessage();
    refreshNumbers();
}

// Beside Save while a run goes on; left of Export and Resume once it has ended: these stay at the right end, where no
// button of a run appears under a second click.
void RunBar::placeEvaluate()
{
    const bool hasEnded = !m_state.evaluateNote.isEmpty();
    m_evaluate->setToolTip(hasEnded ? m_state.evaluateNote : tr("Evaluates on the evaluation file now (Ctrl+E)"));
    auto* row = static_cast<QHBoxLayout*>(m_buttons->layout());
    const bool isLeft = row->indexOf(m_evaluate) < row->indexOf(m_main);
    if (hasEnded == isLeft)
        return;
    row->removeWidget(m_evaluate);
    row->insertWidget(row->indexOf(hasEnded ? m_export : m_save), m_evaluate);
}

void RunBar::refreshMessage()
{
    QString message;
    QString detail;
    const bool failed = m_state.showsFailure;
    if (failed) {
        message = labelledWords(m_run.failure().message).section(QLatin1Char('\n'), 0, 0);
        detail = m_input.held             ? tr("Nothing is lost: the run waits. Make room, then try again.")
            : m_run.checkpoints().empty() ? tr("Nothing was saved yet: no checkpoint had been reached.")
                                          : tr("Saved: step %1.").arg(formatCount(m_run.checkpoints().back()));
    } else if (m_input.errors > 0) {
        message = counted(m_input.errors, tr("Fix %1 error to start"), tr("Fix %1 errors to start"));
    } else {
        message = m_summary;
    }
    m_message->setText(message);
    m_message->setToolTip(message);
    setTone(m_message, !failed && m_input.errors > 0 ? "error" : failed ? "" : "second");
    // After the tone: polishing anew brings back the font that the label was made with.
    QFont font = failed ? Fonts::heading() : Fonts::body();
    font.setWeight(failed ? QFont::DemiBold : QFont::Normal);
    m_message->setFont(font);
    m_message->setAlignment(failed ? Qt::AlignLeft : Qt::AlignRight | Qt::AlignVCenter);
    m_messageDetail->setText(detail);
    m_messageDetail->setVisible(!detail.isEmpty());
}

bool RunBar::event(QEvent* event)
{
    const bool taken = QWidget::event(event);
    if (event->type() == QEvent::LayoutRequest)
        fitColumns(); // the columns have their widths by now
    return taken;
}

void RunBar::resizeEvent(QResizeEvent* event)
{
    QWidget::resizeEvent(event);
    fitColumns();
}

bool RunBar::hasMemory() const
{
    return m_run.memory().used > 0 && isActive(m_input.state) && !isAsking(); // a question takes the room
}

void RunBar::refreshMemory()
{
    const DeviceMemory& memory = m_run.memory();
    if (hasMemory()) {
        showMemory(*m_memory, memory);
        const QString help
            = tr("On a processor this is the memory of the whole program: the run with its model, LibTorch and the "
                 "studio. The need that Set up tells is the run's alone. On a GPU it is what LibTorch's allocator has "
                 "taken of its memory. At most so far: %1.")
                  .arg(formatMemory(static_cast<double>(m_run.mostMemory())));
        m_memoryStat->setToolTip(help);
        m_memory->setAccessibleDescription(help);
    }
    fitColumns();
}

// The device's memory is shown only where step and time left keep their room, which are asked for more often; in a bar
// that is narrower still the share done stands without the time left.
void RunBar::fitColumns()
{
    constexpr int gap = 12;
    const int steps = m_stepText->sizeHint().width() + gap;
    const auto needs = [&](const QString& text) {
        return steps + static_cast<int>(std::ceil(tabularWidth(m_leftText->font(), text)));
    };
    const int taken = m_memoryStat->isVisibleTo(this) ? m_memoryStat->width() + gap : 0;
    const int withoutMemory = m_progressColumn->width() + taken;
    const int withMemory = withoutMemory - m_memoryStat->sizeHint().width() - gap;
    const bool memory = hasMemory() && withMemory >= needs(m_left);
    m_memoryStat->setVisible(memory);
    const int room = memory ? withMemory : withoutMemory;
    m_leftText->setText(needs(m_whenResumed) <= room ? m_whenResumed : needs(m_left) <= room ? m_left : m_share);
}

void RunBar::refreshNumbers()
{
    m_subtitle->setText(subtitle());
    const QString note = titleNote();
    m_titleNote->setText(note.isEmpty() ? QString() : QStringLiteral("· ") + note);
    if (!m_state.showsProgress)
        return;
    const std::int64_t total = m_run.resolved().totalSteps;
    m_progress->setPlan(m_run.plan());
    m_progress->setStep(m_run.step());
    showSentence(*m_stepText, tr("Step %1 of %2").arg(formatCount(m_run.step()) + quieter, formatCount(total)));
    m_share = total > 0 ? formatPercent(static_cast<double>(m_run.step()) / static_cast<double>(total)) : QString();
    m_left = m_share;
    const double perStep = m_run.secondsPerStep();
    const bool goesOn = perStep > 0 && isActive(m_input.state) && m_run.step() < total;
    const QString time = goesOn ? formatDuration(perStep * static_cast<double>(total - m_run.step())) : QString();
    if (goesOn)
        m_left = tr("%1 · %2 left").arg(m_share, time);
    const bool waits = goesOn && m_input.state == SessionState::Paused; // until then no time runs
    m_whenResumed = waits ? tr("%1 · %2 once resumed").arg(m_share, time) : m_left;
    const auto& metrics = m_run.history().metrics;
    const bool any = !metrics.empty();
    m_loss->setText(any ? formatLoss(metrics.back().loss) : QStringLiteral("–"));
    m_speed->setText(any ? formatCount(std::llround(shownSpeed())) : QStringLiteral("–"));
    const QString help = speedHelp();
    m_speed->parentWidget()->setToolTip(help);
    m_speed->setAccessibleDescription(help);
    m_rate->setText(any ? formatScientific(shownRate()) : QStringLiteral("–"));
    refreshMemory();
}

} // namespace spectune
