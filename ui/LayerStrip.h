// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/session/Requests.h"

#include <QWidget>

#include <vector>

namespace spectune {

/// The layers λᵢ pᵢ qᵢᵀ of one PΛQ as small pictures, the largest first and numbered so from 1; those beyond k step
/// back.
class LayerStrip : public QWidget {
    Q_OBJECT
public:
    explicit LayerStrip(QWidget* parent = nullptr);

    void setFactors(const AdapterFactors& factors);
    void clear();
    void setRank(int k);
    /// ‖s λᵢ pᵢ qᵢᵀ‖ of each layer, descending.
    [[nodiscard]] const std::vector<double>& norms() const { return m_norms; }
    [[nodiscard]] int shown() const; ///< how many fit
    [[nodiscard]] QSize sizeHint() const override { return {400, 52}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void draw();

    std::vector<double> m_norms;
    std::vector<std::vector<float>> m_columns; ///< p at thumbnail size, scaled to at most 1
    std::vector<std::vector<float>> m_rows; ///< q, likewise
    std::vector<QImage> m_pictures;
    int m_rank = 1;
};

} // namespace spectune
