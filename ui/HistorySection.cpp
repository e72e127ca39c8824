// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/HistorySection.h"

#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "ui/RunModel.h"
#include "visualization/TripletHistory.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <filesystem>
#include <utility>

namespace spectune {

namespace {

constexpr int refreshMilliseconds = 150;
constexpr std::size_t readAtOnce = 1000; ///< events: some milliseconds

HistorySection::MatrixHistory historyIn(const ReplayReader& file, ModuleIndex module)
{
    HistorySection::MatrixHistory told {.moments = file.historyOf(module), .steps = {}, .thresholds = {}};
    for (std::size_t event = 0; event < file.eventCount(); ++event) {
        told.steps.push_back(file.stepOf(event));
        told.thresholds.push_back(file.thresholdOf(event));
    }
    return told;
}

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
    addPictureMenu(
        *m_history, [this] { return m_run.name() + QStringLiteral("-triplets-over-the-run"); },
        [this] { return m_history->csvWork(); },
        [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); },
        [this](QPaintDevice& device, QSize) { m_history->paintOn(device); });
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
    if (file->eventCount() <= readAtOnce) {
        m_work.forget();
        m_waits = false;
        show(historyIn(*file, m_module));
    } else {
        m_waits = true;
        readSoon();
    }
}

void HistorySection::readSoon()
{
    if (m_shown != m_module) { // another matrix's past does not stand below this one's name
        m_shown = m_module;
        m_history->setHistory({}, {}, {}, static_cast<int>(m_run.layout()->initRank), 1);
    }
    m_work.ask([this]() -> LatestWork::Work {
        return [this, file = m_file, folder = m_run.folder(), module = m_module]() -> LatestWork::Done {
            if (file->folder != folder)
                *file = {folder, ReplayReader(std::filesystem::path(folder.toStdString()))};
            else
                file->reader.refresh();
            auto told = std::make_shared<MatrixHistory>(historyIn(file->reader, module));
            return [this, told, folder, module] {
                if (module == m_module && folder == m_run.folder() && m_waits) // nothing else is shown by now
                    show(std::move(*told));
            };
        };
    });
}

void HistorySection::show(MatrixHistory told)
{
    const auto layout = m_run.layout();
    if (!layout)
        return;
    m_shown = m_module;
    m_history->setHistory(std::move(told.moments), std::move(told.steps), std::move(told.thresholds),
        static_cast<int>(layout->initRank), std::max(m_run.resolved().totalSteps, m_run.step()));
    m_history->setShownStep(m_run.shownStep());
}

} // namespace spectune
