// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QRectF>
#include <QString>

class QPainter;

namespace spectune {

/// The studio's type: Inter, then Noto Sans, DejaVu Sans. Pixel sizes; nothing is smaller than 11.
struct Fonts {
    [[nodiscard]] static QFont body(); ///< 12
    [[nodiscard]] static QFont bodyMedium(); ///< 12, weight 500: cell numbers, column names
    [[nodiscard]] static QFont heading(); ///< 12 semibold
    [[nodiscard]] static QFont caption(); ///< 11
    [[nodiscard]] static QFont captionBold(); ///< 11 semibold
    [[nodiscard]] static QFont title(); ///< 14 semibold
    [[nodiscard]] static QFont state(); ///< 13 semibold
    [[nodiscard]] static QFont mono(); ///< 11, DejaVu Sans Mono
};

/// Draws @p text in the painter's font and pen with every digit on the widest digit's advance (Qt before 6.7 has no
/// font features), so that figures stand in columns and do not tremble. The capitals' height is what is centred.
void drawTabular(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text);
/// Width that drawTabular() needs, in pixels.
[[nodiscard]] double tabularWidth(const QFont& font, const QString& text);
/// Left edge of what is @p wide and centred at @p middle, moved as far as it takes to lie within [from, to]; what is
/// wider than that begins at @p from.
[[nodiscard]] double centredInside(double middle, double wide, double from, double to);

} // namespace spectune
