// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QImage>
#include <QSize>
#include <QString>

#include <memory>

namespace spectune {

enum class AnimationFormat { Gif, WebP, PngFolder };

/// An animation as it is written, frame by frame, on one thread of any kind. What is not finished leaves nothing
/// behind. Every function @throws Error (Io) naming the file
class AnimationFile {
public:
    virtual ~AnimationFile() = default;
    /// @param image of the size that the animation began with
    virtual void add(const QImage& image) = 0;
    /// The file, or folder, is there once this returns.
    virtual void finish() = 0;

protected:
    AnimationFile() = default;
    AnimationFile(const AnimationFile&) = delete;
    AnimationFile& operator=(const AnimationFile&) = delete;
};

/// @param path the file, which is replaced, or the folder of "frame-0001.png", …: finish() leaves one alone that holds
/// something by then  @param size device pixels
/// @param milliseconds that a frame stays. @throws Error (Io)
[[nodiscard]] std::unique_ptr<AnimationFile> makeAnimation(
    AnimationFormat format, const QString& path, QSize size, int milliseconds);

/// The smallest rectangle that holds every pixel in which two pictures of one size differ; empty: they are the same.
[[nodiscard]] QRect changedRect(const QImage& before, const QImage& after);

} // namespace spectune
