// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "training/core/Message.h"
#include "visualization/AnimationFile.h"

#include <QSaveFile>

struct GifFileType;

namespace spectune {

/// An endless GIF, with giflib. A frame holds only what changed, in 256 colours of its own.
class GifAnimation final : public AnimationFile {
public:
    GifAnimation(const QString& path, QSize size, int milliseconds);
    ~GifAnimation() override;
    void add(const QImage& image) override;
    void finish() override;

private:
    [[noreturn]] void fail(const Message& what);
    void writeFrame(const QImage& image, QRect part);

    QSaveFile m_file;
    GifFileType* m_gif = nullptr;
    QImage m_last;
    int m_hundredths;
};

} // namespace spectune
