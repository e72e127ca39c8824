// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/LivePage.h"

#include "ui/AnimationWindow.h"
#include "ui/ConfigForm.h"
#include "ui/FailurePanel.h"
#include "ui/FailureStory.h"
#include "ui/GridPanel.h"
#include "ui/Inspector.h"
#include "ui/LiveControls.h"
#include "ui/PageParts.h"
#include "ui/PlotsPanel.h"
#include "ui/RunModel.h"
#include "ui/RunRail.h"
#include "ui/TimelineStrip.h"
#include "visualization/NumberFormat.h"
#include "visualization/RankGrid.h"
#include "visualization/RunPlots.h"

#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace spectune {

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
    m_gridPanel = new GridPanel;
    m_grid = &m_gridPanel->grid();
    addColumn(m_splitter, m_gridPanel, 340);
    m_plotsPanel = new PlotsPanel;
    m_plots = &m_plotsPanel->plots();
    addColumn(m_splitter, m_plotsPanel, 300, true);
    m_inspector = new Inspector(run);
    m_inspector->failurePanel().setForm(form);
    m_inspectorPanel = addColumn(m_splitter, m_inspector, 270);
    connect(m_splitter, &QSplitter::splitterMoved, this, &LivePage::keepWidths);
    column->addWidget(m_splitter, 1);
    m_timeline = new TimelineStrip(run);
    column->addWidget(m_timeline);
    connect(m_timeline, &TimelineStrip::scrubbingChanged, m_grid, &RankGrid::setScrubbing);
    connect(m_timeline, &TimelineStrip::animationWanted, this, &LivePage::showAnimation);
    connect(m_grid, &RankGrid::cellActivated, m_inspector, &Inspector::setModule);
    connect(&run, &RunModel::reset, this, &LivePage::refreshAll);
    connect(&run, &RunModel::stateChanged, this, [this] {
        refreshSnapshot();
        refreshFailure();
        if (m_run.state() == SessionState::Paused || isTerminal(m_run.state()))
            m_plots->fitAxes(); // with the next picture, not only once they may move again
    });
    connect(&run, &RunModel::snapshotChanged, this, &LivePage::refreshSnapshot);
    connect(&run, &RunModel::metricsAppended, m_plots,
        [this](std::span<const MetricPoint> points) { m_plots->append(points); });
    connect(&run, &RunModel::evaluationAppended, m_plots, [this](const EvalPoint& point) { m_plots->append(point); });
    connect(&run, &RunModel::shownStepChanged, m_plots, [this](qint64 step) { m_plots->setShownStep(step); });
    connect(&run, &RunModel::eventAppended, this, &LivePage::refreshNote);
    connect(m_plots, &RunPlots::stepActivated, &run, &RunModel::showStep);
    connect(m_gridPanel, &GridPanel::told, this, &LivePage::told);
    connect(m_gridPanel, &GridPanel::stepWanted, &m_run, &RunModel::showStep);
    connect(m_gridPanel, &GridPanel::reducedMotionWanted, this, &LivePage::reducedMotionWanted);
    connect(m_plotsPanel, &PlotsPanel::told, this, &LivePage::told);
    connect(m_inspector, &Inspector::told, this, &LivePage::told);
    connect(m_timeline, &TimelineStrip::told, this, &LivePage::told);
    connect(&run, &RunModel::editTaken, this, [this] {
        m_plots->setPlan(m_run.plan());
        refreshMarks();
        refreshNote();
    });
    refreshAll();
}

void LivePage::setHeatMode(int mode)
{
    m_gridPanel->setMode(mode);
}

bool LivePage::isWritingAnimation() const
{
    return m_animation && m_animation->work().isRunning();
}

void LivePage::showAnimation()
{
    if (m_animation == nullptr) {
        m_animation = new AnimationWindow(m_run, this);
        connect(&m_animation->work(), &AnimationExport::ended, this, &LivePage::animationEnded);
    }
    m_animation->setLook(m_grid->mode(), m_grid->isTransposed());
    m_animation->show();
    m_animation->raise();
    m_animation->activateWindow();
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
    const int grid = m_gridWidth = gridWidth(width);
    const int inspector = width < 1400 ? 296 : width < 1700 ? 318 : 360;
    m_splitter->setSizes({rail, grid, width - rail - grid - inspector - 3, inspector});
}

// Over 40 layers the grid folds into blocks side by side, which ask for more width.
int LivePage::gridWidth(int width) const
{
    constexpr std::int64_t oneBlock = 40; // layers
    constexpr std::int64_t threeBlocks = 120;
    const auto layout = m_run.layout();
    const bool folds = layout && layout->layerCount > oneBlock && layout->layerCount <= threeBlocks;
    if (width < 1400)
        return folds ? 440 : 420;
    return width >= 1700 ? 656 : folds ? 530 : 486;
}

void LivePage::fitGrid()
{
    const int width = window()->width();
    if (!m_keepsWidths && m_gridWidth > 0 && gridWidth(width) != m_gridWidth)
        applyDefaultWidths(width);
}

void LivePage::refreshAll()
{
    if (m_folder != m_run.folder()) { // another run begins with the whole view
        m_folder = m_run.folder();
        m_plots->clear();
    }
    m_plots->setPlan(m_run.plan());
    m_plots->setHistory(m_run.history(), m_run.curves());
    refreshMarks();
    m_plots->setShownStep(m_run.shownStep());
    m_plots->setEmptyText(tr("The curve begins with step 1"));
    m_grid->setModuleLayout(m_run.layout());
    fitGrid();
    refreshSnapshot();
    refreshNote();
    refreshFailure();
}

void LivePage::refreshSnapshot()
{
    const auto snapshot = m_run.shownSnapshot();
    if (snapshot)
        m_grid->setSnapshot(snapshot);
    const bool unknown = snapshot && !snapshot->hasLambda && m_run.hasRun();
    m_gridPanel->setNearestScores(
        unknown ? m_run.replay().nearestState(std::max<std::int64_t>(m_run.shownStep(), 0)) : -1);
    m_gridPanel->setPicture(tr("%1-step-%2").arg(m_run.name()).arg(snapshot ? snapshot->step : 0));
    m_plotsPanel->setPicture(m_run.name());
    refreshNote();
}

GridNote LivePage::note() const
{
    const auto layout = m_run.layout();
    const auto snapshot = m_run.shownSnapshot();
    const bool before = layout && m_run.state() != SessionState::Preparing && m_run.history().events.empty()
        && (!snapshot || snapshot->eventStep < 0);
    if (!before)
        return {};
    if (!layout->ranks.empty())
        return {tr("Every matrix keeps the rank that its rank map says: %1 triplets.")
                    .arg(formatCount(layout->tripletCount())),
            tr("This method has fixed ranks; nothing is pruned.")};
    const PlotPlan plan = m_run.plan();
    if (!plan.prunes())
        return {tr("Every matrix keeps rank %1.").arg(layout->initRank),
            tr("This method has one fixed rank; nothing is pruned.")};
    return {tr("Every matrix starts with rank %1. Ranks change from step %2 on.")
                .arg(layout->initRank)
                .arg(formatCount(plan.eventAt(0))),
        tr("Each event then keeps the most important triplets over all %1 matrices; the others lose their λ. After "
           "step "
           "%2, %3 of the %4 are left.")
            .arg(layout->modules.size())
            .arg(formatCount(plan.finalStart), formatCount(plan.targetBudget), formatCount(plan.initialBudget))};
}

void LivePage::refreshNote()
{
    QString stage;
    if (m_run.state() == SessionState::Preparing)
        stage = m_run.stage();
    else if (!m_run.layout() && m_run.hasRun())
        stage = tr("This run recorded no masking event");
    else if (!m_run.layout())
        stage = m_form.failure(QStringLiteral("model.path")) || m_form.config().model.path.empty()
            ? tr("No model yet: choose one in Set up")
            : tr("Reading the model folder");
    m_grid->setLoading(stage);
    const auto [headline, detail] = note();
    m_grid->setNote(headline, detail);
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
    m_plots->setEnded(isTerminal(m_run.state()));
    if (failed && m_run.step() > 0)
        m_plots->setFailure(m_run.step(), failureTitle(m_run.failure().kind));
    else
        m_plots->setFailure(-1, {});
}

} // namespace spectune
