// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Sparkline.h"

#include <algorithm>
#include <cmath>

namespace spectune {

std::vector<float> thinned(std::span<const double> values, std::size_t count)
{
    std::vector<float> finite;
    for (const double value : values)
        if (std::isfinite(value))
            finite.push_back(static_cast<float>(value));
    if (count < 2 || finite.size() <= count)
        return finite;
    std::vector<float> picked;
    for (std::size_t i = 0; i < count; ++i)
        picked.push_back(finite[i * (finite.size() - 1) / (count - 1)]);
    return picked;
}

QPolygonF sparkline(std::span<const float> values, const QRectF& rect, double share)
{
    QPolygonF line;
    if (values.empty())
        return line;
    const auto [low, high] = std::minmax_element(values.begin(), values.end());
    const double reach = std::max(static_cast<double>(*high) - static_cast<double>(*low), 1e-9);
    const double width = rect.width() * std::clamp(share, 0.0, 1.0);
    const double parts = std::max<double>(1.0, static_cast<double>(values.size()) - 1.0);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double up = (static_cast<double>(values[i]) - static_cast<double>(*low)) / reach;
        line << QPointF(rect.left() + width * static_cast<double>(i) / parts, rect.bottom() - rect.height() * up);
    }
    return line;
}

} // namespace spectune
