// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/Fonts.h"

#include <QFontMetricsF>
#include <QHash>
#include <QPainter>

#include <algorithm>
#include <memory>

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

/// Widths of parts of texts in one font, each measured once: a picture has the same few hundred of them again and
/// again, and to shape one costs more than to draw it.
class PartWidths {
public:
    explicit PartWidths(const QFont& font)
        : m_metrics(font)
    {
        for (char digit = '0'; digit <= '9'; ++digit) {
            m_digit = std::max(m_digit, of(QString(QLatin1Char(digit))));
        }
    }
    [[nodiscard]] double of(const QString& part)
    {
        const auto found = m_widths.constFind(part);
        if (found != m_widths.constEnd()) {
            return *found;
        }
        if (m_widths.size() >= most) {
            m_widths.clear();
        }
        const double width = m_metrics.horizontalAdvance(part);
        m_widths.insert(part, width);
        return width;
    }
    [[nodiscard]] double digit() const noexcept { return m_digit; } ///< the widest one's
    [[nodiscard]] const QFontMetricsF& metrics() const noexcept { return m_metrics; }

private:
    static constexpr qsizetype most = 4096;

    QFontMetricsF m_metrics;
    QHash<QString, double> m_widths;
    double m_digit = 0.0;
};

PartWidths& widthsIn(const QFont& font)
{
    static QHash<QFont, std::shared_ptr<PartWidths>> widths; // GUI thread only; a handful of fonts
    std::shared_ptr<PartWidths>& own = widths[font];
    if (!own) {
        own = std::make_shared<PartWidths>(font);
    }
    return *own;
}

bool isDigit(QChar character)
{
    return character >= QLatin1Char('0') && character <= QLatin1Char('9');
}

/// Calls part(text, width, isDigit) for every digit and every run without digits.
template <typename Part>
void forParts(PartWidths& widths, const QString& text, Part part)
{
    for (qsizetype begin = 0; begin < text.size();) {
        qsizetype end = begin + 1;
        if (isDigit(text[begin])) {
            part(text.mid(begin, 1), widths.digit(), true);
        } else {
            while (end < text.size() && !isDigit(text[end])) {
                ++end;
            }
            const QString run = text.mid(begin, end - begin);
            part(run, widths.of(run), false);
        }
        begin = end;
    }
}

double widthOf(PartWidths& widths, const QString& text)
{
    double width = 0.0;
    forParts(widths, text, [&](const QString&, double advance, bool) { width += advance; });
    return width;
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
    return widthOf(widthsIn(font), text);
}

double centredInside(double middle, double wide, double from, double to)
{
    return std::clamp(middle - wide / 2.0, from, std::max(from, to - wide));
}

void drawTabular(QPainter& painter, const QRectF& rect, Qt::Alignment alignment, const QString& text)
{
    PartWidths& widths = widthsIn(painter.font());
    const QFontMetricsF& metrics = widths.metrics();
    double x = rect.left();
    if (alignment & Qt::AlignRight) {
        x = rect.right() - widthOf(widths, text);
    } else if (alignment & Qt::AlignHCenter) {
        x = rect.center().x() - widthOf(widths, text) / 2.0;
    }
    double baseline = rect.center().y() + metrics.capHeight() / 2.0;
    if (alignment & Qt::AlignTop) {
        baseline = rect.top() + metrics.ascent();
    } else if (alignment & Qt::AlignBottom) {
        baseline = rect.bottom() - metrics.descent();
    }
    forParts(widths, text, [&](const QString& part, double advance, bool digit) {
        const double inset = digit ? (advance - widths.of(part)) / 2.0 : 0.0;
        painter.drawText(QPointF(x + inset, baseline), part);
        x += advance;
    });
}

} // namespace spectune
