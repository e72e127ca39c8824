// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/RankSlider.h"

#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace spectune {

namespace {

constexpr double inset = 12.0;
constexpr double grooveY = 20.0;
constexpr double labelGap = 6.0; // pixels between two labels

} // namespace

RankSlider::RankSlider(QWidget* parent)
    : QAbstractSlider(parent)
{
    setOrientation(Qt::Horizontal);
    setFocusPolicy(Qt::StrongFocus);
    setRange(1, 1);
    setSingleStep(1);
    setPageStep(8);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void RankSlider::setMark(int rank, const QString& text)
{
    m_mark = rank;
    m_markText = text;
    update();
}

double RankSlider::xOf(int rank) const
{
    const double reach = std::log(std::max(2, maximum()));
    return inset + (width() - 2.0 * inset) * std::log(std::clamp(rank, 1, std::max(1, maximum()))) / reach;
}

int RankSlider::rankAt(double x) const
{
    const double share = std::clamp((x - inset) / (width() - 2.0 * inset), 0.0, 1.0);
    return std::clamp(
        static_cast<int>(std::lround(std::exp(share * std::log(std::max(2, maximum()))))), minimum(), maximum());
}

std::vector<int> RankSlider::ticks() const
{
    struct Label {
        int rank;
        double left;
        double right;
        [[nodiscard]] bool meets(const Label& other) const
        {
            return left < other.right + labelGap && right > other.left - labelGap;
        }
    };
    const auto labelOf = [this](int rank) {
        // The bold text of the chosen rank is the widest.
        const double wide = tabularWidth(Fonts::captionBold(), formatCount(rank));
        const double left = centredInside(xOf(rank), wide, 0.0, width());
        return Label {rank, left, left + wide};
    };
    const Label end = labelOf(maximum());
    std::vector<Label> standing {end};
    const auto takes = [&](int factor, int decades) { // all of them or none: else the axis would not look even
        std::vector<Label> all = standing;
        int power = 0;
        for (std::int64_t decade = 1; factor * decade <= maximum(); decade *= 10) {
            if (power++ % decades != 0)
                continue;
            const Label label = labelOf(static_cast<int>(factor * decade));
            if (label.meets(end))
                continue;
            if (std::ranges::any_of(all, [&label](const Label& other) { return label.meets(other); }))
                return false;
            all.push_back(label);
        }
        standing = std::move(all);
        return true;
    };
    int decades = 1; // from one labelled power of ten to the next: they tell that the axis is logarithmic
    while (!takes(1, decades))
        ++decades;
    for (const int factor : {5, 2, 3})
        if (decades > 1 || !takes(factor, 1))
            break;
    std::vector<int> ranks;
    for (const Label& label : standing)
        ranks.push_back(label.rank);
    std::ranges::sort(ranks);
    return ranks;
}

std::vector<int> RankSlider::marks() const
{
    std::vector<int> ranks = ticks();
    for (std::int64_t decade = 1; decade <= maximum(); decade *= 10)
        for (const std::int64_t factor : {1, 2, 5})
            if (factor * decade <= maximum())
                ranks.push_back(static_cast<int>(factor * decade));
    std::ranges::sort(ranks);
    const auto twice = std::ranges::unique(ranks);
    ranks.erase(twice.begin(), twice.end());
    return ranks;
}

void RankSlider::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double x = xOf(value());
    painter.setPen(Qt::NoPen);
    painter.setBrush(theme.line);
    painter.drawRoundedRect(QRectF(inset, grooveY - 2, width() - 2 * inset, 4), 2, 2);
    painter.setBrush(theme.text2);
    painter.drawRoundedRect(QRectF(inset, grooveY - 2, x - inset, 4), 2, 2);
    painter.setFont(Fonts::caption());
    if (m_mark > 0 && m_mark <= maximum()) {
        const double at = xOf(m_mark);
        painter.setPen(QPen(theme.text3, 1.0, Qt::DashLine));
        painter.drawLine(QPointF(at, 3), QPointF(at, grooveY + 8));
        const double need = painter.fontMetrics().horizontalAdvance(m_markText);
        const bool leftSide = at + 8 + need > width();
        painter.setPen(theme.text2);
        painter.drawText(
            QRectF(leftSide ? at - 8 - need : at + 8, 0, need + 2, 14), Qt::AlignLeft | Qt::AlignVCenter, m_markText);
    }
    painter.setPen(QPen(theme.lineStrong, 1.0));
    for (const int rank : marks())
        painter.drawLine(QPointF(xOf(rank), grooveY + 6), QPointF(xOf(rank), grooveY + 9));
    for (const int rank : ticks()) {
        painter.setFont(rank == value() ? Fonts::captionBold() : Fonts::caption());
        painter.setPen(rank == value() ? theme.text : theme.text3);
        const QString words = formatCount(rank);
        const double need = tabularWidth(painter.font(), words);
        const double left = centredInside(xOf(rank), need, 0.0, width()); // the last one keeps inside
        drawTabular(painter, QRectF(left, grooveY + 10, need, 14), Qt::AlignCenter, words);
    }
    if (hasFocus()) {
        painter.setPen(QPen(theme.focus, 2.0));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(QPointF(x, grooveY), 10.0, 10.0);
    }
    painter.setPen(QPen(theme.text, 2.0));
    painter.setBrush(theme.panel);
    painter.drawEllipse(QPointF(x, grooveY), 7.0, 7.0);
}

void RankSlider::mousePressEvent(QMouseEvent* event)
{
    setSliderDown(true);
    setValue(rankAt(event->position().x()));
}

void RankSlider::mouseMoveEvent(QMouseEvent* event)
{
    if (event->buttons().testFlag(Qt::LeftButton))
        setValue(rankAt(event->position().x()));
}

void RankSlider::sliderChange(SliderChange change)
{
    QAbstractSlider::sliderChange(change);
    update();
}

} // namespace spectune
