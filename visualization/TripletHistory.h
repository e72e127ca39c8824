// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/monitor/ReplayReader.h"
#include "visualization/PlotAxes.h"

#include <QImage>
#include <QPixmap>
#include <QWidget>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

namespace spectune {

/// One matrix over the whole run: a row per triplet, a column per pixel of time. Kept is filled, pruned is empty, an
/// event at which the triplet fell or came back is marked. Below it S of the chosen triplet beside the threshold, on a
/// logarithmic axis, the steps below both, and what the strip's marks mean. A click asks for that event; so do left and
/// right, and up and down choose the triplet.
class TripletHistory : public QWidget {
    Q_OBJECT
public:
    /// What one pixel column of a row stands for; the most telling of the events that fall on it.
    enum class Mark : std::uint8_t { Nothing, Kept, Pruned, Fell, CameBack };

    /// A figure below the step axis.
    struct AxisLabel {
        std::int64_t step = 0;
        double x = 0.0; ///< of its tick
        QString text;
        QRectF place; ///< of its text
    };

    /// What a mark means, as a piece of a row and a word.
    struct LegendEntry {
        std::vector<Mark> sample; ///< a pixel each
        QString text;
        QRectF piece;
        QRectF place; ///< of its text
    };

    /// Of the curves' blue, for triplets that are not the chosen one: 3 : 1 on the strip's ground in both themes.
    [[nodiscard]] static constexpr float keptAlpha(bool dark) { return dark ? 0.55F : 0.75F; }

    explicit TripletHistory(QWidget* parent = nullptr);

    /// @param moments [event × rank]  @param steps, thresholds [event]
    void setHistory(std::vector<TripletMoment> moments, std::vector<std::int64_t> steps, std::vector<float> thresholds,
        int rank, std::int64_t totalSteps);
    void setShownStep(std::int64_t step); ///< −1: none
    void setSelected(int triplet); ///< −1: none
    [[nodiscard]] int selected() const noexcept { return m_selected; }
    /// "#6 at step 1,100: came back", and its S; empty for a triplet or an event that is not there.
    [[nodiscard]] QString momentText(int triplet, std::size_t event) const;
    /// As it is shown, but without the keyboard's frame; in its own size.
    void paintOn(QPaintDevice& device);
    /// Takes a copy of the values; what it returns writes every triplet at every event as CSV, on any thread.
    [[nodiscard]] std::function<QString()> csvWork() const;
    [[nodiscard]] bool isEmpty() const noexcept { return m_steps.empty(); }
    /// The row of a triplet as it is painted into @p columns pixels.
    [[nodiscard]] std::vector<Mark> marksOf(int triplet, int columns) const;
    /// Round steps from 0 without a hole, and always the run's last one; none meets its neighbour at this width.
    [[nodiscard]] std::vector<AxisLabel> axisLabels() const;
    /// Kept, pruned, came back: in one line below the steps.
    [[nodiscard]] std::vector<LegendEntry> legend() const;
    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

Q_SIGNALS:
    void stepActivated(qint64 step);
    void tripletActivated(int triplet);

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void focusInEvent(QFocusEvent* event) override;
    void focusOutEvent(QFocusEvent* event) override;

private:
    static constexpr double numbersWidth = 20.0; ///< the triplets' numbers, left of the strip
    [[nodiscard]] double rowHeight() const;
    [[nodiscard]] QRectF strip() const;
    [[nodiscard]] QRectF plot() const; ///< of S
    [[nodiscard]] double xOf(std::int64_t step) const;
    [[nodiscard]] std::vector<TickPlace> axisPlaces() const; ///< ascending
    [[nodiscard]] std::size_t eventNear(double x) const;
    [[nodiscard]] std::optional<std::size_t> shownEvent() const; ///< the last one until the shown step
    void speak();
    /// All but the shown step and the focus: painted once for many of these.
    void paintPicture(QPainter& painter);
    void paintOverlay(QPainter& painter) const; ///< the shown step, and the caption that it leaves free
    void paintStrip(QPainter& painter) const;
    void paintLegend(QPainter& painter) const;
    bool paintScores(QPainter& painter) const; ///< false: there is no curve
    void paintCaption(QPainter& painter) const;
    void paintAxis(QPainter& painter) const;

    std::vector<TripletMoment> m_moments;
    std::vector<std::int64_t> m_steps;
    std::vector<float> m_thresholds;
    int m_rank = 0;
    std::int64_t m_total = 1;
    std::int64_t m_shown = -1;
    int m_selected = -1;
    QPixmap m_picture; ///< paintPicture()'s; null: to be painted anew
    bool m_hasCurve = false; ///< in it
};

} // namespace spectune
