// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSlider>

namespace spectune {

/// How much a curve is smoothed, from the raw values to a mean over about a thousand steps; even in the logarithm of
/// the steps, and told in steps by its tooltip.
class SmoothingSlider : public QSlider {
    Q_OBJECT
public:
    /// @param weight w of a Smoother, 0 … below 1
    explicit SmoothingSlider(double weight, QWidget* parent = nullptr);

    [[nodiscard]] double weight() const;
    void setWeight(double weight); ///< to the nearest place

Q_SIGNALS:
    void weightChanged(double weight);

private:
    void describe();
};

} // namespace spectune
