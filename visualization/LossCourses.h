// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ReadablePlot.h"

#include <vector>

namespace spectune {

/// The training losses of all starts at one rank over their steps, on a logarithmic axis: those that got stuck above
/// the best loss in another colour, and how many these are as its title. Losses above the axis are cut off. GUI thread.
class LossCourses : public ReadablePlot {
    Q_OBJECT
public:
    explicit LossCourses(QWidget* parent = nullptr);

    /// @param courses of each start, all equally long: the loss before each step and after the last one, positive
    /// @param best of all ranks' starts, @param worst likewise: the axis reaches a little beyond both
    /// @param beyond @p rank is beyond the bound, which has another ground
    void setCourses(int rank, std::vector<std::vector<float>> courses, double best, double worst, bool beyond);
    [[nodiscard]] int rank() const { return m_rank; } ///< 0: none yet
    [[nodiscard]] int stuck() const;
    [[nodiscard]] QString title() const; ///< "Rank 3"
    [[nodiscard]] QString outcome() const; ///< "5 of 12 stuck"; empty: none has trained
    [[nodiscard]] double xOf(double step) const; ///< pixels
    [[nodiscard]] double yOf(double loss) const;
    [[nodiscard]] QString toCsv() const; ///< a line for each step of each start
    /// Of the course under the pointer the loss there.
    [[nodiscard]] QString textAt(QPointF place) const override;
    [[nodiscard]] int valueCount() const override; ///< of starts
    [[nodiscard]] QString valueText(int value) const override;
    [[nodiscard]] QPointF valuePlace(int value) const override; ///< its end
    [[nodiscard]] QSize sizeHint() const override { return {300, 170}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {180, 120}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] double lowest() const; ///< loss of the axis
    [[nodiscard]] double highest() const;
    [[nodiscard]] int steps() const;
    [[nodiscard]] bool isStuck(const std::vector<float>& course) const;
    void paintAxes(QPainter& painter) const;
    void paintCourses(QPainter& painter) const;

    std::vector<std::vector<float>> m_courses;
    int m_rank = 0;
    double m_best = 0.0;
    double m_worst = 0.0;
    bool m_beyond = false;
};

} // namespace spectune
