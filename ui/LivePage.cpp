// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LivePage.h"

#include "ui/ConfigForm.h"
#include "ui/FailurePanel.h"
#include "ui/Inspector.h"
#include "ui/LiveControls.h"
#include "ui/PageParts.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/Segmented.h"
#include "ui/TimelineStrip.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"
#include "visualization/Theme.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QSplitter>
#include <QVBoxLayout>

namespace spectune {

namespace {

/// "lost" and "back" with their marks, above the heatmap.
class FlagKey : public QWidget {
public:
    FlagKey()
    {
        auto* row = new QHBoxLayout(this);
        row->setContentsMargins(0, 0, 0, 0);
        row->setSpacing(12);
        auto* lost = makeCaption(LivePage::tr("lost"), "second");
        auto* back = makeCaption(LivePage::tr("back"), "second");
        lost->setIndent(12);
        back->setIndent(12);
        row->addWidget(lost);
        row->addWidget(back);
        m_labels[0] = lost;
        m_labels[1] = back;
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const Theme& theme = Theme::current();
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        for (int i = 0; i < 2; ++i) {
            const double x = m_labels[i]->x();
            const double y = height() / 2.0 - 4;
            painter.setBrush(i == 0 ? theme.prune : theme.revive);
            painter.drawPolygon(i == 0 ? QPolygonF({{x + 8, y}, {x + 8, y + 8}, {x, y + 8}})
                                       : QPolygonF({{x, y}, {x + 8, y}, {x + 8, y + 8}}));
        }
    }

private:
    QLabel* m_labels[2] = {};
};

} // namespace

LivePage::LivePage(RunModel& run, const ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
    , m_form(form)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_splitter = makeColumns();
    m_rail = new RunRail(run, form);
    m_railPanel = addColumn(m_splitter, m_rail, 160);
    addColumn(m_splitter, makeGridPanel(), 340);
    addColumn(m_splitter, makePlotsPanel(), 300, true);
    m_inspector = new Inspector(run);
    m_inspectorPanel = addColumn(m_splitter, m_inspector, 270);
    column->addWidget(m_splitter, 1);
    m_timeline = new TimelineStrip(run);
    column->addWidget(m_timeline);
    connect(m_timeline, &TimelineStrip::scrubbingChanged, m_grid, &RankGrid::setScrubbing);
    connect(m_grid, &RankGrid::cellActivated, m_inspector, &Inspector::setModule);
    connect(&run, &RunModel::reset, this, &LivePage::refreshAll);
    connect(&run, &RunModel::stateChanged, this, [this] {
        refreshSnapshot();
        refreshFailure();
    });
    connect(&run, &RunModel::snapshotChanged, this, &LivePage::refreshSnapshot);
    connect(&run, &RunModel::metricsAppended, m_plots,
        [this](std::span<const MetricPoint> points) { m_plots->append(points); });
    connect(&run, &RunModel::evaluationAppended, m_plots, [this](const EvalPoint& point) { m_plots->append(point); });
    connect(&run, &RunModel::shownStepChanged, m_plots, [this](qint64 step) { m_plots->setShownStep(step); });
    connect(&run, &RunModel::eventAppended, this, &LivePage::refreshNote);
    connect(&run, &RunModel::editTaken, this, [this] {
        m_plots->setPlan(m_run.plan());
        refreshMarks();
    });
    refreshAll();
}

QWidget* LivePage::makeGridPanel()
{
    QVBoxLayout* column = nullptr;
    QWidget* panel = makePanel(column);
    auto* header = makePanelHeader();
    m_modes = new Segmented({tr("Rank"), tr("Importance"), QStringLiteral("|λ|"), tr("Orthogonality")});
    m_modes->setToolTips({tr("Kept triplets (1)"), tr("Σ S over the kept triplets (2)"), tr("Σ |λ| (3)"),
        tr("‖PᵀP − I‖ + ‖QQᵀ − I‖ (4)")});
    m_modes->setCurrent(0);
    header->addWidget(m_modes);
    header->addStretch();
    header->addWidget(new FlagKey);
    column->addLayout(header);
    m_grid = new RankGrid;
    m_grid->setAccessibleName(tr("Ranks by layer and matrix"));
    auto* body = new QHBoxLayout;
    body->setContentsMargins(8, 0, 8, 8);
    body->addWidget(m_grid);
    column->addLayout(body, 1);
    connect(m_modes, &Segmented::chosen, this, &LivePage::setHeatMode);
    return panel;
}

QWidget* LivePage::makePlotsPanel()
{
    QVBoxLayout* column = nullptr;
    QWidget* panel = makePanel(column);
    auto* header = makePanelHeader();
    header->addWidget(makeHeading(tr("Loss and budget")));
    header->addStretch();
    m_ranges = new Segmented({tr("Whole run"), tr("So far"), tr("Last 200")});
    header->addWidget(m_ranges);
    column->addLayout(header);
    m_plots = new RunPlots;
    auto* body = new QHBoxLayout;
    body->setContentsMargins(4, 0, 8, 8);
    body->addWidget(m_plots);
    column->addLayout(body, 1);
    const auto showRange = [this](PlotRange range) {
        m_ranges->setCurrent(range == PlotRange::SoFar ? 1 : range == PlotRange::Last200 ? 2 : 0);
    };
    connect(m_ranges, &Segmented::chosen, this, [this](int index) {
        m_plots->setRange(index == 0 ? PlotRange::WholeRun : index == 1 ? PlotRange::SoFar : PlotRange::Last200);
    });
    connect(m_plots, &RunPlots::effectiveRangeChanged, this, showRange);
    connect(m_plots, &RunPlots::stepActivated, this, [this](qint64 step) { m_run.showStep(step); });
    showRange(m_plots->effectiveRange());
    return panel;
}

void LivePage::setHeatMode(int mode)
{
    m_modes->setCurrent(mode);
    m_grid->setMode(static_cast<GridMode>(mode));
}

void LivePage::toggleRail()
{
    m_railPanel->setVisible(m_railPanel->isHidden());
}

void LivePage::toggleInspector()
{
    m_inspectorPanel->setVisible(m_inspectorPanel->isHidden());
}

void LivePage::applyDefaultWidths(int width)
{
    const int rail = width < 1400 ? 186 : width < 1700 ? 208 : 224;
    const int grid = width < 1400 ? 420 : width < 1700 ? 486 : 656;
    const int inspector = width < 1400 ? 296 : width < 1700 ? 318 : 360;
    m_splitter->setSizes({rail, grid, width - rail - grid - inspector - 3, inspector});
}

void LivePage::refreshAll()
{
    m_plots->setPlan(m_run.plan());
    m_plots->setHistory(m_run.history());
    refreshMarks();
    m_plots->setShownStep(m_run.shownStep());
    m_plots->setEmptyText(tr("The curve begins with step 1"));
    m_grid->setModuleLayout(m_run.layout());
    refreshSnapshot();
    refreshNote();
    refreshFailure();
}

void LivePage::refreshSnapshot()
{
    if (const auto snapshot = m_run.shownSnapshot())
        m_grid->setSnapshot(snapshot);
    refreshNote();
}

void LivePage::refreshNote()
{
    const bool preparing = m_run.state() == SessionState::Preparing;
    const auto layout = m_run.layout();
    QString stage;
    if (preparing)
        stage = m_run.stage();
    else if (!layout && m_run.hasRun())
        stage = tr("This run recorded no masking event");
    else if (!layout)
        stage = m_form.failure(QStringLiteral("model.path")) || m_form.config().model.path.empty()
            ? tr("No model yet: choose one in Set up")
            : tr("Reading the model folder");
    m_grid->setLoading(stage);
    const PlotPlan plan = m_run.plan();
    const auto snapshot = m_run.shownSnapshot();
    const bool before
        = layout && !preparing && m_run.history().events.empty() && (!snapshot || snapshot->eventStep < 0);
    if (!before) {
        m_grid->setNote({}, {});
    } else if (!plan.prunes()) {
        m_grid->setNote(tr("Every matrix keeps rank %1.").arg(layout->initRank),
            tr("This method has one fixed rank; nothing is pruned."));
    } else {
        m_grid->setNote(tr("Every matrix starts with rank %1. Ranks change after step %2.")
                            .arg(layout->initRank)
                            .arg(formatCount(plan.ti)),
            tr("Each event then keeps the most important triplets over all %1 matrices; the others lose their λ. After "
               "step "
               "%2, %3 of the %4 are left.")
                .arg(layout->modules.size())
                .arg(formatCount(plan.finalStart), formatCount(plan.targetBudget), formatCount(plan.initialBudget)));
    }
}

void LivePage::refreshMarks()
{
    std::vector<StepMark> marks;
    for (const AppliedEdit& edit : m_run.edits())
        marks.push_back({edit.step, editText(edit)});
    m_plots->setMarks(std::move(marks));
}

void LivePage::refreshFailure()
{
    const bool failed = m_run.state() == SessionState::Failed;
    m_grid->setFailed(failed);
    if (failed && m_run.step() > 0)
        m_plots->setFailure(m_run.step(), failureTitle(m_run.failure().kind));
    else
        m_plots->setFailure(-1, {});
}

} // namespace spectune
