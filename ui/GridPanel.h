// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include <cstdint>

class QMenu;
class QPushButton;

namespace spectune {

class RankGrid;
class Segmented;

/// Live's heatmap with its header: what the cells show, which way round, and the ways out (copy, save).
class GridPanel : public QWidget {
    Q_OBJECT
public:
    explicit GridPanel(QWidget* parent = nullptr);

    [[nodiscard]] RankGrid& grid() { return *m_grid; }
    /// 0 rank, 1 importance, 2 Σ|λ|, 3 orthogonality, 4 revivals.
    void setMode(int mode);
    /// For the names of files: the run's name and what step is shown.
    void setPicture(const QString& name) { m_name = name; }
    /// The step with scores that is nearest to the shown one; −1: none is known. Offered where the mode needs them.
    void setNearestScores(std::int64_t step);

Q_SIGNALS:
    void stepWanted(qint64 step); ///< to be shown
    void told(const QString& lead, const QString& text);
    void reducedMotionWanted(bool reduced); ///< of all heatmaps: the window has the setting

protected:
    void resizeEvent(QResizeEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    [[nodiscard]] QMenu* makeMenu();
    void refreshKeys();
    void placeNearest(); ///< behind the grid's own words

    RankGrid* m_grid = nullptr;
    Segmented* m_modes = nullptr;
    QWidget* m_flags = nullptr; ///< the marks' key in the header …
    QWidget* m_flagsBelow = nullptr; ///< … and below it, where the header is too narrow
    QPushButton* m_nearest = nullptr;
    std::int64_t m_nearestStep = -1;
    QString m_name;
};

} // namespace spectune
