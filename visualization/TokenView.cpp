// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/TokenView.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"
#include "visualization/TokenText.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QTextLayout>
#include <QTextOption>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double lineHeight = TokenView::rowHeight;
constexpr double boxHeight = 19.0;
constexpr double emptyWidth = 7.0; ///< of a token without text
constexpr double largestLoss = 5.0;
constexpr qsizetype mostSpoken = 2000; ///< characters
constexpr qsizetype mostInTip = 120;

QColor groundOf(const TokenSpan& token, const Theme& theme)
{
    if (token.loss >= 0.0) {
        return Theme::mix(theme.panel, theme.runB, std::min(1.0, token.loss / largestLoss));
    }
    return token.bearsLoss ? theme.lossToken : theme.sunken;
}

double widthOf(const QString& text)
{
    return needsShaping(text) ? QFontMetricsF(Fonts::body()).horizontalAdvance(text)
                              : tabularWidth(Fonts::body(), text);
}

// Figures stand in columns; what is joined, or runs from right to left, is left to the layout of its script.
void drawChip(QPainter& painter, const QRectF& rect, const QString& text)
{
    if (!needsShaping(text)) {
        drawTabular(painter, rect, Qt::AlignLeft, text);
        return;
    }
    painter.save();
    painter.setClipRect(rect, Qt::IntersectClip); // marks may be stacked high
    const QFontMetricsF metrics(painter.font());
    painter.drawText(QPointF(rect.left(), rect.center().y() + metrics.capHeight() / 2.0), text);
    painter.restore();
}

/// Cuts @p text where it is wider than @p room, never within a character.
template <typename Place>
void placeCut(const QString& text, double room, const Place& place)
{
    const std::vector<qsizetype> ends = characterEnds(text);
    qsizetype begin = 0;
    for (auto next = ends.begin(); next != ends.end();) {
        const auto tooWide = std::partition_point(
            next, ends.end(), [&](qsizetype end) { return widthOf(text.mid(begin, end - begin)) <= room; });
        const auto last = tooWide == next ? next : tooWide - 1; // one character at least
        const QString part = text.mid(begin, *last - begin);
        place(part, widthOf(part));
        begin = *last;
        next = last + 1;
    }
}

/// Of the text in an empty view: words stay whole; what is longer than a line, as a path may be, is broken.
QTextOption emptyOption()
{
    QTextOption option(Qt::AlignLeft | Qt::AlignTop);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    return option;
}

} // namespace

TokenView::TokenView(QWidget* parent)
    : QWidget(parent)
{
    QSizePolicy policy(QSizePolicy::Expanding, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
    setAccessibleName(tr("Sample as tokens"));
}

void TokenView::setTokens(std::vector<TokenSpan> tokens)
{
    if (tokens == m_tokens) {
        return; // told again with every key that is typed elsewhere
    }
    m_tokens = std::move(tokens);
    QString all;
    for (const TokenSpan& token : m_tokens) {
        all += QStringView(token.text).left(mostSpoken - all.size());
        if (all.size() >= mostSpoken) {
            all += QStringLiteral("…");
            break;
        }
    }
    setAccessibleDescription(all);
    measure();
    updateGeometry();
    update();
}

void TokenView::measure()
{
    m_chips.clear();
    for (std::size_t i = 0; i < static_cast<std::size_t>(drawn()); ++i) {
        const QString& text = m_tokens[i].text;
        if (text.isEmpty()) {
            m_chips.push_back({i, {}, emptyWidth, false});
        }
        for (qsizetype begin = 0; begin < text.size();) {
            const qsizetype found = text.indexOf(QLatin1Char('\n'), begin);
            const qsizetype end = found < 0 ? text.size() : found;
            const QString line = visibleText(QStringView(text).mid(begin, end - begin))
                + (found < 0 ? QString() : QStringLiteral("⏎"));
            m_chips.push_back({i, line, widthOf(line) + 1.0, found >= 0});
            begin = end + 1;
        }
    }
}

void TokenView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    updateGeometry();
    update();
}

int TokenView::lossBearing() const
{
    return static_cast<int>(
        std::count_if(m_tokens.begin(), m_tokens.end(), [](const TokenSpan& token) { return token.bearsLoss; }));
}

std::vector<TokenView::Box> TokenView::layoutBoxes(double width) const
{
    const double room = std::max(20.0, width);
    std::vector<Box> boxes;
    double x = 0.0;
    double y = 0.0;
    for (const Chip& chip : m_chips) {
        const auto place = [&](const QString& text, double advance) {
            if (x > 0.0 && x + advance > width) {
                x = 0.0;
                y += lineHeight;
            }
            boxes.push_back({chip.token, text, {x, y, advance, boxHeight}});
            x += advance;
        };
        if (chip.width <= room) {
            place(chip.text, chip.width);
        } else { // a token wider than the view is cut into pieces
            placeCut(
                chip.text, room - 1.0, [&place](const QString& part, double advance) { place(part, advance + 1.0); });
        }
        if (chip.breaks) {
            x = 0.0;
            y += lineHeight;
        }
    }
    return boxes;
}

int TokenView::emptyHeight(int width) const
{
    QTextLayout text(QString(m_emptyText).replace(QLatin1Char('\n'), QChar::LineSeparator), Fonts::body());
    text.setTextOption(emptyOption());
    text.beginLayout();
    double height = 0.0;
    for (QTextLine line = text.createLine(); line.isValid(); line = text.createLine()) {
        line.setLineWidth(std::max(width, 20));
        height += line.height();
    }
    text.endLayout();
    return std::max(static_cast<int>(lineHeight), static_cast<int>(std::ceil(height)) + 2);
}

int TokenView::heightForWidth(int width) const
{
    const std::vector<Box> boxes = layoutBoxes(width);
    return boxes.empty() ? emptyHeight(width) : static_cast<int>(std::ceil(boxes.back().rect.bottom())) + 2;
}

QSize TokenView::sizeHint() const
{
    return {340, heightForWidth(width() > 0 ? width() : 340)};
}

QSize TokenView::minimumSizeHint() const
{
    return {120, static_cast<int>(lineHeight)};
}

QString TokenView::tokenText(std::size_t token) const
{
    const TokenSpan& span = m_tokens.at(token);
    const QString kind = span.loss >= 0.0 ? tr("loss %1").arg(span.loss, 0, 'f', 3)
        : span.bearsLoss                  ? tr("bears loss")
                                          : tr("read only");
    QString text = span.text;
    text.truncate(mostInTip + 1);
    text = visibleText(text.replace(QLatin1Char('\n'), QStringLiteral("⏎")), mostInTip);
    if (text.isEmpty()) {
        return tr("token %1: no text of its own, %2").arg(token + 1).arg(kind);
    }
    return span.text.size() > mostInTip
        ? tr("token %1: “%2”, %3 characters, %4").arg(token + 1).arg(text).arg(span.text.size()).arg(kind)
        : tr("token %1: “%2”, %3").arg(QString::number(token + 1), text, kind);
}

bool TokenView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (const Box& box : layoutBoxes(width())) {
            if (box.rect.contains(help->pos())) {
                // As rich text, or "<s>" would strike the rest through.
                QToolTip::showText(help->globalPos(),
                    QStringLiteral("<qt>%1</qt>").arg(tokenText(box.token).toHtmlEscaped()), this, box.rect.toRect());
                return true;
            }
        }
        QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void TokenView::paintEvent(QPaintEvent* event)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setFont(Fonts::body());
    if (m_tokens.empty()) {
        painter.setPen(theme.text2);
        painter.drawText(QRectF(rect()), m_emptyText, emptyOption());
        return;
    }
    for (const Box& box : layoutBoxes(width())) {
        if (!box.rect.intersects(QRectF(event->rect()))) {
            continue;
        }
        const TokenSpan& token = m_tokens[box.token];
        const QColor ground = groundOf(token, theme);
        if (!token.control || token.bearsLoss || token.loss >= 0.0) {
            painter.setPen(Qt::NoPen);
            painter.setBrush(ground);
            painter.drawRoundedRect(box.rect.adjusted(0.0, 0.0, -1.0, 0.0), 2.0, 2.0);
        }
        const bool tinted = token.bearsLoss || token.loss >= 0.0;
        QColor ink = token.control && !tinted ? theme.text3 : tinted ? theme.text : theme.text2;
        if (token.loss >= 0.0 && Theme::contrast(ink, ground) < 4.5) {
            ink = Theme::inkOn(ground);
        }
        painter.setPen(ink);
        drawChip(painter, box.rect.adjusted(0.0, 0.0, -1.0, 0.0), box.text);
    }
}

} // namespace spectune
