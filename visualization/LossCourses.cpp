// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/LossCourses.h"

#include "visualization/CsvNumber.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/PlotAxes.h"
#include "visualization/StartsPlot.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace spectune {

namespace {

constexpr double leftMargin = 44.0;
constexpr double topMargin = 22.0;
constexpr double rightMargin = 12.0;
constexpr double bottomMargin = 22.0;
constexpr double lineHeight = 16.0;
constexpr double wordGap = 6.0;
constexpr double roomBelow = 1.25; ///< factor between the best loss and the axis' end
constexpr double roomAbove = 2.0; ///< likewise, of the worst one at the end: courses begin higher, and look alike there
constexpr double wantedTicks = 3.0;
constexpr double courseReach = 6.0; ///< px from a course: there the pointer is on it

} // namespace

LossCourses::LossCourses(QWidget* parent)
    : ReadablePlot(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void LossCourses::setCourses(int rank, std::vector<std::vector<float>> courses, double best, double worst, bool beyond)
{
    m_rank = rank;
    m_courses = std::move(courses);
    m_best = best;
    m_worst = worst;
    m_beyond = beyond;
    setAccessibleName(tr("Training loss of the starts at rank %1").arg(formatCount(rank)));
    setAccessibleDescription(outcome());
    update();
}

bool LossCourses::isStuck(const std::vector<float>& course) const
{
    return StartsPlot::isStuckAbove(course.back(), m_best);
}

int LossCourses::stuck() const
{
    return static_cast<int>(std::ranges::count_if(m_courses, [this](const auto& course) { return isStuck(course); }));
}

QString LossCourses::title() const
{
    return m_rank > 0 ? tr("Rank %1").arg(formatCount(m_rank)) : QString();
}

QString LossCourses::outcome() const
{
    if (m_courses.empty())
        return {};
    const QString all = formatCount(static_cast<std::int64_t>(m_courses.size()));
    const int above = stuck();
    return above > 0 ? tr("%1 of %2 stuck").arg(formatCount(above), all) : tr("all %1 reach the best loss").arg(all);
}

QRectF LossCourses::plotRect() const
{
    return QRectF(rect()).adjusted(leftMargin, topMargin, -rightMargin, -bottomMargin);
}

int LossCourses::steps() const
{
    return m_courses.empty() ? 0 : static_cast<int>(m_courses.front().size()) - 1;
}

double LossCourses::lowest() const
{
    return m_best / roomBelow;
}

double LossCourses::highest() const
{
    return std::max(m_worst, m_best) * roomAbove;
}

double LossCourses::xOf(double step) const
{
    const QRectF plot = plotRect();
    return plot.left() + plot.width() * step / std::max(1, steps());
}

double LossCourses::yOf(double loss) const
{
    const QRectF plot = plotRect();
    if (m_best <= 0.0)
        return plot.bottom();
    return plot.bottom() - plot.height() * std::log(loss / lowest()) / std::log(highest() / lowest());
}

void LossCourses::paintAxes(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.fillRect(plot, m_beyond ? theme.phaseCubic : theme.phaseEnd);
    painter.setFont(Fonts::captionBold());
    painter.setPen(theme.text);
    drawTabular(painter, {plot.left(), 0.0, plot.width(), lineHeight}, Qt::AlignLeft | Qt::AlignVCenter, title());
    const double behind = plot.left() + tabularWidth(Fonts::captionBold(), title()) + wordGap;
    painter.setFont(Fonts::caption());
    painter.setPen(stuck() > 0 ? theme.warn : theme.loss);
    drawTabular(painter, {behind, 0.0, std::max(0.0, plot.right() - behind), lineHeight},
        Qt::AlignLeft | Qt::AlignVCenter, outcome());
    if (m_courses.empty() || m_best <= 0.0)
        return;
    const auto places = standingLevels(
        logTicks(lowest(), highest()), [this](double loss) { return yOf(loss); }, plot.top());
    for (const TickPlace& place : places) {
        drawLevel(painter, yOf(place.tick), plot.left(), plot.right(), theme.line);
        painter.setPen(theme.text3);
        drawTabular(painter, {0.0, yOf(place.tick) - lineHeight / 2.0, leftMargin - wordGap, lineHeight},
            Qt::AlignRight | Qt::AlignVCenter, formatLogTick(place.tick));
    }
    painter.setPen(theme.text3);
    const double below = plot.bottom() + 3.0;
    drawTabular(painter, {0.0, below, leftMargin - wordGap, lineHeight}, Qt::AlignRight | Qt::AlignVCenter, tr("step"));
    const double stride = roundStep(steps() / wantedTicks);
    for (double step = 0.0; step <= steps(); step += stride) {
        const QString label = formatCount(std::llround(step));
        const double need = tabularWidth(Fonts::caption(), label);
        drawTabular(painter, {centredInside(xOf(step), need, 0.0, width()), below, need, lineHeight},
            Qt::AlignHCenter | Qt::AlignVCenter, label);
    }
}

void LossCourses::paintCourses(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.save();
    painter.setClipRect(plot, Qt::IntersectClip);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setBrush(Qt::NoBrush);
    for (const bool above : {false, true}) { // the few that are stuck lie on top
        painter.setPen(QPen(above ? theme.warn : theme.loss, 1.2));
        for (const auto& course : m_courses) {
            if (isStuck(course) != above)
                continue;
            QPolygonF line;
            for (std::size_t step = 0; step < course.size(); ++step)
                line << QPointF(xOf(static_cast<double>(step)), yOf(course[step]));
            painter.drawPolyline(line);
        }
    }
    painter.setPen(QPen(theme.text2, 1.0, Qt::DashLine));
    painter.drawLine(QPointF(plot.left(), yOf(m_best)), QPointF(plot.right(), yOf(m_best)));
    painter.restore();
}

void LossCourses::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    paintAxes(painter);
    if (m_best > 0.0)
        paintCourses(painter);
    paintFocus(painter);
}

QString LossCourses::textAt(QPointF place) const
{
    const QRectF plot = plotRect();
    if (m_courses.empty() || !plot.contains(place))
        return {};
    const int step
        = std::clamp(static_cast<int>(std::lround((place.x() - plot.left()) / plot.width() * steps())), 0, steps());
    double nearest = std::numeric_limits<double>::infinity();
    std::size_t found = 0;
    for (std::size_t start = 0; start < m_courses.size(); ++start) {
        const double off = std::abs(yOf(m_courses[start][static_cast<std::size_t>(step)]) - place.y());
        if (off < nearest) {
            nearest = off;
            found = start;
        }
    }
    if (nearest > courseReach)
        return {};
    return tr("Rank %1, start %2, step %3: loss %4")
        .arg(formatCount(m_rank), formatCount(static_cast<std::int64_t>(found) + 1), formatCount(step),
            formatShort(m_courses[found][static_cast<std::size_t>(step)]));
}

int LossCourses::valueCount() const
{
    return static_cast<int>(m_courses.size());
}

QString LossCourses::valueText(int value) const
{
    const auto& course = m_courses.at(static_cast<std::size_t>(value));
    const QString words
        = isStuck(course) ? tr("Rank %1, start %2: ends at %3, stuck") : tr("Rank %1, start %2: ends at %3");
    return words.arg(formatCount(m_rank), formatCount(value + 1), formatShort(course.back()));
}

QPointF LossCourses::valuePlace(int value) const
{
    return {xOf(steps()), yOf(m_courses.at(static_cast<std::size_t>(value)).back())};
}

QString LossCourses::toCsv() const
{
    QString csv = QStringLiteral("rank,start,step,loss\n");
    for (std::size_t start = 0; start < m_courses.size(); ++start)
        for (std::size_t step = 0; step < m_courses[start].size(); ++step)
            csv += QStringLiteral("%1,%2,%3,%4\n")
                       .arg(m_rank)
                       .arg(start + 1)
                       .arg(step)
                       .arg(csvNumber(m_courses[start][step]));
    return csv;
}

} // namespace spectune
