// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/TryScores.h"

#include <QRectF>
#include <QWidget>

#include <vector>

namespace spectune {

/// A metric of both sides on one line: the base's ring, the tuned model's disc, each with its 95 % interval.
struct BeforeAfterRow {
    QString name;
    QString change; ///< "−0.527", "+29.4 points"
    bool better = false;
    bool certain = false; ///< the intervals do not overlap
    Estimate sides[2]; ///< base, tuned
    QString texts[2]; ///< "base 1.284", "tuned 0.757"
    double low = 0.0; ///< of the line
    double high = 1.0;
};

/// Loss, perplexity and exact match as far as @p scores knows them.
[[nodiscard]] std::vector<BeforeAfterRow> beforeAfterRows(const TryScores& scores);

/// Paints such rows, 56 px each.
class BeforeAfter : public QWidget {
    Q_OBJECT
public:
    explicit BeforeAfter(QWidget* parent = nullptr);

    void setRows(std::vector<BeforeAfterRow> rows);
    [[nodiscard]] const std::vector<BeforeAfterRow>& rows() const { return m_rows; }

    /// Where a row's marks and their words lie; the words never overlap and stay inside.
    struct Place {
        double x[2] = {}; ///< centres
        double from[2] = {}, to[2] = {}; ///< of the intervals
        QRectF labels[2];
    };
    [[nodiscard]] Place placeOf(const BeforeAfterRow& row, double left, double right, double top) const;

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    std::vector<BeforeAfterRow> m_rows;
};

} // namespace spectune
