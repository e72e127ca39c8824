// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/SmoothingSlider.h"

#include <cmath>

namespace spectune {

namespace {

constexpr int places = 60;
constexpr double slowest = 1000.0; ///< steps that the strongest smoothing averages over

/// w = 1 − 1 / steps
double weightAt(int place)
{
    return place == 0 ? 0.0 : 1.0 - std::pow(slowest, -static_cast<double>(place) / places);
}

int placeOf(double weight)
{
    return static_cast<int>(std::lround(-std::log(1.0 - weight) / std::log(slowest) * places));
}

} // namespace

SmoothingSlider::SmoothingSlider(double weight, QWidget* parent)
    : QSlider(Qt::Horizontal, parent)
{
    setRange(0, places);
    setValue(placeOf(weight));
    setFixedWidth(70);
    setAccessibleName(tr("Smoothing"));
    describe();
    connect(this, &QSlider::valueChanged, this, [this] {
        describe();
        Q_EMIT weightChanged(this->weight());
    });
}

double SmoothingSlider::weight() const
{
    return weightAt(value());
}

void SmoothingSlider::setWeight(double weight)
{
    setValue(placeOf(weight));
}

void SmoothingSlider::describe()
{
    const double now = weight();
    setToolTip(now > 0.0 ? tr("Smoothing: a mean over about %1 steps").arg(std::lround(1.0 / (1.0 - now)))
                         : tr("Smoothing: none"));
}

} // namespace spectune
