// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/GifAnimation.h"

#include "training/core/Error.h"

#include <gif_lib.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace spectune {

namespace {

constexpr int colours = 256;
constexpr int bitsPerColour = 8;
constexpr int leastHundredths = 2; ///< players take less for "as slowly as you like"

int writeTo(GifFileType* gif, const GifByteType* bytes, int count)
{
    return static_cast<int>(static_cast<QSaveFile*>(gif->UserData)->write(reinterpret_cast<const char*>(bytes), count));
}

/// giflib has no words for some of its codes.
Message libraryWords(int code)
{
    const char* words = GifErrorString(code);
    return Message::verbatim(words != nullptr ? words : "giflib " + std::to_string(code));
}

} // namespace

GifAnimation::GifAnimation(const QString& path, QSize size, int milliseconds)
    : m_file(path)
    , m_hundredths(std::max(leastHundredths, (milliseconds + 5) / 10))
{
    if (!m_file.open(QIODevice::WriteOnly)) {
        throw ioError("%1 cannot be written: %2.", path.toStdString(), m_file.errorString().toStdString());
    }
    int code = 0;
    m_gif = EGifOpen(&m_file, writeTo, &code);
    if (m_gif == nullptr) {
        fail(libraryWords(code));
    }
    EGifSetGifVersion(m_gif, true); // GIF89a: delays
    const unsigned char endless[] {1, 0, 0};
    const bool good = EGifPutScreenDesc(m_gif, size.width(), size.height(), bitsPerColour, 0, nullptr) == GIF_OK
        && EGifPutExtensionLeader(m_gif, APPLICATION_EXT_FUNC_CODE) == GIF_OK
        && EGifPutExtensionBlock(m_gif, 11, "NETSCAPE2.0") == GIF_OK
        && EGifPutExtensionBlock(m_gif, sizeof endless, endless) == GIF_OK && EGifPutExtensionTrailer(m_gif) == GIF_OK;
    if (!good) {
        const int error = m_gif->Error;
        EGifCloseFile(std::exchange(m_gif, nullptr), nullptr);
        fail(libraryWords(error));
    }
}

GifAnimation::~GifAnimation()
{
    if (m_gif != nullptr) {
        EGifCloseFile(m_gif, nullptr);
    }
    m_file.cancelWriting(); // after commit() it does nothing
}

void GifAnimation::fail(const Message& what)
{
    const bool isFiles = m_file.error() != QFileDevice::NoError;
    throw ioError("%1 could not be written: %2.", m_file.fileName().toStdString(),
        isFiles ? Message::verbatim(m_file.errorString().toStdString()) : what);
}

void GifAnimation::add(const QImage& image)
{
    const QImage frame = image.convertToFormat(QImage::Format_RGB32);
    QRect part = m_last.isNull() ? frame.rect() : changedRect(m_last, frame);
    if (part.isEmpty()) {
        part = QRect(0, 0, 1, 1); // the time passes all the same
    }
    writeFrame(frame, part);
    m_last = frame;
}

void GifAnimation::writeFrame(const QImage& image, QRect part)
{
    const auto pixels = static_cast<std::size_t>(part.width()) * static_cast<std::size_t>(part.height());
    std::vector<GifByteType> red(pixels);
    std::vector<GifByteType> green(pixels);
    std::vector<GifByteType> blue(pixels);
    std::size_t at = 0;
    for (int y = part.top(); y <= part.bottom(); ++y) {
        const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
        for (int x = part.left(); x <= part.right(); ++x, ++at) {
            red[at] = static_cast<GifByteType>(qRed(line[x]));
            green[at] = static_cast<GifByteType>(qGreen(line[x]));
            blue[at] = static_cast<GifByteType>(qBlue(line[x]));
        }
    }
    const std::unique_ptr<ColorMapObject, void (*)(ColorMapObject*)> map(
        GifMakeMapObject(colours, nullptr), GifFreeMapObject);
    std::vector<GifByteType> indices(pixels);
    int used = colours;
    if (!map
        || GifQuantizeBuffer(static_cast<unsigned>(part.width()), static_cast<unsigned>(part.height()), &used,
               red.data(), green.data(), blue.data(), indices.data(), map->Colors)
            != GIF_OK) {
        fail(makeMessage("a frame could not be reduced to 256 colours"));
    }
    GraphicsControlBlock control {DISPOSE_DO_NOT, false, m_hundredths, NO_TRANSPARENT_COLOR};
    GifByteType extension[4];
    EGifGCBToExtension(&control, extension);
    bool good = EGifPutExtension(m_gif, GRAPHICS_EXT_FUNC_CODE, sizeof extension, extension) == GIF_OK
        && EGifPutImageDesc(m_gif, part.left(), part.top(), part.width(), part.height(), false, map.get()) == GIF_OK;
    for (int y = 0; good && y < part.height(); ++y) {
        good = EGifPutLine(m_gif, indices.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(part.width()),
                   part.width())
            == GIF_OK;
    }
    if (!good) {
        fail(libraryWords(m_gif->Error));
    }
}

void GifAnimation::finish()
{
    int code = 0;
    if (EGifCloseFile(std::exchange(m_gif, nullptr), &code) != GIF_OK) {
        fail(libraryWords(code));
    }
    if (!m_file.commit()) {
        fail({});
    }
}

} // namespace spectune
