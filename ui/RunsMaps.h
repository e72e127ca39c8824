// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/RunComparison.h"
#include "ui/RunRecord.h"

#include <QWidget>

class QHBoxLayout;
class QLabel;

namespace spectune {

class ElidedLabel;
class RankGrid;
class Segmented;
struct RankSnapshot;

/// The rank maps of the compared runs as each of them stands, side by side, all on one colour scale, and of two of them
/// the difference. Cells grow with the room up to a size that is easy to read; what is left then lies at the right and
/// below.
class RunsMaps : public QWidget {
    Q_OBJECT
public:
    explicit RunsMaps(QWidget* parent = nullptr);

    /// @param runs null: still being read, or it cannot be
    /// @param reasons why a run cannot be read, as long as names; empty: it is, or is being read
    /// @param states how each run stands; none: all have finished
    void setRuns(std::vector<std::shared_ptr<const LoadedRun>> runs, QStringList names, QStringList reasons = {},
        std::vector<RecordState> states = {});
    /// With three and more runs: 0 shows all maps, n the pair A and the n-th other.
    void setPair(int pair);
    [[nodiscard]] const RankDifference& difference() const { return m_difference; }
    [[nodiscard]] QString caption() const;
    [[nodiscard]] RankGrid* grid(int run) const { return m_grids.at(static_cast<std::size_t>(run)); }
    [[nodiscard]] RankGrid* differenceGrid() const { return m_differenceGrid; }
    /// What stands in the grid's place where the run has no ranks to show; empty: it has, or is being read.
    [[nodiscard]] QString note(int run) const;

Q_SIGNALS:
    void told(const QString& title, const QString& text);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    void refresh();
    void alignColumns();
    [[nodiscard]] QSize largestGrid() const; ///< with cells as large as they may be; empty: no run has ranks
    [[nodiscard]] QString captionOfOne() const;
    void showGrid(int run);
    void showDifference();
    [[nodiscard]] int otherOfPair() const; ///< the run that is held against A; −1: all are shown
    [[nodiscard]] QWidget* makeColumn(RankGrid* grid, int tag);

    std::vector<std::shared_ptr<const LoadedRun>> m_runs;
    std::vector<std::shared_ptr<const RankSnapshot>> m_ranks; ///< at the last step, by run; null: none, or not read yet
    /// That a matrix of any run can start with: where the colours end. 0: none is known.
    std::int64_t m_largestRank = 0;
    QStringList m_names;
    QStringList m_reasons;
    std::vector<RecordState> m_states;
    int m_pair = 0;
    RankDifference m_difference;
    QLabel* m_heading = nullptr;
    QLabel* m_caption = nullptr;
    Segmented* m_pairs = nullptr;
    QWidget* m_share = nullptr;
    QWidget* m_place = nullptr; ///< of the maps, which may be narrower
    QWidget* m_maps = nullptr;
    QLabel* m_empty = nullptr;
    std::vector<RankGrid*> m_grids;
    std::vector<QWidget*> m_columns;
    std::vector<ElidedLabel*> m_titles;
    std::vector<QLabel*> m_notes;
    RankGrid* m_differenceGrid = nullptr;
    QWidget* m_differenceColumn = nullptr;
    QLabel* m_differenceTitle = nullptr;
};

} // namespace spectune
