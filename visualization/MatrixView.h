// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/SpectralParts.h"

#include <QImage>
#include <QWidget>

namespace spectune {

/// A matrix as a picture, its values square: grey for images (0 black, 1 white), the difference colours for signed
/// values. Where the view has another shape, the picture stands in its middle.
class MatrixView : public QWidget {
    Q_OBJECT
public:
    enum class Colors { Grey, Signed };
    explicit MatrixView(Colors colors, QWidget* parent = nullptr);

    /// @param reach the value of the strongest colour; only for Signed. 0: the largest of the matrix
    void setMatrix(MatrixValues matrix, double reach = 0.0);
    void setDimmed(bool dimmed); ///< steps back: not part of what is shown
    /// In place of a picture; shown while there is no matrix.
    void setEmptyText(const QString& text);
    [[nodiscard]] const MatrixValues& matrix() const { return m_matrix; }
    /// "row,column,value", counted from 1; for another thread as well. Where @p matrix has fewer rows or columns than
    /// @p rows × @p columns it holds the means of their blocks, and a line has "first_row,last_row,first_column,
    /// last_column,mean", see SpectralParts::reduced().
    [[nodiscard]] static QString csvOf(const MatrixValues& matrix, int rows, int columns);
    [[nodiscard]] const QImage& image() const { return m_image; } ///< one pixel per value
    [[nodiscard]] QRectF pictureRect() const; ///< where it stands in the view; empty: there is none
    [[nodiscard]] QSize sizeHint() const override { return {216, 216}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {24, 24}; }

protected:
    void paintEvent(QPaintEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void draw();

    Colors m_colors;
    MatrixValues m_matrix;
    double m_reach = 0.0;
    QImage m_image;
    QString m_emptyText;
    bool m_dimmed = false;
};

} // namespace spectune
