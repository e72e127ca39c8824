// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/WebpAnimation.h"

#include "training/core/AtomicFile.h"

#include <webp/encode.h>
#include <webp/mux.h>

namespace spectune {

namespace {

constexpr int speed = 2; ///< 0 … 9 of libwebp's lossless levels: small files soon enough

} // namespace

WebpAnimation::WebpAnimation(const QString& path, QSize size, int milliseconds)
    : m_path(path)
    , m_milliseconds(milliseconds)
{
    WebPAnimEncoderOptions options;
    if (!WebPAnimEncoderOptionsInit(&options)) {
        fail();
    }
    options.anim_params.loop_count = 0; // for ever
    m_encoder = WebPAnimEncoderNew(size.width(), size.height(), &options);
    if (m_encoder == nullptr) {
        fail();
    }
}

WebpAnimation::~WebpAnimation()
{
    WebPAnimEncoderDelete(m_encoder);
}

void WebpAnimation::fail() const
{
    const Message why = m_encoder != nullptr ? Message::verbatim(WebPAnimEncoderGetError(m_encoder))
                                             : makeMessage("libwebp could not begin");
    throw ioError("%1 could not be written: %2.", m_path.toStdString(), why);
}

void WebpAnimation::add(const QImage& image)
{
    const QImage frame = image.convertToFormat(QImage::Format_RGB32);
    WebPConfig config;
    WebPPicture picture;
    if (!WebPConfigInit(&config) || !WebPConfigLosslessPreset(&config, speed) || !WebPPictureInit(&picture)) {
        fail();
    }
    picture.use_argb = 1;
    picture.width = frame.width();
    picture.height = frame.height();
    const bool good = WebPPictureImportBGRX(&picture, frame.constBits(), static_cast<int>(frame.bytesPerLine()))
        && WebPAnimEncoderAdd(m_encoder, &picture, m_time, &config);
    WebPPictureFree(&picture);
    if (!good) {
        fail();
    }
    m_time += m_milliseconds;
}

void WebpAnimation::finish()
{
    WebPData data;
    WebPDataInit(&data);
    if (!WebPAnimEncoderAdd(m_encoder, nullptr, m_time, nullptr) || !WebPAnimEncoderAssemble(m_encoder, &data)) {
        WebPDataClear(&data);
        fail();
    }
    const std::string bytes(reinterpret_cast<const char*>(data.bytes), data.size);
    WebPDataClear(&data);
    writeFileAtomically(m_path.toStdString(), bytes);
}

} // namespace spectune
