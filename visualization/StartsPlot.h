// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ReadablePlot.h"

#include <array>
#include <vector>

namespace spectune {

/// Final losses of many random starts at each rank, on a logarithmic axis: a disc at the best loss, a cross for a start
/// that got stuck above it, counted below. A line stands at the bound. Round losses have grid lines.
class StartsPlot : public ReadablePlot {
    Q_OBJECT
public:
    /// A start is stuck where its loss is more than this share above the best one.
    static constexpr double tolerance = 0.05;

    explicit StartsPlot(QWidget* parent = nullptr);

    /// Empty again. @param bound the first rank beyond it; above @p ranks: the line is not drawn
    void clear(int ranks, int bound);
    /// @pre 1 <= rank <= ranks, loss > 0
    void add(int rank, double loss);
    [[nodiscard]] int count() const;
    [[nodiscard]] double best() const { return m_best; } ///< of all starts so far; 0: none
    [[nodiscard]] double worst() const { return m_worst; } ///< likewise
    /// Ended so far above @p best that it got stuck.
    [[nodiscard]] static bool isStuckAbove(double loss, double best) { return loss > best * (1.0 + tolerance); }
    [[nodiscard]] int stuckAt(int rank) const;
    /// The first rank from which on no start is stuck; above all ranks: there is none.
    [[nodiscard]] int firstFree() const;
    [[nodiscard]] double xOf(int rank) const; ///< middle of its column, pixels
    [[nodiscard]] double yOf(double loss) const;
    void setChosen(std::array<int, 2> ranks); ///< each has a frame; 0: none
    void setEmptyText(const QString& text);
    [[nodiscard]] double boundX() const; ///< of the bound's line, pixels; the plot's right end: there is none
    [[nodiscard]] QRectF emptyTextRect() const; ///< in the wider part beside that line
    /// Each with a grid line and a figure, none of which meets another or that of the best loss; empty before the first
    /// start.
    [[nodiscard]] std::vector<double> lossTicks() const;
    /// Centres of a rank's starts, in the order they came: equal ones stand side by side,
    /// in the middle of its column. @pre 1 <= rank <= ranks
    [[nodiscard]] std::vector<QPointF> marks(int rank) const;
    [[nodiscard]] QString toCsv() const; ///< a line for each start, ranks ascending
    /// Of a start under the pointer its loss, else all that started at the rank.
    [[nodiscard]] QString textAt(QPointF place) const override;
    [[nodiscard]] int valueCount() const override; ///< of ranks that were tried
    [[nodiscard]] QString valueText(int value) const override;
    [[nodiscard]] QPointF valuePlace(int value) const override; ///< the rank's best start
    [[nodiscard]] QSize sizeHint() const override { return {420, 196}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {240, 140}; }

Q_SIGNALS:
    /// A click on a rank that was tried, or Return on the one that the keys have come to.
    void rankChosen(int rank);

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;

private:
    [[nodiscard]] static std::size_t index(int rank) { return static_cast<std::size_t>(rank - 1); }
    [[nodiscard]] bool isStuck(double loss) const { return isStuckAbove(loss, m_best); }
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] QRectF columnOf(int rank) const; ///< pixels
    [[nodiscard]] int rankAt(double x) const; ///< 0: beside the plot
    [[nodiscard]] int triedRank(int value) const;
    [[nodiscard]] QString startText(int rank, std::size_t start) const;
    [[nodiscard]] QString rankText(int rank) const;
    [[nodiscard]] double lowest() const; ///< loss of the axis
    [[nodiscard]] double highest() const;
    void paintBound(QPainter& painter) const;
    void paintLosses(QPainter& painter) const;
    void paintGround(QPainter& painter) const;
    void paintRank(QPainter& painter, int rank) const;
    void paintMarks(QPainter& painter, int rank) const;

    std::vector<std::vector<double>> m_losses; ///< by rank
    std::array<int, 2> m_chosen {};
    int m_bound = 1;
    double m_best = 0.0;
    double m_worst = 0.0;
    QString m_emptyText;
};

} // namespace spectune
