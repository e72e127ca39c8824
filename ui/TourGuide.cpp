// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TourGuide.h"

#include "ui/GridRows.h"
#include "ui/Inspector.h"
#include "ui/LivePage.h"
#include "ui/RunRail.h"
#include "ui/ShownWords.h"
#include "ui/TimelineStrip.h"
#include "ui/Tour.h"
#include "ui/TourCard.h"
#include "ui/TourRing.h"
#include "ui/TourTexts.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QAccessible>
#include <QCoreApplication>
#include <QEvent>
#include <QShortcut>
#include <QSplitter>

#include <algorithm>
#include <utility>
#include <vector>

namespace spectune {

namespace {
constexpr int areaMargin = 6;
constexpr int headingHeight = 48; // of the inspector: the matrix that a stop speaks of
constexpr double headingCost = 25.0;
constexpr double handleCost = 640.0; // over the height of a card, more than a line cut through
constexpr int handleMargin = 6; // px beside a handle: a card's edge that near looks like another one
constexpr int handleWidth = 2 * handleMargin + 1;
constexpr int ringRoom = 4; // px: the ring's line lies inside its edge
} // namespace

TourGuide::TourGuide(QWidget& window, LivePage& live, Tour& tour, std::function<void()> showLive)
    : QObject(&window)
    , m_window(window)
    , m_live(live)
    , m_tour(tour)
    , m_showLive(std::move(showLive))
    , m_ring(new TourRing(&window))
    , m_card(new TourCard(&window))
{
    connect(m_card, &TourCard::nextWanted, &tour, &Tour::next);
    connect(m_card, &TourCard::skipWanted, &tour, &Tour::skipWait);
    connect(m_card, &TourCard::backWanted, &tour, &Tour::back);
    connect(m_card, &TourCard::leaveWanted, &tour, &Tour::leave);
    connect(&tour, &Tour::entered, this, &TourGuide::enter);
    connect(&tour, &Tour::arrived, this, &TourGuide::arrive);
    connect(&tour, &Tour::moved, this, &TourGuide::refresh);
    connect(&tour, &Tour::ended, this, &TourGuide::hideAll);
    m_moved.setSingleShot(true);
    m_moved.setInterval(0);
    connect(&m_moved, &QTimer::timeout, this, &TourGuide::placeAnew);
    connect(&live.grid(), &RankGrid::zoomChanged, this, &TourGuide::placeAnew);
    connect(&live.rail(), &RunRail::scrolled, this, &TourGuide::placeAnew);
    addKey(QKeySequence(Qt::ALT | Qt::Key_Right), [&tour] { tour.next(); });
    addKey(QKeySequence(Qt::ALT | Qt::Key_Left), [&tour] { tour.back(); });
    addKey(QKeySequence(Qt::Key_Escape), [&tour] { tour.leave(); });
    for (QWidget* widget : std::initializer_list<QWidget*> {
             &live, &live.splitter(), &live.grid(), &live.plots(), &live.inspector(), &live.rail(), &live.timeline()})
        watch(widget);
}

void TourGuide::watch(QWidget* widget)
{
    widget->installEventFilter(this);
}

void TourGuide::addKey(const QKeySequence& keys, std::function<void()> action)
{
    auto* shortcut = new QShortcut(keys, &m_window);
    shortcut->setEnabled(false);
    connect(shortcut, &QShortcut::activated, this, std::move(action));
    m_keys << shortcut;
}

QWidget* TourGuide::targetWidget() const
{
    switch (m_tour.stop().target) {
    case TourTarget::Inspector: return &m_live.inspector();
    case TourTarget::Grid: return &m_live.grid();
    case TourTarget::Rail: return &m_live.rail();
    case TourTarget::OrthPlot:
    case TourTarget::BudgetPlot: return &m_live.plots();
    case TourTarget::Timeline: break;
    }
    return &m_live.timeline();
}

QRect TourGuide::partOf(const QWidget* widget) const
{
    switch (m_tour.stop().target) {
    case TourTarget::Grid: return gridPart();
    case TourTarget::Rail:
        if (const QRect block = m_live.rail().methodRect(); !block.isEmpty())
            return block;
        return widget->rect();
    case TourTarget::OrthPlot: return m_live.plots().partRect(1);
    case TourTarget::BudgetPlot: return m_live.plots().partRect(2);
    case TourTarget::Timeline: return widget->rect().adjusted(0, 0, 0, 2); // its lowest line is of figures
    default: return widget->rect();
    }
}

// Legend, cells, sums and the note, where there is one: the ground below them is free.
QRect TourGuide::gridPart() const
{
    const RankGrid& grid = m_live.grid();
    const RankGridGeometry& geometry = grid.gridGeometry();
    if (geometry.request.layers == 0 || geometry.request.kinds == 0)
        return grid.rect();
    const double sums = std::max(geometry.kindSum(0, 0).bottom(), geometry.layerSum(0).bottom());
    const double totals = geometry.blocks == 2 ? 16.0 : 0.0; // two blocks have a line of their own for them
    double last = std::max(sums + totals, geometry.bottom());
    if (const GridNote note = m_live.note(); !note.headline.isEmpty())
        for (const QRectF& line : gridWords(geometry, note))
            last = std::max(last, line.bottom());
    const int bottom = static_cast<int>(last) + areaMargin + ringRoom;
    return {-ringRoom, 0, grid.width() + ringRoom, std::min(grid.height(), bottom)};
}

QRect TourGuide::inWindow(const QWidget* widget, const QRect& rect) const
{
    return {widget->mapTo(&m_window, rect.topLeft()), rect.size()};
}

QRect TourGuide::targetRect() const
{
    const QWidget* widget = targetWidget();
    return widget->isVisibleTo(&m_window) ? inWindow(widget, partOf(widget)) : QRect();
}

void TourGuide::enter()
{
    const bool takesFocus = !m_card->isVisible();
    m_showLive();
    const TourTarget target = m_tour.stop().target;
    if (target == TourTarget::Rail && !m_live.rail().isVisibleTo(&m_live))
        m_live.toggleRail();
    if (target == TourTarget::Rail)
        m_live.rail().showMethod();
    if (target == TourTarget::BudgetPlot)
        showWholeRun();
    if (target == TourTarget::Inspector && !m_live.inspector().isVisibleTo(&m_live))
        m_live.toggleInspector();
    m_card->setPlaceInTour(m_tour.place(), Tour::count());
    arrive();
    // A card that was there keeps the focus it has, and leaves a person's own widget alone.
    if (takesFocus && m_card->isVisible())
        m_card->takeFocus();
    QAccessibleEvent alert(m_card, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
}

void TourGuide::arrive()
{
    const ModuleIndex chosen = m_live.inspector().module();
    if (const ModuleIndex module = m_tour.stop().choose(m_tour.facts(), chosen); module.isValid()) {
        m_live.grid().setSelected(module);
        if (module != chosen || m_tour.stop().target == TourTarget::Inspector)
            m_live.inspector().setModule(module);
    }
    choosePruned();
    QCoreApplication::sendPostedEvents(nullptr, QEvent::LayoutRequest); // of what the inspector shows now
    m_anew = true;
    refresh();
    m_moved.start(); // what lays itself out later still has moved by then
}

// The text says how the budget falls: a warm-up alone does not show it.
void TourGuide::showWholeRun()
{
    const PlotRange range = m_live.plots().range();
    if (range == PlotRange::WholeRun)
        return;
    if (!m_rangeBefore)
        m_rangeBefore = range;
    m_live.plots().setRange(PlotRange::WholeRun);
}

void TourGuide::choosePruned()
{
    const TourFacts facts = m_tour.facts();
    const ModuleIndex module = m_live.inspector().module();
    if (m_tour.stop().text != TourTexts::threshold || !facts.shown || !facts.shown->hasScores || !module.isValid()
        || module.at() >= facts.shown->modules.size())
        return;
    if (const auto triplet = TourTexts::nearestPruned(*facts.shown, module))
        m_live.inspector().chooseTriplet(*triplet);
}

void TourGuide::refresh()
{
    const TourFacts facts = m_tour.facts();
    const TourStop& stop = m_tour.stop();
    m_card->setText(stop.text(facts, m_live.inspector().module()));
    m_card->setWait(facts.waitFor(stop.awaits), waitText(stop.awaits, facts));
    m_card->setRunNote(runNote(facts));
    place();
}

CardGround TourGuide::ground() const
{
    CardGround ground;
    const auto add = [this, &ground](const QWidget& widget, const QRect& part, double weight) {
        if (widget.isVisibleTo(&m_window))
            ground.costs.push_back({inWindow(&widget, part), weight});
    };
    const Inspector& inspector = m_live.inspector();
    add(m_live.grid(), gridPart(), 3.0);
    add(m_live.plots(), m_live.plots().rect(), 1.5);
    add(inspector, inspector.rect(), 1.2);
    add(inspector, QRect(0, 0, inspector.width(), headingHeight), headingCost);
    add(m_live.rail(), m_live.rail().rect(), 1.0);
    add(m_live.timeline(), m_live.timeline().rect(), 10.0);
    ground.words = shownWords(m_live, m_window);
    const QSplitter& columns = m_live.splitter();
    for (int i = 1; i < columns.count(); ++i)
        if (const QSplitterHandle* handle = columns.handle(i); handle->isVisibleTo(&m_window))
            add(*handle, QRect(handle->width() / 2 - handleMargin, 0, handleWidth, handle->height()),
                handleCost / handleWidth);
    // Beside a part of the rail there is nothing but cells on a wide window: no row is better than another.
    if (m_live.grid().isVisibleTo(&m_window) && m_tour.stop().target != TourTarget::Rail)
        for (const QRectF& row : gridRows(m_live.grid().gridGeometry()))
            ground.words.push_back(inWindow(&m_live.grid(), row.toAlignedRect()));
    return ground;
}

CardPlace TourGuide::cardPlace(const QRect& target)
{
    const QRect columns = inWindow(&m_live.splitter(), m_live.splitter().rect());
    const QSize card = m_card->bodySize();
    Standing now {m_tour.place(), target, columns, card, {}, {}};
    const bool same = m_standing && m_standing->isLike(now);
    // What a run writes moves with its steps: a card that is read does not.
    if (same && !m_anew)
        return m_standing->place;
    now.below = ground();
    if (same && m_standing->below == now.below)
        return m_standing->place;
    // Where the columns leave no room beside the target, the timeline below them is covered rather than the target.
    for (const QRect& area : {columns, columns | inWindow(&m_live, m_live.rect())}) {
        now.place = placeCard(card, target, area.adjusted(areaMargin, areaMargin, -areaMargin, -areaMargin), now.below);
        if (!QRect(now.place.position, card).intersects(target))
            break;
    }
    m_standing = now;
    return now.place;
}

void TourGuide::placeAnew()
{
    m_anew = true;
    place();
}

void TourGuide::place()
{
    if (m_placing)
        return;
    m_placing = true;
    const QRect target = m_tour.isActive() ? targetRect() : QRect();
    const bool seen = !target.isEmpty();
    if (seen) {
        m_card->fitWindow(m_window.width());
        m_card->standAt(cardPlace(target));
        m_ring->setGeometry(target);
    }
    m_ring->setVisible(seen);
    m_card->setVisible(seen);
    if (seen) {
        m_ring->raise();
        m_card->raise();
    }
    for (QShortcut* key : std::as_const(m_keys))
        key->setEnabled(seen);
    m_anew = false;
    m_placing = false;
}

void TourGuide::hideAll()
{
    const bool hadFocus = m_card->isAncestorOf(m_window.focusWidget());
    m_ring->hide();
    m_card->hide();
    for (QShortcut* key : std::as_const(m_keys))
        key->setEnabled(false);
    // A range that a person has chosen meanwhile stays.
    if (m_rangeBefore && m_live.plots().range() == PlotRange::WholeRun)
        m_live.plots().setRange(*m_rangeBefore);
    m_rangeBefore.reset();
    if (hadFocus)
        m_live.grid().setFocus(Qt::OtherFocusReason);
}

bool TourGuide::eventFilter(QObject* watched, QEvent* event)
{
    switch (event->type()) {
    case QEvent::Resize:
    case QEvent::Move:
    case QEvent::Show:
    case QEvent::Hide:
        // After the layout has placed all of them.
        if (m_tour.isActive())
            m_moved.start();
        break;
    default: break;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace spectune
