// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <QRectF>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace spectune {

/// What takes memory: blues for the base model, oranges for the adapter, grey for the rest.
enum class MemoryColor { Weights, Activations, Logits, Triplets, Gradients, Moments, Averages, Workspace };
[[nodiscard]] QColor memoryColor(MemoryColor part);

/// "8.9 GiB", or "61.2 MiB" below 1 GiB.
[[nodiscard]] QString formatMemory(double bytes);

struct MemoryPart {
    MemoryColor color = MemoryColor::Workspace;
    QString name;
    double bytes = 0.0;
};

/// Where the bar's parts stand.
struct MemoryBarLayout {
    QRectF bar; ///< from 0 to the axis' end
    double end = 1.0; ///< of the axis, bytes
    std::vector<QRectF> segments; ///< one a part, at least 1.5 px wide
    std::optional<double> freeX; ///< what a run could take ends here; unset: not known, or beyond the axis
    std::optional<double> totalX; ///< the device's memory ends here; likewise
    std::vector<double> ticks; ///< bytes

    /// @param total and @p free of the device, bytes; 0: not known. A need below a twentieth of the memory gets an axis
    /// of its own, else there would be nothing to see.
    [[nodiscard]] static MemoryBarLayout compute(
        double width, const std::vector<MemoryPart>& parts, double total, double free);
};

/// A text below the bar.
struct MemoryAxisLabel {
    double left = 0.0;
    double width = 0.0;
    QString text; ///< one of them tells the unit
    bool total = false; ///< the device's memory
};

/// The memory that a run needs as one stacked bar against what the device has.
class MemoryBar : public QWidget {
    Q_OBJECT
public:
    explicit MemoryBar(QWidget* parent = nullptr);

    void setMemory(std::vector<MemoryPart> parts, double total, double free);
    [[nodiscard]] MemoryBarLayout barLayout() const;
    [[nodiscard]] std::vector<MemoryAxisLabel> axisLabels() const; ///< from left to right
    [[nodiscard]] double need() const;
    [[nodiscard]] QString toCsv() const; ///< "part,bytes"
    [[nodiscard]] QSize sizeHint() const override { return {290, 48}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {180, 48}; }

protected:
    bool event(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void paintLimits(QPainter& painter, const MemoryBarLayout& layout) const;
    void paintAxis(QPainter& painter) const;

    std::vector<MemoryPart> m_parts;
    double m_total = 0.0;
    double m_free = 0.0;
};

} // namespace spectune
