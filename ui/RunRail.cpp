// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/RunRail.h"

#include "ui/ConfigForm.h"
#include "ui/FieldTexts.h"
#include "ui/KeyValueList.h"
#include "ui/LiveControls.h"
#include "ui/PageParts.h"
#include "ui/RunFolders.h"
#include "ui/RunModel.h"
#include "ui/StudioIcons.h"
#include "ui/WholeWordsArea.h"
#include "visualization/NumberFormat.h"

#include <QFileInfo>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QVBoxLayout>

#include <algorithm>
#include <numeric>
#include <span>

namespace spectune {

namespace {

constexpr int blockMargin = 8; // px around the method's block: up to its rules

QString fileName(const std::string& path)
{
    return path.empty() ? RunRail::tr("none") : QFileInfo(QString::fromStdString(path)).completeBaseName();
}

QString countOrNone(std::int64_t count)
{
    return count > 0 ? formatCount(count) : RunRail::tr("not read yet");
}

QString methodTitle(Method method)
{
    switch (method) {
    case Method::AdaLora: return QStringLiteral("AdaLoRA");
    case Method::Lora: return QStringLiteral("LoRA");
    case Method::SvdLora: return QStringLiteral("SVD-LoRA");
    case Method::PruneLora: return QStringLiteral("Prune-LoRA");
    }
    return {};
}

QString scoreText(ScoreKind score)
{
    switch (score) {
    case ScoreKind::SensitivityUncertainty: return QStringLiteral("Ī · Ū");
    case ScoreKind::Sensitivity: return QStringLiteral("Ī");
    case ScoreKind::Magnitude: return QStringLiteral("|λ|");
    }
    return {};
}

KeyValueList::Rows modelRows(const RunModel& run, const ConfigForm& form)
{
    const RunConfig& config = run.config();
    KeyValueList::Rows rows {{modelName(config.model.path), QString::fromUtf8(toString(config.train.dtype))}};
    if (const auto layout = run.layout()) {
        const auto kinds = layout->kinds.size();
        rows.emplace_back(
            RunRail::tr("layers × matrices"), QStringLiteral("%1 × %2").arg(layout->layerCount).arg(kinds));
        rows.emplace_back(RunRail::tr("adapted"),
            RunRail::tr("%1 of %2")
                .arg(layout->modules.size())
                .arg(static_cast<std::size_t>(layout->layerCount) * kinds));
    }
    if (!run.hasRun() && form.model())
        rows.emplace_back(RunRail::tr("parameters"), formatCount(form.model()->parameters));
    else if (run.started())
        rows.emplace_back(RunRail::tr("trainable"), formatCount(run.started()->trainableParameters));
    return rows;
}

KeyValueList::Rows dataRows(const RunModel& run, const ConfigForm& form)
{
    const RunConfig& config = run.config();
    std::int64_t train = run.started() ? run.started()->trainSamples : 0;
    std::int64_t held = run.started() ? run.started()->evalSamples : 0;
    if (!run.hasRun()) {
        train = form.preview(false) ? form.preview(false)->samples : 0;
        held = form.preview(true) ? form.preview(true)->samples : 0;
    }
    KeyValueList::Rows rows;
    if (run.isRecorded()) // a run's folder names its files, not their samples
        rows.emplace_back(RunRail::tr("training"), fileName(config.data.path));
    else
        rows.emplace_back(fileName(config.data.path), countOrNone(train));
    if (!config.data.evalPath.empty())
        rows.emplace_back(
            RunRail::tr("held out"), run.isRecorded() ? fileName(config.data.evalPath) : countOrNone(held));
    rows.emplace_back(RunRail::tr("length limit"), formatCount(config.data.maxLength));
    QString batch = formatCount(config.train.batchSize);
    if (config.train.microBatchSize > 0)
        batch += RunRail::tr(" (micro %1)").arg(config.train.microBatchSize);
    rows.emplace_back(RunRail::tr("batch"), batch);
    if (run.started() && run.started()->droppedSamples > 0)
        rows.emplace_back(RunRail::tr("dropped"), formatCount(run.started()->droppedSamples));
    return rows;
}

KeyValueList::Rows methodRows(const RunModel& run)
{
    const RunConfig& config = run.config();
    const ResolvedRun& resolved = run.resolved();
    const BudgetSchedule& schedule = resolved.schedule;
    KeyValueList::Rows rows;
    if (allocatesBudget(config.method)) {
        // The budget may end at a number of triplets of its own: then this is its mean, "8 → 2.38".
        const std::int64_t matrices = resolved.matrices;
        const bool even = matrices == 0 || schedule.targetBudget % matrices == 0;
        const std::int64_t whole = matrices == 0 ? config.adalora.targetRank : schedule.targetBudget / matrices;
        rows.emplace_back(RunRail::tr("rank"),
            QStringLiteral("%1 → %2")
                .arg(resolved.initRank)
                .arg(even
                        ? QString::number(whole)
                        : formatMeanRank(static_cast<double>(schedule.targetBudget) / static_cast<double>(matrices))));
        if (schedule.initialBudget > 0)
            rows.emplace_back(RunRail::tr("budget b"),
                QStringLiteral("%1 → %2").arg(formatCount(schedule.initialBudget), formatCount(schedule.targetBudget)));
        rows.emplace_back(QStringLiteral("ti · tf · ΔT"),
            QStringLiteral("%1 · %2 · %3")
                .arg(
                    formatCount(schedule.warmUpEnd), formatCount(schedule.finalSteps), formatCount(schedule.interval)));
    } else {
        const QString rank = QString::number(resolved.initRank);
        rows.emplace_back(
            RunRail::tr("rank"), usesRankMap(config) ? RunRail::tr("by its map, up to %1").arg(rank) : rank);
    }
    rows.emplace_back(RunRail::tr("α, scale s"),
        QStringLiteral("%1, %2").arg(plainNumber(resolved.alpha), formatFixed(resolved.scale, 2)));
    if (hasLambda(config.method))
        rows.emplace_back(QStringLiteral("γ"), plainNumber(config.adalora.gamma));
    if (allocatesBudget(config.method))
        rows.emplace_back(RunRail::tr("score"), scoreText(config.adalora.score));
    return rows;
}

/// Those until the shown step; all of them while the run is shown live. A recorded run's last step is that of its
/// metrics: the heat map is of that one, even where ranks.jsonl goes further.
std::span<const MaskEvent> shownEvents(const RunModel& run)
{
    const std::span<const MaskEvent> all = run.history().events;
    if (run.shownStep() < 0 && !run.isRecorded())
        return all;
    const std::int64_t until = run.shownStep() < 0 ? run.step() : run.shownStep();
    const auto after = std::upper_bound(
        all.begin(), all.end(), until, [](std::int64_t step, const MaskEvent& event) { return step < event.step; });
    return all.first(static_cast<std::size_t>(after - all.begin()));
}

KeyValueList::Rows optimizerRows(const RunConfig& config)
{
    return {{QStringLiteral("AdamW"), RunRail::tr("lr %1").arg(formatScientific(config.optim.lr))},
        {RunRail::tr("schedule"),
            QStringLiteral("%1, %2")
                .arg(choiceWords("optim.schedule", QString::fromUtf8(toString(config.optim.schedule))))
                .arg(config.optim.warmup)},
        {RunRail::tr("clip"),
            config.optim.maxGradNorm > 0 ? plainNumber(config.optim.maxGradNorm) : RunRail::tr("off")}};
}

} // namespace

RunRail::RunRail(RunModel& run, const ConfigForm& form, QWidget* parent)
    : QWidget(parent)
    , m_run(run)
    , m_form(form)
{
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    auto* header = makePanelHeader();
    m_title = makeHeading(QString());
    m_edit = makeSmallButton(tr("Edit"));
    m_edit->setProperty("role", "ghost");
    header->addWidget(m_title, 1);
    header->addWidget(m_edit);
    connect(m_edit, &QPushButton::clicked, this, &RunRail::editWanted);
    outer->addLayout(header);
    auto* body = new QWidget;
    auto* column = new QVBoxLayout(body);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    QLabel* heading = nullptr;
    m_model = addSection(column, heading, tr("Model"));
    m_data = addSection(column, heading, tr("Data"));
    m_method = addSection(column, m_methodHeading, tr("AdaLoRA"));
    m_optimizer = addSection(column, heading, tr("Optimizer"));
    m_controls = new LiveControls(run);
    column->addWidget(m_controls);
    column->addWidget(makeRule());
    auto* health = makeSection();
    m_healthHeading = makeHeading(tr("Health"));
    health->addWidget(m_healthHeading);
    m_health = new QVBoxLayout;
    m_health->setSpacing(5);
    health->addLayout(m_health);
    column->addLayout(health);
    column->addStretch();
    m_area = new WholeWordsArea(body, tr("Set-up and health of the run"));
    outer->addWidget(m_area, 1);
    connect(m_area->verticalScrollBar(), &QAbstractSlider::valueChanged, this, &RunRail::scrolled);
    connect(&run, &RunModel::reset, this, &RunRail::refresh);
    connect(&run, &RunModel::stateChanged, this, &RunRail::refreshHealth);
    connect(&run, &RunModel::eventAppended, this, &RunRail::refreshHealth);
    connect(&run, &RunModel::snapshotChanged, this, &RunRail::refreshHealth);
    connect(&run, &RunModel::editTaken, this, &RunRail::refresh);
    connect(&form, &ConfigForm::checked, this, &RunRail::refresh);
    refresh();
}

KeyValueList* RunRail::addSection(QVBoxLayout* column, QLabel*& heading, const QString& title)
{
    column->addWidget(makeRule());
    auto* section = makeSection();
    heading = makeHeading(title);
    section->addWidget(heading);
    auto* list = new KeyValueList;
    section->addWidget(list);
    column->addLayout(section);
    return list;
}

void RunRail::showMethod()
{
    m_area->ensureWidgetVisible(m_method, 0, blockMargin);
    m_area->ensureWidgetVisible(m_methodHeading, 0, blockMargin);
}

QRect RunRail::methodRect() const
{
    const auto place = [this](const QWidget* widget) { return QRect(widget->mapTo(this, QPoint()), widget->size()); };
    const QRect block = (place(m_methodHeading) | place(m_method)).adjusted(0, -blockMargin, 0, blockMargin);
    return QRect(0, block.top(), width(), block.height()) & place(m_area->viewport());
}

void RunRail::refresh()
{
    m_title->setText(m_run.hasRun() ? tr("This run") : tr("Set-up of %1").arg(m_run.name()));
    m_edit->setText(m_run.hasRun() ? tr("Duplicate") : tr("Edit"));
    m_edit->setToolTip(m_run.hasRun() ? tr("Opens this configuration as a new set-up") : tr("Opens Set up (Ctrl+1)"));
    m_model->setRows(modelRows(m_run, m_form));
    m_data->setRows(dataRows(m_run, m_form));
    m_methodHeading->setText(methodTitle(m_run.config().method));
    m_method->setRows(methodRows(m_run));
    m_optimizer->setRows(optimizerRows(m_run.config()));
    refreshHealth();
}

std::vector<RunRail::Health> RunRail::healthBefore() const
{
    std::vector<Health> rows;
    const int errors = m_form.errorCount();
    const int warnings = m_form.warningCount();
    if (errors > 0)
        rows.push_back({"error", counted(errors, tr("%1 error"), tr("%1 errors")), tr("to be mended in Set up")});
    if (warnings > 0)
        rows.push_back({"warning", counted(warnings, tr("%1 warning"), tr("%1 warnings")), tr("see Set up")});
    const QString awaited = m_form.nextChoice();
    if (!awaited.isEmpty())
        rows.push_back({"note", awaited, tr("in Set up")});
    else if (errors == 0 && warnings == 0)
        rows.push_back({"check", tr("No issues"), tr("all fields checked")});
    if (m_form.model())
        rows.push_back({"check", tr("Model read"),
            tr("%1 of weights").arg(formatMB(static_cast<double>(m_form.model()->weightBytes)))});
    rows.push_back({"check", tr("Works offline"), tr("nothing is downloaded")});
    return rows;
}

void RunRail::addPruning(std::vector<Health>& rows) const
{
    const std::int64_t planned = m_run.resolved().schedule.eventCount();
    const std::span<const MaskEvent> events = shownEvents(m_run);
    // A trainer's files are not written in step. Of any other run metrics.jsonl has lost its end.
    const bool lacksSteps = m_run.shownStep() < 0 && m_run.isRecorded() && m_run.record() != RecordState::Running
        && events.size() < m_run.history().events.size();
    // The forced event at T − tf ends the pruning: a finished run without it has lost it with the end of ranks.jsonl.
    const bool cut = lacksSteps
        || (m_run.shownStep() < 0 && m_run.state() == SessionState::Finished && planned > 0
            && (events.empty() || events.back().step <= m_run.resolved().schedule.finalStart()));
    if (events.empty() && !cut) {
        const auto& known = m_run.history().events; // of a past step: what came then
        if (planned > 0)
            rows.push_back({"note", tr("Pruning not begun"),
                tr("first event at step %1")
                    .arg(formatCount(known.empty() ? m_run.plan().eventAt(0) : known.front().step))});
        return;
    }
    rows.push_back({cut ? "warning" : "check", tr("Pruning"),
        (lacksSteps   ? tr("the steps after event %1 of %2 are lost")
                : cut ? tr("event %1 of %2 is the last on record")
                      : tr("event %1 of %2"))
            .arg(formatCount(static_cast<std::int64_t>(events.size())), formatCount(planned))});
    if (cut)
        return;
    const auto& ranks = events.back().ranks;
    const std::int64_t sum = std::accumulate(ranks.begin(), ranks.end(), std::int64_t {0});
    const bool met = sum == events.back().budget;
    rows.push_back({met ? "check" : "warning", met ? tr("Budget met") : tr("Budget not met"),
        tr("Σ rank %1, b %2").arg(formatCount(sum), formatCount(events.back().budget))});
}

std::vector<RunRail::Health> RunRail::healthOfRun() const
{
    std::vector<Health> rows;
    if (allocatesBudget(m_run.config().method))
        addPruning(rows);
    const std::int64_t skipped = m_run.skippedSteps();
    rows.push_back(skipped == 0
            ? Health {"check", tr("No skipped steps"), tr("all gradients finite")}
            : Health {"warning", tr("%1 skipped steps").arg(skipped), tr("gradients were not finite")});
    if (const int zero = m_run.matricesAtZero(); zero > 0) {
        const std::int64_t past = m_run.shownStep(); // exports are of the run's end, whatever step is shown
        rows.push_back({"warning", counted(zero, tr("%1 matrix at rank 0"), tr("%1 matrices at rank 0")),
            past < 0 ? tr("left out of the LoRA exports") : tr("at step %1").arg(formatCount(past))});
    }
    return rows;
}

void RunRail::refreshHealth()
{
    m_healthHeading->setText(!m_run.hasRun()        ? tr("Before you start")
            : m_run.state() == SessionState::Failed ? tr("Health at the failure")
                                                    : tr("Health"));
    const std::vector<Health> rows = m_run.hasRun() ? healthOfRun() : healthBefore();
    const bool sameIcons = std::ranges::equal(rows, m_healthRows,
        [](const Health& row, const HealthRow& shown) { return shown.icon == QLatin1String(row.icon); });
    if (!sameIcons)
        rebuildHealth(rows);
    for (std::size_t i = 0; i < rows.size(); ++i) { // a drag through a run changes numbers alone
        m_healthRows[i].title->setText(rows[i].title);
        m_healthRows[i].detail->setText(rows[i].detail);
    }
}

void RunRail::rebuildHealth(const std::vector<Health>& rows)
{
    while (QLayoutItem* item = m_health->takeAt(0)) {
        if (item->widget())
            item->widget()->deleteLater();
        delete item;
    }
    m_healthRows.clear();
    for (const Health& row : rows) {
        auto* widget = new QWidget;
        auto* grid = new QGridLayout(widget);
        grid->setContentsMargins(0, 0, 0, 0);
        grid->setHorizontalSpacing(6);
        grid->setVerticalSpacing(0);
        const QLatin1String name(row.icon);
        const IconTone tone = name == QLatin1String("check") ? IconTone::Ok
            : name == QLatin1String("error")                 ? IconTone::Error
            : name == QLatin1String("note")                  ? IconTone::Second
                                                             : IconTone::Warn;
        HealthRow shown {name, makeText(row.title, "", true), makeCaption(row.detail, "third", true)};
        WholeWordsArea::keepWithNext(*shown.title);
        grid->addWidget(makeIcon(name, tone), 0, 0);
        grid->addWidget(shown.title, 0, 1);
        grid->addWidget(shown.detail, 1, 1);
        grid->setColumnStretch(1, 1);
        m_health->addWidget(widget);
        m_healthRows.push_back(std::move(shown));
    }
}

} // namespace spectune
