// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/LengthBins.h"
#include "visualization/ReadablePlot.h"

#include <QRectF>

#include <optional>

class QPaintDevice;

namespace spectune {

/// How long a dataset's samples are, as bars, with the limit as a line: what stands right of it is cut.
class LengthHistogram : public ReadablePlot {
    Q_OBJECT
public:
    explicit LengthHistogram(QWidget* parent = nullptr);

    /// @param lengths in tokens, ascending; @param limit data.max_length
    void setLengths(std::vector<std::int32_t> lengths, std::int64_t limit);
    void setLimit(std::int64_t limit);
    [[nodiscard]] const LengthBins& bins() const { return m_bins; }

    struct Bar {
        std::int64_t from = 0; ///< shortest length in it
        std::int64_t to = 0; ///< longest
        std::int64_t count = 0;
        bool cut = false; ///< all of it lies beyond the limit
        QRectF rect;
    };
    /// Those that are not empty, as painted in @p size.
    [[nodiscard]] std::vector<Bar> bars(QSizeF size) const;
    [[nodiscard]] double xOf(double tokens, QSizeF size) const; ///< pixels
    /// Where the limit's line stands; nothing where it is far beyond all samples.
    [[nodiscard]] std::optional<double> limitX(QSizeF size) const;
    void paintOn(QPaintDevice& device, QSize size) const;
    [[nodiscard]] QString textAt(QPointF place) const override; ///< of the bar above or below it
    [[nodiscard]] int valueCount() const override; ///< of bars()
    [[nodiscard]] QString valueText(int value) const override;
    [[nodiscard]] QPointF valuePlace(int value) const override; ///< the bar's upper edge
    [[nodiscard]] QSize sizeHint() const override { return {296, 96}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 96}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    [[nodiscard]] static QString textOf(const Bar& bar);
    void refresh();
    void paint(QPainter& painter, QSizeF size) const;
    void paintAxis(QPainter& painter, QSizeF size) const;
    void paintLimit(QPainter& painter, QSizeF size) const;

    std::vector<std::int32_t> m_lengths;
    std::int64_t m_limit = 0;
    LengthBins m_bins;
};

} // namespace spectune
