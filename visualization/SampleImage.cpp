// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/SampleImage.h"

#include "training/core/Error.h"

#include <QImage>
#include <QImageReader>
#include <QString>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

struct Vector {
    double x = 0.0;
    double y = 0.0;
    double z = 0.0;
};

double dot(const Vector& a, const Vector& b)
{
    return a.x * b.x + a.y * b.y + a.z * b.z;
}

Vector scaled(const Vector& a, double by)
{
    return {a.x * by, a.y * by, a.z * by};
}

struct Ball {
    Vector centre;
    double radius = 1.0;
    double grey = 0.8;
};

constexpr Ball balls[] {{{-0.55, 0.75, 4.2}, 0.95, 0.82}, {{1.15, 0.42, 3.1}, 0.5, 0.4}};
const Vector light = scaled({-0.5, 0.75, -0.43}, 1.0 / std::sqrt(0.25 + 0.5625 + 0.1849));

// Distance along the ray to the ball's front; negative: it misses.
double hit(const Ball& ball, const Vector& from, const Vector& direction)
{
    const Vector toCentre {ball.centre.x - from.x, ball.centre.y - from.y, ball.centre.z - from.z};
    const double along = dot(toCentre, direction);
    const double root = along * along - dot(toCentre, toCentre) + ball.radius * ball.radius;
    return root < 0 ? -1.0 : along - std::sqrt(root);
}

double shadeAt(const Vector& from, const Vector& direction)
{
    double nearest = 1e9;
    double grey = 0.92 - 0.35 * std::max(0.0, direction.y); // sky
    if (direction.y < -1e-6) {
        nearest = -from.y / direction.y;
        const double x = direction.x * nearest;
        const double z = direction.z * nearest;
        const bool bright = (static_cast<int>(std::floor(x * 1.4)) + static_cast<int>(std::floor(z * 1.4))) % 2 == 0;
        const Vector place {x, 0.0, z};
        const bool shadow = std::any_of(
            std::begin(balls), std::end(balls), [&](const Ball& ball) { return hit(ball, place, light) > 0; });
        const double far = std::exp(-0.03 * nearest);
        grey = ((bright ? 0.85 : 0.25) * far + 0.75 * (1 - far)) * (shadow ? 0.45 : 1.0);
    }
    for (const Ball& ball : balls) {
        const double distance = hit(ball, from, direction);
        if (distance < 0 || distance >= nearest)
            continue;
        nearest = distance;
        const Vector normal
            = scaled({from.x + direction.x * distance - ball.centre.x, from.y + direction.y * distance - ball.centre.y,
                         from.z + direction.z * distance - ball.centre.z},
                1.0 / ball.radius);
        const double facing = std::max(0.0, dot(normal, light));
        grey = ball.grey * (0.18 + 0.72 * facing) + 0.5 * std::pow(facing, 40.0);
    }
    return std::clamp(grey, 0.0, 1.0);
}

} // namespace

MatrixValues greyValues(const QImage& image, int most)
{
    QImage small = image;
    if (std::max(image.width(), image.height()) > most)
        small = image.scaled(most, most, Qt::KeepAspectRatio, Qt::SmoothTransformation);
    small = small.convertToFormat(QImage::Format_RGB32);
    MatrixValues values {small.height(), small.width(), {}};
    values.values.reserve(static_cast<std::size_t>(small.width()) * static_cast<std::size_t>(small.height()));
    for (int row = 0; row < small.height(); ++row)
        for (int column = 0; column < small.width(); ++column) {
            const QRgb pixel = small.pixel(column, row);
            values.values.push_back(
                static_cast<float>((0.299 * qRed(pixel) + 0.587 * qGreen(pixel) + 0.114 * qBlue(pixel)) / 255.0));
        }
    return values;
}

MatrixValues sampleImage(int side)
{
    MatrixValues image {side, side, {}};
    image.values.reserve(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
    const Vector eye {0.0, 1.05, 0.0};
    for (int row = 0; row < side; ++row)
        for (int column = 0; column < side; ++column) {
            const Vector aim {(column + 0.5) / side * 1.3 - 0.65, 0.6 - (row + 0.5) / side * 1.3, 1.15};
            image.values.push_back(static_cast<float>(shadeAt(eye, scaled(aim, 1.0 / std::sqrt(dot(aim, aim))))));
        }
    return image;
}

MatrixValues loadGreyImage(const QString& file, int most)
{
    QImageReader reader(file);
    reader.setAutoTransform(true);
    if (const QSize size = reader.size();
        std::max(size.width(), size.height()) > most) // a photo is never whole in memory
        reader.setScaledSize(size.scaled(most, most, Qt::KeepAspectRatio).expandedTo({1, 1}));
    const QImage image = reader.read();
    if (image.isNull())
        throw ioError("%1 cannot be read as an image: %2.", file.toStdString(), reader.errorString().toStdString());
    return greyValues(image, most);
}

} // namespace spectune
