// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourLesson.h"

#include "ui/LessonDelegate.h"
#include "ui/LessonParts.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/Tour.h"
#include "ui/TourTexts.h"
#include "visualization/NumberFormat.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

#include <utility>

namespace spectune {

namespace {

QString detailOf(const TourStop& stop, const TourFacts& facts)
{
    std::int64_t step = facts.happenedAt(stop.moment);
    // The threshold is that of the event that is shown, and so is the step.
    if (stop.text == TourTexts::threshold && facts.shown && facts.shown->hasScores && facts.shown->eventStep >= 0)
        step = facts.shown->eventStep;
    if (step >= 0)
        return TourLesson::tr("step %1 of this run").arg(formatCount(step));
    if (stop.moment != TourEvent::None && facts.hasRun
        && facts.waitFor(stop.moment).state == TourWait::State::Impossible)
        return TourLesson::tr("this run ended without %1").arg(tourEventName(stop.moment));
    if (stop.awaits != TourEvent::None && facts.happenedAt(stop.awaits) < 0)
        return TourLesson::tr("waits for %1").arg(tourEventName(stop.awaits));
    return {};
}

/// Ends with a whole row, wherever it is scrolled to: what is below is told by the scroll bar.
class StopList : public QListWidget {
public:
    StopList()
    {
        connect(verticalScrollBar(), &QScrollBar::valueChanged, this, [this] { fit(); }); // rows differ in height
    }

protected:
    void updateGeometries() override
    {
        QListWidget::updateGeometries();
        fit();
    }

private:
    static constexpr int mostPasses = 3; // another height may move the rows

    void fit()
    {
        if (m_fitting) // a margin asks for new geometries
            return;
        m_fitting = true;
        for (int pass = 0; pass < mostPasses; ++pass) {
            const int left = viewportMargins().bottom();
            const int room = viewport()->height() + left;
            const int cut = room - wholeRows(room);
            if (cut == left)
                break;
            setViewportMargins(0, 0, 0, cut);
        }
        m_fitting = false;
    }

    /// @return end of the last row that @p room holds whole; @p room where all that is below is seen, or no row is
    [[nodiscard]] int wholeRows(int room) const
    {
        int end = 0;
        for (int row = 0; row < count(); ++row) {
            const int bottom = visualItemRect(item(row)).bottom() + 1;
            if (bottom > room)
                return end > 0 ? end : room;
            end = bottom;
        }
        return room;
    }

    bool m_fitting = false;
};

} // namespace

TourLesson::TourLesson(Tour& tour, RunModel& run, QWidget* parent)
    : QWidget(parent)
    , m_tour(tour)
    , m_run(run)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(makeLessonHead(tr("Guided tour"), tr("the method, step by step, on a live run")));
    column->addWidget(makeRule());
    auto* head = makeSection(12, 12);
    m_about = makeText(QString(), "second", true);
    m_about->setObjectName(QStringLiteral("AboutTour"));
    head->addLayout(readable(m_about));
    auto* row = new QHBoxLayout;
    m_main = new QPushButton;
    m_main->setFixedHeight(28);
    setRole(m_main, "primary");
    m_demo = new QPushButton(tr("Start the demo with the tour"));
    m_demo->setFixedHeight(28);
    row->addWidget(m_main);
    row->addWidget(m_demo);
    row->addStretch();
    head->addSpacing(4);
    head->addLayout(row);
    column->addLayout(head);
    column->addWidget(makeRule());
    m_stops = new StopList;
    m_stops->setItemDelegate(new LessonDelegate(m_stops));
    m_stops->setResizeMode(QListView::Adjust);
    m_stops->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel); // a row may be a tenth of the list
    m_stops->setAccessibleName(tr("Stops of the tour"));
    m_stops->setToolTip(tr("Return or a double click goes to the stop"));
    column->addWidget(m_stops, 1);
    connect(m_main, &QPushButton::clicked, this, &TourLesson::startWanted);
    connect(m_demo, &QPushButton::clicked, this, &TourLesson::demoWanted);
    connect(m_stops, &QListWidget::itemActivated, this,
        [this](QListWidgetItem* item) { m_tour.goTo(static_cast<std::size_t>(m_stops->row(item))); });
    connect(&tour, &Tour::entered, this, &TourLesson::refresh);
    connect(&tour, &Tour::ended, this, &TourLesson::refresh);
    connect(&run, &RunModel::reset, this, &TourLesson::refresh);
    connect(&run, &RunModel::stateChanged, this, &TourLesson::refresh);
    connect(&run, &RunModel::eventAppended, this, &TourLesson::refresh);
}

void TourLesson::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    refresh();
}

// The threshold is that of the moment at which the tour shows it, where its scores are known.
TourFacts TourLesson::factsOf(std::size_t stop, const TourFacts& now) const
{
    TourFacts facts = now;
    if (tourStops()[stop].text != TourTexts::threshold)
        return facts;
    if (const std::int64_t step = m_tour.stepOf(stop); step >= 0)
        if (auto then = m_run.replay().at(m_run.layout(), m_run.history().events, step); then && then->hasScores)
            facts.shown = std::move(then);
    return facts;
}

void TourLesson::refresh()
{
    if (!isVisible())
        return;
    const TourFacts now = m_tour.facts();
    m_about->setText(
        tr("%1 short stops that point at the real thing while a run goes on: what a triplet is, why one goes "
           "and why one may come back, with this run's own numbers. A stop may wait for its event; nothing "
           "is blocked meanwhile, and it can be left at any moment.")
            .arg(Tour::count()));
    const bool begun = m_tour.place() > 0 && !m_tour.isFinished();
    m_main->setText(begun ? tr("Go on at %1 of %2").arg(m_tour.place() + 1).arg(Tour::count())
            : now.hasRun  ? tr("Tour of this run")
                          : tr("Start with the tour"));
    const int current = m_stops->currentRow();
    m_stops->clear();
    for (std::size_t i = 0; i < Tour::count(); ++i) {
        const TourStop& stop = tourStops()[i];
        const TourFacts facts = factsOf(i, now);
        const TourText text = stop.text(facts, stop.choose(facts, {}));
        QStringList formula;
        for (const auto& [left, right] : text.formula)
            formula << left + QLatin1Char('\t') + right;
        auto* item = new QListWidgetItem(text.title, m_stops);
        item->setData(LessonDelegate::textRole, text.body);
        item->setData(LessonDelegate::formulaRole, formula);
        item->setData(Qt::AccessibleDescriptionRole, text.body);
        item->setData(LessonDelegate::numberRole, static_cast<int>(i + 1));
        item->setData(Qt::AccessibleTextRole, tr("%1: %2").arg(i + 1).arg(item->text()));
        item->setData(LessonDelegate::detailRole, detailOf(stop, facts));
        const bool done = m_tour.isFinished() || i < m_tour.place();
        item->setData(LessonDelegate::markRole,
            static_cast<int>(done         ? LessonDelegate::Mark::Done
                    : i == m_tour.place() ? LessonDelegate::Mark::Now
                                          : LessonDelegate::Mark::Open));
    }
    m_stops->setCurrentRow(current);
}

} // namespace spectune
