// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/SpectralParts.h"

class QImage;
class QString;

namespace spectune {

/// Grey values 0 … 1 of a picture (ITU-R BT.601 weights), shrunk to @p most pixels on its longer side.
[[nodiscard]] MatrixValues greyValues(const QImage& image, int most);
/// The lens' own picture: two balls on a chequered floor, computed and not loaded, @p side × @p side.
[[nodiscard]] MatrixValues sampleImage(int side);
/// An image file as grey values. @throws Error naming the file where it cannot be read
[[nodiscard]] MatrixValues loadGreyImage(const QString& file, int most);

} // namespace spectune
