// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TimelineStrip.h"

#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/ReplayPlayer.h"
#include "ui/RunModel.h"
#include "ui/StudioIcons.h"
#include "visualization/EventTimeline.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace spectune {

namespace {
constexpr int usualLeftWidth = 208; // px, of buttons and words
constexpr int wordsGap = 6;
} // namespace

TimelineStrip::TimelineStrip(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    setObjectName(QStringLiteral("TimelineStrip"));
    setAttribute(Qt::WA_StyledBackground);
    setFixedHeight(86);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 6, 12, 0);
    row->setSpacing(8);
    m_player = new ReplayPlayer(run, this);
    row->addWidget(makeButtons());
    m_timeline = new EventTimeline;
    m_timeline->setAccessibleName(tr("Timeline"));
    row->addWidget(m_timeline, 1);
    addPictureMenu(
        *m_timeline, [this] { return m_run.name() + QStringLiteral("-timeline"); },
        [this] { return [csv = m_timeline->toCsv()] { return csv; }; },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });

    connectAll();
    refreshAll();
}

QWidget* TimelineStrip::makeButtons()
{
    m_left = new QWidget;
    m_left->setFixedWidth(usualLeftWidth);
    auto* column = new QVBoxLayout(m_left);
    column->setContentsMargins(0, 2, 0, 8);
    column->setSpacing(2);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(5);
    const auto iconButton = [&](const char* icon, const QString& tip) {
        auto* button = makeSmallButton(QString(), QString::fromLatin1(icon));
        button->setFixedWidth(26);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        buttons->addWidget(button);
        return button;
    };
    m_previous = iconButton("previous", tr("Previous masking event ([)"));
    m_play = iconButton("play", tr("Replay (P)"));
    m_next = iconButton("next", tr("Next masking event (])"));
    m_live = makeSmallButton(tr("Live"));
    m_live->setToolTip(tr("Back to live (End or L)"));
    buttons->addWidget(m_live);
    buttons->addStretch();
    m_film = iconButton("film", tr("Save as an animation"));
    column->addLayout(buttons);
    column->addStretch();
    auto* shownEvent = new QHBoxLayout;
    shownEvent->setSpacing(wordsGap);
    m_event = makeHeading(QString());
    m_speed = makeSpeed();
    shownEvent->addWidget(m_event);
    shownEvent->addStretch();
    shownEvent->addWidget(m_speed);
    column->addLayout(shownEvent);
    auto* counts = new QHBoxLayout;
    counts->setSpacing(10);
    m_pruned = makeCaption(QString());
    m_revived = makeCaption(QString());
    for (QLabel* label : {m_pruned, m_revived}) {
        label->setTextFormat(Qt::RichText);
        counts->addWidget(label);
    }
    counts->addStretch();
    column->addLayout(counts);
    return m_left;
}

QToolButton* TimelineStrip::makeSpeed()
{
    auto* speeds = new QMenu(this);
    for (const PlaySpeed& speed : PlaySpeed::all()) {
        QAction* entry = speeds->addAction(speed.name(), m_player, [this, speed] { m_player->setSpeed(speed); });
        entry->setCheckable(true);
        connect(speeds, &QMenu::aboutToShow, entry,
            [this, entry, speed] { entry->setChecked(m_player->speed() == speed); });
    }
    auto* button = new QToolButton;
    button->setFont(Fonts::caption());
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(speeds);
    button->setProperty("role", "menu");
    button->setFixedHeight(18);
    button->setToolTip(tr("Speed of the replay"));
    button->setAccessibleName(button->toolTip());
    return button;
}

void TimelineStrip::playOrStop()
{
    m_player->isPlaying() ? m_player->stop() : m_player->play();
}

void TimelineStrip::refreshPlayer()
{
    const bool playing = m_player->isPlaying();
    m_play->setIcon(studioIcon(playing ? QStringLiteral("pause") : QStringLiteral("play")));
    m_play->setToolTip(playing ? tr("Stop the replay (P)") : tr("Replay (P)"));
    m_play->setAccessibleName(m_play->toolTip());
    m_play->setEnabled(m_run.step() > 0);
    m_film->setEnabled(m_run.step() > 0);
    m_speed->setText(m_player->speed().shortName());
}

void TimelineStrip::connectAll()
{
    connect(m_play, &QPushButton::clicked, this, &TimelineStrip::playOrStop);
    connect(m_film, &QPushButton::clicked, this, &TimelineStrip::animationWanted);
    connect(m_player, &ReplayPlayer::changed, this, &TimelineStrip::refreshPlayer);
    connect(m_previous, &QPushButton::clicked, this, &TimelineStrip::previousEvent);
    connect(m_next, &QPushButton::clicked, this, &TimelineStrip::nextEvent);
    connect(m_live, &QPushButton::clicked, this, &TimelineStrip::goLive);
    connect(m_timeline, &EventTimeline::stepRequested, &m_run, &RunModel::showStep);
    connect(m_timeline, &EventTimeline::liveRequested, this, &TimelineStrip::goLive);
    connect(m_timeline, &EventTimeline::scrubbingChanged, this, &TimelineStrip::scrubbingChanged);
    connect(&m_run, &RunModel::reset, this, &TimelineStrip::refreshAll);
    connect(&m_run, &RunModel::recoloured, this, &TimelineStrip::refreshText);
    connect(&m_run, &RunModel::stateChanged, this, [this] {
        m_timeline->setFailure(m_run.state() == SessionState::Failed ? m_run.step() : -1);
        refreshText();
    });
    connect(&m_run, &RunModel::metricsAppended, this, [this] {
        const bool first = m_timeline->now() < 1;
        m_timeline->setNow(m_run.step());
        if (first)
            refreshPlayer();
    });
    connect(&m_run, &RunModel::eventAppended, this, [this](const MaskEvent& event) {
        m_timeline->append(event);
        refreshText();
    });
    connect(&m_run, &RunModel::editTaken, this, [this] { // the events to come are others now
        m_timeline->setPlan(m_run.plan());
        refreshText();
    });
    connect(&m_run, &RunModel::evaluationAppended, this, &TimelineStrip::refreshEvaluations);
    connect(&m_run, &RunModel::checkpointAppended, this, [this] { m_timeline->setCheckpoints(m_run.checkpoints()); });
    connect(&m_run, &RunModel::shownStepChanged, this, [this](qint64 step) {
        m_timeline->setShownStep(step);
        refreshText();
    });
}

void TimelineStrip::previousEvent()
{
    const std::int64_t from = m_run.shownStep() < 0 ? m_run.step() + 1 : m_run.shownStep();
    if (const std::int64_t step = m_timeline->eventBefore(from); step >= 0)
        m_run.showStep(step);
}

void TimelineStrip::nextEvent()
{
    if (m_run.shownStep() < 0)
        return;
    m_run.showStep(m_timeline->eventAfter(m_run.shownStep()));
}

void TimelineStrip::goLive()
{
    m_run.showStep(-1);
}

void TimelineStrip::shift(int steps)
{
    const std::int64_t from = m_run.shownStep() < 0 ? m_run.step() : m_run.shownStep();
    m_run.showStep(std::max<std::int64_t>(from + steps, 1));
}

void TimelineStrip::refreshEvaluations()
{
    std::vector<std::int64_t> evaluations;
    for (const EvalPoint& point : m_run.history().evaluations)
        evaluations.push_back(point.step);
    m_timeline->setEvaluations(evaluations);
}

QString TimelineStrip::eventWords(std::size_t number, std::int64_t step)
{
    return tr("Event %1 <span style='font-weight:400'>step %2</span>")
        .arg(formatCount(static_cast<std::int64_t>(number)), formatCount(step));
}

void TimelineStrip::fitEventWords()
{
    const PlotPlan plan = m_run.plan();
    const std::int64_t count = plan.eventCount();
    QLabel last(count == 0 ? QString() : eventWords(static_cast<std::size_t>(count), plan.eventAt(count - 1)));
    last.setFont(m_event->font());
    last.setTextFormat(Qt::RichText);
    m_left->setFixedWidth(std::max(usualLeftWidth, last.sizeHint().width() + wordsGap + m_speed->sizeHint().width()));
}

void TimelineStrip::refreshAll()
{
    m_timeline->setPlan(m_run.plan());
    fitEventWords(); // for the last event's: the timeline does not move while a run goes on
    m_timeline->setEvents(m_run.history().events);
    refreshEvaluations();
    m_timeline->setCheckpoints(m_run.checkpoints());
    m_timeline->setNow(m_run.step());
    m_timeline->setShownStep(m_run.shownStep());
    m_timeline->setFailure(m_run.state() == SessionState::Failed ? m_run.step() : -1);
    refreshText();
    refreshPlayer();
}

void TimelineStrip::refreshText()
{
    const auto& events = m_run.history().events;
    const bool live = m_run.shownStep() < 0;
    setRole(m_live, live ? "" : "primary");
    m_live->setText(isTerminal(m_run.state()) ? tr("End") : tr("Live"));
    m_previous->setEnabled(!events.empty());
    m_next->setEnabled(!live);
    m_live->setEnabled(m_run.hasRun());
    const auto after = std::upper_bound(events.begin(), events.end(),
        live ? std::numeric_limits<std::int64_t>::max() : m_run.shownStep(),
        [](std::int64_t step, const MaskEvent& event) { return step < event.step; });
    const auto count = static_cast<std::size_t>(after - events.begin());
    if (count == 0) {
        const PlotPlan plan = m_run.plan();
        const std::int64_t planned = plan.eventCount();
        m_event->setText(tr("No event yet"));
        if (!allocatesBudget(m_run.config().method))
            m_pruned->setText(tr("this method does not prune"));
        else if (planned == 0) // a recorded run that has not told its matrices yet
            m_pruned->setText(tr("%1 planned").arg(formatCount(m_run.resolved().schedule.eventCount())));
        else
            m_pruned->setText(tr("%1 planned, first at %2").arg(formatCount(planned), formatCount(plan.eventAt(0))));
        m_revived->clear();
        return;
    }
    const MaskEvent& event = events[count - 1];
    m_event->setTextFormat(Qt::RichText);
    m_event->setText(eventWords(count, event.step));
    const Theme& theme = Theme::current();
    m_pruned->setText(QStringLiteral("<span style='color:%1'>▼ %2</span>")
                          .arg(theme.prune.name(), tr("%1 pruned").arg(formatCount(event.pruned))));
    m_revived->setText(QStringLiteral("<span style='color:%1'>▲ %2</span>")
                           .arg(theme.revive.name(), tr("%1 revived").arg(formatCount(event.revived))));
}

} // namespace spectune
