// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <array>
#include <vector>

namespace spectune {

class LossCourses;
class StartsPlot;

/// Below a trial's final losses: how the starts of two ranks came to theirs. Until ranks are chosen these are the
/// highest one below the bound at which some start is stuck, and the bound. GUI thread.
class TrialCourses : public QWidget {
    Q_OBJECT
public:
    /// @param starts has the same trial's final losses; it shows which ranks stand here, and chooses them
    explicit TrialCourses(StartsPlot& starts, QWidget* parent = nullptr);

    /// Empty again; the ranks that were chosen stay. @param bound the first rank beyond it
    void clear(int ranks, int bound);
    /// What has just been added to the final losses. @pre 1 <= rank <= ranks
    void add(int rank, std::vector<float> course);
    /// In the place of the one of both that was chosen longer ago.
    void choose(int rank);
    [[nodiscard]] std::array<int, 2> chosen() const; ///< ascending
    void setShown(bool shown); ///< while it is not, the final losses mark no rank
    [[nodiscard]] const LossCourses& plot(int index) const { return *m_plots.at(static_cast<std::size_t>(index)); }

Q_SIGNALS:
    /// What was copied or saved or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

private:
    [[nodiscard]] std::array<int, 2> usual() const;
    void refresh();

    StartsPlot& m_starts;
    std::vector<std::vector<std::vector<float>>> m_courses; ///< by rank and start
    std::array<LossCourses*, 2> m_plots {};
    std::array<int, 2> m_chosen {}; ///< 0: none, usual() stands
    int m_newest = 0; ///< of both
    int m_bound = 1;
};

} // namespace spectune
