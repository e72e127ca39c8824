// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractSlider>

#include <vector>

namespace spectune {

/// Chooses a rank k from 1 to n on a logarithmic axis. Arrows move by one; a chosen rank that has a label is bold.
class RankSlider : public QAbstractSlider {
    Q_OBJECT
public:
    explicit RankSlider(QWidget* parent = nullptr);

    void setMark(int rank, const QString& text); ///< a dashed line with a word; 0: none
    [[nodiscard]] double xOf(int rank) const;
    [[nodiscard]] int rankAt(double x) const;
    /// Labelled ranks, ascending: the last one, the powers of ten, then 5, 2 and 3 times these. Each factor in every
    /// decade or in none, as their labels keep apart; a label that would touch the last one's is left out.
    [[nodiscard]] std::vector<int> ticks() const;
    /// Ranks with a line, ascending: ticks(), and 1, 2 and 5 times each power of ten.
    [[nodiscard]] std::vector<int> marks() const;
    [[nodiscard]] QSize sizeHint() const override { return {320, 46}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 46}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void sliderChange(SliderChange change) override;

private:
    int m_mark = 0;
    QString m_markText;
};

} // namespace spectune
