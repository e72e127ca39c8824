// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/CardPlacement.h"
#include "ui/TourScript.h"

#include <QWidget>

#include <array>

class QGridLayout;
class QLabel;
class QPushButton;

namespace spectune {

class ElidedLabel;
class WaitBar;

/// The tour's card: where one stands, the stop's text and formula, what is waited for, and the ways on. A child of the
/// window, not a popup: nothing behind it is dimmed or blocked.
class TourCard : public QWidget {
    Q_OBJECT
public:
    explicit TourCard(QWidget* window);

    void setPlaceInTour(std::size_t stop, std::size_t count);
    void setText(const TourText& text);
    void setWait(const TourWait& wait, const TourWaitText& text);
    void setRunNote(const QString& text); ///< "the run goes on", beside Leave
    /// The keyboard goes to Next, or to Skip while Next is off.
    void takeFocus();
    /// At the position, arrow included; the height follows the text.
    void standAt(const CardPlace& place);
    /// Without the arrow's margin.
    [[nodiscard]] QSize bodySize() const;
    /// Narrower in a window below 1400 px, where the columns beside its target are. @p width the window's, px
    void fitWindow(int width);
    [[nodiscard]] QString spoken() const; ///< the stop in one sentence, for a screen reader
    [[nodiscard]] QPushButton* nextButton() const { return m_next; }
    [[nodiscard]] QPushButton* skipButton() const { return m_skip; }
    [[nodiscard]] QPushButton* backButton() const { return m_back; }
    [[nodiscard]] QPushButton* leaveButton() const { return m_leave; }

Q_SIGNALS:
    void nextWanted();
    void skipWanted();
    void backWanted();
    void leaveWanted();

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

private:
    [[nodiscard]] QWidget* makeWait();
    [[nodiscard]] QWidget* makeFoot();
    void passFocus(QPushButton* from, QPushButton* to);

    CardPlace m_place;
    std::size_t m_stop = 0;
    std::size_t m_count = 1;
    QLabel* m_number = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_body = nullptr;
    QWidget* m_formula = nullptr;
    QGridLayout* m_lines = nullptr;
    std::vector<std::array<QLabel*, 2>> m_lineLabels;
    QWidget* m_waitRow = nullptr;
    QLabel* m_what = nullptr;
    QLabel* m_when = nullptr;
    WaitBar* m_bar = nullptr;
    ElidedLabel* m_run = nullptr;
    QPushButton* m_leave = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_skip = nullptr;
    QPushButton* m_next = nullptr;
};

} // namespace spectune
