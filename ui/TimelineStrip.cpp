// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TimelineStrip.h"

#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/StudioIcons.h"
#include "visualization/EventTimeline.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

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
    auto* left = new QWidget;
    left->setFixedWidth(196);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(0, 2, 0, 8);
    column->setSpacing(2);
    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(6);
    const auto iconButton = [&](const char* icon, const QString& tip) {
        auto* button = makeSmallButton(QString(), QString::fromLatin1(icon));
        button->setFixedWidth(26);
        button->setToolTip(tip);
        button->setAccessibleName(tip);
        buttons->addWidget(button);
        return button;
    };
    m_previous = iconButton("previous", tr("Previous masking event ([)"));
    m_next = iconButton("next", tr("Next masking event (])"));
    m_live = makeSmallButton(tr("Live"));
    m_live->setToolTip(tr("Follows the run (End or L)"));
    buttons->addWidget(m_live);
    buttons->addStretch();
    column->addLayout(buttons);
    column->addStretch();
    m_event = makeHeading(QString());
    column->addWidget(m_event);
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
    row->addWidget(left);
    m_timeline = new EventTimeline;
    m_timeline->setAccessibleName(tr("Timeline"));
    row->addWidget(m_timeline, 1);

    connectAll();
    refreshAll();
}

void TimelineStrip::connectAll()
{
    connect(m_previous, &QPushButton::clicked, this, &TimelineStrip::previousEvent);
    connect(m_next, &QPushButton::clicked, this, &TimelineStrip::nextEvent);
    connect(m_live, &QPushButton::clicked, this, &TimelineStrip::goLive);
    connect(m_timeline, &EventTimeline::stepRequested, &m_run, &RunModel::showStep);
    connect(m_timeline, &EventTimeline::liveRequested, this, &TimelineStrip::goLive);
    connect(m_timeline, &EventTimeline::scrubbingChanged, this, &TimelineStrip::scrubbingChanged);
    connect(&m_run, &RunModel::reset, this, &TimelineStrip::refreshAll);
    connect(&m_run, &RunModel::stateChanged, this, [this] {
        m_timeline->setFailure(m_run.state() == SessionState::Failed ? m_run.step() : -1);
        refreshText();
    });
    connect(&m_run, &RunModel::metricsAppended, this, [this] { m_timeline->setNow(m_run.step()); });
    connect(&m_run, &RunModel::eventAppended, this, [this](const MaskEvent& event) {
        m_timeline->append(event);
        refreshText();
    });
    connect(&m_run, &RunModel::evaluationAppended, this, &TimelineStrip::refreshAll);
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

void TimelineStrip::refreshAll()
{
    const RunHistory& history = m_run.history();
    std::vector<std::int64_t> evaluations;
    for (const EvalPoint& point : history.evaluations)
        evaluations.push_back(point.step);
    m_timeline->setPlan(m_run.plan());
    m_timeline->setEvents(history.events);
    m_timeline->setEvaluations(evaluations);
    m_timeline->setCheckpoints(m_run.checkpoints());
    m_timeline->setNow(m_run.step());
    m_timeline->setShownStep(m_run.shownStep());
    m_timeline->setFailure(m_run.state() == SessionState::Failed ? m_run.step() : -1);
    refreshText();
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
    std::size_t count = events.size();
    while (!live && count > 0 && events[count - 1].step > m_run.shownStep())
        --count;
    if (count == 0) {
        const std::vector<std::int64_t> planned = m_run.plan().plannedEvents();
        m_event->setText(tr("No event yet"));
        m_pruned->setText(planned.empty()
                ? tr("this method does not prune")
                : tr("%1 planned, first at %2").arg(planned.size()).arg(formatCount(planned.front())));
        m_revived->clear();
        return;
    }
    const MaskEvent& event = events[count - 1];
    m_event->setTextFormat(Qt::RichText);
    m_event->setText(
        tr("Event %1 <span style='font-weight:400'>step %2</span>").arg(count).arg(formatCount(event.step)));
    const Theme& theme = Theme::current();
    m_pruned->setText(QStringLiteral("<span style='color:%1'>▼ %2</span>")
                          .arg(theme.prune.name(), tr("%1 pruned").arg(formatCount(event.pruned))));
    m_revived->setText(QStringLiteral("<span style='color:%1'>▲ %2</span>")
                           .arg(theme.revive.name(), tr("%1 revived").arg(formatCount(event.revived))));
}

} // namespace spectune
