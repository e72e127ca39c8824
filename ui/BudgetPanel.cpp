// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/BudgetPanel.h"

#include "ui/ConfigForm.h"
#include "ui/FieldEditor.h"
#include "ui/HelpKey.h"
#include "ui/PageParts.h"
#include "ui/RunPlotPlan.h"
#include "ui/ScrollGutter.h"
#include "ui/SetupFields.h"
#include "ui/ShareButton.h"
#include "ui/WholeWordsArea.h"
#include "visualization/BudgetCurve.h"
#include "visualization/NumberFormat.h"

#include <QEvent>
#include <QFrame>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <cmath>

namespace spectune {

namespace {

QString key(const char* name)
{
    return QString::fromLatin1(name);
}

/// A line for each value that b(t) takes, with the first t that has it: as many as it falls by, whatever T is.
QString csvOf(const BudgetSchedule& schedule)
{
    QString csv = QStringLiteral("from_t,budget\n");
    for (std::int64_t t = 0; t < schedule.totalSteps;) {
        const std::int64_t budget = schedule.budgetAt(t);
        csv += QStringLiteral("%1,%2\n").arg(t).arg(budget);
        t = firstBelow(schedule, budget, t + 1);
    }
    return csv;
}

void fillMethod(QGridLayout* grid, SetupFields& fields)
{
    grid->addWidget(fields.make(key("method.name")), 0, 0, 1, 3);
    fields.fill(grid, {key("adalora.alpha"), key("adalora.dropout"), key("adalora.gamma")}, 3, 1);
    auto* averages = new QGridLayout; // the score's names are long: half a row
    fields.fill(averages, {key("adalora.beta1"), key("adalora.beta2")}, 2);
    averages->addWidget(fields.make(key("adalora.score")), 0, 2);
    for (const int average : {0, 1})
        averages->setColumnStretch(average, 2);
    averages->setColumnStretch(2, 6);
    grid->addLayout(averages, 2, 0, 1, 3);
}

void fillOptimizer(QGridLayout* grid, SetupFields& fields)
{
    fields.fill(grid,
        {key("optim.lr"), key("optim.schedule"), key("optim.warmup"), key("train.batch_size"),
            key("train.micro_batch_size"), key("train.dtype")},
        3);
}

} // namespace

BudgetPanel::BudgetPanel(ConfigForm& form, SetupFields& fields, QWidget* parent)
    : QWidget(parent)
    , m_form(form)
{
    setHelpKey(*this, key("adalora.total_budget")); // of the curve; a field has its own
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* header = makePanelHeader();
    header->addWidget(makeHeading(tr("Budget b(t)")));
    m_summary = makeText(QString(), "second", true); // wraps: its numbers are not to be elided
    // Its width is what the others leave, whichever form of it is shown: else the one would ask for the other.
    m_summary->setSizePolicy(QSizePolicy::Ignored, m_summary->sizePolicy().verticalPolicy());
    m_summary->installEventFilter(this);
    header->addWidget(m_summary, 1);
    m_derive = makeSmallButton(tr("Suggest"));
    m_derive->setToolTip(tr("Derives initial rank, ti, tf and ΔT from the target rank and the steps"));
    header->addWidget(m_derive);
    m_curve = new BudgetCurve;
    auto* share = new ShareButton(QStringLiteral("budget"), m_curve,
        [this] { return [schedule = m_form.resolved().schedule] { return csvOf(schedule); }; });
    connect(share, &ShareButton::told, this, &BudgetPanel::told);
    header->addWidget(share);
    outer->addLayout(header);
    auto* area = new WholeWordsArea(makeBody(fields), tr("Budget, adapter and optimizer"));
    outer->addWidget(area, 1);
    new ScrollGutter(*area, *header);
    connectHandles();
    connect(&form, &ConfigForm::checked, this, &BudgetPanel::refresh);
    refresh();
}

QWidget* BudgetPanel::makeBody(SetupFields& fields)
{
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_curve->setAccessibleName(tr("Budget curve"));
    m_curve->setMinimumHeight(190);
    auto* curveRow = new QHBoxLayout;
    curveRow->setContentsMargins(8, 0, 8, 4);
    curveRow->addWidget(m_curve);
    column->addLayout(curveRow, 1);
    m_end = makeText(QString(), "second", true);
    auto* endRow = new QHBoxLayout;
    endRow->setContentsMargins(12, 0, 12, 8);
    endRow->addWidget(m_end);
    column->addLayout(endRow);
    const auto addSection = [&](const QString& title, auto fill) {
        column->addWidget(makeRule());
        auto* section = makeSection(8, 8);
        if (!title.isEmpty())
            section->addWidget(makeHeading(title));
        auto* grid = new QGridLayout;
        fill(grid);
        section->addLayout(grid);
        column->addLayout(section);
    };
    addSection({}, [&](QGridLayout* grid) {
        fields.fill(grid,
            {key("adalora.init_rank"), key("adalora.target_rank"), key("train.steps"), key("adalora.ti"),
                key("adalora.tf"), key("adalora.delta_t")},
            3);
    });
    addSection(tr("Adapter"), [&](QGridLayout* grid) { fillMethod(grid, fields); });
    addSection(tr("Optimizer (AdamW)"), [&](QGridLayout* grid) { fillOptimizer(grid, fields); });
    return body;
}

void BudgetPanel::connectHandles()
{
    const auto set = [this](const char* name, std::int64_t value) { m_form.setValue(key(name), FieldValue {value}); };
    connect(m_curve, &BudgetCurve::initRankEdited, this, [set](int rank) { set("adalora.init_rank", rank); });
    connect(m_curve, &BudgetCurve::targetRankEdited, this, [this, set](int rank) {
        if (m_form.config().adalora.totalBudget) // it would overrule the handle
            m_form.setValue(key("adalora.total_budget"), FieldValue {});
        set("adalora.target_rank", rank);
    });
    connect(m_curve, &BudgetCurve::warmUpEndEdited, this, [set](qint64 step) { set("adalora.ti", step); });
    connect(m_curve, &BudgetCurve::finalStartEdited, this,
        [this, set](qint64 step) { set("adalora.tf", m_form.resolved().totalSteps - step); });
    connect(m_curve, &BudgetCurve::intervalEdited, this, [set](qint64 steps) { set("adalora.delta_t", steps); });
    connect(m_curve, &BudgetCurve::totalStepsEdited, this, [set](qint64 steps) { set("train.steps", steps); });
    connect(m_derive, &QPushButton::clicked, this, [this] {
        for (const char* name :
            {"adalora.init_rank", "adalora.ti", "adalora.tf", "adalora.delta_t", "adalora.total_budget"})
            m_form.setValue(key(name), FieldValue {});
    });
}

QString BudgetPanel::endText(const ResolvedRun& run) const
{
    const std::int64_t matrices = m_form.facts().matrices;
    const std::int64_t trained = m_form.trainableParameters();
    if (trained < 1 || run.schedule.initialBudget < 1)
        return {};
    const auto share = [this](double parameters) {
        const double percent = 100.0 * parameters / static_cast<double>(m_form.model()->parameters);
        return tr("%1 parameters (%2 %)").arg(parametersText(std::llround(parameters)), formatFixed(percent, 2));
    };
    const auto all = static_cast<double>(trained);
    if (usesRankMap(m_form.config()))
        return tr("%1 triplets in %2 matrices by the rank map, from start to end: %3 are trained.")
            .arg(formatCount(run.schedule.initialBudget), formatCount(matrices), share(all));
    if (!allocatesBudget(m_form.config().method))
        return counted(matrices, tr("Rank %2 in %1 matrix from start to end: %3 are trained."),
            tr("Rank %2 in each of %1 matrices from start to end: %3 are trained."))
            .arg(formatCount(run.initRank), share(all));
    const auto target = static_cast<double>(run.schedule.targetBudget);
    const double kept = target / static_cast<double>(run.schedule.initialBudget);
    const bool isImpossible = run.totalSteps > 0 && run.schedule.eventCount() == 0; // the curve says why
    if (kept >= 1.0 || isImpossible)
        return {};
    const bool one = run.schedule.targetBudget == matrices;
    return (one ? tr("At the end %1 triplet a matrix on average: about %2 are still in use, of %3 at the start.")
                : tr("At the end %1 triplets a matrix on average: about %2 are still in use, of %3 at the start."))
        .arg(formatRank(target / static_cast<double>(matrices)), share(all * kept), share(all));
}

void BudgetPanel::refresh()
{
    const RunConfig& config = m_form.config();
    const ResolvedRun run = m_form.resolved();
    const std::int64_t matrices = m_form.facts().matrices;
    PlotPlan plan = plotPlan(config, run, matrices, nullptr);
    if (!allocatesBudget(config.method)) // the curve has no handle for it, and keeps what the field says
        plan.targetRank = static_cast<double>(config.adalora.targetRank);
    BudgetValues values = BudgetValues::of(plan);
    values.largestRank = m_form.facts().smallestSide;
    values.initGiven = config.adalora.initRank.has_value();
    values.tiGiven = config.adalora.ti.has_value();
    values.tfGiven = config.adalora.tf.has_value();
    m_curve->setEditable(allocatesBudget(config.method));
    m_curve->setCurve(plan, values);
    m_end->setText(endText(run));
    m_end->setVisible(!m_end->text().isEmpty());
    m_derive->setVisible(allocatesBudget(config.method));
    m_derive->setEnabled(m_form.model().has_value()); // before it is known, neither are the matrices
    refreshSummary(run);
}

void BudgetPanel::refreshSummary(const ResolvedRun& run)
{
    const RunConfig& config = m_form.config();
    m_briefSummary.clear();
    if (run.totalSteps <= 0) {
        m_wholeSummary = tr("drawn once the steps are known");
    } else if (usesRankMap(config)) {
        m_wholeSummary = tr("ranks by the rank map, nothing is pruned");
    } else if (!allocatesBudget(config.method)) {
        m_wholeSummary = tr("one fixed rank, nothing is pruned");
    } else if (m_form.facts().matrices > 0) {
        const QString words = tr("%1 of %2, %3");
        const QString kept = formatCount(run.schedule.targetBudget);
        const QString events = counted(run.schedule.eventCount(), tr("%1 event"), tr("%1 events"));
        m_wholeSummary
            = words.arg(kept, counted(run.schedule.initialBudget, tr("%1 triplet"), tr("%1 triplets")), events);
        m_briefSummary = words.arg(kept, formatCount(run.schedule.initialBudget), events);
    } else {
        m_wholeSummary.clear(); // before there are matrices the curve is empty, and nothing is masked
    }
    m_summary->setAccessibleName(m_wholeSummary);
    fitSummary();
}

void BudgetPanel::fitSummary()
{
    const bool fits = m_summary->fontMetrics().horizontalAdvance(m_wholeSummary) <= m_summary->width();
    const bool isBrief = !fits && !m_briefSummary.isEmpty();
    const QString meaning = tr("Triplets kept at the end, of those at the start, and the number of masking events");
    m_summary->setText(isBrief ? m_briefSummary : m_wholeSummary);
    m_summary->setToolTip(isBrief ? m_wholeSummary + QLatin1Char('\n') + meaning : meaning);
}

bool BudgetPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_summary && (event->type() == QEvent::Resize || event->type() == QEvent::FontChange))
        fitSummary();
    return QWidget::eventFilter(watched, event);
}

} // namespace spectune
