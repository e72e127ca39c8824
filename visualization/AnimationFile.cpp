// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/AnimationFile.h"

#include "training/core/AtomicFile.h"
#include "visualization/GifAnimation.h"
#include "visualization/WebpAnimation.h"

#include <QRect>

#include <algorithm>

namespace spectune {

namespace {

class PngFolder final : public AnimationFile {
public:
    explicit PngFolder(const QString& path)
        : m_folder(path.toStdString(), AtomicDirectory::Existing::Refuse) // pictures are encoded for minutes
    {
    }

    void add(const QImage& image) override
    {
        const QString name = QStringLiteral("frame-%1.png").arg(++m_count, 4, 10, QLatin1Char('0'));
        const QString file = QString::fromStdString((m_folder.path() / name.toStdString()).string());
        if (!image.save(file, "PNG")) {
            throw ioError("%1 could not be written. Is the disk full?", file.toStdString());
        }
    }

    void finish() override { m_folder.commit(); }

private:
    AtomicDirectory m_folder;
    int m_count = 0;
};

} // namespace

std::unique_ptr<AnimationFile> makeAnimation(AnimationFormat format, const QString& path, QSize size, int milliseconds)
{
    switch (format) {
    case AnimationFormat::Gif: return std::make_unique<GifAnimation>(path, size, milliseconds);
    case AnimationFormat::WebP: return std::make_unique<WebpAnimation>(path, size, milliseconds);
    case AnimationFormat::PngFolder: return std::make_unique<PngFolder>(path);
    }
    return nullptr;
}

QRect changedRect(const QImage& before, const QImage& after)
{
    if (before.size() != after.size()) {
        return after.rect();
    }
    const qsizetype rowBytes = static_cast<qsizetype>(after.width()) * 4;
    int top = 0;
    int bottom = after.height() - 1;
    const auto sameRow = [&](int y) {
        return std::equal(after.constScanLine(y), after.constScanLine(y) + rowBytes, before.constScanLine(y));
    };
    while (top <= bottom && sameRow(top)) {
        ++top;
    }
    while (bottom > top && sameRow(bottom)) {
        --bottom;
    }
    int left = after.width();
    int right = -1;
    for (int y = top; y <= bottom; ++y) {
        const auto* now = reinterpret_cast<const QRgb*>(after.constScanLine(y));
        const auto* was = reinterpret_cast<const QRgb*>(before.constScanLine(y));
        for (int x = 0; x < left; ++x) {
            if (now[x] != was[x]) {
                left = x;
            }
        }
        for (int x = after.width() - 1; x > right; --x) {
            if (now[x] != was[x]) {
                right = x;
            }
        }
    }
    return right < left ? QRect() : QRect(QPoint(left, top), QPoint(right, bottom));
}

} // namespace spectune
