// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "visualization/AnimationFile.h"

struct WebPAnimEncoder;

namespace spectune {

/// An endless animated WebP without loss, with libwebp.
class WebpAnimation final : public AnimationFile {
public:
    WebpAnimation(const QString& path, QSize size, int milliseconds);
    ~WebpAnimation() override;
    void add(const QImage& image) override;
    void finish() override;

private:
    [[noreturn]] void fail() const;

    QString m_path;
    WebPAnimEncoder* m_encoder = nullptr;
    int m_milliseconds;
    int m_time = 0;
};

} // namespace spectune
