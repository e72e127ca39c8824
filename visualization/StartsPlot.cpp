// SPDX-License-Identifier: GPL-3.0-or-later
#include "visualization/StartsPlot.h"

#include "visualization/CsvNumber.h"
#include "visualization/CurveMath.h"
#include "visualization/Fonts.h"
#include "visualization/Marks.h"
#include "visualization/NumberFormat.h"
#include "visualization/PlotAxes.h"
#include "visualization/Theme.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace spectune {

namespace {

constexpr double leftMargin = 44.0;
constexpr double bottomMargin = 38.0; ///< ranks, and below them how many are stuck
constexpr double topMargin = 22.0;
constexpr double rightMargin = 12.0;
constexpr double lineHeight = 16.0;
constexpr double room = 1.25; ///< the axis reaches this factor beyond what is drawn
constexpr double leastReach = 1.6; ///< from its lower to its upper end: noise shall not look like a spread
constexpr double markRadius = 3.0;
constexpr double markPitch = 7.0; ///< px from one mark to the next beside it
constexpr double columnGap = 8.0; ///< px that stay free at either side of a rank's column

/// For each of @p centres, how far the middle of the marks at its height lies from column 0.
std::vector<double> middles(const std::vector<QPointF>& centres, const std::vector<int>& columns)
{
    std::vector<std::size_t> order(centres.size());
    std::iota(order.begin(), order.end(), std::size_t {0});
    std::ranges::sort(order, {}, [&centres](std::size_t mark) { return centres[mark].y(); });
    std::vector<double> found(centres.size());
    for (std::size_t first = 0, last = 0; first < order.size(); first = last) {
        int low = columns[order[first]];
        int high = low;
        last = first + 1;
        while (last < order.size() && centres[order[last]].y() - centres[order[last - 1]].y() < markPitch) {
            low = std::min(low, columns[order[last]]);
            high = std::max(high, columns[order[last]]);
            ++last;
        }
        for (std::size_t i = first; i < last; ++i)
            found[order[i]] = 0.5 * (low + high);
    }
    return found;
}

} // namespace

StartsPlot::StartsPlot(QWidget* parent)
    : ReadablePlot(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    clear(12, 1);
}

void StartsPlot::clear(int ranks, int bound)
{
    m_losses.assign(static_cast<std::size_t>(std::max(1, ranks)), {});
    m_bound = bound;
    m_best = 0.0;
    m_worst = 0.0;
    update();
}

void StartsPlot::add(int rank, double loss)
{
    m_losses.at(index(rank)).push_back(loss);
    m_best = m_best > 0.0 ? std::min(m_best, loss) : loss;
    m_worst = std::max(m_worst, loss);
    update();
}

int StartsPlot::count() const
{
    std::size_t all = 0;
    for (const auto& losses : m_losses)
        all += losses.size();
    return static_cast<int>(all);
}

int StartsPlot::stuckAt(int rank) const
{
    const auto& losses = m_losses.at(index(rank));
    return static_cast<int>(std::count_if(losses.begin(), losses.end(), [this](double loss) { return isStuck(loss); }));
}

int StartsPlot::firstFree() const
{
    int first = static_cast<int>(m_losses.size()) + 1;
    while (first > 1 && stuckAt(first - 1) == 0)
        --first;
    return first;
}

void StartsPlot::setChosen(std::array<int, 2> ranks)
{
    m_chosen = ranks;
    update();
}

void StartsPlot::setEmptyText(const QString& text)
{
    m_emptyText = text;
    update();
}

QRectF StartsPlot::plotRect() const
{
    return QRectF(rect()).adjusted(leftMargin, topMargin, -rightMargin, -bottomMargin);
}

QRectF StartsPlot::columnOf(int rank) const
{
    const QRectF plot = plotRect();
    const double wide = plot.width() / static_cast<double>(m_losses.size());
    return {plot.left() + wide * (rank - 1), plot.top(), wide, plot.height()};
}

double StartsPlot::xOf(int rank) const
{
    const QRectF plot = plotRect();
    return plot.left() + plot.width() * (rank - 0.5) / static_cast<double>(m_losses.size());
}

double StartsPlot::lowest() const
{
    return m_best / room;
}

double StartsPlot::highest() const
{
    return std::max(m_worst * room, lowest() * leastReach);
}

double StartsPlot::yOf(double loss) const
{
    const QRectF plot = plotRect();
    if (m_best <= 0.0)
        return plot.bottom();
    const double reach = std::log(highest() / lowest());
    return plot.bottom() - plot.height() * std::clamp(std::log(loss / lowest()) / reach, 0.0, 1.0);
}

std::vector<double> StartsPlot::lossTicks() const
{
    std::vector<double> ticks = m_best > 0.0 ? logTicks(lowest(), highest()) : std::vector<double> {};
    std::erase_if(ticks, [this](double loss) { return std::abs(yOf(loss) - yOf(m_best)) < lineHeight; }); // its figure
    std::vector<double> standing;
    for (const TickPlace& place : standingLevels(
             ticks, [this](double loss) { return yOf(loss); }, plotRect().top()))
        standing.push_back(place.tick);
    return standing;
}

std::vector<QPointF> StartsPlot::marks(int rank) const
{
    std::vector<int> columns; // of each mark: 0, then by turns to the right and to the left
    std::vector<QPointF> centres;
    for (const double loss : m_losses.at(index(rank))) {
        const double y = yOf(loss);
        int column = 0;
        const auto isTaken = [&](std::size_t other) {
            return columns[other] == column && std::abs(centres[other].y() - y) < markPitch;
        };
        for (std::size_t other = 0; other < columns.size();) {
            if (isTaken(other)) {
                column = column > 0 ? -column : 1 - column;
                other = 0;
            } else {
                ++other;
            }
        }
        columns.push_back(column);
        centres.emplace_back(xOf(rank), y);
    }
    // In a column too narrow for all of them they overlap, each a little beside the one before it.
    const std::vector<double> middle = middles(centres, columns);
    double furthest = 1.0;
    for (std::size_t i = 0; i < centres.size(); ++i)
        furthest = std::max(furthest, std::abs(columns[i] - middle[i]));
    const double half = plotRect().width() / static_cast<double>(m_losses.size()) / 2.0;
    const double reach = half - markRadius - std::min(columnGap, half / 4.0);
    const double pitch = std::min(markPitch, std::max(0.0, reach) / furthest);
    for (std::size_t i = 0; i < centres.size(); ++i)
        centres[i].rx() += (columns[i] - middle[i]) * pitch;
    return centres;
}

double StartsPlot::boundX() const
{
    const QRectF plot = plotRect();
    if (m_bound > static_cast<int>(m_losses.size()))
        return plot.right();
    return m_bound > 1 ? (xOf(m_bound - 1) + xOf(m_bound)) / 2.0 : plot.left();
}

QRectF StartsPlot::emptyTextRect() const
{
    const QRectF plot = plotRect();
    const bool before = boundX() >= plot.center().x();
    const QRectF part = before ? QRectF(plot.topLeft(), QPointF(boundX(), plot.bottom()))
                               : QRectF(QPointF(boundX(), plot.top()), plot.bottomRight());
    return part.adjusted(10.0, 10.0, -10.0, -10.0);
}

void StartsPlot::paintGround(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    painter.fillRect(plot, theme.phaseEnd);
    if (m_bound <= static_cast<int>(m_losses.size()))
        painter.fillRect(QRectF(QPointF(boundX(), plot.top()), plot.bottomRight()), theme.phaseCubic);
    painter.setBrush(Qt::NoBrush);
    for (const int rank : m_chosen)
        if (rank >= 1 && rank <= static_cast<int>(m_losses.size())) {
            painter.setPen(QPen(theme.text3, 1.0));
            painter.drawRoundedRect(columnOf(rank).adjusted(2.5, 0.5, -2.5, -0.5), 3.0, 3.0);
        }
    paintLosses(painter);
    if (m_bound <= static_cast<int>(m_losses.size()))
        paintBound(painter);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text3);
    const double row = plot.bottom() + 3.0;
    for (const auto& [text, top] : {std::pair {tr("rank"), row}, std::pair {tr("stuck"), row + lineHeight}})
        drawTabular(painter, {0.0, top, leftMargin - 6.0, lineHeight}, Qt::AlignRight | Qt::AlignVCenter, text);
}

void StartsPlot::paintBound(QPainter& painter) const
{
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    const double edge = boundX();
    drawUpright(painter, edge, 0.0, plot.bottom(), theme.text, 2.0);
    painter.setFont(Fonts::caption());
    painter.setPen(theme.text2);
    const QRectF below(plot.left(), 2.0, edge - plot.left() - 7.0, lineHeight);
    for (const QString& text : {tr("below: some may get stuck"), tr("below: some may")})
        if (tabularWidth(Fonts::caption(), text) <= below.width()) {
            drawTabular(painter, below, Qt::AlignRight | Qt::AlignVCenter, text);
            break;
        }
    painter.setFont(Fonts::captionBold());
    painter.setPen(theme.text);
    drawTabular(painter, {edge + 7.0, 2.0, plot.right() - edge - 7.0, lineHeight}, Qt::AlignLeft | Qt::AlignVCenter,
        plot.right() - edge > 140.0 ? tr("above: none gets stuck") : tr("bound"));
}

void StartsPlot::paintLosses(QPainter& painter) const
{
    if (m_best <= 0.0)
        return;
    const Theme& theme = Theme::current();
    const QRectF plot = plotRect();
    for (const double loss : lossTicks())
        drawLevel(painter, yOf(loss), plot.left(), plot.right(), theme.line);
    painter.setPen(QPen(theme.text2, 1.0, Qt::DashLine));
    painter.drawLine(QPointF(plot.left(), yOf(m_best)), QPointF(plot.right(), yOf(m_best)));
    painter.setFont(Fonts::caption());
    const auto figure = [&](double loss, const QString& text) {
        drawTabular(painter, {0.0, yOf(loss) - lineHeight / 2.0, leftMargin - 6.0, lineHeight},
            Qt::AlignRight | Qt::AlignVCenter, text);
    };
    painter.setPen(theme.text3);
    for (const double loss : lossTicks())
        figure(loss, formatLogTick(loss));
    painter.setPen(theme.text2);
    figure(m_best, formatShort(m_best));
}

void StartsPlot::paintMarks(QPainter& painter, int rank) const
{
    const Theme& theme = Theme::current();
    const std::vector<double>& losses = m_losses.at(index(rank));
    const std::vector<QPointF> centres = marks(rank);
    for (std::size_t i = 0; i < losses.size(); ++i) {
        if (isStuck(losses[i])) {
            drawCross(painter, centres[i], markRadius, theme.warn, 1.5);
        } else {
            painter.setPen(
                QPen(rank < m_bound ? theme.phaseEnd : theme.phaseCubic, 1.0)); // the ground: discs that overlap
            painter.setBrush(theme.loss);
            painter.drawEllipse(centres[i], markRadius + 0.5, markRadius + 0.5);
        }
    }
}

void StartsPlot::paintRank(QPainter& painter, int rank) const
{
    const Theme& theme = Theme::current();
    paintMarks(painter, rank);
    const QRectF plot = plotRect();
    const double pitch = plot.width() / static_cast<double>(m_losses.size());
    const auto& losses = m_losses.at(index(rank));
    const QRectF below(xOf(rank) - pitch / 2.0, plot.bottom() + 3.0, pitch, lineHeight);
    const bool stands = rank == m_bound || std::ranges::find(m_chosen, rank) != m_chosen.end();
    painter.setFont(stands ? Fonts::captionBold() : Fonts::caption());
    painter.setPen(stands ? theme.text : theme.text2);
    drawTabular(painter, below, Qt::AlignHCenter | Qt::AlignVCenter, QString::number(rank));
    if (losses.empty())
        return;
    painter.setFont(Fonts::caption());
    painter.setPen(stuckAt(rank) > 0 ? theme.warn : theme.text3);
    drawTabular(painter, below.translated(0.0, lineHeight), Qt::AlignHCenter | Qt::AlignVCenter,
        QString::number(stuckAt(rank)));
}

void StartsPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    paintGround(painter);
    for (int rank = 1; rank <= static_cast<int>(m_losses.size()); ++rank)
        paintRank(painter, rank);
    if (m_best <= 0.0) {
        painter.setFont(Fonts::caption());
        painter.setPen(Theme::current().text3);
        painter.drawText(emptyTextRect(), Qt::AlignCenter | Qt::TextWordWrap, m_emptyText);
    }
    paintFocus(painter);
}

QString StartsPlot::toCsv() const
{
    QString csv = QStringLiteral("rank,start,loss,stuck\n");
    for (std::size_t rank = 0; rank < m_losses.size(); ++rank)
        for (std::size_t start = 0; start < m_losses[rank].size(); ++start)
            csv += QStringLiteral("%1,%2,%3,%4\n")
                       .arg(rank + 1)
                       .arg(start + 1)
                       .arg(csvNumber(m_losses[rank][start]))
                       .arg(isStuck(m_losses[rank][start]) ? 1 : 0);
    return csv;
}

} // namespace spectune
