// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HistorySection.h"

#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "visualization/TripletHistory.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace spectune {

namespace {

constexpr int refreshMilliseconds = 150;

} // namespace

HistorySection::HistorySection(RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
{
    auto* column = makeSection();
    setLayout(column);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Over the run")));
    head->addStretch();
    head->addWidget(makeCaption(tr("click shows that event")));
    column->addLayout(head);
    m_history = new TripletHistory;
    column->addWidget(m_history);
    m_none = makeCaption(QString(), "third", true);
    column->addWidget(m_none);
    m_soon.setSingleShot(true);
    m_soon.setInterval(refreshMilliseconds);
    connect(&m_soon, &QTimer::timeout, this, &HistorySection::refresh);
    const auto soon = [this] {
        if (!m_soon.isActive())
            m_soon.start();
    };
    connect(&run, &RunModel::eventAppended, this, soon);
    connect(&run, &RunModel::reset, this, soon);
    connect(&run, &RunModel::shownStepChanged, this, [this](qint64 step) { m_history->setShownStep(step); });
    connect(m_history, &TripletHistory::stepActivated, &run, &RunModel::showStep);
    connect(m_history, &TripletHistory::tripletActivated, this, &HistorySection::tripletActivated);
    refresh();
}

void HistorySection::setModule(ModuleIndex module)
{
    if (module != m_module) {
        m_module = module;
        refresh();
    }
}

void HistorySection::setSelected(int triplet)
{
    m_history->setSelected(triplet);
}

void HistorySection::refresh()
{
    const auto layout = m_run.layout();
    const ReplayReader* file = layout ? m_run.replay().readerOf(*layout) : nullptr;
    const bool told
        = file != nullptr && m_module.isValid() && m_module.at() < layout->modules.size() && file->eventCount() > 0;
    m_history->setVisible(told);
    m_none->setVisible(!told);
    if (!told) {
        const bool events = !m_run.history().events.empty();
        m_none->setText(events
                ? tr("Scores over the run are kept in replay.bin. This run's folder has none, so only its "
                     "ranks are known.")
                : allocatesBudget(m_run.config().method)
                ? tr("It begins with the first masking event.")
                : tr("This method has no masking events: every triplet stays."));
        return;
    }
    std::vector<std::int64_t> steps;
    std::vector<float> thresholds;
    for (std::size_t event = 0; event < file->eventCount(); ++event) {
        steps.push_back(file->stepOf(event));
        thresholds.push_back(file->thresholdOf(event));
    }
    m_history->setHistory(file->historyOf(m_module), std::move(steps), std::move(thresholds),
        static_cast<int>(layout->initRank), std::max(m_run.resolved().totalSteps, m_run.step()));
    m_history->setShownStep(m_run.shownStep());
}

} // namespace spectune
