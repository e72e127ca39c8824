// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunsMaps.h"

#include "ui/ElidedLabel.h"
#include "ui/PageParts.h"
#include "ui/RecordedRanks.h"
#include "ui/RunTagView.h"
#include "ui/Segmented.h"
#include "ui/ShareButton.h"
#include "visualization/Fonts.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace spectune {

namespace {

/// The layout with @p places for triplets in every matrix: what a map's colours, legend and bars reach to. What a
/// matrix started with stays.
std::shared_ptr<const ModuleLayout> withPlaces(std::shared_ptr<const ModuleLayout> layout, std::int64_t places)
{
    if (layout->initRank == places)
        return layout;
    auto wider = std::make_shared<ModuleLayout>(*layout);
    if (wider->ranks.empty())
        wider->ranks.assign(wider->modules.size(), wider->initRank);
    wider->initRank = places;
    return wider;
}

/// The pattern at the last step, without the marks of the last masking event: what is compared is where a run came out.
std::shared_ptr<const RankSnapshot> lastRanks(const LoadedRun& run, std::int64_t places)
{
    auto snapshot = std::make_shared<RankSnapshot>(
        *snapshotFromEvents(withPlaces(run.layout, places), run.history.events, run.lastStep()));
    for (ModuleState& module : snapshot->modules)
        module.lostAtLastEvent = module.backAtLastEvent = 0;
    return snapshot;
}

constexpr int columnGap = 4;
constexpr int widestCell = 208; ///< px: a wider one takes its figure further from the next, and says no more
constexpr int tallestCell = 64; ///< px
constexpr int titleHeight = 16; ///< a tag's, of a column without a tag as well

} // namespace

RunsMaps::RunsMaps(QWidget* parent)
    : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* head = makePanelHeader();
    m_caption = new ElidedLabel;
    setTone(m_caption, "second");
    m_pairs = new Segmented({tr("All"), QStringLiteral("A B"), QStringLiteral("A C"), QStringLiteral("A D"),
        QStringLiteral("A E"), QStringLiteral("A F")});
    auto* share = new ShareButton(QStringLiteral("ranks"), m_maps = new QWidget,
        [this] { return [names = m_names, runs = m_runs] { return ranksCsv(names, runs); }; });
    head->addWidget(m_heading = makeHeading(QString()));
    head->addWidget(m_caption, 1);
    head->addWidget(m_pairs);
    head->addWidget(m_share = share);
    column->addLayout(head);
    m_empty = makeText(QString(), "third", true);
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setContentsMargins(24, 0, 24, 0);
    column->addWidget(m_empty, 1);
    auto* row = new QHBoxLayout(m_maps);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(columnGap);
    for (int run = 0; run < mostComparedRuns; ++run) {
        m_grids.push_back(new RankGrid);
        row->addWidget(makeColumn(m_grids.back(), run), 1);
    }
    m_differenceGrid = new RankGrid;
    row->addWidget(m_differenceColumn = makeColumn(m_differenceGrid, -1), 1);
    auto* place = new QHBoxLayout(m_place = new QWidget);
    place->setContentsMargins(0, 0, 0, 0);
    place->addWidget(m_maps, 1);
    place->addStretch();
    column->addWidget(m_place, 1);
    connect(m_pairs, &Segmented::chosen, this, &RunsMaps::setPair);
    connect(share, &ShareButton::told, this, &RunsMaps::told);
    refresh();
}

QWidget* RunsMaps::makeColumn(RankGrid* grid, int tag)
{
    auto* column = new QWidget;
    auto* box = new QVBoxLayout(column);
    box->setContentsMargins(0, 0, 0, 0);
    box->setSpacing(2);
    auto* title = new QHBoxLayout;
    title->setContentsMargins(36, 0, 12, 0);
    title->setSpacing(6);
    title->addStrut(titleHeight);
    auto* name = new ElidedLabel;
    name->setFont(Fonts::caption());
    name->setProperty("tone", "second");
    if (tag >= 0) {
        title->addWidget(new RunTagView(tag));
        m_titles.push_back(name);
        m_columns.push_back(column);
        m_notes.push_back(makeText(QString(), "third", true));
    } else {
        m_differenceTitle = name;
    }
    title->addWidget(name, 1);
    box->addLayout(title);
    grid->setMinimumSize(150, 120);
    box->addWidget(grid, 1);
    if (tag >= 0) {
        QLabel* note = m_notes.back();
        note->setAlignment(Qt::AlignCenter);
        note->setContentsMargins(24, 0, 24, 0);
        note->setMinimumWidth(1); // a folder's name in it is one long word
        note->setTextInteractionFlags(Qt::TextSelectableByMouse);
        box->addWidget(note, 1);
    }
    box->addStretch();
    return column;
}

void RunsMaps::setRuns(std::vector<std::shared_ptr<const LoadedRun>> runs, QStringList names, QStringList reasons,
    std::vector<RecordState> states)
{
    const bool others = runs.size() != m_runs.size();
    m_runs = std::move(runs);
    m_names = std::move(names);
    m_reasons = std::move(reasons);
    m_states = std::move(states);
    m_states.resize(m_runs.size(), RecordState::Finished);
    if (others)
        m_pair = m_runs.size() > 2 ? 1 : 0;
    m_largestRank = 0;
    for (const auto& run : m_runs)
        if (run && run->layout)
            m_largestRank = std::max(m_largestRank, run->layout->initRank);
    m_ranks.clear();
    for (const auto& run : m_runs)
        m_ranks.push_back(run && run->layout ? lastRanks(*run, m_largestRank) : nullptr);
    refresh();
}

void RunsMaps::setPair(int pair)
{
    m_pair = std::clamp(pair, 0, std::max(0, static_cast<int>(m_runs.size()) - 1));
    refresh();
}

int RunsMaps::otherOfPair() const
{
    if (m_runs.size() == 2)
        return 1;
    return m_runs.size() > 2 && m_pair > 0 ? m_pair : -1;
}

QString RunsMaps::captionOfOne() const
{
    const QString kept = counted(m_runs.front()->keptTriplets(), tr("%1 triplet"), tr("%1 triplets"));
    const QString step = formatCount(m_runs.front()->lastStep());
    switch (m_states.front()) {
    case RecordState::Running: return tr("at step %1 of a run that goes on, %2").arg(step, kept);
    case RecordState::Stopped: return tr("when it was stopped, at step %1, %2").arg(step, kept);
    case RecordState::Failed: return tr("when it failed, at step %1, %2").arg(step, kept);
    case RecordState::Interrupted: return tr("when it was interrupted, at step %1, %2").arg(step, kept);
    case RecordState::Finished:
    case RecordState::Missing:
    case RecordState::Unreadable: break;
    }
    return tr("at the end, %1").arg(kept);
}

QString RunsMaps::caption() const
{
    if (m_runs.empty())
        return {};
    const auto kept = [](const auto& run) { return run && run->layout ? run->keptTriplets() : std::int64_t {-1}; };
    const std::int64_t first = kept(m_runs.front());
    if (m_runs.size() == 1)
        return first < 0 ? QString() : captionOfOne();
    const bool same = std::all_of(m_runs.begin(), m_runs.end(), [&](const auto& run) { return kept(run) == first; });
    const bool ended = std::ranges::all_of(m_states, [](RecordState state) { return state == RecordState::Finished; });
    QString end = ended ? tr("at the end of the runs") : tr("at each run’s last step");
    if (same && first >= 0)
        end = tr("%1, each %2").arg(end, counted(first, tr("%1 triplet"), tr("%1 triplets")));
    return m_largestRank == 0
        ? end
        : tr("%1; the same colours in all maps, rank 0 to %2").arg(end, formatCount(m_largestRank));
}

QString RunsMaps::note(int run) const
{
    const auto& loaded = m_runs.at(static_cast<std::size_t>(run));
    if (!loaded)
        return m_reasons.value(run).isEmpty() ? QString()
            : m_runs.size() == 1              ? tr("No ranks") // why is told above, beside the run's facts
                                              : tr("No ranks. %1").arg(m_reasons.value(run));
    if (loaded->layout)
        return {};
    return m_states.at(static_cast<std::size_t>(run)) == RecordState::Running
        ? tr("No ranks are recorded yet: the first masking event or checkpoint brings them.")
        : tr("No ranks are recorded: neither a masking event nor a checkpoint names this run's matrices.");
}

void RunsMaps::showGrid(int run)
{
    const auto index = static_cast<std::size_t>(run);
    const auto& loaded = m_runs[index];
    const QString instead = note(run);
    m_titles[index]->setText(m_names.value(run));
    m_titles[index]->setAmong(m_names);
    m_titles[index]->setToolTip(m_names.value(run));
    m_notes[index]->setText(instead);
    m_notes[index]->setToolTip(m_reasons.value(run));
    m_notes[index]->setVisible(!instead.isEmpty());
    m_grids[index]->setVisible(instead.isEmpty());
    if (!instead.isEmpty())
        return;
    if (!loaded)
        m_grids[index]->setModuleLayout(nullptr);
    m_grids[index]->setLoading(loaded ? QString() : tr("Reading the run"));
    if (loaded)
        m_grids[index]->setSnapshot(m_ranks[index]);
}

void RunsMaps::showDifference()
{
    const int other = otherOfPair();
    m_difference = {};
    if (other > 0 && m_runs.front() && m_runs[static_cast<std::size_t>(other)])
        m_difference = rankDifference(*m_runs.front(), *m_runs[static_cast<std::size_t>(other)]);
    m_differenceColumn->setVisible(m_difference.layout != nullptr);
    if (!m_difference.layout)
        return;
    m_differenceGrid->setDifference(m_difference.layout, m_difference.difference, other);
    QString title = QStringLiteral("%1 − A").arg(RunTag::letter(other));
    if (m_difference.onlyOne > 0)
        title += tr(", %1 only in one").arg(formatCount(m_difference.onlyOne));
    m_differenceTitle->setText(title);
}

void RunsMaps::refresh()
{
    const auto count = static_cast<int>(m_runs.size());
    m_heading->setText(count == 1 ? tr("Rank map") : tr("Rank maps"));
    m_place->setVisible(count > 0);
    m_empty->setVisible(count == 0);
    m_empty->setText(tr("The ranks of chosen runs appear here, side by side."));
    m_caption->setText(caption());
    m_caption->setToolTip(caption());
    m_share->setEnabled(std::ranges::any_of(m_ranks, [](const auto& ranks) { return ranks != nullptr; }));
    m_pairs->setVisible(count > 2);
    m_pairs->setCurrent(m_pair);
    m_pairs->setShown(count);
    const int other = otherOfPair();
    for (int run = 0; run < mostComparedRuns; ++run) {
        const bool shown = run < count && (count <= 2 || other < 0 || run == 0 || run == other);
        m_columns[static_cast<std::size_t>(run)]->setVisible(shown);
        if (shown)
            showGrid(run);
    }
    showDifference();
    alignColumns();
}

QSize RunsMaps::largestGrid() const
{
    constexpr QSize plenty(100'000, 4'000); // so wide that no row is held down by its cells' width
    QSize largest;
    for (std::size_t run = 0; run < m_runs.size(); ++run) {
        RankGridRequest request = m_grids[run]->gridGeometry().request;
        if (m_columns[run]->isHidden() || !m_ranks[run] || request.layers < 1 || request.kinds < 1)
            continue;
        request.size = plenty;
        request.zoom = 1.0;
        const RankGridGeometry all = RankGridGeometry::compute(request);
        const int columns = all.blocks * request.kinds;
        const auto beside
            = [](int whole, int cells, double pitch) { return whole - static_cast<int>(std::floor(cells * pitch)); };
        const QSize size(beside(plenty.width(), columns, all.pitchX) + columns * widestCell,
            beside(plenty.height(), all.rowsPerBlock, all.pitchY) + all.rowsPerBlock * tallestCell);
        largest = largest.expandedTo(size);
    }
    return largest;
}

// All grids have one width, and what none of them needs lies at the right. A pixel that is left over would make one
// grid's cells larger than its neighbours': it goes there, too.
void RunsMaps::alignColumns()
{
    int shown = m_differenceColumn->isHidden() ? 0 : 1;
    for (const QWidget* column : m_columns)
        shown += column->isHidden() ? 0 : 1;
    const QSize most = largestGrid();
    const int gaps = std::max(0, shown - 1) * columnGap;
    m_maps->setMaximumWidth(most.isEmpty() ? QWIDGETSIZE_MAX : std::min(QWIDGETSIZE_MAX, shown * most.width() + gaps));
    for (RankGrid* grid : m_grids)
        grid->setMaximumHeight(most.isEmpty() ? QWIDGETSIZE_MAX : most.height());
    m_differenceGrid->setMaximumHeight(m_grids.front()->maximumHeight());
    const int rest = shown > 0 ? std::max(0, std::min(width(), m_maps->maximumWidth()) - gaps) % shown : 0;
    m_maps->layout()->setContentsMargins(0, 0, rest, 0);
}

void RunsMaps::resizeEvent(QResizeEvent* event)
{
    alignColumns();
    QWidget::resizeEvent(event);
}

} // namespace spectune
