// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QSize>
#include <QString>

#include <functional>

class QPaintDevice;

namespace spectune {

/// Paints a view on a device as if it were that large, in logical pixels.
using PaintPicture = std::function<void(QPaintDevice& device, QSize size)>;

/// @param ratio device pixels per logical one
[[nodiscard]] QImage pictureOf(QSize size, double ratio, const PaintPicture& paint);

/// Writes a view as PNG (twice its size, for print and for 4K screens), SVG or PDF (one page of that size), by the
/// ending of @p path. The file appears whole or not at all.
/// @throws Error (Io) naming the file; (Config) for another ending
void savePicture(const QString& path, QSize size, const PaintPicture& paint);

/// savePicture() in two parts: paints at once, and returns the work that encodes and writes, for whatever thread.
/// @throws Error (Config) for another ending; the work throws Error (Io)
[[nodiscard]] std::function<void()> pictureWork(const QString& path, QSize size, const PaintPicture& paint);

/// Writes text, whole or not at all. @throws Error (Io)
void saveText(const QString& path, const QString& text);

} // namespace spectune
