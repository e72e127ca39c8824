// SPDX-License-Identifier: GPL-3.0-or-later
// How the starts are read, and a rank of them is chosen.
#include "visualization/NumberFormat.h"
#include "visualization/StartsPlot.h"

#include <QKeyEvent>
#include <QMouseEvent>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {
constexpr double markReach = 5.0; ///< px from a mark's centre: there the pointer is on it
} // namespace

int StartsPlot::rankAt(double x) const
{
    const QRectF plot = plotRect();
    if (x < plot.left() || x >= plot.right())
        return 0;
    const auto ranks = static_cast<int>(m_losses.size());
    return std::min(ranks, 1 + static_cast<int>((x - plot.left()) / plot.width() * ranks));
}

QString StartsPlot::startText(int rank, std::size_t start) const
{
    const double loss = m_losses.at(index(rank)).at(start);
    const QString words = isStuck(loss) ? tr("Rank %1, start %2: loss %3, stuck") : tr("Rank %1, start %2: loss %3");
    return words.arg(formatCount(rank), formatCount(static_cast<std::int64_t>(start) + 1), formatShort(loss));
}

QString StartsPlot::rankText(int rank) const
{
    const std::vector<double>& losses = m_losses.at(index(rank));
    if (losses.empty())
        return {};
    if (losses.size() == 1)
        return startText(rank, 0);
    const auto [least, most] = std::ranges::minmax_element(losses);
    return tr("Rank %1: losses from %2 to %3, %4 of %5 starts stuck")
        .arg(formatCount(rank), formatShort(*least), formatShort(*most), formatCount(stuckAt(rank)),
            formatCount(static_cast<std::int64_t>(losses.size())));
}

QString StartsPlot::textAt(QPointF place) const
{
    const int rank = rankAt(place.x());
    if (rank == 0)
        return {};
    const std::vector<QPointF> centres = marks(rank);
    const auto distance
        = [place](QPointF centre) { return std::hypot(centre.x() - place.x(), centre.y() - place.y()); };
    const auto nearest = std::ranges::min_element(centres, {}, distance);
    if (nearest != centres.end() && distance(*nearest) <= markReach)
        return startText(rank, static_cast<std::size_t>(nearest - centres.begin()));
    return rankText(rank);
}

int StartsPlot::valueCount() const
{
    return static_cast<int>(std::ranges::count_if(m_losses, [](const auto& losses) { return !losses.empty(); }));
}

int StartsPlot::triedRank(int value) const
{
    int rank = 1;
    for (int before = value; rank < static_cast<int>(m_losses.size()); ++rank)
        if (!m_losses[index(rank)].empty() && before-- == 0)
            break;
    return rank;
}

QString StartsPlot::valueText(int value) const
{
    return rankText(triedRank(value));
}

QPointF StartsPlot::valuePlace(int value) const
{
    const int rank = triedRank(value);
    const std::vector<double>& losses = m_losses.at(index(rank));
    return marks(rank).at(static_cast<std::size_t>(std::ranges::min_element(losses) - losses.begin()));
}

void StartsPlot::mousePressEvent(QMouseEvent* event)
{
    const int rank = event->button() == Qt::LeftButton ? rankAt(event->position().x()) : 0;
    if (rank == 0 || m_losses[index(rank)].empty()) {
        ReadablePlot::mousePressEvent(event);
        return;
    }
    Q_EMIT rankChosen(rank);
}

void StartsPlot::keyPressEvent(QKeyEvent* event)
{
    const bool chooses
        = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space;
    const auto value = read();
    if (!chooses || !value || (event->modifiers() & ~Qt::KeypadModifier) != Qt::NoModifier) {
        ReadablePlot::keyPressEvent(event);
        return;
    }
    Q_EMIT rankChosen(triedRank(*value));
}

} // namespace spectune
