// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/CardPlacement.h"
#include "ui/TourScript.h"

#include <QObject>
#include <QRect>
#include <QTimer>

#include <functional>
#include <optional>

class QShortcut;

namespace spectune {

enum class PlotRange;
class LivePage;
class Tour;
class TourCard;
class TourRing;

/// Shows the tour on the window: ring and card stand where the stop's target stands, and go where it goes. The keys are
/// the tour's only while its card is seen.
class TourGuide : public QObject {
    Q_OBJECT
public:
    /// @param showLive brings the Live workspace to the front
    TourGuide(QWidget& window, LivePage& live, Tour& tour, std::function<void()> showLive);

    [[nodiscard]] TourCard& card() { return *m_card; }
    [[nodiscard]] TourRing& ring() { return *m_ring; }
    /// Where the stop's target stands, in the window's pixels; empty: it is not seen.
    [[nodiscard]] QRect targetRect() const;

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    /// Where the card stands, and what it was placed for.
    struct Standing {
        std::size_t stop = 0;
        QRect target;
        QRect columns;
        QSize card;
        CardGround below;
        CardPlace place;
        [[nodiscard]] bool isLike(const Standing& other) const
        {
            return stop == other.stop && target == other.target && columns == other.columns && card == other.card;
        }
    };

    void watch(QWidget* widget);
    void addKey(const QKeySequence& keys, std::function<void()> action);
    void enter();
    void arrive();
    void showWholeRun();
    void choosePruned(); ///< the triplet that the stop's text speaks of
    void refresh();
    void place();
    void placeAnew(); ///< where what lies below has moved
    void hideAll();
    [[nodiscard]] CardPlace cardPlace(const QRect& target);
    [[nodiscard]] CardGround ground() const;
    [[nodiscard]] QRect gridPart() const;
    [[nodiscard]] QWidget* targetWidget() const;
    [[nodiscard]] QRect partOf(const QWidget* widget) const;
    [[nodiscard]] QRect inWindow(const QWidget* widget, const QRect& rect) const;

    QWidget& m_window;
    LivePage& m_live;
    Tour& m_tour;
    std::function<void()> m_showLive;
    TourRing* m_ring = nullptr;
    TourCard* m_card = nullptr;
    QList<QShortcut*> m_keys;
    std::optional<Standing> m_standing;
    std::optional<PlotRange> m_rangeBefore; ///< of the plots, before a stop showed the whole run
    QTimer m_moved; ///< ends once the layout has placed all that moves in one turn of the event loop
    bool m_anew = false; ///< the ground is looked at again
    bool m_placing = false;
};

} // namespace spectune
