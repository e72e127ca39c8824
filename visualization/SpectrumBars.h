// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/ReadablePlot.h"

#include <vector>

namespace spectune {

/// |λ| and the singular values of PΛQ, both descending, as pairs of bars from 0. Where P and Q are orthonormal the two
/// are the same; how far they are apart is what the regulariser leaves.
class SpectrumBars : public ReadablePlot {
    Q_OBJECT
public:
    explicit SpectrumBars(QWidget* parent = nullptr);

    /// @param singular descending; empty: nothing is known yet. @p lambda in any order and sign
    void setValues(const std::vector<double>& lambda, const std::vector<double>& singular);
    [[nodiscard]] const std::vector<double>& lambdas() const noexcept { return m_lambda; } ///< |λ|, descending
    [[nodiscard]] const std::vector<double>& singular() const noexcept { return m_singular; }
    /// max |σ_i − |λ|_i| over the largest |λ|; 0 without values.
    [[nodiscard]] double largestGap() const;
    [[nodiscard]] QString toCsv() const; ///< both, descending
    [[nodiscard]] QString textAt(QPointF place) const override; ///< of the pair above or below it
    [[nodiscard]] int valueCount() const override; ///< of pairs
    [[nodiscard]] QString valueText(int value) const override;
    [[nodiscard]] QPointF valuePlace(int value) const override; ///< the upper end of the pair's longer bar
    [[nodiscard]] QSize sizeHint() const override { return {220, 104}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {160, 104}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] double singularAt(std::size_t i) const; ///< 0 beyond the last one
    [[nodiscard]] QRectF plotRect() const;
    [[nodiscard]] double highest() const; ///< the axis' upper end
    void paintTicks(QPainter& painter) const;
    void paintPairs(QPainter& painter) const;

    std::vector<double> m_lambda;
    std::vector<double> m_singular;
};

} // namespace spectune
