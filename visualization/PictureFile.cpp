// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/PictureFile.h"

#include "training/core/Error.h"

#include <QBuffer>
#include <QFileInfo>
#include <QPdfWriter>
#include <QSaveFile>
#include <QSvgGenerator>

namespace spectune {

namespace {

constexpr double fileRatio = 2.0;
constexpr int pointsPerInch = 72; ///< of a PDF: a logical pixel is a point

void writePdf(QIODevice& device, QSize size, const PaintPicture& paint)
{
    QPdfWriter writer(&device);
    writer.setResolution(pointsPerInch);
    writer.setPageMargins(QMarginsF());
    writer.setPageSize(QPageSize(QSizeF(size), QPageSize::Point, {}, QPageSize::ExactMatch));
    paint(writer, size);
}

void writeSvg(QIODevice& device, QSize size, const PaintPicture& paint)
{
    QSvgGenerator generator;
    generator.setOutputDevice(&device);
    generator.setSize(size);
    generator.setViewBox(QRect(QPoint(), size));
    generator.setTitle(QStringLiteral("Spectune"));
    paint(generator, size);
}

/// @p write fills the file; false: it could not.
void saveWith(const QString& path, const std::function<bool(QSaveFile&)>& write)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        throw ioError("%1 cannot be written: %2.", path.toStdString(), file.errorString().toStdString());
    }
    if (!write(file)) {
        const Message why = file.error() == QFileDevice::NoError ? makeMessage("its format could not be encoded")
                                                                 : Message::verbatim(file.errorString().toStdString());
        file.cancelWriting();
        throw ioError("%1 could not be written: %2.", path.toStdString(), why);
    }
    if (!file.commit()) {
        throw ioError("%1 could not be written: %2.", path.toStdString(), file.errorString().toStdString());
    }
}

void saveBytes(const QString& path, const QByteArray& bytes)
{
    saveWith(path, [&bytes](QSaveFile& file) { return file.write(bytes) == bytes.size(); });
}

} // namespace

QImage pictureOf(QSize size, double ratio, const PaintPicture& paint)
{
    QImage image(size * ratio, QImage::Format_RGB32);
    image.setDevicePixelRatio(ratio);
    image.fill(Qt::black);
    paint(image, size);
    return image;
}

std::function<void()> pictureWork(const QString& path, QSize size, const PaintPicture& paint)
{
    const QString ending = QFileInfo(path).suffix().toLower();
    if (ending == QLatin1String("png")) {
        return [path, image = pictureOf(size, fileRatio, paint)] {
            saveWith(path, [&image](QSaveFile& file) { return image.save(&file, "PNG"); });
        };
    }
    if (ending != QLatin1String("svg") && ending != QLatin1String("pdf")) {
        throw configError("%1 must end in .png, .svg or .pdf.", path.toStdString());
    }
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    if (ending == QLatin1String("svg")) {
        writeSvg(buffer, size, paint);
    } else {
        writePdf(buffer, size, paint);
    }
    return [path, bytes] { saveBytes(path, bytes); };
}

void savePicture(const QString& path, QSize size, const PaintPicture& paint)
{
    pictureWork(path, size, paint)();
}

void saveText(const QString& path, const QString& text)
{
    saveBytes(path, text.toUtf8());
}

} // namespace spectune
