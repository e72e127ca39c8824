// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

struct Lab {
    double l = 0.0;
    double a = 0.0;
    double b = 0.0;
};

double toLinear(double channel)
{
    return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double fromLinear(double channel)
{
    const double v = std::clamp(channel, 0.0, 1.0);
    return v <= 0.0031308 ? 12.92 * v : 1.055 * std::pow(v, 1.0 / 2.4) - 0.055;
}

// B. Ottosson, "A perceptual color space for image processing", 2020.
Lab toLab(const QColor& color)
{
    const double r = toLinear(color.redF());
    const double g = toLinear(color.greenF());
    const double b = toLinear(color.blueF());
    const double l = std::cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b);
    const double m = std::cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b);
    const double s = std::cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b);
    return {0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s, 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s};
}

QColor fromLab(const Lab& lab)
{
    const double l = std::pow(lab.l + 0.3963377774 * lab.a + 0.2158037573 * lab.b, 3);
    const double m = std::pow(lab.l - 0.1055613458 * lab.a - 0.0638541728 * lab.b, 3);
    const double s = std::pow(lab.l - 0.0894841775 * lab.a - 1.2914855480 * lab.b, 3);
    const auto channel = [](double linear) { return static_cast<int>(std::lround(fromLinear(linear) * 255.0)); };
    return {channel(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
        channel(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
        channel(-0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s)};
}

double luminance(const QColor& color)
{
    return 0.2126 * toLinear(color.redF()) + 0.7152 * toLinear(color.greenF()) + 0.0722 * toLinear(color.blueF());
}

template <std::size_t N>
QColor between(const std::array<QColor, N>& stops, double t)
{
    const double place = std::clamp(t, 0.0, 1.0) * static_cast<double>(N - 1);
    const auto index = std::min(static_cast<std::size_t>(place), N - 2);
    return Theme::mix(stops[index], stops[index + 1], place - static_cast<double>(index));
}

template <std::size_t N>
std::array<QColor, N> colors(const std::array<QRgb, N>& values)
{
    std::array<QColor, N> result;
    std::transform(values.begin(), values.end(), result.begin(), [](QRgb value) { return QColor(value); });
    return result;
}

constexpr std::array<QRgb, 12> darkRamp {0x363372, 0x2d4688, 0x115b99, 0x05709a, 0x04839c, 0x0c969e, 0x02ab9e, 0x2dbe96,
    0x6dcb8c, 0x9ed687, 0xc9e08a, 0xefe995};
constexpr std::array<QRgb, 12> lightRamp {0xf5f1ae, 0xd2e69d, 0xa9dc95, 0x7ad096, 0x42c39c, 0x05b1a4, 0x0d9ca4,
    0x0b88a2, 0x0374a0, 0x225f97, 0x344b83, 0x39396b};
constexpr std::array<QRgb, 13> darkDifferences {0x89c3fe, 0x67adf3, 0x5b97d3, 0x4f81b4, 0x446c95, 0x385878, 0x2a2f36,
    0x6f4d2e, 0x8a5e36, 0xa6703e, 0xc28246, 0xdf954e, 0xfda856};
constexpr std::array<QRgb, 13> lightDifferences {0x0465af, 0x357abc, 0x558ec8, 0x73a3d5, 0x90b7e1, 0xadcced, 0xe6e9ed,
    0xe4c1a3, 0xd6a983, 0xc79263, 0xb87a41, 0xa96314, 0x905203};

Theme makeDark()
{
    return {.dark = true,
        .window = QColor(QRgb(0x131519)),
        .panel = QColor(QRgb(0x1a1d22)),
        .raised = QColor(QRgb(0x242930)),
        .sunken = QColor(QRgb(0x101216)),
        .line = QColor(QRgb(0x2d333b)),
        .fieldLine = QColor(QRgb(0x636c78)),
        .lineStrong = QColor(QRgb(0x6b7480)),
        .text = QColor(QRgb(0xe8eaed)),
        .text2 = QColor(QRgb(0xaeb5bf)),
        .text3 = QColor(QRgb(0x8b939e)),
        .primary = QColor(QRgb(0xe8eaed)),
        .onPrimary = QColor(QRgb(0x131519)),
        .focus = QColor(QRgb(0x7db4ff)),
        .loss = QColor(QRgb(0x74b6ff)),
        .runB = QColor(QRgb(0xffb262)),
        .eval = QColor(QRgb(0xf4c95d)),
        .warn = QColor(QRgb(0xf4c95d)),
        .orth = QColor(QRgb(0x9aa4b0)),
        .prune = QColor(QRgb(0xff9a5c)),
        .revive = QColor(QRgb(0xdd9cf5)),
        .ok = QColor(QRgb(0x6fd19b)),
        .error = QColor(QRgb(0xff8d85)),
        .errorFill = QColor(QRgb(0x3a2022)),
        .warnFill = QColor(QRgb(0x352c17)),
        .lossToken = QColor(QRgb(0x1f4468)),
        .idleCell = QColor(QRgb(0x39424d)),
        .phaseEnd = QColor(QRgb(0x1e2329)),
        .phaseCubic = QColor(QRgb(0x252b33)),
        .ramp = colors(darkRamp),
        .differences = colors(darkDifferences)};
}

Theme makeLight()
{
    return {.dark = false,
        .window = QColor(QRgb(0xeceef1)),
        .panel = QColor(QRgb(0xfbfcfd)),
        .raised = QColor(QRgb(0xffffff)),
        .sunken = QColor(QRgb(0xf1f3f5)),
        .line = QColor(QRgb(0xd9dde2)),
        .fieldLine = QColor(QRgb(0x808893)),
        .lineStrong = QColor(QRgb(0x7d8590)),
        .text = QColor(QRgb(0x16191d)),
        .text2 = QColor(QRgb(0x484f59)),
        .text3 = QColor(QRgb(0x646c77)),
        .primary = QColor(QRgb(0x1d2127)),
        .onPrimary = QColor(QRgb(0xffffff)),
        .focus = QColor(QRgb(0x1a66d1)),
        .loss = QColor(QRgb(0x1c68bd)),
        .runB = QColor(QRgb(0xa64e00)),
        .eval = QColor(QRgb(0x8a5a00)),
        .warn = QColor(QRgb(0x855600)),
        .orth = QColor(QRgb(0x69727e)),
        .prune = QColor(QRgb(0xb84300)),
        .revive = QColor(QRgb(0x8b2fb0)),
        .ok = QColor(QRgb(0x14733f)),
        .error = QColor(QRgb(0xb3261e)),
        .errorFill = QColor(QRgb(0xfbe6e4)),
        .warnFill = QColor(QRgb(0xfbf0d6)),
        .lossToken = QColor(QRgb(0xcfe3fa)),
        .idleCell = QColor(QRgb(0xd3dae2)),
        .phaseEnd = QColor(QRgb(0xf3f5f7)),
        .phaseCubic = QColor(QRgb(0xe9edf1)),
        .ramp = colors(lightRamp),
        .differences = colors(lightDifferences)};
}

bool currentIsDark = true; // GUI thread only

} // namespace

QColor Theme::rankColor(int rank, int initRank) const
{
    return rampColor(initRank > 1 ? static_cast<double>(rank - 1) / (initRank - 1) : 1.0);
}

QColor Theme::rampColor(double t) const
{
    return between(ramp, t);
}

QColor Theme::differenceColor(double t) const
{
    return between(differences, (std::clamp(t, -1.0, 1.0) + 1.0) / 2.0);
}

QColor Theme::inkOn(const QColor& ground)
{
    const QColor black(Qt::black);
    const QColor white(Qt::white);
    return contrast(ground, black) >= contrast(ground, white) ? black : white;
}

double Theme::contrast(const QColor& a, const QColor& b)
{
    const auto [low, high] = std::minmax({luminance(a), luminance(b)});
    return (high + 0.05) / (low + 0.05);
}

QColor Theme::mix(const QColor& a, const QColor& b, double t)
{
    if (t <= 0.0) {
        return a;
    }
    if (t >= 1.0) {
        return b;
    }
    const Lab from = toLab(a);
    const Lab to = toLab(b);
    return fromLab({from.l + (to.l - from.l) * t, from.a + (to.a - from.a) * t, from.b + (to.b - from.b) * t});
}

const Theme& Theme::darkTheme()
{
    static const Theme theme = makeDark();
    return theme;
}

const Theme& Theme::lightTheme()
{
    static const Theme theme = makeLight();
    return theme;
}

const Theme& Theme::current()
{
    return currentIsDark ? darkTheme() : lightTheme();
}

void Theme::setCurrent(bool dark)
{
    currentIsDark = dark;
}

} // namespace spectune
