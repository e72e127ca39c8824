// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QRectF>

namespace spectune::test {

/// Whether something is drawn in @p place of a picture, logical pixels: its pixels are not all alike.
[[nodiscard]] inline bool hasInk(const QImage& image, const QRectF& place)
{
    const double ratio = image.devicePixelRatio();
    const QRect area = QRectF(place.topLeft() * ratio, place.size() * ratio).toAlignedRect().intersected(image.rect());
    for (int y = area.top(); y <= area.bottom(); ++y)
        for (int x = area.left(); x <= area.right(); ++x)
            if (image.pixel(x, y) != image.pixel(area.topLeft()))
                return true;
    return false;
}

/// The same around @p centre, as far as @p reach.
[[nodiscard]] inline bool hasInk(const QImage& image, const QPointF& centre, double reach)
{
    return hasInk(image, QRectF(centre.x() - reach, centre.y() - reach, 2.0 * reach, 2.0 * reach));
}

} // namespace spectune::test
