// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/NumberFormat.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

const QChar minusSign(0x2212);

struct NumberFormat {
    Q_DECLARE_TR_FUNCTIONS(NumberFormat)
};

QString notFinite()
{
    return NumberFormat::tr("not finite");
}

QString trueMinus(QString text)
{
    return text.replace(QLatin1Char('-'), minusSign);
}

/// "-0.000" is 0: a sign there says nothing.
QString fixedDigits(double value, int decimals)
{
    const double scale = std::pow(10.0, decimals);
    const double rounded = std::round(value * scale);
    return trueMinus(QString::number(rounded == 0.0 ? 0.0 : value, 'f', decimals));
}

QString twoDigits(std::int64_t value)
{
    return QStringLiteral("%1").arg(value, 2, 10, QLatin1Char('0'));
}

} // namespace

QString formatCount(std::int64_t value)
{
    QString digits = QString::number(value < 0 ? -value : value);
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3) {
        digits.insert(at, QLatin1Char(','));
    }
    return value < 0 ? minusSign + digits : digits;
}

QString formatFixed(double value, int decimals)
{
    return std::isfinite(value) ? fixedDigits(value, decimals) : notFinite();
}

QString formatLoss(double value)
{
    return formatFixed(value, 3);
}

QString formatScientific(double value, int decimals)
{
    if (!std::isfinite(value)) {
        return notFinite();
    }
    if (value == 0.0) {
        return QStringLiteral("0");
    }
    const QString plain = QString::number(value, 'e', decimals); // 4.61e-04
    const qsizetype e = plain.indexOf(QLatin1Char('e'));
    return trueMinus(plain.left(e + 1) + QString::number(plain.mid(e + 1).toInt()));
}

QString formatShort(double value)
{
    if (!std::isfinite(value)) {
        return notFinite();
    }
    const double size = std::abs(value);
    if (size == 0.0) {
        return QStringLiteral("0");
    }
    if (size < 0.001 || size >= 1e6) {
        return formatScientific(value);
    }
    if (size >= 1000.0) {
        return formatCount(static_cast<std::int64_t>(std::llround(value)));
    }
    const int magnitude = static_cast<int>(std::floor(std::log10(size)));
    const int digits = size >= 1.0 ? 3 : 2;
    return fixedDigits(value, std::max(0, digits - 1 - magnitude));
}

QString formatGiB(double bytes)
{
    return std::isfinite(bytes) ? fixedDigits(bytes / 1073741824.0, 1) + QStringLiteral(" GiB") : notFinite();
}

QString formatMB(double bytes)
{
    return std::isfinite(bytes) ? fixedDigits(bytes / 1e6, 1) + QStringLiteral(" MB") : notFinite();
}

QString formatFileSize(double bytes)
{
    constexpr double least = 5e4; // less would read as nothing
    if (bytes > 0.0 && bytes < least) {
        return NumberFormat::tr("under 0.1 MB");
    }
    return bytes >= 1e9 && std::isfinite(bytes) ? fixedDigits(bytes / 1e9, 1) + QStringLiteral(" GB") : formatMB(bytes);
}

QString formatPercent(double fraction)
{
    return std::isfinite(fraction) ? fixedDigits(fraction * 100.0, 0) + QStringLiteral(" %") : notFinite();
}

QString formatDuration(double seconds)
{
    if (!std::isfinite(seconds)) {
        return notFinite();
    }
    const auto whole = static_cast<std::int64_t>(std::llround(std::max(0.0, seconds)));
    if (whole < 60) {
        return QStringLiteral("%1 s").arg(whole);
    }
    if (whole < 3600) {
        return QStringLiteral("%1 min %2 s").arg(whole / 60).arg(twoDigits(whole % 60));
    }
    if (whole < 86400) {
        return QStringLiteral("%1 h %2 min").arg(whole / 3600).arg(twoDigits(whole / 60 % 60));
    }
    return QStringLiteral("%1 d %2 h").arg(whole / 86400).arg(whole / 3600 % 24);
}

QString formatMeanRank(double value)
{
    return formatFixed(value, 2);
}

QString formatRank(double value)
{
    const bool whole = std::abs(value - std::round(value)) < 1e-9;
    return whole ? formatCount(std::llround(value)) : formatMeanRank(value);
}

QString formatLogTick(double value)
{
    if (!std::isfinite(value) || value <= 0.0) {
        return formatScientific(value, 0);
    }
    const int magnitude = static_cast<int>(std::floor(std::log10(value) + 1e-9));
    const double leading = value / std::pow(10.0, magnitude);
    int more = 0; // digits behind the leading one: 1.52 has two
    for (double rest = leading; more < 5 && std::abs(rest - std::round(rest)) > 1e-6 * rest; rest *= 10.0) {
        ++more;
    }
    if (value < 0.0009 || value >= 1e6) {
        return formatScientific(value, more);
    }
    return magnitude < more ? fixedDigits(value, more - magnitude) : formatCount(std::llround(value));
}

QString formatTick(double value, double step)
{
    if (!std::isfinite(value) || !(step > 0.0)) {
        return formatShort(value);
    }
    const double fits = std::floor(std::log10(step) + 1e-9);
    int decimals = std::max(0, static_cast<int>(-fits));
    const double scaled = step * std::pow(10.0, decimals);
    if (std::abs(scaled - std::round(scaled)) > 1e-6) {
        ++decimals; // 0.25, 2.5
    }
    if (decimals == 0) {
        return formatCount(static_cast<std::int64_t>(std::llround(value)));
    }
    return decimals > 5 ? formatScientific(value, 1) : fixedDigits(value, decimals);
}

} // namespace spectune
