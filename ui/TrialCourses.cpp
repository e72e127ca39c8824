// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/TrialCourses.h"

#include "ui/PageParts.h"
#include "ui/PictureActions.h"
#include "visualization/LossCourses.h"
#include "visualization/StartsPlot.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <utility>

namespace spectune {

TrialCourses::TrialCourses(StartsPlot& starts, QWidget* parent)
    : QWidget(parent)
    , m_starts(starts)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->addWidget(makeHeading(tr("Training loss")));
    head->addWidget(makeText(tr("of the starts at two ranks, log axis"), "second"));
    head->addStretch();
    head->addWidget(makeCaption(tr("click a rank above")));
    column->addLayout(head);
    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    for (LossCourses*& plot : m_plots) {
        plot = new LossCourses;
        row->addWidget(plot, 1);
        addPictureMenu(
            *plot, [plot] { return QStringLiteral("rank-%1-training-loss").arg(plot->rank()); },
            [plot] { return [csv = plot->toCsv()] { return csv; }; },
            [this](const QString& lead, const QString& text) { Q_EMIT told(lead, text); });
    }
    column->addLayout(row, 1);
    connect(&starts, &StartsPlot::rankChosen, this, &TrialCourses::choose);
    hide();
}

void TrialCourses::clear(int ranks, int bound)
{
    m_courses.assign(static_cast<std::size_t>(std::max(2, ranks)), {});
    m_bound = bound;
    refresh();
}

void TrialCourses::add(int rank, std::vector<float> course)
{
    m_courses.at(static_cast<std::size_t>(rank - 1)).push_back(std::move(course));
    refresh();
}

std::array<int, 2> TrialCourses::usual() const
{
    const int second = std::clamp(m_bound, 2, static_cast<int>(m_courses.size()));
    int first = second - 1;
    while (first > 1 && m_starts.stuckAt(first) == 0)
        --first;
    return {first, second};
}

std::array<int, 2> TrialCourses::chosen() const
{
    return m_chosen[0] > 0 ? m_chosen : usual();
}

void TrialCourses::choose(int rank)
{
    const std::array<int, 2> before = chosen();
    if (rank == before[0] || rank == before[1]) {
        m_chosen = before; // it stays, whatever other starts come to
        m_newest = rank;
    } else {
        const int stays = m_newest > 0 ? m_newest : before[1];
        m_chosen = {std::min(rank, stays), std::max(rank, stays)};
        m_newest = rank;
    }
    refresh();
}

void TrialCourses::setShown(bool shown)
{
    if (shown != isHidden())
        return;
    setVisible(shown);
    refresh();
}

void TrialCourses::refresh()
{
    const std::array<int, 2> ranks = chosen();
    m_starts.setChosen(m_starts.count() > 0 && !isHidden() ? ranks : std::array<int, 2> {});
    for (std::size_t i = 0; i < m_plots.size(); ++i)
        m_plots[i]->setCourses(ranks[i], m_courses[static_cast<std::size_t>(ranks[i] - 1)], m_starts.best(),
            m_starts.worst(), ranks[i] >= m_bound);
}

} // namespace spectune
