// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/SpectrumBars.h"

#include "visualization/CsvNumber.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/Theme.h"

#include <QPainter>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

constexpr double keyHeight = 18.0;
constexpr double axisHeight = 15.0;
constexpr double axisWidth = 34.0;

} // namespace

SpectrumBars::SpectrumBars(QWidget* parent)
    : ReadablePlot(parent)
{
    setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    setAccessibleName(tr("Singular values of ΔW beside |λ|"));
}

void SpectrumBars::setValues(const std::vector<double>& lambda, const std::vector<double>& singular)
{
    m_lambda.clear();
    for (const double value : lambda) {
        m_lambda.push_back(std::abs(value));
    }
    std::sort(m_lambda.rbegin(), m_lambda.rend());
    m_singular = singular;
    setAccessibleDescription(tr("largest gap %1").arg(formatPercent(largestGap())));
    update();
}

double SpectrumBars::singularAt(std::size_t i) const
{
    return i < m_singular.size() ? m_singular[i] : 0.0;
}

double SpectrumBars::largestGap() const
{
    if (m_lambda.empty() || !(m_lambda.front() > 0.0)) {
        return 0.0;
    }
    double gap = 0.0;
    for (std::size_t i = 0; i < std::min(m_lambda.size(), m_singular.size()); ++i) {
        gap = std::max(gap, std::abs(m_lambda[i] - m_singular[i]));
    }
    return gap / m_lambda.front();
}

QString SpectrumBars::toCsv() const
{
    QString csv = QStringLiteral("index,abs_lambda,sigma\n");
    for (std::size_t i = 0; i < m_lambda.size(); ++i) {
        csv += QStringLiteral("%1,%2,%3\n")
                   .arg(QString::number(i + 1), csvNumber(m_lambda[i]),
                       i < m_singular.size() ? csvNumber(m_singular[i]) : QString());
    }
    return csv;
}

QRectF SpectrumBars::plotRect() const
{
    return {axisWidth, keyHeight, width() - axisWidth, height() - keyHeight - axisHeight};
}

double SpectrumBars::highest() const
{
    return std::max({m_lambda.front(), m_singular.front(), 1e-12}) * 1.04;
}

int SpectrumBars::valueCount() const
{
    return m_singular.empty() ? 0 : static_cast<int>(m_lambda.size()); // nothing is drawn before both are known
}

QString SpectrumBars::valueText(int value) const
{
    const auto at = static_cast<std::size_t>(value);
    const QString pair = tr("i = %1: |λ| = %2, σ(ΔW) / s = %3");
    return pair.arg(formatCount(value + 1), formatShort(m_lambda[at]), formatShort(singularAt(at)));
}

QPointF SpectrumBars::valuePlace(int value) const
{
    const auto at = static_cast<std::size_t>(value);
    const QRectF plot = plotRect();
    const double longer = std::max(m_lambda[at], singularAt(at));
    return {
        plot.left() + plot.width() * (value + 0.5) / valueCount(), plot.bottom() - plot.height() * longer / highest()};
}

QString SpectrumBars::textAt(QPointF place) const
{
    const QRectF plot = plotRect();
    if (valueCount() == 0 || place.x() < plot.left() || place.x() >= plot.right())
        return {};
    const auto slot = static_cast<int>((place.x() - plot.left()) / plot.width() * valueCount());
    return valueText(std::min(slot, valueCount() - 1));
}

void SpectrumBars::paintTicks(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    const std::vector<double> ticks = niceTicks(0.0, highest(), 2);
    const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
    for (const double tick : ticks) {
        const double y = plot.bottom() - plot.height() * tick / highest();
        drawLevel(painter, y, plot.left(), plot.right(), tick == 0.0 ? theme.lineStrong : theme.line);
        painter.setPen(theme.text3);
        drawTabular(painter, {0.0, y - 7.0, axisWidth - 6.0, 14.0}, Qt::AlignRight, formatTick(tick, step));
    }
}

void SpectrumBars::paintPairs(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    const auto count = static_cast<int>(m_lambda.size());
    const double slot = plot.width() / count;
    const double bar = std::max(1.0, std::floor(slot * 0.4));
    const int every = slot >= 14.0 ? 1 : slot >= 7.0 ? 4 : 8;
    for (int i = 0; i < count; ++i) {
        const double x = std::round(plot.left() + i * slot + (slot - 2.0 * bar) / 2.0);
        const auto draw = [&](double left, double value, const QColor& color) {
            const double length = value > 0.0 ? std::max(1.0, plot.height() * value / highest()) : 0.0;
            painter.fillRect(QRectF(left, plot.bottom() - length, bar, length), color);
        };
        const auto at = static_cast<std::size_t>(i);
        draw(x, m_lambda[at], theme.loss);
        draw(x + bar, singularAt(at), theme.orth);
        if ((i + 1) % every == 0 || i == 0) {
            painter.setPen(theme.text3);
            drawTabular(
                painter, {x + bar - 15.0, plot.bottom() + 1.0, 30.0, 14.0}, Qt::AlignHCenter, QString::number(i + 1));
        }
    }
}

void SpectrumBars::paintEvent(QPaintEvent*)
{
    const Theme& theme = Theme::current();
    QPainter painter(this);
    painter.setFont(Fonts::caption());
    const QRectF plot = plotRect();
    const auto key = [&](double x, const QColor& color, const QString& name) {
        painter.fillRect(QRectF(x, 4.0, 8.0, 8.0), color);
        painter.setPen(theme.text2);
        drawTabular(painter, {x + 12.0, 0.0, 90.0, 16.0}, Qt::AlignLeft, name);
    };
    key(plot.left(), theme.loss, QStringLiteral("|λ|"));
    key(plot.left() + 44.0, theme.orth, QStringLiteral("σ(ΔW) / s"));
    if (valueCount() > 0) {
        painter.setPen(theme.text2);
        drawTabular(painter, {plot.left() + 130.0, 0.0, plot.width() - 130.0, 16.0}, Qt::AlignRight,
            tr("largest gap %1").arg(formatPercent(largestGap())));
        paintTicks(painter);
        paintPairs(painter);
    }
    paintFocus(painter);
}

} // namespace spectune
