// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPainter>

#include <algorithm>

namespace spectune {

namespace {

QFont make(int pixels, QFont::Weight weight)
{
    QFont font;
    font.setFamilies({QStringLiteral("Inter"), QStringLiteral("Noto Sans"), QStringLiteral("DejaVu Sans"),
        QStringLiteral("Noto Sans CJK JP")});
    font.setPixelSize(pixels);
    font.setWeight(weight);
    font.setStyleHint(QFont::SansSerif);
    return font;
}

double widestDigit(const QFont& font)
{
    static QHash<QFont, double> widths; // GUI thread only; a handful of fonts
    const auto found = widths.constFind(font);
    if (found != widths.constEnd()) {
        return *found;
    }
    const QFontMetricsF metrics(font);
    double widest = 0.0;
    for (char digit = '0'; digit <= '9'; ++digit) {
        widest = std::max(widest, metrics.horizontalAdvance(QLatin1Char(digit)));
    }
    widths.insert(font, widest);
    return widest;
}

bool isDigit(QChar character)
{
    return character >= QLatin1Char('0') && character <= QLatin1Char('9');
}

/// Calls part(text, width, isDigit) for every digit and every run without digits.
template <typename Part>
void forParts(const QFont& font, const QString& text, Part part)
{
    const QFontMetricsF metrics(font);
    const double digit = widestDigit(font);
    for (qsizetype begin = 0; begin < text.size();) {
        qsizetype end = begin + 1;
        if (isDigit(text[begin])) {
            part(text.mid(begin, 1), digit, true);
        } else {
            while (end < text.size() && !isDigit(text[end])) {
                ++end;
            }
            const QString run = text.mid(begin, end - begin);
            part(run, metrics.horizontalAdvance(run), false);
        }
        begin = end;
    }
}

} // namespace

QFont Fonts::body()
{
    return make(12, QFont::Normal);
}
QFont Fonts::bodyMedium()
{
    return make(12, QFont::Medium);
}
QFont Fonts::heading()
{
    return make(12, QFont::DemiBold);
}
QFont Fonts::caption()
{
    return make(11, QFont::Normal);
}
QFont Fonts::captionBold()
{
    return make(11, QFont::DemiBold);
}
QFont Fonts::title()
{
    return make(14, QFont::DemiBold);
}
QFont Fonts::state()
{
    return make(13, QFont::DemiBold);
}

QFont Fonts::mono()
{
    QFont font;
    font.setFamilies({QStringLiteral("DejaVu Sans Mono"), QStringLiteral("monospace")});
    font.setPixelSize(11);
    font.setStyleHint(QFont::Monospace);
    return font;
}

double tabularWidth(const QFont& font, const QString& text)
{
    double width = 0.0;
    forParts(font, text, [&](const QString&, double advance, bool) { width += advance; });
    return width;
}

double centredInside(double middle, double wide, double from, double to)
{
    return std::clamp(middle - wide / 2.0, from, std::max(from, to - wide));
}

void drawTabular(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text)
{
    const QFont font = painter.font();
    const QFontMetricsF metrics(font);
    double x = rect.left();
    if (alignment & Qt::AlignRight) {
        x = rect.right() - tabularWidth(font, text);
    } else if (alignment & Qt::AlignHCenter) {
        x = rect.center().x() - tabularWidth(font, text) / 2.0;
    }
    double baseline = rect.center().y() + metrics.capHeight() / 2.0;
    if (alignment & Qt::AlignTop) {
        baseline = rect.top() + metrics.ascent();
    } else if (alignment & Qt::AlignBottom) {
        baseline = rect.bottom() - metrics.descent();
    }
    forParts(font, text, [&](const QString& part, double advance, bool digit) {
        const double inset = digit ? (advance - metrics.horizontalAdvance(part)) / 2.0 : 0.0;
        painter.drawText(QPointF(x + inset, baseline), part);
        x += advance;
    });
}

} // namespace spectune
