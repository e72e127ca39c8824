// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QWidget>

#include <vector>

namespace spectune {

/// A Gram matrix as a small image of what keeps it from the identity: G − I, 0 in the middle of the difference colours.
class GramView : public QWidget {
    Q_OBJECT
public:
    explicit GramView(const QString& name, QWidget* parent = nullptr);

    /// @param gram [rank × rank]; empty: nothing is known yet
    void setGram(const std::vector<double>& gram, std::size_t rank);
    /// Largest |G − I|: what the strongest colour stands for.
    [[nodiscard]] double largest() const noexcept { return m_largest; }
    /// (G − I) / largest(), what the colour of a pixel follows from, −1 … 1.
    [[nodiscard]] double shareAt(std::size_t row, std::size_t column) const;
    [[nodiscard]] QString toCsv() const; ///< "row,column,difference", counted from 1
    [[nodiscard]] QSize sizeHint() const override { return {112, 128}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {80, 110}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] QRectF square() const;
    [[nodiscard]] QImage image() const; ///< one pixel per entry

    QString m_name;
    std::vector<double> m_gram;
    std::size_t m_rank = 0;
    double m_largest = 0.0;
};

} // namespace spectune
