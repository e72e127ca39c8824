// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/MatrixView.h"
#include "visualization/SpectrumPlot.h"

#include <QPointer>
#include <QWidget>

#include <array>
#include <memory>

class QGridLayout;
class QLabel;

namespace spectune {

class SignLegend;

/// One matrix under the lens: all of it, its rank k, what is lost, and the error or the singular values beside them.
/// The three pictures are equally large and as wide as the matrix is at their height; the plot has the rest of the
/// width.
class LensRow : public QWidget {
    Q_OBJECT
public:
    /// @param matrixName "Image" or "ΔW"
    LensRow(MatrixView::Colors colors, SpectrumPlot::Kind kind, const QString& matrixName, const QString& plotName,
        QWidget* parent = nullptr);

    /// @param parts null: nothing to show; the text says why
    /// @param sizeText beside the matrix's name: "216 × 216"
    void setParts(std::shared_ptr<const SpectralParts> parts, const QString& sizeText, const QString& emptyText = {});
    void setRank(int k);
    /// The columns of both rows are in line where their pictures are about equally wide. Both lie in one column.
    void alignWith(LensRow& other);
    [[nodiscard]] const SpectralParts* parts() const { return m_parts.get(); }
    [[nodiscard]] double error() const; ///< of the shown rank, as a fraction
    /// 0 all, 1 rank k, 2 what is lost.
    [[nodiscard]] const MatrixView& view(int index) const { return *m_views.at(static_cast<std::size_t>(index)); }
    [[nodiscard]] QString rankTitle() const;
    /// Of the picture of view() and its values, without an ending: "rank-8", with "-186x512-block-means" where the
    /// matrix is too large for each of its values to be drawn.
    [[nodiscard]] QString fileName(int column) const;
    [[nodiscard]] SpectrumPlot& plot() { return *m_plot; }
    /// Of what is lost, which has both signs.
    [[nodiscard]] const SignLegend& legend() const { return *m_legend; }
    /// Of ΔW and its rank k, beside ΔW's title; null: an image is grey.
    [[nodiscard]] const SignLegend* matrixLegend() const { return m_matrixLegend; }

Q_SIGNALS:
    /// What was copied or saved of the plot or why it was not, for the status line.
    void told(const QString& lead, const QString& text);

protected:
    void resizeEvent(QResizeEvent* event) override;

private:
    [[nodiscard]] QLabel* makeNote();
    void fitColumns(); ///< of this row and of the one in line with it
    void layColumns();
    [[nodiscard]] int pictureWidth() const; ///< px, of the matrix at its height
    [[nodiscard]] int leastColumn() const; ///< px that the longest title and note take
    [[nodiscard]] int titleWidth() const; ///< px below which a column does not go
    void addPlotMenu();
    void addMatrixMenu(int column);
    void showRank();
    /// @param reach value of the strongest colours; 0: none  @param clipped there are larger values
    void showReach(double reach, bool clipped);

    MatrixView::Colors m_colors;
    SpectrumPlot::Kind m_kind;
    QString m_name;
    QGridLayout* m_grid = nullptr;
    QPointer<LensRow> m_other; ///< in line with this one
    std::shared_ptr<const SpectralParts> m_parts; ///< for the figures
    SpectralParts m_drawn; ///< the same, at no more points than are drawn
    double m_reach = 0.0;
    int m_rank = 1;
    std::array<MatrixView*, 3> m_views {};
    std::array<QLabel*, 3> m_titles {};
    std::array<QLabel*, 2> m_notes {}; ///< of the first two
    SignLegend* m_legend = nullptr;
    SignLegend* m_matrixLegend = nullptr;
    SpectrumPlot* m_plot = nullptr;
};

} // namespace spectune
