// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/TokenView.h"

#include "visualization/Fonts.h"
#include "visualization/Theme.h"

#include <QFontMetricsF>
#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double lineHeight = 21.0;
constexpr double boxHeight = 19.0;
constexpr double largestLoss = 5.0;

QColor groundOf(const TokenSpan& token, const Theme& theme)
{
    if (token.loss >= 0.0) {
        return Theme::mix(theme.panel, theme.runB, std::min(1.0, token.loss / largestLoss));
    }
    return token.bearsLoss ? theme.lossToken : theme.sunken;
}

QString spoken(QString text)
{
    return text.replace(QLatin1Char('\n'), QStringLiteral("⏎"));
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
    m_tokens = std::move(tokens);
    QString all;
    for (const TokenSpan& token : m_tokens) {
        all += token.text;
    }
    setAccessibleDescription(all);
    updateGeometry();
    update();
}

void TokenView::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

int TokenView::lossBearing() const
{
    return static_cast<int>(
        std::count_if(m_tokens.begin(), m_tokens.end(), [](const TokenSpan& token) { return token.bearsLoss; }));
}

std::vector<TokenView::Box> TokenView::layoutBoxes(double width) const
{
    const QFontMetricsF metrics(Fonts::body());
    std::vector<Box> boxes;
    double x = 0.0;
    double y = 0.0;
    const auto newLine = [&] {
        x = 0.0;
        y += lineHeight;
    };
    const auto place = [&](std::size_t token, const QString& text) {
        const double advance = tabularWidth(Fonts::body(), text) + 1.0;
        if (x > 0.0 && x + advance > width) {
            newLine();
        }
        boxes.push_back({token, text, {x, y, advance, boxHeight}});
        x += advance;
    };
    const auto placeLong = [&](std::size_t token, QString text) { // a token wider than the view is cut into pieces
        while (metrics.horizontalAdvance(text) > std::max(20.0, width) && text.size() > 1) {
            qsizetype fits = text.size() - 1;
            while (fits > 1 && metrics.horizontalAdvance(text.left(fits)) > std::max(20.0, width) - 1.0) {
                --fits;
            }
            place(token, text.left(fits));
            text = text.mid(fits);
        }
        place(token, text);
    };
    for (std::size_t i = 0; i < m_tokens.size(); ++i) {
        const QStringList lines = m_tokens[i].text.split(QLatin1Char('\n'));
        for (qsizetype line = 0; line < lines.size(); ++line) {
            const bool breaks = line + 1 < lines.size();
            const QString text = lines[line] + (breaks ? QStringLiteral("⏎") : QString());
            if (!text.isEmpty()) {
                placeLong(i, text);
            }
            if (breaks) {
                newLine();
            }
        }
    }
    return boxes;
}

int TokenView::heightForWidth(int width) const
{
    const std::vector<Box> boxes = layoutBoxes(width);
    return boxes.empty() ? static_cast<int>(lineHeight) : static_cast<int>(std::ceil(boxes.back().rect.bottom())) + 2;
}

QSize TokenView::sizeHint() const
{
    return {340, heightForWidth(width() > 0 ? width() : 340)};
}

QSize TokenView::minimumSizeHint() const
{
    return {120, static_cast<int>(lineHeight)};
}

bool TokenView::event(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        for (const Box& box : layoutBoxes(width())) {
            if (box.rect.contains(help->pos())) {
                const TokenSpan& token = m_tokens[box.token];
                const QString kind = token.loss >= 0.0 ? tr("loss %1").arg(token.loss, 0, 'f', 3)
                    : token.bearsLoss                  ? tr("bears loss")
                                                       : tr("read only");
                QToolTip::showText(help->globalPos(),
                    tr("token %1: “%2”, %3").arg(box.token + 1).arg(spoken(token.text), kind), this, box.rect.toRect());
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
        painter.drawText(QRectF(rect()), Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, m_emptyText);
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
        drawTabular(painter, box.rect.adjusted(0.0, 0.0, -1.0, 0.0), Qt::AlignLeft, box.text);
    }
}

void TokenView::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange) {
        update();
    }
    QWidget::changeEvent(event);
}

} // namespace spectune
